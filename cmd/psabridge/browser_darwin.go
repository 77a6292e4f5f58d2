package main

import (
	"context"
	"os/exec"
)

// showFile hands an address to the desktop.
func showFile(ctx context.Context, address string) error {
	return exec.CommandContext(context.WithoutCancel(ctx), "open", address).Start()
}
