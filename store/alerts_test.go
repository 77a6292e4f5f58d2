package store_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"psabridge/app"
	"psabridge/store"
	"psabridge/store/storetest"
)

// mailed decides on e-mails about the machine's condition in its thread, with the given dedup keys; the first one opens it.
func mailed(keys ...string) store.Decide {
	return func(st app.AlertState) app.AlertDecision {
		var d app.AlertDecision
		if len(st.Conditions) == 0 {
			d.Conditions = []app.Condition{{
				Key: "k", Episode: 1, Source: st.Source, OrganizationID: "7", Type: app.TypeMachineUnreachable, Rule: "r", State: app.ConditionQuiet,
				Wait: app.ReasonNotViaPSA, Occurrences: 1, FirstAt: st.Now, LastAt: st.Now, FirstEvent: "a1", Mailed: app.MailedOpen, MailThread: "first@host",
			}}
		}
		for i, key := range keys {
			mail := &app.MailPayload{To: []string{"noc@msp.example"}, Subject: "FS01 is unreachable", MessageID: key + "@host", InReplyTo: "first@host", Source: st.Source, OrganizationID: "7"}
			if i == 0 && len(st.Conditions) == 0 {
				mail.MessageID, mail.InReplyTo = "first@host", ""
			}
			d.Deliveries = append(d.Deliveries, app.DecidedDelivery{DedupKey: key, Kind: app.DeliverMail, Connection: app.MailConnection, Lane: "mail:k", Mail: mail})
		}
		return d
	}
}

func decideNow(t *testing.T, s *store.Store, now time.Time, decide store.Decide) app.IngestResult {
	t.Helper()
	res, err := s.Tick(t.Context(), "sync", now, decide)
	must(t, err)
	return res
}

func TestMailsAreDeliveries(t *testing.T) {
	s := storetest.Open(t)
	seed(t, s, 0)
	for range 2 { // deciding the same twice adds nothing
		decideNow(t, s, t0, mailed("mail:k:1:open", "mail:k:1:worse"))
	}
	d := claim(t, s, t0)
	if d.Kind != app.DeliverMail || d.Connection != app.MailConnection || d.Lane != "mail:k" || d.TicketID != 0 {
		t.Fatalf("claimed %+v", d)
	}
	row := delivery(t, s, d.ID)
	if row.Subject != "FS01 is unreachable" || row.Organization.Name != "Contoso" {
		t.Errorf("row %+v", row)
	}
	idle(t, s, t0) // the second waits for the first
	intend(t, s, d, t0)
	if n, err := s.RecoverDeliveries(t.Context(), t0); err != nil || n != 1 {
		t.Errorf("recovered %d, %v", n, err)
	}
	if got := delivery(t, s, d.ID); got.State != app.DeliveryChecking {
		t.Errorf("after a crash it is %s", got.State)
	}
	wantCode(t, s.LinkDelivery(t.Context(), d.ID, app.Ticket{RemoteID: 7}, "Ada", t0), app.Conflict)
	must(t, s.RetryDelivery(t.Context(), d.ID, "Ada", t0))
	d = claim(t, s, t0)
	settle(t, s, d, app.Settlement{State: app.DeliveryDone})
	if got := claim(t, s, t0); got.DedupKey != "mail:k:1:worse" {
		t.Errorf("claimed %s", got.DedupKey)
	}
	must(t, s.Verify(t.Context()))
}

func TestDroppedMails(t *testing.T) {
	s := storetest.Open(t)
	seed(t, s, 0)
	decideNow(t, s, t0, mailed("mail:k:1:open", "mail:k:1:over"))
	d := claim(t, s, t0)
	settle(t, s, d, app.Settlement{State: app.DeliveryParked, Message: "The mail server refuses the address."})
	idle(t, s, t0)
	must(t, s.DropDelivery(t.Context(), d.ID, "Nobody reads it", "Ada", t0))
	if got := delivery(t, s, d.ID); got.State != app.DeliveryDropped || got.Reason != "Nobody reads it" {
		t.Errorf("delivery %+v", got)
	}
	if next := claim(t, s, t0); next.DedupKey != "mail:k:1:over" {
		t.Errorf("claimed %s", next.DedupKey)
	}
}

