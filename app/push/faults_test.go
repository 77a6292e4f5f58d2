package push_test

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
)

// set puts the clock where it is told, forward or back.
func (w *world) set(at time.Time) { w.pass(at.Sub(w.clock())) }

// scheduled counts the pushes the schedule made, by month.
func (w *world) scheduled() map[app.Period]int {
	n := map[app.Period]int{}
	for _, p := range w.pushes() {
		if p.Trigger == app.TriggerSchedule {
			n[p.Period]++
		}
	}
	return n
}

// once checks that nothing was set twice to the same thing since.
func (w *world) once(since int) {
	w.t.Helper()
	set := map[string]int{}
	for _, q := range w.ours()[since:] {
		if q.Old == q.New {
			continue
		}
		key := fmt.Sprint(q.AdditionID, " ", q.New)
		if set[key]++; set[key] > 1 {
			w.t.Errorf("addition %d was set to %v more than once", q.AdditionID, q.New)
		}
	}
}

// TestF18SleepInAPush: the machine sleeps eight hours while a line is being written, and wakes to a dead connection.
func TestF18SleepInAPush(t *testing.T) {
	t.Parallel()
	for name, way := range map[string]sandbox.Cut{"it had arrived": sandbox.CutAfter, "it had not": sandbox.CutBefore} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := month(t, app.ApprovalAutomatic)
			since := len(w.ours())
			w.vendors.MSP.AddPerson(w.customer(), "Ada", "Lovelace", w.clock())
			w.pass(33 * 24 * time.Hour)
			w.cw.Faults.Add(sandbox.Fault{Method: http.MethodPatch, Path: "*/additions/*", Cut: way, Before: func(*http.Request) { w.pass(8 * time.Hour) }})
			w.due()
			w.work(nil)
			w.due()
			w.work(nil)
			if n := w.scheduled(); n[december] != 1 || len(n) != 1 || w.pushes()[0].State != app.PushDone {
				t.Errorf("pushes %v, the newest is %s", n, w.pushes()[0].State)
			}
			if n := len(w.ours()) - since; n != 1 {
				t.Errorf("%d quantities were written, want 1", n)
			}
		})
	}
}

// TestF19ClockSteps: whatever the clock does, no month is pushed twice, none is left out, and nothing is written again.
func TestF19ClockSteps(t *testing.T) {
	t.Parallel()
	w := month(t, app.ApprovalAutomatic)
	since, customer := len(w.ours()), w.customer()
	look := func(at time.Time) {
		t.Helper()
		w.set(at)
		_ = w.pusher.Due(t.Context(), w.clock()) // a clock that is wrong may find nothing it can use
		w.work(nil)
	}
	w.vendors.MSP.AddPerson(customer, "Ada", "Lovelace", w.clock())
	moment := time.Date(2026, 12, 25, 5, 0, 0, 0, time.UTC) // 06:00 in Berlin
	for _, step := range []time.Duration{-time.Minute, time.Minute, time.Hour, -time.Hour, time.Minute, -24 * time.Hour, 2 * time.Minute, 25 * time.Hour} {
		look(moment.Add(step))
	}
	if n := w.scheduled(); n[december] != 1 || len(n) != 1 {
		t.Fatalf("pushes by the schedule: %v", n)
	}
	written := len(w.ours())
	look(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)) // an empty battery
	look(time.Date(2000, 1, 25, 6, 0, 0, 0, time.UTC))
	look(time.Date(2031, 1, 25, 6, 0, 0, 0, time.UTC))
	if len(w.ours()) != written {
		t.Errorf("a wrong clock wrote %d quantities", len(w.ours())-written)
	}
	w.vendors.MSP.AddPerson(customer, "Grace", "Hopper", moment)
	january := app.Period{Year: 2027, Month: time.January}
	for range 3 {
		look(time.Date(2027, 1, 25, 6, 0, 0, 0, time.UTC))
	}
	if n := w.scheduled(); n[december] != 1 || n[january] != 1 {
		t.Errorf("pushes by the schedule: %v", n)
	}
	w.once(since)
}

