package ui

import (
	"testing"
	"time"

	"psabridge/app"
)

func TestNumbers(t *testing.T) {
	q := app.MustQuantity
	for _, c := range []struct{ got, want string }{
		{Number(q("0")), "0"},
		{Number(q("999")), "999"},
		{Number(q("1000")), "1,000"},
		{Number(q("1234567.5")), "1,234,567.5"},
		{Number(q("-48")), "−48"},
		{Number(q("-1234")), "−1,234"},
		{Signed(q("15")), "+15"},
		{Signed(q("-55")), "−55"},
		{Signed(q("0")), "0"},
		{Amount(nil), "unknown"},
		{Amount(&app.Money{}), "0.00"},
		{Amount(new(q("412.5"))), "+412.50"},
		{Amount(new(q("-1275"))), "−1,275.00"},
		{Quantity(q("12"), app.UnitEach), "12"},
		{Quantity(q("1219"), app.UnitGB), "1,219 GB"},
		{Quantity(q("1073741824"), app.UnitBytes), "1 GB"},
		{Quantity(q("1610612736"), app.UnitBytes), "1.5 GB"},
		{Quantity(q("227633266688"), app.UnitBytes), "212 GB"},
		{Count(1, "line", "lines"), "1 line"},
		{Count(0, "line", "lines"), "0 lines"},
		{Count(1200, "line", "lines"), "1,200 lines"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestTimes(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 26, 13, 3, 33, 0, time.UTC)
	for _, c := range []struct{ got, want string }{
		{Ago(now.Add(-38*time.Second), now), "38 s ago"},
		{Ago(now.Add(90*time.Second), now), "in 1 min"},
		{Span(82 * time.Minute), "1 h 22 min"},
		{Span(47 * time.Hour), "47 h"},
		{Span(72 * time.Hour), "3 d"},
		{Span(0), "0 s"},
		{Moment(now, now, berlin), "14:03 CET"},
		{Moment(now.AddDate(0, 0, 4), now, berlin), "Mon 30 Nov, 14:03 CET"},
		{Moment(now.AddDate(-1, -5, 0), now, berlin), "Thu 26 Jun 2025, 15:03 CEST"},
		{DayHead(now.AddDate(0, 0, -1), now, berlin), "Yesterday, Wed 25 Nov"},
		{DayHead(now, now, berlin), "Today, Thu 26 Nov"},
		{Full(now, berlin), "Thu 26 Nov 2026, 14:03:33 CET"},
		{Date(time.Time{}), "none"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}
