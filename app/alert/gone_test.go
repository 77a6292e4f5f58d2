package alert_test

import (
	"testing"
	"time"

	"psabridge/app"
)

// A rule that is removed, or gets another name, while something stands: what it opened is closed as it said, and those
// it told are told that it is over.
func TestRuleThatLeftGoesOnToTheEnd(t *testing.T) {
	for name, left := range map[string]func(app.AlertRule) []app.AlertRule{
		"removed": func(app.AlertRule) []app.AlertRule { return nil },
		"renamed": func(r app.AlertRule) []app.AlertRule { r.Name = "Renamed"; return []app.AlertRule{r} },
	} {
		t.Run(name, func(t *testing.T) {
			b := mailing(t, both)
			b.decide(true, b.event("backup.failed", app.Problem))
			b.send()
			was := b.in.Settings.Alerts[0]
			b.in.Settings.Alerts, b.gone = left(was), []app.AlertRule{was}
			b.wait(time.Hour)
			b.decide(true, b.event("backup.failed", app.Recovery))
			b.live(2 * time.Hour)
			if b.tickets[0].State != app.TicketClosed {
				t.Errorf("ticket %s, notes %d", b.tickets[0].State, len(b.notes))
			}
			mustCount(t, "e-mails", len(b.mails), 2)
		})
	}
}

// It decides about nothing new.
func TestRuleThatLeftWantsNothing(t *testing.T) {
	b := newBridge(t)
	b.gone = []app.AlertRule{rule("backup.failed")}
	mustOutcome(t, b.decide(true, b.event("backup.failed", app.Problem)), app.OutcomeNoRule, app.ReasonNoRule)
}
