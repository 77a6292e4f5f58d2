package push_test

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/psa"
	"psabridge/app/psa/connectwise"
	"psabridge/app/push"
	"psabridge/app/rest"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
)

// A plan made in November is approved twenty days later, in December.
func TestZZStalePlanApproved(t *testing.T) {
	t.Parallel()
	w := month(t, app.ApprovalAsk)
	c := w.customer()
	w.vendors.MSP.AddPerson(c, "Ada", "Lovelace", w.clock())
	p := w.plan()
	for i := range 3 {
		w.vendors.MSP.AddPerson(c, "Late"+strconv.Itoa(i), "Comer", w.clock())
	}
	w.pass(20 * 24 * time.Hour)
	push, err := w.pusher.Approve(t.Context(), p.ID, p.Digest, app.TriggerPerson, "ada")
	if err == nil {
		t.Errorf("on %s the plan of %s of %s was approved: push %s, %d writers; its readings are 20 days old", w.clock().Format(time.DateOnly), p.Period, p.CreatedAt.Format(time.DateOnly), push.State, len(writers(push.Lines)))
	}
}

// What the program really does before a plan: usage is read, organizations are not.
func TestZZVanishedSinceTheLastPull(t *testing.T) {
	t.Parallel()
	w := month(t, app.ApprovalAutomatic)
	gone := w.customer()
	w.pass(time.Minute)
	// the daily reading of the morning has one account more than was pushed
	w.vendors.MSP.AddPerson(gone, "Ada", "Lovelace", w.clock())
	w.refresh(t.Context(), nil)
	w.pass(8 * time.Hour)
	w.vendors.MSP.DeleteOrganization(gone)
	usageOnly := func(ctx context.Context, _ []string) []push.Problem {
		var rs []app.Reading
		for _, o := range w.vendors.MSP.Organizations() {
			if slices.ContainsFunc(w.doc.Organizations, func(s app.OrganizationSettings) bool { return s.ID == strconv.Itoa(o.ID) }) {
				rs = append(rs, w.readings(o.ID)...)
			}
		}
		if err := w.store.SaveReadings(ctx, sample.SourceName, rs, w.clock()); err != nil {
			t.Error(err)
		}
		return nil
	}
	w.pusher.Refresh = usageOnly
	p := w.plan()
	for _, l := range p.Lines {
		if l.Shares[0].ExternalID == strconv.Itoa(gone) && l.Writes() {
			for _, x := range l.Shares {
				t.Logf("  share %s (%s) %s", x.Name, x.ExternalID, x.Quantity)
			}
			t.Errorf("complete=%v: %s %s → %s is to be written from a reading taken before the customer vanished; holds %v", p.Complete, l.Product, l.Before, l.After, l.Holds)
		}
	}
}

// A refresh that could not read one organization is hidden by its reading of the same UTC day.
func TestZZIncompleteRefreshHidden(t *testing.T) {
	t.Parallel()
	w := month(t, app.ApprovalAsk)
	c := w.customer()
	w.pass(time.Minute)
	w.vendors.MSP.AddPerson(c, "Ada", "Lovelace", w.clock())
	w.refresh(t.Context(), nil)
	w.pass(8 * time.Hour)
	w.pusher.Refresh = func(ctx context.Context, _ []string) []push.Problem {
		var rs []app.Reading
		for _, o := range w.vendors.MSP.Organizations() {
			for _, r := range w.readings(o.ID) {
				r.Complete, r.Problem = false, "The list changed while it was read."
				rs = append(rs, r)
			}
		}
		if err := w.store.SaveReadings(ctx, sample.SourceName, rs, w.clock()); err != nil {
			t.Error(err)
		}
		return []push.Problem{{Source: sample.SourceName, Message: "The list changed while it was read."}}
	}
	p := w.plan()
	n := len(writers(p.Lines))
	if n > 0 {
		t.Errorf("complete=%v, but %d lines are to be written though nothing could be read now", p.Complete, n)
	}
}

// Settings name a customer the source never showed.
func TestZZMappingWithoutOrganization(t *testing.T) {
	t.Parallel()
	w := newSmallWorld(t)
	before := len(w.plan().Lines)
	o := w.doc.Organizations[len(w.doc.Organizations)-1]
	for _, x := range w.doc.Organizations {
		if len(x.Bill) > 0 {
			o = x
		}
	}
	o.ID = "999999"
	o.Agreement.ID += 100000
	w.doc.Organizations = append(w.doc.Organizations, o)
	w.rev++
	p := w.plan()
	if len(p.Lines) == before && p.Complete && len(p.Problems) == 0 {
		t.Errorf("a mapped customer that was never read is in no line and no problem: %d lines, complete %v, problems %v", len(p.Lines), p.Complete, p.Problems)
	}
}

