package push_test

import (
	"context"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/psa"
	"psabridge/app/sandbox"
)

// What was approved weeks ago is not written when ConnectWise takes it at last: the month is over and invoiced.
func TestAPushIsNotWrittenWeeksLater(t *testing.T) {
	t.Parallel()
	w := newSmallWorld(t)
	w.cw.Faults.Add(sandbox.Fault{Method: "PATCH", Path: "*/additions/*", Status: 403, Times: 100})
	done := w.approve(w.released())
	w.work(nil)
	w.cw.Faults.Clear()
	w.pass(45 * 24 * time.Hour)
	parked, err := w.store.Deliveries(t.Context(), app.DeliveryFilter{State: app.DeliveryParked})
	if err != nil || len(parked) == 0 {
		t.Fatalf("%d deliveries are parked (%v)", len(parked), err)
	}
	for _, d := range parked {
		if err := w.store.RetryDelivery(t.Context(), d.ID, "ada", w.clock()); err != nil {
			t.Fatal(err)
		}
	}
	before := len(w.ours())
	w.work(nil)
	if n := len(w.ours()) - before; n > 0 {
		t.Errorf("%d quantities were written on %s", n, w.clock().Format(time.DateOnly))
	}
	if p := w.push(done.ID); p.State != app.PushIncomplete || states(writers(p.Lines))[app.LineChangedUnderneath] == 0 {
		t.Errorf("the push is %s, its lines are %v", p.State, states(p.Lines))
	}
}

func TestUndoOfAnOlderPushLeavesWhatALaterOneStandsOn(t *testing.T) {
	t.Parallel()
	w := month(t, app.ApprovalAsk)
	first := w.pushes()[0]
	w.pass(33 * 24 * time.Hour) // December: nothing changed
	w.approve(w.plan())
	w.work(nil)
	p, err := w.pusher.PlanUndo(t.Context(), first.ID, "ada")
	if err != nil || len(p.Lines) == 0 || len(writers(p.Lines)) > 0 {
		t.Errorf("%d of %d lines would be restored (%v)", len(writers(p.Lines)), len(p.Lines), err)
	}
}

func TestAMonthUndoneInPartIsNotPushedAgainByItself(t *testing.T) {
	t.Parallel()
	w := month(t, app.ApprovalAutomatic)
	w.vendors.MSP.AddPerson(w.customer(), "Ada", "Lovelace", w.clock())
	w.cw.Faults.Add(sandbox.Fault{Method: "PATCH", Path: "*/additions/*", Status: 400, Body: `{"code":"InvalidObject","message":"no"}`, Times: 1})
	undo, err := w.pusher.Undo(t.Context(), w.pushes()[0].ID, "ada")
	if err != nil {
		t.Fatal(err)
	}
	w.work(nil)
	if s := w.push(undo.ID).State; s != app.PushIncomplete {
		t.Fatalf("the undo is %s", s)
	}
	n := len(w.ours())
	w.pass(3 * 24 * time.Hour) // the month's own moment
	w.due()
	w.work(nil)
	if got := len(w.ours()) - n; got > 0 {
		t.Errorf("the schedule wrote %d quantities of a month a person just undid", got)
	}
}

// lyingClient changes an answer.
type lyingClient struct {
	psa.Client
	lie func(app.Addition) app.Addition
}

func (c lyingClient) SetQuantity(ctx context.Context, agreement, addition int64, q app.Quantity) (app.Addition, error) {
	a, err := c.Client.SetQuantity(ctx, agreement, addition, q)
	return c.lie(a), err
}

func (c lyingClient) CreateAddition(ctx context.Context, agreement int64, n app.NewAddition) (app.Addition, error) {
	a, err := c.Client.CreateAddition(ctx, agreement, n)
	return c.lie(a), err
}

