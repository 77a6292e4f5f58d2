package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"psabridge/app"
)

// TestPushSaysWhatAPersonSet: a corrected number is marked with its note before it is written and after, and what was left
// out is counted whole.
func TestPushSaysWhatAPersonSet(t *testing.T) {
	w := furnished(t)
	ctx := t.Context()
	plan, err := w.store.Plan(ctx, w.plan)
	w.must(err)
	tag := "Corrected to 35: “two leavers”"
	plan.ID, plan.Digest, plan.State = 0, "other", ""
	plan.Lines[0].Decision, plan.Lines[0].Note, plan.Lines[0].DecidedBy, plan.Lines[0].After = app.DecisionCorrected, "two leavers", "person", app.Q(35)
	plan.Lines[1].Verdict, plan.Lines[1].Decision = app.VerdictSkipped, app.DecisionSkipped
	plan, err = w.store.SavePlan(ctx, plan)
	w.must(err)
	if check := w.get("/billing/cw/2026-11/push").want(t, http.StatusOK); !strings.Contains(check.body, tag) {
		t.Errorf("the check: %s", mainOf(check.body))
	}
	push, err := w.store.Approve(ctx, plan.ID, plan.Digest, app.Push{Trigger: app.TriggerPerson, ApprovedBy: "person", ApprovedAt: w.now})
	w.must(err)
	w.push = push.ID
	w.finishPush()
	page := w.get(fmt.Sprintf("/billing/pushes/%d", w.push)).want(t, http.StatusOK)
	for _, want := range []string{tag, "0 held, 1 skipped in the preview"} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the push does not say %q: %s", want, mainOf(page.body))
		}
	}
}

// TestNothingToWriteChangesNothing: a month of which all is held has a price effect, and it is nothing.
func TestNothingToWriteChangesNothing(t *testing.T) {
	w := furnished(t)
	plan, err := w.store.Plan(t.Context(), w.plan)
	w.must(err)
	plan.ID, plan.Digest, plan.State, plan.Lines = 0, "other", "", plan.Lines[1:]
	plan.Lines[0].AmountChange = nil
	_, err = w.store.SavePlan(t.Context(), plan)
	w.must(err)
	page := w.get("/billing/cw/2026-11")
	if !strings.Contains(page.body, `<dt>Price effect</dt><dd>0.00 <small class="muted">a month</small>`) {
		t.Errorf("the month: %s", mainOf(page.body))
	}
}
