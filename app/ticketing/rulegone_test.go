package ticketing_test

import (
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
)

// The rule is removed while its ticket stands: the ticket is closed all the same, as the rule said.
func TestTicketOfARemovedRuleIsClosed(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.problem()
	w.deliver(0)
	w.doc.Alerts = nil
	w.saveSettings()
	w.tick(time.Hour)
	w.recovery()
	for range 3 {
		w.tick(time.Hour)
		w.deliver(0)
	}
	if got := w.only(); !got.Closed || w.row().State != app.TicketClosed {
		t.Errorf("ticket %+v, row %s", got, w.row().State)
	}
}

// The rule is replaced by one of another name while its ticket waits: it opens on the board it was decided for.
func TestTicketOfAReplacedRuleOpensOnItsBoard(t *testing.T) {
	w := newWorld(t, sandbox.Options{}, func(doc *app.Settings) {
		service := &doc.Connections[0].Ticketing // what the other board does not have
		service.Type, service.Subtype, service.Item, service.Team, service.Status = app.Ref{}, app.Ref{}, app.Ref{}, app.Ref{}, app.Ref{}
		doc.Alerts[0].Ticket = app.TicketPolicy{Board: app.Ref{ID: sample.BoardNOC}}
	})
	w.problem()
	other := w.doc.Alerts[0]
	other.Name, other.Severity, other.Ticket = "Backup failed, alerts", app.SeverityCritical, app.TicketPolicy{}
	w.doc.Alerts = []app.AlertRule{other}
	w.saveSettings()
	w.deliver(time.Hour)
	if got := w.only(); got.BoardID != sample.BoardNOC {
		t.Errorf("decided for board NOC, opened on %s", got.Board)
	}
}
