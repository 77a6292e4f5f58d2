package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"psabridge/app"
	"psabridge/app/inbox"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
	"psabridge/app/secret"
)

type demoCmd struct{}

// Run runs the bridge on the built-in vendors. The product cannot tell them from the real ones: it reads and writes them
// over HTTP like any other. Data folder and keychain last as long as the command.
func (demoCmd) Run(ctx context.Context, g *globals, c console) error {
	if g.DataDir != "" {
		return app.FieldErrorf("data-dir", "The demo keeps its data in a folder of its own and removes that when it ends. Leave --data-dir out; to keep what you set up, start psabridge without demo.")
	}
	sweepDemos(os.TempDir(), time.Now())
	dir, err := os.MkdirTemp("", demoFolder)
	if err != nil {
		return app.Wrap(err, app.Unavailable, "No temporary folder can be made.")
	}
	defer func() { _ = os.RemoveAll(dir) }()
	unlock, _, err := lockData(dir) // so that every other command finds this bridge running
	if err != nil {
		return err
	}
	defer unlock()
	vendors, err := sandbox.Start(ctx, sandbox.Options{})
	if err != nil {
		return app.Wrap(err, app.Unavailable, "The fake vendors cannot be started.")
	}
	defer func() { _ = vendors.Stop() }()

	o := g.bridgeOptions(dir, c)
	o.Demo, o.Keychain = true, secret.NewMemory()
	o.Prepare = func(ctx context.Context, b *bridge) error {
		if err := b.configure(ctx, vendors); err != nil {
			return err
		}
		vendors.GoLive(nil)
		return nil
	}
	if g.JSON {
		_ = json.NewEncoder(c.out).Encode(map[string]string{"sandbox": vendors.LookURL})
	} else {
		_, _ = fmt.Fprintf(c.out, "Demo: nothing here is real. Look into its ConnectWise at %s\n", vendors.LookURL)
	}
	return g.serve(ctx, c, o)
}

// configure gives a new bridge the sample MSP's settings and keys, by the same doors a person uses.
func (b *bridge) configure(ctx context.Context, v *sandbox.Running) error {
	if _, err := b.setup.Replace(ctx, "demo", v.AllSettings(), false, false); err != nil {
		return err
	}
	for _, s := range v.AllSecrets() {
		if err := b.setup.SetSecret(ctx, s.Name, app.Secret(s.Value)); err != nil {
			return err
		}
	}
	return b.feed(ctx, time.Now())
}

// feed sends the inbox what another vendor's product would: alerts, a month's numbers, and a file.
func (b *bridge) feed(ctx context.Context, now time.Time) error {
	if _, err := b.desk.Events(ctx, sample.InboxName, "", inbox.Customer{}, sample.InboxEvents(now)); err != nil {
		return err
	}
	if _, err := b.desk.Readings(ctx, sample.InboxName, sample.InboxReadings(now), false, "demo"); err != nil {
		return err
	}
	_, err := b.desk.Feed(ctx, sample.InboxName, "backup-storage.csv", bytes.NewReader(sample.UsageCSV(now)), nil, false, "demo")
	return err
}
