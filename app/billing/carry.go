package billing

import (
	"slices"

	"psabridge/app"
)

// CarryReleases takes over what a person released or skipped in the plan before, for lines that came out the same:
// same addition, before, after and holds (M14). Anything else is asked again, corrections always.
func CarryReleases(old, now app.Plan) app.Plan {
	if old.Connection != now.Connection || old.Period != now.Period || old.UndoOf != 0 {
		return now
	}
	was := make(map[lineKey]app.Line, len(old.Lines))
	for _, l := range old.Lines {
		was[carryKey(l)] = l
	}
	now.Lines = slices.Clone(now.Lines)
	for i := range now.Lines {
		l := &now.Lines[i]
		before, ok := was[carryKey(*l)]
		if !ok || l.Verdict != app.VerdictHold || !unchanged(before, *l) {
			continue
		}
		if before.Decision == app.DecisionReleased || before.Decision == app.DecisionSkipped {
			settle(l, before.Decision, before.Note, before.DecidedBy)
		}
	}
	now.Digest = Digest(now)
	return now
}

func carryKey(l app.Line) lineKey {
	k := lineKey{agreement: l.Agreement.ID, product: l.ProductID, name: l.Product}
	if k.agreement == 0 && len(l.Shares) > 0 {
		k.org = shareKey(l.Shares[0])
	}
	return k
}

func unchanged(a, b app.Line) bool {
	sameBefore := a.Before == nil && b.Before == nil || a.Before != nil && b.Before != nil && a.Before.Equal(*b.Before)
	return sameBefore && a.AdditionID == b.AdditionID && a.After.Equal(b.After) && a.Unit == b.Unit &&
		a.EffectiveDate.Equal(b.EffectiveDate) && slices.Equal(codes(a), codes(b))
}
