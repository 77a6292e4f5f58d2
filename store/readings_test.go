package store_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"psabridge/app"
	"psabridge/store/storetest"
)

func reading(n int64, at time.Time, complete bool) app.Reading {
	return app.Reading{
		OrganizationID: "7", Meter: app.MeterAccounts, Basis: app.BasisOwn, Quantity: app.Q(n), Unit: app.UnitEach, Complete: complete,
		Method: "computed", AsOf: at, Items: []app.EvidenceItem{{Kind: app.ObjectAccount, ExternalID: "p1", Name: "Ada", Amount: app.Q(1)}},
	}
}

func TestReadings(t *testing.T) {
	tomorrow := t0.Add(24 * time.Hour)
	for name, tt := range map[string]struct {
		saved []app.Reading
		want  int64
	}{
		"a later one of the day":                 {[]app.Reading{reading(5, t0, true), reading(6, t0.Add(time.Hour), true)}, 6},
		"an earlier one of the day":              {[]app.Reading{reading(5, t0, true), reading(6, t0.Add(-time.Hour), true)}, 5},
		"incomplete after complete":              {[]app.Reading{reading(5, t0, true), reading(0, t0.Add(time.Hour), false)}, 5},
		"complete after incomplete":              {[]app.Reading{reading(0, t0, false), reading(5, t0.Add(time.Hour), true)}, 5},
		"incomplete on the next day":             {[]app.Reading{reading(5, t0, true), reading(0, tomorrow, false)}, 0},
		"an older day that comes late":           {[]app.Reading{reading(5, tomorrow, true), reading(6, t0, true)}, 5},
		"incomplete before, complete, the other": {[]app.Reading{reading(1, t0, false), reading(5, tomorrow, true), reading(2, tomorrow.Add(time.Minute), false)}, 5},
	} {
		t.Run(name, func(t *testing.T) {
			s := storetest.Open(t)
			for _, r := range tt.saved {
				must(t, s.SaveReadings(t.Context(), "sync", []app.Reading{r}, tomorrow.Add(time.Hour)))
			}
			latest, err := s.LatestReadings(t.Context(), "")
			must(t, err)
			if len(latest) != 1 || !latest[0].Quantity.Equal(app.Q(tt.want)) || latest[0].Source != "sync" {
				t.Fatalf("latest %+v, want %d", latest, tt.want)
			}
			if diff := cmp.Diff(reading(0, t0, true).Items, latest[0].Items); diff != "" {
				t.Errorf("evidence (-want +got):\n%s", diff)
			}
		})
	}
}

// Whoever sends or imports something again corrects it, also with what is not known now.
func TestWhatWasSentLastCounts(t *testing.T) {
	october := november.Prev()
	end := time.Date(2026, 10, 31, 23, 59, 59, 0, time.UTC)
	of := func(month app.Period, at time.Time, n int64, complete bool) app.Reading {
		r := reading(n, at, complete)
		r.Covers = month
		return r
	}
	whole := []app.Reading{of(october, end, 50, true)}
	spoilt := []app.Reading{of(october, end, 0, false)}
	for name, tt := range map[string]struct {
		sent   [][]app.Reading
		whole  bool
		amount int64
	}{
		"a statement with a wrong row": {[][]app.Reading{whole, spoilt}, false, 0},
		"and then the right one":       {[][]app.Reading{whole, spoilt, whole}, true, 50},
		"an earlier hour of the day":   {[][]app.Reading{{reading(50, t0, true)}, {reading(5, t0.Add(-time.Hour), true)}}, true, 5},
		"a day before":                 {[][]app.Reading{{reading(50, t0, true)}, {reading(5, t0.Add(-24*time.Hour), true)}}, true, 50},
		"a wrong statement, and a count since": {
			[][]app.Reading{whole, {reading(7, t0, true)}, spoilt}, false, 0,
		},
	} {
		for _, method := range []string{app.MethodSent, app.MethodFile} {
			t.Run(name+", "+method, func(t *testing.T) {
				s := storetest.Open(t)
				for _, rs := range tt.sent {
					again := slices.Clone(rs)
					for i := range again {
						again[i].Method = method
					}
					must(t, s.SaveReadings(t.Context(), "feed", again, t0.Add(time.Hour)))
				}
				got, err := s.ReadingsFor(t.Context(), "feed", october)
				must(t, err)
				if len(got) != 1 || got[0].Complete != tt.whole || !got[0].Quantity.Equal(app.Q(tt.amount)) {
					t.Errorf("%+v, want %d, complete %v", got, tt.amount, tt.whole)
				}
			})
		}
	}
}

func TestEvidenceIsKeptForTheNewestOnly(t *testing.T) {
	s := storetest.Open(t)
	must(t, s.SaveReadings(t.Context(), "sync", []app.Reading{reading(5, t0, true), reading(6, t0.Add(24*time.Hour), true)}, t0))
	old, err := s.ReadingBefore(t.Context(), "sync", "7", app.MeterAccounts, app.BasisOwn, t0.Add(24*time.Hour))
	must(t, err)
	if !old.Quantity.Equal(app.Q(5)) || len(old.Items) != 0 {
		t.Errorf("the older reading is %+v", old)
	}
	_, err = s.ReadingBefore(t.Context(), "sync", "7", app.MeterAccounts, app.BasisOwn, t0)
	wantCode(t, err, app.NotFound)
}

