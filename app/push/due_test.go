package push_test

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/push"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
	"psabridge/app/settings"
)

func isWrite(r *http.Request) bool {
	return r.Method == http.MethodPatch || r.Method == http.MethodPost
}

// due asks what is due now.
func (w *world) due() {
	w.t.Helper()
	if err := w.pusher.Due(w.t.Context(), w.clock()); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) pushes() []app.Push {
	w.t.Helper()
	list, err := w.store.Pushes(w.t.Context(), app.PushFilter{Connection: "cw"})
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

// month is a world where the first push of October is done and the last thing anyone had to say was said: only lines
// without trouble are left.
func month(t *testing.T, approval string) *world {
	w := newSmallWorld(t)
	b := &w.doc.Connections[0].Billing
	b.Approval, b.PushDay, b.PushAt = approval, 25, "06:00"
	w.vendorOff()
	trouble := map[int64]bool{}
	for _, l := range w.plan().Lines {
		for _, h := range l.Holds {
			if h.Code != app.HoldFirstTouch {
				trouble[l.Agreement.ID] = true
			}
		}
	}
	for i := range w.doc.Organizations {
		if trouble[w.doc.Organizations[i].Agreement.ID] {
			w.doc.Organizations[i].Bill = nil
		}
	}
	w.approve(w.released())
	w.work(nil)
	return w
}

// vendorOff confirms that the vendor does not bill by itself.
func (w *world) vendorOff() {
	w.t.Helper()
	if err := w.store.Confirm(w.t.Context(), app.Confirmation{Subject: app.VendorOff(sample.SourceName), By: "ada", At: w.clock()}); err != nil {
		w.t.Fatal(err)
	}
}

// customer is an organization whose accounts are billed.
func (w *world) customer() int {
	w.t.Helper()
	for _, l := range writers(w.push(w.pushes()[0].ID).Lines) {
		if l.Meter == app.MeterAccounts {
			id, err := strconv.Atoi(l.Shares[0].ExternalID)
			if err != nil {
				w.t.Fatal(err)
			}
			return id
		}
	}
	w.t.Fatal("nobody's accounts are billed")
	return 0
}

func TestM2DueAsks(t *testing.T) {
	t.Parallel()
	w := month(t, app.ApprovalAsk)
	w.vendors.MSP.AddPerson(w.customer(), "Ada", "Lovelace", w.clock())
	w.pass(33 * 24 * time.Hour) // 25 December, two hours after the moment
	w.due()
	plan, err := w.store.CurrentPlan(t.Context(), "cw", december)
	if err != nil || plan.Trigger != app.TriggerSchedule || plan.State != app.PlanOpen || len(writers(plan.Lines)) != 1 {
		t.Fatalf("plan %+v (%v)", plan.State, err)
	}
	w.due()
	if again, _ := w.store.CurrentPlan(t.Context(), "cw", plan.Period); again.ID != plan.ID {
		t.Error("the month was planned twice")
	}
	if n := len(w.pushes()); n != 1 {
		t.Errorf("%d pushes; asking must not push", n)
	}
}

func TestM2DuePushesByItself(t *testing.T) {
	t.Parallel()
	w := month(t, app.ApprovalAutomatic)
	w.vendors.MSP.AddPerson(w.customer(), "Ada", "Lovelace", w.clock())
	w.pass(33 * 24 * time.Hour)
	w.due()
	w.work(nil)
	got := w.pushes()
	if len(got) != 2 || got[0].State != app.PushDone || got[0].Trigger != app.TriggerSchedule {
		t.Fatalf("pushes %+v", got)
	}
	line := writers(w.push(got[0].ID).Lines)[0]
	if line.Reason != "+ Ada Lovelace" {
		t.Errorf("reason %q", line.Reason)
	}
	w.due()
	if len(w.pushes()) != 2 {
		t.Error("the month was pushed twice")
	}
}

// Beside a vendor that may bill by itself nothing goes out by itself, whoever switched that on and whenever (M13).
func TestM13AutomaticWaitsForTheVendor(t *testing.T) {
	t.Parallel()
	w := month(t, app.ApprovalAutomatic)
	w.vendors.MSP.AddPerson(w.customer(), "Ada", "Lovelace", w.clock())
	if err := w.store.Unconfirm(t.Context(), app.VendorOff(sample.SourceName)); err != nil {
		t.Fatal(err)
	}
	w.pass(33 * 24 * time.Hour)
	w.due()
	w.due()
	plan, err := w.store.CurrentPlan(t.Context(), "cw", december)
	if err != nil || plan.State != app.PlanOpen || !plan.Complete || len(w.pushes()) != 1 {
		t.Fatalf("plan %s, %d pushes (%v)", plan.State, len(w.pushes()), err)
	}
	if len(plan.Problems) != 1 || !strings.Contains(plan.Problems[0], "is off for "+sample.SourceName) {
		t.Errorf("it does not say why it waits: %q", plan.Problems)
	}
	w.vendorOff()
	w.due()
	w.work(nil)
	if got := w.pushes(); len(got) != 2 || got[0].State != app.PushDone {
		t.Errorf("it waits still: %+v", got)
	}
}

// saved stores the settings in their history, as a person's change.
func (w *world) saved() {
	w.t.Helper()
	document, err := settings.Marshal(w.doc)
	if err != nil {
		w.t.Fatal(err)
	}
	if w.stored, err = w.store.SaveSettings(w.t.Context(), app.Revision{Rev: w.stored, At: w.clock(), By: "ada", Document: document}, settings.Project(w.doc)); err != nil {
		w.t.Fatal(err)
	}
	w.rev++
}

// A moment that passed with billing off, or before the push day was moved back, is planned and asked about.
func TestM2AMomentThatWasNotSetThenAsks(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(b *app.BillingSettings) (back func()){
		"switched on again": func(b *app.BillingSettings) func() {
			b.Enabled = false
			return func() { b.Enabled = true }
		},
		"the day moved back": func(b *app.BillingSettings) func() {
			b.PushDay = 28
			return func() { b.PushDay = 25 }
		},
		"nothing": nil,
	} {
		t.Run(name, func(t *testing.T) {
			w := month(t, app.ApprovalAutomatic)
			w.saved()
			who := w.customer()
			w.pass(3 * 24 * time.Hour) // 25 November: the schedule's own push of November
			w.due()
			w.work(nil)
			w.pass(24 * 24 * time.Hour)
			w.vendors.MSP.AddPerson(who, "Ada", "Lovelace", w.clock())
			n := len(w.pushes())
			back := func() {}
			if change != nil {
				back = change(&w.doc.Connections[0].Billing)
				w.saved()
			}
			w.pass(6 * 24 * time.Hour) // 25 December, three hours after the moment
			w.due()
			if back(); change != nil {
				w.saved()
			}
			for range 3 {
				w.due()
				w.work(nil)
				w.pass(10 * time.Minute)
			}
			plan, err := w.store.CurrentPlan(t.Context(), "cw", december)
			if err != nil || plan.Trigger != app.TriggerSchedule {
				t.Fatalf("the month is not planned: %v", err)
			}
			if pushed := len(w.pushes()) > n; pushed != (change == nil) || w.waits() == pushed {
				t.Errorf("pushed by itself %v, waits for a person %v", pushed, w.waits())
			}
		})
	}
}

// dies lets the process end after the due month was planned, before the plan was approved.
func (w *world) dies() app.Plan {
	w.t.Helper()
	calls, document := 0, w.pusher.Settings
	w.pusher.Settings = func(ctx context.Context) (app.Settings, int64, error) {
		if calls++; calls > 2 { // Due and the plan have asked; the approval is next
			return app.Settings{}, 0, context.Canceled
		}
		return document(ctx)
	}
	if err := w.pusher.Due(w.t.Context(), w.clock()); err == nil {
		w.t.Fatal("it did not die")
	}
	w.restart()
	plan, err := w.store.CurrentPlan(w.t.Context(), "cw", december)
	if err != nil || plan.State != app.PlanOpen {
		w.t.Fatalf("plan %s (%v)", plan.State, err)
	}
	return plan
}

func TestDiedBeforeTheApproval(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		meanwhile func(*world, app.Plan)
		pushes    int
	}{
		"nothing else happened": {func(*world, app.Plan) {}, 2},
		"settings were saved":   {func(w *world, _ app.Plan) { w.rev++ }, 2},
		"approval was changed":  {func(w *world, _ app.Plan) { w.doc.Connections[0].Billing.Approval = app.ApprovalAsk; w.rev++ }, 1},
		"a day passed":          {func(w *world, _ app.Plan) { w.pass(24 * time.Hour) }, 1},
		"a person decided": {func(w *world, p app.Plan) {
			if _, err := w.pusher.Decide(w.t.Context(), writers(p.Lines)[0].ID, app.DecisionSkipped, nil, "", "ada"); err != nil {
				w.t.Fatal(err)
			}
		}, 1},
		"a person planned": {func(w *world, _ app.Plan) { w.plan() }, 1},
		"something is held now": {func(w *world, _ app.Plan) {
			w.leaves(w.customer())
			w.rev++
		}, 2},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			w := month(t, app.ApprovalAutomatic)
			w.vendors.MSP.AddPerson(w.customer(), "Ada", "Lovelace", w.clock())
			w.pass(33 * 24 * time.Hour)
			c.meanwhile(w, w.dies())
			for range 3 {
				w.pass(10 * time.Minute)
				w.due()
				w.work(nil)
			}
			if got := w.pushes(); len(got) != c.pushes || c.pushes == 2 && (got[0].State != app.PushDone || got[0].Trigger != app.TriggerSchedule) {
				t.Errorf("%d pushes, the newest is %s by %s; want %d", len(got), got[0].State, got[0].Trigger, c.pushes)
			}
		})
	}
}

