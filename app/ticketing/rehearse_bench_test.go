package ticketing_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/ticketing"
)

// kept is a store that only has a history.
type kept struct {
	ticketing.Store
	h app.History
}

// History implements ticketing.Store.
func (k kept) History(context.Context, string, time.Time, time.Time) (app.History, error) {
	return k.h, nil
}

// bigPast is a month of a big provider: 500 customers with three machines each, and 20,000 things that happened. With
// whole, all machines belong to one customer.
func bigPast(whole bool) app.History {
	r := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a history, the same each time
	to := pastStart.AddDate(0, 0, 30)
	h := app.History{Source: "sync", From: pastStart, To: to, KeptSince: pastStart, StartedAt: pastStart.AddDate(0, -1, 0)}
	h.Organizations = append(h.Organizations, app.Organization{ID: 1, Source: "sync", ExternalID: "1", Name: "MSP"})
	for i := range 500 {
		h.Organizations = append(h.Organizations, app.Organization{ID: int64(i + 2), Source: "sync", ExternalID: strconv.Itoa(i + 2), ParentExternalID: "1", Name: fmt.Sprint("Customer ", i)})
	}
	for i := range 1500 {
		organization := strconv.Itoa(i/3 + 2)
		if whole {
			organization = "2"
		}
		o := app.Object{Kind: app.ObjectMachine, ExternalID: strconv.Itoa(i), Name: fmt.Sprint("M", i)}
		from, value := pastStart.AddDate(0, 0, -2), app.Connected
		for range 6 {
			until := from.Add(time.Duration(r.IntN(7*24*60)) * time.Minute)
			if value == app.Disconnected {
				until = from.Add(time.Duration(r.IntN(60)) * time.Minute)
			}
			if until.After(to) {
				break
			}
			if until.After(h.From) {
				h.States = append(h.States, app.StateSpan{ObjectState: app.ObjectState{OrganizationID: organization, Object: o, What: app.StateConnection, Value: value, From: from}, To: until})
			}
			if from = until; value == app.Connected {
				value = app.Disconnected
			} else {
				value = app.Connected
			}
		}
		h.States = append(h.States, app.StateSpan{ObjectState: app.ObjectState{OrganizationID: organization, Object: o, What: app.StateConnection, Value: value, From: from}})
	}
	slices.SortStableFunc(h.States, func(a, b app.StateSpan) int { return a.From.Compare(b.From) })
	for i := range 10000 {
		m := r.IntN(300) // some fail again and again
		organization := strconv.Itoa(m/3 + 2)
		if whole {
			organization = "2"
		}
		at := pastStart.Add(time.Duration(i) * 30 * 24 * time.Hour / 10000).Truncate(time.Millisecond)
		h.Events = append(h.Events, app.Event{
			ID: int64(i + 1), Source: "sync", SourceEventID: fmt.Sprint("e", i), OrganizationID: organization, Object: app.Object{Kind: app.ObjectMachine, ExternalID: strconv.Itoa(m)},
			Type: "backup.failed", State: []app.EventState{app.Problem, app.Problem, app.Recovery}[r.IntN(3)], Severity: app.SeverityWarning,
			OccurredAt: at, ReceivedAt: at, Title: "Backup failed", Text: "The disk is full.",
		})
	}
	return h
}

// BenchmarkRehearsal is what a person waits for who tries a rule on the last 30 days.
func BenchmarkRehearsal(b *testing.B) {
	for name, c := range map[string]struct {
		whole bool
		per   string
	}{"500 customers": {}, "one customer": {whole: true}, "one customer and ticket": {true, "organization"}} {
		h := bigPast(c.whole)
		rules := []app.AlertRule{
			pastRule("Down", func(r *app.AlertRule) { r.Ticket.Per = c.per }, app.When{Type: app.TypeMachineUnreachable}),
			pastRule("Backup", nil, app.When{Type: "backup.*"}),
		}
		doc := app.Settings{
			Sources:       []app.SourceSettings{{Name: "sync", Kind: app.KindX360Sync}},
			Connections:   []app.ConnectionSettings{{Name: "cw", System: "connectwise"}},
			Organizations: []app.OrganizationSettings{{Source: "sync", ID: "1", PSA: "cw", Company: app.CompanyRef{ID: 250}}}, Alerts: rules,
		}
		for _, o := range h.Organizations[1:] {
			doc.Organizations = append(doc.Organizations, app.OrganizationSettings{Source: "sync", ID: o.ExternalID, Company: app.CompanyRef{ID: 250}})
		}
		desk := ticketing.New(ticketing.Deps{
			Store: kept{h: h}, Now: func() time.Time { return h.To }, Settings: func(context.Context) (app.Settings, error) { return doc, nil },
		})
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r, _, err := desk.Rehearse(b.Context(), nil, 30)
				if err != nil || r.Tickets == 0 {
					b.Fatal(r, err)
				}
				b.ReportMetric(float64(r.Events), "events")
				b.ReportMetric(float64(r.Tickets), "tickets")
			}
		})
	}
}
