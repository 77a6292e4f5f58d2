package ticketing_test

import (
	"context"
	"fmt"
	"strconv"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/ticketing"
)

// pasts is a store that only has histories, of several sources.
type pasts struct {
	ticketing.Store
	of map[string]app.History
}

// History implements ticketing.Store.
func (k pasts) History(_ context.Context, source string, _, _ time.Time) (app.History, error) {
	return k.of[source], nil
}

// outage is a source whose machines all go away at one moment.
func outage(source string, machines int, down, to time.Time) app.History {
	h := app.History{
		Source: source, From: pastStart, To: to, KeptSince: pastStart, StartedAt: pastStart.AddDate(0, -1, 0),
		Organizations: []app.Organization{{ID: 1, Source: source, ExternalID: "1", Name: "MSP"}},
	}
	span := func(i int, value string, from, to time.Time) {
		o := app.Object{Kind: app.ObjectMachine, ExternalID: strconv.Itoa(i), Name: fmt.Sprint("M", i)}
		h.States = append(h.States, app.StateSpan{ObjectState: app.ObjectState{OrganizationID: "1", Object: o, What: app.StateConnection, Value: value, From: from}, To: to})
	}
	for i := range machines {
		span(i, app.Connected, pastStart.Add(-time.Hour), down)
	}
	for i := range machines {
		span(i, app.Disconnected, down, time.Time{})
	}
	return h
}

// TestRehearsedFloodIsOfTheConnection: what one source opens counts for the limit of the connection it shares with another,
// and what is above waits for a person's word. That is not staying quiet.
func TestRehearsedFloodIsOfTheConnection(t *testing.T) {
	to := pastStart.AddDate(0, 0, 2)
	for name, c := range map[string]struct {
		apart                          time.Duration
		tickets, asked, askAbove, wait int
	}{
		"at once":             {0, 10, 110, 10, 0},
		"after a while":       {10 * time.Minute, 10, 110, 10, 0},
		"long after":          {time.Hour, 20, 100, 10, 0},
		"without a limit":     {0, 120, 0, 0, 0},
		"after waiting first": {0, 10, 110, 10, 7},
	} {
		doc := app.Settings{
			Connections: []app.ConnectionSettings{{Name: "cw", System: "connectwise", Ticketing: app.TicketingSettings{Enabled: true, AskAbove: c.askAbove}}},
			Alerts: []app.AlertRule{pastRule("Down", func(r *app.AlertRule) { r.Wait = app.Duration(time.Duration(c.wait) * time.Minute) },
				app.When{Type: app.TypeMachineUnreachable})},
		}
		all := map[string]app.History{}
		for i, source := range []string{"sync", "sync2"} {
			// The one that is read first goes away last: time counts, not the order of the settings.
			all[source] = outage(source, 60, pastStart.Add(24*time.Hour+time.Duration(1-i)*c.apart), to)
			doc.Sources = append(doc.Sources, app.SourceSettings{Name: source, Kind: app.KindX360Sync})
			doc.Organizations = append(doc.Organizations, app.OrganizationSettings{Source: source, ID: "1", PSA: "cw", Company: app.CompanyRef{ID: 250}})
		}
		desk := ticketing.New(ticketing.Deps{Store: pasts{of: all}, Now: func() time.Time { return to }, Settings: func(context.Context) (app.Settings, error) { return doc, nil }})
		r, _, err := desk.Rehearse(t.Context(), nil, 2)
		if err != nil {
			t.Fatal(err)
		}
		if r.Tickets != c.tickets || r.Asked != c.asked || r.Suppressed != 0 || r.Events != 120 {
			t.Errorf("%s: %d events, %d tickets, %d ask, %d stayed quiet; want 120, %d, %d, 0", name, r.Events, r.Tickets, r.Asked, r.Suppressed, c.tickets, c.asked)
		}
	}
}
