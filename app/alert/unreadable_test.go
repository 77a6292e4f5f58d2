package alert_test

import (
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/alert"
)

// unreadable is a bridge with a ticket because its source fails.
func unreadable(t *testing.T) *bridge {
	t.Helper()
	b := newBridge(t, rule(app.TypeSourceUnreadable))
	b.routes["4700"] = b.routes["4711"]
	b.failing = b.now
	b.gap = true // no reading, no poll: that is what failing means
	b.wait(14 * time.Minute)
	if d := b.decide(true); !empty(d) {
		t.Fatalf("after 14 minutes: %+v", d)
	}
	b.wait(time.Minute)
	d := b.decide(true)
	mustOutcome(t, d, app.OutcomeTicket, app.ReasonFirst)
	if p := d.Deliveries[0].Payload; p.Summary != "Source sync has not been readable for 15 minutes" || p.Organization != "MSP" ||
		!strings.Contains(p.Text, "The server does not answer.") || p.Severity != app.SeverityWarning {
		t.Errorf("create = %+v", p)
	}
	b.send()
	return b
}

func TestUnreadableSourceOpensOnceAndClosesWhenItIsRead(t *testing.T) {
	b := unreadable(t)
	for range 5 {
		b.wait(time.Hour)
		if d := b.decide(true); !empty(d) {
			t.Fatalf("still failing: %+v", d)
		}
	}
	b.failing = time.Time{}
	if d := b.decide(true); !empty(d) {
		t.Fatalf("nobody read it yet: %+v", d)
	}
	b.gap = false
	d := b.decide(true)
	mustOutcome(t, d, app.OutcomeMerged, app.ReasonCleared)
	if p := d.Deliveries[0].Payload; !p.Close || !strings.Contains(p.Text, "unreadable for 5 h 15 min.") {
		t.Errorf("note = %+v", p)
	}
	b.send()
	b.wait(time.Hour)
	b.failing, b.gap = b.now, true
	b.wait(15 * time.Minute)
	b.decide(true)
	b.send()
	mustCount(t, "reopened the next time", b.reopens, 1)
}

// A restart forgets since when the source fails, and that it was ever read.
func TestUnreadableOutlivesARestart(t *testing.T) {
	b := unreadable(t)
	b.failing, b.gap = time.Time{}, true
	if d := b.decide(false); !empty(d) {
		t.Fatalf("cleared by a restart: %+v", d)
	}
	b.wait(time.Minute)
	b.failing = b.now
	for range 30 {
		b.wait(time.Minute)
		if d := b.decide(false); !empty(d) {
			t.Fatalf("opened again: %+v", d)
		}
	}
	b.tree[0].ExternalID = "4699" // and then the tree has another top
	if d := b.decide(false); !empty(d) {
		t.Fatalf("another top: %+v", d)
	}
	b.failing, b.gap = time.Time{}, false
	mustOutcome(t, b.decide(true), app.OutcomeMerged, app.ReasonCleared)
}

func TestUnreadableBelongsToNobodyWhereNothingWasReadYet(t *testing.T) {
	b := newBridge(t, rule(app.TypeSourceUnreadable))
	b.tree, b.first, b.started = nil, true, time.Time{}
	b.failing, b.gap = b.now, true
	b.wait(time.Hour)
	d := b.decide(false)
	mustOutcome(t, d, app.OutcomeIgnored, app.ReasonHistory)
	if d.Derived[0].OrganizationID != "" {
		t.Errorf("event = %+v", d.Derived[0])
	}
	b.failing, b.gap = time.Time{}, false
	mustOutcome(t, b.decide(true), app.OutcomeSuppressed, app.ReasonRecovered)
}

func TestUnreadableThatAPersonClosedStaysQuiet(t *testing.T) {
	b := unreadable(t)
	b.personCloses(&b.tickets[0])
	b.wait(time.Hour)
	b.failing = b.now.Add(-20 * time.Minute)
	if d := b.decide(true); !empty(d) {
		t.Fatalf("opened again: %+v", d)
	}
	b.failing, b.gap = time.Time{}, false
	d := b.decide(true)
	mustOutcome(t, d, app.OutcomeMerged, app.ReasonCleared)
	mustCount(t, "notes", len(d.Deliveries), 0)
}

func TestUnreadableByAClockThatWasAhead(t *testing.T) {
	b := newBridge(t, rule(app.TypeSourceUnreadable))
	b.failing = b.now.Add(time.Hour)
	if d := b.decide(true); !empty(d) {
		t.Fatalf("since a time to come: %+v", d)
	}
	b.in.Settings.Alerts = nil
	b.failing = b.now.Add(-time.Hour)
	mustOutcome(t, b.decide(true), app.OutcomeNoRule, app.ReasonNoRule)
	if got := alert.Observe(b.in, b.state(true, nil)); len(got) != 0 {
		t.Errorf("observed again: %+v", got)
	}
}
