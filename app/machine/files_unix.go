//go:build !windows

package machine

import (
	"io/fs"
	"os"
)

// open reports whether the mode of a file lets anybody but its owner do something with it.
func open(_ string, d fs.DirEntry) (bool, error) {
	info, err := d.Info()
	return err == nil && info.Mode().Perm()&0o077 != 0, err
}

func narrow(path string, d fs.DirEntry) error {
	mode := fs.FileMode(0o600)
	if d.IsDir() {
		mode = 0o700
	}
	if err := os.Chmod(path, mode); err != nil {
		return err
	}
	info, err := os.Stat(path) // some disks take the mode and keep none
	if err == nil && info.Mode().Perm()&0o077 != 0 {
		err = fs.ErrPermission
	}
	return err
}
