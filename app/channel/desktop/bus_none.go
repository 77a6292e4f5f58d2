//go:build windows || darwin

package desktop

// bus is for systems whose notices go by one.
type bus struct{}
