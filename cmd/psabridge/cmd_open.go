package main

import (
	"context"
	"net/http"
	"strings"

	"psabridge/app"
)

type openCmd struct {
	Print bool `help:"Print a sign-in address, good once and for 60 seconds, instead of opening a browser."`
}

// Run opens the page of the running bridge, signed in.
func (o openCmd) Run(ctx context.Context, g *globals, c console) error {
	dir, err := g.dir()
	if err != nil {
		return err
	}
	unlock, r, err := takeData(ctx, dir)
	if err != nil {
		return err
	}
	if unlock != nil {
		unlock()
		return app.Errorf(app.Unavailable, "psabridge is not running. Start it with: psabridge serve")
	}
	address, err := launchAddress(ctx, dir, r)
	if err != nil {
		return err
	}
	if o.Print {
		return g.said(c, map[string]any{"address": address}, "%s", address)
	}
	return openBrowser(ctx, dir, address)
}

// launchAddress asks the running bridge for a sign-in address.
func launchAddress(ctx context.Context, dir string, r running) (string, error) {
	cl, err := runningClient(dir, r)
	if err != nil {
		return "", err
	}
	var out struct {
		Address string `json:"address"`
	}
	if err := cl.call(ctx, http.MethodPost, "/launch", nil, &out); err != nil {
		return "", err
	}
	if !strings.HasPrefix(out.Address, "http://") {
		return "", app.Errorf(app.Unavailable, "The running psabridge gave no page address.")
	}
	return out.Address, nil
}
