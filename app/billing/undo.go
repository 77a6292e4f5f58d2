package billing

import (
	"slices"
	"time"

	"psabridge/app"
)

// Undo plans to give every line of a push its old value back, where ours still stands and nothing was invoiced since
// (M16). Lines we created go to 0; ConnectWise keeps them. Nothing in it waits for a decision: a line is restored or
// skipped with the reason.
func Undo(push app.Push, additions map[int64][]app.Addition, agreements []app.Agreement, now time.Time, loc *time.Location) app.Plan {
	p := app.Plan{
		Connection: push.Connection, Period: push.Period, Trigger: app.TriggerPerson, State: app.PlanOpen,
		UndoOf: push.ID, CreatedAt: now, Complete: true,
	}
	for _, l := range push.Lines {
		if !l.Writes() || l.State != app.LineDone {
			continue
		}
		undone := undoLine(l, additions, agreements, Today(now, loc))
		p.Complete = p.Complete && !hasHold(undone, app.HoldIncompleteReading)
		p.Lines = append(p.Lines, undone)
	}
	slices.SortStableFunc(p.Lines, func(a, b app.Line) int { return byPlace(&a, &b) })
	p.Digest = Digest(p)
	return p
}

// asBefore stands in the place of a rule in an undo: no rule made the number.
const asBefore = "as it was before the push"

func undoLine(was app.Line, additions map[int64][]app.Addition, agreements []app.Agreement, today time.Time) app.Line {
	l := was
	l.ID, l.PlanID = 0, 0
	l.State, l.Decision, l.DecidedBy, l.Note, l.Error = app.LinePlanned, app.DecisionNone, "", "", ""
	l.WrittenAt, l.EffectiveDate, l.EffectiveFrom, l.EffectiveBy = time.Time{}, time.Time{}, time.Time{}, ""
	l.Holds, l.AmountChange, l.Rule = nil, nil, asBefore
	l.Reason = "Undo of the push that wrote " + was.After.String()
	l.After = app.Q(0)
	if was.Before != nil {
		l.After = *was.Before
	}
	list, read := additions[was.Agreement.ID]
	i := slices.IndexFunc(list, func(a app.Addition) bool { return a.ID == was.AdditionID })
	exists := slices.ContainsFunc(agreements, func(g app.Agreement) bool { return g.ID == was.Agreement.ID })
	switch {
	case !read && exists:
		l.Holds = append(l.Holds, hold(app.HoldIncompleteReading, "The agreement's additions could not be read, so this line is left as it is."))
	case i < 0 || !Open(list[i], today):
		l.Holds = append(l.Holds, hold(app.HoldAdditionCancelled, "The line is cancelled or gone, so there is nothing to restore."))
	default:
		restore(&l, was, list[i], agreements)
	}
	l.Verdict = verdict(l)
	if l.Verdict == app.VerdictHold {
		l.Verdict = app.VerdictSkipped
	}
	return l
}

func restore(l *app.Line, was app.Line, a app.Addition, agreements []app.Agreement) {
	before := a.Quantity
	l.Before, l.BillCustomer, l.CancelledDate = &before, a.BillCustomer, a.CancelledDate
	if before.Equal(l.After) {
		return
	}
	if was.AmountChange != nil && was.UnitPrice != nil {
		amount := difference(*l).Mul(*was.UnitPrice)
		l.AmountChange = &amount
	}
	if !before.Equal(was.After) {
		l.Holds = append(l.Holds, hold(app.HoldEditedSince, "Someone changed this line to %s since we wrote %s, so it is left as it is.", before, was.After))
	}
	i := slices.IndexFunc(agreements, func(g app.Agreement) bool { return g.ID == was.Agreement.ID })
	if i < 0 {
		return
	}
	l.NextInvoice, l.Prorate, l.InvoicePeriod = agreements[i].NextInvoice, agreements[i].Prorate, agreements[i].InvoicePeriod
	if !was.NextInvoice.IsZero() && agreements[i].NextInvoice.After(was.NextInvoice) {
		l.Holds = append(l.Holds, hold(app.HoldAlreadyInvoiced, "The invoice of %s has been made since, so this line is left as it is. Correct it with a credit in ConnectWise.", day(was.NextInvoice)))
	}
}
