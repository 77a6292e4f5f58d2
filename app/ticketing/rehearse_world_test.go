package ticketing_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/outbox"
	"psabridge/app/settings"
	"psabridge/app/ticketing"
	"psabridge/store"
	"psabridge/store/storetest"
)

// past is what really happens to a source: the real store and outbox, polled every minute, with a ConnectWise that does at
// once what it is told.
type past struct {
	t      testing.TB
	store  *store.Store
	box    *outbox.Outbox
	desk   *ticketing.Desk
	doc    app.Settings
	now    time.Time
	tree   []app.Organization
	states map[string]app.ObjectState
	order  []string
	news   []app.Event
	n      int
	notes  int
	again  int // reopened
}

var pastStart = time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)

// newPast has a provider with three customers, the last of which has no company.
func newPast(t testing.TB, rules ...app.AlertRule) *past {
	t.Helper()
	p := &past{t: t, now: pastStart, states: map[string]app.ObjectState{}}
	p.doc = app.Settings{
		Version:     1,
		Sources:     []app.SourceSettings{{Name: "sync", Kind: app.KindX360Sync, Every: app.Duration(time.Minute)}},
		Connections: []app.ConnectionSettings{{Name: "cw", System: "connectwise", Ticketing: app.TicketingSettings{Enabled: true}}},
		Organizations: []app.OrganizationSettings{
			{Source: "sync", ID: "1", PSA: "cw", Company: app.CompanyRef{ID: 250}},
			{Source: "sync", ID: "2", Company: app.CompanyRef{ID: 251}},
			{Source: "sync", ID: "3", Company: app.CompanyRef{ID: 252}},
		},
		Alerts: rules,
	}
	for i, name := range []string{"MSP", "Contoso", "Fabrikam", "Umbra"} {
		o := app.Organization{Source: "sync", ExternalID: strconv.Itoa(i + 1), Name: name, State: app.OrganizationPresent, Active: true}
		if i > 0 {
			o.ParentExternalID = "1"
		}
		p.tree = append(p.tree, o)
		p.show(o.ExternalID, app.ObjectOrganization, o.ExternalID, app.StateReadable, app.Yes)
	}
	p.store = storetest.OpenAt(t, t.TempDir(), func() time.Time { return p.now })
	document, err := settings.Marshal(p.doc)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.store.SaveSettings(t.Context(), app.Revision{At: p.now, By: "test", Document: document}, settings.Project(p.doc)); err != nil {
		t.Fatal(err)
	}
	p.desk = ticketing.New(ticketing.Deps{
		Store: p.store, Now: func() time.Time { return p.now },
		Settings: func(context.Context) (app.Settings, error) { return p.doc, nil },
	})
	p.box = outbox.New(p.store, map[app.DeliveryKind]outbox.Handler{
		app.DeliverTicketCreate: p.create, app.DeliverTicketNote: p.note, app.DeliverMail: p.mail,
	}, outbox.Options{Now: func() time.Time { return p.now }, Random: func() float64 { return 0.5 }})
	return p
}

func (p *past) create(ctx context.Context, d app.Delivery, _ outbox.Intend) (app.Settlement, error) {
	row, err := p.store.Ticket(ctx, d.TicketID)
	t := row.Ticket
	t.RemoteID, t.State = 48000+t.ID, app.TicketOpen
	return app.Settlement{State: app.DeliveryDone, Ticket: &t}, err
}

func (p *past) note(ctx context.Context, d app.Delivery, _ outbox.Intend) (app.Settlement, error) {
	row, err := p.store.Ticket(ctx, d.TicketID)
	if err != nil {
		return app.Settlement{}, err
	}
	payload := decoded[app.TicketPayload](p.t, string(d.Payload))
	holds := slices.ContainsFunc(row.Conditions, func(c app.Condition) bool { return c.State == app.ConditionOpen })
	t := row.Ticket
	p.notes++
	switch {
	case payload.Reopen && holds && t.State == app.TicketClosed:
		t.State, t.ClosedAt = app.TicketOpen, time.Time{}
		p.again++
	case payload.Close && !holds:
		t.State, t.ClosedAt = app.TicketClosed, p.now
	}
	return app.Settlement{State: app.DeliveryDone, Ticket: &t}, nil
}

