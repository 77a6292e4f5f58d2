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

// A rule that is edited to be for another organization says nothing of what it opened here: another rule does, or else the
// type's own level. It is no recovery.
func TestRuleThatIsForOthersNowRecoversNothing(t *testing.T) {
	for name, others := range map[string][]app.AlertRule{"another rule": {rule(app.TypeQuotaReached)}, "no rule": nil} {
		t.Run(name, func(t *testing.T) {
			b := newBridge(t, rule(app.TypeQuotaReached))
			b.quota(95)
			b.decide(true)
			b.send()
			b.in.Settings.Alerts[0].For = app.For{Organization: "4712"}
			for _, r := range others {
				r.Name, r.For = "Rule for Contoso", app.For{Organization: "4711"}
				b.in.Settings.Alerts = append(b.in.Settings.Alerts, r)
			}
			b.live(40 * time.Minute)
			mustCount(t, "notes", len(b.notes), 0)
			mustCount(t, "reopens", b.reopens, 0)
			if c := b.last(); c.State != app.ConditionOpen {
				t.Errorf("condition %s", c.State)
			}
			b.quota(10)
			b.decide(true)
			b.live(time.Hour)
			if c := b.last(); c.State != app.ConditionCleared {
				t.Errorf("at 10 %% the condition is %s", c.State)
			}
		})
	}
}
