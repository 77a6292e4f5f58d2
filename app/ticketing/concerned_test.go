package ticketing_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"psabridge/app"
	"psabridge/app/alert"
	"psabridge/app/settings"
	"psabridge/app/ticketing"
	"psabridge/store"
	"psabridge/store/storetest"
)

// twins are two bridges that are sent the same. The rules of the one are told what a decision concerns; the other has a rule
// more, about nothing that ever comes but with a ticket for each organization, so that its rules are told everything.
type twins struct {
	t      *testing.T
	random *rand.Rand
	now    time.Time
	both   [2]*twin
	sent   int
	remote int64
}

type twin struct {
	store   *store.Store
	doc     app.Settings
	install string
}

func newTwins(t *testing.T, seed uint64) *twins {
	t.Helper()
	w := &twins{t: t, random: rand.New(rand.NewPCG(seed, 0)), now: time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)} //nolint:gosec // a walk that can be walked again
	doc := w.settings()
	for i := range w.both {
		b := &twin{store: storetest.Open(t), doc: doc}
		if i == 1 {
			b.doc.Alerts = append(slices.Clip(doc.Alerts), app.AlertRule{Name: "whole", When: []app.When{{Type: "nothing.at.all"}}, Via: app.Via{PSA: true}, Ticket: app.TicketPolicy{Per: "organization"}})
		}
		text, err := settings.Marshal(b.doc)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.store.SaveSettings(t.Context(), app.Revision{At: w.now, By: "Ada", Document: text}, settings.Project(b.doc)); err != nil {
			t.Fatal(err)
		}
		in, err := b.store.Install(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		b.install, w.both[i] = in.ID, b
	}
	return w
}

// settings are rules of every kind there is: with a wait, quick and slow notes, each way to come back, e-mail, and none.
func (w *twins) settings() app.Settings {
	minutes := func(n int) app.Duration { return app.Duration(time.Duration(n) * time.Minute) }
	rule := func(event string, change func(*app.AlertRule)) app.AlertRule {
		r := app.AlertRule{Name: event, When: []app.When{{Type: event}}, Via: app.Via{PSA: true}}
		change(&r)
		return r
	}
	doc := app.Settings{
		Version: 1,
		Connections: []app.ConnectionSettings{{
			Name: "cw", System: "connectwise", SiteURL: "https://cw.example", CompanyID: "cw", ClientID: "00000000-0000-0000-0000-000000000000",
			Ticketing: app.TicketingSettings{Enabled: true, AskAbove: 12},
		}},
		Sources: []app.SourceSettings{{Name: "feed", Kind: app.KindInbox}},
		Alerts: []app.AlertRule{
			rule("plain.a", func(r *app.AlertRule) { r.Ticket.AutoClose = true }),
			rule("plain.b", func(r *app.AlertRule) { r.Ticket.NoteEvery, r.Ticket.Comeback = minutes(60), "new" }),
			rule("none.c", func(r *app.AlertRule) { r.Ticket.AutoClose, r.Ticket.Comeback = true, "none" }),
			rule("slow.d", func(r *app.AlertRule) { r.Wait = minutes(20); r.Ticket.AutoClose = true }),
			rule("thing.added", func(*app.AlertRule) {}),
			rule("activity.login", func(*app.AlertRule) {}),
		},
	}
	if w.random.IntN(2) == 0 {
		doc.Alerts = append(doc.Alerts,
			rule("mail.e", func(r *app.AlertRule) { r.Via = app.Via{Email: []string{"a@example.com"}} }),
			rule("mail.f", func(r *app.AlertRule) { r.Via.Email = []string{"a@example.com"}; r.Ticket.AutoClose = true }))
	}
	for _, id := range []string{"c1", "c2"} {
		doc.Organizations = append(doc.Organizations, app.OrganizationSettings{Source: "feed", ID: id, PSA: "cw", Company: app.CompanyRef{ID: 100}})
	}
	return doc
}

// each has both do the same and fails when they did not end the same.
func (w *twins) each(what string, do func(b *twin) error) {
	w.t.Helper()
	for _, b := range w.both {
		if err := do(b); err != nil {
			w.t.Fatalf("%s: %v", what, err)
		}
	}
	if diff := cmp.Diff(w.both[1].shows(w.t), w.both[0].shows(w.t)); diff != "" {
		w.t.Fatalf("after %s, told everything and told what it concerns:\n%s", what, diff)
	}
}

