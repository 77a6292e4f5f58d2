package ticketing_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/outbox"
	"psabridge/app/psa"
	"psabridge/app/sandbox"
	"psabridge/app/ticketing"
)

// moveTo leads the connection to another ConnectWise that has somebody else's ticket of the same number, as it is when
// one is a copy of the other.
func (w *world) moveTo(xref string) {
	w.t.Helper()
	mine := w.vendor.ConnectWise.Tickets()
	other := newWorld(w.t, sandbox.Options{})
	other.set(w.clock)
	for number := 0; number < mine[len(mine)-1].ID; {
		number = other.make(xref)
	}
	w.vendor, w.client = other.vendor, other.client
	w.desk = ticketing.New(ticketing.Deps{
		Store: w.store, Client: func(context.Context, string) (psa.Client, error) { return other.client, nil },
		Settings: func(context.Context) (app.Settings, error) { return w.doc, nil }, Now: w.now,
	})
	w.box = outbox.New(w.store, w.desk.Handlers(), outbox.Options{Now: w.now, Random: func() float64 { return 0.5 }})
}

// mustBeUntouched fails when anything was written to a ticket of ConnectWise since moveTo.
func (w *world) mustBeUntouched() {
	w.t.Helper()
	for _, r := range w.vendor.ConnectWise.Tickets() {
		if notes := w.vendor.ConnectWise.Notes(r.ID); r.Closed || len(notes) > 0 {
			w.t.Errorf("a stranger's ticket: closed %t, notes %+v", r.Closed, notes)
		}
	}
}

// references are those a stranger's ticket may carry; most carry none.
var references = map[string]string{"without a reference": "", "with another reference": "somebody else's"}

func TestAStrangersTicketIsNotWrittenTo(t *testing.T) {
	reopen := func(doc *app.Settings) {
		doc.Alerts[0].Ticket.Comeback, doc.Alerts[0].Ticket.ReopenWithin = "reopen", app.Duration(24*time.Hour)
	}
	for _, tc := range []struct {
		name   string
		change func(*app.Settings)
		before func(w *world)
		news   func(w *world)
	}{
		{name: "close", news: (*world).recovery},
		{name: "note", change: func(doc *app.Settings) { doc.Alerts[0].Ticket.AutoClose = false }, news: (*world).recovery},
		{name: "raise", news: func(w *world) {
			e := w.event(app.Problem)
			e.Severity = app.SeverityCritical
			w.poll(e)
		}},
		{name: "reopen", change: reopen, before: func(w *world) { w.recovery(); w.deliver(0); w.set(w.clock.Add(time.Minute)) }, news: (*world).problem},
	} {
		for with, xref := range references {
			t.Run(tc.name+", "+with, func(t *testing.T) {
				w := newWorld(t, sandbox.Options{}, func(doc *app.Settings) {
					if tc.change != nil {
						tc.change(doc)
					}
				})
				w.problem()
				w.deliver(0)
				w.set(w.clock.Add(time.Hour))
				if tc.before != nil {
					tc.before(w)
				}
				w.moveTo(xref)
				tc.news(w)
				w.deliver(time.Hour)
				w.mustBeUntouched()
				rows, err := w.store.Deliveries(t.Context(), app.DeliveryFilter{})
				if err != nil {
					t.Fatal(err)
				}
				if d := rows[0]; d.Kind != app.DeliverTicketNote || d.State != app.DeliveryDropped || !strings.Contains(d.Reason, "Ticket 48001 in ConnectWise is not the one") || !strings.Contains(d.Reason, "lead to another ConnectWise") {
					t.Errorf("%s %s: %s", d.Kind, d.State, d.Reason)
				}
				if row := w.row(); row.State != app.TicketUnknown || !row.Touched || row.Summary == "Printer" {
					t.Errorf("row %+v", row.Ticket)
				}
			})
		}
	}
}

// TestPollTellsAStranger: what people do to a stranger's ticket says nothing of ours, which is gone.
func TestPollTellsAStranger(t *testing.T) {
	for with, xref := range references {
		t.Run(with, func(t *testing.T) {
			w := newWorld(t, sandbox.Options{})
			w.problem()
			w.deliver(0)
			w.set(w.clock.Add(time.Minute))
			w.moveTo(xref)
			err := w.desk.Poll(t.Context())
			if app.ErrorCode(err) != app.Conflict || !strings.Contains(err.Error(), "Ticket 48001 in ConnectWise is not the one") {
				t.Errorf("nobody is told: %v", err)
			}
			if row := w.row(); row.State != app.TicketUnknown || row.Summary == "Printer" || w.condition().State != app.ConditionQuiet {
				t.Errorf("row %+v, condition %s", row.Ticket, w.condition().State)
			}
			if err := w.desk.Poll(t.Context()); err != nil {
				t.Errorf("it is told again: %v", err)
			}
		})
	}
}

func TestTestTicketOfAStranger(t *testing.T) {
	for with, xref := range references {
		t.Run(with, func(t *testing.T) {
			w := newWorld(t, sandbox.Options{Quirks: sandbox.Quirks{Lacks: []string{noClose}}})
			id := w.start()
			w.deliver(time.Hour)
			w.moveTo(xref)
			w.set(w.clock.Add(time.Minute))
			if again := w.start(); again != id {
				t.Fatalf("delivery %d, was %d", again, id)
			}
			w.deliver(time.Hour)
			w.mustBeUntouched()
			if d := w.delivery(id); d.State != app.DeliveryDropped || !strings.Contains(d.Reason, "Ticket 48001 in ConnectWise is not the one") {
				t.Errorf("delivery %s: %s", d.State, d.Reason)
			}
			if row := w.row(); row.Summary == "Printer" || row.State != app.TicketClosed {
				t.Errorf("row %+v", row.Ticket)
			}
		})
	}
}

// linked has a parked create and links it to a ticket that a person made.
func linked(t *testing.T, xref string) (w *world, number int) {
	t.Helper()
	w = newWorld(t, sandbox.Options{}, func(doc *app.Settings) { doc.Connections[0].Ticketing.ClosedStatus = app.Ref{} })
	board := w.doc.Connections[0].Ticketing.Board
	w.doc.Connections[0].Ticketing.Board = app.Ref{Name: "Gone"}
	w.problem()
	w.deliver(0)
	w.doc.Connections[0].Ticketing.Board = board
	number = w.make(xref)
	if err := w.desk.Link(t.Context(), 1, int64(number), "Ada"); err != nil {
		t.Fatal(err)
	}
	w.set(w.clock.Add(time.Hour))
	return w, number
}

// TestLinkedTicketIsNoStranger: a person made it, so it carries no reference of ours, and is the one that is meant.
func TestLinkedTicketIsNoStranger(t *testing.T) {
	for with, xref := range references {
		t.Run(with, func(t *testing.T) {
			w, number := linked(t, xref)
			w.pollTickets()
			if row := w.row(); row.State != app.TicketOpen || row.RemoteID != int64(number) {
				t.Fatalf("row %+v", row.Ticket)
			}
			w.recovery()
			w.deliver(time.Hour)
			if recovered(w, number) != 1 || w.row().State != app.TicketClosed {
				t.Errorf("%d notes, row %+v: %s", recovered(w, number), w.row().Ticket, w.delivery(2).Reason)
			}
		})
	}
	t.Run("elsewhere", func(t *testing.T) {
		w, _ := linked(t, "")
		w.moveTo("")
		w.recovery()
		w.deliver(time.Hour)
		w.mustBeUntouched()
	})
}
