package settings

import (
	"time"

	"psabridge/app"
)

// SourceWithDefaults fills what a source leaves out; an inbox has neither an address nor an interval. Defaults are computed, never stored: a better one in a later
// version reaches everybody who did not choose.
func SourceWithDefaults(s app.SourceSettings) app.SourceSettings {
	if !s.Pushed() {
		or(&s.Every, app.Duration(2*time.Minute))
	}
	switch s.Kind {
	case KindX360Sync:
		or(&s.Host, DefaultHost)
	case KindAxcient:
		or(&s.Host, DefaultAxcientHost)
	}
	return s
}

// ConnectionWithDefaults fills what a connection leaves out. The time zone has no default: it is taken from the machine
// when the connection is first saved, so that moving the machine does not move the month.
func ConnectionWithDefaults(c app.ConnectionSettings) app.ConnectionSettings {
	or(&c.RequestsPerMinute, 900)
	or(&c.Confirm.Searches, 5)
	or(&c.Confirm.Over, app.Duration(15*time.Minute))
	or(&c.Billing.PushAt, "06:00")
	or(&c.Billing.Approval, app.ApprovalAsk)
	or(&c.Billing.MaxAge, app.Duration(24*time.Hour))
	hold := &c.Billing.Rules.Hold
	if hold.Percent == nil {
		percent := 50
		hold.Percent = &percent
	}
	if hold.Units == nil {
		units := app.Q(5)
		hold.Units = &units
	}
	return c
}

// What a rule does with a ticket we closed when its condition comes back.
const (
	ComebackReopen = "reopen"
	ComebackNew    = "new"
	ComebackNone   = "none"
)

// RuleWithDefaults fills what an alert rule leaves out, except a level: the type's own default is in EventTypes.
func RuleWithDefaults(r app.AlertRule) app.AlertRule {
	or(&r.Severity, app.SeverityWarning)
	or(&r.Ticket.Per, "object")
	or(&r.Ticket.NoteEvery, app.Duration(15*time.Minute))
	or(&r.Ticket.Comeback, ComebackReopen)
	or(&r.Ticket.ReopenWithin, app.Duration(24*time.Hour))
	return r
}

// or sets a zero value to its default.
func or[T comparable](value *T, fallback T) {
	var zero T
	if *value == zero {
		*value = fallback
	}
}

// Location returns the connection's time zone; UTC when none is stored or it cannot be loaded.
func Location(c app.ConnectionSettings) *time.Location {
	if loc, err := time.LoadLocation(c.TimeZone); err == nil && c.TimeZone != "Local" {
		return loc
	}
	return time.UTC
}
