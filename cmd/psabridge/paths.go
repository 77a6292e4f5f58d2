package main

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"

	"psabridge/app"
)

// Names inside the data folder.
const (
	lockFile     = "psabridge.lock"
	runFile      = "run.json"
	tokenFile    = "api.token"
	redirectFile = "open.html"
	logFile      = "psabridge.log"
)

// defaultDataDir is the operating system's own place for a program's local data. It is a local one on purpose: a
// roaming or synchronised folder would copy a live database.
func defaultDataDir() (string, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return "", app.Wrap(err, app.Invalid, "The home folder is not known. Say where to keep data with --data-dir.")
	}
	switch runtime.GOOS {
	case "windows":
		if local := os.Getenv("LocalAppData"); local != "" {
			return filepath.Join(local, "psabridge"), nil
		}
		return filepath.Join(home, "AppData", "Local", "psabridge"), nil
	case "darwin":
		return filepath.Join(home, "Library", "Application Support", "psabridge"), nil
	}
	if data := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(data) {
		return filepath.Join(data, "psabridge"), nil
	}
	return filepath.Join(home, ".local", "share", "psabridge"), nil
}

// prepareDataDir makes the data folder, for its owner alone. A symbolic link is refused: whoever may write where it
// points would own the database.
func prepareDataDir(dir string) error {
	info, err := os.Lstat(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		err = os.MkdirAll(dir, 0o700)
	case err == nil && info.Mode()&os.ModeSymlink != 0:
		return app.FieldErrorf("data-dir", "%s is a symbolic link. Name the folder itself.", dir)
	case err == nil && !info.IsDir():
		return app.FieldErrorf("data-dir", "%s is not a folder.", dir)
	}
	if err == nil {
		err = os.Chmod(dir, 0o700) //nolint:gosec // a folder needs its x bit; nobody but the owner gets any
	}
	if err != nil {
		return app.Wrap(err, app.Unavailable, "The data folder "+dir+" cannot be used. Check that you may write there, or name another with --data-dir.")
	}
	return nil
}

// writeFile writes a small file for the owner alone, whole or not at all, also when the power fails.
func writeFile(path string, content []byte) error {
	return replaceFile(path, content, (*os.File).Sync)
}

// writeBriefly is writeFile for a file that means nothing once this process is gone: it does not wait for the disk.
func writeBriefly(path string, content []byte) error {
	return replaceFile(path, content, func(*os.File) error { return nil })
}

func replaceFile(path string, content []byte, settle func(*os.File) error) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	_, err = tmp.Write(content)
	if err == nil {
		err = settle(tmp)
	}
	if cerr := tmp.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}
