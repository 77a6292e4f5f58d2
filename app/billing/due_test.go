package billing_test

import (
	"slices"
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"

	"psabridge/app"
	"psabridge/app/billing"
)

func zone(t interface{ Fatal(...any) }, name string) *time.Location {
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func settings(day app.PushDay, at string) app.BillingSettings {
	return app.BillingSettings{Enabled: true, PushDay: day, PushAt: at}
}

// Whatever the day, the time and the zone: every month of ten years is due exactly once, in its own month.
func TestF21TwelveRunsAYearAtAnyTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		loc := zone(t, rapid.SampledFrom([]string{"America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo"}).Draw(t, "zone"))
		s := settings(app.PushDay(rapid.IntRange(1, 32).Draw(t, "day")), time.Unix(int64(rapid.IntRange(0, 1439).Draw(t, "minute"))*60, 0).UTC().Format("15:04"))
		at := time.Date(2026, 1, 1, 0, 0, 0, 0, loc).Add(-time.Second)
		want := app.Period{Year: 2026, Month: time.January}
		var done []app.Period
		for range 11 * 12 {
			next, ok := billing.NextDue(s, loc, at)
			if !ok || app.PeriodOf(next, loc) != want {
				t.Fatalf("after %s comes %s, want one in %s", at, next, want)
			}
			if p, _, _, _, ok := billing.Due(s, loc, next.Add(-time.Nanosecond), done); ok && len(done) > 0 {
				t.Fatalf("%s is due before its moment %s", p, next)
			}
			p, dueAt, late, missed, ok := billing.Due(s, loc, next, done)
			if !ok || p != want || !dueAt.Equal(next) || late || missed != nil {
				t.Fatalf("at %s: %s %s late %v missed %v ok %v", next, p, dueAt, late, missed, ok)
			}
			done = append(done, p)
			if _, _, _, _, again := billing.Due(s, loc, next.Add(time.Hour), done); again {
				t.Fatalf("%s is due twice", p)
			}
			at, want = next, want.Next()
		}
	})
}

// Every push day of every month from 2026 to 2036 in four zones: twelve moments a year, each in its own month, on the day
// that was set or the month's last.
func TestF21EveryPushDayRunsTwelveTimesAYear(t *testing.T) {
	for _, name := range []string{"America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo"} {
		loc := zone(t, name)
		for day := app.PushDay(1); day <= app.LastDay; day++ {
			s := settings(day, "02:30")
			at := time.Date(2026, 1, 1, 0, 0, 0, 0, loc).Add(-time.Second)
			runs := map[int]int{}
			for {
				next, ok := billing.NextDue(s, loc, at)
				if !ok {
					t.Fatalf("%s, day %d: nothing is due after %s", name, day, at)
				}
				if next.Year() > 2036 {
					break
				}
				p := app.PeriodOf(next, loc)
				if want := min(int(day), p.Days()); next.Day() != want {
					t.Fatalf("%s, day %d: %s, want the %d.", name, day, next, want)
				}
				if due, dueAt, late, _, ok := billing.Due(s, loc, next, []app.Period{p.Prev()}); !ok || due != p || !dueAt.Equal(next) || late {
					t.Fatalf("%s, day %d: at %s %s is due (%v)", name, day, next, due, ok)
				}
				runs[next.Year()]++
				at = next
			}
			for year := 2026; year <= 2036; year++ {
				if runs[year] != 12 {
					t.Fatalf("%s, day %d: %d runs in %d", name, day, runs[year], year)
				}
			}
		}
	}
}

