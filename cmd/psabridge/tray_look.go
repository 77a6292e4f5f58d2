package main

import (
	"context"
	"sync/atomic"

	"psabridge/app"
	"psabridge/app/web"
)

// tray is the icon beside the clock. There may be none; then it knows why, and everything goes on by the page.
type tray struct {
	*bridge
	words atomic.Pointer[string] // "shown", or "none: " and why
	stale chan struct{}          // something changed that the icon shows
}

// trayShown is what the status says of an icon that is there.
const trayShown = "shown"

func newTray(b *bridge) *tray {
	t := &tray{bridge: b, stale: make(chan struct{}, 1)}
	t.none("nothing is shown by a bridge that lives for one command")
	return t
}

// State says whether there is an icon.
func (t *tray) State() string { return *t.words.Load() }

// none notes why there is no icon.
func (t *tray) none(why string) { t.say("none: " + why) }

// say notes how it is, and tells the log once.
func (t *tray) say(words string) {
	if old := t.words.Swap(&words); old != nil && *old != words {
		t.log.Info("tray icon", "state", words)
	}
}

// refresh makes the icon look again soon. It does not wait.
func (t *tray) refresh() {
	select {
	case t.stale <- struct{}{}:
	default:
	}
}

// trayLook is what the icon shows: made of the same look as the pages' top line.
type trayLook struct {
	icon   string
	tip    string
	paused bool
	err    string // what is wrong, short enough for a menu; empty: nothing
	page   string // where that is mended
	login  app.LoginItem
}

// The most a tooltip (Windows: 127 letters) and an entry of the menu show.
const (
	mostTip  = 120
	mostItem = 60
)

// look looks.
func (t *tray) look(ctx context.Context) trayLook {
	login, _, err := t.opts.flags.loginItem(t.opts.Demo)
	if err != nil {
		login.Cannot = app.ErrorMessage(err)
	}
	g, err := t.pages.Glance(ctx)
	if err != nil {
		text := app.ErrorMessage(err)
		return trayLook{icon: iconOffline, tip: cut("psabridge: "+text, mostTip), err: cut(text, mostItem), page: "/diagnostics", login: login}
	}
	return lookOf(g, login, t.opts.Demo)
}

func lookOf(g web.Glance, login app.LoginItem, demo bool) trayLook {
	out := trayLook{icon: iconOK, tip: "psabridge: ", paused: g.Paused(), err: cut(g.Error, mostItem), page: g.Page, login: login}
	if demo {
		out.tip = "psabridge demo: "
	}
	out.tip = cut(out.tip+g.Words, mostTip)
	switch {
	case g.Paused():
		out.icon = iconPaused
	case g.Offline:
		out.icon = iconOffline
	case g.NeedsYou > 0:
		out.icon = iconNeeds
	}
	return out
}

// cut shortens a text to so many letters.
func cut(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}
