package billing

import (
	"slices"
	"time"

	"psabridge/app"
)

// Standing is what Undo compares a push with.
type Standing struct {
	Additions  map[int64][]app.Addition // by agreement, as they are now
	Agreements []app.Agreement
	Later      map[int64]app.Period // additions that a later push stands on, and its month
	Restored   app.Restore          // the newest; what was pushed in the time it forgot nobody knows any more
}

// Undo plans to give every line of a push its old value back, where ours still stands, no later push stands on it and
// nothing was invoiced since (M16). Lines we created go to 0; ConnectWise keeps them. Nothing in it waits for a
// decision: a line is restored or skipped with the reason. Lines that an organization's move tied together are restored
// together or not at all: one without the other would bill it twice, or not at all (M6).
func Undo(push app.Push, now Standing, at time.Time, loc *time.Location) app.Plan {
	p := app.Plan{
		Connection: push.Connection, Period: push.Period, Trigger: app.TriggerPerson, State: app.PlanOpen,
		UndoOf: push.ID, CreatedAt: at, Complete: true,
	}
	var written []app.Line
	for _, l := range push.Lines {
		if !l.Writes() || l.State != app.LineDone {
			continue
		}
		undone := now.undoLine(l, push.ApprovedAt, at.In(loc))
		p.Complete = p.Complete && !hasHold(undone, app.HoldIncompleteReading)
		written, p.Lines = append(written, l), append(p.Lines, undone)
	}
	keepTogether(written, p.Lines)
	slices.SortStableFunc(p.Lines, func(a, b app.Line) int { return byPlace(&a, &b) })
	p.Digest = Digest(p)
	return p
}

// asBefore stands in the place of a rule in an undo: no rule made the number.
const asBefore = "as it was before the push"

// undoLine plans one line. at is now, in the connection's zone.
func (s Standing) undoLine(was app.Line, pushed, at time.Time) app.Line {
	today, l := Today(at, at.Location()), was
	l.ID, l.PlanID = 0, 0
	l.State, l.Decision, l.DecidedBy, l.Note, l.Error = app.LinePlanned, app.DecisionNone, "", "", ""
	l.WrittenAt, l.EffectiveDate, l.EffectiveFrom, l.EffectiveBy = time.Time{}, time.Time{}, time.Time{}, ""
	l.Holds, l.AmountChange, l.Rule = nil, nil, asBefore
	l.Reason = "Undo of the push that wrote " + was.After.String()
	l.After = app.Q(0)
	if was.Before != nil {
		l.After = *was.Before
	}
	list, read := s.Additions[was.Agreement.ID]
	i := slices.IndexFunc(list, func(a app.Addition) bool { return a.ID == was.AdditionID })
	exists := slices.ContainsFunc(s.Agreements, func(g app.Agreement) bool { return g.ID == was.Agreement.ID })
	switch {
	case !read && exists:
		l.Holds = append(l.Holds, hold(app.HoldIncompleteReading, "The agreement's additions could not be read, so this line is left as it is."))
	case i < 0 || !Open(list[i], today):
		l.Holds = append(l.Holds, hold(app.HoldAdditionCancelled, "The line is cancelled or gone, so there is nothing to restore."))
	default:
		s.restore(&l, was, list[i], today)
		s.checkForgotten(&l, was, pushed, at.Location())
	}
	judgeUndo(&l)
	return l
}

// checkForgotten leaves a line alone that was pushed before a restore: what Later would say of the pushes after it is forgotten.
func (s Standing) checkForgotten(l *app.Line, was app.Line, pushed time.Time, zone *time.Location) {
	if r := s.Restored; writes(*l) && r.Forgot(pushed) {
		l.Holds = append(l.Holds, hold(app.HoldRestored, "psabridge was put back to what it knew on %s, and a push after that may stand on the %s of this line, so it is left as it is. If it is wrong, correct it in a new plan.",
			r.BackupAt.In(zone).Format("2 January 2006 at 15:04"), was.After))
	}
}

// judgeUndo restores a line or skips it.
func judgeUndo(l *app.Line) {
	if l.Verdict = verdict(*l); l.Verdict == app.VerdictHold {
		l.Verdict = app.VerdictSkipped
	}
}

// keepTogether skips every line that was written together with one that is skipped. was are the lines of the push, in the
// order of the lines that undo them.
func keepTogether(was, undone []app.Line) {
	for i := range undone {
		if len(undone[i].Holds) == 0 {
			continue
		}
		for _, j := range together(was, i) {
			if len(undone[j].Holds) > 0 || !undone[j].Writes() {
				continue
			}
			undone[j].Holds = append(undone[j].Holds, hold(app.HoldShareLeft, "It was written together with the line of %s on agreement %s, because an organization moved between them, and that one is left as it is.", was[i].Product, was[i].Agreement.Name))
			judgeUndo(&undone[j])
		}
	}
}

func (s Standing) restore(l *app.Line, was app.Line, a app.Addition, today time.Time) {
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
	if month, ok := s.Later[was.AdditionID]; ok {
		l.Holds = append(l.Holds, hold(app.HoldEditedSince, "A later push, of %s, stands on the %s of this line, so it is left as it is. Undo that push first, or correct the line in a new plan.", month, was.After))
	}
	i := slices.IndexFunc(s.Agreements, func(g app.Agreement) bool { return g.ID == was.Agreement.ID })
	if i < 0 {
		return
	}
	agreement := s.Agreements[i]
	l.NextInvoice, l.Prorate, l.InvoicePeriod = agreement.NextInvoice, agreement.Prorate, agreement.InvoicePeriod
	if invoicedSince(was, agreement) {
		l.Holds = append(l.Holds, hold(app.HoldAlreadyInvoiced, "The invoice of %s has been made since, so this line is left as it is. Correct it with a credit in ConnectWise.", day(was.NextInvoice)))
	}
	if over(agreement, today) {
		l.Holds = append(l.Holds, hold(app.HoldAgreementInactive, "Agreement %s is not active any more, so this line is left as it is.", agreement.Name))
	}
}

// invoicedSince reports whether the next invoice of a written line was made: the date moved on, or there is none any more,
// as after an agreement's last invoice.
func invoicedSince(was app.Line, a app.Agreement) bool {
	return !was.NextInvoice.IsZero() && (a.NextInvoice.IsZero() || a.NextInvoice.After(was.NextInvoice))
}

// over reports whether an agreement bills nobody any more.
func over(a app.Agreement, today time.Time) bool {
	return a.Cancelled || !a.EndDate.IsZero() && a.EndDate.Before(today) || a.Status == "Cancelled" || a.Status == "Expired"
}
