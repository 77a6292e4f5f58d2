package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"psabridge/app"
	"psabridge/store"
	"psabridge/store/storetest"
)

var november = app.Period{Year: 2026, Month: time.November}

// line is one of a plan that sets agreement 12 or 13 from 10 to 12.
func line(agreement, product, addition int64, verdict app.Verdict) app.Line {
	return app.Line{
		Meter: app.MeterAccounts, Product: "X360-ACCOUNT", ProductID: product, Company: app.Named{ID: 250, Name: "Contoso"},
		Agreement: app.Named{ID: agreement, Name: "Managed"}, AdditionID: addition, Before: new(app.Q(10)), After: app.MustQuantity("12.5"),
		Unit: app.UnitEach, Verdict: verdict, Method: "computed", UnitPrice: new(app.MustQuantity("1.10")), BillCustomer: "Billable",
		Shares:      []app.Share{{OrganizationID: 2, ExternalID: "7", Source: "sync", Name: "Contoso", Quantity: app.MustQuantity("12.5"), ReadingID: 1}},
		NextInvoice: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC),
		Items:       []app.EvidenceItem{{Kind: app.ObjectAccount, ExternalID: "p1", Name: "Ada Lovelace", Amount: app.Q(1)}},
	}
}

func plan(lines ...app.Line) app.Plan {
	return app.Plan{Connection: "cw", Period: november, Trigger: app.TriggerPerson, Digest: "d1", SettingsRev: 3, CreatedAt: t0, Complete: true, Lines: lines}
}

func savePlan(t *testing.T, s *store.Store, p app.Plan) app.Plan {
	t.Helper()
	p, err := s.SavePlan(t.Context(), p)
	must(t, err)
	return p
}

func approve(t *testing.T, s *store.Store, p app.Plan) app.Push {
	t.Helper()
	push, err := s.Approve(t.Context(), p.ID, p.Digest, app.Push{Trigger: app.TriggerPerson, ApprovedBy: "Ada", ApprovedAt: t0})
	must(t, err)
	return push
}

// settleAgreement ends the next agreement delivery with its lines in a state.
func settleAgreement(t *testing.T, s *store.Store, push app.Push, state app.LineState) {
	t.Helper()
	d := claim(t, s, t0)
	intend(t, s, d, t0)
	var lines []app.Line
	for _, l := range push.Lines {
		if l.Writes() && d.Lane == "agreement:cw:"+itoa(l.Agreement.ID) {
			l.State, l.WrittenAt = state, t0
			if l.AdditionID == 0 {
				l.AdditionID = 9000 + l.ID
			}
			lines = append(lines, l)
		}
	}
	must(t, s.Settle(t.Context(), app.Settlement{
		DeliveryID: d.ID, Attempt: d.Attempt, At: t0, State: app.DeliveryDone, Lines: lines,
		Ledger: []app.LedgerEntry{{Object: "addition", Before: "10", After: "12.5"}},
	}))
}

func TestPlanRoundTrip(t *testing.T) {
	s := storetest.Open(t)
	want := line(12, 5, 9904, app.VerdictHold)
	want.Holds = []app.Hold{{Code: app.HoldBigChange, Message: "It moved a lot."}}
	p := savePlan(t, s, plan(want))
	got, err := s.Plan(t.Context(), p.ID)
	must(t, err)
	want.ID, want.PlanID, want.State, want.Items = p.Lines[0].ID, p.ID, app.LinePlanned, nil
	if diff := cmp.Diff(want, got.Lines[0]); diff != "" {
		t.Errorf("line (-want +got):\n%s", diff)
	}
	l, err := s.LineEvidence(t.Context(), want.ID)
	must(t, err)
	if diff := cmp.Diff(line(12, 5, 9904, "").Items, l.Items); diff != "" {
		t.Errorf("evidence (-want +got):\n%s", diff)
	}
	current, err := s.CurrentPlan(t.Context(), "cw", november)
	must(t, err)
	if current.ID != p.ID || current.State != app.PlanOpen || !current.Complete || current.SettingsRev != 3 {
		t.Errorf("current plan %+v", current)
	}
	_, err = s.CurrentPlan(t.Context(), "cw", november.Next())
	wantCode(t, err, app.NotFound)
}

