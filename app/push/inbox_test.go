package push_test

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"psabridge/app"
	"psabridge/app/billing"
	"psabridge/app/push"
	"psabridge/store/storetest"
)

const fileSource = "file"

// withFile is a small world in which one customer's accounts come with a file instead of being read.
func withFile(t *testing.T) *world {
	t.Helper()
	w := newSmallWorld(t)
	w.doc.Sources = append(w.doc.Sources, app.SourceSettings{Name: fileSource, Kind: app.KindInbox})
	i := slices.IndexFunc(w.doc.Organizations, func(o app.OrganizationSettings) bool { return o.ID == "4712" })
	o := &w.doc.Organizations[i]
	o.Source, o.ID, o.PSA, o.Bill = fileSource, "c1", "cw", []app.Meter{app.MeterAccounts}
	w.sent(0, time.Time{}, app.Period{})
	return w
}

// sent stores that somebody sent the customer, and what it used at a moment unless that is zero.
func (w *world) sent(n int64, asOf time.Time, covers app.Period) {
	w.t.Helper()
	b := app.Batch{Source: fileSource, Pushed: true, Organizations: []app.Organization{
		{ExternalID: app.SyntheticTop, Name: "file", Active: true}, {ExternalID: "c1", ParentExternalID: app.SyntheticTop, Name: "Contoso", Active: true},
	}}
	if _, err := w.store.Ingest(w.t.Context(), b, w.clock(), func(app.AlertState) app.AlertDecision { return app.AlertDecision{} }); err != nil {
		w.t.Fatal(err)
	}
	if asOf.IsZero() {
		return
	}
	r := app.Reading{
		OrganizationID: "c1", Meter: app.MeterAccounts, Basis: app.BasisOwn, Unit: app.UnitEach, Quantity: app.Q(n), Complete: true,
		Method: app.MethodFile, AsOf: asOf, Covers: covers,
	}
	if err := w.store.SaveReadings(w.t.Context(), fileSource, []app.Reading{r}, w.clock()); err != nil {
		w.t.Fatal(err)
	}
}

// fileLine is the customer's line of a plan.
func (w *world) fileLine(p app.Plan) app.Line {
	w.t.Helper()
	for _, l := range p.Lines {
		if slices.ContainsFunc(l.Shares, func(s app.Share) bool { return s.Source == fileSource }) {
			return l
		}
	}
	w.t.Fatal("the customer has no line")
	return app.Line{}
}

func TestAPlanFromAnInbox(t *testing.T) {
	t.Parallel()
	w := withFile(t)
	var asked []string
	w.pusher.Refresh = func(ctx context.Context, names []string) []push.Problem {
		asked = names
		return w.refresh(ctx, names)
	}
	october := app.Period{Year: 2026, Month: time.October}
	end := time.Date(2026, 10, 31, 23, 59, 59, 0, time.UTC)

	l := w.fileLine(w.plan())
	if l.Verdict != app.VerdictHold || l.Holds[0].Code != app.HoldIncompleteReading || !strings.Contains(l.Holds[0].Message, "Import a file") {
		t.Errorf("nothing was sent, and the line is %s: %v", l.Verdict, l.Holds)
	}
	if slices.Contains(asked, fileSource) || len(asked) == 0 {
		t.Errorf("asked to read %v: an inbox cannot be read", asked)
	}
	share := func(when string, want int64) {
		t.Helper()
		l := w.fileLine(w.plan())
		i := slices.IndexFunc(l.Shares, func(s app.Share) bool { return s.Source == fileSource })
		if s := l.Shares[i]; !s.Quantity.Equal(app.Q(want)) || s.ReadingID == 0 || !strings.Contains(l.Method, app.MethodFile) {
			t.Errorf("%s: the customer counts %s, by %s, holds %v, want %d", when, s.Quantity, l.Method, l.Holds, want)
		}
	}
	w.sent(11, w.clock().Add(-3*time.Hour), app.Period{})
	share("sent this morning, older than the plan", 11)
	w.sent(9, end, october)
	share("the statement of the month that is billed came late", 9)
	w.sent(30, w.clock(), app.Period{Year: 2026, Month: time.November})
	share("what November has so far came too", 9)
}

// A month is not tried again and again for want of a file: the plan is made, and asks for it.
func TestDueAsksForAFile(t *testing.T) {
	t.Parallel()
	w := withFile(t)
	w.doc.Organizations = slices.DeleteFunc(w.doc.Organizations, func(o app.OrganizationSettings) bool { return o.Source != fileSource })
	b := &w.doc.Connections[0].Billing
	b.Approval, b.PushDay, b.PushAt = app.ApprovalAutomatic, 22, "06:00"
	w.pass(30 * 24 * time.Hour)
	w.due()
	plan, err := w.store.CurrentPlan(t.Context(), "cw", app.Period{Year: 2026, Month: time.December})
	if err != nil || plan.Complete || w.fileLine(plan).Verdict != app.VerdictHold {
		t.Errorf("plan %+v, %v", plan, err)
	}
}

