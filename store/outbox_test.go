package store_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"psabridge/app"
	"psabridge/store"
	"psabridge/store/storetest"
)

// settle ends an attempt in a state.
func settle(t *testing.T, s *store.Store, d app.Delivery, st app.Settlement) {
	t.Helper()
	st.DeliveryID, st.Attempt = d.ID, d.Attempt
	if st.At.IsZero() {
		st.At = t0
	}
	must(t, s.Settle(t.Context(), st))
}

func delivery(t *testing.T, s *store.Store, id int64) app.DeliveryRow {
	t.Helper()
	d, err := s.Delivery(t.Context(), id)
	must(t, err)
	return d
}

func condition(t *testing.T, s *store.Store) app.Condition {
	t.Helper()
	list, err := s.Conditions(t.Context(), app.ConditionFilter{})
	must(t, err)
	return list[0]
}

func TestLaneKeepsItsOrder(t *testing.T) {
	for name, tt := range map[string]struct {
		end   func(t *testing.T, s *store.Store, d app.Delivery)
		moves bool
	}{
		"waiting for its next try": {func(t *testing.T, s *store.Store, d app.Delivery) {
			settle(t, s, d, app.Settlement{State: app.DeliveryWaiting, NextAt: t0.Add(time.Hour), Code: app.Unavailable})
		}, false},
		"checking": {func(t *testing.T, s *store.Store, d app.Delivery) {
			settle(t, s, d, app.Settlement{State: app.DeliveryChecking, NextAt: t0.Add(time.Hour)})
		}, false},
		"parked": {func(t *testing.T, s *store.Store, d app.Delivery) {
			settle(t, s, d, app.Settlement{State: app.DeliveryParked, Code: app.Invalid, Message: "The board has no default team."})
		}, false},
		"done": {func(t *testing.T, s *store.Store, d app.Delivery) { created(t, s, d, 1, t0) }, true},
		"linked": {func(t *testing.T, s *store.Store, d app.Delivery) {
			settle(t, s, d, app.Settlement{State: app.DeliveryParked, Code: app.Invalid})
			must(t, s.LinkDelivery(t.Context(), d.ID, app.Ticket{RemoteID: 7, Status: "New"}, "Ada", t0))
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := storetest.Open(t)
			seed(t, s, 1, "k1")
			tt.end(t, s, claim(t, s, t0))
			if !tt.moves {
				idle(t, s, t0)
				return
			}
			if d := claim(t, s, t0); d.Kind != app.DeliverTicketNote {
				t.Errorf("claimed %s, want the note", d.Kind)
			}
		})
	}
}

func TestBlockedConnectionsAreSkipped(t *testing.T) {
	s := storetest.Open(t)
	seed(t, s, 0, "k1")
	idle(t, s, t0, "other", "cw")
	if at, ok, err := s.NextDue(t.Context(), nil); err != nil || !ok || !at.Equal(t0) {
		t.Errorf("next due %v %v %v", at, ok, err)
	}
	if _, ok, err := s.NextDue(t.Context(), []string{"cw"}); err != nil || ok {
		t.Errorf("blocked, but due (%v)", err)
	}
	d := claim(t, s, t0)
	settle(t, s, d, app.Settlement{State: app.DeliveryWaiting, NextAt: t0.Add(time.Hour), Code: app.Unauthorized, Uncounted: true})
	idle(t, s, t0)
	if n, err := s.WakeConnection(t.Context(), "cw", t0); err != nil || n != 1 {
		t.Errorf("woke %d (%v)", n, err)
	}
	claim(t, s, t0)
}

// A clock that was a day ahead put deliveries off until tomorrow; put right, it must not keep them until then.
func TestWaitOfAClockThatWasAheadIsNotWaited(t *testing.T) {
	ahead := t0.Add(24 * time.Hour)
	for name, tt := range map[string]struct {
		state app.DeliveryState
		next  time.Time
		due   bool
	}{
		"waits until tomorrow":        {app.DeliveryWaiting, ahead, true},
		"waits for an hour":           {app.DeliveryWaiting, t0.Add(time.Hour), false},
		"is looked for from tomorrow": {app.DeliveryChecking, ahead, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := storetest.Open(t)
			seed(t, s, 0, "k1")
			settle(t, s, claim(t, s, t0), app.Settlement{State: tt.state, NextAt: tt.next, Code: app.Unavailable})
			if !tt.due {
				idle(t, s, t0.Add(time.Minute))
				return
			}
			claim(t, s, t0.Add(time.Minute))
		})
	}
}

