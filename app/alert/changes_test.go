package alert_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"psabridge/app"
)

// shape is what tells one event of a change from another.
func shape(d app.AlertDecision) []string {
	var got []string
	for _, e := range d.Derived {
		got = append(got, e.Type+" "+e.OrganizationID+" "+e.Title)
	}
	return got
}

func TestWhatComesAndGoes(t *testing.T) {
	b := newBridge(t)
	b.tree = append(b.tree, app.Organization{Source: "sync", ExternalID: "4713", ParentExternalID: "4712", Name: "Northwind", State: app.OrganizationGone},
		app.Organization{Source: "sync", ExternalID: "4714", ParentExternalID: "4700", Name: "Tailspin"},
		app.Organization{Source: "sync", ExternalID: "4715", ParentExternalID: "4714", Name: "Wingtip"})
	b.readBefore["4713"] = true
	b.appeared = []app.ObjectState{
		b.present("4711", app.ObjectAccount, "1"), b.present("4711", app.ObjectMachine, "2"),
		b.present("4714", app.ObjectOrganization, "4714"), b.present("4715", app.ObjectOrganization, "4715"),
		b.present("4714", app.ObjectAccount, "3"), b.present("4715", app.ObjectAccount, "4"), b.present("4715", app.ObjectMachine, "5"),
		b.present("4711", app.ObjectRoot, "6"),
		{OrganizationID: "4711", Object: app.Object{Kind: app.ObjectAccount, ExternalID: "7"}, What: app.StateQuota},
	}
	b.vanished = []app.ObjectState{
		b.present("4712", app.ObjectAccount, "8"), b.present("4713", app.ObjectOrganization, "4713"), b.present("4713", app.ObjectAccount, "9"),
	}
	b.moved = []app.OrganizationMove{{OrganizationID: "4711", From: "4700", To: "4712"}}
	d := b.decide(true)
	want := []string{
		"organization.added 4700 Organization N4714 was added, with 1 organization, 2 accounts and 1 machine",
		"account.added 4711 Account N1 was added",
		"machine.added 4711 Machine N2 was added",
		"account.removed 4712 Account N8 was removed",
		"organization.moved 4712 Organization Contoso was moved below Fabrikam",
		"organization.removed 4712 Organization N4713 was removed, with 1 account",
	}
	if diff := cmp.Diff(want, shape(d)); diff != "" {
		t.Error(diff)
	}
	for _, e := range d.Derived {
		if e.State != app.Info || e.Severity != app.SeverityInfo || !strings.HasPrefix(e.SourceEventID, "derived/"+e.Type+"/"+e.OrganizationID+"/") {
			t.Errorf("%+v", e)
		}
	}
}

func TestNothingIsNewWhereNobodyCouldLookBefore(t *testing.T) {
	for name, tc := range map[string]func(*bridge){
		"at the first reading":                  func(b *bridge) { b.first, b.started = true, time.Time{} },
		"in an organization not read before":    func(b *bridge) { delete(b.readBefore, "4711") },
		"though all others were read before it": func(b *bridge) { b.readBefore = map[string]bool{"4700": true} },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBridge(t)
			tc(b)
			b.appeared = []app.ObjectState{b.present("4711", app.ObjectAccount, "1"), b.present("4700", app.ObjectOrganization, "4700")}
			b.vanished = []app.ObjectState{b.present("4711", app.ObjectMachine, "2")}
			if d := b.decide(true); !empty(d) {
				t.Errorf("derived %+v", d.Derived)
			}
		})
	}
	b := newBridge(t)
	delete(b.readBefore, "4700") // the parent
	b.appeared = []app.ObjectState{b.present("4712", app.ObjectOrganization, "4712"), b.present("4712", app.ObjectAccount, "1")}
	if d := b.decide(true); !empty(d) {
		t.Errorf("new below one that was not read: %+v", d.Derived)
	}
}

