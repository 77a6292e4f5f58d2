package alert

import (
	"time"

	"psabridge/app"
)

// CalmAt is when the recovery of a cleared condition may be told at the earliest, by how often it came back. It is for
// who looks ahead to the next moment at which something can be decided; Decide judges for itself.
func CalmAt(in Input, c app.Condition) time.Time {
	w := newWorld(in, app.AlertState{Now: c.ClearedAt})
	return w.calmUntil(&condition{Condition: c})
}
