package app

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func TestDaysWhenTheClocksChange(t *testing.T) {
	for _, tt := range []struct {
		zone, at  string
		from, to  string // of that day
		hours     int
		lastHours string // the hours before and with it
	}{
		{"Europe/Berlin", "2026-03-29T12:00:00Z", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", 23, "12 13 14"},
		{"Europe/Berlin", "2026-03-29T01:30:00Z", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", 23, "00 01 03"},
		{"Europe/Berlin", "2026-10-25T12:00:00Z", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", 25, "11 12 13"},
		{"Europe/Berlin", "2026-10-25T01:10:00Z", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", 25, "01 02 02"},
		{"America/New_York", "2026-03-08T20:00:00Z", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z", 23, "14 15 16"},
		{"America/New_York", "2026-11-01T20:00:00Z", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z", 25, "13 14 15"},
		{"Asia/Kolkata", "2026-11-01T20:00:00Z", "2026-11-01T18:30:00Z", "2026-11-02T18:30:00Z", 24, "23 00 01"},
		// There is no 0:00 where the clocks go forward at midnight, and two of them where they go back to it.
		{"Asia/Beirut", "2026-03-29T12:00:00Z", "2026-03-28T22:00:00Z", "2026-03-29T21:00:00Z", 23, "13 14 15"},
		{"America/Havana", "2026-03-08T20:00:00Z", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z", 23, "14 15 16"},
		{"America/Havana", "2026-11-01T20:00:00Z", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z", 25, "13 14 15"},
		{"America/Havana", "2026-11-01T05:30:00Z", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z", 25, "23 00 00"},
	} {
		t.Run(tt.zone+" "+tt.at, func(t *testing.T) {
			now, err := time.Parse(time.RFC3339, tt.at)
			if err != nil {
				t.Fatal(err)
			}
			loc := zone(t, tt.zone)
			d := Days(now, 3, loc)[2]
			if got := d.From.UTC().Format(time.RFC3339) + " " + d.To.UTC().Format(time.RFC3339); got != tt.from+" "+tt.to {
				t.Errorf("the day is %s, want %s %s", got, tt.from, tt.to)
			}
			if got := d.To.Sub(d.From); got != time.Duration(tt.hours)*time.Hour {
				t.Errorf("it has %s, want %d hours", got, tt.hours)
			}
			hours := Hours(now, 3, loc)
			got := fmt.Sprint(hours[0].From.In(loc).Format("15"), " ", hours[1].From.In(loc).Format("15"), " ", hours[2].From.In(loc).Format("15"))
			if got != tt.lastHours {
				t.Errorf("hours %s, want %s", got, tt.lastHours)
			}
		})
	}
}

// TestSlotsLeaveNothingOut: whatever the zone and the moment, slots follow each other without a gap, the last one has the moment
// in it, and a day has the moments of its own date alone.
func TestSlotsLeaveNothingOut(t *testing.T) {
	var zones []*time.Location
	for _, name := range []string{
		"UTC", "Europe/Berlin", "America/New_York", "America/St_Johns", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Beirut", "America/Havana", "America/Santiago",
		"Africa/Cairo", "Australia/Lord_Howe", "Pacific/Chatham", "Pacific/Apia",
	} {
		zones = append(zones, zone(t, name))
	}
	rapid.Check(t, func(t *rapid.T) {
		loc := rapid.SampledFrom(zones).Draw(t, "zone")
		now := time.Unix(rapid.Int64Range(1_600_000_000, 1_900_000_000).Draw(t, "second"), 5).In(loc)
		n := rapid.IntRange(2, 40).Draw(t, "n")
		for name, slots := range map[string][]Slot{"days": Days(now, n, loc), "hours": Hours(now, n, loc)} {
			if len(slots) != n || !slots[n-1].Has(now) {
				t.Fatalf("%s: %d, the last one %v has not %s", name, len(slots), slots[n-1], now)
			}
			for i, s := range slots {
				if !s.From.Before(s.To) || i > 0 && !slots[i-1].To.Equal(s.From) {
					t.Fatalf("%s: %d is %v after %v", name, i, s, slots[max(i-1, 0)])
				}
				first, last := s.From.In(loc).Format(time.DateOnly), s.To.Add(-1).In(loc).Format(time.DateOnly)
				before := s.From.Add(-1).In(loc).Format(time.DateOnly)
				if name == "days" && (first != last || before == first) {
					t.Fatalf("the day %s ends on %s and follows %s", first, last, before)
				}
			}
		}
	})
}