var december = app.Period{Year: 2026, Month: time.December}

// leaves takes everybody of a customer away, so that its accounts fall to zero and its storage shrinks.
func (w *world) leaves(customer int) {
	for _, p := range w.vendors.MSP.Persons(customer) {
		w.vendors.MSP.RemovePerson(p.ID, w.clock())
	}
}

// waits reports whether the month is said to wait for a person.
func (w *world) waits() bool {
	w.t.Helper()
	_, err := w.store.WaitingPlan(w.t.Context(), "cw")
	if err != nil && app.ErrorCode(err) != app.NotFound {
		w.t.Fatal(err)
	}
	return err == nil
}

func held(lines []app.Line) (out []app.Line) {
	for _, l := range lines {
		if l.Verdict == app.VerdictHold {
			out = append(out, l)
		}
	}
	return out
}

// What is not held goes out by itself; what is held waits, and is a further push of the month by whoever releases it.
func TestM14AutomaticLeavesWhatIsHeld(t *testing.T) {
	t.Parallel()
	w := month(t, app.ApprovalAutomatic)
	w.leaves(w.customer())
	w.pass(33 * 24 * time.Hour)
	w.due()
	if w.waits() {
		t.Error("the month is said to wait while its push is being written")
	}
	w.work(nil)
	got := w.pushes()
	if len(got) != 2 || got[0].Trigger != app.TriggerSchedule || got[0].State != app.PushDone || got[0].Period != december {
		t.Fatalf("pushes %+v", got)
	}
	lines := w.push(got[0].ID).Lines
	if len(writers(lines)) != 1 || writers(lines)[0].Meter != app.MeterStorage || len(held(lines)) != 1 {
		t.Fatalf("written %d, held %d", len(writers(lines)), len(held(lines)))
	}
	zero := held(lines)[0]
	if zero.State != app.LinePlanned || zero.Decision != app.DecisionNone || w.holdsNow(zero.Agreement.ID, zero.AdditionID) != zero.Before.String() {
		t.Errorf("the held line is %s, decided %q, and ConnectWise holds %s", zero.State, zero.Decision, w.holdsNow(zero.Agreement.ID, zero.AdditionID))
	}
	for range 3 { // asking again brings nothing new
		w.pass(10 * time.Minute)
		w.due()
	}
	if len(w.pushes()) != 2 || !w.waits() {
		t.Errorf("%d pushes, waits %v", len(w.pushes()), w.waits())
	}
	plan := w.plan()
	if len(writers(plan.Lines)) != 0 || len(held(plan.Lines)) != 1 {
		t.Fatalf("the next plan writes %d and holds %d", len(writers(plan.Lines)), len(held(plan.Lines)))
	}
	plan, err := w.pusher.Decide(t.Context(), held(plan.Lines)[0].ID, app.DecisionReleased, nil, "they left", "ada")
	if err != nil {
		t.Fatal(err)
	}
	w.approve(plan)
	w.work(nil)
	if got := w.pushes(); len(got) != 3 || got[0].Period != december || got[0].Trigger != app.TriggerPerson || w.waits() {
		t.Errorf("%d pushes, the newest of %s by %s, waits %v", len(got), got[0].Period, got[0].Trigger, w.waits())
	}
	if now := w.holdsNow(zero.Agreement.ID, zero.AdditionID); now != "0" {
		t.Errorf("the released line holds %s", now)
	}
}

