//go:build windows || (darwin && cgo)

package main

import "context"

// trayMissing returns why there can be no icon; here the system says so only when it is asked for one.
func trayMissing() string { return "" }

// trayWatch has nothing to follow: the library puts the icon back when the shell is started again.
func trayWatch(context.Context, *tray) {}