func (p *past) mail(context.Context, app.Delivery, outbox.Intend) (app.Settlement, error) {
	return app.Settlement{State: app.DeliveryDone}, nil
}

// show sets what the source shows of something from now on; "" stops showing it.
func (p *past) show(organization string, kind app.ObjectKind, id, what, value string) {
	key := organization + "/" + string(kind) + "/" + id + "/" + what
	if value == "" {
		delete(p.states, key)
		return
	}
	if _, known := p.states[key]; !known && !slices.Contains(p.order, key) {
		p.order = append(p.order, key)
	}
	p.states[key] = app.ObjectState{OrganizationID: organization, Object: app.Object{Kind: kind, ExternalID: id, Name: "N" + id}, What: what, Value: value}
}

func (p *past) machine(organization, id, value string) {
	p.show(organization, app.ObjectMachine, id, app.StateConnection, value)
}

// event is news of the source's own.
func (p *past) event(organization, typ, object string, state app.EventState) {
	p.n++
	p.news = append(p.news, app.Event{
		SourceEventID: fmt.Sprint("e", p.n), OrganizationID: organization, Object: app.Object{Kind: app.ObjectMachine, ExternalID: object, Name: "N" + object},
		Source: "sync", Type: typ, State: state, Severity: app.SeverityWarning, OccurredAt: p.now, Title: typ + " of N" + object,
	})
}

// minute polls, delivers, and lets a minute pass.
func (p *past) minute() {
	p.t.Helper()
	b := app.Batch{Source: "sync", ReadAt: p.now, Organizations: p.tree, OrganizationsComplete: true, Events: p.news}
	for _, key := range p.order {
		if s, shown := p.states[key]; shown {
			b.States = append(b.States, s)
		}
	}
	if _, err := p.store.Ingest(p.t.Context(), b, p.now, func(s app.AlertState) app.AlertDecision { return ticketing.Decide(p.doc, s) }); err != nil {
		p.t.Fatal(err)
	}
	p.news = nil
	for p.box.Once(p.t.Context()) {
	}
	p.now = p.now.Add(time.Minute)
}

func (p *past) minutes(n int) {
	p.t.Helper()
	for range n {
		p.minute()
	}
}

func (p *past) rehearse(rules []app.AlertRule) (app.Rehearsal, *app.RehearsalDifference) {
	p.t.Helper()
	r, d, err := p.desk.Rehearse(p.t.Context(), rules, 1)
	if err != nil {
		p.t.Fatal(err)
	}
	return r, d
}

// came is what really came of it.
func (p *past) came() app.Rehearsal {
	p.t.Helper()
	rows, err := p.store.Tickets(p.t.Context(), app.TicketFilter{Page: app.Page{Limit: 1000}})
	if err != nil {
		p.t.Fatal(err)
	}
	by := map[string]*app.RehearsedShare{}
	r := app.Rehearsal{Notes: p.notes, Reopened: p.again}
	for _, rule := range p.doc.Alerts {
		by[rule.Name] = &app.RehearsedShare{Name: rule.Name}
	}
	for _, row := range rows {
		share := by[p.ruleOf(row)]
		r.Tickets++
		share.Tickets++
		if row.State == app.TicketClosed {
			r.AutoClosed++
			share.AutoClosed++
			continue
		}
		r.Open++
	}
	for _, rule := range p.doc.Alerts {
		r.ByRule = append(r.ByRule, *by[rule.Name])
	}
	return r
}

// ruleOf is the rule whose create made a ticket.
func (p *past) ruleOf(row app.TicketRow) string {
	p.t.Helper()
	list, err := p.store.Deliveries(p.t.Context(), app.DeliveryFilter{Kind: app.DeliverTicketCreate, TicketID: row.ID})
	if err != nil || len(list) != 1 {
		p.t.Fatalf("%d creates of ticket %d (%v)", len(list), row.ID, err)
	}
	return decoded[app.TicketPayload](p.t, string(list[0].Payload)).Rule
}

func pastRule(name string, change func(*app.AlertRule), when ...app.When) app.AlertRule {
	r := app.AlertRule{Name: name, When: when, Via: app.Via{PSA: true}, Ticket: app.TicketPolicy{
		AutoClose: true, ReopenWithin: app.Duration(24 * time.Hour), Comeback: settings.ComebackReopen,
	}}
	if change != nil {
		change(&r)
	}
	return r
}
