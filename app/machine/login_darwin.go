package machine

import (
	"os"
	"path/filepath"
)

func loginFile() (string, error) {
	home, err := os.UserHomeDir()
	return filepath.Join(home, "Library", "LaunchAgents", launchLabel+".plist"), err
}

func readLogin() (LoginItem, error) {
	path, err := loginFile()
	if err != nil {
		return LoginItem{}, err
	}
	return readEntry(path, readLaunchAgent)
}

// writeLogin leaves launchd alone: it reads the folder at the next login, and the bridge that is switched on here runs already.
func writeLogin(s Startup) error {
	path, err := loginFile()
	if err != nil {
		return err
	}
	text, err := launchAgent(s)
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
