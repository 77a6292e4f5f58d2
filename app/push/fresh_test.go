package push_test

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/push"
	"psabridge/app/sandbox/sample"
)

// usageOnly refreshes as the program does before a plan: usage is read, organizations are not. spoil may change each
// reading.
func (w *world) usageOnly(spoil func(*app.Reading)) func(context.Context, []string) []push.Problem {
	return func(ctx context.Context, _ []string) []push.Problem {
		var readings []app.Reading
		for _, o := range w.vendors.MSP.Organizations() {
			if slices.ContainsFunc(w.doc.Organizations, func(s app.OrganizationSettings) bool { return s.ID == strconv.Itoa(o.ID) }) {
				readings = append(readings, w.readings(o.ID)...)
			}
		}
		for i := range readings {
			spoil(&readings[i])
		}
		if err := w.store.SaveReadings(ctx, sample.SourceName, readings, w.clock()); err != nil {
			w.t.Error(err)
		}
		return nil
	}
}

// grownSinceMorning is a month in which a customer got an account, and the morning's reading has it.
func grownSinceMorning(t *testing.T) (w *world, customer int) {
	w = month(t, app.ApprovalAutomatic)
	customer = w.customer()
	w.pass(time.Minute)
	w.vendors.MSP.AddPerson(customer, "Ada", "Lovelace", w.clock())
	w.refresh(t.Context(), nil)
	w.pass(8 * time.Hour)
	return w, customer
}

// A customer who vanished since the last look is not billed from the reading before.
func TestVanishedSinceTheLastPull(t *testing.T) {
	t.Parallel()
	w, gone := grownSinceMorning(t)
	w.vendors.MSP.DeleteOrganization(gone)
	w.pusher.Refresh = w.usageOnly(func(*app.Reading) {})
	p := w.plan()
	for _, l := range p.Lines {
		if l.Shares[0].ExternalID == strconv.Itoa(gone) && l.Verdict != app.VerdictHold {
			t.Errorf("%s %s → %s is %s", l.Product, l.Before, l.After, l.Verdict)
		}
	}
	if p.Complete || len(p.Problems) != 1 {
		t.Errorf("complete %v, problems %v", p.Complete, p.Problems)
	}
}

// The complete reading of the morning does not stand in for the incomplete one of now.
func TestAnIncompleteRefreshIsNotHidden(t *testing.T) {
	t.Parallel()
	w, _ := grownSinceMorning(t)
	w.pusher.Refresh = w.usageOnly(func(r *app.Reading) { r.Complete, r.Problem = false, "The list changed while it was read." })
	p := w.plan()
	if n := len(writers(p.Lines)); n != 0 || p.Complete {
		t.Errorf("complete %v, and %d lines are to be written though nothing could be read now", p.Complete, n)
	}
}

// A reading from a wrong clock is said to be one.
func TestAClockThatWasAYearAhead(t *testing.T) {
	t.Parallel()
	w := month(t, app.ApprovalAutomatic)
	c := w.customer()
	w.pass(365 * 24 * time.Hour)
	w.refresh(t.Context(), nil)
	w.pass(-365 * 24 * time.Hour)
	w.vendors.MSP.AddPerson(c, "Ada", "Lovelace", w.clock())
	w.pass(33 * 24 * time.Hour)
	if p := w.plan(); p.Complete && len(writers(p.Lines)) == 0 {
		t.Error("one account more than billed, read a moment ago, but the plan says nothing changed")
	}
}

// What the settings bill is in the plan, though the source has never shown it.
func TestAMappingWithoutOrganization(t *testing.T) {
	t.Parallel()
	w := month(t, app.ApprovalAsk)
	i := slices.IndexFunc(w.doc.Organizations, func(o app.OrganizationSettings) bool { return o.ID == strconv.Itoa(w.customer()) })
	unseen := w.doc.Organizations[i]
	unseen.ID = "999999"
	w.doc.Organizations = append(w.doc.Organizations, unseen)
	w.rev++
	p := w.plan()
	found := false
	for _, l := range p.Lines {
		for _, s := range l.Shares {
			if s.ExternalID == unseen.ID {
				found = true
				if l.Verdict != app.VerdictHold || !slices.ContainsFunc(l.Holds, func(h app.Hold) bool { return h.Code == app.HoldIncompleteReading }) {
					t.Errorf("%s is %s with %v", l.Product, l.Verdict, l.Holds)
				}
			}
		}
	}
	if !found || p.Complete || len(p.Problems) != 1 || !strings.Contains(p.Problems[0], "999999") {
		t.Errorf("in a line %v, complete %v, problems %v", found, p.Complete, p.Problems)
	}
}

// What a plan says is pushed while it is true: not weeks later, and not when its month is over.
func TestAnOldPlanIsNotPushed(t *testing.T) {
	t.Parallel()
	w := month(t, app.ApprovalAsk)
	w.vendors.MSP.AddPerson(w.customer(), "Ada", "Lovelace", w.clock())
	refused := func(p app.Plan, why string) {
		t.Helper()
		if _, err := w.pusher.Approve(t.Context(), p.ID, p.Digest, app.TriggerPerson, "ada"); app.ErrorCode(err) != app.Conflict || !strings.Contains(app.ErrorMessage(err), why) {
			t.Errorf("%s: %v, want a conflict that says %q", w.clock(), err, why)
		}
	}
	p := w.plan()
	w.pass(25 * time.Hour)
	refused(p, "made on 22 November 2026")
	w.pass(19 * 24 * time.Hour) // December, and November is the latest due month
	refused(p, "made on 22 November 2026")
	w.pass(20 * 24 * time.Hour)
	refused(p, "2026-11 cannot be pushed any more")
	w.pass(-40 * 24 * time.Hour)
	w.pass(-26 * time.Hour) // the clock was ahead when it was made
	refused(p, "made on 22 November 2026")
	p = w.plan()
	w.pass(23 * time.Hour)
	w.approve(p)
}

// Lists that were read under a wrong clock, and so are of tomorrow, are not used until tomorrow.
func TestListsOfTomorrowAreReadAgain(t *testing.T) {
	t.Parallel()
	w := newSmallWorld(t)
	calls := func() int {
		w.cw.ForgetRequests()
		w.plan()
		return w.cw.Requests()
	}
	w.pass(24 * time.Hour)
	w.plan()
	cached := calls()
	w.pass(-24 * time.Hour)
	if again := calls(); again <= cached {
		t.Errorf("%d calls with lists of now, %d with lists of tomorrow", cached, again)
	}
}
