package alert

import (
	"time"

	"psabridge/app"
)

// muted reports whether one of the rule's maintenance windows is open. A window that cannot be read mutes nothing:
// a ticket too many is better than one too few.
func muted(r *app.AlertRule, now time.Time) bool {
	for _, m := range r.Mute {
		from, errFrom := time.Parse(time.RFC3339, m.From)
		to, errTo := time.Parse(time.RFC3339, m.To)
		if errFrom == nil && errTo == nil && !now.Before(from) && now.Before(to) {
			return true
		}
	}
	return false
}