// shows is all that was decided, with one name for both installations.
func (b *twin) shows(t *testing.T) []string {
	t.Helper()
	page := app.Page{Limit: 500}
	conditions, err := b.store.Conditions(t.Context(), app.ConditionFilter{Page: page})
	if err != nil {
		t.Fatal(err)
	}
	tickets, err := b.store.Tickets(t.Context(), app.TicketFilter{Page: page})
	if err != nil {
		t.Fatal(err)
	}
	deliveries, err := b.store.Deliveries(t.Context(), app.DeliveryFilter{Page: page})
	if err != nil {
		t.Fatal(err)
	}
	events, err := b.store.Events(t.Context(), app.EventFilter{Page: page})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, c := range conditions {
		out = append(out, fmt.Sprintf("%+v", c))
	}
	for _, r := range tickets {
		out = append(out, fmt.Sprintf("%+v", r.Ticket))
	}
	for _, d := range deliveries {
		out = append(out, fmt.Sprintf("%d %s %s %s %s %s", d.ID, d.DedupKey, d.Kind, d.State, d.Payload, d.NextAt))
	}
	for _, e := range events {
		out = append(out, fmt.Sprintf("%s %+v", e.SourceEventID, e.Outcome))
	}
	for i := range out {
		out[i] = strings.ReplaceAll(out[i], b.install, "install")
	}
	return out
}

func pick[T any](w *twins, of ...T) T { return of[w.random.IntN(len(of))] }

// send sends a few events in one call.
func (w *twins) send() {
	batch := app.Batch{Source: "feed", Pushed: true, ReadAt: w.now, Organizations: []app.Organization{
		{ExternalID: app.SyntheticTop, Name: "feed", Active: true},
		{ExternalID: "c1", ParentExternalID: app.SyntheticTop, Name: "C1", Active: true},
		{ExternalID: "c2", ParentExternalID: app.SyntheticTop, Name: "C2", Active: true},
	}}
	for range 1 + w.random.IntN(6) {
		w.sent++
		e := app.Event{
			SourceEventID: fmt.Sprint("e", w.sent), OrganizationID: pick(w, "c1", "c2"), Title: fmt.Sprint("Title ", w.sent), Severity: pick(w, app.SeverityWarning, app.SeverityCritical),
			Type:   pick(w, "plain.a", "plain.b", "none.c", "slow.d", "thing.added", "activity.login", "mail.e", "mail.f", "unwanted"),
			Object: app.Object{Kind: app.ObjectMachine, ExternalID: pick(w, "m1", "m2", "m3"), Name: "M"},
			State:  pick(w, app.Problem, app.Problem, app.Recovery, app.Info), OccurredAt: w.now.Add(-time.Duration(w.random.IntN(30)) * time.Minute),
		}
		batch.Events = append(batch.Events, e)
	}
	w.each("sending", func(b *twin) error {
		_, err := b.store.Ingest(w.t.Context(), batch, w.now, func(s app.AlertState) app.AlertDecision { return ticketing.Decide(b.doc, s) })
		return err
	})
}

