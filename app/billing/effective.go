package billing

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"psabridge/app"
)

// monthsAhead is how far in the future a line may begin.
const monthsAhead = 12

// SetEffective sets the day from which a line that would be created counts at ConnectWise (M8); the zero day goes back to
// what the rule says: today, or the day the agreement begins to bill where that is later. It changes the digest, so a
// plan is looked at again before it is approved.
//
// not_found: no such line. conflict: the plan is not open. invalid: the line would not be created, or the day is before
// the agreement bills or more than a year ahead.
func SetEffective(p app.Plan, lineID int64, day, today time.Time, by string) (app.Plan, error) {
	if err := decidable(p); err != nil {
		return p, err
	}
	i := slices.IndexFunc(p.Lines, func(l app.Line) bool { return l.ID == lineID })
	if i < 0 {
		return p, app.Errorf(app.NotFound, "This plan has no line %d. A newer plan may have taken its place.", lineID)
	}
	l := p.Lines[i]
	if err := datable(l); err != nil {
		return p, err
	}
	if day.IsZero() {
		l.EffectiveDate, l.EffectiveBy = later(today, l.EffectiveFrom), ""
	} else {
		if err := effectiveDay(l, day, today); err != nil {
			return p, err
		}
		l.EffectiveDate, l.EffectiveBy = dayOnly(day), strings.TrimSpace(by)
	}
	retold(&l)
	p.Lines = slices.Clone(p.Lines)
	p.Lines[i] = l
	p.Digest = Digest(p)
	return p, nil
}

// datable returns nil when a line would be created, so that its day is ours to choose.
func datable(l app.Line) error {
	switch {
	case l.AdditionID != 0:
		return app.FieldErrorf("line", "This line stands at ConnectWise already, and the bridge changes nothing of it but the quantity. Change its date there.")
	case l.EffectiveDate.IsZero() || Correctable(l) != nil:
		return app.FieldErrorf("line", "It is not certain that this line would be created. Fix what holds it and make a new plan.")
	case !l.After.IsPositive():
		return app.FieldErrorf("line", "Nothing is used and no line would be created, so there is no day to set.")
	case l.Decision == app.DecisionSkipped:
		return app.FieldErrorf("line", "This line is skipped, so it would not be created. Release it first.")
	}
	return nil
}

func effectiveDay(l app.Line, to, today time.Time) error {
	to = dayOnly(to)
	switch limit := today.AddDate(0, monthsAhead, 0); {
	case to.Before(l.EffectiveFrom):
		return app.FieldErrorf("effective", "Agreement %s bills from %s on, and ConnectWise refuses a line that begins before. Choose that day or a later one.", l.Agreement.Name, day(l.EffectiveFrom))
	case l.EffectiveFrom.IsZero() && to.Before(today):
		return app.FieldErrorf("effective", "ConnectWise does not say when agreement %s begins to bill, so a line on it cannot begin before today, %s.", l.Agreement.Name, day(today))
	case to.After(limit):
		return app.FieldErrorf("effective", "A line can begin until %s, a year from now. Was the year mistyped?", day(limit))
	}
	return nil
}

// dayOnly is the calendar day of t as ConnectWise writes it, midnight UTC.
func dayOnly(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// retold says the day of a line anew where a hold names it.
func retold(l *app.Line) {
	l.Holds = slices.Clone(l.Holds)
	for i, h := range l.Holds {
		if h.Code == app.HoldFirstTouch {
			l.Holds[i].Message = wouldBegin(*l)
		}
	}
}

func wouldBegin(l app.Line) string {
	return fmt.Sprintf("The agreement has no line of %s yet; one would be created from %s. Confirm it once.", l.Product, day(l.EffectiveDate))
}

// keepDay takes over the day a person set for a line in the plan before, where the line came out the same otherwise and
// the day may still be set.
func keepDay(was app.Line, now *app.Line) {
	if was.EffectiveBy == "" || datable(*now) != nil || was.EffectiveDate.Before(earliest(*now)) {
		return
	}
	kept := *now
	kept.EffectiveDate, kept.EffectiveBy = was.EffectiveDate, was.EffectiveBy
	retold(&kept)
	if unchanged(was, kept) {
		*now = kept
	}
}

// earliest is the first day a line of a new plan may begin. Where ConnectWise names none it is today, which is the day the
// rule gave the line then.
func earliest(l app.Line) time.Time {
	if l.EffectiveFrom.IsZero() {
		return l.EffectiveDate
	}
	return l.EffectiveFrom
}
