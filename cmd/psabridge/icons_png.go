//go:build !windows && (!darwin || cgo)

package main

import "embed"

//go:embed icons/*.png
var iconFiles embed.FS

// icon is a state's picture as this system takes it.
func icon(state string) []byte {
	b, _ := iconFiles.ReadFile("icons/" + state + ".png") // one of the constants
	return b
}
