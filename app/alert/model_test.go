package alert_test

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/alert"
)

// bridge is an in-memory store and outbox: it applies decisions as the store does and refuses what the tables refuse.
type bridge struct {
	t          tb
	in         alert.Input
	routes     map[string]alert.Route
	now        time.Time
	first      bool
	started    time.Time
	steady     time.Time
	objects    []app.ObjectState
	unread     map[string]bool
	failing    time.Time
	gap        bool
	appeared   []app.ObjectState // of the next batch, as are the next three
	vanished   []app.ObjectState
	moved      []app.OrganizationMove
	readBefore map[string]bool
	starts     map[string]map[string]time.Time
	tree       []app.Organization
	gone       []app.AlertRule
	conditions []app.Condition
	tickets    []app.Ticket
	waiting    map[int64]bool
	queue      []app.DecidedDelivery
	dedup      map[string]bool
	events     map[string]bool
	outcomes   map[string]app.DecidedOutcome
	notes      []app.DecidedDelivery // sent, those without a word aside
	reopens    int                   // sent
	mails      []app.DecidedDelivery // sent
	overBy     map[string]time.Time  // newest recovery received, by subject
	overHeard  map[string]time.Time  // when that was received
	openedAt   map[string][]time.Time
	noted      map[string]time.Time // when a ticket, or the lane of e-mails, was told something last
	sequence   int
}

type tb interface {
	Helper()
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
}

var t0 = time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)

func newBridge(t tb, rules ...app.AlertRule) *bridge {
	b := &bridge{
		t: t, now: t0, started: t0.Add(-time.Hour), waiting: map[int64]bool{}, dedup: map[string]bool{}, events: map[string]bool{},
		overBy: map[string]time.Time{}, overHeard: map[string]time.Time{}, openedAt: map[string][]time.Time{}, noted: map[string]time.Time{},
		outcomes: map[string]app.DecidedOutcome{}, readBefore: map[string]bool{"4700": true, "4711": true, "4712": true},
		tree: []app.Organization{
			{Source: "sync", ExternalID: "4700", Name: "MSP"},
			{Source: "sync", ExternalID: "4711", ParentExternalID: "4700", Name: "Contoso"},
			{Source: "sync", ExternalID: "4712", ParentExternalID: "4700", Name: "Fabrikam"},
		},
		routes: map[string]alert.Route{"4711": {Connection: "cw", Mapped: true, Ticketing: true}},
	}
	b.in = alert.Input{
		Settings: app.Settings{Alerts: rules},
		Routes:   func(_, organization string) alert.Route { return b.routes[organization] },
	}
	return b
}

func rule(types ...string) app.AlertRule {
	r := app.AlertRule{Name: "Rule", Via: app.Via{PSA: true}, Ticket: app.TicketPolicy{AutoClose: true}}
	for _, typ := range types {
		r.When = append(r.When, app.When{Type: typ})
	}
	return r
}

func (b *bridge) state(complete bool, fresh []app.Event) app.AlertState {
	return app.AlertState{
		Now: b.now, Source: "sync", InstallID: "k3v9x2abcd", FirstRead: b.first, StartedAt: b.started, Starts: b.starts, SteadySince: b.steady, Complete: complete, Unread: b.unread,
		Organizations: slices.Clone(b.tree), GapRestart: b.gap, FailingSince: b.failing, FailingText: "The server does not answer.",
		Appeared: b.appeared, Vanished: b.vanished, Moved: b.moved, ReadBefore: b.readBefore,
		Objects: slices.Clone(b.objects), Conditions: b.known(), Tickets: slices.Clone(b.tickets),
		CreateWaiting: maps.Clone(b.waiting), Fresh: fresh, RecoveredAt: maps.Clone(b.overBy), RecoveredHeard: maps.Clone(b.overHeard), OpenedLately: b.openedLately(), Gone: b.gone,
	}
}

// known are the conditions that the store still shows the rules: what ended longer ago than any rule's reopen window, and
// is not to be told of any more, is forgotten, and the number of its episode with it.
func (b *bridge) known() (list []app.Condition) {
	from := b.now.Add(-24 * time.Hour)
	for _, r := range b.in.Settings.Alerts {
		if at := b.now.Add(-r.Ticket.ReopenWithin.D()); at.Before(from) {
			from = at
		}
	}
	for _, c := range b.conditions {
		ticket := c.TicketID != 0 && (b.tickets[c.TicketID-1].State != app.TicketClosed || !b.tickets[c.TicketID-1].ClosedAt.Before(from))
		if c.State != app.ConditionCleared || !c.ClearedAt.Before(from) || ticket || c.Mailed == app.MailedOpen || c.MailQuietUntil.After(b.now) {
			list = append(list, c)
		}
	}
	return list
}

