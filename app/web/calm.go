package web

import (
	"slices"
	"time"

	"psabridge/app"
	"psabridge/app/alert"
)

// ruleNamed finds an alert by its name; nil when there is none of it any more.
func ruleNamed(doc app.Settings, name string) *app.AlertRule {
	at := slices.IndexFunc(doc.Alerts, func(r app.AlertRule) bool { return r.Name == name })
	if at < 0 {
		return nil
	}
	return &doc.Alerts[at]
}

// closesAt is when a ticket is closed because all it stands for has recovered, if nothing comes back before; zero while
// something holds, and for one that stays open: a person touched it, or no alert closes it.
func closesAt(doc app.Settings, t app.TicketRow) (at time.Time) {
	if t.State != app.TicketOpen || t.Touched {
		return time.Time{}
	}
	closes := false
	for _, c := range t.Conditions {
		if c.State != app.ConditionCleared {
			return time.Time{}
		}
		r := ruleNamed(doc, c.Rule)
		closes = closes || r != nil && r.Ticket.AutoClose
		if until := alert.CalmUntil(c, r); until.After(at) {
			at = until
		}
	}
	if !closes {
		return time.Time{}
	}
	return at
}
