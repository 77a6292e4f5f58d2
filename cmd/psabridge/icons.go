package main

//go:generate go run icons/draw.go -o icons

// The states of the tray's icon.
const (
	iconOK      = "ok"
	iconNeeds   = "needs"
	iconPaused  = "paused"
	iconOffline = "offline"
)
