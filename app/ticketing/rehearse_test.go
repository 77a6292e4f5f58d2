package ticketing_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"psabridge/app"
	"psabridge/app/settings"
	"psabridge/app/ticketing"
)

func decoded[T any](t testing.TB, text string) (v T) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// outcome is the part of a rehearsal that what really happened can be compared with.
func outcome(r app.Rehearsal) app.Rehearsal {
	out := app.Rehearsal{Tickets: r.Tickets, AutoClosed: r.AutoClosed, Open: r.Open, Notes: r.Notes, Reopened: r.Reopened}
	for _, s := range r.ByRule {
		s.Events = 0
		out.ByRule = append(out.ByRule, s)
	}
	return out
}

// TestRehearsalOfWhatHappenedIsWhatHappened lets random things happen to the real rules, store and outbox, minute by minute,
// and then rehearses them.
func TestRehearsalOfWhatHappenedIsWhatHappened(t *testing.T) {
	if checks := flag.Lookup("rapid.checks"); checks.Value.String() == checks.DefValue { // each is hours of a bridge's life
		if err := checks.Value.Set(strconv.Itoa(most(25, 100))); err != nil {
			t.Fatal(err)
		}
	}
	happenings := most(8, 40)
	rapid.Check(t, func(r *rapid.T) {
		p := newPast(t, drawRules(r)...)
		defer func() { _ = p.store.Close() }()
		p.doc.Connections[0].Ticketing.AskAbove = rapid.SampledFrom([]int{0, 0, 1, 2}).Draw(r, "ask above")
		p.machine("2", "21", app.Connected)
		p.machine("3", "31", rapid.SampledFrom([]string{app.Connected, app.Disconnected}).Draw(r, "first"))
		p.minute()
		for range rapid.IntRange(1, happenings).Draw(r, "happenings") {
			p.draw(r)
			p.minutes(rapid.SampledFrom([]int{1, 1, 2, 5, 9, 30}).Draw(r, "minutes"))
		}
		got, _ := p.rehearse(nil)
		if diff := cmp.Diff(p.came(), outcome(got)); diff != "" {
			r.Fatalf("what happened and its rehearsal differ (-happened +rehearsed):\n%s", diff)
		}
	})
}

func drawRules(r *rapid.T) []app.AlertRule {
	minutes := func(of ...int) app.Duration {
		return app.Duration(time.Duration(rapid.SampledFrom(of).Draw(r, "minutes")) * time.Minute)
	}
	draw := func(rule *app.AlertRule) {
		rule.Wait = minutes(0, 0, 7)
		rule.Ticket.NoteEvery = minutes(0, 5, 20)
		rule.Ticket.AutoClose = rapid.Bool().Draw(r, "auto close")
		rule.Ticket.Comeback = rapid.SampledFrom([]string{settings.ComebackReopen, settings.ComebackNew, settings.ComebackNone}).Draw(r, "comeback")
		rule.Ticket.ReopenWithin = minutes(10, 60*24)
		rule.Ticket.Per = rapid.SampledFrom([]string{"", "", "organization"}).Draw(r, "per")
		if rapid.Bool().Draw(r, "muted") {
			from := pastStart.Add(minutes(5, 30).D())
			rule.Mute = []app.Mute{{From: from.Format(time.RFC3339), To: from.Add(minutes(3, 40).D()).Format(time.RFC3339), Reason: "works"}}
		}
	}
	return []app.AlertRule{
		pastRule("Down", draw, app.When{Type: app.TypeMachineUnreachable, Minutes: rapid.SampledFrom([]int{0, 2, 12}).Draw(r, "for")}),
		pastRule("Full", draw, app.When{Type: app.TypeQuotaReached}, app.When{Type: app.TypeQuotaReached, Percent: 95}),
		pastRule("Backup", draw, app.When{Type: "backup.*"}),
		pastRule("Came", draw, app.When{Type: app.TypeMachineAdded}, app.When{Type: "disk.replaced.added"}),
	}
}

