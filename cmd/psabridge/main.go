// Command psabridge turns Axcient x360Sync alerts into ConnectWise tickets and monthly usage into agreement
// quantities. This package is the command line and the composition root: the one place that names every adapter.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // billing is by the connection's zone, also on machines without a zone database
)

func main() {
	attachConsole()
	startQuickly()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := execute(ctx, os.Args[1:], console{in: os.Stdin, out: os.Stdout, err: os.Stderr})
	stop()
	os.Exit(code)
}
