package push

import (
	"testing"
	"time"

	"psabridge/app"
)

func TestM2PastAnInvoice(t *testing.T) {
	t.Parallel()
	at := func(day, hour int) time.Time { return time.Date(2026, 11, day, hour, 0, 0, 0, time.UTC) }
	for name, c := range map[string]struct {
		invoice time.Time
		now     time.Time
		verdict app.Verdict
		want    bool
	}{
		"on the push day, caught up the next": {at(25, 0), at(26, 3), app.VerdictUpdate, true},
		"on the day it is caught up":          {at(26, 0), at(26, 3), app.VerdictUpdate, true},
		"a line to create":                    {at(26, 0), at(26, 3), app.VerdictCreate, true},
		"still to come":                       {at(27, 0), at(26, 3), app.VerdictUpdate, false},
		"made before the push was due":        {at(24, 0), at(26, 3), app.VerdictUpdate, false},
		"the same day":                        {at(25, 0), at(25, 9), app.VerdictUpdate, false},
		"not known":                           {time.Time{}, at(26, 3), app.VerdictUpdate, false},
		"nothing to write":                    {at(25, 0), at(26, 3), app.VerdictSame, false},
		"held":                                {at(25, 0), at(26, 3), app.VerdictHold, false},
	} {
		plan := app.Plan{Lines: []app.Line{{Verdict: c.verdict, NextInvoice: c.invoice}}}
		if got := pastInvoice(plan, due{at: at(25, 6)}, time.UTC, c.now); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestMonthsThatWerePushedInOrder(t *testing.T) {
	t.Parallel()
	oct, nov, dec := app.Period{Year: 2026, Month: 10}, app.Period{Year: 2026, Month: 11}, app.Period{Year: 2026, Month: 12}
	for name, c := range map[string]struct {
		newestFirst []app.Period
		before      app.Period
		want        bool
	}{
		"none":                      {nil, dec, true},
		"one after the other":       {[]app.Period{nov, nov, oct}, dec, true},
		"this month already":        {[]app.Period{dec, nov}, dec, false},
		"a later one already":       {[]app.Period{nov}, oct, false},
		"October late, before this": {[]app.Period{oct, nov}, dec, false},
	} {
		var pushes []app.Push
		for _, p := range c.newestFirst {
			pushes = append(pushes, app.Push{Period: p})
		}
		if got := inOrder(pushes, c.before); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
