package alert_test

import (
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/alert"
)

const day = 24 * time.Hour

// TestT3EveryTypeThatHoldsOpensAndCloses takes each state through a whole life: good, bad, good again.
func TestT3EveryTypeThatHoldsOpensAndCloses(t *testing.T) {
	for _, tc := range []struct {
		eventType        string
		kind             app.ObjectKind
		id, what         string
		good, bad, again string
		severity         app.Severity
		opened, closed   string
	}{
		{app.TypeMachineUnseen, app.ObjectMachine, "5", app.StateLastSeen, app.Connected, "2026-10-03", app.Connected, app.SeverityWarning, "Machine N5 has not been seen for 30 days", "Recovered"},
		{app.TypeMachineUnseen, app.ObjectMachine, "5", app.StateLastSeen, "2026-10-04", "2026-10-03", "2026-11-01", app.SeverityWarning, "on 3 Oct 2026", "Recovered"},
		{app.TypeBackupFailed, app.ObjectOrganization, "4711", app.StateBackup, app.BackupSuccess, app.BackupFailed, app.BackupSuccess, app.SeverityWarning, "Organization N4711: the backup failed", "Recovered"},
		{app.TypeBackupFailed, app.ObjectResource, "9", app.StateBackup, app.BackupPartial, app.BackupFailed, app.BackupSuccess, app.SeverityWarning, "Resource N9: the backup failed", "Recovered"},
		{app.TypeBackupSLAMissed, app.ObjectOrganization, "4711", app.StateSLA, app.SLAMet, app.SLAMissed, app.SLAMet, app.SeverityWarning, "missed its backup SLA", "Recovered"},
		{app.TypeAccountUnprotected, app.ObjectAccount, "3", app.StateProtection, app.Protected, app.Unprotected, app.Protected, app.SeverityInfo, "Account N3 is not protected", "Recovered"},
	} {
		t.Run(tc.eventType+" "+tc.bad, func(t *testing.T) {
			b := newBridge(t, rule(tc.eventType))
			b.show(tc.kind, tc.id, tc.what, tc.good)
			if d := b.decide(true); !empty(d) {
				t.Fatalf("good: %+v", d)
			}
			b.wait(time.Hour)
			b.show(tc.kind, tc.id, tc.what, tc.bad)
			d := b.decide(true)
			mustOutcome(t, d, app.OutcomeTicket, app.ReasonFirst)
			if p := d.Deliveries[0].Payload; p.Severity != tc.severity || !strings.Contains(p.Summary+p.Text, tc.opened) || strings.Contains(p.Text, "{") {
				t.Errorf("create = %+v", p)
			}
			b.send()
			b.wait(time.Hour)
			b.show(tc.kind, tc.id, tc.what, tc.again)
			d = b.decide(true)
			mustOutcome(t, d, app.OutcomeMerged, app.ReasonCleared)
			if p := d.Deliveries[0].Payload; !p.Close || !strings.Contains(p.Text, tc.closed) || strings.Contains(d.Derived[0].Title+d.Derived[0].Text, "{") {
				t.Errorf("note = %+v, event %q %q", p, d.Derived[0].Title, d.Derived[0].Text)
			}
		})
	}
}

// Words between good and bad, and those nobody knows, neither open nor clear.
func TestWordsBetweenGoodAndBadSayNothing(t *testing.T) {
	b := newBridge(t, rule("backup.*", app.TypeAccountUnprotected))
	words := []string{app.BackupInProgress, app.BackupPartial, app.BackupOnboarding, "paused by an administrator", ""}
	for _, word := range words {
		b.show(app.ObjectOrganization, "4711", app.StateBackup, word)
		b.show(app.ObjectOrganization, "4711", app.StateSLA, word)
		b.show(app.ObjectAccount, "3", app.StateProtection, word)
		if d := b.decide(true); !empty(d) {
			t.Fatalf("%q opened %+v", word, d)
		}
	}
	b.show(app.ObjectOrganization, "4711", app.StateBackup, app.BackupFailed)
	mustCount(t, "tickets", len(b.decide(true).Tickets), 1)
	for _, word := range words {
		b.wait(time.Hour)
		b.show(app.ObjectOrganization, "4711", app.StateBackup, word)
		if d := b.decide(true); !empty(d) {
			t.Fatalf("%q cleared %+v", word, d)
		}
	}
}

