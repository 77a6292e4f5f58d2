package ticketing_test

import (
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"psabridge/app"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
)

// TestThousandCreatesCutAfterCommit: of a thousand tickets ConnectWise makes every one and answers none, and its search shows
// none of them for five minutes. There are a thousand in the end, each known by both sides, and no two of one reference. It
// takes its time, because five lost answers in a row stop a connection until it is heard again. Without PSABRIDGE_ALL it is
// two hundred.
func TestThousandCreatesCutAfterCommit(t *testing.T) {
	t.Parallel()
	many := most(200, 1000)
	synctest.Test(t, func(t *testing.T) {
		w := newBubble(t, sandbox.Options{SearchLag: 5 * time.Minute})
		w.fault(sandbox.Fault{Method: http.MethodPost, Path: ticketsPath, Times: many, Cut: sandbox.CutAfter})
		w.problems(many)
		w.running()
		for n := 0; w.states()[app.DeliveryDone] < many; n++ {
			if w.pass(15 * time.Minute); n > 4*24 {
				t.Fatalf("after a day: %v", w.states())
			}
		}
		t.Logf("done after %s, by %d requests", w.clock.Sub(w.delivery(1).CreatedAt), w.vendor.ConnectWise.Requests())
		references := map[string]int{}
		for _, r := range w.remote() {
			references[r.ExternalXRef]++
		}
		if len(w.remote()) != many || len(references) != many || w.vendor.ConnectWise.Faults.Pending() != 0 {
			t.Errorf("%d tickets of %d references, want %d", len(w.remote()), len(references), many)
		}
		for _, row := range w.rows() {
			if row.RemoteID == 0 || references[row.XRef] != 1 {
				t.Fatalf("row %+v", row.Ticket)
			}
		}
	})
}

// most is how many of something a test takes: all of them with PSABRIDGE_ALL, else a few.
func most(few, all int) int {
	if os.Getenv("PSABRIDGE_ALL") != "" {
		return all
	}
	return few
}

// drain makes every attempt that comes due within so long. Unlike deliver it does not ask after each one when the next is.
func (w *world) drain(patience time.Duration) {
	w.t.Helper()
	for until := w.clock.Add(patience); ; {
		for w.box.Once(w.t.Context()) {
		}
		next, ok, err := w.store.NextDue(w.t.Context(), nil)
		if err != nil {
			w.t.Fatal(err)
		}
		if !ok || next.After(until) {
			return
		}
		w.set(next)
	}
}

// rows are all our tickets.
func (w *world) rows() (all []app.TicketRow) {
	w.t.Helper()
	page := app.Page{Limit: 1000}
	for {
		rows, err := w.store.Tickets(w.t.Context(), app.TicketFilter{Page: page})
		if err != nil {
			w.t.Fatal(err)
		}
		all = append(all, rows...)
		if len(rows) < page.Size() {
			return all
		}
		page.After = rows[len(rows)-1].ID
	}
}

// TestOneCallPerTicketAndPoll: without faults a ticket costs one call, the lists that every program start reads aside; and a
// thousand open tickets are polled in one.
func TestOneCallPerTicketAndPoll(t *testing.T) {
	t.Parallel()
	many := most(501, 1000)
	w := newWorld(t, sandbox.Options{})
	w.problems(many)
	w.drain(time.Hour)
	calls := map[string]int{}
	lists := 0
	for _, r := range w.vendor.ConnectWise.Log() {
		if r.Method == http.MethodGet {
			lists++
			continue
		}
		calls[r.Method+" "+r.Path]++
	}
	if calls["POST /service/tickets"] != many || len(calls) != 1 || lists > 12 {
		t.Errorf("%v, and %d reads of lists", calls, lists)
	}
	w.set(w.clock.Add(time.Minute))
	ours := w.remote()
	for i, touch := range []func(id int) error{
		w.vendor.ConnectWise.CloseTicketByHand,
		func(id int) error { return w.vendor.ConnectWise.AssignOwner(id, sandbox.By) },
		func(id int) error { return w.vendor.ConnectWise.MergeTicket(id, ours[many/2].ID) },
	} {
		if err := touch(ours[i].ID); err != nil {
			t.Fatal(err)
		}
	}
	w.vendor.ConnectWise.ForgetRequests()
	w.pollTickets()
	if log := w.vendor.ConnectWise.Log(); len(log) != 1 || log[0].Path != "/service/tickets/search" {
		t.Errorf("%d calls: %+v", len(log), log[:min(len(log), 3)])
	}
	touched := 0
	for _, row := range w.rows() {
		if row.Touched {
			touched++
		}
	}
	if touched != 4 {
		t.Errorf("%d tickets are touched, want 4: the parent of the merged one, too", touched)
	}
	w.vendor.ConnectWise.ForgetRequests()
	w.pollTickets()
	if n := w.vendor.ConnectWise.Requests(); n != 1 {
		t.Errorf("%d calls the second time", n)
	}
}

// TestF15ManyAtOnce: what is decided first is sent first, four at a time, and while it drains a ticket of a rule that came
// later is not lost. How fast it is, and what it costs in memory, is measured by the bench.
func TestF15ManyAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.problems(300)
	for range 100 {
		w.box.Once(t.Context())
	}
	w.poll(on(w.event(app.Problem), "late"))
	w.drain(time.Hour)
	if states := w.states(); states[app.DeliveryDone] != 301 || len(states) != 1 {
		t.Errorf("states %v", states)
	}
	ours := w.remote()
	if last := ours[len(ours)-1]; !strings.Contains(w.row().XRef, last.ExternalXRef) {
		t.Errorf("the last one is %+v", last)
	}
	if !slices.IsSortedFunc(ours, func(a, b sandbox.Ticket) int { return a.EnteredAt.Compare(b.EnteredAt) }) || ours[0].BoardID != sample.BoardAlerts {
		t.Error("not in order")
	}
}
