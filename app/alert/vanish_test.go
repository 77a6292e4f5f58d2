package alert_test

import (
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/alert"
)

// away is a bridge with an open ticket for a machine that is away and one for a quota that is reached.
func away(t *testing.T) *bridge {
	t.Helper()
	b := newBridge(t, rule(app.TypeMachineUnreachable, app.TypeQuotaReached))
	b.machine("77", app.Disconnected)
	b.quota(90)
	b.wait(time.Hour)
	mustCount(t, "tickets", len(b.decide(true).Tickets), 2)
	b.send()
	b.wait(time.Hour)
	return b
}

func TestWhatIsGoneCloses(t *testing.T) {
	for name, id := range map[string]string{"a machine that was removed": "77", "a quota that was lifted": "4711"} {
		t.Run(name, func(t *testing.T) {
			b := away(t)
			b.remove(id)
			d := b.decide(true)
			mustOutcome(t, d, app.OutcomeMerged, app.ReasonCleared)
			mustCount(t, "notes", len(d.Deliveries), 1)
			if p := d.Deliveries[0].Payload; !p.Close || !strings.HasPrefix(p.Text, "Not shown by the source any more") {
				t.Errorf("note = %+v", p)
			}
		})
	}
}

func TestMachineThatMovedIsGoneFromItsOldOrganization(t *testing.T) {
	b := away(t)
	b.routes["4712"] = b.routes["4711"]
	b.objects[0].OrganizationID = "4712"
	d := b.decide(true)
	mustCount(t, "tickets of the new organization", len(d.Tickets), 1)
	for _, q := range d.Deliveries {
		if q.Payload.OrganizationID == "4711" && !q.Payload.Close {
			t.Errorf("the old organization's ticket is told %+v", q.Payload)
		}
	}
	mustCount(t, "deliveries", len(d.Deliveries), 2)
}

func TestWhatWaitsForAMappingEndsWithItsMachine(t *testing.T) {
	b := newBridge(t, rule(app.TypeMachineUnreachable))
	b.routes["4711"] = alert.Route{Connection: "cw", Ticketing: true}
	b.machine("77", app.Disconnected)
	b.wait(time.Hour)
	mustOutcome(t, b.decide(true), app.OutcomeUnmapped, app.ReasonNotMapped)
	b.remove("77")
	mustOutcome(t, b.decide(true), app.OutcomeSuppressed, app.ReasonRecovered)
}

func TestT8NothingOfAnUnreadOrganizationIsCleared(t *testing.T) {
	b := away(t)
	b.unread = map[string]bool{"4711": true}
	b.remove("77")
	b.quota(10)
	for range 3 {
		if d := b.decide(true); !empty(d) {
			t.Fatalf("cleared from what was not read: %+v", d)
		}
		b.wait(time.Minute)
	}
	b.unread = map[string]bool{"4712": true} // another customer's does not keep it
	mustCount(t, "recoveries", len(b.decide(true).Outcomes), 2)
}

func TestVanishedInTheQuietTimeIsToldLater(t *testing.T) {
	b := newBridge(t, rule(app.TypeMachineUnreachable))
	b.machine("77", app.Disconnected)
	for range 2 {
		b.wait(10 * time.Minute)
		b.decide(true)
		b.send()
		b.remove("77")
		b.wait(time.Second)
		b.decide(true)
		b.wait(time.Second)
		b.machine("77", app.Disconnected)
	}
	b.remove("77")
	b.wait(time.Hour)
	b.decide(true)
	b.send()
	for _, tk := range b.tickets {
		if tk.State != app.TicketClosed {
			t.Errorf("ticket %d is %s", tk.ID, tk.State)
		}
	}
}

func TestWhatTheSourceReportsItselfDoesNotVanish(t *testing.T) {
	b := newBridge(t, rule(app.TypeMachineUnreachable))
	b.decide(true, b.event(app.TypeMachineUnreachable, app.Problem))
	b.send()
	b.wait(time.Hour)
	if d := b.decide(true); !empty(d) {
		t.Errorf("ended by a state it never had: %+v", d)
	}
}

// What was not shown for less than a day goes on as it stood; after that its organization begins anew.
func TestWhatComesBackGoesOnAsItStood(t *testing.T) {
	for name, tc := range map[string]struct {
		history   bool // it held at the first reading
		closes    bool // a person closed its ticket
		away      time.Duration
		tickets   int
		wantState app.ConditionState
		wantWait  app.Reason
	}{
		"quiet":               {false, true, day - time.Minute, 1, app.ConditionQuiet, app.ReasonStayQuiet},
		"quiet, a day later":  {false, true, day, 1, app.ConditionWaiting, app.ReasonHistory},
		"behind the question": {true, false, time.Hour, 0, app.ConditionWaiting, app.ReasonHistory},
		"open":                {false, false, time.Hour, 1, app.ConditionOpen, ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBridge(t, rule(app.TypeQuotaReached))
			b.quota(90)
			b.first = tc.history
			b.decide(true)
			b.first = false
			b.send()
			if tc.closes {
				b.personCloses(&b.tickets[0])
			}
			for range 2 { // however often it goes
				b.wait(time.Hour)
				b.remove("4711")
				b.decide(true)
				b.send()
				b.wait(tc.away)
				b.quota(90)
				b.starts = map[string]map[string]time.Time{"4711": {app.StateReadable: b.now}}
				b.decide(true)
				b.send()
				if c := b.last(); c.State != tc.wantState || c.Wait != tc.wantWait {
					t.Fatalf("it is %s, %s", c.State, c.Wait)
				}
				mustCount(t, "tickets", len(b.tickets), tc.tickets)
				if tc.wantState == app.ConditionOpen {
					return
				}
			}
		})
	}
}

// A recovery that was seen ends what a person kept quiet.
func TestWhatRecoveredOpensAnew(t *testing.T) {
	b := newBridge(t, rule(app.TypeQuotaReached))
	b.quota(90)
	b.decide(true)
	b.send()
	b.personCloses(&b.tickets[0])
	b.wait(time.Hour)
	b.quota(10)
	b.decide(true)
	b.wait(time.Hour)
	b.quota(90)
	mustOutcome(t, b.decide(true), app.OutcomeTicket, app.ReasonFirst)
}
