package ticketing_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/psa"
	"psabridge/app/sandbox"
	"psabridge/app/ticketing"
)

// byNumber is the address of one ticket in ConnectWise.
func byNumber(t sandbox.Ticket) string { return fmt.Sprint("/service/tickets/", t.ID) }

// two opens two tickets for two machines.
func (w *world) two() (first, second sandbox.Ticket) {
	w.t.Helper()
	other := w.event(app.Problem)
	other.Object.ExternalID = "78"
	w.poll(w.event(app.Problem), other)
	w.deliver(0)
	ours := w.remote()
	if len(ours) != 2 {
		w.t.Fatalf("%d tickets in ConnectWise, want 2", len(ours))
	}
	w.set(w.clock.Add(time.Minute))
	return ours[0], ours[1]
}

// numbered is our row of a ticket.
func (w *world) numbered(t sandbox.Ticket) app.Ticket {
	w.t.Helper()
	rows, err := w.store.Tickets(w.t.Context(), app.TicketFilter{})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, r := range rows {
		if r.RemoteID == int64(t.ID) {
			return r.Ticket
		}
	}
	w.t.Fatalf("no row for ticket %d", t.ID)
	return app.Ticket{}
}

// TestPollGoesOnPastAnUnreadableTicket: a ticket on a board we may not see any more is missing in the list and forbidden
// by its number. What a person did to the other one is seen all the same.
func TestPollGoesOnPastAnUnreadableTicket(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	hidden, shown := w.two()
	body := fmt.Sprintf(`[{"id":%d,"summary":"x","externalXRef":%q,"board":{"id":%d,"name":%q},"status":{"id":99,"name":"Closed"},"closedFlag":true,"_info":{"lastUpdated":%q}}]`,
		shown.ID, shown.ExternalXRef, shown.BoardID, shown.Board, w.clock.Format(time.RFC3339))
	w.vendor.ConnectWise.Faults.Add(sandbox.Fault{
		Method: http.MethodGet, Path: ticketsPath, Times: -1, Status: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: body,
	})
	w.vendor.ConnectWise.Faults.Add(sandbox.Fault{
		Method: http.MethodGet, Path: byNumber(hidden), Times: -1, Status: http.StatusForbidden, Body: `{"code":"Forbidden","message":"No permission."}`,
	})
	err := w.desk.Poll(t.Context())
	if app.ErrorCode(err) != app.Forbidden || !strings.Contains(err.Error(), "No permission.") {
		t.Errorf("the ticket that cannot be read is not told: %v", err)
	}
	if got := w.numbered(shown); got.State != app.TicketClosed || !got.Touched {
		t.Errorf("closed by a person and not seen: %+v", got)
	}
	if got := w.numbered(hidden); got.State != app.TicketOpen || got.Touched {
		t.Errorf("not readable is not closed: %+v", got)
	}
}

func TestPollSkipsBlockedConnections(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.problem()
	w.deliver(0)
	w.vendor.ConnectWise.DeleteTicket(w.only().ID)
	asked := ""
	desk := ticketing.New(ticketing.Deps{
		Store:    w.store,
		Client:   func(context.Context, string) (psa.Client, error) { return w.client, nil },
		Settings: func(context.Context) (app.Settings, error) { return w.doc, nil },
		Skip:     func(connection string) bool { asked = connection; return true },
		Now:      w.now,
	})
	before := w.vendor.ConnectWise.Requests()
	if err := desk.Poll(t.Context()); err != nil || asked != w.doc.Connections[0].Name {
		t.Errorf("asked about %q, %v", asked, err)
	}
	if n := w.vendor.ConnectWise.Requests() - before; n != 0 || w.row().State != app.TicketOpen {
		t.Errorf("%d requests to a blocked connection, ticket %s", n, w.row().State)
	}
}

// TestOurOwnCloseIsNotAPersons: the answer to our close is lost, and the poll sees the closed ticket before the delivery
// looks. The ticket is still ours, so a comeback reopens it.
func TestOurOwnCloseIsNotAPersons(t *testing.T) {
	w := newWorld(t, sandbox.Options{}, func(doc *app.Settings) {
		doc.Alerts[0].Ticket.Comeback, doc.Alerts[0].Ticket.ReopenWithin = "reopen", app.Duration(24*time.Hour)
	})
	w.problem()
	w.deliver(0)
	w.set(w.clock.Add(time.Hour))
	w.recovery()
	w.vendor.ConnectWise.Faults.Add(sandbox.Fault{Method: http.MethodPatch, Path: onePath, Cut: sandbox.CutAfter})
	w.box.Once(t.Context())
	if d := w.delivery(2); d.State != app.DeliveryChecking || !w.only().Closed {
		t.Fatalf("delivery %s, closed %t", d.State, w.only().Closed)
	}
	w.set(w.clock.Add(2 * time.Second))
	w.pollTickets()
	if w.row().Touched || w.row().State != app.TicketOpen {
		t.Errorf("our own close counts as a person's: %+v", w.row().Ticket)
	}
	w.deliver(time.Minute)
	w.pollTickets()
	if w.row().Touched || w.row().State != app.TicketClosed {
		t.Errorf("after the look: %+v", w.row().Ticket)
	}
	w.set(w.clock.Add(time.Hour))
	w.problem()
	w.deliver(0)
	if w.only().Closed {
		t.Error("it came back and its ticket was not opened again")
	}
}