func TestNewerPlanTakesThePlaceOfOpenOnes(t *testing.T) {
	s := storetest.Open(t)
	first := savePlan(t, s, plan(line(12, 5, 9904, app.VerdictUpdate)))
	second := savePlan(t, s, plan(line(12, 5, 9904, app.VerdictUpdate)))
	_, err := s.UpdatePlan(t.Context(), first.ID, func(p app.Plan) (app.Plan, error) { return p, nil })
	wantCode(t, err, app.Conflict)
	_, err = s.Approve(t.Context(), first.ID, "d1", app.Push{Trigger: app.TriggerPerson, ApprovedAt: t0})
	wantCode(t, err, app.Conflict)
	updated, err := s.UpdatePlan(t.Context(), second.ID, func(p app.Plan) (app.Plan, error) {
		p.Digest = "d2"
		p.Lines[0].Decision, p.Lines[0].DecidedBy, p.Lines[0].After = app.DecisionCorrected, "Ada", app.Q(11)
		return p, nil
	})
	must(t, err)
	_, err = s.Approve(t.Context(), second.ID, "d1", app.Push{Trigger: app.TriggerPerson, ApprovedAt: t0})
	wantCode(t, err, app.Conflict) // the digest that was looked at is old
	push := approve(t, s, updated)
	if push.State != app.PushWriting || !push.Lines[0].After.Equal(app.Q(11)) || push.Lines[0].State != app.LineWriting {
		t.Errorf("push %+v", push)
	}
}

func TestScheduledPlanOncePerMonth(t *testing.T) {
	s := storetest.Open(t)
	p := plan()
	p.Trigger = app.TriggerSchedule
	savePlan(t, s, p)
	_, err := s.SavePlan(t.Context(), p)
	wantCode(t, err, app.Conflict)
	p.Period = november.Next()
	savePlan(t, s, p)
	due, err := s.DuePlans(t.Context(), "cw")
	must(t, err)
	if diff := cmp.Diff([]app.Period{november, november.Next()}, due); diff != "" {
		t.Error(diff)
	}
}