// openedLately counts the tickets of the last quarter of an hour, as the store does.
func (b *bridge) openedLately() map[string]int {
	n := map[string]int{}
	for connection, times := range b.openedAt {
		for _, at := range times {
			if b.now.Sub(at) < 15*time.Minute {
				n[connection]++
			}
		}
	}
	return n
}

// received drops what was stored before and remembers what recovered.
func (b *bridge) received(fresh []app.Event) (kept []app.Event) {
	for _, e := range fresh {
		if !b.events[e.SourceEventID] {
			b.events[e.SourceEventID] = true
			kept = append(kept, e)
		}
	}
	return kept
}

// remember keeps the newest recovery, as the store does: one without a time of its own, or with one that cannot be, says
// nothing, and one that is a little ahead happened when it came.
func (b *bridge) remember(fresh []app.Event) {
	for _, e := range fresh {
		key, ago := alert.Key(e.Source, e.OrganizationID, e.Object, e.Type), b.now.Sub(e.OccurredAt)
		if e.State != app.Recovery || e.OccurredAt.Equal(e.ReceivedAt) || ago > 24*time.Hour || ago < -5*time.Minute {
			continue
		}
		if at := b.now.Add(-max(ago, 0)); at.After(b.overBy[key]) {
			b.overBy[key], b.overHeard[key] = at, b.now
		}
	}
}

// decide decides, checks that the decision is whole, applies it, and checks that deciding again adds nothing.
func (b *bridge) decide(complete bool, fresh ...app.Event) app.AlertDecision {
	b.t.Helper()
	fresh = b.received(fresh)
	s := b.state(complete, fresh)
	d := alert.Decide(b.in, s)
	b.checkOutcomes(s, d)
	b.apply(d)
	b.remember(fresh)
	b.appeared, b.vanished, b.moved = nil, nil, nil
	if again := alert.Decide(b.in, b.state(complete, nil)); !empty(again) {
		b.t.Fatalf("deciding again about the same state adds %+v", again)
	}
	return d
}

func empty(d app.AlertDecision) bool {
	return len(d.Derived)+len(d.Outcomes)+len(d.Conditions)+len(d.Tickets)+len(d.Deliveries)+len(d.Dropped) == 0
}

func (b *bridge) checkOutcomes(s app.AlertState, d app.AlertDecision) {
	b.t.Helper()
	want := map[string]int{}
	for _, e := range append(slices.Clone(s.Fresh), d.Derived...) {
		want[e.SourceEventID]++
	}
	for _, o := range d.Outcomes {
		want[o.SourceEventID]--
		b.outcomes[o.SourceEventID] = o
	}
	for id, n := range want {
		if n != 0 {
			b.t.Fatalf("event %s has %d outcomes too few", id, n)
		}
	}
	for _, e := range d.Derived {
		if b.events[e.SourceEventID] {
			b.t.Fatalf("derived %s twice", e.SourceEventID)
		}
		b.events[e.SourceEventID] = true
	}
}

func (b *bridge) apply(d app.AlertDecision) {
	b.t.Helper()
	for id := range d.Dropped {
		if !b.waiting[id] {
			b.t.Fatalf("dropped the create of ticket %d, which is not waiting", id)
		}
		delete(b.waiting, id)
		b.tickets[id-1].State, b.tickets[id-1].ClosedAt = app.TicketClosed, b.now
		xref := b.tickets[id-1].XRef
		b.queue = slices.DeleteFunc(b.queue, func(q app.DecidedDelivery) bool { return q.TicketXRef == xref })
	}
	for _, t := range d.Tickets {
		t.ID = int64(len(b.tickets) + 1)
		b.tickets = append(b.tickets, t)
		b.waiting[t.ID] = true
		b.openedAt[t.Connection] = append(b.openedAt[t.Connection], t.OpenedAt)
	}
	for _, c := range d.Conditions {
		if c.TicketID == 0 && c.TicketXRef != "" {
			c.TicketID = b.ticket(c.TicketXRef).ID
		}
		c.TicketXRef = ""
		if c.ID == 0 {
			c.ID = int64(len(b.conditions) + 1)
			for _, old := range b.conditions {
				if old.Key == c.Key {
					c.Episode = max(c.Episode, old.Episode+1)
				}
			}
			b.conditions = append(b.conditions, c)
		} else {
			b.conditions[c.ID-1] = c
		}
	}
	for _, q := range d.Deliveries {
		if b.dedup[q.DedupKey] {
			continue
		}
		b.dedup[q.DedupKey] = true
		b.checkDelivery(q)
		b.checkManners(q)
		b.queue = append(b.queue, q)
	}
	b.checkTables()
}

