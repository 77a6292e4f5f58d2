package billing_test

import (
	"slices"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/billing"
)

// TestUndoAfterARestore: what a push wrote before a restore may have been undone, or pushed again, in the time that is forgotten.
// Undoing it once more would take away what nobody here remembers.
func TestUndoAfterARestore(t *testing.T) {
	ten := q("10")
	written := app.Line{
		AdditionID: 9904, Agreement: app.Named{ID: 12}, ProductID: 500, Product: "X360-ACCOUNT", Before: &ten, After: q("12"),
		Verdict: app.VerdictUpdate, State: app.LineDone, NextInvoice: date("2026-12-01"),
	}
	restored := app.Restore{ID: 1, BackupAt: now.Add(-3 * time.Hour), At: now.Add(-2 * time.Hour), ReconciledAt: now.Add(-time.Hour)}
	for name, c := range map[string]struct {
		pushed  time.Duration
		holds   string
		restore app.Restore
		verdict app.Verdict
	}{
		"never restored":                {-4 * time.Hour, "12", app.Restore{}, app.VerdictUpdate},
		"before the backup":             {-4 * time.Hour, "12", restored, app.VerdictSkipped},
		"before it, and undone by hand": {-4 * time.Hour, "10", restored, app.VerdictSame},
		"after the restore":             {-30 * time.Minute, "12", restored, app.VerdictUpdate},
		"approved while it waited":      {-90 * time.Minute, "12", restored, app.VerdictUpdate},
	} {
		push := app.Push{ID: 3, Connection: "cw", Period: period, ApprovedAt: now.Add(c.pushed), Lines: []app.Line{written}}
		p := billing.Undo(push, billing.Standing{
			Additions:  map[int64][]app.Addition{12: {addition(9904, 500, "X360-ACCOUNT", c.holds)}},
			Agreements: []app.Agreement{agreement(12, 250)}, Restored: c.restore,
		}, now, time.UTC)
		if len(p.Lines) != 1 || p.Lines[0].Verdict != c.verdict {
			t.Errorf("%s: %+v, want %s", name, p.Lines, c.verdict)
		}
		if c.verdict == app.VerdictSkipped && !slices.Contains(holds(p.Lines[0]), app.HoldRestored) {
			t.Errorf("%s: holds %v", name, holds(p.Lines[0]))
		}
	}
}
