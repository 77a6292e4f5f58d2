package main

import (
	"fmt"
	"io"
	"strings"

	"psabridge/app"
)

type autostartCmd struct {
	On     autostartOn     `cmd:"" help:"Start the bridge at your login, with the data folder, port and keys named here."`
	Off    autostartOff    `cmd:"" help:"Do not start the bridge at your login any more."`
	Status autostartStatus `cmd:"" help:"Say whether the bridge starts at your login, and how."`
}

type (
	autostartOn     struct{}
	autostartOff    struct{}
	autostartStatus struct{}
)

// Run makes the bridge start at login. It needs no running bridge.
func (autostartOn) Run(g *globals, c console) error { return g.switchLogin(c, true) }

// Run stops the bridge from starting at login.
func (autostartOff) Run(g *globals, c console) error { return g.switchLogin(c, false) }

// Run says how it is.
func (autostartStatus) Run(g *globals, c console) error {
	item, _, err := g.loginItem(false)
	if err != nil {
		return err
	}
	return g.print(c, item, func(w io.Writer) { printLogin(w, item) })
}

func (g *globals) switchLogin(c console, on bool) error {
	item, err := g.startAtLogin(on, false)
	if err != nil {
		return err
	}
	return g.print(c, item, func(w io.Writer) { printLogin(w, item) })
}

func printLogin(w io.Writer, item app.LoginItem) {
	p := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format+"\n", args...) }
	switch {
	case item.On && item.Current:
		p("psabridge starts at login.")
	case item.On:
		p("Another psabridge, or one with other flags, starts at login. psabridge autostart on replaces it by this one.")
	default:
		p("psabridge does not start at login.")
	}
	if item.On {
		p("  %s", shown(item.Command))
		p("  %s", item.Where)
	}
	if item.Cannot != "" && !item.On {
		p("  It cannot be switched on here: %s", item.Cannot)
	}
}

// shown is a command as a person reads it; it is not for a shell.
func shown(command []string) string {
	out := make([]string, len(command))
	for i, one := range command {
		out[i] = one
		if one == "" || strings.ContainsAny(one, " \t\"'") {
			out[i] = `"` + one + `"`
		}
	}
	return strings.Join(out, " ")
}