func TestConditionsKeepEverything(t *testing.T) {
	s := storetest.Open(t)
	c := app.Condition{
		Key: "k", Episode: 1, Source: "sync", OrganizationID: "7", Object: app.Object{Kind: app.ObjectMachine, ExternalID: "m1", Name: "FS01"},
		Type: "t", Severity: app.SeverityWarning, Level: 3, Rule: "r", State: app.ConditionQuiet, Wait: app.ReasonAcknowledged, Occurrences: 2, FirstAt: t0, LastAt: t0,
		FirstEvent: "e", Comebacks: 3, Calm: 7 * time.Minute, LastOccurred: t0.Add(-time.Minute), AckUntil: t0.Add(time.Hour), Mailed: app.MailedOpen,
		MailQuietUntil: t0.Add(2 * time.Hour), MailThread: "a@b", Title: "T", Text: "X",
	}
	save := func(c app.Condition) {
		t.Helper()
		decideNow(t, s, t0, func(app.AlertState) app.AlertDecision { return app.AlertDecision{Conditions: []app.Condition{c}} })
	}
	same := func() {
		t.Helper()
		if diff := cmp.Diff(c, condition(t, s)); diff != "" {
			t.Errorf("condition (-want +got):\n%s", diff)
		}
	}
	save(c)
	c.ID = 1
	same()
	for _, change := range []func(){ // one at a time, because a row that is the same is not written
		func() { c.Comebacks = 0 }, func() { c.LastOccurred = time.Time{} }, func() { c.AckUntil = time.Time{} },
		func() { c.Mailed = "" }, func() { c.MailQuietUntil = t0 }, func() { c.MailThread = "" }, func() { c.Calm = time.Second },
	} {
		change()
		save(c)
		same()
	}
}

func TestTicketKeepsItsFirstOwner(t *testing.T) {
	s := storetest.Open(t)
	seed(t, s, 0, "k1")
	d := claim(t, s, t0)
	settle(t, s, d, app.Settlement{State: app.DeliveryDone, Ticket: &app.Ticket{RemoteID: 1, State: app.TicketOpen, Owner: "dispatch", RemoteUpdatedAt: t0}})
	_, err := s.SavePolledTickets(t.Context(), []app.Ticket{{ID: d.TicketID, RemoteID: 1, State: app.TicketOpen, Owner: "ada", RemoteUpdatedAt: t0.Add(time.Hour)}}, t0)
	must(t, err)
	if got, err := s.Ticket(t.Context(), d.TicketID); err != nil || got.Owner != "dispatch" {
		t.Errorf("ticket %+v, %v", got, err)
	}
}

// TestTicketRemembersWhoDidWhat: the first reason stays, the poll's own words do not overwrite it, and the list is in the order
// of what changed.
func TestTicketRemembersWhoDidWhat(t *testing.T) {
	s, ctx := storetest.Open(t), t.Context()
	var ids []int64
	for i, scope := range []string{"k1", "k2"} {
		seed(t, s, i, scope)
		d := claim(t, s, t0)
		settle(t, s, d, app.Settlement{State: app.DeliveryDone, Ticket: &app.Ticket{RemoteID: int64(i + 1), State: app.TicketOpen, RemoteUpdatedAt: t0}})
		ids = append(ids, d.TicketID)
	}
	change := func(at time.Time, row app.Ticket) app.TicketRow {
		t.Helper()
		row.ID, row.RemoteID, row.RemoteUpdatedAt = ids[0], 1, at
		_, err := s.SavePolledTickets(ctx, []app.Ticket{row}, at)
		must(t, err)
		got, err := s.Ticket(ctx, ids[0])
		must(t, err)
		return got
	}
	took, closed := t0.Add(time.Hour), t0.Add(2*time.Hour)
	got := change(took, app.Ticket{State: app.TicketOpen, Touched: true, TouchedWhy: "ada is its owner now."})
	if got.TouchedWhy != "ada is its owner now." || !got.TouchedAt.Equal(took) || !got.ChangedAt.Equal(took) {
		t.Errorf("taken: %+v", got.Ticket)
	}
	got = change(closed, app.Ticket{State: app.TicketClosed, Touched: true, TouchedWhy: "ada closed it.", ClosedBy: "ada"})
	if got.TouchedWhy != "ada is its owner now." || !got.TouchedAt.Equal(took) || got.ClosedBy != "ada" || !got.ClosedAt.Equal(closed) {
		t.Errorf("closed: %+v", got.Ticket)
	}
	got = change(closed.Add(time.Hour), app.Ticket{State: app.TicketOpen, Touched: true})
	if !got.ReopenedAt.Equal(closed.Add(time.Hour)) || got.ClosedBy != "" || !got.ClosedAt.IsZero() {
		t.Errorf("reopened: %+v", got.Ticket)
	}
	for _, f := range []app.TicketFilter{{Recent: true}, {Recent: true, State: app.TicketOpen}} {
		list, err := s.Tickets(ctx, f)
		must(t, err)
		if len(list) != 2 || list[0].ID != ids[0] {
			t.Errorf("what changed last is not first: %+v", list)
		}
		f.Page = app.Page{After: ids[0]}
		if list, err = s.Tickets(ctx, f); err != nil || len(list) != 1 || list[0].ID != ids[1] {
			t.Errorf("the page after it: %+v, %v", list, err)
		}
	}
}