// TestT3AddedAndRemovedAreMomentary: each ends with its ticket or a day after, and coming back is news.
func TestT3AddedAndRemovedAreMomentary(t *testing.T) {
	b := newBridge(t, rule("account.*"))
	for range 3 {
		o := b.present("4711", app.ObjectAccount, "1")
		b.appeared = []app.ObjectState{o}
		mustOutcome(t, b.decide(true), app.OutcomeTicket, app.ReasonFirst)
		b.send()
		b.wait(time.Hour)
		b.vanished = []app.ObjectState{o}
		mustOutcome(t, b.decide(true), app.OutcomeTicket, app.ReasonFirst)
		b.send()
		for i := range b.tickets {
			if b.tickets[i].State == app.TicketOpen {
				b.personCloses(&b.tickets[i])
			}
		}
		b.wait(25 * time.Hour)
		b.decide(true)
		for _, c := range b.conditions {
			if c.State != app.ConditionCleared {
				t.Fatalf("%s is %s a day later", c.Type, c.State)
			}
		}
	}
	mustCount(t, "tickets", len(b.tickets), 6)
	if !strings.Contains(b.tickets[0].Summary, "Account N1 was added – Contoso") {
		t.Errorf("summary = %q", b.tickets[0].Summary)
	}
}

// Nobody closed the ticket of the first one, so the next joins it.
func TestMomentaryOfAnotherDayJoinsTheTicketThatIsOpenStill(t *testing.T) {
	b := newBridge(t, rule("activity.login"))
	b.decide(true, b.event("activity.login", app.Info))
	b.send()
	b.wait(25 * time.Hour)
	b.decide(true)
	d := b.decide(true, b.event("activity.login", app.Info))
	mustOutcome(t, d, app.OutcomeMerged, app.ReasonCameBack)
	mustCount(t, "notes", len(d.Deliveries), 1)
}

// A thing that was added and is not shown any more did not recover: its ticket stays.
func TestAddedDoesNotVanish(t *testing.T) {
	b := newBridge(t, rule("account.added"))
	b.appeared = []app.ObjectState{b.present("4711", app.ObjectAccount, "1")}
	b.decide(true)
	b.send()
	b.wait(time.Hour)
	if d := b.decide(true); !empty(d) {
		t.Errorf("%+v", d)
	}
}

func TestTicketOfThousandsNamesTheFirst(t *testing.T) {
	r := rule(app.TypeAccountUnprotected)
	r.Ticket.Per = "organization"
	b := newBridge(t, r)
	for i := range 1000 {
		b.show(app.ObjectAccount, strconv.Itoa(i), app.StateProtection, app.Unprotected)
	}
	d := b.decide(true)
	mustCount(t, "tickets", len(d.Tickets), 1)
	if text := d.Deliveries[0].Payload.Text; len(text) > 17<<10 || !strings.HasSuffix(text, "And more of the same.") {
		t.Errorf("%d bytes, ending in %q", len(text), text[len(text)-60:])
	}
	b.send()
	b.wait(time.Hour)
	for i := range 1000 {
		b.show(app.ObjectAccount, strconv.Itoa(i), app.StateProtection, app.Protected)
	}
	d = b.decide(true)
	if text := d.Deliveries[0].Payload.Text; !strings.HasSuffix(text, "and 950 more.") {
		t.Errorf("note = %q", text)
	}
}

// TestManyObjectsAreJudgedInLinearTime counts allocations, not seconds: with nothing wrong there are hardly any, however
// many objects there are.
func TestManyObjectsAreJudgedInLinearTime(t *testing.T) {
	allocations := func(n int) float64 {
		b := newBridge(t, rule("machine.*", "quota.*", "account.*"))
		for i := range n {
			id := strconv.Itoa(i)
			b.objects = append(b.objects, b.present("4711", app.ObjectAccount, id),
				app.ObjectState{OrganizationID: "4711", Object: app.Object{Kind: app.ObjectAccount, ExternalID: id}, What: app.StateQuota, Value: "12", From: b.now},
				app.ObjectState{OrganizationID: "4711", Object: app.Object{Kind: app.ObjectMachine, ExternalID: id}, What: app.StateLastSeen, Value: app.Connected, From: b.now})
		}
		s := b.state(true, nil)
		return testing.AllocsPerRun(1, func() { _ = observe(b, s) })
	}
	if few, many := allocations(50), allocations(5000); many > few+20 {
		t.Errorf("50 accounts take %.0f allocations, 5000 take %.0f", few, many)
	}
}
