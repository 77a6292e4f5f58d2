package alert_test

import (
	"strings"
	"testing"
	"time"

	"psabridge/app"
)

// The facts of a ticket that was reopened, and of the e-mails, leave out the hours in between, in which nothing was wrong.
func TestTheFactsLeaveOutTheTimeItWasWell(t *testing.T) {
	for name, tc := range map[string]struct {
		down, up time.Duration
		want     string
	}{
		"once a day":                    {10 * time.Minute, 20 * time.Hour, "it lasted 20 min in all, 2 times since "},
		"again before anybody was told": {20 * time.Minute, 5 * time.Minute, "it lasted 40 min in all, 2 times since "},
	} {
		t.Run(name, func(t *testing.T) {
			r := rule("backup.failed")
			r.Via.Email = noc
			b := newBridge(t, r)
			began := b.now
			for range 2 {
				b.decide(true, b.event("backup.failed", app.Problem))
				b.live(tc.down)
				b.decide(true, b.event("backup.failed", app.Recovery))
				b.live(tc.up)
			}
			b.live(time.Hour)
			final := b.notes[len(b.notes)-1].Payload.Text
			if want := tc.want + began.UTC().Format("2 Jan 2006 15:04 MST"); !strings.Contains(final, want) {
				t.Errorf("want %q, the note says: %s", want, final)
			}
			if over := b.mails[len(b.mails)-1].Mail; name == "once a day" && !strings.Contains(over.Text, "it lasted 10 min.") {
				t.Errorf("the e-mail of the second night says: %s", over.Text)
			}
		})
	}
}

// Two machines down at overlapping times were down for as long as one of them was, and one after the other for both.
func TestTheFactsOfSeveralCountEachMinuteOnce(t *testing.T) {
	r := rule("backup.failed")
	r.Ticket.Per = "organization"
	b := newBridge(t, r)
	of := func(object string, state app.EventState) app.Event {
		e := b.event("backup.failed", state)
		e.Object.ExternalID, e.Object.Name = object, object
		return e
	}
	b.decide(true, of("A", app.Problem))
	b.live(10 * time.Minute)
	b.decide(true, of("B", app.Problem))
	b.live(10 * time.Minute)
	b.decide(true, of("A", app.Recovery))
	b.live(10 * time.Minute)
	b.decide(true, of("B", app.Recovery))
	b.live(20 * time.Minute)
	if final := b.notes[len(b.notes)-1].Payload.Text; !strings.Contains(final, "it lasted 30 min, seen 2 times.") {
		t.Errorf("the note says: %s", final)
	}
}

// What comes back, and what joins others, is called so: in the outcome of its event and in the reason of the delivery.
func TestAComebackAndAnotherOneAreNamed(t *testing.T) {
	r := rule("backup.failed")
	r.Ticket.Per = "organization"
	b := newBridge(t, r)
	b.decide(true, b.event("backup.failed", app.Problem))
	b.live(time.Hour)
	b.decide(true, b.event("backup.failed", app.Recovery))
	b.live(time.Hour)
	d := b.decide(true, b.event("backup.failed", app.Problem))
	mustOutcome(t, d, app.OutcomeMerged, app.ReasonCameBack)
	if p := d.Deliveries[0].Payload; !p.Reopen || p.Reason != app.ReasonCameBack || !strings.HasPrefix(p.Text, "It came back: ") {
		t.Errorf("reopened by %+v", p)
	}
	b.live(time.Hour)
	other := b.event("backup.failed", app.Problem)
	other.Object.ExternalID = "78"
	d = b.decide(true, other)
	mustOutcome(t, d, app.OutcomeMerged, app.ReasonJoined)
	if p := d.Deliveries[0].Payload; p.Reopen || p.Reason != app.ReasonJoined || !strings.HasPrefix(p.Text, "Also: ") {
		t.Errorf("joined by %+v", p)
	}
}