// shown is what one meter of one customer showed over two months, as a model of the rules: by day and month covered.
type shown struct {
	newest, statement *app.Reading
}

func (s *shown) add(r app.Reading, rows map[string]app.Reading) {
	key := r.AsOf.Format(time.DateOnly) + r.Covers.String()
	if was, ok := rows[key]; ok && was.Complete && !r.Complete {
		return
	}
	rows[key] = r
	if s.newest == nil || !s.newest.AsOf.After(r.AsOf) {
		s.newest = &r
	}
	if r.Covers == period.Prev() && (s.statement == nil || !s.statement.AsOf.After(r.AsOf)) {
		s.statement = &r
	}
}

// billed is the reading that counts: the month's statement if it is whole, else what was read last.
func (s *shown) billed() *app.Reading {
	if s.statement != nil && s.statement.Complete {
		return s.statement
	}
	return s.newest
}

var period = app.Period{Year: 2026, Month: time.November}

// M9, over everything that can come in any order: what is read, statements of this month and others, whole or not.
func TestWhatAStatementCovers(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	customers := 0
	rapid.Check(t, func(rt *rapid.T) {
		customers++
		org := app.Organization{Source: fileSource, ExternalID: strconv.Itoa(customers), Name: "Contoso", State: app.OrganizationPresent}
		var model shown
		rows := map[string]app.Reading{}
		var all []app.Reading
		for i := range rapid.IntRange(0, 6).Draw(rt, "readings") {
			r := app.Reading{
				Source: fileSource, OrganizationID: org.ExternalID, Meter: "seats", Basis: app.BasisOwn, Unit: app.UnitEach,
				Quantity: app.Q(int64(i + 1)), Complete: rapid.IntRange(0, 3).Draw(rt, "whole") > 0, Problem: "Row 7 is wrong.",
				AsOf: now.AddDate(0, 0, -rapid.IntRange(0, 40).Draw(rt, "days")).Add(-time.Hour),
			}
			switch back := rapid.IntRange(-2, 2).Draw(rt, "covers"); back {
			case 0, 1, 2:
				r.Covers = period
				for range back {
					r.Covers = r.Covers.Prev()
				}
			}
			model.add(r, rows)
			all = append(all, r)
		}
		if err := s.SaveReadings(t.Context(), fileSource, all, now); err != nil {
			rt.Fatal(err)
		}
		readings, err := s.ReadingsFor(t.Context(), fileSource, period.Prev())
		if err != nil {
			rt.Fatal(err)
		}
		in := billing.Input{
			Connection: "cw", Period: period, Now: now, Zone: time.UTC, Readings: readings, Pushed: map[string]bool{fileSource: true},
			Mappings: []billing.Mapping{{
				Organization: org, CompanyID: 250, AgreementID: 12, Bill: []app.Meter{"seats"}, Products: map[app.Meter]string{"seats": "SEATS"},
			}},
			Actual: billing.Actual{
				Companies: []app.Company{{ID: 250}}, Agreements: []app.Agreement{{ID: 12, CompanyID: 250, Status: "Active"}},
				Products: []app.Product{{ID: 500, Identifier: "SEATS"}}, Additions: map[int64][]app.Addition{12: {{ID: 1, AgreementID: 12, ProductID: 500}}},
			},
		}
		checkBilled(rt, billing.Plan(in).Lines[0], model.billed(), now)
	})
}

// checkBilled compares a line with the reading it is to be made of.
func checkBilled(t *rapid.T, l app.Line, r *app.Reading, now time.Time) {
	has := func(code app.HoldCode) bool {
		return slices.ContainsFunc(l.Holds, func(h app.Hold) bool { return h.Code == code })
	}
	switch {
	case r == nil || !r.Complete || r.Covers.IsZero() && now.Sub(r.AsOf) > 24*time.Hour:
		if !has(app.HoldIncompleteReading) || !l.After.IsZero() {
			t.Fatalf("planned %s with holds %v from %+v", l.After, l.Holds, r)
		}
	case !r.Covers.IsZero() && r.Covers != period.Prev():
		if !has(app.HoldWrongPeriod) {
			t.Fatalf("planned %s with holds %v from a statement of %s", l.After, l.Holds, r.Covers)
		}
	case has(app.HoldIncompleteReading), has(app.HoldWrongPeriod), !l.After.Equal(r.Quantity):
		t.Fatalf("planned %s with holds %v, want %s", l.After, l.Holds, r.Quantity)
	}
}