// problem is an event as a source sends it.
func problem(id string, state app.EventState, occurred time.Time) app.Event {
	return app.Event{
		SourceEventID: id, OrganizationID: "7", Object: app.Object{Kind: app.ObjectMachine, ExternalID: "m1", Name: "FS01"},
		Type: "backup.failed", State: state, OccurredAt: occurred, Title: "Backup",
	}
}

func TestRulesKnowWhatRecovered(t *testing.T) {
	s := storetest.Open(t)
	inboxes(t, s, "backup")
	key := app.SubjectKey("backup", "7", problem("", "", t0).Object, "backup.failed")
	send := func(now time.Time, events ...app.Event) (got map[string]time.Time) {
		t.Helper()
		_, err := s.Ingest(t.Context(), app.Batch{Source: "backup", Pushed: true, Events: events}, now, func(st app.AlertState) app.AlertDecision {
			got = st.RecoveredAt
			return nothing(st)
		})
		must(t, err)
		return got
	}
	is := func(what string, got map[string]time.Time, want time.Time) {
		t.Helper()
		if !got[key].Equal(want) {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	is("its own batch", send(t0.Add(time.Second), problem("r1", app.Recovery, t0), problem("p1", app.Problem, t0.Add(-time.Minute))), time.Time{})
	is("the only one", send(t0, problem("p2", app.Problem, t0.Add(-time.Minute))), t0)
	send(t0, problem("r0", app.Recovery, t0.Add(-time.Hour)), problem("ahead", app.Recovery, t0.Add(6*time.Minute)), problem("timeless", app.Recovery, time.Time{}))
	is("older, ahead and timeless ones", send(t0.Add(time.Hour), problem("p3", app.Problem, t0)), t0)
	send(t0.Add(time.Hour), problem("r4", app.Recovery, t0.Add(time.Hour+time.Minute)), problem("filled in", app.Recovery, t0.Add(time.Hour)))
	is("a newer one, a little ahead", send(t0.Add(time.Hour), problem("p4", app.Problem, t0)), t0.Add(time.Hour))
	send(t0.Add(48*time.Hour), problem("a day late", app.Recovery, t0.Add(2*time.Hour)))
	is("one of long ago when it came", send(t0.Add(24*time.Hour), problem("p7", app.Problem, t0.Add(time.Hour))), t0.Add(time.Hour))
	if got := send(t0.Add(time.Hour), problem("r5", app.Recovery, t0), problem("p5", app.Problem, time.Time{})); len(got) != 0 {
		t.Errorf("%v is known though no problem has a time", got)
	}
	other := problem("p6", app.Problem, t0)
	other.Object.ExternalID = "m2"
	if got := send(t0.Add(time.Hour), other); len(got) != 0 {
		t.Errorf("%v is known of another machine", got)
	}
	inboxes(t, s) // it leaves, and one of the same name comes
	inboxes(t, s, "backup")
	is("another server", send(t0.Add(time.Hour), problem("p4", app.Problem, t0)), time.Time{})
}

func TestRulesKnowWhatOpenedLately(t *testing.T) {
	s := storetest.Open(t)
	seed(t, s, 1, "k1", "k2")
	asked := opens("k3", 0)
	decideNow(t, s, t0, func(st app.AlertState) app.AlertDecision {
		d := asked(st)
		d.Deliveries[0].Payload.Reason = app.ReasonStart
		return d
	})
	for after, want := range map[time.Duration]int{0: 2, 15 * time.Minute: 2, 16 * time.Minute: 0, -time.Hour: 0} {
		if got := view(t, s, t0.Add(after)).OpenedLately["cw"]; got != want {
			t.Errorf("%d opened lately %v later, want %d", got, after, want)
		}
	}
}

// TestRulesRememberWhatCleared: for as long as the reopen window lasts, from the clearing and from the closing of its ticket.
func TestRulesRememberWhatCleared(t *testing.T) {
	s := storetest.Open(t)
	seed(t, s, 0, "k1")
	d := claim(t, s, t0)
	created(t, s, d, 1, t0)
	cleared := condition(t, s)
	cleared.State, cleared.ClearedAt, cleared.Comebacks = app.ConditionCleared, t0, 2
	decideNow(t, s, t0, func(app.AlertState) app.AlertDecision { return app.AlertDecision{Conditions: []app.Condition{cleared}} })
	closed := t0.Add(10 * time.Hour)
	_, err := s.SavePolledTickets(t.Context(), []app.Ticket{{ID: d.TicketID, RemoteID: 1, State: app.TicketClosed, RemoteUpdatedAt: closed}}, closed)
	must(t, err)
	for after, want := range map[time.Duration]int{time.Hour: 1, 24 * time.Hour: 1, 34 * time.Hour: 1, 35 * time.Hour: 0} {
		st := view(t, s, t0.Add(after))
		if len(st.Conditions) != want || len(st.Tickets) != want {
			t.Errorf("after %v the rules know %d conditions, %d tickets, want %d", after, len(st.Conditions), len(st.Tickets), want)
		}
		if want == 1 && st.Conditions[0].Comebacks != 2 {
			t.Errorf("it forgot how often it came back")
		}
	}
}

func TestSourcesThatLeftAreToldOf(t *testing.T) {
	s := storetest.Open(t)
	inboxes(t, s, "sync")
	seed(t, s, 0)
	decideNow(t, s, t0, mailed("mail:k:1:open"))
	left := func(now time.Time, want int) {
		t.Helper()
		if names, err := s.SourcesLeftMailed(t.Context(), now); err != nil || len(names) != want {
			t.Errorf("left are %v, %v, want %d", names, err, want)
		}
	}
	left(t0, 0)
	inboxes(t, s) // removed an hour later
	left(t0.Add(2*time.Hour), 1)
	left(t0.Add(62*time.Hour), 1) // over a weekend too
	decideNow(t, s, t0, func(st app.AlertState) app.AlertDecision {
		c := st.Conditions[0]
		c.Mailed = ""
		return app.AlertDecision{Conditions: []app.Condition{c}}
	})
	left(t0.Add(2*time.Hour), 0)
}

func TestFloodAsksLikeTheStart(t *testing.T) {
	s := storetest.Open(t)
	seed(t, s, 0)
	decideNow(t, s, t0, func(st app.AlertState) (d app.AlertDecision) {
		for i, wait := range []app.Reason{app.ReasonHistory, app.ReasonFlood, app.ReasonNotMapped, app.ReasonMuted} {
			d.Conditions = append(d.Conditions, app.Condition{Key: strconv.Itoa(i), Episode: 1, Source: st.Source, State: app.ConditionWaiting, Wait: wait, FirstAt: t0, LastAt: t0})
		}
		return d
	})
	if b, err := s.Backlog(t.Context(), t0); err != nil || b.StartLine != 2 || b.WaitingMapping != 1 {
		t.Errorf("backlog %+v, %v", b, err)
	}
}

// TestRemovedSourceLosesNoTicket: the ticket that was not sent yet stays with its delivery, and a person decides.
func TestRemovedSourceLosesNoTicket(t *testing.T) {
	s := storetest.Open(t)
	inboxes(t, s, "sync")
	seed(t, s, 1, "k1")
	inboxes(t, s)
	d := claim(t, s, t0)
	if d.Kind != app.DeliverTicketCreate {
		t.Fatalf("claimed %+v", d)
	}
	settle(t, s, d, app.Settlement{State: app.DeliveryParked, Code: app.Invalid, Message: "Its source was removed."})
	row, err := s.Ticket(t.Context(), d.TicketID)
	must(t, err)
	if row.State != app.TicketPending || len(row.Conditions) != 1 || row.Conditions[0].Wait != app.ReasonSourceRemoved {
		t.Errorf("ticket %+v", row)
	}
	must(t, s.LinkDelivery(t.Context(), d.ID, app.Ticket{RemoteID: 48001}, "Ada", t0))
	if row, err = s.Ticket(t.Context(), d.TicketID); err != nil || row.State != app.TicketOpen || row.Conditions[0].State != app.ConditionCleared {
		t.Errorf("ticket %+v, %v", row, err)
	}
}
