package web

import (
	"testing"
	"time"

	"psabridge/app"
)

// TestConditionOfADelivery: of a ticket that stood for several, a delivery is about the newest episode of its own object.
func TestConditionOfADelivery(t *testing.T) {
	at := func(hour int) time.Time { return time.Date(2026, 11, 22, hour, 0, 0, 0, time.UTC) }
	one, two := app.Object{Kind: app.ObjectMachine, ExternalID: "m1"}, app.Object{Kind: app.ObjectMachine, ExternalID: "m2"}
	all := []app.Condition{
		{ID: 65, Type: "machine.unreachable", Object: one, FirstAt: at(8)},
		{ID: 70, Type: "machine.unreachable", Object: two, FirstAt: at(9)},
		{ID: 129, Type: "machine.unreachable", Object: one, FirstAt: at(12)},
		{ID: 140, Type: "machine.unreachable", Object: one, FirstAt: at(15)},
	}
	about := func(o app.Object) *app.TicketPayload {
		return &app.TicketPayload{Object: o, Type: "machine.unreachable"}
	}
	for name, test := range map[string]struct {
		payload *app.TicketPayload
		decided time.Time
		want    int64
	}{
		"opened":            {about(one), at(8), 65},
		"of the other":      {about(two), at(13), 70},
		"reopened":          {about(one), at(13), 129},
		"reopened again":    {about(one), at(16), 140},
		"nobody remembers":  {about(app.Object{Kind: app.ObjectMachine, ExternalID: "gone"}), at(13), 65},
		"without a payload": {nil, at(13), 65},
	} {
		if got := conditionOf(all, test.payload, test.decided); got == nil || got.ID != test.want {
			t.Errorf("%s: about %+v, want %d", name, got, test.want)
		}
	}
	if got := conditionOf(nil, about(one), at(8)); got != nil {
		t.Errorf("of a ticket that stands for nothing any more: %+v", got)
	}
}

// TestClosesAt: a ticket is closed when the last of what it stands for was calm long enough, unless something holds, somebody
// works on it or no alert closes it.
func TestClosesAt(t *testing.T) {
	cleared := time.Date(2026, 11, 22, 20, 48, 0, 0, time.UTC)
	doc := app.Settings{Alerts: []app.AlertRule{
		{Name: "closes", Ticket: app.TicketPolicy{AutoClose: true, NoteEvery: app.Duration(15 * time.Minute)}},
		{Name: "notes", Ticket: app.TicketPolicy{NoteEvery: app.Duration(15 * time.Minute)}},
	}}
	c := app.Condition{Rule: "closes", State: app.ConditionCleared, Wait: app.ReasonCleared, ClearedAt: cleared, Comebacks: 1, TicketID: 1, TicketXRef: "x"}
	late := c
	late.ClearedAt = cleared.Add(time.Minute)
	holds, noted := c, c
	holds.State, noted.Rule = app.ConditionOpen, "notes"
	row := func(touched bool, all ...app.Condition) app.TicketRow {
		return app.TicketRow{Ticket: app.Ticket{State: app.TicketOpen, Touched: touched}, Conditions: all}
	}
	for name, test := range map[string]struct {
		row  app.TicketRow
		want time.Time
	}{
		"one":        {row(false, c), cleared.Add(15 * time.Minute)},
		"the last":   {row(false, late, c), cleared.Add(16 * time.Minute)},
		"one holds":  {row(false, c, holds), time.Time{}},
		"touched":    {row(true, c), time.Time{}},
		"only noted": {row(false, noted), time.Time{}},
	} {
		if got := closesAt(doc, test.row); !got.Equal(test.want) {
			t.Errorf("%s: closes at %v, want %v", name, got, test.want)
		}
	}
}
