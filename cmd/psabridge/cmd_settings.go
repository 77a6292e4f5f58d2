package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"

	"psabridge/app"
)

type settingsCmd struct {
	Export settingsExport `cmd:"" help:"Write the settings document (YAML, no secrets) to FILE; - or nothing = standard output."`
	Import settingsImport `cmd:"" help:"Replace the settings by those in FILE; - = standard input."`
	Diff   settingsDiff   `cmd:"" help:"Show what importing FILE would change."`
}

type settingsExport struct {
	File string `arg:"" optional:"" default:"-"`
}

// Run writes the settings document.
func (s settingsExport) Run(ctx context.Context, g *globals, c console) error {
	return g.withBridge(ctx, c, func(cl *client) error {
		accept := "application/yaml"
		if g.JSON {
			accept = "application/json"
		}
		b, err := cl.raw(ctx, http.MethodGet, "/settings", "", accept, nil)
		if err != nil {
			return err
		}
		if s.File == "-" {
			_, err = c.out.Write(b)
			return err
		}
		if err := writeFile(s.File, b); err != nil {
			return app.Wrap(err, app.Invalid, "The file "+s.File+" cannot be written.")
		}
		return nil
	})
}

type settingsImport struct {
	File  string `arg:""`
	Force bool   `help:"Also when it removes what deliveries or an unfinished push still need, or leads a connection to another address of the same ConnectWise."`
}

// Run replaces the settings, all or nothing.
func (s settingsImport) Run(ctx context.Context, g *globals, c console) error {
	query := ""
	if s.Force {
		query = "?force=true"
	}
	return putSettings(ctx, g, c, s.File, query)
}

type settingsDiff struct {
	File string `arg:""`
}

// Run shows what an import would change.
func (s settingsDiff) Run(ctx context.Context, g *globals, c console) error {
	return putSettings(ctx, g, c, s.File, "?dry_run=true")
}

func putSettings(ctx context.Context, g *globals, c console, file, query string) error {
	doc, err := readInput(c, file)
	if err != nil {
		return err
	}
	return g.withBridge(ctx, c, func(cl *client) error {
		b, err := cl.raw(ctx, http.MethodPut, "/settings"+query, "application/yaml", "application/json", bytes.NewReader(doc))
		if err != nil {
			return err
		}
		var out struct {
			Changed []app.Change `json:"changed"`
		}
		if err := json.Unmarshal(b, &out); err != nil {
			return err
		}
		return g.print(c, out, func(w io.Writer) { printChanges(w, out.Changed) })
	})
}

func printChanges(w io.Writer, changes []app.Change) {
	if len(changes) == 0 {
		_, _ = fmt.Fprintln(w, "Nothing changes.")
	}
	for _, ch := range changes {
		_, _ = fmt.Fprintf(w, "%s: %s → %s\n", ch.Path, orNone(ch.Before), orNone(ch.After))
	}
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

func readInput(c console, file string) ([]byte, error) {
	if file == "-" {
		return io.ReadAll(io.LimitReader(c.in, maxAnswer))
	}
	b, err := os.ReadFile(file) //nolint:gosec // the person named it
	if err != nil {
		return nil, app.Wrap(err, app.Invalid, "The file "+file+" cannot be read.")
	}
	return b, nil
}

type secretCmd struct {
	Set secretSet `cmd:"" help:"Store a secret, read from standard input, e.g. connections/cw/private_key."`
}

type secretSet struct {
	Name string `arg:"" help:"e.g. connections/cw/private_key, sources/sync/password or notify/smtp_password"`
}

// Run stores a secret. It is read from standard input, never from an argument: every user of a machine can list arguments.
func (s secretSet) Run(ctx context.Context, g *globals, c console) error {
	b, err := io.ReadAll(io.LimitReader(c.in, 64<<10))
	if err != nil {
		return err
	}
	value := trimLine(b)
	if value == "" {
		return app.FieldErrorf("value", "Nothing came on standard input. Send the secret there, for example: psabridge secret set %s < key.txt", s.Name)
	}
	return g.withBridge(ctx, c, func(cl *client) error {
		in := map[string]string{"value": value}
		if err := cl.call(ctx, http.MethodPut, "/secrets/"+escapeSegments(s.Name), in, nil); err != nil {
			return err
		}
		return g.said(c, map[string]any{"name": s.Name, "stored": true}, "%s is stored.", s.Name)
	})
}

// escapeSegments escapes a name for a path and keeps its slashes.
func escapeSegments(name string) string {
	u := url.URL{Path: name}
	return u.EscapedPath()
}
