package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"psabridge/app"
)

// running is run.json: where the running bridge answers. It says nothing about whether it still does; the lock does.
type running struct {
	Page    string `json:"page"`
	API     string `json:"api"`
	PID     int    `json:"pid"`
	Version string `json:"version"`
	Session string `json:"session,omitempty"` // of the person, where sessions have names
}

func writeRunning(dir string, r running) error {
	b, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return writeBriefly(filepath.Join(dir, runFile), append(b, '\n'))
}

func readRunning(dir string) (running, error) {
	var r running
	b, err := os.ReadFile(filepath.Join(dir, runFile)) //nolint:gosec // the person's own data folder
	if err == nil {
		err = json.Unmarshal(b, &r)
	}
	if err != nil {
		return r, app.Wrap(err, app.Unavailable, "Another psabridge uses "+dir+" but does not say where it answers. Wait a moment and try again, or end it.")
	}
	return r, nil
}

// forgetRunning removes run.json. It is done right after taking the lock too: what a killed bridge left names a port that
// may be somebody else's by now, and the API token must not be sent there.
func forgetRunning(dir string) { _ = os.Remove(filepath.Join(dir, runFile)) }

// loadToken reads the API token, or makes one on the first run.
func loadToken(dir string, random func() string) (string, error) {
	path := filepath.Join(dir, tokenFile)
	b, err := os.ReadFile(path) //nolint:gosec // the person's own data folder
	if err == nil {
		if token := strings.TrimSpace(string(b)); len(token) >= 32 {
			return token, os.Chmod(path, 0o600)
		}
	} else if !errors.Is(err, os.ErrNotExist) {
		return "", app.Wrap(err, app.Unavailable, "The file "+path+" cannot be read.")
	}
	token := random()
	if err := writeFile(path, []byte(token+"\n")); err != nil {
		return "", app.Wrap(err, app.Unavailable, "The file "+path+" cannot be written.")
	}
	return token, nil
}