func TestTheDueMonthWaitsUntilItIsPushed(t *testing.T) {
	update, same := app.VerdictUpdate, app.VerdictSame
	saved := func(t *testing.T, s *store.Store, trigger app.Trigger, p app.Period, verdict app.Verdict) app.Plan {
		t.Helper()
		out := plan(line(12, 5, 9904, verdict))
		out.Trigger, out.Period = trigger, p
		return savePlan(t, s, out)
	}
	held := func(t *testing.T, s *store.Store) app.Plan {
		t.Helper()
		return savePlan(t, s, plan(line(12, 5, 9904, update), line(13, 5, 9905, app.VerdictHold)))
	}
	byItself := func(t *testing.T, s *store.Store, p app.Plan) app.Push {
		t.Helper()
		push, err := s.Approve(t.Context(), p.ID, p.Digest, app.Push{Trigger: app.TriggerSchedule, ApprovedBy: "schedule", ApprovedAt: t0})
		must(t, err)
		return push
	}
	for name, tt := range map[string]struct {
		then  func(t *testing.T, s *store.Store, due app.Plan)
		waits bool
	}{
		"planned": {func(*testing.T, *store.Store, app.Plan) {}, true},
		"looked at by a script": {func(t *testing.T, s *store.Store, _ app.Plan) {
			saved(t, s, app.TriggerAPI, november, update)
		}, true},
		"the next month looked at": {func(t *testing.T, s *store.Store, _ app.Plan) {
			saved(t, s, app.TriggerPerson, november.Next(), update)
		}, true},
		"being written": {func(t *testing.T, s *store.Store, due app.Plan) { approve(t, s, due) }, false},
		"written": {func(t *testing.T, s *store.Store, due app.Plan) {
			settleAgreement(t, s, approve(t, s, due), app.LineDone)
		}, false},
		"written by a later plan": {func(t *testing.T, s *store.Store, _ app.Plan) {
			settleAgreement(t, s, approve(t, s, saved(t, s, app.TriggerPerson, november, update)), app.LineDone)
		}, false},
		"pushed by itself, one line held": {func(t *testing.T, s *store.Store, _ app.Plan) {
			settleAgreement(t, s, byItself(t, s, held(t, s)), app.LineDone)
		}, true},
		"being pushed by itself": {func(t *testing.T, s *store.Store, _ app.Plan) { byItself(t, s, held(t, s)) }, false},
		"pushed by itself, and the rest by a person": {func(t *testing.T, s *store.Store, _ app.Plan) {
			settleAgreement(t, s, byItself(t, s, held(t, s)), app.LineDone)
			settleAgreement(t, s, approve(t, s, held(t, s)), app.LineDone)
		}, false},
		"pushed by itself, and the rest is skipped": {func(t *testing.T, s *store.Store, _ app.Plan) {
			settleAgreement(t, s, byItself(t, s, held(t, s)), app.LineDone)
			saved(t, s, app.TriggerPerson, november, app.VerdictSkipped)
		}, false},
		"an undo is looked at": {func(t *testing.T, s *store.Store, due app.Plan) {
			undo := plan(line(12, 5, 9904, same))
			undo.UndoOf = due.ID - 1 // the one before it was due
			savePlan(t, s, undo)
		}, true},
		"written and undone": {func(t *testing.T, s *store.Store, due app.Plan) {
			push := approve(t, s, due)
			settleAgreement(t, s, push, app.LineDone)
			undoPush(t, s, push, update)
		}, false},
		"nothing arrived": {func(t *testing.T, s *store.Store, due app.Plan) {
			settleAgreement(t, s, approve(t, s, due), app.LineFailed)
		}, true},
		"nothing to write any more": {func(t *testing.T, s *store.Store, _ app.Plan) {
			saved(t, s, app.TriggerPerson, november, same)
		}, false},
		"pushed with nothing to write, then looked at": {func(t *testing.T, s *store.Store, _ app.Plan) {
			approve(t, s, saved(t, s, app.TriggerPerson, november, same))
			saved(t, s, app.TriggerPerson, november, update)
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := storetest.Open(t)
			settleAgreement(t, s, approve(t, s, saved(t, s, app.TriggerPerson, november, update)), app.LineDone) // before it was due
			due := saved(t, s, app.TriggerSchedule, november, update)
			tt.then(t, s, due)
			got, err := s.WaitingPlan(t.Context(), "cw")
			if !tt.waits {
				wantCode(t, err, app.NotFound)
				return
			}
			must(t, err)
			if got.ID != due.ID || got.Period != november {
				t.Errorf("waiting %+v", got)
			}
		})
	}
}