// checkDelivery is what the store needs of an e-mail, and of what is said to a ticket.
func (b *bridge) checkDelivery(q app.DecidedDelivery) {
	b.t.Helper()
	if q.Kind != app.DeliverMail {
		if q.Mail != nil || q.TicketXRef == "" || (q.Payload.Text == "" && !q.Payload.Reopen) {
			b.t.Fatalf("delivery to a ticket: %+v", q)
		}
		return
	}
	m := q.Mail
	if m == nil || q.TicketXRef != "" || q.Connection != app.MailConnection || !strings.HasPrefix(q.Lane, "mail:") ||
		len(m.To) == 0 || m.Subject == "" || m.Text == "" || !strings.HasSuffix(m.MessageID, "@k3v9x2abcd.psabridge") || m.InReplyTo == m.MessageID ||
		strings.Contains(m.Subject, "\n") || strings.ContainsAny(m.InReplyTo, " ?") {
		b.t.Fatalf("e-mail: %+v %+v", q, m)
	}
}

// checkManners: at most one note a quarter of an hour for one ticket, and one e-mail for one scope.
func (b *bridge) checkManners(q app.DecidedDelivery) {
	b.t.Helper()
	at := q.TicketXRef
	switch {
	case q.Kind == app.DeliverMail:
		at = q.Lane
	case q.Kind == app.DeliverTicketCreate, q.Payload.Text == "":
		return
	}
	if last, ok := b.noted[at]; ok && b.now.Sub(last) < 15*time.Minute {
		b.t.Fatalf("%s is told something %s after the last: %+v", at, b.now.Sub(last), q)
	}
	b.noted[at] = b.now
}

func (b *bridge) ticket(xref string) *app.Ticket {
	b.t.Helper()
	for i := range b.tickets {
		if b.tickets[i].XRef == xref {
			return &b.tickets[i]
		}
	}
	b.t.Fatalf("no ticket %s", xref)
	return nil
}

// checkTables is what the unique indexes of the store demand.
func (b *bridge) checkTables() {
	b.t.Helper()
	open, holding, episodes := map[string]int{}, map[string]int{}, map[string]int{}
	xrefs := map[string]int{}
	for _, t := range b.tickets {
		xrefs[t.XRef]++
		if t.State != app.TicketClosed {
			open[t.Connection+"/"+t.ScopeKey]++
		}
		if n := len([]rune(t.Summary)); n == 0 || n > 100 {
			b.t.Fatalf("summary has %d characters", n)
		}
	}
	for _, c := range b.conditions {
		episodes[fmt.Sprintf("%s/%d", c.Key, c.Episode)]++
		if c.State != app.ConditionCleared {
			holding[c.Key]++
		}
		if (c.State == app.ConditionCleared) == c.ClearedAt.IsZero() {
			b.t.Fatalf("condition %s is %s and cleared at %s", c.Key, c.State, c.ClearedAt)
		}
	}
	for what, m := range map[string]map[string]int{"open tickets": open, "holding": holding, "episodes": episodes, "xrefs": xrefs} {
		for key, n := range m {
			if n > 1 {
				b.t.Fatalf("%s: %d of %s", what, n, key)
			}
		}
	}
}

// send delivers everything that is queued, as an outbox that always succeeds.
func (b *bridge) send() {
	b.wait(time.Millisecond) // it takes a moment
	for _, q := range b.queue {
		if q.Kind == app.DeliverMail {
			b.mails = append(b.mails, q)
			continue
		}
		t := b.ticket(q.TicketXRef)
		if q.Kind == app.DeliverTicketCreate {
			t.RemoteID, t.State = 48000+t.ID, app.TicketOpen
			delete(b.waiting, t.ID)
			continue
		}
		if q.Payload.Text != "" {
			b.notes = append(b.notes, q)
		}
		if q.Payload.Reopen && b.holds(t) {
			b.reopens++
			t.State, t.ClosedAt = app.TicketOpen, time.Time{}
		} else if q.Payload.Reopen && t.State == app.TicketClosed {
			t.ClosedAt = b.now // as it was found
		}
		if q.Payload.Close && !t.Touched && !b.holds(t) {
			t.State, t.ClosedAt = app.TicketClosed, b.now
		}
	}
	b.queue = nil
}

