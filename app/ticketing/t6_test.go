package ticketing_test

import (
	"net/http"
	"regexp"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/sandbox"
)

// TestT6NotesEndWithTheirDelivery: by that they are found again, whatever ConnectWise makes of the line break.
func TestT6NotesEndWithTheirDelivery(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.problem()
	w.deliver(0)
	w.set(w.clock.Add(20 * time.Minute))
	worse := w.event(app.Problem)
	worse.Severity = app.SeverityCritical
	w.poll(worse)
	w.deliver(0)
	w.set(w.clock.Add(20 * time.Minute))
	w.recovery()
	w.deliver(0)
	ends := regexp.MustCompile(`\[psabridge \d+-[0-9a-f]{8}\]$`)
	seen := map[string]bool{}
	for _, n := range w.onlyNotes() {
		if n.Kind != "internal" {
			continue // the description, which ConnectWise shows the customer
		}
		mark := ends.FindString(n.Text)
		if mark == "" || seen[mark] {
			t.Errorf("note %q", n.Text)
		}
		seen[mark] = true
	}
	if len(seen) != 3 {
		t.Errorf("%d internal notes, want those of the create, the worsening and the close", len(seen))
	}
}

// TestT6UnknownNoteAndCloseHappenOnce: the notes are read before one is written again, for every answer that can get lost.
func TestT6UnknownNoteAndCloseHappenOnce(t *testing.T) {
	for _, tc := range []struct {
		name         string
		method, path string
		fault        sandbox.Fault
	}{
		{"note, after", http.MethodPost, notesPath, sandbox.Fault{Cut: sandbox.CutAfter}},
		{"note, before", http.MethodPost, notesPath, sandbox.Fault{Cut: sandbox.CutBefore}},
		{"note, garbled", http.MethodPost, notesPath, sandbox.Fault{Damage: sandbox.DamageTruncated}},
		{"note, without id", http.MethodPost, notesPath, sandbox.Fault{Damage: sandbox.DamageNoID}},
		{"note, 502", http.MethodPost, notesPath, sandbox.HTMLPage(http.StatusBadGateway)},
		{"close, after", http.MethodPatch, onePath, sandbox.Fault{Cut: sandbox.CutAfter}},
		{"close, before", http.MethodPatch, onePath, sandbox.Fault{Cut: sandbox.CutBefore}},
		{"close, garbled", http.MethodPatch, onePath, sandbox.Fault{Damage: sandbox.DamageTruncated}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t, sandbox.Options{})
			w.problem()
			w.deliver(0)
			tc.fault.Method, tc.fault.Path = tc.method, tc.path
			w.fault(tc.fault)
			w.set(w.clock.Add(time.Hour))
			w.recovery()
			w.deliver(time.Hour)
			got := w.only()
			if !got.Closed || recovered(w, got.ID) != 1 || w.row().Touched || w.row().State != app.TicketClosed {
				t.Errorf("closed %t, %d notes, row %+v", got.Closed, recovered(w, got.ID), w.row().Ticket)
			}
		})
	}
}
