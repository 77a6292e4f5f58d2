package alert_test

import (
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/alert"
)

// calmAfter is what the rules promise: the n-th comeback must be calm for a quarter of an hour, twice as long with each,
// and four hours at most before anybody hears that it is over.
func calmAfter(comebacks int) time.Duration {
	if comebacks == 0 {
		return 0
	}
	return min(15*time.Minute<<min(comebacks-1, 10), 4*time.Hour)
}

// mostNotes is how many notes a ticket may get at most: two for each recovery that lasted long enough to be told, one for
// it and one for the comeback.
func mostNotes(down, up, span time.Duration) int {
	told := 1 // the last, when it stays calm
	for n := range int(span / (down + up)) {
		if calmAfter(n) < up {
			told++
		}
	}
	return 2 * told
}

// TestFlappingWeek is a week of a condition that comes and goes (F14 in its last row): one ticket, as many notes as
// promised, and closed in the end.
func TestFlappingWeek(t *testing.T) {
	const week = 7 * day
	for _, tc := range []struct {
		name           string
		down, up, span time.Duration
		most           int
	}{
		{"every 20 minutes", 20 * time.Minute, 20 * time.Minute, week, 6},
		{"every 10 minutes", 10 * time.Minute, 10 * time.Minute, week, 4},
		{"every 3 hours", 3 * time.Hour, 3 * time.Hour, week, 12},
		{"every 6 hours", 6 * time.Hour, 6 * time.Hour, week, 30},
		{"1,000 times in an hour", 3600 * time.Millisecond, 3600 * time.Millisecond, time.Hour, 4},
	} {
		t.Run(tc.name, func(t *testing.T) {
			most := mostNotes(tc.down, tc.up, tc.span)
			if most > tc.most {
				t.Fatalf("promised are %d notes at most, computed %d", tc.most, most)
			}
			r := rule("backup.failed")
			r.Via.Email = noc
			b := newBridge(t, r)
			for range tc.span / (tc.down + tc.up) {
				b.decide(true, b.event("backup.failed", app.Problem))
				b.live(tc.down)
				b.decide(true, b.event("backup.failed", app.Recovery))
				b.live(tc.up)
			}
			b.live(5 * time.Hour)
			mustCount(t, "tickets", len(b.tickets), 1)
			if b.tickets[0].State != app.TicketClosed || b.last().State != app.ConditionCleared || b.last().Mailed != "" {
				t.Errorf("at the end the ticket is %s, the condition %+v", b.tickets[0].State, b.last())
			}
			if len(b.notes) > most || len(b.mails) > most+1 {
				t.Errorf("%d notes and %d e-mails, promised are %d", len(b.notes), len(b.mails), most)
			}
			final := b.notes[len(b.notes)-1].Payload
			if !final.Close || !strings.Contains(final.Text, "It came and went ") {
				t.Errorf("the last note is %+v", final)
			}
			t.Logf("%d notes, %d e-mails, %d reopens; promised %d: %s", len(b.notes), len(b.mails), b.reopens, most, final.Text)
		})
	}
}

// live lets time pass as the program does: the rules are asked every minute, and what is queued is sent.
func (b *bridge) live(d time.Duration) {
	b.send()
	for ; d > 0; d -= time.Minute {
		b.wait(min(d, time.Minute))
		b.decide(true)
		b.send()
	}
}

// TestF14FlappingStaysQuiet is F14 by every word on comebacks.
func TestF14FlappingStaysQuiet(t *testing.T) {
	for comeback, tickets := range map[string]int{"": 1, "reopen": 1, "new": 2, "none": 1} {
		r := rule("backup.failed")
		r.Ticket.Comeback = comeback
		b := newBridge(t, r)
		for range 150 {
			b.decide(true, b.event("backup.failed", app.Problem))
			b.send()
			b.wait(3600 * time.Millisecond)
			b.decide(true, b.event("backup.failed", app.Recovery))
			b.send()
			b.wait(3600 * time.Millisecond)
		}
		b.live(5 * time.Hour)
		if len(b.tickets) != tickets || len(b.notes) > 3 {
			t.Errorf("%q: %d tickets, %d notes", comeback, len(b.tickets), len(b.notes))
		}
		for _, tk := range b.tickets {
			if tk.State != app.TicketClosed {
				t.Errorf("%q: ticket %d is %s at the end", comeback, tk.ID, tk.State)
			}
		}
	}
}

