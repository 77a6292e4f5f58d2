package push_test

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/billing"
	"psabridge/app/outbox"
	"psabridge/app/push"
	"psabridge/app/sandbox"
)

func TestAMonth(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.plan()
	if !first.Complete || len(first.Problems) > 0 {
		t.Errorf("complete %v, problems %v", first.Complete, first.Problems)
	}
	if n := len(writers(first.Lines)); n != 0 {
		t.Errorf("%d lines would be written at the first push without a person", n)
	}
	plan := w.released()
	want := writers(plan.Lines)
	if len(want) < 20 {
		t.Fatalf("only %d lines change; the sample has more", len(want))
	}
	done := w.approve(plan)
	w.work(nil)

	if got := w.push(done.ID); got.State != app.PushDone || states(got.Lines)[app.LineDone] != len(want) {
		t.Errorf("push %s, lines %v, want %d done", got.State, states(got.Lines), len(want))
	}
	if n := len(w.ours()); n != len(want) {
		t.Errorf("%d quantities written, want %d", n, len(want))
	}
	for _, l := range w.push(done.ID).Lines {
		if l.Writes() && w.holdsNow(l.Agreement.ID, l.AdditionID) != l.After.String() {
			t.Errorf("%s on %s holds %s, want %s", l.Product, l.Agreement.Name, w.holdsNow(l.Agreement.ID, l.AdditionID), l.After)
		}
	}
	second := w.plan()
	if n := len(writers(second.Lines)); n != 0 {
		t.Errorf("the second plan would write %d lines", n)
	}
	if _, err := w.pusher.Approve(t.Context(), second.ID, second.Digest, app.TriggerPerson, "ada"); app.ErrorCode(err) != app.Conflict {
		t.Errorf("a plan of held lines alone: %v, want conflict", err)
	}
	again := w.approve(w.skipped(second))
	if again.State != app.PushDone {
		t.Errorf("a push with nothing to write is %s, want done at once", again.State)
	}
	w.work(nil)
	if n := len(w.ours()); n != len(want) {
		t.Errorf("the second push wrote %d more", n-len(want))
	}
}

