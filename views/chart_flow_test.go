package views_test

import (
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/views"
)

func TestTicketsPerDay(t *testing.T) {
	loc, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 10, 26, 12, 0, 0, 0, loc)
	var days []app.TicketFlow
	for i, d := range app.Days(at, 3, loc) {
		days = append(days, app.TicketFlow{Slot: d, Known: i > 0})
	}
	none := views.TicketsPerDay(days, loc)
	if !none.Plot.Empty() || none.Empty != "No ticket was opened or closed in the last 3 days." {
		t.Errorf("%+v", none)
	}
	days[1].Opened, days[2].Merged = 2, 1
	c := views.TicketsPerDay(days, loc).Plot
	if c.Slots[0].Parts != nil || c.Slots[1].Long != "Sun, 25 Oct 2026" || !c.Slots[1].Parts[0].Equal(app.Q(2)) || c.Slots[2].Label != "26" {
		t.Errorf("%+v", c.Slots)
	}
	if want := "Last 3 days: 2 opened, 1 alert counted on a ticket that was there, 0 closed. Of 1 day nothing is known: psabridge was not there yet. Days of Europe/Berlin."; c.Summary != want {
		t.Errorf("%q", c.Summary)
	}
}

// TestHoursThatComeTwice: two hours of one name are told apart, and one that does not come has no bar.
func TestHoursThatComeTwice(t *testing.T) {
	loc, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	names := func(at time.Time, n int) string {
		var hours []app.DeliveryFlow
		for _, h := range app.Hours(at, n, loc) {
			hours = append(hours, app.DeliveryFlow{Slot: h, Known: true, Sent: 1})
		}
		var out []string
		for _, s := range views.DeliveriesPerHour(hours, loc).Plot.Slots {
			out = append(out, s.Long)
		}
		return strings.Join(out, ", ")
	}
	if got := names(time.Date(2026, 10, 25, 1, 30, 0, 0, time.UTC), 3); got != "Sun 01:00 CEST, Sun 02:00 CEST, Sun 02:00 CET" {
		t.Error(got)
	}
	if got := names(time.Date(2026, 3, 29, 1, 30, 0, 0, time.UTC), 3); got != "Sun 00:00 CET, Sun 01:00 CET, Sun 03:00 CEST" {
		t.Error(got)
	}
}

func TestDroppedIsShownWhereThereIsAny(t *testing.T) {
	hours := []app.DeliveryFlow{{Known: true, Sent: 3, Parked: 1}}
	c := views.DeliveriesPerHour(hours, time.UTC).Plot
	if len(c.Parts) != 3 || len(c.Slots[0].Parts) != 3 || !strings.Contains(c.Summary, "3 sent, 0 waiting or checking, 1 needs you.") {
		t.Errorf("%+v", c)
	}
	hours[0].Dropped = 2
	if c = views.DeliveriesPerHour(hours, time.UTC).Plot; len(c.Parts) != 4 || len(c.Slots[0].Parts) != 4 || !strings.Contains(c.Summary, "1 needs you, 2 dropped.") {
		t.Errorf("%+v", c)
	}
}

func TestAnHourWithoutAPollIsNone(t *testing.T) {
	c := views.PollsPerHour("sync", []app.PollFlow{{}, {OK: 1, Calls: 4}, {Failed: 1, Calls: 1}}, time.UTC).Plot
	if c.Slots[0].Parts != nil || len(c.Slots[2].Parts) != 3 || c.Slots[1].Extra[0] != "4" || c.Summary != "Last 3 hours: 1 read, 1 failed, with 5 calls. 1 hour has no poll." {
		t.Errorf("%+v", c)
	}
	if none := views.PollsPerHour("sync", []app.PollFlow{{}}, time.UTC); !none.Plot.Empty() || none.Empty != "No poll of sync in the last 1 hours." {
		t.Errorf("%+v", none)
	}
}

func TestFoundPerMonth(t *testing.T) {
	nov := app.Period{Year: 2026, Month: time.November}
	months := []app.FoundMonth{{Period: nov.Prev(), Lost: app.MustQuantity("12.5"), Found: 2, Missing: 1}, {Period: nov, Over: app.MustQuantity("3"), Found: 1}}
	c := views.FoundPerMonth("cw", months, nov, 4).Plot
	if len(c.Slots) != 4 || c.Slots[1].Parts != nil || !c.Slots[2].Parts[0].Equal(app.MustQuantity("12.5")) || c.Slots[2].Extra[0] != "1" || c.Slots[0].Below != "2026" {
		t.Errorf("%+v", c.Slots)
	}
	if want := "What the newest preview of each month found; for November 2026 0.00 used but not billed and 3.00 billed but not used. 2 months have no preview. 1 finding has no readable price and no bar."; c.Summary != want {
		t.Errorf("%q", c.Summary)
	}
	for want, list := range map[string][]app.FoundMonth{
		"No month has a preview yet.": nil,
		"No preview of the last months found anything used but not billed, or billed but not used.": {{Period: nov}},
		"No finding of the last months has a readable price: 2 amounts are not known.":              {{Period: nov, Found: 2, Missing: 2}},
	} {
		if got := views.FoundPerMonth("cw", list, nov, 4); !got.Plot.Empty() || got.Empty != want {
			t.Errorf("%q, want %q", got.Empty, want)
		}
	}
}
