package views_test

import (
	"encoding/json"
	"slices"
	"testing"

	"psabridge/app"
	"psabridge/views"
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
