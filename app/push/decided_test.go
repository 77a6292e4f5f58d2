package push_test

import (
	"context"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/store"
)

// decide says something about the one line that would be written: "Ada is free", which is what ConnectWise holds.
func (w *world) decide(p app.Plan, d app.Decision) app.Line {
	w.t.Helper()
	l := writers(p.Lines)[0]
	if _, err := w.pusher.Decide(w.t.Context(), l.ID, d, l.Before, "Ada is free of charge", "ada"); err != nil {
		w.t.Fatal(err)
	}
	return l
}

// A person corrects or skips a line of the open preview, or corrected it in a push of the month; then the push moment comes.
func TestM14TheScheduleKeepsToWhatAPersonDecided(t *testing.T) {
	t.Parallel()
	for name, decide := range map[string]func(*world) app.Line{
		"corrected": func(w *world) app.Line { return w.decide(w.plan(), app.DecisionCorrected) },
		"skipped":   func(w *world) app.Line { return w.decide(w.plan(), app.DecisionSkipped) },
		"corrected and looked at again, twice": func(w *world) app.Line {
			l := w.decide(w.plan(), app.DecisionCorrected)
			w.vendors.MSP.AddPerson(w.customer(), "Grace", "Hopper", w.clock())
			w.plan()
			w.plan()
			return l
		},
		"corrected and counted anew": func(w *world) app.Line {
			l := w.decide(w.plan(), app.DecisionCorrected)
			w.vendors.MSP.AddPerson(w.customer(), "Grace", "Hopper", w.clock())
			return l
		},
		"another month was looked at meanwhile": func(w *world) app.Line {
			l := w.decide(w.plan(), app.DecisionSkipped)
			if _, err := w.pusher.MakePlan(w.t.Context(), "cw", december.Prev(), app.TriggerPerson, "ada"); err != nil {
				w.t.Fatal(err)
			}
			return l
		},
		"corrected in a push of the month": func(w *world) app.Line {
			plan := w.plan()
			l := w.decide(plan, app.DecisionCorrected)
			plan, err := w.store.Plan(w.t.Context(), plan.ID)
			if err != nil {
				w.t.Fatal(err)
			}
			w.approve(plan)
			w.work(nil)
			return l
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := month(t, app.ApprovalAutomatic)
			w.vendors.MSP.AddPerson(w.customer(), "Ada", "Lovelace", w.clock())
			w.pass(33*24*time.Hour - 5*time.Hour) // 25 December, an hour before the moment
			l := decide(w)
			w.pass(5 * time.Hour)
			w.due()
			w.work(nil)
			if plan, err := w.store.CurrentPlan(t.Context(), "cw", december); err != nil || plan.Trigger != app.TriggerSchedule {
				t.Fatalf("the month is planned by %s (%v)", plan.Trigger, err)
			}
			if got := w.holdsNow(l.Agreement.ID, l.AdditionID); got != l.Before.String() {
				t.Errorf("the person said %s; the schedule wrote %s", l.Before, got)
			}
		})
	}
}

// decidedMeanwhile lets a person decide right before the new plan takes the place of the old.
type decidedMeanwhile struct {
	*store.Store
	decide func()
}

// ReplacePlan implements push.Store.
func (s decidedMeanwhile) ReplacePlan(ctx context.Context, p app.Plan, carry func(old, now app.Plan) app.Plan) (app.Plan, error) {
	s.decide()
	return s.Store.ReplacePlan(ctx, p, carry)
}

func TestADecisionWhileAPlanIsMadeIsNotLost(t *testing.T) {
	t.Parallel()
	w := month(t, app.ApprovalAsk)
	w.vendors.MSP.AddPerson(w.customer(), "Ada", "Lovelace", w.clock())
	old := w.plan()
	w.pusher.Store = decidedMeanwhile{w.store, func() { w.decide(old, app.DecisionSkipped) }}
	if p := w.plan(); len(writers(p.Lines)) != 0 {
		t.Errorf("%d lines are written, the one was skipped", len(writers(p.Lines)))
	}
}
