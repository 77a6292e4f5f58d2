//go:build !windows

package main

// attachConsole does nothing: here a program has a terminal when it was started from one.
func attachConsole() {}
