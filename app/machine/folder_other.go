//go:build !linux && !windows && !darwin

package machine

// networkDrive is not known on this system.
func networkDrive(string) bool { return false }
