package ticketing_test

import (
	"context"
	"errors"
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
	n, commit := 0, intendTo(w, d)
	died := app.Errorf(app.Internal, "killed")
	_, err := w.desk.Test(w.t.Context(), d, func(ctx context.Context, request string, e app.LedgerEntry) error {
		if n == write+1 && committed {
			return died
		}
		if err := commit(ctx, request, e); err != nil {
			return err
		}
		n++
		if n == write+1 && !committed {
			return died
		}
		return nil
	})
	if err == nil && (!committed || write != 2) {
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

// TestTestTicketNamesTheMissingRight takes one right away, sees the test wait in the step that needs it, gives the right
// back and starts the test again, which goes on with the same ticket.
func TestTestTicketNamesTheMissingRight(t *testing.T) {
	for _, tc := range []struct{ right, words, steps string }{
		{"Service Desk ▸ Service Tickets ▸ Add", "Creating the test ticket: ", "failed todo todo todo"},
		{"Service Desk ▸ Service Tickets ▸ Edit", "Noting the test ticket: ", "done failed todo todo"},
		{"Service Desk ▸ Close Service Tickets ▸ Edit", "Closing the test ticket: ", "done done failed todo"},
	} {
		t.Run(tc.right, func(t *testing.T) {
			w := newWorld(t, sandbox.Options{Quirks: sandbox.Quirks{Lacks: []string{tc.right}}})
			id := w.start()
			w.deliver(time.Hour)
			d := w.delivery(id)
			if d.State != app.DeliveryParked || d.ErrorCode != app.Forbidden || !strings.HasPrefix(d.Reason, tc.words) {
				t.Fatalf("delivery %s %s: %s", d.State, d.ErrorCode, d.Reason)
			}
			if !strings.Contains(d.Reason, "lacks “"+tc.right+"”") || !strings.Contains(d.Reason, "It says: “You do not have") {
				t.Errorf("%q does not name the one right that is missing", d.Reason)
			}
			if s := w.steps(id); s != tc.steps {
				t.Errorf("steps %s, want %s", s, tc.steps)
			}
			w.vendor.ConnectWise.SetQuirks(func(q *sandbox.Quirks) { q.Lacks = nil })
			again := w.start()
			if (again == id) != (tc.steps != "failed todo todo todo") {
				t.Errorf("started again it is delivery %d, was %d", again, id)
			}
			w.deliver(time.Hour)
			w.mustBeOver(again)
		})
	}
}

func TestTestTicketChoosesTheCompany(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	company, err := w.desk.TestCompany(t.Context(), "cw")
	if err != nil || company != w.doc.Organizations[0].Company.ID {
		t.Errorf("company %d, %v; the MSP's own is %d", company, err, w.doc.Organizations[0].Company.ID)
	}
	if _, err := w.desk.StartTest(t.Context(), "nope", 0, "Ada"); app.ErrorCode(err) != app.NotFound {
		t.Errorf("unknown connection: %v", err)
	}
	w.doc.Organizations[0].Company = app.CompanyRef{}
	_, err = w.desk.StartTest(t.Context(), "cw", 0, "Ada")
	if e, ok := errors.AsType[*app.Error](err); !ok || e.Code != app.Invalid || e.Field != "company_id" {
		t.Errorf("without a company: %v", err)
	}
	id, err := w.desk.StartTest(t.Context(), "cw", 999999, "Ada")
	if err != nil {
		t.Fatal(err)
	}
	w.deliver(0)
	if d := w.delivery(id); d.State != app.DeliveryParked || !strings.Contains(d.Reason, "company could not be found") {
		t.Errorf("delivery %s: %s", d.State, d.Reason)
	}
	other := w.start() // another company: what was refused makes way
	w.deliver(0)
	w.mustBeOver(other)
	if d := w.delivery(id); d.State != app.DeliveryDropped {
		t.Errorf("the refused one is %s", d.State)
	}
}

func TestTestTicketOnABoardThatIsGone(t *testing.T) {
	w := newWorld(t, sandbox.Options{}, func(doc *app.Settings) { doc.Connections[0].Ticketing.Board = app.Ref{Name: "Gone"} })
	id := w.start()
	w.deliver(0)
	d := w.delivery(id)
	if d.State != app.DeliveryParked || !strings.Contains(d.Reason, "The board “Gone” does not exist in ConnectWise. Choose another one in the ticketing settings of “cw”, then retry.") {
		t.Errorf("delivery %s: %s", d.State, d.Reason)
	}
}
