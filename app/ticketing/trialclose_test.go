package ticketing_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/sandbox"
)

// noClose is the right a role lacks that may write tickets and notes but not close them.
const noClose = "Service Desk ▸ Close Service Tickets ▸ Edit"

// TestTestTicketClosedByHandProvesNothing: ConnectWise refuses the close, a person tidies the ticket away and presses the
// button again. That the ticket is closed now is not our doing, whatever was unknown before the refusal.
func TestTestTicketClosedByHandProvesNothing(t *testing.T) {
	for _, tc := range []struct {
		name  string
		fault *sandbox.Fault
	}{
		{name: "refused at once"},
		{"refused after a note without an answer", &sandbox.Fault{Method: http.MethodPost, Path: notesPath, Cut: sandbox.CutAfter}},
		{"refused after a close without an answer", &sandbox.Fault{Method: http.MethodPatch, Path: onePath, Cut: sandbox.CutBefore}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t, sandbox.Options{Quirks: sandbox.Quirks{Lacks: []string{noClose}}})
			if tc.fault != nil {
				w.vendor.ConnectWise.Faults.Add(*tc.fault)
			}
			id := w.start()
			w.deliver(time.Hour)
			if d := w.delivery(id); d.State != app.DeliveryParked {
				t.Fatalf("delivery %s: %s", d.State, d.Reason)
			}
			if err := w.vendor.ConnectWise.CloseTicketByHand(w.only().ID); err != nil {
				t.Fatal(err)
			}
			w.set(w.clock.Add(time.Minute))
			if again := w.start(); again != id {
				t.Fatalf("started again it is delivery %d, was %d", again, id)
			}
			w.deliver(time.Hour)
			if d := w.delivery(id); d.State != app.DeliveryDropped || !strings.Contains(d.Reason, "before psabridge could close it") {
				t.Errorf("delivery %s: %s", d.State, d.Reason)
			}
			proofs, err := w.store.Proofs(t.Context(), "cw")
			if err != nil || slices.ContainsFunc(proofs, func(p app.Proof) bool { return p.Done }) {
				t.Errorf("proofs %+v, %v", proofs, err)
			}
		})
	}
}

// TestCloseNamesTheRightToClose: the note before it proved the right to edit.
func TestCloseNamesTheRightToClose(t *testing.T) {
	w := newWorld(t, sandbox.Options{Quirks: sandbox.Quirks{Lacks: []string{noClose}}})
	w.problem()
	w.deliver(0)
	w.set(w.clock.Add(time.Hour))
	w.recovery()
	w.deliver(time.Hour)
	d := w.delivery(2)
	if d.State != app.DeliveryParked || d.ErrorCode != app.Forbidden || !strings.Contains(d.Reason, "lacks “"+noClose+"”") || strings.Contains(d.Reason, "▸ Service Tickets") {
		t.Errorf("delivery %s %s: %s", d.State, d.ErrorCode, d.Reason)
	}
	list, err := w.store.Attempts(t.Context(), d.ID)
	if err != nil || list[len(list)-1].Status != http.StatusForbidden {
		t.Errorf("attempts %+v, %v", list, err)
	}
}
