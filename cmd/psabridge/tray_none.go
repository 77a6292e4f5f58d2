//go:build darwin && !cgo

package main

import "context"

// run says that there is no icon: macOS has it through a library that this build was made without.
func (t *tray) run(context.Context, func()) {
	if t.opts.flags.NoTray {
		t.none("switched off by --no-tray")
		return
	}
	t.none("this build for macOS has none (it was made without cgo)")
}