func TestUnseenDaysAreCountedInUTCAndByTheRule(t *testing.T) {
	r := rule()
	r.When = []app.When{{Type: app.TypeMachineUnseen, Days: 2}, {Type: app.TypeMachineUnseen, Days: 4}}
	b := newBridge(t, r)
	b.show(app.ObjectMachine, "5", app.StateLastSeen, "2026-11-01")
	b.now = time.Date(2026, 11, 2, 23, 59, 59, 0, time.UTC)
	mustCount(t, "after one day", len(b.decide(true).Tickets), 0)
	b.now = time.Date(2026, 11, 3, 1, 0, 0, 0, time.FixedZone("", 2*3600)) // 23:00 of the 2nd in UTC
	mustCount(t, "by another zone", len(b.decide(true).Tickets), 0)
	b.wait(time.Hour)
	mustCount(t, "after two days", len(b.decide(true).Tickets), 1)
	b.send()
	b.wait(day)
	if d := b.decide(true); !empty(d) {
		t.Fatalf("a day more is nothing new: %+v", d)
	}
	b.wait(day)
	mustOutcome(t, b.decide(true), app.OutcomeMerged, app.ReasonWorsened)
	b.show(app.ObjectMachine, "6", app.StateLastSeen, "not a day")
	b.show(app.ObjectMachine, "7", app.StateLastSeen, "2027-01-01")
	if d := b.decide(true); !empty(d) {
		t.Errorf("no day, or one to come: %+v", d)
	}
}

// A day that stands still because nobody looked is no sign that a machine is gone.
func TestUnseenIsNotCountedWhereNobodyLooked(t *testing.T) {
	for name, blind := range map[string]func(*bridge){
		"its organization was not read": func(b *bridge) { b.unread = map[string]bool{"4711": true} },
		"the poll gap":                  func(b *bridge) { b.gap = true },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBridge(t, rule(app.TypeMachineUnseen))
			b.show(app.ObjectMachine, "5", app.StateLastSeen, "2026-11-01")
			b.wait(40 * day)
			blind(b)
			if d := b.decide(true); !empty(d) {
				t.Fatalf("derived %+v", d)
			}
			b.unread, b.gap = nil, false
			mustCount(t, "tickets", len(b.decide(true).Tickets), 1)
		})
	}
	b := newBridge(t, rule(app.TypeMachineUnseen))
	b.show(app.ObjectMachine, "5", app.StateLastSeen, "2026-11-01")
	b.wait(40 * day)
	if d := b.decide(false); !empty(d) {
		t.Errorf("before the first reading since the start: %+v", d)
	}
}

// TestT4UnseenSinceBeforeTheFirstReadIsHistory: what was reached before the start line is history, what is reached
// after it is not, though the day was read with the first reading.
func TestT4UnseenSinceBeforeTheFirstReadIsHistory(t *testing.T) {
	b := newBridge(t, rule(app.TypeMachineUnseen))
	b.first, b.started = true, time.Time{}
	b.show(app.ObjectMachine, "5", app.StateLastSeen, "2026-09-01")
	b.show(app.ObjectMachine, "6", app.StateLastSeen, "2026-10-20")
	mustOutcome(t, b.decide(true), app.OutcomeIgnored, app.ReasonHistory)
	b.first, b.started = false, b.now
	b.wait(20 * day)
	d := b.decide(true)
	mustOutcome(t, d, app.OutcomeTicket, app.ReasonFirst)
	if d.Derived[0].Object.ExternalID != "6" {
		t.Errorf("opened for %+v", d.Derived[0])
	}
	mustCount(t, "behind the question", waiting(b, app.ReasonHistory), 1)
}

