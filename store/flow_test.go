package store_test

import (
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/store"
	"psabridge/store/storetest"
)

var t0 = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)

// must ends the test on an error.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wantCode ends the test unless err has the code.
func wantCode(t *testing.T, err error, code app.Code) {
	t.Helper()
	if app.ErrorCode(err) != code {
		t.Fatalf("error %v has code %q, want %q", err, app.ErrorCode(err), code)
	}
}

// machine is a batch with one organization, one machine that is not connected, and one activity.
func machine(value string) app.Batch {
	obj := app.Object{Kind: app.ObjectMachine, ExternalID: "m1", Name: "FS01"}
	return app.Batch{
		Source: "sync", ReadAt: t0, OrganizationsComplete: true,
		Organizations: []app.Organization{{ExternalID: "1", Name: "MSP", Active: true}, {ExternalID: "7", ParentExternalID: "1", Name: "Contoso", Active: true}},
		States:        []app.ObjectState{{OrganizationID: "7", Object: obj, What: app.StateConnection, Value: value}},
		Events:        []app.Event{{SourceEventID: "a1", OrganizationID: "7", Object: obj, Type: "activity.sign_in", State: app.Info, Severity: app.SeverityInfo, Title: "Sign-in"}},
		Marks:         []app.Mark{{Stream: "activity", ExternalID: "1", Value: "a1"}},
	}
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// nothing decides nothing, except that fresh events want no rule.
func nothing(st app.AlertState) app.AlertDecision {
	var d app.AlertDecision
	for _, e := range st.Fresh {
		d.Outcomes = append(d.Outcomes, app.DecidedOutcome{SourceEventID: e.SourceEventID, Outcome: app.OutcomeNoRule, Reason: app.ReasonNoRule})
	}
	return d
}

// opens decides on a ticket for the key, with a create and the given number of notes behind it.
func opens(key string, notes int) store.Decide {
	return func(st app.AlertState) app.AlertDecision {
		xref := st.InstallID + "-" + key
		d := nothing(st)
		d.Derived = []app.Event{{SourceEventID: "derived-" + key, OrganizationID: "7", Type: app.TypeMachineUnreachable, State: app.Problem, Severity: app.SeverityCritical, Level: 5}}
		d.Outcomes = append(d.Outcomes, app.DecidedOutcome{SourceEventID: "derived-" + key, Outcome: app.OutcomeTicket, Rule: "r", Reason: app.ReasonFirst, ConditionKey: key, Episode: 1})
		d.Conditions = []app.Condition{{
			Key: key, Episode: 1, Source: st.Source, OrganizationID: "7", Type: app.TypeMachineUnreachable, Severity: app.SeverityCritical,
			Rule: "r", State: app.ConditionWaiting, Occurrences: 1, FirstAt: st.Now, LastAt: st.Now, FirstEvent: "derived-" + key, TicketXRef: xref,
		}}
		d.Tickets = []app.Ticket{{XRef: xref, ScopeKey: key, Connection: "cw", Summary: "FS01 is unreachable", State: app.TicketPending}}
		d.Deliveries = []app.DecidedDelivery{{DedupKey: "create:" + xref, Kind: app.DeliverTicketCreate, Connection: "cw", TicketXRef: xref, Payload: app.TicketPayload{Source: st.Source, OrganizationID: "7", Summary: "FS01 is unreachable"}}}
		for i := range notes {
			d.Deliveries = append(d.Deliveries, app.DecidedDelivery{DedupKey: fmt.Sprintf("note:%s:%d", xref, i), Kind: app.DeliverTicketNote, Connection: "cw", TicketXRef: xref, Payload: app.TicketPayload{Source: st.Source, OrganizationID: "7", Close: i == notes-1}})
		}
		return d
	}
}

// seed stores a batch that opens a ticket for each key.
func seed(t *testing.T, s *store.Store, notes int, keys ...string) {
	t.Helper()
	_, err := s.Ingest(t.Context(), machine(app.Disconnected), t0, nothing)
	must(t, err)
	for _, key := range keys {
		_, err := s.Tick(t.Context(), "sync", t0, opens(key, notes))
		must(t, err)
	}
}

// claim takes the next delivery, which must be there.
func claim(t *testing.T, s *store.Store, now time.Time) app.Delivery {
	t.Helper()
	d, ok, err := s.Claim(t.Context(), now, nil)
	must(t, err)
	if !ok {
		t.Fatal("nothing to claim")
	}
	return d
}

// idle ends the test if something can be claimed.
func idle(t *testing.T, s *store.Store, now time.Time, blocked ...string) {
	t.Helper()
	if d, ok, err := s.Claim(t.Context(), now, blocked); err != nil || ok {
		t.Fatalf("claimed %s %d (%v), want nothing", d.Kind, d.ID, err)
	}
}

func intend(t *testing.T, s *store.Store, d app.Delivery, now time.Time) {
	t.Helper()
	must(t, s.Intent(t.Context(), app.Intent{DeliveryID: d.ID, Attempt: d.Attempt, At: now, Request: `{"summary":"x"}`, Ledger: app.LedgerEntry{Object: "ticket", After: "open"}}))
}

// created settles a create with the ticket ConnectWise made.
func created(t *testing.T, s *store.Store, d app.Delivery, remote int64, now time.Time) {
	t.Helper()
	must(t, s.Settle(t.Context(), app.Settlement{
		DeliveryID: d.ID, Attempt: d.Attempt, At: now, State: app.DeliveryDone,
		Ticket: &app.Ticket{ID: d.TicketID, RemoteID: remote, Board: "Alerts", Status: "New", State: app.TicketOpen, RemoteUpdatedAt: now},
		Ledger: []app.LedgerEntry{{Object: "ticket", RemoteID: remote}},
	}))
}

func TestTicketFromEventToConnectWise(t *testing.T) {
	s := storetest.Open(t)
	seed(t, s, 1, "k1")
	d := claim(t, s, t0)
	if d.Kind != app.DeliverTicketCreate || d.State != app.DeliverySending || d.Attempt != 1 || d.TicketID == 0 {
		t.Fatalf("claimed %+v", d)
	}
	idle(t, s, t0) // the note waits for its ticket
	intend(t, s, d, t0)
	created(t, s, d, 48211, t0.Add(time.Second))
	row, err := s.Ticket(t.Context(), d.TicketID)
	must(t, err)
	if row.RemoteID != 48211 || row.State != app.TicketOpen || len(row.Conditions) != 1 || row.Conditions[0].State != app.ConditionOpen {
		t.Errorf("ticket %+v", row)
	}
	if n := claim(t, s, t0); n.Kind != app.DeliverTicketNote {
		t.Errorf("claimed %s, want the note", n.Kind)
	}
	must(t, s.Verify(t.Context()))
}

func TestClaimGivesEachDeliveryOnce(t *testing.T) {
	s := storetest.Open(t)
	var keys []string
	for i := range 50 {
		keys = append(keys, fmt.Sprintf("k%02d", i))
	}
	seed(t, s, 0, keys...)
	var mu sync.Mutex
	seen := map[int64]int{}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for {
				d, ok, err := s.Claim(t.Context(), t0, nil)
				if err != nil {
					t.Error(err)
				}
				if !ok {
					return
				}
				mu.Lock()
				seen[d.ID]++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(seen) != 50 {
		t.Errorf("claimed %d deliveries, want 50", len(seen))
	}
	for id, n := range seen {
		if n != 1 {
			t.Errorf("delivery %d was claimed %d times", id, n)
		}
	}
}

func TestRecoverDeliveries(t *testing.T) {
	s := storetest.Open(t)
	seed(t, s, 0, "unsent", "sent", "checking", "looking", "resent")
	unsent, sent := claim(t, s, t0), claim(t, s, t0)
	intend(t, s, sent, t0)
	checking := claim(t, s, t0)
	intend(t, s, checking, t0)
	must(t, s.Settle(t.Context(), app.Settlement{DeliveryID: checking.ID, Attempt: 1, At: t0, State: app.DeliveryChecking, NextAt: t0.Add(time.Minute), Code: app.Unavailable, Checks: 2}))
	// Two that were checked when the crash came: one was only being looked for, one was sent again.
	checked := func() app.Delivery {
		d := claim(t, s, t0)
		intend(t, s, d, t0)
		must(t, s.Settle(t.Context(), app.Settlement{DeliveryID: d.ID, Attempt: 1, At: t0, State: app.DeliveryChecking, NextAt: t0, Code: app.Unavailable, Checks: 3}))
		return claim(t, s, t0)
	}
	looking, resent := checked(), checked()
	intend(t, s, resent, t0)

	later := t0.Add(2 * time.Minute)
	n, err := s.RecoverDeliveries(t.Context(), later)
	must(t, err)
	if n != 4 {
		t.Errorf("recovered %d, want the four that were in hand", n)
	}
	for id, want := range map[int64]app.Delivery{
		unsent.ID:   {State: app.DeliveryWaiting, NextAt: later},
		sent.ID:     {State: app.DeliveryChecking, NextAt: later.Add(15 * time.Second), Intended: true, CheckSince: later},
		looking.ID:  {State: app.DeliveryChecking, NextAt: later, Intended: true, Checks: 3, CheckSince: t0},
		resent.ID:   {State: app.DeliveryChecking, NextAt: later.Add(15 * time.Second), Intended: true, CheckSince: later},
		checking.ID: {State: app.DeliveryChecking, NextAt: t0.Add(time.Minute), Intended: true, Checks: 2, CheckSince: t0},
	} {
		got, err := s.Delivery(t.Context(), id)
		must(t, err)
		if got.State != want.State || !got.NextAt.Equal(want.NextAt) || got.Intended != want.Intended || got.Checks != want.Checks || !got.CheckSince.Equal(want.CheckSince) {
			t.Errorf("delivery %d: %+v, want %+v", id, got.Delivery, want)
		}
	}
	must(t, s.Settle(t.Context(), func() app.Settlement {
		d := claim(t, s, later) // what was recovered can be claimed again
		return app.Settlement{DeliveryID: d.ID, Attempt: d.Attempt, At: later, State: app.DeliveryWaiting, NextAt: later.Add(time.Hour)}
	}()))
}
