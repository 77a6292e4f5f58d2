//go:build unix

package machine

import "golang.org/x/sys/unix"

// FreeBytes is how much a person may still write to the disk a folder lies on.
func FreeBytes(folder string) (int64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(folder, &s); err != nil {
		return 0, err
	}
	return int64(s.Bavail) * int64(s.Bsize), nil //nolint:gosec,unconvert // the types differ from system to system
}
