package store

import (
	"strings"
	"testing"
	"time"
)

func TestOnlyBlindTimeIsAGap(t *testing.T) {
	t0 := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		every, began, stored time.Duration // since the poll before
		want                 bool
	}{
		"as usual":                        {2 * time.Minute, 2 * time.Minute, 2 * time.Minute, false},
		"two missed":                      {2 * time.Minute, 5 * time.Minute, 5 * time.Minute, true},
		"shorter than we ask what is due": {15 * time.Second, 45 * time.Second, 45 * time.Second, false},
		"a reading that takes long":       {2 * time.Minute, 2 * time.Minute, 20 * time.Minute, false},
		"the clock put back":              {2 * time.Minute, -24 * time.Hour, -24 * time.Hour, true},
		"the clock put right by a moment": {2 * time.Minute, -time.Second, -time.Second, false},
	} {
		t.Run(name, func(t *testing.T) {
			before := beat{last: t0, steady: t0.Add(-time.Hour)}
			after, gap := before.seen(t0.Add(tt.began), t0.Add(tt.stored), tt.every)
			if gap != tt.want {
				t.Errorf("gap %v, want %v", gap, tt.want)
			}
			if after.steady.After(t0.Add(tt.stored)) {
				t.Errorf("steady since %v, which is yet to come", after.steady)
			}
		})
	}
}

// The monotonic clock does not run while a laptop sleeps; a beat that kept its reading would not see the night.
func TestBeatGoesByTheWallClock(t *testing.T) {
	now := time.Now()
	b, _ := beat{}.seen(now, now, time.Minute)
	for _, at := range []time.Time{b.last, b.steady} {
		if strings.Contains(at.String(), "m=") {
			t.Errorf("%v has a monotonic reading", at)
		}
	}
}
