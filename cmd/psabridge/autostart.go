package main

import (
	"os"
	"path/filepath"
	"strconv"

	"psabridge/app"
	"psabridge/app/machine"
)

// loginArgs are the arguments a start at login needs so that the same bridge comes up: no browser, and every flag that was given and
// that leads to other data, another page or other keys. A passphrase in the environment is not there at login.
func (g *globals) loginArgs() (args []string, why string) {
	args = []string{"serve", "--no-browser"}
	with := func(flag, value string) { args = append(args, flag, value) }
	path := func(flag, value string) {
		if abs, err := filepath.Abs(value); err == nil {
			value = abs
		}
		with(flag, value)
	}
	if dir, err := defaultDataDir(); g.DataDir != "" && (err != nil || !sameDir(g.DataDir, dir)) {
		path("--data-dir", g.DataDir)
	}
	if g.Port != nil {
		with("--port", strconv.Itoa(*g.Port))
	}
	if g.PageHost == "ip" {
		with("--page-host", g.PageHost)
	}
	if g.NoTray {
		args = append(args, "--no-tray")
	}
	if g.Keys == "file" {
		with("--keys", g.Keys)
		if g.PassphraseFile == "" {
			why = "The keys are in an encrypted file, and at login nobody says its passphrase. Write it into a file that only you can read, and name that with --passphrase-file."
		} else {
			path("--passphrase-file", g.PassphraseFile)
		}
	}
	return args, why
}

func sameDir(a, b string) bool {
	abs, err := filepath.Abs(a)
	if err != nil {
		return false
	}
	if abs == filepath.Clean(b) {
		return true
	}
	one, err1 := os.Stat(abs)
	two, err2 := os.Stat(b)
	return err1 == nil && err2 == nil && os.SameFile(one, two)
}

// loginItem is how the start at login is; demo is a bridge that has nothing to start with.
func (g *globals) loginItem(demo bool) (app.LoginItem, machine.Startup, error) {
	program, why := machine.Program()
	args, whyNot := g.loginArgs()
	if why == "" {
		why = whyNot
	}
	if demo {
		why = "This is the demo: its data is gone when it ends. Start psabridge without demo, and switch this on there."
	}
	start := machine.Startup{Program: program, Args: args}
	item, err := machine.AtLogin()
	out := app.LoginItem{On: item.On, Current: item.Is(start), Command: item.Command, Where: item.Where, Cannot: why}
	if !item.On {
		out.Command = append([]string{program}, args...)
	}
	if err != nil {
		err = app.Wrap(err, app.Unavailable, "What starts at login cannot be read.")
	}
	return out, start, err
}

// startAtLogin switches it. The command line, the page and the tray all come here.
func (g *globals) startAtLogin(on, demo bool) (app.LoginItem, error) {
	item, start, err := g.loginItem(demo)
	switch {
	case err != nil:
		return item, err
	case !on:
		err = machine.UnsetAtLogin()
	case item.Cannot != "":
		return item, app.Errorf(app.Conflict, "%s", item.Cannot)
	default:
		err = machine.SetAtLogin(start)
	}
	if err != nil {
		return item, app.Wrap(err, app.Unavailable, "What starts at login cannot be changed.")
	}
	item, _, err = g.loginItem(demo)
	return item, err
}
