package store_test

import (
	"testing"

	"psabridge/app"
	"psabridge/store/storetest"
)

// TestProofsAreOfWhatWeWrote ends the creation of a ticket in each way there is.
func TestProofsAreOfWhatWeWrote(t *testing.T) {
	for name, test := range map[string]struct {
		intended bool
		first    app.DeliveryState // how the attempt ended; done: by us
		code     app.Code
		linked   bool // a person named the ticket afterwards
		proves   bool
	}{
		"written":                   {true, app.DeliveryDone, "", false, true},
		"found, not written":        {false, app.DeliveryDone, "", false, false},
		"refused, linked by hand":   {true, app.DeliveryParked, app.Forbidden, true, false},
		"no answer, linked by hand": {true, app.DeliveryChecking, app.Unavailable, true, false},
	} {
		s := storetest.Open(t)
		seed(t, s, 0, "k")
		d := claim(t, s, t0)
		if test.intended {
			intend(t, s, d, t0)
		}
		st := app.Settlement{DeliveryID: d.ID, Attempt: d.Attempt, At: t0, State: test.first, Code: test.code, NextAt: t0}
		if test.first == app.DeliveryDone {
			st.Ticket = &app.Ticket{ID: d.TicketID, RemoteID: 77, State: app.TicketOpen}
		}
		must(t, s.Settle(t.Context(), st))
		if test.linked {
			must(t, s.LinkDelivery(t.Context(), d.ID, app.Ticket{RemoteID: 77, Connection: "cw"}, "Ada", t0))
		}
		list, err := s.Proofs(t.Context(), "cw")
		must(t, err)
		if got := len(list) == 1 && list[0].Done; got != test.proves {
			t.Errorf("%s: %+v", name, list)
		}
	}
}

// TestProofsOfATestTicket: it proves a close only when its ledger has one.
func TestProofsOfATestTicket(t *testing.T) {
	for _, closed := range []bool{false, true} {
		s := storetest.Open(t)
		_, err := s.StartTicketTest(t.Context(), app.Ticket{XRef: "x-test", ScopeKey: app.TicketTestScope, Connection: "cw", Summary: "Test", OpenedAt: t0}, app.TicketPayload{CompanyID: 250, By: "Ada"}, t0)
		must(t, err)
		d := claim(t, s, t0)
		intend(t, s, d, t0)
		st := app.Settlement{DeliveryID: d.ID, Attempt: d.Attempt, At: t0, State: app.DeliveryDone}
		if closed {
			st.Ledger = []app.LedgerEntry{{Object: "ticket 77", Note: app.TestClose.LedgerNote(app.LedgerOutcome)}}
		}
		must(t, s.Settle(t.Context(), st))
		list, err := s.Proofs(t.Context(), "cw")
		must(t, err)
		if len(list) == 0 || !list[0].Done || list[0].Closing != closed {
			t.Errorf("closed %v: %+v", closed, list)
		}
	}
}

// TestProofsOfLines: a line that was refused, or stood there already, proves nothing.
func TestProofsOfLines(t *testing.T) {
	for name, test := range map[string]struct {
		entry    app.LedgerEntry
		set, add bool
	}{
		"set":          {app.LedgerEntry{Object: "agreement 12 addition 9904 P", Before: "10", After: "12"}, true, false},
		"created":      {app.LedgerEntry{Object: "agreement 12 addition 9904 P", After: "12"}, false, true},
		"held already": {app.LedgerEntry{Object: "agreement 12 addition 9904 P", After: "12", Note: "ConnectWise holds it already."}, false, false},
		"refused":      {app.LedgerEntry{Object: "agreement 12 addition 9904 P", Before: "10", After: "12", Note: "No."}, false, false},
	} {
		s := storetest.Open(t)
		push := approve(t, s, savePlan(t, s, plan(line(12, 5, 9904, app.VerdictUpdate))))
		d := claim(t, s, t0)
		intend(t, s, d, t0)
		l := push.Lines[0]
		l.State, l.WrittenAt = app.LineDone, t0
		must(t, s.Settle(t.Context(), app.Settlement{
			DeliveryID: d.ID, Attempt: d.Attempt, At: t0, State: app.DeliveryDone, Lines: []app.Line{l}, Ledger: []app.LedgerEntry{test.entry},
		}))
		list, err := s.Proofs(t.Context(), "cw")
		must(t, err)
		set, add := false, false
		for _, p := range list {
			set, add = set || !p.Created, add || p.Created
		}
		if set != test.set || add != test.add {
			t.Errorf("%s: %+v", name, list)
		}
	}
}