// TestT4AnOrganizationHasAStartLineOfItsOwn: where it could be read later, by the whole of it or by the part that says so.
func TestT4AnOrganizationHasAStartLineOfItsOwn(t *testing.T) {
	for name, tc := range map[string]struct {
		starts map[string]time.Time
		want   app.Reason
	}{
		"with its source":                {map[string]time.Time{app.StateReadable: t0.Add(-2 * time.Hour)}, app.ReasonFirst},
		"a moment ago":                   {map[string]time.Time{app.StateReadable: t0.Add(-time.Minute)}, app.ReasonFirst},
		"just now":                       {map[string]time.Time{app.StateReadable: t0, app.StateBackup: t0}, app.ReasonHistory},
		"a part of it before":            {map[string]time.Time{app.StateReadable: t0, app.StateBackup: t0.Add(-time.Minute)}, app.ReasonFirst},
		"only a part of it":              {map[string]time.Time{app.StateBackup: t0.Add(-time.Minute)}, app.ReasonFirst},
		"another part of it":             {map[string]time.Time{app.StateBackup: t0, app.StateSLA: t0.Add(-time.Minute)}, app.ReasonHistory},
		"the whole, then this of it":     {map[string]time.Time{app.StateReadable: t0.Add(-time.Minute), app.StateBackup: t0}, app.ReasonFirst},
		"by a clock that was put back":   {map[string]time.Time{app.StateReadable: t0.Add(time.Hour)}, app.ReasonFirst},
		"nobody knows, as in an inbox's": {nil, app.ReasonFirst},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBridge(t, rule(app.TypeBackupFailed))
			b.starts = map[string]map[string]time.Time{"4711": tc.starts}
			b.show(app.ObjectOrganization, "4711", app.StateBackup, app.BackupFailed)
			d := b.decide(true)
			mustCount(t, "outcomes", len(d.Outcomes), 1)
			if d.Outcomes[0].Reason != tc.want {
				t.Errorf("reason is %s, want %s", d.Outcomes[0].Reason, tc.want)
			}
		})
	}
}

func TestT4WhatHoldsAtTheFirstReadWaitsBehindTheQuestion(t *testing.T) {
	b := newBridge(t, rule("backup.*", app.TypeAccountUnprotected))
	b.first, b.started = true, time.Time{}
	b.show(app.ObjectOrganization, "4711", app.StateBackup, app.BackupFailed)
	b.show(app.ObjectOrganization, "4711", app.StateSLA, app.SLAMissed)
	b.show(app.ObjectAccount, "3", app.StateProtection, app.Unprotected)
	mustCount(t, "tickets", len(b.decide(true).Tickets), 0)
	b.first, b.started = false, b.now
	b.wait(time.Hour)
	b.decide(true)
	mustCount(t, "behind the question", waiting(b, app.ReasonHistory), 3)
	b.show(app.ObjectAccount, "3", app.StateProtection, app.Protected)
	mustOutcome(t, b.decide(true), app.OutcomeSuppressed, app.ReasonRecovered)
}

func TestT8NewTypesRecoveredBeforeTheyWereSent(t *testing.T) {
	b := newBridge(t, rule(app.TypeBackupFailed))
	b.show(app.ObjectOrganization, "4711", app.StateBackup, app.BackupFailed)
	b.decide(true)
	b.wait(time.Minute)
	b.show(app.ObjectOrganization, "4711", app.StateBackup, app.BackupSuccess)
	if d := b.decide(false); !empty(d) {
		t.Fatalf("an incomplete reading cleared %+v", d)
	}
	b.unread = map[string]bool{"4711": true}
	if d := b.decide(true); !empty(d) {
		t.Fatalf("an organization that was not read cleared %+v", d)
	}
	b.unread = nil
	d := b.decide(true)
	mustOutcome(t, d, app.OutcomeSuppressed, app.ReasonRecovered)
	mustCount(t, "queued", len(b.queue), 0)
}

func TestUserThatIsGoneIsNotUnprotectedAnyMore(t *testing.T) {
	b := newBridge(t, rule(app.TypeAccountUnprotected))
	b.show(app.ObjectAccount, "3", app.StateProtection, app.Unprotected)
	b.decide(true)
	b.send()
	b.wait(time.Hour)
	b.remove("3")
	d := b.decide(true)
	mustOutcome(t, d, app.OutcomeMerged, app.ReasonCleared)
	if !strings.HasPrefix(d.Deliveries[0].Payload.Text, "Not shown by the source any more") {
		t.Errorf("note = %+v", d.Deliveries[0].Payload)
	}
}

// TestDerivedTypesHaveRules: every type that psabridge makes matches a rule of its own name and of its family.
func TestDerivedTypesHaveRules(t *testing.T) {
	for _, typ := range app.EventTypes() {
		family, _, _ := strings.Cut(typ.Type, ".")
		for _, pattern := range []string{typ.Type, family + ".*"} {
			b := newBridge(t, rule(pattern))
			e := b.event(typ.Type, app.Problem)
			e.Level = typ.Default
			mustCount(t, pattern, len(b.decide(true, e).Tickets), 1)
		}
		if alert.Stateful(typ.Type) == typ.Momentary {
			t.Errorf("%s: stateful %v", typ.Type, alert.Stateful(typ.Type))
		}
	}
}
