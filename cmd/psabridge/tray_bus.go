//go:build !windows && !darwin

package main

import (
	"context"
	"time"

	"github.com/godbus/dbus/v5"

	"psabridge/app/channel/desktop"
)

// watcherName is who shows the icons of a desktop. It may come late, go, and come again.
const watcherName = "org.kde.StatusNotifierWatcher"

// trayNoWatcher is said while nobody shows icons.
const trayNoWatcher = "this desktop shows no tray icons (it has no StatusNotifierWatcher)"

// trayMissing returns why there can be no icon. It looks before the library does: that would start a bus of its own where there is
// none, and leave it behind.
func trayMissing() string {
	if desktop.Session() != nil {
		return "no session bus"
	}
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		return "the session bus does not answer"
	}
	_ = conn.Close()
	return ""
}

// trayWatch follows whether anybody shows the icon. The library registers it again with whoever comes.
func trayWatch(ctx context.Context, t *tray) {
	conn, err := dbus.ConnectSessionBus(dbus.WithContext(ctx))
	if err != nil {
		return
	}
	defer conn.Close()
	if err := conn.AddMatchSignal(dbus.WithMatchInterface("org.freedesktop.DBus"), dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, watcherName)); err != nil {
		return
	}
	signals := make(chan *dbus.Signal, 8)
	conn.Signal(signals)
	for {
		ask, cancel := context.WithTimeout(ctx, 5*time.Second)
		var there bool
		err := conn.BusObject().CallWithContext(ask, "org.freedesktop.DBus.NameHasOwner", 0, watcherName).Store(&there)
		cancel()
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			t.none("the session bus went away")
			return
		case there:
			t.say(trayShown)
		default:
			t.none(trayNoWatcher)
		}
		select {
		case <-ctx.Done():
			return
		case s := <-signals:
			if s == nil { // the bus went away
				t.none("the session bus went away")
				return
			}
		}
	}
}