func TestOnlyTheScheduleAndAnUndoTakeItsPlace(t *testing.T) {
	for name, tt := range map[string]struct {
		pushed, undone bool
		want           []app.Period
	}{
		"planned by hand":           {},
		"pushed by hand":            {pushed: true},
		"pushed by hand and undone": {pushed: true, undone: true, want: []app.Period{november}},
	} {
		t.Run(name, func(t *testing.T) {
			s := storetest.Open(t)
			p := savePlan(t, s, plan(line(12, 5, 9904, app.VerdictUpdate)))
			if tt.pushed {
				push := approve(t, s, p)
				settleAgreement(t, s, push, app.LineDone)
				if tt.undone {
					undoPush(t, s, push, app.VerdictUpdate)
				}
			}
			due, err := s.DuePlans(t.Context(), "cw")
			must(t, err)
			if diff := cmp.Diff(tt.want, due, cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The schedule pushes what nothing holds and releases nothing (M14).
func TestScheduleNeverPushesHolds(t *testing.T) {
	update, hold := app.VerdictUpdate, app.VerdictHold
	for name, tt := range map[string]struct {
		verdicts []app.Verdict
		unread   bool
		refused  string
	}{
		"everything held":         {verdicts: []app.Verdict{hold}, refused: "1 line is held"},
		"one of two held":         {verdicts: []app.Verdict{update, hold}},
		"not everything was read": {verdicts: []app.Verdict{update}, unread: true, refused: "waits for a person"},
	} {
		t.Run(name, func(t *testing.T) {
			s := storetest.Open(t)
			p := plan()
			p.Complete = !tt.unread
			for i, v := range tt.verdicts {
				p.Lines = append(p.Lines, line(12+int64(i), 5, 9904+int64(i), v))
			}
			p = savePlan(t, s, p)
			push, err := s.Approve(t.Context(), p.ID, p.Digest, app.Push{Trigger: app.TriggerSchedule, ApprovedBy: "schedule", ApprovedAt: t0})
			if tt.refused != "" {
				wantCode(t, err, app.Conflict)
				if !strings.Contains(app.ErrorMessage(err), tt.refused) {
					t.Errorf("message %q, want %q", app.ErrorMessage(err), tt.refused)
				}
				return
			}
			must(t, err)
			settleAgreement(t, s, push, app.LineDone)
			got, err := s.Push(t.Context(), push.ID)
			must(t, err)
			if got.State != app.PushDone || got.Lines[0].State != app.LineDone || got.Lines[1].State != app.LinePlanned || got.Lines[1].Verdict != hold {
				t.Errorf("push %s, lines %s and %s (%s)", got.State, got.Lines[0].State, got.Lines[1].State, got.Lines[1].Verdict)
			}
			idle(t, s, t0)
		})
	}
}

// A number that a person typed after the plan was made is not in it, so nothing of it is pushed.
func TestAPlanBeforeAnOverrideIsNoPush(t *testing.T) {
	s := storetest.Open(t)
	p := savePlan(t, s, plan(line(12, 5, 9904, app.VerdictUpdate)))
	undone := approve(t, s, p)
	settleAgreement(t, s, undone, app.LineDone)
	p = savePlan(t, s, plan(line(12, 5, 9904, app.VerdictUpdate)))
	o := app.Override{Source: "sync", OrganizationID: "7", Meter: app.MeterAccounts, Period: november.Next(), Quantity: app.Q(9), Unit: app.UnitEach, Note: "by phone", By: "Ada", At: t0}
	must(t, s.SaveOverrides(t.Context(), []app.Override{o}))
	o.Period = november
	must(t, s.SaveOverrides(t.Context(), []app.Override{o}))
	_, err := s.Approve(t.Context(), p.ID, p.Digest, app.Push{Trigger: app.TriggerPerson, ApprovedBy: "Ada", ApprovedAt: t0})
	wantCode(t, err, app.Conflict)
	if !strings.Contains(app.ErrorMessage(err), "Make a new plan") {
		t.Errorf("no way out: %s", app.ErrorMessage(err))
	}
	undoPush(t, s, undone, app.VerdictUpdate) // which counts nothing
	again := plan(line(12, 5, 9904, app.VerdictUpdate))
	again.LastOverride, err = s.OverrideMark(t.Context())
	must(t, err)
	approve(t, s, savePlan(t, s, again))
}

// The preview of an undo hides no month's, and no month's preview that of an undo; what is approved outdates the rest.
func TestAnUndoThatIsOnlyLookedAt(t *testing.T) {
	s := storetest.Open(t)
	due := plan(line(12, 5, 9904, app.VerdictUpdate))
	due.Trigger = app.TriggerSchedule
	push := approve(t, s, savePlan(t, s, due))
	settleAgreement(t, s, push, app.LineDone)
	month := savePlan(t, s, plan(line(13, 5, 9905, app.VerdictUpdate)))
	undo := plan(line(12, 5, 9904, app.VerdictUpdate))
	undo.UndoOf, undo.Digest = push.ID, "u1"
	first := savePlan(t, s, undo)
	second := savePlan(t, s, undo)
	state := func(id int64, want app.PlanState) {
		t.Helper()
		if p, err := s.Plan(t.Context(), id); err != nil || p.State != want {
			t.Errorf("plan %d is %s (%v), want %s", id, p.State, err, want)
		}
	}
	state(month.ID, app.PlanOpen)
	state(first.ID, app.PlanSuperseded)
	if p, err := s.CurrentPlan(t.Context(), "cw", november); err != nil || p.ID != month.ID {
		t.Errorf("the month's plan is %d (%v), want %d", p.ID, err, month.ID)
	}
	month = savePlan(t, s, plan(line(13, 5, 9905, app.VerdictUpdate)))
	state(second.ID, app.PlanOpen)
	if due, err := s.DuePlans(t.Context(), "cw"); err != nil || len(due) != 1 {
		t.Errorf("due plans %v (%v)", due, err)
	}
	settleAgreement(t, s, approve(t, s, second), app.LineDone)
	state(month.ID, app.PlanSuperseded) // it was made from the quantities before the undo
	if p, err := s.CurrentPlan(t.Context(), "cw", november); err != nil || p.ID != push.PlanID {
		t.Errorf("the month's plan is %d (%v), want that of its push, %d", p.ID, err, push.PlanID)
	}
	if got, err := s.Push(t.Context(), push.ID); err != nil || got.State != app.PushUndone {
		t.Errorf("the push is %s (%v)", got.State, err)
	}
}

func TestPushClosesWithItsLastLine(t *testing.T) {
	for name, tt := range map[string]struct {
		second app.LineState
		want   app.PushState
	}{
		"all written":        {app.LineDone, app.PushDone},
		"one failed":         {app.LineFailed, app.PushIncomplete},
		"changed underneath": {app.LineChangedUnderneath, app.PushIncomplete},
	} {
		t.Run(name, func(t *testing.T) {
			s := storetest.Open(t)
			p := savePlan(t, s, plan(
				line(12, 5, 9904, app.VerdictUpdate), line(12, 6, 0, app.VerdictCreate), line(13, 5, 9905, app.VerdictUpdate),
				line(14, 5, 9906, app.VerdictSame), line(15, 5, 9907, app.VerdictHold)))
			push := approve(t, s, p)
			_, err := s.SavePlan(t.Context(), plan())
			wantCode(t, err, app.Conflict) // nothing is planned over a push that is being written
			settleAgreement(t, s, push, app.LineDone)
			if got, err := s.Push(t.Context(), push.ID); err != nil || got.State != app.PushWriting {
				t.Fatalf("after one agreement: %s (%v)", got.State, err)
			}
			settleAgreement(t, s, push, tt.second)
			got, err := s.Push(t.Context(), push.ID)
			must(t, err)
			if got.State != tt.want || got.DoneAt.IsZero() {
				t.Errorf("push is %s, want %s", got.State, tt.want)
			}
			states := []app.LineState{app.LineDone, app.LineDone, tt.second, app.LineDone, app.LinePlanned}
			for i, l := range got.Lines {
				if l.State != states[i] {
					t.Errorf("line %d is %s, want %s", i, l.State, states[i])
				}
			}
			owned, err := s.Owned(t.Context(), "cw")
			must(t, err)
			if len(owned) < 2 || !owned[0].LastVerified.Equal(app.MustQuantity("12.5")) || !owned[0].Confirmed || owned[0].Method != "computed" || owned[0].PushID != push.ID {
				t.Errorf("owned %+v", owned)
			}
			must(t, s.Verify(t.Context()))
		})
	}
}

func TestPushWithNothingToWriteIsDoneAtOnce(t *testing.T) {
	s := storetest.Open(t)
	push := approve(t, s, savePlan(t, s, plan(line(12, 5, 9904, app.VerdictSame))))
	if push.State != app.PushDone {
		t.Errorf("push is %s", push.State)
	}
	idle(t, s, t0)
}

func TestNothingThatCanBeWrittenIsNoPush(t *testing.T) {
	same, hold, update := app.VerdictSame, app.VerdictHold, app.VerdictUpdate
	for name, tt := range map[string]struct {
		verdicts []app.Verdict
		unread   bool
		refused  string
	}{
		"everything held":             {verdicts: []app.Verdict{hold, hold}, refused: "Nothing in this plan can be written: 2 lines are held."},
		"held beside same":            {verdicts: []app.Verdict{same, hold}, refused: "Nothing in this plan can be written: 1 line is held."},
		"nothing could be read":       {unread: true, refused: "Nothing in this plan can be written: not everything could be read."},
		"the rest could not be read":  {verdicts: []app.Verdict{same}, unread: true, refused: "not everything could be read"},
		"everything as it should be":  {verdicts: []app.Verdict{same, same}},
		"a person skipped everything": {verdicts: []app.Verdict{app.VerdictSkipped}},
		"a line to write, one held":   {verdicts: []app.Verdict{update, hold}, unread: true},
	} {
		t.Run(name, func(t *testing.T) {
			s := storetest.Open(t)
			p := plan()
			p.Complete = !tt.unread
			for i, v := range tt.verdicts {
				p.Lines = append(p.Lines, line(12+int64(i), 5, 9904+int64(i), v))
			}
			p = savePlan(t, s, p)
			_, err := s.Approve(t.Context(), p.ID, p.Digest, app.Push{Trigger: app.TriggerAPI, ApprovedBy: "api", ApprovedAt: t0})
			if tt.refused == "" {
				must(t, err)
				return
			}
			wantCode(t, err, app.Conflict)
			if !strings.Contains(app.ErrorMessage(err), tt.refused) {
				t.Errorf("message %q, want %q", app.ErrorMessage(err), tt.refused)
			}
			if got, err := s.Plan(t.Context(), p.ID); err != nil || got.State != app.PlanOpen {
				t.Errorf("the plan is %s (%v), want it still open", got.State, err)
			}
		})
	}
}

func TestUndo(t *testing.T) {
	s := storetest.Open(t)
	push := approve(t, s, savePlan(t, s, plan(line(12, 5, 9904, app.VerdictUpdate))))
	settleAgreement(t, s, push, app.LineDone)
	undo := plan(line(12, 5, 9904, app.VerdictUpdate))
	undo.UndoOf = push.ID
	back := approve(t, s, savePlan(t, s, undo))
	settleAgreement(t, s, back, app.LineDone)
	if got, err := s.Push(t.Context(), push.ID); err != nil || got.State != app.PushUndone {
		t.Fatalf("the undone push is %s (%v)", got.State, err)
	}
	again := savePlan(t, s, undo)
	_, err := s.Approve(t.Context(), again.ID, again.Digest, app.Push{Trigger: app.TriggerPerson, ApprovedAt: t0})
	wantCode(t, err, app.Conflict)
}

// undoPush undoes a push with one line of its agreement 12.
func undoPush(t *testing.T, s *store.Store, push app.Push, verdict app.Verdict) {
	t.Helper()
	undo := plan(line(12, 5, 9904, verdict))
	undo.Period, undo.UndoOf = push.Period, push.ID
	back := approve(t, s, savePlan(t, s, undo))
	if verdict == app.VerdictUpdate {
		settleAgreement(t, s, back, app.LineDone)
	}
}

func TestAnUndoCountsOnlyWhenSomethingStandsAsBefore(t *testing.T) {
	for verdict, want := range map[app.Verdict]app.PushState{
		app.VerdictUpdate:  app.PushUndone,
		app.VerdictSame:    app.PushUndone,
		app.VerdictSkipped: app.PushDone,
	} {
		t.Run(string(verdict), func(t *testing.T) {
			s := storetest.Open(t)
			push := approve(t, s, savePlan(t, s, plan(line(12, 5, 9904, app.VerdictUpdate))))
			settleAgreement(t, s, push, app.LineDone)
			undoPush(t, s, push, verdict)
			if got, err := s.Push(t.Context(), push.ID); err != nil || got.State != want {
				t.Errorf("the push is %s (%v), want %s", got.State, err, want)
			}
		})
	}
}

func TestCrashWhileWritingLines(t *testing.T) {
	s := storetest.Open(t)
	push := approve(t, s, savePlan(t, s, plan(line(12, 5, 9904, app.VerdictUpdate), line(13, 5, 9905, app.VerdictUpdate))))
	claim(t, s, t0) // nothing sent
	sent := claim(t, s, t0)
	intend(t, s, sent, t0)
	_, err := s.RecoverDeliveries(t.Context(), t0)
	must(t, err)
	got, err := s.Push(t.Context(), push.ID)
	must(t, err)
	if got.Lines[0].State != app.LineWriting || got.Lines[1].State != app.LineUnknown || got.State != app.PushWriting {
		t.Errorf("after a crash: %s, %s, push %s", got.Lines[0].State, got.Lines[1].State, got.State)
	}
}

func TestDroppedAgreementFailsItsLines(t *testing.T) {
	s := storetest.Open(t)
	push := approve(t, s, savePlan(t, s, plan(line(12, 5, 9904, app.VerdictUpdate))))
	list, err := s.Deliveries(t.Context(), app.DeliveryFilter{Kind: app.DeliverAgreement})
	must(t, err)
	must(t, s.DropDelivery(t.Context(), list[0].ID, "Contoso left", "Ada", t0))
	got, err := s.Push(t.Context(), push.ID)
	must(t, err)
	if got.State != app.PushIncomplete || got.Lines[0].State != app.LineFailed || got.Lines[0].Error != "Contoso left" {
		t.Errorf("push %s, line %s %q", got.State, got.Lines[0].State, got.Lines[0].Error)
	}
}

// Some lines of an agreement were written, one got no answer: a person may end the search for it.
func TestADroppedAgreementKeepsWhatWasWritten(t *testing.T) {
	s := storetest.Open(t)
	push := approve(t, s, savePlan(t, s, plan(line(12, 5, 9904, app.VerdictUpdate), line(12, 6, 9905, app.VerdictUpdate), line(12, 7, 9906, app.VerdictUpdate))))
	d := claim(t, s, t0)
	intend(t, s, d, t0)
	wantCode(t, s.DropDelivery(t.Context(), d.ID, "no", "Ada", t0), app.Conflict) // it is being sent
	push.Lines[0].State, push.Lines[1].State = app.LineDone, app.LineUnknown
	settle(t, s, d, app.Settlement{State: app.DeliveryChecking, NextAt: t0.Add(time.Hour), Lines: push.Lines[:2]})
	list, err := s.Deliveries(t.Context(), app.DeliveryFilter{PushID: push.ID})
	must(t, err)
	if len(list) != 1 || list[0].ID != d.ID || list[0].State != app.DeliveryChecking {
		t.Fatalf("deliveries of the push: %+v", list)
	}
	must(t, s.DropDelivery(t.Context(), d.ID, "The server is gone", "Ada", t0))
	got, err := s.Push(t.Context(), push.ID)
	must(t, err)
	if got.State != app.PushIncomplete || got.DoneAt.IsZero() {
		t.Errorf("the push is %s", got.State)
	}
	for i, want := range []app.LineState{app.LineDone, app.LineFailed, app.LineFailed} {
		if l := got.Lines[i]; l.State != want || want == app.LineFailed && l.Error != "The server is gone" {
			t.Errorf("line %d is %s %q, want %s", i, l.State, l.Error, want)
		}
	}
	savePlan(t, s, plan()) // the month goes on
}

func TestLastPlannedLines(t *testing.T) {
	s := storetest.Open(t)
	lines, err := s.LastPlannedLines(t.Context(), "cw", november)
	if err != nil || len(lines) != 0 {
		t.Fatalf("before any push: %v, %v", lines, err)
	}
	approve(t, s, savePlan(t, s, plan(line(12, 5, 9904, app.VerdictSame))))
	lines, err = s.LastPlannedLines(t.Context(), "cw", november.Next())
	must(t, err)
	if len(lines) != 1 || len(lines[0].Items) != 1 || lines[0].Items[0].Name != "Ada Lovelace" {
		t.Errorf("lines %+v", lines)
	}
	if same, err := s.LastPlannedLines(t.Context(), "cw", november); err != nil || len(same) != 0 {
		t.Errorf("the month itself counts as before: %v, %v", same, err)
	}
}

func TestLastPlannedLinesRemembersEachLine(t *testing.T) {
	december := november.Next()
	of := func(p app.Period, quantity int64, verdict app.Verdict, agreements ...int64) app.Plan {
		out := plan()
		out.Period = p
		for _, a := range agreements {
			l := line(a, 5, 9900+a, verdict)
			l.After = app.Q(quantity)
			out.Lines = append(out.Lines, l)
		}
		return out
	}
	for name, tt := range map[string]struct {
		then func(t *testing.T, s *store.Store)
		want map[int64]int64
	}{
		"a push that wrote neither": {func(t *testing.T, s *store.Store) {
			approve(t, s, savePlan(t, s, of(december, 0, app.VerdictSkipped, 12, 13)))
		}, map[int64]int64{12: 11, 13: 11}},
		"a push of one of two": {func(t *testing.T, s *store.Store) {
			push := approve(t, s, savePlan(t, s, of(december, 20, app.VerdictUpdate, 12)))
			settleAgreement(t, s, push, app.LineDone)
		}, map[int64]int64{12: 20, 13: 11}},
		"a line that failed": {func(t *testing.T, s *store.Store) {
			push := approve(t, s, savePlan(t, s, of(december, 20, app.VerdictUpdate, 12)))
			settleAgreement(t, s, push, app.LineFailed)
		}, map[int64]int64{12: 11, 13: 11}},
		"a push that was undone": {func(t *testing.T, s *store.Store) {
			push := approve(t, s, savePlan(t, s, of(december, 20, app.VerdictUpdate, 12)))
			settleAgreement(t, s, push, app.LineDone)
			undoPush(t, s, push, app.VerdictUpdate)
		}, map[int64]int64{12: 11, 13: 11}},
		"an undo alone": {func(t *testing.T, s *store.Store) {
			push := approve(t, s, savePlan(t, s, of(december, 20, app.VerdictUpdate, 13)))
			settleAgreement(t, s, push, app.LineFailed)
			undoPush(t, s, push, app.VerdictSame)
		}, map[int64]int64{12: 11, 13: 11}},
	} {
		t.Run(name, func(t *testing.T) {
			s := storetest.Open(t)
			push := approve(t, s, savePlan(t, s, of(november, 11, app.VerdictUpdate, 12, 13)))
			settleAgreement(t, s, push, app.LineDone)
			settleAgreement(t, s, push, app.LineDone)
			tt.then(t, s)
			lines, err := s.LastPlannedLines(t.Context(), "cw", december.Next())
			must(t, err)
			got := map[int64]int64{}
			for _, l := range lines {
				got[l.Agreement.ID] = l.After.IntPart()
				if len(l.Items) != 1 {
					t.Errorf("agreement %d has %d items", l.Agreement.ID, len(l.Items))
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("lines (-want +got):\n%s", diff)
			}
		})
	}
}

// A catalog item made anew keeps its Product ID: whoever looks it up by name must meet the newest one last.
func TestLastPlannedLinesComeOldestFirst(t *testing.T) {
	s := storetest.Open(t)
	approve(t, s, savePlan(t, s, plan(line(12, 9, 9904, app.VerdictSame))))
	approve(t, s, savePlan(t, s, plan(line(12, 5, 9905, app.VerdictSame))))
	lines, err := s.LastPlannedLines(t.Context(), "cw", november.Next())
	must(t, err)
	if len(lines) != 2 || lines[0].ProductID != 9 || lines[1].ProductID != 5 {
		t.Errorf("lines %+v", lines)
	}
}
