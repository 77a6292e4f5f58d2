package views_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/views"
	"psabridge/views/ui"
)

// TestAStepSaysWhatCameOfIt: a close that only noted the recovery, because a person works on the ticket, is not told as a close.
func TestAStepSaysWhatCameOfIt(t *testing.T) {
	payload, err := json.Marshal(app.TicketPayload{Close: true})
	if err != nil {
		t.Fatal(err)
	}
	d := app.DeliveryRow{Delivery: app.Delivery{ID: 119, Kind: app.DeliverTicketNote, State: app.DeliveryDone, Payload: payload, DoneAt: now}}
	closed := views.DeliveryStep(d, nil, nil)
	if closed.Label != "Close ticket" || closed.Text != "sent." || closed.Tone != "ok" {
		t.Errorf("a close: %+v", closed)
	}
	const why = "Not closed: mkoch works on it."
	noted := views.DeliveryStep(d, nil, []app.LedgerEntry{{Phase: app.LedgerIntent, Note: "x"}, {Phase: app.LedgerOutcome, Note: why}})
	if noted.Label != "Recovery" || noted.Text != "noted; the ticket stays open." || noted.Tone != "info" || !slices.Equal(noted.Notes, []string{why}) {
		t.Errorf("a close that did not close: %+v", noted)
	}
}

// TestTouchSteps: what a person did is told once, and a close with who did it.
func TestTouchSteps(t *testing.T) {
	took, closed := now.Add(-time.Hour), now.Add(-time.Minute)
	open := app.Ticket{RemoteID: 7, State: app.TicketOpen, Touched: true, TouchedWhy: "ada is its owner now.", TouchedAt: took}
	shut := open
	shut.State, shut.ClosedAt, shut.ClosedBy = app.TicketClosed, closed, "ada"
	only := shut
	only.TouchedAt, only.TouchedWhy = closed, "ada closed it."
	gone := only
	gone.State = app.TicketUnknown
	unknown := app.Ticket{RemoteID: 7, State: app.TicketClosed, Touched: true, ClosedAt: closed}
	ours := app.Ticket{RemoteID: 7, State: app.TicketClosed, ClosedAt: closed}
	clock := ui.Clock(closed, zone, false)
	for name, tc := range map[string]struct {
		ticket app.Ticket
		want   []string
	}{
		"taken":            {open, []string{"A person works on it: ada is its owner now."}},
		"taken and closed": {shut, []string{"A person works on it: ada is its owner now.", "Closed in ConnectWise by ada, noticed " + clock + "."}},
		"only closed":      {only, []string{"Closed in ConnectWise by ada, noticed " + clock + "."}},
		"gone":             {gone, []string{"Gone from ConnectWise, noticed " + clock + "."}},
		"by whom":          {unknown, []string{"Closed in ConnectWise, noticed " + clock + "."}},
		"by us":            {ours, nil},
	} {
		var got []string
		for _, s := range views.TouchSteps(tc.ticket, zone) {
			got = append(got, s.Text)
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}