// The real outbox and the Pusher fit together.
func TestThroughTheOutbox(t *testing.T) {
	t.Parallel()
	w := newSmallWorld(t)
	settled := make(chan app.Settlement, 100)
	box := outbox.New(w.store, map[app.DeliveryKind]outbox.Handler{app.DeliverAgreement: w.pusher.Write},
		outbox.Options{Now: w.clock, Settled: func(_ app.Delivery, st app.Settlement) { settled <- st }})
	plan := w.released()
	done := w.approve(plan)
	agreements := map[int64]bool{}
	for _, l := range writers(plan.Lines) {
		agreements[l.Agreement.ID] = true
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { box.Run(ctx); close(ended) }()
	for range agreements {
		if st := <-settled; st.State != app.DeliveryDone {
			t.Errorf("a delivery is %s: %s", st.State, st.Message)
		}
	}
	stop()
	<-ended
	if got := w.push(done.ID); got.State != app.PushDone {
		t.Errorf("push %s, lines %v", got.State, states(got.Lines))
	}
	effective(t, w, writers(plan.Lines))
}

// Every sort of agreement the sample has trouble with is held by its own name, and the reason says so.
func TestF26TroubleIsHeldByName(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	want := map[string]app.HoldCode{
		"Hausverwaltung Brandt":         app.HoldAgreementInactive,
		"Tischlerei Holzwurm e.K.":      app.HoldCompanyInactive,
		"Alster Bau AG / Baustelle Ost": app.HoldAmbiguousAddition,
		"Reederei Möwe":                 app.HoldCycleNotMonthly,
		"Windpark Nordfriesland GmbH":   app.HoldAdditionCancelled,
		"Fahrrad Krüger":                app.HoldAgreementNotStarted,
		"MS Sturmvogel":                 app.HoldFirstTouch,
	}
	found := map[string]bool{}
	for _, l := range w.plan().Lines {
		for _, h := range l.Holds {
			if len(l.Shares) > 0 && want[l.Shares[0].Name] == h.Code {
				found[l.Shares[0].Name] = true
			}
		}
	}
	for name, code := range want {
		if !found[name] {
			t.Errorf("no line of %s is held by %s", name, code)
		}
	}
}

func TestM15CallsStayAtTheMinimum(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.plan() // fills the caches
	w.cw.ForgetRequests()
	said := 0
	plan, err := w.pusher.MakePlan(push.WithProgress(t.Context(), func(done, total int, _ string) { said = max(said, done*100/max(1, total)) }),
		"cw", app.Period{}, app.TriggerPerson, "ada")
	if err != nil {
		t.Fatal(err)
	}
	if said != 100 {
		t.Errorf("the plan ended at %d %%", said)
	}
	plan, _, err = w.pusher.ReleaseAll(t.Context(), plan.ID, []app.HoldCode{app.HoldFirstTouch, app.HoldCycleNotMonthly, app.HoldBigChange}, "", "ada")
	if err != nil {
		t.Fatal(err)
	}
	changed := writers(plan.Lines)
	agreements, touched := map[int64]bool{}, map[int64]bool{}
	for _, l := range plan.Lines {
		agreements[l.Agreement.ID] = true
	}
	for _, l := range changed {
		touched[l.Agreement.ID] = true
	}
	w.approve(plan)
	w.work(nil)
	least := 1 + len(agreements) + len(touched) + len(changed)
	if got := w.cw.Requests(); got > least {
		t.Errorf("%d requests, want at most %d", got, least)
	}
	w.cw.ForgetRequests()
	w.approve(w.skipped(w.plan()))
	w.work(nil)
	if got := w.cw.Requests(); got > 1+len(agreements) {
		t.Errorf("%d requests for an unchanged month, want %d", got, 1+len(agreements))
	}
}

func TestF24SomeoneEditsUnderneath(t *testing.T) {
	t.Parallel()
	edits := map[string]func(*sandbox.ConnectWise, int) error{
		"quantity":  func(cw *sandbox.ConnectWise, id int) error { return cw.EditQuantity(id, 777) },
		"cancelled": func(cw *sandbox.ConnectWise, id int) error { return cw.CancelAddition(id, time.Time{}) },
		"payer":     func(cw *sandbox.ConnectWise, id int) error { return cw.SetAddition(id, "billCustomer", "DoNotBill") },
		"deleted":   func(cw *sandbox.ConnectWise, id int) error { cw.DeleteAddition(id); return nil },
	}
	for name, edit := range edits {
		t.Run(name, func(t *testing.T) {
			w := newSmallWorld(t)
			plan := w.released()
			victim := writers(plan.Lines)[0]
			done := w.approve(plan)
			if err := edit(w.cw, int(victim.AdditionID)); err != nil {
				t.Fatal(err)
			}
			w.work(nil)
			got := w.push(done.ID)
			if got.State != app.PushIncomplete {
				t.Errorf("push is %s, want incomplete", got.State)
			}
			for _, l := range writers(got.Lines) {
				want := app.LineDone
				if l.ID == victim.ID {
					want = app.LineChangedUnderneath
				}
				if l.State != want || want != app.LineDone && !strings.Contains(l.Error, "make a new plan") {
					t.Errorf("line %d is %s (%s), want %s", l.ID, l.State, l.Error, want)
				}
			}
			for _, q := range w.ours() {
				if int64(q.AdditionID) == victim.AdditionID {
					t.Errorf("the edited line was overwritten: %+v", q)
				}
			}
		})
	}
}

// What ConnectWise itself touches when somebody opens a record is no change.
func TestM12AnotherFieldIsNoChange(t *testing.T) {
	t.Parallel()
	w := newSmallWorld(t)
	plan := w.released()
	victim := writers(plan.Lines)[0]
	done := w.approve(plan)
	if err := w.cw.SetAddition(int(victim.AdditionID), "invoiceDescription", "Thank you"); err != nil {
		t.Fatal(err)
	}
	w.work(nil)
	if got := w.push(done.ID); got.State != app.PushDone {
		t.Errorf("push is %s", got.State)
	}
}

func TestUnclearAnswers(t *testing.T) {
	t.Parallel()
	patch := sandbox.Fault{Method: "PATCH", Path: "*/additions/*"}
	cases := map[string]func(*sandbox.Fault){
		"cut after the commit":  func(f *sandbox.Fault) { f.Cut = sandbox.CutAfter },
		"cut before the commit": func(f *sandbox.Fault) { f.Cut = sandbox.CutBefore },
		"half an answer":        func(f *sandbox.Fault) { f.Damage = sandbox.DamageTruncated },
		"empty answer":          func(f *sandbox.Fault) { f.Damage = sandbox.DamageEmpty },
		"502 from a proxy":      func(f *sandbox.Fault) { *f = with(sandbox.HTMLPage(502), f) },
		"rate limited":          func(f *sandbox.Fault) { *f = with(sandbox.RateLimited("1"), f) },
	}
	for name, spoil := range cases {
		t.Run(name, func(t *testing.T) {
			w := newSmallWorld(t)
			f := patch
			spoil(&f)
			f.Skip = 2
			w.cw.Faults.Add(f)
			plan := w.released()
			done := w.approve(plan)
			w.work(nil)
			got := w.push(done.ID)
			if got.State != app.PushDone || states(got.Lines)[app.LineDone] != len(writers(plan.Lines)) {
				t.Errorf("push %s, lines %v", got.State, states(got.Lines))
			}
			effective(t, w, writers(plan.Lines))
		})
	}
}

func with(f sandbox.Fault, on *sandbox.Fault) sandbox.Fault {
	f.Method, f.Path = on.Method, on.Path
	return f
}

// effective checks that no addition was set more than once to anything new, and all hold what was planned.
func effective(t *testing.T, w *world, lines []app.Line) {
	t.Helper()
	changes := map[int]int{}
	for _, q := range w.ours() {
		if q.Old != q.New || q.Created {
			changes[q.AdditionID]++
		}
	}
	for id, n := range changes {
		if n > 1 {
			t.Errorf("addition %d was changed %d times", id, n)
		}
	}
	if len(changes) != len(lines) {
		t.Errorf("%d additions changed, want %d", len(changes), len(lines))
	}
}

func TestF25AYesThatIsNone(t *testing.T) {
	t.Parallel()
	w := newSmallWorld(t)
	w.cw.Faults.Add(sandbox.Fault{Method: "PATCH", Path: "*/additions/*", Unchanged: true})
	plan := w.released()
	done := w.approve(plan)
	w.work(nil)
	got := w.push(done.ID)
	if got.State != app.PushIncomplete || states(got.Lines)[app.LineFailed] != 1 || states(got.Lines)[app.LineDone] != len(writers(plan.Lines))-1 {
		t.Errorf("push %s, lines %v", got.State, states(got.Lines))
	}
	for _, l := range got.Lines {
		if l.State == app.LineFailed && !strings.Contains(l.Error, "said yes but holds") {
			t.Errorf("the failed line says %q", l.Error)
		}
	}
	if n := len(writers(w.plan().Lines)); n != 0 {
		t.Errorf("%d lines follow up without a person; the failed one was never confirmed", n)
	}
}

// A crash right after any write reached ConnectWise, and one after any agreement, is made good by the next start.
func TestF23CrashAtEveryLine(t *testing.T) {
	t.Parallel()
	lines := len(writers(newSmallWorld(t).released().Lines))
	for k := range lines {
		w := newSmallWorld(t)
		crashed := false
		w.cw.Faults.Add(sandbox.Fault{Path: "*/additions*", When: isWrite, Skip: k, Cut: sandbox.CutAfter})
		plan := w.released()
		done := w.approve(plan)
		stopped := w.work(func() bool {
			if w.cw.Faults.Pending() == 0 && !crashed {
				crashed = true
				return true
			}
			return false
		})
		if !stopped {
			t.Fatalf("line %d: the crash did not come", k)
		}
		w.restart()
		w.work(nil)
		got := w.push(done.ID)
		if got.State != app.PushDone || states(got.Lines)[app.LineDone] != lines {
			t.Errorf("crash at line %d: push %s, lines %v", k, got.State, states(got.Lines))
		}
		effective(t, w, writers(plan.Lines))
		if t.Failed() {
			return
		}
	}
}

// The answer was read, but we died before it was stored.
func TestF23CrashBeforeSettling(t *testing.T) {
	t.Parallel()
	w := newSmallWorld(t)
	plan := w.released()
	done := w.approve(plan)
	n := 0
	for w.work(func() bool { n++; return n <= 10 }) {
		w.restart()
	}
	if got := w.push(done.ID); got.State != app.PushDone {
		t.Errorf("push %s, lines %v", got.State, states(got.Lines))
	}
	effective(t, w, writers(plan.Lines))
}

func TestACreateWithoutAnswer(t *testing.T) {
	t.Parallel()
	create := sandbox.Fault{Method: "POST", Path: "*/additions"}
	t.Run("it was made", func(t *testing.T) {
		w := newSmallWorld(t)
		f := create
		f.Cut = sandbox.CutAfter
		w.cw.Faults.Add(f)
		plan := w.released()
		done := w.approve(plan)
		w.work(nil)
		if got := w.push(done.ID); got.State != app.PushDone {
			t.Errorf("push %s, lines %v", got.State, states(got.Lines))
		}
		effective(t, w, writers(plan.Lines))
	})
	t.Run("it was not", func(t *testing.T) {
		w := newSmallWorld(t)
		f := create
		f.Cut = sandbox.CutBefore
		w.cw.Faults.Add(f)
		plan := w.released()
		done := w.approve(plan)
		w.work(nil)
		got := w.push(done.ID)
		if got.State != app.PushWriting || states(got.Lines)[app.LineUnknown] != 1 {
			t.Fatalf("push %s, lines %v: want one that waits for a person", got.State, states(got.Lines))
		}
		parked, err := w.store.Deliveries(t.Context(), app.DeliveryFilter{State: app.DeliveryParked})
		if err != nil || len(parked) != 1 || !strings.Contains(parked[0].Reason, "no answer came") {
			t.Fatalf("parked: %+v (%v)", parked, err)
		}
		if _, err := w.pusher.MakePlan(t.Context(), "cw", app.Period{}, app.TriggerPerson, "ada"); app.ErrorCode(err) != app.Conflict {
			t.Errorf("a plan while a push waits: %v", err)
		}
		if err := w.store.DropDelivery(t.Context(), parked[0].ID, "looked: it is not there", "ada", w.clock()); err != nil {
			t.Fatal(err)
		}
		if got := w.push(done.ID); got.State != app.PushIncomplete {
			t.Errorf("push %s after the drop", got.State)
		}
		held := 0
		for _, l := range w.plan().Lines {
			if l.Before == nil && l.Verdict == app.VerdictHold && len(l.Holds) == 1 && l.Holds[0].Code == app.HoldFirstTouch {
				held++
			}
		}
		if held != 1 {
			t.Errorf("%d lines would be created by the new plan, want the lost one, asked for again", held)
		}
	})
}

// ConnectWise answers 500 to one line for ever: after some looks a person is asked, and can end it.
func TestALineThatIsNeverTakenIsParked(t *testing.T) {
	t.Parallel()
	w := newSmallWorld(t)
	plan := w.released()
	victim := writers(plan.Lines)[slices.IndexFunc(writers(plan.Lines), func(l app.Line) bool { return !isCreate(l) })]
	w.cw.Faults.Add(sandbox.Fault{Method: http.MethodPatch, Path: "*/additions/" + strconv.FormatInt(victim.AdditionID, 10), Times: -1, Status: 500, Body: `{"message":"Object reference not set"}`})
	done := w.approve(plan)
	w.work(nil)
	parked, err := w.store.Deliveries(t.Context(), app.DeliveryFilter{State: app.DeliveryParked})
	if err != nil || len(parked) != 1 || !strings.Contains(parked[0].Reason, "still holds "+victim.Before.String()) {
		t.Fatalf("parked: %+v (%v)", parked, err)
	}
	attempts, err := w.store.Attempts(t.Context(), parked[0].ID)
	if err != nil || slices.ContainsFunc(attempts, func(a app.Attempt) bool {
		return a.Status != http.StatusInternalServerError || !strings.Contains(a.Error, "Object reference not set")
	}) {
		t.Errorf("ConnectWise's answer is not kept: %+v, %v", attempts, err)
	}
	sent := 0
	for _, r := range w.cw.Log() {
		if r.Method == http.MethodPatch && strings.HasSuffix(r.Path, "/"+strconv.FormatInt(victim.AdditionID, 10)) {
			sent++
		}
	}
	if sent < 5 || sent > 10 {
		t.Errorf("it was sent %d times", sent)
	}
	w.cw.Faults.Clear()
	if err := w.store.RetryDelivery(t.Context(), parked[0].ID, "ada", w.clock()); err != nil {
		t.Fatal(err)
	}
	w.work(nil)
	if got := w.push(done.ID); got.State != app.PushDone {
		t.Errorf("push %s after the retry, lines %v", got.State, states(got.Lines))
	}
	effective(t, w, writers(plan.Lines))
}

// A create that may have arrived is never sent again by itself, whatever else goes wrong while we look for it.
func TestALostCreateIsNeverRepeated(t *testing.T) {
	t.Parallel()
	w := newSmallWorld(t)
	w.cw.Faults.Add(
		sandbox.Fault{Method: "POST", Path: "*/additions", Cut: sandbox.CutBefore},
		sandbox.Fault{Method: "GET", Path: "*/additions", Skip: 5, Times: 3, Status: 503, Body: "{}"},
		sandbox.Fault{Method: "GET", Path: "*/additions", Cut: sandbox.CutBefore},
	)
	plan := w.released()
	w.approve(plan)
	w.work(nil)
	parked, err := w.store.Deliveries(t.Context(), app.DeliveryFilter{State: app.DeliveryParked})
	if err != nil || len(parked) != 1 {
		t.Fatalf("parked: %+v (%v)", parked, err)
	}
	if err := w.store.RetryDelivery(t.Context(), parked[0].ID, "ada", w.clock()); err != nil {
		t.Fatal(err)
	}
	w.work(nil)
	made := 0
	for _, r := range w.cw.Log() {
		if r.Method == http.MethodPost && r.Status == http.StatusCreated {
			made++
		}
	}
	creates := 0
	for _, l := range writers(plan.Lines) {
		if isCreate(l) {
			creates++
		}
	}
	if made != creates-1 {
		t.Errorf("%d lines were created, want %d: all but the lost one", made, creates-1)
	}
}

func isCreate(l app.Line) bool { return l.Before == nil }

func TestF26CancelledAgreementIsLeftAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	victim := writers(w.released().Lines)[0]
	if err := w.cw.CancelAgreement(int(victim.Agreement.ID)); err != nil {
		t.Fatal(err)
	}
	plan := w.released()
	for _, l := range plan.Lines {
		if l.Agreement.ID == victim.Agreement.ID && l.Writes() {
			t.Errorf("%s on the cancelled agreement would be written", l.Product)
		}
	}
	w.approve(plan)
	w.work(nil)
	for _, q := range w.ours() {
		if int64(q.AgreementID) == victim.Agreement.ID {
			t.Errorf("written to a cancelled agreement: %+v", q)
		}
	}
}

