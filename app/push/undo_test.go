package push_test

import (
	"strings"
	"testing"
	"time"

	"psabridge/app"
)

// pushed is a small world after its first push.
func pushed(t *testing.T) (*world, app.Push) {
	t.Helper()
	w := newSmallWorld(t)
	done := w.approve(w.released())
	w.work(nil)
	return w, w.push(done.ID)
}

func (w *world) planUndo(id int64) app.Plan {
	w.t.Helper()
	p, err := w.pusher.PlanUndo(w.t.Context(), id, "ada")
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

// An undo is looked at before it is approved: until then nothing is written, and the month's preview stays what it was.
func TestM16AnUndoIsPlannedShownAndApproved(t *testing.T) {
	t.Parallel()
	w, done := pushed(t)
	edited := writers(done.Lines)[0]
	if err := w.cw.EditQuantity(int(edited.AdditionID), 777); err != nil {
		t.Fatal(err)
	}
	preview := w.plan()
	w.cw.ForgetRequests()
	undo := w.planUndo(done.ID)
	for _, r := range w.cw.Log() {
		if r.Method != "GET" {
			t.Errorf("looking at an undo sent %s %s", r.Method, r.Path)
		}
	}
	if undo.UndoOf != done.ID || undo.State != app.PlanOpen || len(undo.Lines) != len(writers(done.Lines)) {
		t.Fatalf("undo of %d, %s, %d lines", undo.UndoOf, undo.State, len(undo.Lines))
	}
	for _, l := range undo.Lines {
		switch {
		case l.AdditionID != edited.AdditionID && l.Verdict != app.VerdictUpdate:
			t.Errorf("line of addition %d is %s", l.AdditionID, l.Verdict)
		case l.AdditionID == edited.AdditionID && (l.Verdict != app.VerdictSkipped || l.Holds[0].Code != app.HoldEditedSince || !strings.Contains(l.Holds[0].Message, "777")):
			t.Errorf("the line that was edited by hand is %s: %v", l.Verdict, l.Holds)
		}
	}
	if current, err := w.store.CurrentPlan(t.Context(), "cw", done.Period); err != nil || current.ID != preview.ID || current.State != app.PlanOpen {
		t.Errorf("the month's preview is plan %d, %s (%v)", current.ID, current.State, err)
	}
	before := len(w.ours())
	back := w.approve(undo)
	w.work(nil)
	if n := len(w.ours()) - before; n != len(undo.Lines)-1 || w.push(back.ID).State != app.PushDone || w.push(done.ID).State != app.PushUndone {
		t.Errorf("%d written, undo %s, push %s", n, w.push(back.ID).State, w.push(done.ID).State)
	}
	if now := w.holdsNow(edited.Agreement.ID, edited.AdditionID); now != "777" {
		t.Errorf("what somebody edited holds %s", now)
	}
	if _, err := w.pusher.Approve(t.Context(), preview.ID, preview.Digest, app.TriggerPerson, "ada"); app.ErrorCode(err) != app.Conflict {
		t.Errorf("the preview from before the undo: %v, want conflict", err)
	}
}

// Undoing twice is a conflict and writes nothing, however it is tried.
func TestM16UndoingTwice(t *testing.T) {
	t.Parallel()
	w, done := pushed(t)
	first, second := w.planUndo(done.ID), w.planUndo(done.ID)
	refused := func(what string, err error) {
		t.Helper()
		if app.ErrorCode(err) != app.Conflict {
			t.Errorf("%s: %v, want conflict", what, err)
		}
	}
	_, err := w.pusher.Approve(t.Context(), first.ID, first.Digest, app.TriggerPerson, "ada")
	refused("the undo that was looked at first", err)
	undo := w.approve(second)
	_, err = w.pusher.PlanUndo(t.Context(), done.ID, "ada")
	refused("while it is written", err)
	w.work(nil)
	written := len(w.ours())
	_, err = w.pusher.Approve(t.Context(), second.ID, second.Digest, app.TriggerPerson, "ada")
	refused("approving it again", err)
	for _, id := range []int64{done.ID, undo.ID} {
		_, err = w.pusher.PlanUndo(t.Context(), id, "ada")
		refused("planning it again", err)
		_, err = w.pusher.Undo(t.Context(), id, "ada")
		refused("undoing it again", err)
	}
	w.work(nil)
	if len(w.ours()) != written {
		t.Errorf("%d quantities more were written", len(w.ours())-written)
	}
}

// What an undo rests on is what stands at ConnectWise: an hour later, or with other settings, it is worked out again.
func TestAnOldUndoIsWorkedOutAgain(t *testing.T) {
	t.Parallel()
	for name, meanwhile := range map[string]func(*world){
		"an hour passed":      func(w *world) { w.pass(time.Hour + time.Second) },
		"the clock went back": func(w *world) { w.pass(-2 * time.Hour) },
		"settings were saved": func(w *world) { w.rev++ },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, done := pushed(t)
			undo := w.planUndo(done.ID)
			meanwhile(w)
			written := len(w.ours())
			_, err := w.pusher.Approve(t.Context(), undo.ID, undo.Digest, app.TriggerPerson, "ada")
			if app.ErrorCode(err) != app.Conflict || !strings.Contains(app.ErrorMessage(err), "ork it out again") && !strings.Contains(app.ErrorMessage(err), "ork the undo out again") {
				t.Fatalf("%v, want a conflict with its way out", err)
			}
			w.approve(w.planUndo(done.ID))
			w.work(nil)
			if w.push(done.ID).State != app.PushUndone || len(w.ours()) == written {
				t.Errorf("the push is %s", w.push(done.ID).State)
			}
		})
	}
}

// A line that somebody edits between the look at an undo and its writing is left alone.
func TestM16EditedWhileTheUndoIsLookedAt(t *testing.T) {
	t.Parallel()
	w, done := pushed(t)
	undo := w.planUndo(done.ID)
	victim := writers(undo.Lines)[0]
	if err := w.cw.EditQuantity(int(victim.AdditionID), 777); err != nil {
		t.Fatal(err)
	}
	back := w.approve(undo)
	w.work(nil)
	if got := w.push(back.ID); got.State != app.PushIncomplete || states(got.Lines)[app.LineChangedUnderneath] != 1 {
		t.Errorf("undo %s, lines %v", got.State, states(got.Lines))
	}
	if now := w.holdsNow(victim.Agreement.ID, victim.AdditionID); now != "777" {
		t.Errorf("it holds %s", now)
	}
}
