package upkeep

import (
	"io"
	"os"
)

// copyFile writes a private copy of a file, down to the disk, over what an earlier try may have left.
func copyFile(from, to string) (err error) {
	in, err := os.Open(from) //nolint:gosec // a backup of ours
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600) //nolint:gosec // beside it
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