// deliver sends what is due, or a part of it: a create becomes a ticket, a note may close its own.
func (w *twins) deliver() {
	n := w.random.IntN(8)
	first := w.remote
	w.each("delivering", func(b *twin) error {
		w.remote = first
		for range n {
			d, ok, err := b.store.Claim(w.t.Context(), w.now, nil)
			if err != nil || !ok {
				return err
			}
			st := app.Settlement{DeliveryID: d.ID, Attempt: d.Attempt, At: w.now, State: app.DeliveryDone}
			switch d.Kind {
			case app.DeliverTicketCreate:
				w.remote++
				st.Ticket = &app.Ticket{ID: d.TicketID, RemoteID: w.remote, State: app.TicketOpen, RemoteUpdatedAt: w.now}
			case app.DeliverAgreement, app.DeliverMail, app.DeliverTicketTest:
			case app.DeliverTicketNote:
				switch payload := string(d.Payload); {
				case strings.Contains(payload, `"close":true`):
					st.Ticket = &app.Ticket{ID: d.TicketID, State: app.TicketClosed, RemoteUpdatedAt: w.now}
				case strings.Contains(payload, `"reopen":true`):
					st.Ticket = &app.Ticket{ID: d.TicketID, State: app.TicketOpen, RemoteUpdatedAt: w.now}
				}
			}
			err = b.store.Settle(w.t.Context(), st)
			if app.ErrorCode(err) == app.Conflict { // another ticket stands for it by now: a person sees it, as the outbox does it
				st.Ticket, st.State = nil, app.DeliveryParked
				err = b.store.Settle(w.t.Context(), st)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// person closes a ticket, or keeps something quiet, or opens it.
func (w *twins) person() {
	nth, what, until := w.random.IntN(50), w.random.IntN(3), w.now.Add(time.Duration(w.random.IntN(48))*time.Hour)
	w.each("a person", func(b *twin) error {
		if what == 0 {
			open, err := b.store.Tickets(w.t.Context(), app.TicketFilter{State: app.TicketOpen})
			if err != nil || len(open) == 0 {
				return err
			}
			row := open[nth%len(open)].Ticket
			row.State, row.Touched, row.RemoteUpdatedAt = app.TicketClosed, true, w.now
			_, err = b.store.SavePolledTickets(w.t.Context(), []app.Ticket{row}, w.now)
			return err
		}
		all, err := b.store.Conditions(w.t.Context(), app.ConditionFilter{})
		if err != nil || len(all) == 0 {
			return err
		}
		ack := alert.Ack{Condition: all[nth%len(all)].ID, Until: until, Open: what == 2}
		_, err = b.store.Judge(w.t.Context(), "feed", w.now, func(s app.AlertState) app.AlertDecision {
			d, _ := ticketing.Acknowledge(b.doc, s, ack) // refused where it says nothing now
			return d
		})
		return err
	})
}

// TestToldWhatConcernsDecidesTheSame: a decision does not depend on whether the rules were told everything the source has or
// only what the decision is about.
func TestToldWhatConcernsDecidesTheSame(t *testing.T) {
	worlds := 3
	if os.Getenv("PSABRIDGE_ALL") != "" {
		worlds = 100
	}
	for seed := range uint64(worlds) {
		seed += 10
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			w := newTwins(t, seed)
			for range 60 {
				switch w.random.IntN(8) {
				case 0, 1, 2:
					w.send()
				case 3, 4:
					w.deliver()
				case 5:
					w.person()
				default:
					w.now = w.now.Add(pick(w, time.Minute, 5*time.Minute, 16*time.Minute, time.Hour, 7*time.Hour, 26*time.Hour))
					w.each("time passing", func(b *twin) error {
						_, err := b.store.Tick(t.Context(), "feed", w.now, func(s app.AlertState) app.AlertDecision { return ticketing.Decide(b.doc, s) })
						return err
					})
				}
			}
		})
	}
}

// TestRulesAreToldWhatConcernsThem: of what is simply open they are told nothing until an event is about it, and of every type
// that ends by itself they are told all the time.
func TestRulesAreToldWhatConcernsThem(t *testing.T) {
	w := newTwins(t, 1)
	b := w.both[0]
	b.doc.Connections[0].Ticketing.AskAbove = 0
	momentary := []string{"activity.x", "x.added", "x.removed"}
	for _, e := range app.EventTypes() {
		if e.Momentary {
			momentary = append(momentary, e.Type)
		}
	}
	types := append([]string{"plain.a"}, momentary...)
	b.doc.Alerts = nil
	for _, name := range types {
		b.doc.Alerts = append(b.doc.Alerts, app.AlertRule{Name: name, When: []app.When{{Type: name}}, Via: app.Via{PSA: true}})
	}
	batch := app.Batch{Source: "feed", Pushed: true, ReadAt: w.now}
	for i, name := range types {
		if alert.Stateful(name) != (name == "plain.a") {
			t.Errorf("%s is stateful: %v", name, alert.Stateful(name))
		}
		batch.Events = append(batch.Events, app.Event{SourceEventID: strconv.Itoa(i), OrganizationID: "c1", Type: name, State: app.Problem, Level: 9, Object: app.Object{Kind: app.ObjectMachine, ExternalID: "m"}})
	}
	told := func(s app.AlertState) (names []string) {
		for _, c := range s.Conditions {
			names = append(names, c.Type)
		}
		slices.Sort(names)
		return names
	}
	if _, err := b.store.Ingest(t.Context(), batch, w.now, func(s app.AlertState) app.AlertDecision { return ticketing.Decide(b.doc, s) }); err != nil {
		t.Fatal(err)
	}
	for range types { // all tickets are made
		w.remote++
		d, ok, err := b.store.Claim(t.Context(), w.now, nil)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		if err := b.store.Settle(t.Context(), app.Settlement{
			DeliveryID: d.ID, Attempt: d.Attempt, At: w.now, State: app.DeliveryDone, Ticket: &app.Ticket{ID: d.TicketID, RemoteID: w.remote, State: app.TicketOpen},
		}); err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(momentary)
	if _, err := b.store.Tick(t.Context(), "feed", w.now, func(s app.AlertState) (d app.AlertDecision) {
		if diff := cmp.Diff(momentary, told(s)); diff != "" {
			t.Errorf("as time passes: %s", diff)
		}
		return d
	}); err != nil {
		t.Fatal(err)
	}
	again := app.Batch{Source: "feed", Pushed: true, ReadAt: w.now, Events: []app.Event{batch.Events[0]}}
	again.Events[0].SourceEventID, again.Events[0].State = "over", app.Recovery
	if _, err := b.store.Ingest(t.Context(), again, w.now, func(s app.AlertState) (d app.AlertDecision) {
		if !slices.Contains(told(s), "plain.a") || len(s.Tickets) != len(types) {
			t.Errorf("of its recovery: %v and %d tickets", told(s), len(s.Tickets))
		}
		return d
	}); err != nil {
		t.Fatal(err)
	}
}
