package app

import "time"

// Install is what this installation knows of itself.
type Install struct {
	ID          string // random, part of every externalXRef
	HostLabel   string // the page's own host, "psabridge-k3v9x2ab.localhost" without the suffix
	Paused      bool
	PausedUntil time.Time // zero while paused: until resumed
	PauseReason string
	// Restoring is true after a backup was put back, until ConnectWise was asked what this database has forgotten: nothing is
	// sent meanwhile.
	Restoring bool
}

// PausedAt reports whether nothing is to be sent at now.
func (i Install) PausedAt(now time.Time) bool {
	return i.Paused && (i.PausedUntil.IsZero() || now.Before(i.PausedUntil))
}