func TestFence(t *testing.T) {
	s := storetest.Open(t)
	seed(t, s, 0, "k1")
	stale := claim(t, s, t0)
	_, err := s.RecoverDeliveries(t.Context(), t0)
	must(t, err)
	wantCode(t, s.Intent(t.Context(), app.Intent{DeliveryID: stale.ID, Attempt: stale.Attempt, At: t0}), app.Conflict)
	current := claim(t, s, t0)
	if current.ID != stale.ID || current.Attempt != 2 {
		t.Fatalf("claimed %+v", current)
	}
	err = s.Settle(t.Context(), app.Settlement{
		DeliveryID: stale.ID, Attempt: stale.Attempt, At: t0, State: app.DeliveryDone,
		Ticket: &app.Ticket{ID: stale.TicketID, RemoteID: 1, State: app.TicketOpen}, Ledger: []app.LedgerEntry{{Object: "ticket"}},
	})
	wantCode(t, err, app.Conflict)
	wantCode(t, s.DropDelivery(t.Context(), current.ID, "no", "Ada", t0), app.Conflict)
	created(t, s, current, 2, t0)
	wantCode(t, s.Settle(t.Context(), app.Settlement{DeliveryID: current.ID, Attempt: 2, At: t0, State: app.DeliveryWaiting}), app.Conflict)
	ledger, err := s.Ledger(t.Context(), "cw", app.Page{})
	must(t, err)
	if len(ledger) != 1 || ledger[0].RemoteID != 2 || ledger[0].Attempt != 2 || ledger[0].Phase != app.LedgerOutcome {
		t.Errorf("ledger %+v", ledger)
	}
}

func TestSettleOutlivesItsCaller(t *testing.T) {
	s := storetest.Open(t)
	seed(t, s, 0, "k1")
	d := claim(t, s, t0)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	must(t, s.Settle(ctx, app.Settlement{DeliveryID: d.ID, Attempt: d.Attempt, At: t0, State: app.DeliveryDone}))
}

func TestCheckingIsClaimedOnceAndKeepsItsIntent(t *testing.T) {
	s := storetest.Open(t)
	seed(t, s, 0, "k1")
	d := claim(t, s, t0)
	intend(t, s, d, t0)
	settle(t, s, d, app.Settlement{State: app.DeliveryChecking, NextAt: t0, Code: app.Unavailable, Checks: 0, Status: 502})
	look := claim(t, s, t0)
	if look.State != app.DeliveryChecking || !look.Intended || !look.CheckSince.Equal(t0) || look.Failures != 1 {
		t.Errorf("claimed %+v", look)
	}
	idle(t, s, t0)
	settle(t, s, look, app.Settlement{State: app.DeliveryWaiting, NextAt: t0, At: t0.Add(time.Minute)})
	again := claim(t, s, t0)
	if again.State != app.DeliverySending || again.Intended || again.Checks != 0 || !again.CheckSince.IsZero() {
		t.Errorf("after looking long enough: %+v", again)
	}
	attempts, err := s.Attempts(t.Context(), d.ID)
	must(t, err)
	if len(attempts) != 3 || attempts[0].Outcome != "unknown" || attempts[0].Request == "" || attempts[0].Status != 502 || attempts[1].Status != 0 || attempts[1].Outcome != "retry" || attempts[2].Outcome != "" {
		t.Errorf("attempts %+v", attempts)
	}
}

func TestRetryLooksFirstWhenItMayHaveArrived(t *testing.T) {
	for name, tt := range map[string]struct {
		code app.Code
		want app.DeliveryState
	}{
		"refused in words": {app.Invalid, app.DeliveryWaiting},
		"unclear":          {app.Unavailable, app.DeliveryChecking},
		"our own defect":   {app.Internal, app.DeliveryChecking},
	} {
		t.Run(name, func(t *testing.T) {
			s := storetest.Open(t)
			seed(t, s, 0, "k1")
			d := claim(t, s, t0)
			intend(t, s, d, t0)
			settle(t, s, d, app.Settlement{State: app.DeliveryParked, Code: tt.code, Message: "It did not work."})
			backlog, err := s.Backlog(t.Context(), t0)
			must(t, err)
			if backlog.Parked != 1 || backlog.ParkedByReason["It did not work."] != 1 {
				t.Errorf("backlog %+v", backlog)
			}
			n, err := s.RetryParked(t.Context(), "Ada", t0)
			if err != nil || n != 1 {
				t.Fatalf("retried %d (%v)", n, err)
			}
			if got := delivery(t, s, d.ID); got.State != tt.want || got.Failures != 0 {
				t.Errorf("it is %s, want %s", got.State, tt.want)
			}
		})
	}
}

