package ticketing_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
)

// renameStatus renames a status of a board in ConnectWise.
func (w *world) renameStatus(board, from, to string) {
	w.t.Helper()
	boards, err := w.client.Boards(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	for _, b := range boards {
		if b.Name != board {
			continue
		}
		statuses, err := w.client.Statuses(w.t.Context(), b.ID)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, s := range statuses {
			if s.Name == from {
				if err := w.vendor.ConnectWise.RenameStatus(int(s.ID), to); err != nil {
					w.t.Fatal(err)
				}
				return
			}
		}
	}
	w.t.Fatalf("no status %q on board %q", from, board)
}

// TestRetryRightAfterTheRepair: the list read for the failure is minutes old at most, and still not what Retry goes by.
func TestRetryRightAfterTheRepair(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.renameStatus("Alerts", "New", "Neu")
	w.problem()
	w.deliver(0)
	if d := w.delivery(1); d.State != app.DeliveryParked {
		t.Fatalf("%s: %s", d.State, d.Reason)
	}
	w.renameStatus("Alerts", "Neu", "New")
	w.set(w.clock.Add(30 * time.Second))
	if err := w.store.RetryDelivery(t.Context(), 1, "test", w.clock); err != nil {
		t.Fatal(err)
	}
	w.deliver(0)
	if d := w.delivery(1); d.State != app.DeliveryDone {
		t.Errorf("repaired and retried: %s: %s", d.State, d.Reason)
	}
}

// TestManyWaitingTicketsReadTheListOnce: only the one that would ask for a person looks again.
func TestManyWaitingTicketsReadTheListOnce(t *testing.T) {
	w := newWorld(t, sandbox.Options{}, func(doc *app.Settings) { doc.Connections[0].Ticketing.Board = app.Ref{Name: "Gone"} })
	for i := range 20 {
		e := w.event(app.Problem)
		e.Object.ExternalID = fmt.Sprint("m", i)
		w.poll(e)
	}
	before := w.vendor.ConnectWise.Requests()
	for range 20 {
		w.box.Once(t.Context())
		w.set(w.clock.Add(time.Second))
	}
	if n := w.vendor.ConnectWise.Requests() - before; n > 2 {
		t.Errorf("%d requests for 20 tickets on a board that is gone", n)
	}
}

// TestTwoOfOneName: which of two boards is meant is for a person to say, never for the order of a list.
func TestTwoOfOneName(t *testing.T) {
	w := newWorld(t, sandbox.Options{Trouble: true}, func(doc *app.Settings) { doc.Connections[0].Ticketing.Board = app.Ref{Name: "NOC"} })
	before := len(w.vendor.ConnectWise.Tickets())
	w.problem()
	w.deliver(0)
	d := w.delivery(1)
	if d.State != app.DeliveryParked || !strings.Contains(d.Reason, "exists 2 times") || !strings.Contains(d.Reason, strconv.Itoa(sample.BoardTwin)) {
		t.Errorf("%s: %s", d.State, d.Reason)
	}
	if n := len(w.vendor.ConnectWise.Tickets()); n != before {
		t.Errorf("%d tickets, %d before", n, before)
	}
}