// The connection is led from a test tenant to the real one, whose records have the same ids.
func TestZZOtherTenant(t *testing.T) {
	t.Parallel()
	w := month(t, app.ApprovalAutomatic)
	first := w.pushes()[0]
	other, err := sandbox.Start(t.Context(), sandbox.Options{Now: w.clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = other.Stop() })
	c := w.doc.Connections[0]
	c.SiteURL = other.ConnectWiseURL
	w.doc.Connections[0] = c
	w.rev++
	client, err := connectwise.New(c, connectwise.Keys{Public: sample.PublicKey, Private: sample.PrivateKey}, "",
		rest.NewLimiter(1_000_000, 4), connectwise.Options{Backoff: func(int) time.Duration { return 0 }})
	if err != nil {
		t.Fatal(err)
	}
	w.client = client
	p := w.plan()
	n := 0
	for _, l := range p.Lines {
		for _, h := range l.Holds {
			if h.Code == app.HoldFirstTouch {
				n++
			}
		}
	}
	t.Logf("%d lines, %d writers, %d first_touch", len(p.Lines), len(writers(p.Lines)), n)
	for _, l := range p.Lines {
		if l.Verdict != app.VerdictSame {
			t.Logf("%s %s → %s %s %v", l.Product, l.Before, l.After, l.Verdict, codesOf(l))
		}
	}
	if n == 0 {
		t.Error("nothing of the new tenant is a first touch")
	}
	// make the other tenant hold what we wrote, as a copy made yesterday does
	for _, l := range writers(w.push(first.ID).Lines) {
		if l.Before != nil {
			f, _ := l.After.Float64()
			_ = other.ConnectWise.EditQuantity(int(l.AdditionID), f)
		}
	}
	u, err := w.pusher.Undo(t.Context(), first.ID, "ada")
	w.work(nil)
	if err == nil {
		t.Logf("undo %s", w.push(u.ID).State)
	}
	ours := 0
	for _, q := range other.ConnectWise.QuantityWrites() {
		if q.By == sample.MemberIdentifier {
			ours++
		}
	}
	if ours > 0 {
		t.Errorf("undoing the push to the first tenant wrote %d quantities to the second", ours)
	}
}

func codesOf(l app.Line) (out []app.HoldCode) {
	for _, h := range l.Holds {
		out = append(out, h.Code)
	}
	return out
}

// Undo of a push that was invoiced changes nothing, but calls the push undone.
func TestZZUndoNothing(t *testing.T) {
	t.Parallel()
	w := month(t, app.ApprovalAsk)
	first := w.pushes()[0]
	for _, l := range writers(w.push(first.ID).Lines) {
		_ = w.cw.InvoiceAgreement(int(l.Agreement.ID))
	}
	before := len(w.ours())
	u, err := w.pusher.Undo(t.Context(), first.ID, "ada")
	if err != nil {
		t.Fatal(err)
	}
	w.work(nil)
	if n := len(writers(w.push(u.ID).Lines)); n == 0 && len(w.ours()) == before && w.push(first.ID).State == app.PushUndone {
		t.Errorf("nothing was restored (%d lines skipped), but push %d is %q", len(w.push(u.ID).Lines), first.ID, w.push(first.ID).State)
	}
}