func TestDroppedCreateTakesItsLaneAlong(t *testing.T) {
	s := storetest.Open(t)
	seed(t, s, 2, "k1", "k2")
	d := claim(t, s, t0)
	settle(t, s, d, app.Settlement{State: app.DeliveryParked, Code: app.Invalid})
	wantCode(t, s.DropDelivery(t.Context(), d.ID, " \n", "Ada", t0), app.Invalid) // that is no reason
	must(t, s.DropDelivery(t.Context(), d.ID, "customer left ", "Ada", t0))
	dropped, err := s.Deliveries(t.Context(), app.DeliveryFilter{State: app.DeliveryDropped})
	must(t, err)
	ticket, err := s.Ticket(t.Context(), d.TicketID)
	must(t, err)
	if len(dropped) != 3 || ticket.State != app.TicketClosed || ticket.Conditions[0].State != app.ConditionQuiet {
		t.Errorf("%d dropped, ticket %s, condition %s", len(dropped), ticket.State, ticket.Conditions[0].State)
	}
	wantCode(t, s.RetryDelivery(t.Context(), d.ID, "Ada", t0), app.Conflict)
	wantCode(t, s.RetryDelivery(t.Context(), 999, "Ada", t0), app.NotFound)
	if other := claim(t, s, t0); other.Lane == d.Lane {
		t.Error("the dropped lane still moves")
	}
}

func TestTicketIsLinkedOnce(t *testing.T) {
	s := storetest.Open(t)
	seed(t, s, 0, "k1", "k2")
	first, second := claim(t, s, t0), claim(t, s, t0)
	created(t, s, first, 48211, t0)
	settle(t, s, second, app.Settlement{State: app.DeliveryParked, Code: app.Invalid})
	wantCode(t, s.LinkDelivery(t.Context(), second.ID, app.Ticket{RemoteID: 48211}, "Ada", t0), app.Conflict)
	if got := delivery(t, s, second.ID); got.State != app.DeliveryParked {
		t.Errorf("a refused link left it %s", got.State)
	}
	must(t, s.LinkDelivery(t.Context(), second.ID, app.Ticket{RemoteID: 48212}, "Ada", t0))
}

func TestClosing(t *testing.T) {
	for name, tt := range map[string]struct {
		close func(t *testing.T, s *store.Store, ticket app.Ticket)
		want  app.ConditionState
	}{
		"by a person": {func(t *testing.T, s *store.Store, ticket app.Ticket) {
			ticket.State, ticket.RemoteUpdatedAt = app.TicketClosed, t0.Add(time.Hour)
			if n, err := s.SavePolledTickets(t.Context(), []app.Ticket{ticket}, t0); err != nil || n != 1 {
				t.Errorf("changed %d (%v)", n, err)
			}
		}, app.ConditionQuiet},
		"deleted": {func(t *testing.T, s *store.Store, ticket app.Ticket) {
			ticket.State = app.TicketUnknown
			if n, err := s.SavePolledTickets(t.Context(), []app.Ticket{ticket}, t0); err != nil || n != 1 {
				t.Errorf("changed %d (%v)", n, err)
			}
		}, app.ConditionQuiet},
		"older than what we know": {func(t *testing.T, s *store.Store, ticket app.Ticket) {
			ticket.State, ticket.RemoteUpdatedAt = app.TicketClosed, t0.Add(-time.Hour)
			if n, err := s.SavePolledTickets(t.Context(), []app.Ticket{ticket}, t0); err != nil || n != 0 {
				t.Errorf("changed %d (%v)", n, err)
			}
		}, app.ConditionOpen},
		"by us while it came back": {func(t *testing.T, s *store.Store, ticket app.Ticket) {
			d := claim(t, s, t0)
			ticket.State, ticket.RemoteUpdatedAt = app.TicketClosed, t0.Add(time.Hour)
			settle(t, s, d, app.Settlement{State: app.DeliveryDone, Ticket: &ticket})
		}, app.ConditionWaiting},
		"touched, found closed by our note": {func(t *testing.T, s *store.Store, ticket app.Ticket) {
			d := claim(t, s, t0)
			ticket.State, ticket.Touched, ticket.RemoteUpdatedAt = app.TicketClosed, true, t0.Add(time.Hour)
			settle(t, s, d, app.Settlement{State: app.DeliveryDone, Ticket: &ticket})
		}, app.ConditionQuiet},
	} {
		t.Run(name, func(t *testing.T) {
			s := storetest.Open(t)
			seed(t, s, 1, "k1")
			created(t, s, claim(t, s, t0), 48211, t0)
			row, err := s.Ticket(t.Context(), 1)
			must(t, err)
			tt.close(t, s, row.Ticket)
			if c := condition(t, s); c.State != tt.want {
				t.Errorf("condition is %s, want %s", c.State, tt.want)
			}
		})
	}
}