// A person is asked for the whole month when nothing can go out, and when not everything was read.
func TestM14AutomaticAsks(t *testing.T) {
	t.Parallel()
	for name, trouble := range map[string]func(*world){
		"everything is held": func(w *world) { w.doc.Connections[0].Billing.Rules.Hold.Amount = new(app.Q(0)) },
		"an agreement could not be read": func(w *world) {
			w.cw.Faults.Add(sandbox.Fault{Path: "*/agreements/901/additions", Status: 500, Times: -1})
		},
		"a source could not be read": func(w *world) {
			w.unread = []push.Problem{{Source: sample.SourceName, Message: "Half of it could not be read."}}
			w.refreshed = true
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := month(t, app.ApprovalAutomatic)
			w.leaves(w.customer())
			w.pass(33 * 24 * time.Hour)
			trouble(w)
			w.due()
			plan, err := w.store.CurrentPlan(t.Context(), "cw", december)
			if err != nil || plan.State != app.PlanOpen || len(held(plan.Lines)) == 0 {
				t.Fatalf("plan %s, held %d (%v)", plan.State, len(held(plan.Lines)), err)
			}
			if len(w.pushes()) != 1 || !w.waits() {
				t.Errorf("%d pushes, waits %v", len(w.pushes()), w.waits())
			}
		})
	}
}