// One machine that comes and goes beside one that stays away: the ticket of both is told of it less and less often.
func TestFlappingBesideWhatHolds(t *testing.T) {
	r := rule("backup.failed")
	r.Ticket.Per = "organization"
	b := newBridge(t, r)
	other := b.event("backup.failed", app.Problem)
	other.Object.ExternalID = "78"
	b.decide(true, other)
	for range 7 * 72 {
		b.decide(true, b.event("backup.failed", app.Problem))
		b.live(10 * time.Minute)
		b.decide(true, b.event("backup.failed", app.Recovery))
		b.live(10 * time.Minute)
	}
	mustCount(t, "tickets", len(b.tickets), 1)
	if len(b.notes) > 4 || b.tickets[0].State != app.TicketOpen {
		t.Errorf("%d notes, ticket %s", len(b.notes), b.tickets[0].State)
	}
}

func TestComebacksAreForgottenWhenItStayedCalm(t *testing.T) {
	b := newBridge(t, rule("backup.failed"))
	for _, tc := range []struct {
		calm      time.Duration
		comebacks int
	}{{0, 0}, {time.Hour, 1}, {10 * time.Hour, 2}, {29 * time.Hour, 0}, {time.Hour, 1}} {
		b.live(tc.calm)
		b.decide(true, b.event("backup.failed", app.Problem))
		if got := b.last().Comebacks; got != tc.comebacks {
			t.Fatalf("after %s of calm: %d comebacks, want %d", tc.calm, got, tc.comebacks)
		}
		b.live(20 * time.Minute)
		b.decide(true, b.event("backup.failed", app.Recovery))
	}
}

// What nobody was told of bothered nobody: it does not count.
func TestEpisodesNobodyHeardOfAreNoComebacks(t *testing.T) {
	r := rule("backup.failed")
	r.Wait = app.Duration(10 * time.Minute)
	b := newBridge(t, r)
	for range 5 {
		b.decide(true, b.event("backup.failed", app.Problem))
		b.live(5 * time.Minute)
		b.decide(true, b.event("backup.failed", app.Recovery))
		b.live(5 * time.Minute)
	}
	b.decide(true, b.event("backup.failed", app.Problem))
	b.live(20 * time.Minute)
	d := b.decide(true, b.event("backup.failed", app.Recovery))
	if len(b.tickets) != 1 || len(d.Deliveries) != 1 || strings.Contains(d.Deliveries[0].Payload.Text, "came and went") {
		t.Errorf("%d tickets, deliveries %+v", len(b.tickets), d.Deliveries)
	}
}

// A reopen is at once; in the quiet time it says nothing, and the note that says why follows.
func TestReopenInTheQuietTimeIsSilentAndExplainedLater(t *testing.T) {
	b := newBridge(t, rule("backup.failed"))
	b.decide(true, b.event("backup.failed", app.Problem))
	b.live(time.Hour)
	b.decide(true, b.event("backup.failed", app.Recovery))
	b.live(time.Minute)
	d := b.decide(true, b.event("backup.failed", app.Problem))
	if len(d.Deliveries) != 1 || !d.Deliveries[0].Payload.Reopen || d.Deliveries[0].Payload.Text != "" {
		t.Fatalf("deliveries = %+v", d.Deliveries)
	}
	b.live(20 * time.Minute)
	mustCount(t, "notes", len(b.notes), 2)
	if p := b.notes[1].Payload; p.Reopen || !strings.HasPrefix(p.Text, "It came back: Backup of FS01 failed.") || b.tickets[0].State != app.TicketOpen {
		t.Errorf("note %+v, ticket %s", p, b.tickets[0].State)
	}
}

// TestCalmUntilIsWhenTheTicketCloses: what a page says of a ticket that stays open after its recovery comes true.
func TestCalmUntilIsWhenTheTicketCloses(t *testing.T) {
	r := rule("backup.failed")
	b := newBridge(t, r)
	for range 3 {
		b.decide(true, b.event("backup.failed", app.Problem))
		b.live(20 * time.Minute)
		if at := alert.CalmUntil(b.last(), &r); !at.IsZero() {
			t.Errorf("it holds, and closes at %s", at)
		}
		b.decide(true, b.event("backup.failed", app.Recovery))
		b.live(5 * time.Minute)
	}
	at := alert.CalmUntil(b.last(), &r)
	if !at.After(b.now) || b.tickets[0].State != app.TicketOpen {
		t.Fatalf("at %s the ticket is %s and closes at %s", b.now, b.tickets[0].State, at)
	}
	b.live(at.Add(-time.Minute).Sub(b.now))
	if b.tickets[0].State != app.TicketOpen {
		t.Errorf("closed before %s", at)
	}
	b.live(2 * time.Minute)
	if b.tickets[0].State != app.TicketClosed || !alert.CalmUntil(b.last(), &r).IsZero() {
		t.Errorf("at %s the ticket is %s", b.now, b.tickets[0].State)
	}
}
