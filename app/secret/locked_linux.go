package secret

import (
	"context"
	"time"

	"github.com/godbus/dbus/v5"
)

// lookFor bounds a look that asks nobody.
const lookFor = time.Second

// collectionLocked asks the Secret Service whether the collection we use is locked. Nothing is shown to anybody by that.
func collectionLocked(ctx context.Context) (locked, known bool) {
	ctx, cancel := context.WithTimeout(ctx, lookFor)
	defer cancel()
	bus, err := dbus.SessionBus() // the one go-keyring uses
	if err != nil {
		return false, false
	}
	for _, path := range []dbus.ObjectPath{"/org/freedesktop/secrets/collection/login", "/org/freedesktop/secrets/aliases/default"} {
		var v dbus.Variant
		call := bus.Object("org.freedesktop.secrets", path).CallWithContext(ctx, "org.freedesktop.DBus.Properties.Get", 0, "org.freedesktop.Secret.Collection", "Locked")
		if call.Store(&v) != nil {
			continue
		}
		if is, ok := v.Value().(bool); ok {
			return is, true
		}
	}
	return false, false
}
