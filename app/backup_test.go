package app

import (
	"testing"
	"time"
)

// TestARestoreDoubtsWhateverTheClockSays: a computer that lost its battery starts years ago and learns the time a minute later, and
// a backup may be dated by a clock that was ahead. Neither may let a month pass, or a ticket be made, unasked.
func TestARestoreDoubtsWhateverTheClockSays(t *testing.T) {
	on := func(s string) time.Time {
		at, err := time.Parse("2006-01-02", s)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	month := func(s string) Period {
		p, err := ParsePeriod(s)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	for name, c := range map[string]struct {
		backup, at, reconciled string
		asks                   []string
		free                   []string
	}{
		"an honest clock":              {"2026-10-20", "2026-11-05", "2026-11-05", []string{"2026-09", "2026-10", "2026-11"}, []string{"2026-12", "2026-08"}},
		"put back with a clock behind": {"2026-10-20", "2020-01-01", "2026-11-05", []string{"2026-09", "2026-10", "2026-11"}, []string{"2027-01"}},
		"a clock behind that stayed":   {"2026-10-20", "2026-09-05", "2026-09-05", []string{"2026-09", "2026-10", "2026-11"}, []string{"2026-12", "2026-07"}},
		"a backup by a clock ahead":    {"2027-10-20", "2026-11-05", "2026-11-05", []string{"2026-10", "2026-11", "2026-12"}, []string{"2026-08"}},
		"reconciled over a new month":  {"2026-10-20", "2026-10-31", "2026-11-01", []string{"2026-10", "2026-11"}, []string{"2026-12"}},
		"not reconciled yet":           {"2026-10-20", "2020-01-01", "", []string{"2026-10", "2026-11", "2027-03"}, nil},
	} {
		r := Restore{ID: 1, BackupAt: on(c.backup), At: on(c.at)}
		if c.reconciled != "" {
			r.ReconciledAt = on(c.reconciled)
		}
		for _, p := range c.asks {
			if !r.Between(month(p), time.UTC) {
				t.Errorf("%s: %s goes out unasked", name, p)
			}
		}
		for _, p := range c.free {
			if r.Between(month(p), time.UTC) {
				t.Errorf("%s: %s is held for no reason", name, p)
			}
		}
		if !r.Doubts(on("2026-11-06")) {
			t.Errorf("%s: a day later nothing is looked for first", name)
		}
		if c.reconciled != "" && c.backup < "2027" && r.Doubts(on("2027-02-01")) {
			t.Errorf("%s: months later everything is still looked for first", name)
		}
	}
	if (Restore{}).Between(month("2026-11"), time.UTC) || (Restore{}).Doubts(on("2026-11-06")) {
		t.Error("a database that was never put back is doubted")
	}
}
