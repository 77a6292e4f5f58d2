package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"psabridge/app"
)

type eventCmd struct {
	Send eventSend `cmd:"" help:"Send events to an inbox, as the API takes them: one JSON object, or {\"events\": [...]}."`
}

type eventSend struct {
	File       string `arg:"" optional:"" default:"-" help:"The file; - or nothing = standard input."`
	Source     string `required:"" help:"Name of the inbox." placeholder:"NAME"`
	Shape      string `help:"The sender's own form: simplebackups, restic or primebackup." placeholder:"SHAPE"`
	Customer   string `help:"Name of the customer of events that name none." placeholder:"NAME"`
	CustomerID string `help:"Their id." placeholder:"ID"`
}

// Run sends events.
func (e eventSend) Run(ctx context.Context, g *globals, c console) error {
	body, err := readInput(c, e.File)
	if err != nil {
		return err
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return app.FieldErrorf("file", "Nothing came on standard input. Send an event there, or name a file.")
	}
	q := url.Values{}
	for key, value := range map[string]string{"shape": e.Shape, "organization_name": e.Customer, "organization_id": e.CustomerID} {
		if value != "" {
			q.Set(key, value)
		}
	}
	return g.withSending(ctx, c, func(cl *client) error {
		b, err := cl.raw(ctx, http.MethodPost, "/sources/"+url.PathEscape(e.Source)+"/events?"+q.Encode(), "application/json", "application/json", bytes.NewReader(body))
		if err != nil {
			return err
		}
		var got app.Received
		if err := json.Unmarshal(b, &got); err != nil {
			return err
		}
		return g.print(c, got, func(w io.Writer) {
			_, _ = fmt.Fprintf(w, "%s stored, %d known already.\n", count(got.Accepted, "event"), got.Duplicates)
			if got.Problem != "" {
				_, _ = fmt.Fprintln(w, got.Problem)
			}
		})
	})
}