func TestM16Undo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	plan := w.released()
	done := w.approve(plan)
	w.work(nil)
	lines := writers(w.push(done.ID).Lines)
	var edited, invoiced, created app.Line
	for _, l := range lines {
		switch {
		case isCreate(l):
			created = l
		case edited.ID == 0:
			edited = l
		case l.Agreement.ID != edited.Agreement.ID:
			invoiced = l
		}
	}
	if err := w.cw.EditQuantity(int(edited.AdditionID), 777); err != nil {
		t.Fatal(err)
	}
	if err := w.cw.InvoiceAgreement(int(invoiced.Agreement.ID)); err != nil {
		t.Fatal(err)
	}
	undo, err := w.pusher.Undo(t.Context(), done.ID, "ada")
	if err != nil {
		t.Fatal(err)
	}
	w.work(nil)
	for _, l := range lines {
		want := "0"
		if l.Before != nil {
			want = l.Before.String()
		}
		switch {
		case l.ID == edited.ID:
			want = "777"
		case l.Agreement.ID == invoiced.Agreement.ID:
			want = l.After.String()
		}
		if got := w.holdsNow(l.Agreement.ID, l.AdditionID); got != want {
			t.Errorf("%s on agreement %d holds %s, want %s", l.Product, l.Agreement.ID, got, want)
		}
	}
	if got := w.push(undo.ID); got.State != app.PushDone || got.UndoOf != done.ID {
		t.Errorf("undo is %s of %d", got.State, got.UndoOf)
	}
	if got := w.push(done.ID); got.State != app.PushUndone {
		t.Errorf("the push is %s, want undone", got.State)
	}
	if created.ID == 0 {
		t.Error("the sample has no line that is created")
	}
	before := len(w.ours())
	for _, id := range []int64{done.ID, undo.ID} {
		if _, err := w.pusher.Undo(t.Context(), id, "ada"); app.ErrorCode(err) != app.Conflict {
			t.Errorf("undoing push %d again: %v, want conflict", id, err)
		}
	}
	w.work(nil)
	if len(w.ours()) != before {
		t.Error("undoing twice wrote something")
	}
}