// F25: the read-back looks at more than the quantity.
func TestF25AnAnswerWithAnotherFieldChanged(t *testing.T) {
	t.Parallel()
	for name, lie := range map[string]func(app.Addition) app.Addition{
		"nothing":  func(a app.Addition) app.Addition { return a },
		"line":     func(a app.Addition) app.Addition { a.ID++; return a },
		"quantity": func(a app.Addition) app.Addition { a.Quantity = app.Q(4711); return a },
		"payer":    func(a app.Addition) app.Addition { a.BillCustomer = "DoNotBill"; return a },
		"cancelled": func(a app.Addition) app.Addition {
			a.CancelledDate = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
			return a
		},
		"product": func(a app.Addition) app.Addition { a.ProductID = 4242; return a },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newSmallWorld(t)
			plan := w.released()
			w.client = lyingClient{w.client, lie}
			done := w.approve(plan)
			w.work(nil)
			if got := w.push(done.ID); (got.State == app.PushDone) != (name == "nothing") {
				t.Errorf("ConnectWise answered another %s, and the push is %s: %v", name, got.State, states(got.Lines))
			}
		})
	}
}

// M6: the line an organization left is set first; where it cannot be, the one it moved to stays as it is.
func TestM6AMoveIsNotTornWhileItIsWritten(t *testing.T) {
	t.Parallel()
	for name, edited := range map[string]bool{"nobody touched it": false, "the old line was edited": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := month(t, app.ApprovalAsk)
			p := w.moveAccounts("4712", "4713")
			done := w.approve(p)
			for _, l := range writers(p.Lines) {
				if edited && l.After.IsZero() {
					if err := w.cw.EditQuantity(int(l.AdditionID), 54); err != nil {
						t.Fatal(err)
					}
				}
			}
			w.work(nil)
			up, down := 0, 0
			for _, l := range writers(w.push(done.ID).Lines) {
				switch {
				case l.State != app.LineDone:
				case l.After.IsPositive():
					up++
				default:
					down++
				}
			}
			if edited && up+down > 0 || !edited && (up == 0 || down == 0) {
				t.Errorf("%d lines went up, %d went to 0", up, down)
			}
		})
	}
}

// moveAccounts bills the accounts of some organizations by another product and releases the move.
func (w *world) moveAccounts(ids ...string) app.Plan {
	w.t.Helper()
	for i, o := range w.doc.Organizations {
		for _, id := range ids {
			if o.ID == id {
				w.doc.Organizations[i].Products = map[app.Meter]string{app.MeterAccounts: "X360-CLOUD-SEAT"}
			}
		}
	}
	w.rev++
	p := w.plan()
	for _, l := range p.Lines {
		if l.Meter == app.MeterAccounts && l.Agreement.ID == 901 && l.Verdict == app.VerdictHold {
			if after, err := w.pusher.Decide(w.t.Context(), l.ID, app.DecisionReleased, nil, "", "ada"); err == nil { // a tied one is released already
				p = after
			}
		}
	}
	return p
}

// A month that was pushed makes none before it due, undone or not: today's usage is not that month's.
func TestNoMonthIsDueBehindOneThatWasPushed(t *testing.T) {
	t.Parallel()
	w := month(t, app.ApprovalAsk) // 22 November: November was pushed by hand, its moment is the 25th
	if _, err := w.pusher.Undo(t.Context(), w.pushes()[0].ID, "ada"); err != nil {
		t.Fatal(err)
	}
	w.work(nil)
	w.due()
	october := w.pushes()[0].Period.Prev()
	if p, err := w.store.CurrentPlan(t.Context(), "cw", october); app.ErrorCode(err) != app.NotFound {
		t.Errorf("%s was planned by %s (%v)", october, p.Trigger, err)
	}
}

// Each month has its own preview: to look at one takes none of another's decisions away.
func TestAnotherMonthsPreviewTakesNoneAway(t *testing.T) {
	t.Parallel()
	w := newSmallWorld(t)
	mine := w.released()
	if _, err := w.pusher.MakePlan(t.Context(), "cw", mine.Period.Prev(), app.TriggerPerson, "ada"); err != nil {
		t.Fatal(err)
	}
	if p, err := w.store.CurrentPlan(t.Context(), "cw", mine.Period); err != nil || p.ID != mine.ID || p.State != app.PlanOpen || p.Digest != mine.Digest {
		t.Errorf("the month's plan is %d, %s (%v)", p.ID, p.State, err)
	}
}
