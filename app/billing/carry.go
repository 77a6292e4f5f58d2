package billing

import (
	"fmt"
	"slices"
	"strings"

	"psabridge/app"
)

// CarryReleases takes over what a person decided in the newest plan of the same month (M14). A release or a skip is taken
// over where the line came out the same: same addition, payer, price, shares, before, after and holds. A correction is
// taken over only where ConnectWise holds its number already. Lines that a move ties together are taken over together or
// not at all (M6). A correction or skip that is not taken over holds its line until a person decides again: the number
// that was refused is never written without a word. The day a person set for a line to be created stays under the same
// terms as a release (M8).
//
// What was decided for a plan that was pushed since was decided for that push: of it only corrections stay, as long as
// they stand.
func CarryReleases(old, now app.Plan) app.Plan {
	if old.Connection != now.Connection || old.Period != now.Period {
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
	pushed := old.State == app.PlanApproved
	computed := slices.Clone(now.Lines)
	for i := range now.Lines {
		at, ok := was[carryKey(now.Lines[i])]
		if !ok {
			continue
		}
		before, l := old.Lines[at], &now.Lines[i]
		switch {
		case stands(before, *l):
			l.After = before.After
			l.AmountChange = correctedAmount(*l)
			settle(l, app.DecisionCorrected, before.Note, before.DecidedBy)
		case !pushed && carried(old.Lines, computed, together(computed, i), was):
			l.Holds = append(slices.Clone(l.Holds), asking(before.Holds)...)
			settle(l, before.Decision, before.Note, before.DecidedBy)
		default:
			askAgain(before, l)
		}
	}
	now.Digest = Digest(now)
	return now
}

// carried reports whether the release or skip of a tied set is taken over: all of its lines came out the same, got the
// same answer, and were tied to nothing else then.
func carried(old, now []app.Line, tied []int, was map[lineKey]int) bool {
	decision := app.DecisionNone
	for n, j := range tied {
		at, ok := was[carryKey(now[j])]
		if !ok || !unchanged(old[at], now[j]) || len(together(old, at)) != len(tied) {
			return false
		}
		if n > 0 && old[at].Decision != decision {
			return false
		}
		decision = old[at].Decision
	}
	return decision == app.DecisionReleased || decision == app.DecisionSkipped
}

// stands reports whether a correction is what ConnectWise holds, and what was counted then is what is counted now:
// nothing is written, and the number is still a person's.
func stands(was, now app.Line) bool {
	return was.Decision == app.DecisionCorrected && now.Before != nil && now.Before.Equal(was.After) &&
		was.AdditionID != 0 && was.AdditionID == now.AdditionID && was.BillCustomer == now.BillCustomer &&
		was.Unit == now.Unit && was.Rule == now.Rule && sameParts(was, now) && !hasHold(now, app.HoldShareLeft)
}

// askAgain holds a line of which a correction or skip was not taken over, unless the new number needs no question: it is
// the one it was corrected to, or nothing is written where nothing should have been.
func askAgain(was app.Line, l *app.Line) {
	a, ok := asked(was)
	if !ok {
		return
	}
	switch {
	case a.Decision == app.DecisionCorrected && l.After.Equal(a.Quantity):
		return
	case !writes(*l) && len(l.Holds) == 0 && (a.Decision == app.DecisionSkipped || Correctable(*l) != nil):
		return
	}
	l.Holds = append(slices.Clone(l.Holds), app.Hold{Code: app.HoldEditedSince, Message: askedWords(a, *l), Asked: &a})
	l.Verdict = verdict(*l)
}

// asked is what a person decided about a line that cannot be taken over just so, or decided still earlier and nobody has
// answered since.
func asked(l app.Line) (app.AskedAgain, bool) {
	switch l.Decision {
	case app.DecisionCorrected, app.DecisionSkipped:
		return app.AskedAgain{Decision: l.Decision, Quantity: l.After, By: l.DecidedBy, Note: l.Note}, true
	case app.DecisionNone:
		if open := asking(l.Holds); len(open) > 0 {
			return *open[0].Asked, true
		}
	case app.DecisionReleased:
	}
	return app.AskedAgain{}, false
}

func askedWords(a app.AskedAgain, l app.Line) string {
	what := "skipped this line"
	if a.Decision == app.DecisionCorrected {
		what = fmt.Sprintf("corrected this line to %s", a.Quantity)
	}
	if a.Note != "" {
		what += fmt.Sprintf(" (“%s”)", a.Note)
	}
	return fmt.Sprintf("%s %s in an earlier plan of this month, and that was not taken over. Now it would go from %s to %s: release that, correct it, or skip it.",
		who(a.By), what, nothing(l), l.After)
}

// who names whoever decided: a name, or what is known of them.
func who(by string) string {
	switch by {
	case "", string(app.TriggerPerson):
		return "Somebody"
	case string(app.TriggerAPI):
		return "A script"
	}
	return by
}

// asking are the holds that ask again.
func asking(holds []app.Hold) []app.Hold {
	return slices.DeleteFunc(slices.Clone(holds), func(h app.Hold) bool { return h.Asked == nil })
}

func carryKey(l app.Line) lineKey {
	k := lineKey{agreement: l.Agreement.ID, product: l.ProductID, name: l.Product}
	if k.agreement == 0 && len(l.Shares) > 0 {
		k.org = shareKey(l.Shares[0])
	}
	return k
}

// unchanged reports whether a line came out the same in everything a person looked at. What holds a released line must
// say the same: a release of one method is none of another.
func unchanged(a, b app.Line) bool {
	return a.AdditionID == b.AdditionID && equal(a.Before, b.Before) && a.After.Equal(b.After) && a.Unit == b.Unit &&
		a.EffectiveDate.Equal(b.EffectiveDate) && a.BillCustomer == b.BillCustomer && a.CancelledDate.Equal(b.CancelledDate) &&
		equal(a.UnitPrice, b.UnitPrice) && equal(a.AmountChange, b.AmountChange) && sameParts(a, b) &&
		slices.Equal(computedHolds(a, a.Decision), computedHolds(b, a.Decision))
}

// computedHolds lists the holds that a plan found, as a decision looks at them: a release at what they say, a skip only at
// what they are.
func computedHolds(l app.Line, d app.Decision) []string {
	var out []string
	for _, h := range l.Holds {
		switch {
		case h.Asked != nil:
		case d == app.DecisionReleased:
			out = append(out, string(h.Code)+" "+h.Message)
		default:
			out = append(out, string(h.Code))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
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

func sameParts(a, b app.Line) bool { return slices.EqualFunc(parts(a), parts(b), samePart) }

func samePart(a, b app.Share) bool {
	return shareKey(a) == shareKey(b) && a.Quantity.Equal(b.Quantity) && a.Override == b.Override
}