// A pause after a failure ends when the clock is put back: it is as long as it is, not until a moment that comes again.
func TestF19APauseIsNoLongerForAClockPutBack(t *testing.T) {
	t.Parallel()
	w := month(t, app.ApprovalAutomatic)
	w.vendors.MSP.AddPerson(w.customer(), "Ada", "Lovelace", w.clock())
	w.pass(33*24*time.Hour + 2*time.Hour)
	w.cw.Faults.Add(sandbox.Fault{Path: "*/agreements", Status: 500, Times: -1})
	_ = w.pusher.Due(t.Context(), w.clock())
	w.cw.Faults.Clear()
	w.pass(-time.Hour)
	w.due()
	if w.scheduled()[december] != 1 {
		t.Error("the push waits for a moment an hour ahead")
	}
}

// TestF20TheNightClocksChange: a push at 02:30 on the night that has none, or two, is made once, in its own month.
func TestF20TheNightClocksChange(t *testing.T) {
	t.Parallel()
	nights := map[string][]time.Time{ // midnight before, in UTC
		"America/New_York":    {time.Date(2027, 3, 14, 0, 0, 0, 0, time.UTC), time.Date(2027, 11, 7, 0, 0, 0, 0, time.UTC)},
		"Europe/Berlin":       {time.Date(2027, 3, 28, 0, 0, 0, 0, time.UTC), time.Date(2027, 10, 31, 0, 0, 0, 0, time.UTC)},
		"Australia/Lord_Howe": {time.Date(2027, 4, 4, 0, 0, 0, 0, time.UTC), time.Date(2027, 10, 3, 0, 0, 0, 0, time.UTC)},
		"America/Sao_Paulo":   {time.Date(2027, 2, 21, 0, 0, 0, 0, time.UTC)},
	}
	for zone, of := range nights {
		t.Run(zone, func(t *testing.T) {
			t.Parallel()
			w := month(t, app.ApprovalAsk)
			for _, night := range of {
				c := &w.doc.Connections[0]
				c.TimeZone, c.Billing.PushDay, c.Billing.PushAt = zone, app.PushDay(night.Day()), "02:30"
				for at := night.Add(-18 * time.Hour); at.Before(night.Add(26 * time.Hour)); at = at.Add(10 * time.Minute) {
					w.set(at)
					w.due()
				}
				want := app.Period{Year: night.Year(), Month: night.Month()}
				plan, err := w.store.CurrentPlan(t.Context(), "cw", want)
				if err != nil {
					t.Fatalf("%s: %v", want, err)
				}
				loc, _ := time.LoadLocation(zone)
				local := plan.CreatedAt.In(loc)
				if local.Day() != night.Day() || local.Hour() < 1 || local.Hour() > 3 {
					t.Errorf("%s was planned at %s", want, local)
				}
				due, err := w.store.DuePlans(t.Context(), "cw")
				if err != nil || due[len(due)-1] != want || len(due) > 2*len(of) {
					t.Errorf("due plans %v (%v)", due, err)
				}
			}
		})
	}
}

// TestF22FortyDaysOff: one plan for the latest month that is due, which asks; the one before is said to be missed.
func TestF22FortyDaysOff(t *testing.T) {
	t.Parallel()
	w := month(t, app.ApprovalAutomatic)
	w.vendors.MSP.AddPerson(w.customer(), "Ada", "Lovelace", w.clock())
	w.set(time.Date(2027, 2, 2, 20, 0, 0, 0, time.UTC)) // off since before 25 December, and over 25 January
	for range 3 {
		w.due()
		w.pass(time.Minute)
	}
	due, err := w.store.DuePlans(t.Context(), "cw")
	january := app.Period{Year: 2027, Month: time.January}
	if err != nil || !slices.Equal(due, []app.Period{january}) || len(w.pushes()) != 1 || !w.waits() {
		t.Fatalf("planned %v, %d pushes, waits %v (%v)", due, len(w.pushes()), w.waits(), err)
	}
	plan, err := w.store.CurrentPlan(t.Context(), "cw", january)
	if err != nil || len(plan.Problems) != 1 || len(writers(plan.Lines)) != 1 {
		t.Errorf("problems %v, %d lines change (%v)", plan.Problems, len(writers(plan.Lines)), err)
	}
	w.approve(plan)
	w.work(nil)
	if w.waits() || w.pushes()[0].State != app.PushDone {
		t.Errorf("the push is %s, waits %v", w.pushes()[0].State, w.waits())
	}
}