func TestReadingsKeepTheirDecimals(t *testing.T) {
	s := storetest.Open(t)
	r := reading(0, t0, true)
	r.Quantity, r.Covers = app.MustQuantity("123456789012345678.000000001"), november
	must(t, s.SaveReadings(t.Context(), "sync", []app.Reading{r}, t0))
	latest, err := s.LatestReadings(t.Context(), "sync")
	must(t, err)
	if latest[0].Quantity.String() != "123456789012345678.000000001" || latest[0].Covers != november {
		t.Errorf("latest %+v", latest[0])
	}
}

// A clock that was ahead must not hide what is read now.
func TestAReadingFromTheFutureGivesWay(t *testing.T) {
	for name, tt := range map[string]struct {
		ahead time.Duration
		now   app.Reading
		want  int64
	}{
		"a year ahead":                {365 * 24 * time.Hour, reading(6, t0, true), 6},
		"hours ahead, the same day":   {6 * time.Hour, reading(6, t0, true), 6},
		"hours ahead, incomplete":     {6 * time.Hour, reading(0, t0, false), 0},
		"as far as two clocks differ": {time.Minute, reading(6, t0, true), 5},
	} {
		t.Run(name, func(t *testing.T) {
			s := storetest.Open(t)
			future := t0.Add(tt.ahead)
			must(t, s.SaveReadings(t.Context(), "sync", []app.Reading{reading(5, future, true)}, future))
			must(t, s.SaveReadings(t.Context(), "sync", []app.Reading{tt.now}, t0))
			latest, err := s.LatestReadings(t.Context(), "sync")
			must(t, err)
			if len(latest) != 1 || !latest[0].Quantity.Equal(app.Q(tt.want)) || len(latest[0].Items) != 1 {
				t.Errorf("latest %+v, want %d", latest, tt.want)
			}
		})
	}
}

// What a month's statement says counts for that month, whatever was read since (M9).
func TestReadingsOfAMonth(t *testing.T) {
	statement := func(n int64, at time.Time, complete bool, covers app.Period) app.Reading {
		r := reading(n, at, complete)
		r.Covers = covers
		return r
	}
	october := november.Prev()
	end := time.Date(2026, 10, 31, 23, 59, 59, 0, time.UTC)
	for name, tt := range map[string]struct {
		saved []app.Reading
		want  int64
	}{
		"only read":                             {[]app.Reading{reading(5, t0, true)}, 5},
		"read after the statement":              {[]app.Reading{statement(3, end, true, october), reading(5, t0, true)}, 3},
		"the statement came late":               {[]app.Reading{reading(5, t0, true), statement(3, end, true, october)}, 3},
		"the statement came again, corrected":   {[]app.Reading{statement(3, end, true, october), reading(5, t0, true), statement(4, end, true, october)}, 4},
		"half of it came again":                 {[]app.Reading{statement(3, end, true, october), reading(5, t0, true), statement(1, end, false, october)}, 3},
		"a statement that is not complete":      {[]app.Reading{reading(5, t0, true), statement(3, end, false, october)}, 5},
		"taken early, and not whole in the end": {[]app.Reading{statement(2, end.AddDate(0, 0, -9), true, october), statement(3, end, false, october)}, 3},
		"taken early, and again at the end":     {[]app.Reading{statement(3, end, true, october), statement(2, end.AddDate(0, 0, -9), true, october)}, 3},
		"another month's":                       {[]app.Reading{reading(5, t0, true), statement(3, end.AddDate(0, -1, 0), true, october.Prev())}, 5},
		"this month's hides nothing":            {[]app.Reading{statement(3, end, true, october), statement(9, t0, true, november)}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			s := storetest.Open(t)
			for _, r := range tt.saved {
				must(t, s.SaveReadings(t.Context(), "sync", []app.Reading{r}, t0.Add(time.Hour)))
			}
			got, err := s.ReadingsFor(t.Context(), "sync", october)
			must(t, err)
			if len(got) != 1 || !got[0].Quantity.Equal(app.Q(tt.want)) || len(got[0].Items) != 1 {
				t.Fatalf("readings %+v, want %d with its evidence", got, tt.want)
			}
			// All in one call is the same as one by one.
			again := storetest.Open(t)
			must(t, again.SaveReadings(t.Context(), "sync", tt.saved, t0.Add(time.Hour)))
			if got, err = again.ReadingsFor(t.Context(), "", october); err != nil || len(got) != 1 || !got[0].Quantity.Equal(app.Q(tt.want)) {
				t.Errorf("in one call: %+v (%v), want %d", got, err, tt.want)
			}
		})
	}
}

func TestManyReadingsAreStoredOrNone(t *testing.T) {
	s := storetest.Open(t)
	rs := bigImport(t0)[:1000]
	bad := append([]app.Reading{}, rs...)
	bad[999].Basis = "sideways"
	if err := s.SaveReadings(t.Context(), "sync", bad, t0); err == nil {
		t.Fatal("a basis that does not exist was stored")
	}
	if got, err := s.LatestReadings(t.Context(), "sync"); err != nil || len(got) != 0 {
		t.Fatalf("%d readings of a refused call are stored (%v)", len(got), err)
	}
	for _, at := range []time.Time{t0, t0, t0.Add(24 * time.Hour)} {
		must(t, s.SaveReadings(t.Context(), "sync", bigImport(at)[:1000], t0))
	}
	got, err := s.LatestReadings(t.Context(), "sync")
	must(t, err)
	if len(got) != 1000 {
		t.Fatalf("%d readings, want 1000", len(got))
	}
	for _, r := range got {
		if int64(len(r.Items)) != r.Quantity.IntPart() || !r.AsOf.Equal(t0.Add(24*time.Hour)) {
			t.Fatalf("reading %+v", r)
		}
	}
	must(t, s.Verify(t.Context()))
}