// holds is what app/ticketing asks right before it closes or reopens: whether something holds on the ticket now.
func (b *bridge) holds(t *app.Ticket) bool {
	for _, c := range b.conditions {
		if c.TicketID == t.ID && c.State == app.ConditionOpen {
			return true
		}
	}
	return false
}

// personCloses is a person closing the ticket in ConnectWise.
func (b *bridge) personCloses(t *app.Ticket) {
	t.State, t.Touched, t.ClosedAt = app.TicketClosed, true, b.now
	for i := range b.conditions {
		if c := &b.conditions[i]; c.TicketID == t.ID && c.State != app.ConditionCleared {
			c.State, c.Wait = app.ConditionQuiet, ""
		}
	}
}

func (b *bridge) last() app.Condition { return b.conditions[len(b.conditions)-1] }

func (b *bridge) event(typ string, state app.EventState) app.Event {
	b.sequence++
	return app.Event{
		Source: "sync", SourceEventID: fmt.Sprintf("e%d", b.sequence), OrganizationID: "4711",
		Object: app.Object{Kind: app.ObjectMachine, ExternalID: "77", Name: "FS01"}, Type: typ, State: state,
		Severity: app.SeverityWarning, OccurredAt: b.now, ReceivedAt: b.now, Title: "Backup of FS01 failed", Text: "Disk full.",
	}
}

// machine sets what the source shows of a machine.
func (b *bridge) machine(id, value string) {
	b.set(app.ObjectState{
		OrganizationID: "4711", Object: app.Object{Kind: app.ObjectMachine, ExternalID: id, Name: "FS" + id},
		What: app.StateConnection, Value: value, From: b.now,
	})
}

func (b *bridge) quota(percent int) {
	b.set(app.ObjectState{
		OrganizationID: "4711", Object: app.Object{Kind: app.ObjectOrganization, ExternalID: "4711", Name: "Contoso"},
		What: app.StateQuota, Value: strconv.Itoa(percent), From: b.now,
	})
}

func (b *bridge) set(o app.ObjectState) {
	for i, old := range b.objects {
		if old.Object == o.Object && old.What == o.What {
			if old.Value != o.Value {
				b.objects[i] = o
			}
			return
		}
	}
	b.objects = append(b.objects, o)
}

// show sets a state of an object of Contoso.
func (b *bridge) show(kind app.ObjectKind, id, what, value string) {
	b.set(app.ObjectState{OrganizationID: "4711", Object: app.Object{Kind: kind, ExternalID: id, Name: "N" + id}, What: what, Value: value, From: b.now})
}

// present is the presence of an object since now.
func (b *bridge) present(organization string, kind app.ObjectKind, id string) app.ObjectState {
	return app.ObjectState{OrganizationID: organization, Object: app.Object{Kind: kind, ExternalID: id, Name: "N" + id}, What: app.StatePresent, Value: app.Yes, From: b.now}
}

// remove takes away everything the source shows of an object.
func (b *bridge) remove(id string) {
	b.objects = slices.DeleteFunc(b.objects, func(o app.ObjectState) bool { return o.Object.ExternalID == id })
}

func (b *bridge) wait(d time.Duration) { b.now = b.now.Add(d) }

func mustOutcome(t *testing.T, d app.AlertDecision, kind app.OutcomeKind, reason app.Reason) {
	t.Helper()
	if len(d.Outcomes) != 1 || d.Outcomes[0].Outcome != kind || d.Outcomes[0].Reason != reason {
		t.Fatalf("outcomes = %+v, want one %s because %s", d.Outcomes, kind, reason)
	}
}

func mustCount(t *testing.T, what string, got, want int) {
	t.Helper()
	if got != want {
		t.Fatalf("%s: got %d, want %d", what, got, want)
	}
}

func observe(b *bridge, s app.AlertState) []app.Event { return alert.Observe(b.in, s) }
