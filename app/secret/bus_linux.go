package secret

import (
	"errors"
	"os"
	"path/filepath"
)

// reachable refuses before the library looks for a session bus: where there is none it would start one with
// dbus-launch, and leave that and a keychain of its own behind.
func reachable() error {
	if os.Getenv("DBUS_SESSION_BUS_ADDRESS") != "" {
		return nil
	}
	if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" {
		if _, err := os.Stat(filepath.Join(dir, "bus")); err == nil { //nolint:gosec // only whether it is there
			return nil
		}
	}
	return errors.New("no dbus session bus: neither DBUS_SESSION_BUS_ADDRESS nor a bus in XDG_RUNTIME_DIR")
}