func TestCountsAndLists(t *testing.T) {
	s := storetest.OpenAt(t, t.TempDir(), func() time.Time { return t0 })
	seed(t, s, 1, "k1", "k2")
	created(t, s, claim(t, s, t0), 48211, t0)
	claim(t, s, t0)
	counts, err := s.OutboxCounts(t.Context(), t0)
	must(t, err)
	if counts != (app.OutboxCounts{Waiting: 2, Sending: 1, Done24h: 1, OldestAt: t0}) {
		t.Errorf("counts %+v", counts)
	}
	backlog, err := s.Backlog(t.Context(), t0.Add(time.Minute))
	must(t, err)
	if backlog.Unmapped != 1 || backlog.TicketsOpen != 1 || backlog.Opened24h != 1 || backlog.EventsByHour24h[23] != 3 {
		t.Errorf("backlog %+v", backlog)
	}
	for query, want := range map[string]int{"48211": 2, "#48211": 2, "contoso": 4, "unreachable": 4, "100%": 0} {
		list, err := s.Deliveries(t.Context(), app.DeliveryFilter{Query: query})
		if err != nil || len(list) != want {
			t.Errorf("%q finds %d (%v), want %d", query, len(list), err, want)
		}
	}
	page, err := s.Deliveries(t.Context(), app.DeliveryFilter{Page: app.Page{Limit: 3}})
	must(t, err)
	rest, err := s.Deliveries(t.Context(), app.DeliveryFilter{Page: app.Page{Limit: 3, After: page[2].ID}})
	must(t, err)
	if len(page) != 3 || len(rest) != 1 || rest[0].ID != 1 || rest[0].Organization.Name != "Contoso" || rest[0].Subject != "FS01 is unreachable" {
		t.Errorf("pages %d and %d: %+v", len(page), len(rest), rest)
	}
	o, err := s.OrganizationByExternalID(t.Context(), "sync", "7")
	must(t, err)
	if o.Holding != 2 || o.Alerts7d != 2 {
		t.Errorf("organization %+v", o)
	}
	events, err := s.Events(t.Context(), app.EventFilter{OrganizationID: o.ID, Type: app.TypeMachineUnreachable, Since: t0})
	must(t, err)
	if len(events) != 2 || events[1].TicketNumber != 48211 || events[1].Outcome.Outcome != app.OutcomeTicket {
		t.Errorf("events %+v", events)
	}
	tickets, err := s.Tickets(t.Context(), app.TicketFilter{Connection: "cw", State: app.TicketOpen})
	must(t, err)
	if len(tickets) != 1 || tickets[0].Occurrences != 1 {
		t.Errorf("tickets %+v", tickets)
	}
	all, err := s.Organizations(t.Context(), app.OrganizationFilter{Source: "sync"})
	must(t, err)
	if len(all) != 2 || all[0].Name != "Contoso" || all[0].Holding != 2 || all[0].ParentID != all[1].ID {
		t.Errorf("organizations %+v", all)
	}
}

func TestRunsInsideABubble(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s, err := store.Open(t.Context(), dir, store.Options{Now: time.Now})
		must(t, err)
		_, err = s.Ingest(t.Context(), machine(app.Connected), time.Now(), nothing)
		must(t, err)
		time.Sleep(24 * time.Hour) // free in a bubble
		_, err = s.Tick(t.Context(), "sync", time.Now(), opens("k1", 0))
		must(t, err)
		d := claim(t, s, time.Now())
		created(t, s, d, 1, time.Now())
		if _, err := s.Backlog(t.Context(), time.Now()); err != nil {
			t.Error(err)
		}
		must(t, s.Close())
	})
}
