//go:build !linux

package secret

// reachable has nothing to find out: these systems' keychains are always there.
func reachable() error { return nil }
