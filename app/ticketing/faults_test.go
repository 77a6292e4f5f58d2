package ticketing_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/psa/connectwise"
	"psabridge/app/rest"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
)

// The faults of RELIABILITY that concern tickets, and what holds each of them:
//
//	F02–F09  here: a kill at each moment of a create, and every answer that can get lost
//	F10      here on the way through everything; what each header means: app/rest, TestRetryAfter…, and the rests of
//	         app/outbox, TestF10RateLimitRestsTheWholeConnection
//	F11–F13  refused_test.go
//	F14      flapping_test.go; the rules alone: app/alert, TestFlappingWeek
//	F15      many_test.go; its figures are the bench's
//	F16      app/source/sourcetest, which every source passes (paging that shifts, repeats, lies or stops, a child that is
//	         forbidden or gone), and the store's batches, which take each event once: store, TestIngest…
//	F17      tickets that people close, merge or delete: t7_test.go; recoveries that come first or never: here, and as a
//	         property of the rules alone in app/alert
//	F39      twice_test.go for everything two clicks or two tabs can ask of the outbox; the pages: cmd/psabridge
//	F40      here, and app/outbox, TestF40PanicParksAndOthersGoOn
//
// What no test here can do, a kill of the real process between two system calls, is done by cmd/psabridge.

// unanswered makes the fault hit the next create, delivers, and holds that there is one ticket, known by both sides.
func unanswered(t *testing.T, w *world, f sandbox.Fault) {
	t.Helper()
	f.Method, f.Path = http.MethodPost, ticketsPath
	w.fault(f)
	w.problem()
	w.box.Once(t.Context())
	if d := w.delivery(1); d.State != app.DeliveryChecking {
		t.Errorf("state %s, want it checked: %s", d.State, d.Reason)
	}
	w.deliver(time.Hour)
	if got := w.only(); w.row().RemoteID != int64(got.ID) || w.delivery(1).State != app.DeliveryDone {
		t.Errorf("row %d, ConnectWise %d, delivery %s", w.row().RemoteID, got.ID, w.delivery(1).State)
	}
}

// TestF02KilledBeforeThePost: the intent is committed and nothing went out.
func TestF02KilledBeforeThePost(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.make("") // so that the search has something to prove itself by
	w.problem()
	d, ok, err := w.store.Claim(t.Context(), w.clock, nil)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	if err := intendTo(w, d)(t.Context(), "{}", app.LedgerEntry{}); err != nil {
		t.Fatal(err)
	}
	w.restart()
	if d := w.delivery(1); d.State != app.DeliveryChecking {
		t.Errorf("after the start it is %s", d.State)
	}
	w.deliver(time.Hour)
	if got := w.only(); w.row().RemoteID != int64(got.ID) {
		t.Errorf("row %d, ConnectWise %d", w.row().RemoteID, got.ID)
	}
}

// TestF03KilledBeforeTheAnswer: ConnectWise has the ticket and nobody read what it said.
func TestF03KilledBeforeTheAnswer(t *testing.T) {
	killed(t, sandbox.Fault{Method: http.MethodPost, Path: ticketsPath, Cut: sandbox.CutAfter})
}

// TestF04KilledBeforeTheCommit: the answer was read and never stored.
func TestF04KilledBeforeTheCommit(t *testing.T) {
	killed(t)
}

// killed makes the create and dies before it is settled.
func killed(t *testing.T, faults ...sandbox.Fault) {
	t.Helper()
	w := newWorld(t, sandbox.Options{SearchLag: 2 * time.Minute})
	w.fault(faults...)
	w.problem()
	d, ok, err := w.store.Claim(t.Context(), w.clock, nil)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	if _, err := w.desk.Create(t.Context(), d, intendTo(w, d)); err != nil {
		t.Fatal(err)
	}
	w.restart()
	w.deliver(time.Hour)
	if got := w.only(); w.row().RemoteID != int64(got.ID) || w.delivery(1).State != app.DeliveryDone {
		t.Errorf("row %d, ConnectWise %d, delivery %s", w.row().RemoteID, got.ID, w.delivery(1).State)
	}
}

// TestF05ReplyCutSearchWorks: it is found again within a minute.
func TestF05ReplyCutSearchWorks(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	began := w.clock
	unanswered(t, w, sandbox.Fault{Cut: sandbox.CutAfter})
	if took := w.delivery(1).DoneAt.Sub(began); took > time.Minute {
		t.Errorf("found after %s", took)
	}
}

