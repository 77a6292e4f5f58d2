package ticketing_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/alert"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
	"psabridge/app/ticketing"
)

const (
	ticketsPath = "/service/tickets"
	onePath     = "/service/tickets/*"
	notesPath   = "/service/tickets/*/notes"
)

func TestOpenedNotedClosed(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.problem()
	w.deliver(0)
	got := w.only()
	if got.Board != "Alerts" || got.Status != "New" || got.Priority != "Priority 3" || got.Team != "Service Desk" || got.Type != "Backup" ||
		got.Source != "Monitoring" || int64(got.CompanyID) != w.company() {
		t.Errorf("ticket = %+v", got)
	}
	row := w.row()
	if row.State != app.TicketOpen || row.RemoteID != int64(got.ID) || row.XRef != got.ExternalXRef || w.condition().State != app.ConditionOpen {
		t.Errorf("row = %+v, condition %s", row.Ticket, w.condition().State)
	}
	for _, n := range w.vendor.ConnectWise.Notes(got.ID) {
		if strings.Contains(n.Text, "localhost") != (n.Kind == "internal") {
			t.Errorf("a %s note says %q", n.Kind, n.Text)
		}
	}
	before := w.vendor.ConnectWise.Requests()
	w.set(w.clock.Add(3*time.Hour + 12*time.Minute))
	w.recovery()
	w.deliver(0)
	if n := w.vendor.ConnectWise.Requests() - before; n > 5 {
		t.Errorf("a close costs %d requests", n)
	}
	got = w.only()
	if !got.Closed || got.Status != "Closed" || w.row().State != app.TicketClosed || w.row().Touched {
		t.Errorf("ticket %+v, row %+v", got, w.row().Ticket)
	}
	notes := w.vendor.ConnectWise.Notes(got.ID)
	last := notes[len(notes)-1]
	if last.Kind != "internal" || !strings.Contains(last.Text, "3 h 12 min.") || !strings.Contains(last.Text, "[psabridge ") {
		t.Errorf("note = %+v", last)
	}
	if w.vendor.ConnectWise.Mails() != 0 {
		t.Errorf("%d mails went out", w.vendor.ConnectWise.Mails())
	}
}

func TestUnknownCreateIsSentAgainOnlyAfterTheWindow(t *testing.T) {
	for _, tc := range []struct {
		name   string
		others bool // ConnectWise has other tickets, which prove that it shows any
		least  time.Duration
	}{{"as set", true, 15 * time.Minute}, {"twice that when there is nothing to prove the search by", false, 30 * time.Minute}} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t, sandbox.Options{})
			if tc.others {
				w.make("")
			}
			w.vendor.ConnectWise.Faults.Add(sandbox.Fault{Method: http.MethodPost, Path: ticketsPath, Cut: sandbox.CutBefore})
			w.problem()
			began := w.clock
			w.deliver(tc.least - time.Minute)
			if len(w.remote()) != 0 {
				t.Fatal("sent again too early")
			}
			w.deliver(time.Hour)
			if took := w.clock.Sub(began); took < tc.least || took > tc.least+time.Minute {
				t.Errorf("sent again after %s", took)
			}
			w.only()
		})
	}
}

func TestConfirmSettingsScaleTheWindow(t *testing.T) {
	w := newWorld(t, sandbox.Options{}, func(doc *app.Settings) {
		doc.Connections[0].Confirm = app.ConfirmSettings{Searches: 3, Over: app.Duration(30 * time.Second)}
	})
	w.make("")
	w.vendor.ConnectWise.Faults.Add(sandbox.Fault{Method: http.MethodPost, Path: ticketsPath, Cut: sandbox.CutBefore})
	w.problem()
	began := w.clock
	w.deliver(time.Hour)
	if took := w.clock.Sub(began); took < 30*time.Second || took > 32*time.Second {
		t.Errorf("sent again after %s", took)
	}
	attempts, err := w.store.Attempts(t.Context(), 1)
	if err != nil || len(attempts) != 5 {
		t.Errorf("%d attempts, %v; want a create, 3 searches, a create", len(attempts), err)
	}
}

