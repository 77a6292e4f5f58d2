package billing

import (
	"slices"
	"strings"

	"psabridge/app"
)

// CarryReleases takes over what a person released or skipped in the plan before, for lines that came out the same:
// same addition, payer, price, shares, before, after and holds (M14). Lines that a move ties together are taken over
// together or not at all (M6). Anything else is asked again, corrections always. The day a person set for a line to be
// created stays under the same terms (M8).
func CarryReleases(old, now app.Plan) app.Plan {
	if old.Connection != now.Connection || old.Period != now.Period || old.UndoOf != 0 {
		return now
	}
	was := make(map[lineKey]int, len(old.Lines))
	for i, l := range old.Lines {
		was[carryKey(l)] = i
	}
	now.Lines = slices.Clone(now.Lines)
	for i := range now.Lines {
		if at, ok := was[carryKey(now.Lines[i])]; ok {
			keepDay(old.Lines[at], &now.Lines[i])
		}
	}
	for i := range now.Lines {
		if now.Lines[i].Verdict != app.VerdictHold {
			continue
		}
		tied := together(now.Lines, i)
		if from, ok := carried(old.Lines, now.Lines, tied, was); ok {
			for at, j := range tied {
				before := old.Lines[from[at]]
				settle(&now.Lines[j], before.Decision, before.Note, before.DecidedBy)
			}
		}
	}
	now.Digest = Digest(now)
	return now
}

// carried finds the old lines of a tied set, in its order. It reports false unless all of them came out the same, got
// the same answer, and were tied to nothing else then.
func carried(old, now []app.Line, tied []int, was map[lineKey]int) ([]int, bool) {
	from := make([]int, 0, len(tied))
	for _, j := range tied {
		at, ok := was[carryKey(now[j])]
		if !ok || !unchanged(old[at], now[j]) {
			return nil, false
		}
		from = append(from, at)
	}
	decision := old[from[0]].Decision
	if decision != app.DecisionReleased && decision != app.DecisionSkipped || len(together(old, from[0])) != len(tied) {
		return nil, false
	}
	return from, !slices.ContainsFunc(from, func(at int) bool { return old[at].Decision != decision })
}

func carryKey(l app.Line) lineKey {
	k := lineKey{agreement: l.Agreement.ID, product: l.ProductID, name: l.Product}
	if k.agreement == 0 && len(l.Shares) > 0 {
		k.org = shareKey(l.Shares[0])
	}
	return k
}

// unchanged reports whether a line came out the same in everything a person looked at.
func unchanged(a, b app.Line) bool {
	return a.AdditionID == b.AdditionID && equal(a.Before, b.Before) && a.After.Equal(b.After) && a.Unit == b.Unit &&
		a.EffectiveDate.Equal(b.EffectiveDate) && a.BillCustomer == b.BillCustomer && a.CancelledDate.Equal(b.CancelledDate) &&
		equal(a.UnitPrice, b.UnitPrice) && equal(a.AmountChange, b.AmountChange) &&
		slices.EqualFunc(parts(a), parts(b), samePart) && slices.Equal(codes(a), codes(b))
}

func equal(a, b *app.Quantity) bool {
	return a == nil && b == nil || a != nil && b != nil && a.Equal(*b)
}

// parts lists who is on a line with how much, in an order that says nothing.
func parts(l app.Line) []app.Share {
	list := slices.Clone(l.Shares)
	slices.SortStableFunc(list, func(a, b app.Share) int { return strings.Compare(partName(a), partName(b)) })
	return list
}

func partName(s app.Share) string { return s.Source + "/" + s.ExternalID }

func samePart(a, b app.Share) bool {
	return shareKey(a) == shareKey(b) && a.Quantity.Equal(b.Quantity) && a.Override == b.Override
}