// TestF23TheRunSaysHowFarItIs: between a crash and the end, what is written and what is not can be told apart.
func TestF23TheRunSaysHowFarItIs(t *testing.T) {
	t.Parallel()
	w := newSmallWorld(t)
	plan := w.released()
	done := w.approve(plan)
	n := 0
	w.work(func() bool { n++; return n == 2 }) // the first agreement was settled, the second was not
	first := writers(plan.Lines)[0].Agreement.ID
	written := 0
	for _, l := range writers(plan.Lines) {
		if l.Agreement.ID == first {
			written++
		}
	}
	got := states(w.push(done.ID).Lines)
	if got[app.LineDone] == 0 || got[app.LineDone]+got[app.LineWriting]+got[app.LineUnknown] != len(writers(plan.Lines)) || w.push(done.ID).State != app.PushWriting {
		t.Errorf("after the crash: %v of %d", got, len(writers(plan.Lines)))
	}
	w.restart()
	w.work(nil)
	if got := states(w.push(done.ID).Lines); got[app.LineDone] != len(writers(plan.Lines)) {
		t.Errorf("in the end: %v", got)
	}
	effective(t, w, writers(plan.Lines))
}

// TestF23AnIncompletePushIsMadeGood: what a push could not write is in the next plan, and nothing else is.
func TestF23AnIncompletePushIsMadeGood(t *testing.T) {
	t.Parallel()
	w := newSmallWorld(t)
	plan := w.released()
	changed := slices.DeleteFunc(writers(plan.Lines), isCreate)
	edited, refused, gone := changed[0], changed[1], changed[2]
	w.cw.Faults.Add(sandbox.Fault{Method: http.MethodPatch, Path: "*/additions/" + strconv.FormatInt(refused.AdditionID, 10), Unchanged: true})
	if err := w.cw.EditQuantity(int(edited.AdditionID), 777); err != nil {
		t.Fatal(err)
	}
	w.cw.Faults.Add(sandbox.Fault{Method: http.MethodPatch, Path: "*/additions/" + strconv.FormatInt(gone.AdditionID, 10), Status: 500, Times: -1, Body: "{}"})
	done := w.approve(plan)
	w.work(nil)
	parked, err := w.store.Deliveries(t.Context(), app.DeliveryFilter{State: app.DeliveryParked})
	if err != nil || len(parked) != 1 {
		t.Fatalf("%d parked (%v)", len(parked), err)
	}
	if err := w.store.DropDelivery(t.Context(), parked[0].ID, "ConnectWise does not take it", "ada", w.clock()); err != nil {
		t.Fatal(err)
	}
	w.cw.Faults.Clear()
	got := w.push(done.ID)
	left := slices.DeleteFunc(writers(got.Lines), func(l app.Line) bool { return l.State == app.LineDone })
	if got.State != app.PushIncomplete || len(left) < 3 || len(left) == len(writers(got.Lines)) {
		t.Fatalf("push %s, lines %v", got.State, states(got.Lines))
	}
	next := w.released()
	open := append(writers(next.Lines), held(next.Lines)...)
	if len(open) != len(left) {
		t.Errorf("the next plan has %d lines to write or decide, want the %d that were left", len(open), len(left))
	}
	for _, l := range held(next.Lines) {
		if next, err = w.pusher.Decide(t.Context(), l.ID, app.DecisionReleased, nil, "it was us", "ada"); err != nil {
			t.Fatal(err)
		}
	}
	w.approve(next)
	w.work(nil)
	for _, was := range left {
		i := slices.IndexFunc(next.Lines, func(l app.Line) bool { return l.Key("cw") == was.Key("cw") })
		if i < 0 || !next.Lines[i].After.Equal(was.After) {
			t.Errorf("%s on agreement %d is not in the next plan as it was", was.Product, was.Agreement.ID)
			continue
		}
		if l := w.push(w.pushes()[0].ID).Lines[i]; l.State != app.LineDone || w.holdsNow(l.Agreement.ID, l.AdditionID) != was.After.String() {
			t.Errorf("%s on agreement %d is %s and holds %s, want %s", l.Product, l.Agreement.ID, l.State, w.holdsNow(l.Agreement.ID, l.AdditionID), was.After)
		}
	}
}

// TestF26OthersGo: what cannot be billed waits with its reason, and everybody else is billed.
func TestF26OthersGo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	plan := w.released()
	trouble := held(plan.Lines)
	done := w.approve(plan)
	w.work(nil)
	if got := w.push(done.ID); got.State != app.PushDone || len(trouble) < 5 || len(writers(plan.Lines)) < 20 {
		t.Fatalf("push %s, %d held, %d written", got.State, len(trouble), len(writers(plan.Lines)))
	}
	for _, l := range trouble {
		if len(l.Holds) == 0 || l.Holds[0].Message == "" {
			t.Errorf("%s of %s is held for no reason", l.Product, l.Company.Name)
		}
		for _, q := range w.ours() {
			if int64(q.AdditionID) == l.AdditionID {
				t.Errorf("%s of %s is held and was written: %+v", l.Product, l.Company.Name, q)
			}
		}
	}
}