// draw lets something happen.
func (p *past) draw(r *rapid.T) {
	organization := rapid.SampledFrom([]string{"2", "2", "3", "4"}).Draw(r, "organization")
	object := organization + rapid.SampledFrom([]string{"1", "2"}).Draw(r, "object")
	switch rapid.IntRange(0, 6).Draw(r, "what") {
	case 0, 1:
		p.machine(organization, object, rapid.SampledFrom([]string{app.Connected, app.Disconnected, app.Disconnected, ""}).Draw(r, "connection"))
	case 2:
		p.show(organization, app.ObjectOrganization, organization, app.StateQuota, rapid.SampledFrom([]string{"50", "83", "84", "97", ""}).Draw(r, "quota"))
	case 3, 4:
		p.event(organization, "backup.failed", object, rapid.SampledFrom([]app.EventState{app.Problem, app.Problem, app.Recovery, app.Info}).Draw(r, "state"))
	case 5:
		p.event(organization, "disk.replaced.added", object, app.Info)
	case 6:
		p.show(organization, app.ObjectMachine, object, app.StatePresent, rapid.SampledFrom([]string{app.Yes, ""}).Draw(r, "present"))
	}
}

func TestRehearsal(t *testing.T) {
	p := newPast(t, pastRule("Down", nil, app.When{Type: app.TypeMachineUnreachable}))
	p.machine("2", "21", app.Connected)
	p.machine("2", "22", app.Disconnected) // held before anybody looked
	p.machine("4", "41", app.Connected)
	p.minutes(10)
	for range 3 { // away for 20 minutes, three times in a day
		p.machine("2", "21", app.Disconnected)
		p.minutes(20)
		p.machine("2", "21", app.Connected)
		p.minutes(60)
	}
	p.machine("2", "21", app.Disconnected) // too short for a ticket
	p.minutes(3)
	p.machine("2", "21", app.Connected)
	p.machine("4", "41", app.Disconnected) // nobody said whose it is
	p.minutes(10)
	p.machine("3", "31", app.Connected)
	p.minute()
	p.machine("3", "31", app.Disconnected)
	p.event("3", "disk.failing", "31", app.Problem)
	p.minutes(30)

	got, none := p.rehearse(nil)
	if none != nil {
		t.Errorf("a difference to nothing: %+v", none)
	}
	want := app.Rehearsal{
		From: p.now.Add(-24 * time.Hour), To: p.now, KeptSince: pastStart,
		Events: 10, Tickets: 2, Reopened: 2, Notes: 5, AutoClosed: 1, Open: 1, NoRule: 1,
		Unmapped: []app.RehearsedShare{{Name: "Umbra", OrganizationID: 4, Source: "sync", Tickets: 1}},
		ByRule:   []app.RehearsedShare{{Name: "Down", Events: 9, Tickets: 2, AutoClosed: 1}},
		ByOrganization: []app.RehearsedShare{
			{Name: "Contoso", OrganizationID: 2, Source: "sync", Events: 7, Tickets: 1, AutoClosed: 1},
			{Name: "Fabrikam", OrganizationID: 3, Source: "sync", Events: 2, Tickets: 1},
			{Name: "Umbra", OrganizationID: 4, Source: "sync", Events: 1},
		},
	}
	opened := got.Opened
	got.Opened = nil
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if len(opened) != 2 || opened[1].Summary == "" || opened[1].Count != 3 || opened[1].Rule != "Down" || opened[1].Organization != "Contoso" ||
		opened[1].ClosedAt.IsZero() || !opened[0].ClosedAt.IsZero() || opened[1].Notes != 5 || !opened[0].At.After(opened[1].At) {
		t.Errorf("opened %+v", opened)
	}
	if again, _ := p.rehearse(nil); cmp.Diff(opened, again.Opened) != "" {
		t.Error("another time, another result")
	}
}

func TestRehearsalOfAChange(t *testing.T) {
	p := newPast(t, pastRule("Down", func(r *app.AlertRule) { r.Ticket.Comeback = settings.ComebackNew }, app.When{Type: app.TypeMachineUnreachable}))
	p.machine("2", "21", app.Connected)
	p.minute()
	for _, away := range []int{7, 20, 40} {
		p.machine("2", "21", app.Disconnected)
		p.minutes(away)
		p.machine("2", "21", app.Connected)
		p.event("2", "disk.failing", "21", app.Problem)
		p.minutes(30)
	}
	if r, _ := p.rehearse(nil); r.Tickets != 3 {
		t.Fatalf("%d tickets by the rules as they are, want 3", r.Tickets)
	}
	fifteen := p.doc.Alerts[0]
	fifteen.When = []app.When{{Type: app.TypeMachineUnreachable, Minutes: 15}}
	for name, c := range map[string]struct {
		rules                     []app.AlertRule
		tickets, opened, noLonger int
	}{
		"the same":         {p.doc.Alerts, 3, 0, 0},
		"longer away":      {[]app.AlertRule{fifteen}, 2, 0, 1}, // the other two open later, and are the same tickets
		"none at all":      {[]app.AlertRule{}, 0, 0, 3},
		"another event":    {append([]app.AlertRule{pastRule("Disk", nil, app.When{Type: "disk.*"})}, p.doc.Alerts...), 4, 1, 0},
		"instead of those": {[]app.AlertRule{pastRule("Disk", nil, app.When{Type: "disk.*"})}, 1, 1, 3},
	} {
		r, d := p.rehearse(c.rules)
		if r.Tickets != c.tickets || d == nil || d.Before.Tickets != 3 || len(d.Opened) != c.opened || len(d.NoLonger) != c.noLonger {
			t.Errorf("%s: %d tickets, difference %+v", name, r.Tickets, d)
		}
	}
}

