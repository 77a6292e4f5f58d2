package views

import (
	"testing"
	"time"

	"psabridge/app"
	"psabridge/views/layout"
)

// TestWhenANoticeIsTold: what just began waits whether it mends itself, what follows another of its kind waits for the hour.
func TestWhenANoticeIsTold(t *testing.T) {
	now := time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC)
	begun := app.Notice{Kind: "parked", OpenedAt: now}
	told := app.Notice{Kind: "parked", OpenedAt: now.Add(-time.Hour), ToldAt: now.Add(-20 * time.Minute)}
	other := app.Notice{Kind: "blocked", OpenedAt: now.Add(-time.Hour), ToldAt: now}
	old := app.Notice{Kind: "parked", OpenedAt: now.Add(-5 * time.Minute)}
	for name, tc := range map[string]struct {
		notice app.Notice
		beside []app.Notice
		off    bool
		want   string
	}{
		"begun":     {begun, []app.Notice{other}, false, "Told in 1 min, if it still stands then."},
		"a second":  {begun, []app.Notice{told}, false, "Told in 40 min, with what else there is of its kind then."},
		"its turn":  {old, nil, false, "Told within a minute."},
		"told":      {told, nil, false, "Told 19:40 UTC."},
		"to nobody": {begun, nil, true, "Nobody is told: no way is switched on."},
	} {
		m := Notifications{Shell: layout.Shell{Now: now, Zone: time.UTC}, Channels: []ChannelRow{{Channel: app.ChannelEmail, On: !tc.off}}, Standing: append(tc.beside, tc.notice)}
		if got := m.told(tc.notice); got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}
