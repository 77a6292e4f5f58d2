package push

import (
	"context"
	"fmt"
	"slices"
	"time"

	"psabridge/app"
	"psabridge/app/billing"
)

// Lines that an organization's move ties together are approved together (M6). They are written one after the other, and
// the one that goes down goes first: while it was not written, the one the organization moved to stays as it is, or the
// customer would be billed twice. Two agreements may wait for each other's lines, so a delivery waits line by line.

// fate is what a line's partners make of it.
type fate int

const (
	fateFree  fate = iota // nothing ties it, or what goes first is written
	fateWaits             // what goes first is still on its way
	fateTorn              // what goes first was not written
)

// tie loads the lines that are tied to those of the delivery, when one of them is.
func (w *writing) tie(ctx context.Context, s Store, push int64) (err error) {
	if slices.ContainsFunc(w.lines, billing.Moves) {
		w.tied, err = s.TiedLines(ctx, push)
	}
	return err
}

// goesDown reports whether a line takes something off an agreement.
func goesDown(l app.Line) bool { return l.Before != nil && l.After.LessThan(l.Before.Decimal) }

// before says what the partners of a line make of it, and which one.
func (w *writing) before(l app.Line) (fate, app.Line) {
	if goesDown(l) {
		return fateFree, app.Line{}
	}
	waits, behind := fateFree, app.Line{}
	for _, other := range w.tied {
		if other.ID == l.ID || !goesDown(other) || !billing.Tied(l, other) {
			continue
		}
		other = w.latest(other)
		switch other.State {
		case app.LineDone:
		case app.LineFailed, app.LineChangedUnderneath:
			return fateTorn, other
		case app.LinePlanned, app.LineWriting, app.LineUnknown:
			waits, behind = fateWaits, other
		}
	}
	return waits, behind
}

// latest is a line as this attempt left it.
func (w *writing) latest(l app.Line) app.Line {
	for _, m := range w.moved {
		if m.ID == l.ID {
			return m
		}
	}
	return l
}

// allWait reports whether no line of the delivery can be written yet.
func (w *writing) allWait() bool {
	for _, l := range w.lines {
		if f, other := w.before(l); f != fateWaits || other.Agreement.ID == w.agreement {
			return false
		}
	}
	return true
}

func torn(other app.Line) string {
	return fmt.Sprintf("It goes together with the line of %s on agreement %s, because an organization moved between them, and that one was not written: %s Nothing was written here; make a new plan.",
		other.Product, other.Agreement.Name, other.Error)
}

// wait settles an attempt of which lines wait for others.
func (w *writing) wait(st *app.Settlement, d app.Delivery) {
	st.State, st.NextAt, st.Uncounted, st.Code = app.DeliveryWaiting, st.At.Add(pauseBehind(d)), true, app.Conflict
	st.Message = fmt.Sprintf("Waits for the line of %s on agreement %s, which an organization left: it is set first.", w.behind.Product, w.behind.Agreement.Name)
}

// pauseBehind grows, because each look is written down.
func pauseBehind(d app.Delivery) time.Duration {
	switch {
	case d.Attempt <= 3:
		return 2 * time.Second
	case d.Attempt <= 20:
		return 30 * time.Second
	}
	return 15 * time.Minute
}
