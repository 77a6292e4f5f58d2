package push_test

import (
	"slices"
	"testing"
	"time"

	"psabridge/app"
)

// A customer who left: its mapping ends, its lines are released by that word alone, and the push sets them to 0.
func TestM6CustomerLeft(t *testing.T) {
	t.Parallel()
	w := month(t, app.ApprovalAutomatic)
	gone := ""
	for _, l := range writers(w.push(w.pushes()[0].ID).Lines) {
		if len(l.Shares) == 1 {
			gone = l.Shares[0].ExternalID
		}
	}
	i := slices.IndexFunc(w.doc.Organizations, func(o app.OrganizationSettings) bool { return o.ID == gone })
	w.doc.Organizations[i] = app.OrganizationSettings{Source: w.doc.Organizations[i].Source, ID: gone, PSA: app.PSANone}
	w.rev++
	written := len(w.ours())
	p := w.plan()
	if n := len(writers(p.Lines)); n != 0 {
		t.Fatalf("%d lines would be written without a word", n)
	}
	waiting := len(held(p.Lines))
	p, n, err := w.pusher.ReleaseLeft(t.Context(), p.ID, w.doc.Organizations[i].Source, gone, "contract ended", "ada")
	if err != nil || n == 0 || n != waiting || len(writers(p.Lines)) != n || len(held(p.Lines)) != 0 {
		t.Fatalf("%d of %d released, %d written, %d held (%v)", n, waiting, len(writers(p.Lines)), len(held(p.Lines)), err)
	}
	if len(w.ours()) != written {
		t.Error("it wrote before it was approved")
	}
	w.approve(p)
	w.work(nil)
	for _, l := range writers(p.Lines) {
		if got := w.holdsNow(l.Agreement.ID, l.AdditionID); got != "0" || l.Shares[0].ExternalID != gone || l.Note != "contract ended" {
			t.Errorf("%s of %s holds %s, note %q", l.Product, l.Shares[0].Name, got, l.Note)
		}
	}
	if p := w.plan(); len(writers(p.Lines))+len(held(p.Lines)) != 0 {
		t.Errorf("the next plan writes %d and holds %d", len(writers(p.Lines)), len(held(p.Lines)))
	}
}

// A line that was right from the first day, so that nothing was ever written to it, is set to 0 like any other.
func TestM6CustomerLeftALineThatWasAlwaysRight(t *testing.T) {
	t.Parallel()
	w := newSmallWorld(t)
	line := w.released().Lines[0]
	for _, l := range w.released().Lines {
		if l.Verdict == app.VerdictUpdate && len(l.Shares) == 1 {
			line = l
		}
	}
	right, _ := line.After.Float64()
	if err := w.cw.EditQuantity(int(line.AdditionID), right); err != nil {
		t.Fatal(err)
	}
	w.approve(w.released())
	w.work(nil)
	source, who := line.Shares[0].Source, line.Shares[0].ExternalID
	for i, o := range w.doc.Organizations {
		if o.ID == who {
			w.doc.Organizations[i] = app.OrganizationSettings{Source: source, ID: who, PSA: app.PSANone}
		}
	}
	w.rev++
	p := w.plan()
	p, _, err := w.pusher.ReleaseLeft(t.Context(), p.ID, source, who, "contract ended", "ada")
	if err != nil {
		t.Fatal(err)
	}
	w.approve(p)
	w.work(nil)
	if got := w.holdsNow(line.Agreement.ID, line.AdditionID); got != "0" {
		t.Errorf("the line holds %s", got)
	}
}

// October is planned late, after November was pushed: who was on the lines when they were last written is not forgotten.
func TestM6ALateMonthKnowsWhoWasOnTheLines(t *testing.T) {
	t.Parallel()
	w := newSmallWorld(t)
	w.doc.Connections[0].Billing.PushDay = 28 // on 22 November the latest due is October
	w.approve(w.released())
	w.work(nil)
	var left string
	for _, l := range writers(w.push(w.pushes()[0].ID).Lines) {
		if len(l.Shares) > 1 {
			left = l.Shares[0].ExternalID
		}
	}
	for i, o := range w.doc.Organizations {
		if o.ID == left {
			w.doc.Organizations[i].Bill = nil
		}
	}
	w.rev++
	for _, period := range []app.Period{{}, {Year: 2026, Month: time.October}} {
		p, err := w.pusher.MakePlan(t.Context(), "cw", period, app.TriggerPerson, "ada")
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, l := range held(p.Lines) {
			if slices.ContainsFunc(l.Holds, func(h app.Hold) bool { return h.Code == app.HoldShareLeft }) {
				n++
			}
		}
		if n == 0 {
			t.Errorf("%s: nobody is said to have left", p.Period)
		}
	}
}
