package ticketing_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/sandbox"
)

// start starts a test ticket for the mapped company and returns its delivery.
func (w *world) start() int64 {
	w.t.Helper()
	id, err := w.desk.StartTest(w.t.Context(), "cw", w.company(), "Ada")
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

// steps is how far a test is, as "done done doing todo".
func (w *world) steps(delivery int64) string {
	w.t.Helper()
	_, p, err := w.desk.TestProgress(w.t.Context(), delivery)
	if err != nil {
		w.t.Fatal(err)
	}
	var states []string
	for _, s := range p.Steps {
		states = append(states, string(s.State))
	}
	return strings.Join(states, " ")
}

// testNotes counts the notes a test wrote, the one the ticket was opened with aside.
func (w *world) testNotes(ticket int) int {
	n := 0
	for _, note := range w.vendor.ConnectWise.Notes(ticket) {
		if strings.Contains(note.Text, "Test note by psabridge") {
			n++
		}
	}
	return n
}

// mustBeOver fails unless the only ticket in ConnectWise was created, noted once and closed, and this side says so.
func (w *world) mustBeOver(id int64) {
	w.t.Helper()
	got, d := w.only(), w.delivery(id)
	if !got.Closed || w.testNotes(got.ID) != 1 {
		w.t.Errorf("closed %t, %d notes", got.Closed, w.testNotes(got.ID))
	}
	if d.State != app.DeliveryDone || !strings.Contains(d.Reason, "was created, noted, closed and read back") || d.TicketNumber != int64(got.ID) {
		w.t.Errorf("delivery %s of ticket %d: %s", d.State, d.TicketNumber, d.Reason)
	}
	if s := w.steps(id); s != "done done done done" {
		w.t.Errorf("steps %s", s)
	}
	row := w.row()
	if row.State != app.TicketClosed || row.RemoteID != int64(got.ID) || row.Status != got.Status {
		w.t.Errorf("row %+v", row.Ticket)
	}
	if w.vendor.ConnectWise.Mails() != 0 {
		w.t.Errorf("%d mails went out", w.vendor.ConnectWise.Mails())
	}
}

func TestTestTicket(t *testing.T) {
	w := newWorld(t, sandbox.Options{}, func(doc *app.Settings) { doc.Connections[0].Ticketing.Enabled = false })
	id := w.start()
	if s := w.steps(id); s != "todo todo todo todo" {
		t.Errorf("steps before anything: %s", s)
	}
	before := w.vendor.ConnectWise.Requests()
	w.deliver(0)
	w.mustBeOver(id)
	got := w.only()
	if got.Summary != "Test by psabridge – please ignore" || got.Board != "Alerts" || got.Type != "Backup" || int64(got.CompanyID) != w.company() {
		t.Errorf("ticket %+v", got)
	}
	if n := w.vendor.ConnectWise.Requests() - before; n > 12 {
		t.Errorf("a test costs %d requests", n)
	}
	if list, err := w.store.Conditions(t.Context(), app.ConditionFilter{}); err != nil || len(list) != 0 {
		t.Errorf("%d conditions, %v", len(list), err)
	}
	before = w.vendor.ConnectWise.Requests()
	w.pollTickets()
	if n := w.vendor.ConnectWise.Requests() - before; n != 0 {
		t.Errorf("a poll afterwards costs %d requests", n)
	}
	if b, err := w.store.Backlog(t.Context(), w.clock); err != nil || b.TicketsOpen+b.Opened24h+b.Closed24h != 0 {
		t.Errorf("it is counted: %+v, %v", b, err)
	}
}

func TestTestTicketStartedTwice(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	first := w.start()
	if second := w.start(); second != first {
		t.Errorf("a second start made delivery %d beside %d", second, first)
	}
	w.deliver(0)
	if again := w.start(); again != first {
		t.Errorf("the second click, late, made delivery %d", again)
	}
	w.set(w.clock.Add(time.Minute))
	if later := w.start(); later == first {
		t.Error("a test that is over cannot be made again")
	}
	w.deliver(0)
	if n := len(w.remote()); n != 2 {
		t.Errorf("%d tickets", n)
	}
}

func TestTestTicketWhateverHappensToAnAnswer(t *testing.T) {
	paths := map[string][2]string{
		"create": {http.MethodPost, ticketsPath}, "note": {http.MethodPost, notesPath}, "close": {http.MethodPatch, onePath},
		"read back": {http.MethodGet, onePath},
	}
	faults := map[string]sandbox.Fault{
		"cut after": {Cut: sandbox.CutAfter}, "cut before": {Cut: sandbox.CutBefore},
		"server error": {Status: http.StatusInternalServerError, Body: "oops"}, "half an answer": {Damage: sandbox.DamageTruncated},
		"away": {Status: http.StatusServiceUnavailable, Times: 4},
	}
	for step, path := range paths {
		for name, fault := range faults {
			t.Run(step+", "+name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, sandbox.Options{SearchLag: time.Minute})
				fault.Method, fault.Path = path[0], path[1]
				w.vendor.ConnectWise.Faults.Add(fault)
				id := w.start()
				w.deliver(2 * time.Hour)
				w.mustBeOver(id)
			})
		}
	}
}