func TestApproveRefusesWhatWasNotShown(t *testing.T) {
	t.Parallel()
	w := newSmallWorld(t)
	p := w.plan()
	shown := p.Digest
	p, _, err := w.pusher.ReleaseAll(t.Context(), p.ID, []app.HoldCode{app.HoldFirstTouch}, "", "ada")
	if err != nil {
		t.Fatal(err)
	}
	refused := func(what, digest string, trigger app.Trigger) {
		t.Helper()
		if _, err := w.pusher.Approve(t.Context(), p.ID, digest, trigger, "ada"); app.ErrorCode(err) != app.Conflict {
			t.Errorf("%s: %v, want conflict", what, err)
		}
	}
	refused("an old digest", shown, app.TriggerPerson)
	w.rev++
	refused("other settings", p.Digest, app.TriggerPerson)
	w.rev--
	w.approve(p)
	refused("twice", p.Digest, app.TriggerPerson)
	if _, err := w.pusher.Decide(t.Context(), p.Lines[0].ID, app.DecisionSkipped, nil, "", "ada"); app.ErrorCode(err) != app.Conflict {
		t.Errorf("deciding on an approved plan: %v", err)
	}
}

func TestDecideIsStored(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.plan()
	var line app.Line
	for _, l := range p.Lines {
		if l.Verdict == app.VerdictHold && billing.Releasable(l) == nil && l.AdditionID != 0 {
			line = l
		}
	}
	five := app.Q(5)
	got, err := w.pusher.Decide(t.Context(), line.ID, app.DecisionCorrected, &five, "counted by hand", "ada")
	if err != nil {
		t.Fatal(err)
	}
	stored, err := w.store.Plan(t.Context(), p.ID)
	if err != nil {
		t.Fatal(err)
	}
	if stored.Digest != got.Digest || stored.Digest == p.Digest || billing.Digest(stored) != stored.Digest {
		t.Errorf("digest %s stored, %s decided, %s computed", stored.Digest, got.Digest, billing.Digest(stored))
	}
	w.approve(got)
	w.work(nil)
	if now := w.holdsNow(line.Agreement.ID, line.AdditionID); now != "5" {
		t.Errorf("holds %s, want the corrected 5", now)
	}
}

