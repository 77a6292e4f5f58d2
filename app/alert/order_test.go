package alert_test

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"psabridge/app"
)

// timeline draws what happened to one object: problems and recoveries, each at a moment of its own by the source's
// clock and at least so many seconds apart, in any pattern and ending in either.
func timeline(t *rapid.T, eventType, object string, apart int) []app.Event {
	moments := rapid.SliceOfNDistinct(rapid.IntRange(-100, -1), 1, 6, rapid.ID).Draw(t, "moments")
	slices.Sort(moments)
	var events []app.Event
	for _, moment := range moments {
		second := moment * apart
		e := app.Event{
			Source: "sync", SourceEventID: fmt.Sprintf("%s/%s/%d", eventType, object, second), OrganizationID: "4711",
			Object: app.Object{Kind: app.ObjectMachine, ExternalID: object, Name: "FS" + object}, Type: eventType, State: app.Recovery,
			Severity:   rapid.SampledFrom([]app.Severity{app.SeverityInfo, app.SeverityWarning, app.SeverityCritical}).Draw(t, "severity"),
			OccurredAt: t0.Add(time.Duration(second) * time.Second), ReceivedAt: t0, Title: eventType + " of FS" + object,
		}
		if rapid.Bool().Draw(t, "problem") {
			e.State = app.Problem
			e.Level = rapid.SampledFrom([]int{0, 3, 10}).Draw(t, "level")
		}
		events = append(events, e)
	}
	return events
}

// orderBridge has a rule of each kind: a ticket for each object, one for all, and one from a level on.
func orderBridge(t tb) *bridge {
	each, all, level := rule("backup.failed"), rule("disk.full"), rule()
	all.Ticket.Per = "organization"
	level.When = []app.When{{Type: "load.high", Times: 5}}
	for i, r := range []*app.AlertRule{&each, &all, &level} {
		r.Name = "rule " + strconv.Itoa(i)
		r.Ticket.ReopenWithin = app.Duration(30 * day)
	}
	return newBridge(t, each, all, level)
}

// stand is what became of each scope: open, closed, or never.
func (b *bridge) stand() map[string]string {
	out := map[string]string{}
	for _, tk := range b.tickets {
		switch {
		case tk.RemoteID == 0: // taken back before it was sent
		case tk.State == app.TicketOpen:
			out[tk.ScopeKey] = "open"
		case out[tk.ScopeKey] == "":
			out[tk.ScopeKey] = "closed"
		}
	}
	return out
}

// rest lets everything be sent and told, and longer than anything may be held back.
func (b *bridge) rest() {
	for range 3 {
		b.send()
		b.wait(6 * time.Hour)
		b.decide(true)
	}
	b.send()
}

// TestAnyOrderGivesTheSameTickets: whatever the order things arrive in, in which batches and how often each, the same
// tickets stand in the end as when they arrive in order.
//
// That is promised of what arrives within five minutes, to the second by the source's clock, and of what arrives within
// hours where more than five minutes lie between any two things that happened to one object. What is less than that apart
// and comes later counts in the order received: a clock that was put right must not lose an alert.
//
// What is promised then: when nothing was sent in between, every scope has exactly what it would have had, an open ticket or
// never one. When tickets were sent in between, one may have been opened for what was over by then, or not have been
// opened for what came and went: then it is closed where it would never have been, or never was where it would be
// closed. But there is an open ticket exactly where something holds, and never a second ticket of one scope.
func TestAnyOrderGivesTheSameTickets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		apart, wait := 1, time.Second
		if rapid.Bool().Draw(t, "hours") {
			apart, wait = 301, 10*time.Minute
		}
		var events []app.Event
		for _, eventType := range []string{"backup.failed", "disk.full", "load.high"} {
			for _, object := range []string{"77", "78"} {
				events = append(events, timeline(t, eventType, object, apart)...)
			}
		}
		slices.SortStableFunc(events, func(a, b app.Event) int {
			return cmp.Or(a.OccurredAt.Compare(b.OccurredAt), cmp.Compare(a.SourceEventID, b.SourceEventID))
		})
		orderly := orderBridge(t)
		for _, e := range events {
			orderly.decide(true, e)
		}
		orderly.rest()
		want := orderly.stand()

		sends := rapid.Bool().Draw(t, "sends in between")
		b := orderBridge(t)
		for _, batch := range shuffled(t, events) {
			t.Log(spelled(batch))
			b.decide(true, batch...)
			if sends && rapid.Bool().Draw(t, "send") {
				b.send()
			}
			b.wait(rapid.SampledFrom([]time.Duration{0, wait / 10, wait}).Draw(t, "wait"))
		}
		b.rest()
		sameTickets(t, want, b.stand(), sends)
		b.oneTicketEach(t)
	})
}

// shuffled deals the events out in any order, in batches, some of them twice.
func shuffled(t *rapid.T, events []app.Event) [][]app.Event {
	all := slices.Clone(events)
	for _, e := range events {
		if rapid.IntRange(0, 3).Draw(t, "twice") == 0 {
			all = append(all, e)
		}
	}
	all = rapid.Permutation(all).Draw(t, "order")
	var batches [][]app.Event
	for len(all) > 0 {
		n := rapid.IntRange(1, min(5, len(all))).Draw(t, "batch")
		batches = append(batches, all[:n])
		all = all[n:]
	}
	return batches
}

// spelled is a batch as one reads it: what, of which object, when, and from which level on.
func spelled(batch []app.Event) []string {
	var out []string
	for _, e := range batch {
		out = append(out, fmt.Sprintf("%s %s, level %d", e.SourceEventID, e.State, e.Level))
	}
	return out
}

func sameTickets(t *rapid.T, want, got map[string]string, sent bool) {
	scopes := map[string]bool{}
	for _, m := range []map[string]string{want, got} {
		for key := range m {
			scopes[key] = true
		}
	}
	for key := range scopes {
		if same := want[key] == got[key]; !same && (!sent || want[key] == "open" || got[key] == "open") {
			t.Errorf("scope %s is %q, in order it would be %q", key, got[key], want[key])
		}
	}
}

// oneTicketEach: ConnectWise has at most one ticket of a scope.
func (b *bridge) oneTicketEach(t *rapid.T) {
	seen := map[string]bool{}
	for _, tk := range b.tickets {
		if tk.RemoteID == 0 {
			continue
		}
		if seen[tk.ScopeKey] {
			t.Errorf("two tickets of scope %s", tk.ScopeKey)
		}
		seen[tk.ScopeKey] = true
	}
}
