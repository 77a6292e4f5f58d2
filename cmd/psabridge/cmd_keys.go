package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"psabridge/app"
	"psabridge/app/secret"
	"psabridge/store"
)

type keysCmd struct {
	List       keysList       `cmd:"" default:"1" help:"Which keys are stored, and whether they can be had. Never their values."`
	Move       keysMove       `cmd:"" help:"Move every key from the keychain into the encrypted file, or back. psabridge must not be running."`
	Passphrase keysPassphrase `cmd:"" help:"Encrypt the file of --keys file with another passphrase. psabridge must not be running."`
}

type keysList struct{}

// Run lists the keys. Exit code 1 when one cannot be had.
func (keysList) Run(ctx context.Context, g *globals, c console) error {
	return g.withBridge(ctx, c, func(cl *client) error {
		var out keysAnswer
		if err := cl.call(ctx, "GET", "/secrets", nil, &out); err != nil {
			return err
		}
		if err := cl.call(ctx, "POST", "/keychain/retry", nil, &out.Keychain); err != nil {
			return err
		}
		if err := g.print(c, out, out.print); err != nil {
			return err
		}
		if !out.Keychain.OK {
			return errPrinted
		}
		return nil
	})
}

type keysAnswer struct {
	Items []struct {
		Name  string    `json:"name"`
		SetAt time.Time `json:"set_at"`
		Ends  string    `json:"ends_with"`
	} `json:"items"`
	Keychain struct {
		OK      bool   `json:"ok"`
		Kind    string `json:"kind,omitempty"`
		Message string `json:"message,omitempty"`
	} `json:"keychain"`
}

func (k keysAnswer) print(w io.Writer) {
	for _, one := range k.Items {
		_, _ = fmt.Fprintf(w, "%-40s  set %s, ends with %s\n", one.Name, one.SetAt.Local().Format("2006-01-02 15:04"), orNone(one.Ends))
	}
	switch {
	case !k.Keychain.OK:
		_, _ = fmt.Fprintln(w, "Problem: "+k.Keychain.Message)
	case len(k.Items) == 0:
		_, _ = fmt.Fprintln(w, "No key is stored yet.")
	}
}

type keysMove struct {
	To string `help:"Where the keys go." enum:"os,file" required:""`
}

// Run moves the keys from one backend to the other.
func (k keysMove) Run(ctx context.Context, g *globals, c console) error {
	dir, unlock, err := g.alone(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	s, err := store.Open(ctx, dir, store.Options{})
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	in, err := s.Install(ctx)
	if err != nil {
		return err
	}
	passphrase, err := g.passphrase()
	if err != nil {
		return err
	}
	file, err := secret.OpenFile(dir, passphrase)
	if err != nil {
		return err
	}
	var from, to secret.Keychain = secret.NewOS(in.ID, 0), file
	if k.To == secret.BackendOS {
		from, to = to, from
	}
	out, err := secret.Move(ctx, from, to, s)
	if err != nil {
		return err
	}
	answer := map[string][]string{"moved": notNil(out.Moved), "missing": notNil(out.Missing), "left": notNil(out.Left)}
	return g.print(c, answer, func(w io.Writer) { tellMoved(w, k.To, out) })
}

func tellMoved(w io.Writer, to string, out secret.MoveResult) {
	p := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format+"\n", args...) }
	switch len(out.Moved) {
	case 0:
		p("Nothing was moved: no key was there.")
	case 1:
		p("1 key was moved and read back.")
	default:
		p("%d keys were moved and read back.", len(out.Moved))
	}
	if len(out.Missing) > 0 {
		p("Not found, to be entered again: %s", strings.Join(out.Missing, ", "))
	}
	if len(out.Left) > 0 {
		p("Moved, but still in the old place too, because it does not let them go: %s", strings.Join(out.Left, ", "))
	}
	p("From now on start psabridge with --keys %s. If it starts at login, say so once more: psabridge autostart on --keys %s", to, to)
}

type keysPassphrase struct {
	NewPassphraseFile string `help:"File with the new passphrase; else it is read from standard input." placeholder:"FILE"`
}

// Run changes the passphrase. It is read from a file or standard input, never from an argument.
func (k keysPassphrase) Run(ctx context.Context, g *globals, c console) error {
	dir, unlock, err := g.alone(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	old, err := g.passphrase()
	if err != nil {
		return err
	}
	file, err := secret.OpenFile(dir, old)
	if err != nil {
		return err
	}
	fresh, err := k.fresh(c)
	if err != nil {
		return err
	}
	if err := file.Rewrap(fresh); err != nil {
		return err
	}
	return g.print(c, map[string]bool{"changed": true}, func(w io.Writer) {
		_, _ = fmt.Fprintln(w, "The file of keys opens with the new passphrase, and with no other. Put it where psabridge is started from: --passphrase-file or PSABRIDGE_PASSPHRASE.")
	})
}

func (k keysPassphrase) fresh(c console) (app.Secret, error) {
	in := c.in
	if k.NewPassphraseFile != "" {
		file, err := os.Open(k.NewPassphraseFile)
		if err != nil {
			return "", app.Wrap(err, app.Invalid, "The file of the new passphrase cannot be read.")
		}
		defer func() { _ = file.Close() }()
		in = file
	}
	b, err := io.ReadAll(io.LimitReader(in, 64<<10))
	return app.Secret(trimLine(b)), err
}

// alone takes the data folder for a command that must not share it.
func (g *globals) alone(ctx context.Context) (dir string, unlock func(), err error) {
	if dir, err = g.dir(); err != nil {
		return "", nil, err
	}
	unlock, other, err := takeData(ctx, dir)
	if err == nil && unlock == nil {
		err = app.Errorf(app.Conflict, "psabridge is running at %s. Quit it first; nothing was changed.", other.Page)
	}
	return dir, unlock, err
}

func notNil(list []string) []string { return append([]string{}, list...) }