// ConnectWise answers 500 to one addition for ever.
func TestZZStuckWriting(t *testing.T) {
	t.Parallel()
	w := newSmallWorld(t)
	p := w.released()
	var victim app.Line
	for _, l := range writers(p.Lines) {
		if l.Before != nil {
			victim = l
		}
	}
	w.cw.Faults.Add(sandbox.Fault{Method: http.MethodPatch, Path: "*additions/" + strconv.FormatInt(victim.AdditionID, 10), Times: -1, Status: 500, Body: `{"code":"x","message":"Object reference not set"}`})
	a := w.approve(p)
	for range 60 { // as the outbox does
		d, ok, err := w.store.Claim(t.Context(), w.clock(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			w.pass(time.Hour)
			continue
		}
		st, err := w.pusher.Write(t.Context(), d, func(ctx context.Context, request string, entry app.LedgerEntry) error {
			return w.store.Intent(ctx, app.Intent{DeliveryID: d.ID, Attempt: d.Attempt, At: w.clock(), Request: request, Ledger: entry})
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.store.Settle(t.Context(), st); err != nil {
			t.Fatal(err)
		}
	}
	got := w.push(a.ID)
	t.Logf("after %s: push %s, %v", w.clock().Sub(a.ApprovedAt), got.State, states(got.Lines))
	list, _ := w.store.Deliveries(t.Context(), app.DeliveryFilter{})
	for _, d := range list {
		if d.State != app.DeliveryDone {
			t.Errorf("after days the delivery is %s (attempt %d, checks %d): the page offers drop for parked ones only; push %s", d.State, d.Attempt, d.Checks, got.State)
		}
	}
}

// A plan of held lines alone is approved (as billing push --yes does): a push that wrote nothing.
func TestZZEmptyPush(t *testing.T) {
	t.Parallel()
	w := month(t, app.ApprovalAutomatic)
	c := w.customer()
	w.pass(9 * 24 * time.Hour) // 1 December
	w.vendors.MSP.AddPerson(c, "Ada", "Lovelace", w.clock())
	w.unread = []push.Problem{{Source: sample.SourceName, Message: "It does not answer.", Unread: true}}
	p := w.plan()
	pushed, err := w.pusher.Approve(t.Context(), p.ID, p.Digest, app.TriggerAPI, "api")
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("plan complete %v, %d writers; push %s", p.Complete, len(writers(p.Lines)), pushed.State)
	w.unread = nil
	w.pass(24*24*time.Hour + 2*time.Hour) // 25 December
	n := len(w.pushes())
	w.due()
	w.work(nil)
	if len(w.pushes()) == n {
		t.Error("the push of 25 December never comes: an empty push on 1 December took its place")
	}
}

// The same by a push of one line by hand early in the month.
func TestZZHandPushSuppressesTheSchedule(t *testing.T) {
	t.Parallel()
	w := month(t, app.ApprovalAutomatic)
	c := w.customer()
	w.pass(9 * 24 * time.Hour)
	w.approve(w.plan()) // nothing to write on 1 December
	w.vendors.MSP.AddPerson(c, "Ada", "Lovelace", w.clock())
	w.pass(24*24*time.Hour + 2*time.Hour)
	n := len(w.pushes())
	w.due()
	if len(w.pushes()) == n {
		t.Error("pushed by hand on 1 December, so 25 December is never pushed")
	}
}

// The process dies between the due plan and its approval.
func TestZZDiesBeforeTheAutomaticApproval(t *testing.T) {
	t.Parallel()
	w := month(t, app.ApprovalAutomatic)
	w.vendors.MSP.AddPerson(w.customer(), "Ada", "Lovelace", w.clock())
	w.pass(33 * 24 * time.Hour)
	calls := 0
	orig := w.pusher.Settings
	w.pusher.Settings = func(ctx context.Context) (app.Settings, int64, error) {
		if calls++; calls > 2 { // Due, prepare, then Approve
			return app.Settings{}, 0, context.Canceled
		}
		return orig(ctx)
	}
	_ = w.pusher.Due(t.Context(), w.clock())
	w.restart()
	for range 5 {
		w.pass(10 * time.Minute)
		w.due()
	}
	if len(w.pushes()) == 1 {
		p, _ := w.store.CurrentPlan(t.Context(), "cw", app.Period{Year: 2026, Month: time.December})
		t.Errorf("the month is never pushed by itself: plan %s, %d writers, held none %v", p.State, len(writers(p.Lines)), p.Complete)
	}
}

// A reading from a wrong clock.
func TestZZClockWasAYearAhead(t *testing.T) {
	t.Parallel()
	w := month(t, app.ApprovalAutomatic)
	c := w.customer()
	w.pass(365 * 24 * time.Hour)
	w.refresh(t.Context(), nil)
	w.pass(-365 * 24 * time.Hour)
	w.vendors.MSP.AddPerson(c, "Ada", "Lovelace", w.clock())
	w.pass(33 * 24 * time.Hour)
	p := w.plan()
	if len(writers(p.Lines)) == 0 && p.Complete {
		t.Errorf("one account more than billed, read a moment ago, but the plan says nothing changed (complete %v)", p.Complete)
	}
}

var _ psa.Client
