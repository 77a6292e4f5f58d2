//go:build !windows && !darwin

package machine

import (
	"os"
	"path/filepath"
)

func loginFile() (string, error) {
	dir, err := os.UserConfigDir() // XDG_CONFIG_HOME, else ~/.config
	return filepath.Join(dir, "autostart", entryName+".desktop"), err
}

func readLogin() (LoginItem, error) {
	path, err := loginFile()
	if err != nil {
		return LoginItem{}, err
	}
	return readEntry(path, readDesktopEntry)
}

func writeLogin(s Startup) error {
	path, err := loginFile()
	if err != nil {
		return err
	}
	text, err := desktopEntry(s)
	if err != nil {
		return err
	}
	return writeEntry(path, text)
}

func removeLogin() error {
	path, err := loginFile()
	if err != nil {
		return err
	}
	return removeEntry(path)
}
