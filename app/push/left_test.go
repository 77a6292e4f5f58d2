package push_test

import (
	"slices"
	"strconv"
	"testing"

	"psabridge/app"
)

// A customer who left: its mapping ends, its lines are released by that word alone, and the push sets them to what is left.
func TestM6CustomerLeft(t *testing.T) {
	t.Parallel()
	w := month(t, app.ApprovalAutomatic)
	gone := strconv.Itoa(w.customer())
	i := slices.IndexFunc(w.doc.Organizations, func(o app.OrganizationSettings) bool { return o.ID == gone })
	w.doc.Organizations[i] = app.OrganizationSettings{Source: w.doc.Organizations[i].Source, ID: gone, PSA: app.PSANone}
	for j := range w.doc.Organizations { // its suborganizations stay
		if w.doc.Organizations[j].ID == "4713" {
			w.doc.Organizations[j].PSA = "cw"
		}
	}
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
		var sum app.Quantity
		for _, s := range l.Shares {
			if sum = sum.Add(s.Quantity); s.ExternalID == gone && !s.Quantity.IsZero() {
				t.Errorf("%s still counts %s of who left", l.Product, s.Quantity)
			}
		}
		if got := w.holdsNow(l.Agreement.ID, l.AdditionID); got != sum.Ceil().String() {
			t.Errorf("%s holds %s, want %s of who stays", l.Product, got, sum)
		}
	}
	if p := w.plan(); len(writers(p.Lines))+len(held(p.Lines)) != 0 {
		t.Errorf("the next plan writes %d and holds %d", len(writers(p.Lines)), len(held(p.Lines)))
	}
}