func TestF20MomentAroundClockChanges(t *testing.T) {
	cases := []struct {
		name, zone, at string
		day            app.PushDay
		period, want   string
	}{
		{"skipped hour", "America/New_York", "02:30", 8, "2026-03", "2026-03-08T03:00:00-04:00"},
		{"hour shown twice", "America/New_York", "01:30", 1, "2026-11", "2026-11-01T01:30:00-04:00"},
		{"skipped hour", "Europe/Berlin", "02:30", 29, "2026-03", "2026-03-29T03:00:00+02:00"},
		{"hour shown twice", "Europe/Berlin", "02:30", 25, "2026-10", "2026-10-25T02:30:00+02:00"},
		{"half an hour skipped", "Australia/Lord_Howe", "02:15", 4, "2026-10", "2026-10-04T02:30:00+11:00"},
		{"half an hour twice", "Australia/Lord_Howe", "01:45", 5, "2026-04", "2026-04-05T01:45:00+11:00"},
		{"no clock change", "America/Sao_Paulo", "00:30", 18, "2026-10", "2026-10-18T00:30:00-03:00"},
		{"31 in a short month", "UTC", "06:00", 31, "2027-02", "2027-02-28T06:00:00Z"},
		{"30 in a leap February", "UTC", "06:00", 30, "2028-02", "2028-02-29T06:00:00Z"},
		{"last", "UTC", "06:00", app.LastDay, "2026-04", "2026-04-30T06:00:00Z"},
		{"no time set", "UTC", "", 1, "2026-04", "2026-04-01T06:00:00Z"},
	}
	for _, c := range cases {
		t.Run(c.name+" "+c.zone, func(t *testing.T) {
			p, err := app.ParsePeriod(c.period)
			if err != nil {
				t.Fatal(err)
			}
			if got := billing.Moment(settings(c.day, c.at), zone(t, c.zone), p).Format(time.RFC3339); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

func TestF22MachineWasOff(t *testing.T) {
	s := settings(5, "06:00")
	month := func(m time.Month) app.Period { return app.Period{Year: 2026, Month: m} }
	cases := map[string]struct {
		now    string
		done   []app.Period
		want   app.Period
		late   bool
		missed []app.Period
	}{
		"on time":     {"2026-11-05T06:00:00Z", []app.Period{month(10)}, month(11), false, nil},
		"23 hours":    {"2026-11-06T05:00:00Z", []app.Period{month(10)}, month(11), false, nil},
		"three days":  {"2026-11-08T07:00:00Z", []app.Period{month(10)}, month(11), true, nil},
		"forty days":  {"2026-11-15T07:00:00Z", []app.Period{month(9)}, month(11), true, []app.Period{month(10)}},
		"before due":  {"2026-11-05T05:59:59Z", []app.Period{month(9)}, month(10), true, nil},
		"first month": {"2026-11-05T06:01:00Z", nil, month(11), false, nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			at, err := time.Parse(time.RFC3339, c.now)
			if err != nil {
				t.Fatal(err)
			}
			p, _, late, missed, ok := billing.Due(s, time.UTC, at, c.done)
			if !ok || p != c.want || late != c.late || !slices.Equal(missed, c.missed) {
				t.Errorf("%s late %v missed %v ok %v", p, late, missed, ok)
			}
		})
	}
}

func TestNeverDueByItself(t *testing.T) {
	for name, s := range map[string]app.BillingSettings{"off": {PushDay: 1}, "no day": {Enabled: true}} {
		if _, _, _, _, ok := billing.Due(s, time.UTC, now, nil); ok {
			t.Errorf("%s: due", name)
		}
		if _, ok := billing.NextDue(s, time.UTC, now); ok {
			t.Errorf("%s: has a next moment", name)
		}
	}
}

func TestM1OnlyTheCurrentOrTheLatestDueMonth(t *testing.T) {
	s := settings(25, "06:00")
	for p, want := range map[app.Period]bool{
		{Year: 2026, Month: 11}: true,  // the current month, though not due yet
		{Year: 2026, Month: 10}: true,  // the latest due
		{Year: 2026, Month: 9}:  false, // over
		{Year: 2026, Month: 12}: false, // to come
	} {
		if got := billing.Plannable(s, time.UTC, now, p); got != want {
			t.Errorf("%s: %v", p, got)
		}
	}
}

// A push is late after a day, not with it.
func TestM2LateAfterADay(t *testing.T) {
	s, at := settings(25, "06:00"), time.Date(2026, 11, 25, 6, 0, 0, 0, time.UTC)
	for after, want := range map[time.Duration]bool{0: false, 24 * time.Hour: false, 24*time.Hour + time.Nanosecond: true} {
		if _, _, late, _, ok := billing.Due(s, time.UTC, at.Add(after), nil); !ok || late != want {
			t.Errorf("%s after its moment: late %v, due %v", after, late, ok)
		}
	}
}