func TestBlindSearchNeverCountsAsNo(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.problem()
	w.deliver(0) // an older ticket of ours, the witness
	older := w.row().XRef
	w.vendor.ConnectWise.Faults.Add(
		sandbox.Fault{Method: http.MethodPost, Path: ticketsPath, Cut: sandbox.CutAfter},
		sandbox.Fault{Method: http.MethodGet, Path: ticketsPath, Times: 60, Status: http.StatusOK, Body: "[]", Header: http.Header{"Content-Type": {"application/json"}}},
	)
	other := w.event(app.Problem)
	other.Object.ExternalID = "78"
	w.poll(other)
	w.deliver(5 * time.Hour)
	if d := w.delivery(2); d.State != app.DeliveryDone && d.State != app.DeliveryChecking {
		t.Errorf("delivery is %s", d.State)
	}
	n := 0
	for _, r := range w.remote() {
		if r.ExternalXRef != older {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d tickets for the second condition", n)
	}
}

func TestFalse200ParksAndSaysSo(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.problem()
	w.deliver(0)
	w.vendor.ConnectWise.Faults.Add(sandbox.Fault{Method: http.MethodPatch, Path: onePath, Unchanged: true})
	w.set(w.clock.Add(time.Hour))
	w.recovery()
	w.deliver(time.Hour)
	d := w.delivery(2)
	if d.State != app.DeliveryParked || !strings.Contains(d.Reason, "said yes but") {
		t.Fatalf("delivery %s: %s", d.State, d.Reason)
	}
	if err := w.store.RetryDelivery(t.Context(), d.ID, "test", w.clock); err != nil {
		t.Fatal(err)
	}
	w.deliver(time.Hour)
	got := w.only()
	if !got.Closed || recovered(w, got.ID) != 1 {
		t.Errorf("closed %t, %d notes", got.Closed, recovered(w, got.ID))
	}
}

func recovered(w *world, ticket int) int {
	n := 0
	for _, note := range w.vendor.ConnectWise.Notes(ticket) {
		if strings.Contains(note.Text, "Recovered") {
			n++
		}
	}
	return n
}

func TestRefusalIsQuoted(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	if err := w.vendor.ConnectWise.DeleteCompany(int(w.company())); err != nil {
		t.Fatal(err)
	}
	w.problem()
	w.deliver(0)
	if d := w.delivery(1); d.State != app.DeliveryParked || d.ErrorCode != app.Invalid || d.Reason == "" {
		t.Errorf("delivery %s %s: %q", d.State, d.ErrorCode, d.Reason)
	}
}

func TestReopen(t *testing.T) {
	w := newWorld(t, sandbox.Options{}, func(doc *app.Settings) {
		doc.Alerts[0].Ticket.Comeback, doc.Alerts[0].Ticket.ReopenWithin = "reopen", app.Duration(24*time.Hour)
	})
	w.problem()
	w.deliver(0)
	w.set(w.clock.Add(time.Hour))
	w.recovery()
	w.deliver(0)
	w.set(w.clock.Add(time.Hour))
	w.problem()
	w.deliver(0)
	got := w.only()
	if got.Closed || got.Status != "New" || w.row().State != app.TicketOpen || w.condition().State != app.ConditionOpen {
		t.Fatalf("ticket %+v, row %s, condition %s", got, w.row().State, w.condition().State)
	}
	w.set(w.clock.Add(time.Hour))
	w.recovery()
	w.deliver(0)
	w.tick(15 * time.Minute) // what came back must be calm for a while before it counts as over
	w.deliver(0)
	if got := w.only(); !got.Closed {
		t.Error("not closed the second time")
	}
}

func TestComebackBeforeTheCloseIsNotLost(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.problem()
	w.deliver(0)
	w.set(w.clock.Add(time.Hour))
	w.recovery()
	w.set(w.clock.Add(time.Minute))
	w.problem() // the close is queued
	w.deliver(0)
	w.tick(time.Minute)
	w.deliver(0)
	open := 0
	for _, r := range w.remote() {
		if !r.Closed {
			open++
		}
	}
	if open != 1 || w.condition().State != app.ConditionOpen {
		t.Errorf("%d open tickets, condition %s", open, w.condition().State)
	}
}

func TestRecoveredBeforeSentMakesNoTicket(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.problem()
	w.recovery()
	w.deliver(time.Hour)
	if len(w.remote()) != 0 {
		t.Errorf("%d tickets", len(w.remote()))
	}
	w.set(w.clock.Add(time.Minute))
	w.problem()
	w.deliver(0)
	w.only()
}

func TestStatusMovedByAPersonIsSeenByThePoll(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.problem()
	w.deliver(0)
	got := w.only()
	statuses, err := w.client.Statuses(t.Context(), int64(got.BoardID))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range statuses {
		if !s.Closed && s.Name != got.Status {
			w.set(w.clock.Add(time.Minute))
			if err := w.vendor.ConnectWise.SetTicketStatus(got.ID, int(s.ID)); err != nil {
				t.Fatal(err)
			}
			break
		}
	}
	w.pollTickets()
	if row := w.row(); !row.Touched || row.Status == got.Status || row.State != app.TicketOpen {
		t.Errorf("row = %+v", row.Ticket)
	}
	w.recovery()
	w.deliver(0)
	if w.only().Closed {
		t.Error("closed although a person moved it")
	}
}

func TestLateMappingThroughTheStore(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	company := w.doc.Organizations[1].Company
	w.doc.Organizations[1].Company = app.CompanyRef{}
	w.problem()
	w.deliver(0)
	if c := w.condition(); c.State != app.ConditionWaiting || c.Wait != app.ReasonNotMapped {
		t.Fatalf("condition %s, %s", c.State, c.Wait)
	}
	w.doc.Organizations[1].Company = company
	w.tick(time.Minute)
	w.deliver(0)
	w.only()
}

func TestStartQuestionThroughTheStore(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	rule := w.doc.Alerts[0]
	w.doc.Alerts = nil
	w.problem() // nobody wants it yet
	w.doc.Alerts = []app.AlertRule{rule}
	w.tick(time.Minute)
	if c := w.condition(); c.Wait != app.ReasonHistory {
		t.Fatalf("condition %s, %s", c.State, c.Wait)
	}
	if b, err := w.store.Backlog(t.Context(), w.clock); err != nil || b.StartLine != 1 {
		t.Errorf("%d behind the start question, %v", b.StartLine, err)
	}
	_, err := w.store.Tick(t.Context(), sample.SourceName, w.clock, func(s app.AlertState) app.AlertDecision {
		return ticketing.AnswerStart(w.doc, s, alert.Answer{Open: true})
	})
	if err != nil {
		t.Fatal(err)
	}
	w.deliver(0)
	w.only()
}

func TestUnreachableThroughTheStore(t *testing.T) {
	w := newWorld(t, sandbox.Options{}, func(doc *app.Settings) {
		doc.Alerts[0].When = []app.When{{Type: app.TypeMachineUnreachable}}
	})
	show := func(value string) {
		w.batch(app.Batch{States: []app.ObjectState{{
			OrganizationID: w.mapped(), Object: app.Object{Kind: app.ObjectMachine, ExternalID: "77", Name: "FS01"},
			What: app.StateConnection, Value: value, From: w.clock,
		}}})
		w.deliver(0)
	}
	for range 4 * 5 { // every 15 s
		show(app.Disconnected)
		if len(w.remote()) != 0 {
			t.Fatal("too early")
		}
		w.set(w.clock.Add(15 * time.Second))
	}
	show(app.Disconnected)
	w.only()
	w.set(w.clock.Add(15 * time.Second))
	show(app.Connected)
	if !w.only().Closed {
		t.Error("not closed")
	}
}

// TestUnknownOutcomeKeepsTheAnswer: a server error leaves open what became of a write, but what ConnectWise said with it
// and its status are what a person needs who asks there. Every write is the same in this, a test ticket's too.
func TestUnknownOutcomeKeepsTheAnswer(t *testing.T) {
	const words = "not able to process"
	later := func(w *world) int64 {
		w.problem()
		w.deliver(0)
		w.set(w.clock.Add(time.Hour))
		w.recovery()
		return 2
	}
	for _, tc := range []struct {
		name         string
		method, path string
		news         func(w *world) int64
	}{
		{"create", http.MethodPost, ticketsPath, func(w *world) int64 { w.problem(); return 1 }},
		{"note", http.MethodPost, notesPath, later},
		{"close", http.MethodPatch, onePath, later},
		{"test, create", http.MethodPost, ticketsPath, (*world).start},
		{"test, note", http.MethodPost, notesPath, (*world).start},
		{"test, close", http.MethodPatch, onePath, (*world).start},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t, sandbox.Options{})
			fault := sandbox.Broken()
			fault.Method, fault.Path = tc.method, tc.path
			w.vendor.ConnectWise.Faults.Add(fault)
			id := tc.news(w)
			w.box.Once(t.Context())
			if d := w.delivery(id); d.State != app.DeliveryChecking || !strings.Contains(d.Reason, words) {
				t.Errorf("delivery %s: %s", d.State, d.Reason)
			}
			list, err := w.store.Attempts(t.Context(), id)
			if err != nil || len(list) != 1 || list[0].Status != http.StatusInternalServerError || !strings.Contains(list[0].Error, words) {
				t.Errorf("attempts %+v, %v", list, err)
			}
		})
	}
}
