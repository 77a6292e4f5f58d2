//go:build !windows && !darwin

package main

import (
	"context"
	"os/exec"
	"time"

	"psabridge/app"
)

// openerPatience is how long an opener may take to say that it has nothing to open an address with.
const openerPatience = 2 * time.Second

// showFile hands an address to the desktop.
func showFile(ctx context.Context, address string) error {
	return showWithin(ctx, address, time.After(openerPatience))
}

// showWithin waits for the opener until enough, because xdg-open starts on every desktop and only its exit code tells
// that nothing was opened. It waits no longer: some openers live as long as the browser.
func showWithin(ctx context.Context, address string, enough <-chan time.Time) error {
	opener := exec.CommandContext(context.WithoutCancel(ctx), "xdg-open", address) //nolint:gosec // no shell reads it, and the address is ours
	if err := opener.Start(); err != nil {
		return noBrowser(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- opener.Wait() }()
	select {
	case err := <-ended:
		if err != nil {
			return noBrowser(err)
		}
		return nil
	case <-enough:
		return nil
	}
}

func noBrowser(err error) error {
	return app.Errorf(app.Unavailable, "No browser could be opened (xdg-open: %v). Sign in with the address that this prints: psabridge open --print", err)
}
