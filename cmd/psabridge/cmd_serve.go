package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"psabridge/app"
	"psabridge/app/machine"
	"psabridge/app/web"
)

type serveCmd struct{}

// Run runs the bridge until it is told to stop. When the data folder is taken it opens the page of the bridge that has it.
func (serveCmd) Run(ctx context.Context, g *globals, c console) error {
	dir, err := g.dir()
	if err != nil {
		return err
	}
	unlock, other, err := takeData(ctx, dir)
	if err != nil {
		return err
	}
	if unlock == nil {
		return secondStart(ctx, g, c, dir, other)
	}
	defer unlock()
	return g.serve(ctx, c, g.bridgeOptions(dir, c))
}

// secondStart is what a double click on a running bridge does: show its page.
func secondStart(ctx context.Context, g *globals, c console, dir string, r running) error {
	where := ""
	if here := machine.Session(); r.Session != "" && here != "" && r.Session != here {
		where = " in another session of yours"
	}
	if err := g.tellReady(c, r, true, fmt.Sprintf("psabridge is already running%s at %s", where, r.Page)); err != nil {
		return err
	}
	if g.NoBrowser {
		return nil
	}
	address, err := launchAddress(ctx, dir, r)
	if err != nil {
		return err
	}
	return openBrowser(ctx, dir, address)
}

// tellReady says in one line where a bridge answers. With --json it says what run.json holds, which a program that starts one waits for.
func (g *globals) tellReady(c console, r running, already bool, words string) error {
	if !g.JSON {
		_, err := fmt.Fprintln(c.out, words)
		return err
	}
	return json.NewEncoder(c.out).Encode(struct {
		running
		Already bool `json:"already_running"`
	}{r, already})
}

// serve runs a bridge in the foreground: sockets, run file, ready line, first page; then waits and stops cleanly.
func (g *globals) serve(ctx context.Context, c console, o options) error {
	port, strict := web.DefaultPort, false
	if g.Port != nil {
		port, strict = *g.Port, true
	}
	sockets, err := web.Listen(ctx, port, strict)
	if err != nil {
		return err
	}
	o.Port, o.Listening = sockets.Port, sockets.Addresses()
	b, err := newBridge(ctx, o)
	if err != nil {
		sockets.Close()
		return err
	}
	defer b.stopSoon(ctx)
	b.start(ctx, sockets)
	run := running{Page: b.page(), API: b.api(), PID: os.Getpid(), Version: version, Session: machine.Session()}
	if err := writeRunning(o.Dir, run); err != nil {
		return app.Wrap(err, app.Unavailable, "The data folder cannot be written. Is the disk full?")
	}
	defer forgetRunning(o.Dir)
	if err := g.tellReady(c, run, false, "psabridge is ready at "+run.Page); err != nil {
		return err
	}
	go staySmall()
	if !g.NoBrowser && (b.firstRun || o.Demo) {
		g.openFirst(ctx, c, b)
	}
	return b.wait(ctx)
}

// wait returns when the bridge is told to stop, from outside or by the tray's menu, or when a server ended by itself.
func (b *bridge) wait(ctx context.Context) (err error) {
	ctx, quit := context.WithCancel(ctx)
	defer quit()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer quit()
		select {
		case <-ctx.Done():
		case err = <-b.failed:
		}
	}()
	b.tray.run(ctx, quit)
	<-ended
	return err
}

// openFirst shows the page on the first run. A machine without a browser is not a reason to stop.
func (g *globals) openFirst(ctx context.Context, c console, b *bridge) {
	go func() {
		if err := openBrowser(ctx, b.opts.Dir, b.launch()); err != nil {
			_, _ = fmt.Fprintln(c.err, "No browser could be opened. Sign in with: psabridge open --print")
		}
	}()
}
