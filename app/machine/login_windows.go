package machine

import (
	"errors"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// The keys of this user: what starts at login, and what the Task Manager's own list says of it.
const (
	runKey      = `Software\Microsoft\Windows\CurrentVersion\Run`
	approvedKey = `Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run`
)

func readLogin() (LoginItem, error) {
	out := LoginItem{Where: `HKEY_CURRENT_USER\` + runKey + `\` + entryName}
	k, err := registry.OpenKey(registry.CURRENT_USER, runKey, registry.QUERY_VALUE)
	if errors.Is(err, registry.ErrNotExist) {
		return out, nil
	}
	if err != nil {
		return out, err
	}
	defer k.Close() //nolint:errcheck // it was read
	line, _, err := k.GetStringValue(entryName)
	if errors.Is(err, registry.ErrNotExist) {
		return out, nil
	}
	if err != nil {
		return out, err
	}
	if out.Command, err = windows.DecomposeCommandLine(line); err != nil {
		return out, err
	}
	out.On = len(out.Command) > 0 && !switchedOff()
	return out, nil
}

// switchedOff reports whether the Task Manager was told not to start the entry: its first byte is odd then.
func switchedOff() bool {
	k, err := registry.OpenKey(registry.CURRENT_USER, approvedKey, registry.QUERY_VALUE)
	if err != nil {
		return false
	}
	defer k.Close() //nolint:errcheck // it was read
	b, _, err := k.GetBinaryValue(entryName)
	return err == nil && len(b) > 0 && b[0]&1 == 1
}

func writeLogin(s Startup) error {
	k, _, err := registry.CreateKey(registry.CURRENT_USER, runKey, registry.SET_VALUE)
	if err != nil {
		return err
	}
	defer k.Close() //nolint:errcheck // the value is in by then
	if err := k.SetStringValue(entryName, windows.ComposeCommandLine(append([]string{s.Program}, s.Args...))); err != nil {
		return err
	}
	return removeValue(approvedKey)
}

func removeLogin() error {
	if err := removeValue(runKey); err != nil {
		return err
	}
	return removeValue(approvedKey)
}

func removeValue(key string) error {
	k, err := registry.OpenKey(registry.CURRENT_USER, key, registry.SET_VALUE)
	if errors.Is(err, registry.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer k.Close() //nolint:errcheck // the value is gone by then
	if err := k.DeleteValue(entryName); err != nil && !errors.Is(err, registry.ErrNotExist) {
		return err
	}
	return nil
}