// TestF06ReplyCutSearchLags: for five minutes the search says no, and that is not believed.
func TestF06ReplyCutSearchLags(t *testing.T) {
	w := newWorld(t, sandbox.Options{SearchLag: 5 * time.Minute})
	w.fault(sandbox.Fault{Method: http.MethodPost, Path: ticketsPath, Cut: sandbox.CutAfter})
	w.problem()
	w.deliver(4 * time.Minute)
	if d := w.delivery(1); d.State != app.DeliveryChecking || !strings.Contains(d.Reason, "checking whether ConnectWise has the ticket") {
		t.Errorf("meanwhile it is %s: %s", d.State, d.Reason)
	}
	w.deliver(time.Hour)
	if w.only(); w.delivery(1).State != app.DeliveryDone {
		t.Errorf("at last it is %s", w.delivery(1).State)
	}
}

// TestF07SearchLagsBeyondTheWindow is the one case nobody can exclude: it is sent again, and later a person is shown both.
// The look after it survives a restart.
func TestF07SearchLagsBeyondTheWindow(t *testing.T) {
	for _, restarted := range []bool{false, true} {
		w := newWorld(t, sandbox.Options{SearchLag: time.Hour})
		w.make("")
		w.set(w.clock.Add(2 * time.Hour))
		w.fault(sandbox.Fault{Method: http.MethodPost, Path: ticketsPath, Cut: sandbox.CutAfter})
		w.problem()
		w.deliver(40 * time.Minute)
		if n := len(w.remote()); n != 2 {
			t.Fatalf("%d tickets, want the known limit of two", n)
		}
		w.pollTickets()
		if restarted {
			w.restart()
		}
		for range 30 {
			w.set(w.clock.Add(10 * time.Minute))
			w.pollTickets()
		}
		if n := w.states()[app.DeliveryParked]; n != 1 {
			t.Fatalf("%d deliveries ask for a person, want 1 for both tickets", n)
		}
		asks := w.delivery(2)
		first, second := w.remote()[0], w.remote()[1]
		if !strings.Contains(asks.Reason, "#"+num(first.ID)) || !strings.Contains(asks.Reason, "#"+num(second.ID)) || asks.TicketNumber != w.row().RemoteID {
			t.Errorf("it says %q", asks.Reason)
		}
		// Retried before anything was done it asks again; once they are merged it is done by itself.
		w.retry(asks.ID)
		if d := w.delivery(asks.ID); d.State != app.DeliveryParked {
			t.Errorf("retried too early it is %s", d.State)
		}
		other := first.ID
		if int64(other) == w.row().RemoteID {
			other = second.ID
		}
		if err := w.vendor.ConnectWise.MergeTicket(other, int(w.row().RemoteID)); err != nil {
			t.Fatal(err)
		}
		w.retry(asks.ID)
		if d := w.delivery(asks.ID); d.State != app.DeliveryDone {
			t.Errorf("after the merge it is %s: %s", d.State, d.Reason)
		}
	}
}

// TestF07TwoHitsKeepTheLowest: the search shows two at once. The older is ours, and a person is asked to merge the other.
func TestF07TwoHitsKeepTheLowest(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.problem()
	first, second := w.make(w.row().XRef), w.make(w.row().XRef)
	w.fault(sandbox.Fault{Method: http.MethodPost, Path: ticketsPath, Cut: sandbox.CutBefore})
	w.deliver(time.Hour)
	if got := w.row().RemoteID; got != int64(min(first, second)) {
		t.Errorf("ours is %d of %d and %d", got, first, second)
	}
	ledger, err := w.store.Ledger(t.Context(), "cw", app.Page{})
	if err != nil || !strings.Contains(ledger[0].Note, "more than once") {
		t.Errorf("ledger = %+v, %v", ledger, err)
	}
	asks := w.delivery(2)
	if asks.State != app.DeliveryParked || !strings.Contains(asks.Reason, "Merge #"+num(second)+" into #"+num(first)) {
		t.Errorf("%s: %s", asks.State, asks.Reason)
	}
	w.recovery() // the lane of the ticket itself is free
	w.deliver(0)
	if w.row().State != app.TicketClosed {
		t.Error("the ticket waits for its double")
	}
}

// TestF08AnswersAfterTheTimeout: ConnectWise makes the ticket and takes longer than we wait.
func TestF08AnswersAfterTheTimeout(t *testing.T) {
	w := newWorld(t, sandbox.Options{})
	w.impatient(300 * time.Millisecond)
	unanswered(t, w, sandbox.Fault{Hook: func(r *http.Request) { <-r.Context().Done() }})
}

