//go:build !windows && !darwin

package main

import (
	"context"
	"os/exec"
)

// showFile hands an address to the desktop. It does not wait: some openers live as long as the browser.
func showFile(ctx context.Context, address string) error {
	return exec.CommandContext(context.WithoutCancel(ctx), "xdg-open", address).Start() //nolint:gosec // no shell reads it, and the address is ours
}