// TestF26PastAnInvoiceAsks: a catch-up within the day goes by itself, unless an invoice was made in between.
func TestF26PastAnInvoiceAsks(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		invoice string
		pushes  int
	}{
		"invoiced the day after": {"2026-12-26T00:00:00Z", 1},
		"invoiced next week":     {"2027-01-01T00:00:00Z", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := month(t, app.ApprovalAutomatic)
			customer := w.customer()
			agreement := int(writers(w.push(w.pushes()[0].ID).Lines)[0].Agreement.ID)
			if err := w.cw.SetAgreement(agreement, "nextInvoiceDate", tt.invoice); err != nil {
				t.Fatal(err)
			}
			w.vendors.MSP.AddPerson(customer, "Ada", "Lovelace", w.clock())
			w.set(time.Date(2026, 12, 26, 3, 0, 0, 0, time.UTC)) // off for 22 hours
			w.due()
			w.work(nil)
			if len(w.pushes()) != tt.pushes || w.waits() != (tt.pushes == 1) {
				t.Errorf("%d pushes, waits %v", len(w.pushes()), w.waits())
			}
		})
	}
}

// TestF28ASourceThatLies: what a source says by mistake holds the line or is not counted. Nothing is billed by it, by the
// schedule or by a person who releases nothing.
func TestF28ASourceThatLies(t *testing.T) {
	t.Parallel()
	each := func(change func(map[string]any)) func(map[string]any) {
		return func(o map[string]any) {
			list, _ := o["results"].([]any)
			for _, one := range list {
				if row, ok := one.(map[string]any); ok {
					change(row)
				}
			}
		}
	}
	scale := func(by float64) func(map[string]any) {
		return each(func(row map[string]any) {
			if n, ok := row["space_used"].(float64); ok {
				row["space_used"] = n * by
			}
		})
	}
	persons, roots := "/organization/*/persons", "/organization/*/roots"
	for name, f := range map[string]sandbox.Fault{
		"nobody":                 {Path: persons, Edit: func(o map[string]any) { o["results"], o["total"] = []any{}, 0 }},
		"null":                   {Path: persons, Edit: func(o map[string]any) { o["results"] = nil }},
		"a field is missing":     {Path: persons, Edit: func(o map[string]any) { delete(o, "results") }},
		"an error as the list":   {Path: persons, Edit: func(o map[string]any) { o["results"] = "Internal server error" }},
		"an error as the total":  {Path: persons, Edit: func(o map[string]any) { o["total"] = "n/a" }},
		"rows without an id":     {Path: persons, Edit: each(func(row map[string]any) { delete(row, "id") })},
		"an error as a size":     {Path: roots, Edit: each(func(row map[string]any) { row["space_used"] = "Error: timeout" })},
		"no size":                {Path: roots, Edit: each(func(row map[string]any) { delete(row, "space_used") })},
		"null as a size":         {Path: roots, Edit: each(func(row map[string]any) { row["space_used"] = nil })},
		"less than nothing":      {Path: roots, Edit: scale(-1)},
		"ten times as much":      {Path: roots, Edit: scale(10)},
		"gigabytes as bytes":     {Path: roots, Edit: scale(1.0 / (1 << 30))},
		"nobody is below anyone": {Path: "/organization/*/organizations", Edit: func(o map[string]any) { o["results"], o["total"] = []any{}, 0 }},
		"half of the answers":    {Path: "/organization/*", When: func(r *http.Request) bool { return r.URL.Query().Get("offset") != "" }, Cut: sandbox.CutAfter},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, in := billedFromReal(t)
			since := len(w.ours())
			w.pass(time.Hour)
			f.Times = -1
			w.vendors.X360Sync.Faults.Add(f)
			for range 2 {
				_, _ = in.Sync(t.Context(), sample.SourceName)
				if p := w.byItself(); p.Complete && len(held(p.Lines)) == 0 {
					t.Errorf("the plan says nothing of it")
				}
				w.pass(time.Minute)
			}
			if n := len(w.ours()) - since; n > 0 {
				t.Errorf("%d quantities were written: %+v", n, w.ours()[since:])
			}
		})
	}
}
