package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// listAnswer is a list of the API.
type listAnswer[T any] struct {
	Items []T     `json:"items"`
	Next  *string `json:"next"`
}

// more says that a list has a further page, which a terminal is not shown.
func (l listAnswer[T]) more(w io.Writer) {
	if l.Next != nil {
		_, _ = fmt.Fprintf(w, "There are more than these %d.\n", len(l.Items))
	}
}

// show reads something of the API and prints it: as it came when JSON is asked for, else in words.
func show[T any](ctx context.Context, g *globals, c console, cl *client, path string, words func(io.Writer, T)) error {
	var raw json.RawMessage
	if err := cl.call(ctx, http.MethodGet, path, nil, &raw); err != nil {
		return err
	}
	var got T
	if err := json.Unmarshal(raw, &got); err != nil {
		return err
	}
	return g.print(c, raw, func(w io.Writer) { words(w, got) })
}

// said prints what was done where the API answers nothing: in words, or as done for a script that asked for JSON.
func (g *globals) said(c console, done map[string]any, format string, args ...any) error {
	return g.print(c, done, func(w io.Writer) { _, _ = fmt.Fprintf(w, format+"\n", args...) })
}

// query is the part of an address behind the question mark, of pairs of name and value; empty values are left out.
func query(pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

// moment is a point in time as a person types it: a day, a day and a time of this computer's zone, or RFC 3339.
type moment struct{ time.Time }

// momentHelp says how a moment is written.
const momentHelp = "Written 2026-12-01, 2026-12-01T14:00 or 2026-12-01T14:00:00Z."

// UnmarshalText reads one.
func (m *moment) UnmarshalText(b []byte) error {
	for _, layout := range []string{time.DateOnly, "2006-01-02T15:04", time.DateTime, time.RFC3339} {
		if at, err := time.ParseInLocation(layout, string(b), time.Local); err == nil {
			m.Time = at
			return nil
		}
	}
	return fmt.Errorf("%q is no point in time. %s", string(b), momentHelp)
}

// RFC3339 prints it for the API; nothing when none was given.
func (m moment) RFC3339() string {
	if m.IsZero() {
		return ""
	}
	return m.UTC().Format(time.RFC3339)
}
