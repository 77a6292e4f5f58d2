package main

import "embed"

//go:embed icons/*.ico
var iconFiles embed.FS

// icon is a state's picture as this system takes it: a PNG it refuses.
func icon(state string) []byte {
	b, _ := iconFiles.ReadFile("icons/" + state + ".ico") // one of the constants
	return b
}
