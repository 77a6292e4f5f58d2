package upkeep

import (
	"errors"
	"io"
	"io/fs"
	"os"
)

// copyFile writes a private copy of a file, down to the disk. What an earlier try left there is removed first: it may be open to
// others, or lead elsewhere.
func copyFile(from, to string) (err error) {
	in, err := os.Open(from) //nolint:gosec // a backup of ours
	if err != nil {
		return err
	}
	defer in.Close()
	if err := os.Remove(to); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // beside it
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if err == nil {
		err = out.Sync()
	}
	if cerr := out.Close(); err == nil {
		err = cerr
	}
	return err
}