func TestM14ReleasesSurviveTheSameMonth(t *testing.T) {
	t.Parallel()
	w := newSmallWorld(t)
	before := w.released()
	again := w.plan()
	if len(writers(before.Lines)) == 0 || again.Digest != before.Digest {
		t.Errorf("%d lines stay released, want the same %d", len(writers(again.Lines)), len(writers(before.Lines)))
	}
}

func TestM15ASourceThatCannotBeReadHolds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.released() // readings are stored and young
	w.unread = []push.Problem{{Source: "sync", Message: "x360Sync does not answer.", Unread: true}}
	p := w.plan()
	if p.Complete || len(p.Problems) != 1 {
		t.Errorf("complete %v, problems %v", p.Complete, p.Problems)
	}
	for _, l := range p.Lines {
		if l.Verdict != app.VerdictHold {
			t.Errorf("%s of %s is %s", l.Product, l.Company.Name, l.Verdict)
		}
	}
}

func TestM15ConnectWiseThatCannotBeReadHolds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.cw.Faults.Add(sandbox.Fault{Path: "*/agreements", Status: 500, Times: -1})
	p := w.plan()
	if p.Complete || len(p.Lines) == 0 {
		t.Errorf("complete %v, %d lines", p.Complete, len(p.Lines))
	}
	for _, l := range p.Lines {
		if l.Verdict != app.VerdictHold {
			t.Errorf("%s is %s", l.Product, l.Verdict)
		}
	}
	if _, err := w.pusher.MakePlan(t.Context(), "cw", app.Period{Year: 2025, Month: 1}, app.TriggerPerson, "ada"); app.ErrorCode(err) != app.Invalid {
		t.Errorf("a month long over: %v", err)
	}
	if _, err := w.pusher.MakePlan(t.Context(), "none", app.Period{}, app.TriggerPerson, "ada"); app.ErrorCode(err) != app.NotFound {
		t.Errorf("no such connection: %v", err)
	}
}