// TestTestTicketKilled ends the program before and after each write and starts it again.
func TestTestTicketKilled(t *testing.T) {
	for _, committed := range []bool{false, true} {
		for write := range 3 {
			w := newWorld(t, sandbox.Options{})
			id := w.start()
			d, ok, err := w.store.Claim(t.Context(), w.clock, nil)
			if err != nil || !ok {
				t.Fatal(ok, err)
			}
			w.dieAt(d, write, committed)
			w.restart()
			w.deliver(time.Hour)
			w.mustBeOver(id)
		}
	}
}

// dieAt runs an attempt that never settles: it ends right after the intent of the given write, or after the write itself.
func (w *world) dieAt(d app.Delivery, write int, committed bool) {
	w.t.Helper()
	n, real := 0, intendTo(w, d)
	died := app.Errorf(app.Internal, "killed")
	_, err := w.desk.Test(w.t.Context(), d, func(ctx context.Context, request string, e app.LedgerEntry) error {
		if n == write+1 && committed {
			return died
		}
		if err := real(ctx, request, e); err != nil {
			return err
		}
		n++
		if n == write+1 && !committed {
			return died
		}
		return nil
	})
	if err == nil && !(committed && write == 2) {
		w.t.Fatal("the attempt went through")
	}
}

func TestTestTicketAndAPerson(t *testing.T) {
	remove := func(w *world, id int) error { w.vendor.ConnectWise.DeleteTicket(id); return nil }
	closing := func(w *world, id int) error { return w.vendor.ConnectWise.CloseTicketByHand(id) }
	for _, tc := range []struct {
		name         string
		method, path string // right after this write the person acts
		cut          sandbox.Cut
		touch        func(w *world, id int) error
		state        app.DeliveryState
		words        string
	}{
		{"deletes it before it is noted", http.MethodPost, ticketsPath, sandbox.CutNone, remove, app.DeliveryDropped, "was deleted"},
		{"deletes it before it is closed", http.MethodPost, notesPath, sandbox.CutNone, remove, app.DeliveryDropped, "was deleted"},
		{"closes it first", http.MethodPost, notesPath, sandbox.CutAfter, closing, app.DeliveryDropped, "before psabridge could close it"},
		{"opens it again", http.MethodPatch, onePath, sandbox.CutNone, (*world).reopenByHand, app.DeliveryDone, "open again, in status “New”"},
		{"deletes it after it was closed", http.MethodPatch, onePath, sandbox.CutNone, remove, app.DeliveryDone, "deleted since"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t, sandbox.Options{})
			w.vendor.ConnectWise.Faults.Add(sandbox.Fault{Method: tc.method, Path: tc.path, Cut: tc.cut, Hook: func(*http.Request) {
				if err := tc.touch(w, w.only().ID); err != nil {
					t.Error(err)
				}
			}})
			id := w.start()
			w.deliver(time.Hour)
			if d := w.delivery(id); d.State != tc.state || !strings.Contains(d.Reason, tc.words) {
				t.Errorf("delivery %s: %s", d.State, d.Reason)
			}
			rows, err := w.store.Tickets(t.Context(), app.TicketFilter{State: app.TicketOpen})
			if err != nil || len(rows) != 0 || len(w.remote()) > 1 {
				t.Errorf("%d open rows, %d tickets, %v", len(rows), len(w.remote()), err)
			}
			w.set(w.clock.Add(time.Minute))
			if again := w.start(); again == id {
				t.Error("it cannot be started again")
			}
		})
	}
}

func (w *world) reopenByHand(ticket int) error {
	statuses, err := w.client.Statuses(w.t.Context(), int64(w.only().BoardID))
	if err != nil {
		return err
	}
	i := slices.IndexFunc(statuses, func(o app.Option) bool { return !o.Closed && !o.Inactive })
	return w.vendor.ConnectWise.SetTicketStatus(ticket, int(statuses[i].ID))
}
