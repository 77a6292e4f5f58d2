package ticketing_test

import (
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/alert"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
	"psabridge/app/ticketing"
)

// both asks for the same thing from two tabs at once, and counts how often it was done and how often refused as a conflict.
func both(t *testing.T, do func() error) (done, refused int) {
	t.Helper()
	results := make([]error, 2)
	var tabs sync.WaitGroup
	for i := range results {
		tabs.Go(func() { results[i] = do() })
	}
	tabs.Wait()
	for _, err := range results {
		switch {
		case err == nil:
			done++
		case app.ErrorCode(err) == app.Conflict:
			refused++
		default:
			t.Errorf("neither done nor refused: %v", err)
		}
	}
	return done, refused
}

// TestF39RetryTwice: two clicks, two tabs, one ticket; and one more from the page that stood open since, after it is done.
func TestF39RetryTwice(t *testing.T) {
	w := newWorld(t, sandbox.Options{}, gone)
	w.problem()
	w.deliver(0)
	w.doc.Connections[0].Ticketing.Board = app.Ref{Name: "Alerts"}
	press := func() error { return w.store.RetryDelivery(t.Context(), 1, "test", w.clock) }
	if done, _ := both(t, press); done == 0 {
		t.Fatal("not retried")
	}
	w.deliver(0)
	w.only()
	if err := press(); app.ErrorCode(err) != app.Conflict {
		t.Errorf("retried after it was done: %v", err)
	}
	w.deliver(time.Hour)
	w.only()
}

// TestF39RetryAnUnknownOne: a person's retry of what may have been made looks first, however often it is pressed.
func TestF39RetryAnUnknownOne(t *testing.T) {
	w := newWorld(t, sandbox.Options{SearchLag: 2 * time.Minute})
	w.fault(sandbox.Fault{Method: http.MethodPost, Path: ticketsPath, Cut: sandbox.CutAfter})
	w.problem()
	w.box.Once(t.Context())
	for range 10 {
		both(t, func() error { return w.store.RetryDelivery(t.Context(), 1, "test", w.clock) })
		w.box.Once(t.Context())
	}
	w.deliver(time.Hour)
	w.only()
}

// TestF39LinkTwice: the second one is told that there is nothing to link any more.
func TestF39LinkTwice(t *testing.T) {
	w := newWorld(t, sandbox.Options{}, gone)
	w.problem()
	w.deliver(0)
	number := int64(w.make(""))
	if done, refused := both(t, func() error { return w.desk.Link(t.Context(), 1, number, "Ada") }); done != 1 || refused != 1 {
		t.Errorf("%d done, %d refused", done, refused)
	}
	if w.row().RemoteID != number || len(w.remote()) != 0 {
		t.Errorf("linked to %d, %d tickets of ours", w.row().RemoteID, len(w.remote()))
	}
}

// TestF39DropWhileItIsSent: what is under way cannot be given up; dropped once, it cannot be retried or linked from a page
// that is older.
func TestF39DropWhileItIsSent(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	var during error
	w.fault(sandbox.Fault{Method: http.MethodPost, Path: ticketsPath, Before: func(*http.Request) {
		during = errors.Join(
			onlyConflict(t, w.store.DropDelivery(t.Context(), 1, "no", "Ada", w.clock)),
			onlyConflict(t, w.store.RetryDelivery(t.Context(), 1, "Ada", w.clock)),
			onlyConflict(t, w.desk.Link(t.Context(), 1, 1, "Ada")),
		)
	}})
	w.problem()
	w.deliver(0)
	if during != nil || w.delivery(1).State != app.DeliveryDone {
		t.Errorf("%v, delivery %s", during, w.delivery(1).State)
	}
	w.only()

	gone(&w.doc)
	w.poll(on(w.event(app.Problem), "78"))
	w.deliver(0)
	drop := func() error { return w.store.DropDelivery(t.Context(), 2, "not needed", "Ada", w.clock) }
	if done, refused := both(t, drop); done != 1 || refused != 1 {
		t.Errorf("dropped: %d done, %d refused", done, refused)
	}
	if err := errors.Join(onlyConflict(t, w.store.RetryDelivery(t.Context(), 2, "Ada", w.clock)), onlyConflict(t, w.desk.Link(t.Context(), 2, int64(w.remote()[0].ID), "Ada"))); err != nil {
		t.Error(err)
	}
	w.deliver(time.Hour)
	w.only()
}

// onlyConflict lets a conflict pass, which is what a page says in words.
func onlyConflict(t *testing.T, err error) error {
	t.Helper()
	if app.ErrorCode(err) == app.Conflict {
		return nil
	}
	return app.Errorf(app.Internal, "not refused as a conflict: %v", err)
}

// TestF39StartAnsweredTwice: "open" in one tab and "open" or "stay quiet" in the other: the first word stands.
func TestF39StartAnsweredTwice(t *testing.T) {
	for _, second := range []bool{true, false} {
		w := newWorld(t, sandbox.Options{})
		rule := w.doc.Alerts[0]
		w.doc.Alerts = nil
		w.problems(3)
		w.doc.Alerts = []app.AlertRule{rule}
		w.tick(time.Minute)
		answer := func(open bool) {
			_, err := w.store.Tick(t.Context(), sample.SourceName, w.clock, func(s app.AlertState) app.AlertDecision {
				return ticketing.AnswerStart(w.doc, s, alert.Answer{Open: open})
			})
			if err != nil {
				t.Error(err)
			}
		}
		answer(true)
		answer(second)
		w.deliver(time.Hour)
		answer(second)
		w.deliver(time.Hour)
		if n := len(w.remote()); n != 3 {
			t.Errorf("%d tickets", n)
		}
	}
}

// TestF39AcknowledgedTwice: quiet and quiet again, opened and opened again.
func TestF39AcknowledgedTwice(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.problem()
	w.deliver(0)
	acknowledge := func(a alert.Ack) error {
		a.Condition = w.condition().ID
		var refused error
		_, err := w.store.Tick(t.Context(), sample.SourceName, w.clock, func(s app.AlertState) (d app.AlertDecision) {
			d, refused = ticketing.Acknowledge(w.doc, s, a)
			return d
		})
		return errors.Join(err, refused)
	}
	until := alert.Ack{Until: w.clock.Add(24 * time.Hour)}
	if err := errors.Join(acknowledge(until), acknowledge(until)); err != nil {
		t.Error(err)
	}
	if c := w.condition(); c.State != app.ConditionQuiet || c.Wait != app.ReasonAcknowledged {
		t.Errorf("condition %s, %s", c.State, c.Wait)
	}
	if err := acknowledge(alert.Ack{Open: true}); err != nil {
		t.Error(err)
	}
	if err := acknowledge(alert.Ack{Open: true}); app.ErrorCode(err) != app.Conflict {
		t.Errorf("opened twice: %v", err)
	}
	w.deliver(time.Hour)
	if w.only().Closed || w.condition().State != app.ConditionOpen {
		t.Errorf("condition %s", w.condition().State)
	}
}
