package app_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"psabridge/app"
)

func TestPeriodOfUsesTheZoneOfTheBooks(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 10, 31, 23, 30, 0, 0, time.UTC)
	if got := app.PeriodOf(at, berlin).String(); got != "2026-11" {
		t.Errorf("in Berlin it is already %s, want 2026-11", got)
	}
	if got := app.PeriodOf(at, time.UTC).String(); got != "2026-10" {
		t.Errorf("in UTC it is %s, want 2026-10", got)
	}
}

func TestParsePeriodRefusesWhatIsNotAMonth(t *testing.T) {
	for _, bad := range []string{"", "2026", "2026-13", "2026-00", "2026-1", "26-11", "2026-11-01", "November 2026", "0000-01", " 2026-11"} {
		if p, err := app.ParsePeriod(bad); app.ErrorCode(err) != app.Invalid {
			t.Errorf("%q became %v, %v", bad, p, err)
		}
	}
}

func TestPeriodsCount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := app.Period{Year: rapid.IntRange(2000, 2100).Draw(t, "year"), Month: time.Month(rapid.IntRange(1, 12).Draw(t, "month"))}
		if p.Next().Prev() != p || !p.Before(p.Next()) || p.Next().Before(p) {
			t.Fatalf("%v: next and previous disagree", p)
		}
		back, err := app.ParsePeriod(p.String())
		if err != nil || back != p {
			t.Fatalf("%v reads back as %v, %v", p, back, err)
		}
		if next := p.Start(time.UTC).AddDate(0, 0, p.Days()); next != p.Next().Start(time.UTC) {
			t.Fatalf("%v has %d days, but the next month starts %v", p, p.Days(), next)
		}
	})
}
