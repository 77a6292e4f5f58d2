package views

import (
	"strings"

	"psabridge/app"
)

// Computer is how the bridge is at home on this machine, with what lies on it.
type Computer struct {
	app.Computer

	DataDir string
	Folder  string // what is wrong with where it lies; empty: nothing
}

// known reports whether there is anything to show: a bridge without a home shows nothing of one.
func (c Computer) known() bool { return c.Login.Where != "" || c.DataDir != "" }

// trayWords say whether there is an icon.
func (c Computer) trayWords() string {
	why, none := strings.CutPrefix(c.Tray, "none: ")
	switch {
	case c.Tray == "shown":
		return "Shown"
	case none:
		return "None: " + why
	case c.Tray == "":
		return "None"
	}
	return strings.ToUpper(c.Tray[:1]) + c.Tray[1:]
}

// loginWords say whether the bridge starts at login.
func (c Computer) loginWords() string {
	switch {
	case c.Login.On && c.Login.Current:
		return "On"
	case c.Login.On:
		return "Another psabridge, or one with other flags"
	}
	return "Off"
}

// command is what starts at login, as a person reads it.
func (c Computer) command() string {
	out := make([]string, len(c.Login.Command))
	for i, one := range c.Login.Command {
		out[i] = one
		if strings.ContainsAny(one, " \t") {
			out[i] = `"` + one + `"`
		}
	}
	return strings.Join(out, " ")
}