func TestF22ThreeDaysOffAsks(t *testing.T) {
	t.Parallel()
	w := month(t, app.ApprovalAutomatic)
	w.vendors.MSP.AddPerson(w.customer(), "Ada", "Lovelace", w.clock())
	w.pass(36 * 24 * time.Hour) // three days after the moment
	w.due()
	plan, err := w.store.CurrentPlan(t.Context(), "cw", december)
	if err != nil || plan.State != app.PlanOpen {
		t.Fatalf("plan %s (%v)", plan.State, err)
	}
	if n := len(w.pushes()); n != 1 {
		t.Errorf("%d pushes, but this one is late", n)
	}
}

func TestF22MissedMonthsAreSaid(t *testing.T) {
	t.Parallel()
	w := month(t, app.ApprovalAutomatic)
	w.pass(100 * 24 * time.Hour) // 2 March: February is due, December and January were missed
	w.due()
	plan, err := w.store.CurrentPlan(t.Context(), "cw", app.Period{Year: 2027, Month: time.February})
	if err != nil || len(plan.Problems) != 2 {
		t.Fatalf("problems %v (%v)", plan.Problems, err)
	}
}

func TestDueWaitsForConnectWise(t *testing.T) {
	t.Parallel()
	w := month(t, app.ApprovalAsk)
	w.pass(33 * 24 * time.Hour)
	w.cw.Faults.Add(sandbox.Fault{Path: "*/agreements", Status: 500, Times: -1})
	if err := w.pusher.Due(t.Context(), w.clock()); err == nil {
		t.Error("nothing could be read, and nobody is told")
	}
	asked := w.cw.Requests()
	w.pass(time.Minute)
	w.due()
	if w.cw.Requests() != asked {
		t.Error("ConnectWise is asked again within a minute")
	}
	w.cw.Faults.Clear()
	w.pass(10 * time.Minute)
	w.due()
	if plan, err := w.store.CurrentPlan(t.Context(), "cw", december); err != nil || !plan.Complete {
		t.Errorf("complete %v (%v)", plan.Complete, err)
	}
}

// Switching billing on in the middle of a month does not bill the month before.
func TestM2TheFirstPushComesAtTheNextMoment(t *testing.T) {
	t.Parallel()
	w := newSmallWorld(t)
	w.doc.Connections[0].Billing.PushDay = 5
	w.saved()
	w.due()
	if _, err := w.store.CurrentPlan(t.Context(), "cw", app.Period{Year: 2026, Month: time.November}); app.ErrorCode(err) != app.NotFound {
		t.Errorf("5 November had passed when billing was switched on, but it was planned (%v)", err)
	}
	w.pass(13 * 24 * time.Hour)
	w.due()
	if _, err := w.store.CurrentPlan(t.Context(), "cw", december); err != nil {
		t.Errorf("5 December: %v", err)
	}
}

func TestAVanishedCustomerIsHeld(t *testing.T) {
	t.Parallel()
	w := month(t, app.ApprovalAutomatic)
	gone := w.customer()
	w.vendors.MSP.DeleteOrganization(gone)
	held := false
	for _, l := range w.plan().Lines {
		for _, h := range l.Holds {
			held = held || h.Code == app.HoldOrganizationGone && l.Shares[0].ExternalID == strconv.Itoa(gone)
		}
	}
	if !held {
		t.Error("nothing is held by organization_gone")
	}
}

// A moment that is set as it passes is the first one.
func TestM2AMomentIsSetAsItPasses(t *testing.T) {
	t.Parallel()
	w := newSmallWorld(t)
	c := &w.doc.Connections[0]
	c.Billing.PushDay, c.Billing.PushAt = 22, w.clock().In(settings.Location(*c)).Format("15:04")
	w.saved()
	w.due()
	if _, err := w.store.CurrentPlan(t.Context(), "cw", december.Prev()); err != nil {
		t.Error(err)
	}
}

// While a push is written, nothing is read for a plan that would be wrong before anyone saw it.
func TestNothingIsReadWhileAPushIsWritten(t *testing.T) {
	t.Parallel()
	w := newSmallWorld(t)
	w.approve(w.released())
	asked := w.cw.Requests()
	if _, err := w.pusher.MakePlan(t.Context(), "cw", app.Period{}, app.TriggerPerson, "ada"); app.ErrorCode(err) != app.Conflict || w.cw.Requests() != asked {
		t.Errorf("%v, after %d requests", err, w.cw.Requests()-asked)
	}
}