func TestRehearsalByMailAlone(t *testing.T) {
	byMail := pastRule("Disk", func(r *app.AlertRule) { r.Via = app.Via{Email: []string{"duty@example.com"}} }, app.When{Type: "disk.*"})
	p := newPast(t, byMail)
	p.minute()
	p.event("2", "disk.failing", "21", app.Problem)
	p.minutes(30)
	if r, _ := p.rehearse(nil); r.Tickets != 0 || r.Mails != 1 {
		t.Errorf("%d tickets and %d e-mails, want 0 and 1", r.Tickets, r.Mails)
	}
}

func TestRehearsalOfNothing(t *testing.T) {
	p := newPast(t, pastRule("Down", nil, app.When{Type: app.TypeMachineUnreachable}))
	if r, _ := p.rehearse(nil); r.Events != 0 || r.Tickets != 0 || len(r.ByRule) != 1 {
		t.Errorf("%+v", r)
	}
	for _, days := range []int{-1, 91} {
		if _, _, err := p.desk.Rehearse(t.Context(), nil, days); app.ErrorCode(err) != app.Invalid {
			t.Errorf("%d days: %v", days, err)
		}
	}
	p.minute()
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := p.desk.Rehearse(cancelled, nil, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("a rehearsal nobody waits for ends with %v", err)
	}
}

// TestRehearsalStartsWithHistory looks back over less than is kept: what holds when the window begins is no ticket of it.
func TestRehearsalStartsWithHistory(t *testing.T) {
	p := newPast(t, pastRule("All", nil, app.When{Type: app.TypeMachineUnreachable}, app.When{Type: "disk.*"}))
	p.machine("2", "21", app.Connected)
	p.minute()
	p.machine("2", "21", app.Disconnected)
	p.event("2", "disk.failing", "22", app.Problem)
	p.minutes(60)
	p.now = p.now.Add(23*time.Hour + 30*time.Minute) // both an hour and more before the window
	p.event("2", "disk.failing", "22", app.Problem)
	p.event("2", "disk.failing", "23", app.Problem)
	p.minutes(30)
	if r, _ := p.rehearse(nil); r.Tickets != 1 || r.Opened[0].Object.ExternalID != "23" {
		t.Errorf("%+v", r)
	}
}

// TestDifferenceCountsWhatItDoesNotName: the lists are cut, the numbers are not.
func TestDifferenceCountsWhatItDoesNotName(t *testing.T) {
	h := bigPast(false)
	doc := app.Settings{
		Sources:     []app.SourceSettings{{Name: "sync", Kind: app.KindX360Sync}},
		Connections: []app.ConnectionSettings{{Name: "cw", System: "connectwise"}},
		Alerts:      []app.AlertRule{pastRule("Down", nil, app.When{Type: app.TypeMachineUnreachable})},
	}
	for _, o := range h.Organizations {
		one := app.OrganizationSettings{Source: "sync", ID: o.ExternalID, Company: app.CompanyRef{ID: 250}}
		if o.ParentExternalID == "" {
			one.PSA = "cw"
		}
		doc.Organizations = append(doc.Organizations, one)
	}
	desk := ticketing.New(ticketing.Deps{Store: kept{h: h}, Now: func() time.Time { return h.To }, Settings: func(context.Context) (app.Settings, error) { return doc, nil }})
	r, d, err := desk.Rehearse(t.Context(), []app.AlertRule{}, 30)
	if err != nil {
		t.Fatal(err)
	}
	if d.Before.Tickets <= app.RehearsedMost || d.Fewer != d.Before.Tickets-r.Tickets || d.More != 0 || len(d.NoLonger) != app.RehearsedMost {
		t.Errorf("%d tickets before, %d with these rules: %d more, %d fewer, %d of them named", d.Before.Tickets, r.Tickets, d.More, d.Fewer, len(d.NoLonger))
	}
}