// impatient makes the client give up soon.
func (w *world) impatient(timeout time.Duration) {
	w.t.Helper()
	keys := connectwise.Keys{Public: app.Secret(sample.PublicKey), Private: app.Secret(sample.PrivateKey)}
	client, err := connectwise.New(w.doc.Connections[0], keys, "", rest.NewLimiter(1_000_000, 0), connectwise.Options{
		Timeout: timeout, Backoff: func(int) time.Duration { return 0 }, Transport: w.wire,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.client = client
}

// TestF09AnswersThatSayNothing: whatever comes instead of the ticket, there is one of it.
func TestF09AnswersThatSayNothing(t *testing.T) {
	for name, f := range map[string]sandbox.Fault{
		"cut before":       {Cut: sandbox.CutBefore},
		"500":              sandbox.Broken(),
		"500 as text":      {Status: http.StatusInternalServerError, Body: "oops"},
		"502 page":         sandbox.HTMLPage(http.StatusBadGateway),
		"503 page":         sandbox.HTMLPage(http.StatusServiceUnavailable),
		"504 page":         sandbox.HTMLPage(http.StatusGatewayTimeout),
		"520 page":         sandbox.HTMLPage(520),
		"a hotel's page":   sandbox.CaptivePortal(),
		"empty 200":        {Damage: sandbox.DamageEmpty},
		"half an answer":   {Damage: sandbox.DamageTruncated},
		"201 without id":   {Damage: sandbox.DamageNoID},
		"another's ticket": {Edit: func(o map[string]any) { o["externalXRef"] = "somebody-else" }},
		"a list":           {Status: http.StatusCreated, Body: "[]"},
		"null":             {Status: http.StatusCreated, Body: "null"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, sandbox.Options{SearchLag: 3 * time.Minute})
			unanswered(t, w, f)
		})
	}
}

// TestF17RecoveriesOutOfOrder: one that comes before its problem, one that never comes, and one before the ticket was sent.
func TestF17RecoveriesOutOfOrder(t *testing.T) {
	t.Run("first", func(t *testing.T) {
		w := newWorld(t, sandbox.Options{})
		said := func(state app.EventState) app.Event { // with a time of the sender's own, not that of its arrival
			e := w.event(state)
			e.OccurredAt = e.OccurredAt.Add(-time.Second)
			return e
		}
		problem := said(app.Problem)
		w.set(w.clock.Add(time.Minute))
		w.poll(said(app.Recovery))
		w.poll(problem) // late
		w.deliver(time.Hour)
		if n := len(w.remote()); n != 0 {
			t.Errorf("%d tickets for what is over", n)
		}
	})
	t.Run("never", func(t *testing.T) {
		w := newWorld(t, sandbox.Options{})
		w.problem()
		w.deliver(0)
		for range 48 {
			w.tick(time.Hour)
			w.deliver(0)
		}
		if w.only().Closed {
			t.Error("closed without a recovery")
		}
	})
	t.Run("before it was sent", func(t *testing.T) {
		w := newWorld(t, sandbox.Options{})
		w.problem()
		w.set(w.clock.Add(time.Second))
		w.recovery()
		w.deliver(time.Hour)
		if n := len(w.remote()); n != 0 {
			t.Errorf("%d tickets", n)
		}
		w.set(w.clock.Add(time.Minute))
		w.problem()
		w.deliver(0)
		w.only()
	})
	t.Run("while it was sent", func(t *testing.T) {
		w := newWorld(t, sandbox.Options{SearchLag: time.Minute})
		w.fault(sandbox.Fault{Method: http.MethodPost, Path: ticketsPath, Cut: sandbox.CutAfter})
		w.problem()
		w.box.Once(t.Context())
		w.set(w.clock.Add(time.Second))
		w.recovery() // nobody knows yet whether there is a ticket to close
		w.deliver(time.Hour)
		if got := w.only(); !got.Closed || recovered(w, got.ID) != 1 {
			t.Errorf("closed %t", got.Closed)
		}
	})
}

// num prints a ticket's number.
func num(id int) string { return strconv.Itoa(id) }

// retry is a person pressing Retry.
func (w *world) retry(id int64) {
	w.t.Helper()
	if err := w.store.RetryDelivery(w.t.Context(), id, "test", w.clock); err != nil {
		w.t.Fatal(err)
	}
	w.deliver(0)
}
