package intake_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/alert"
	"psabridge/app/intake"
	"psabridge/app/settings"
	"psabridge/store"
	"psabridge/store/storetest"
)

// parts counts the parts of a call, and fails at one of them.
type parts struct {
	*store.Store
	n, failAt int
}

func (p *parts) Ingest(ctx context.Context, b app.Batch, now time.Time, decide func(app.AlertState) app.AlertDecision) (app.IngestResult, error) {
	if p.n++; p.n == p.failAt {
		return app.IngestResult{}, errors.New("the disk is full")
	}
	return p.Store.Ingest(ctx, b, now, decide)
}

// failures is a call with so many machines whose disk fails.
func failures(n int) app.Batch {
	b := sentEvents()
	for i := range n {
		b.Events = append(b.Events, app.Event{
			SourceEventID: "e" + strconv.Itoa(i), OrganizationID: "c1", Type: "disk.failing", State: app.Problem, Title: "Disk",
			Object: app.Object{Kind: app.ObjectMachine, ExternalID: strconv.Itoa(i)},
		})
	}
	return b
}

// flooded is an inbox with the real store and rules, which ask a person above five tickets.
func flooded(t *testing.T, via app.Via) (*intake.Intake, *parts) {
	t.Helper()
	s := &parts{Store: storetest.Open(t)}
	doc := app.Settings{
		Sources: []app.SourceSettings{{Name: "backup", Kind: app.KindInbox}},
		Alerts:  []app.AlertRule{{Name: "disk", When: []app.When{{Type: "disk.failing"}}, Via: via}},
	}
	if _, err := s.SaveSettings(t.Context(), app.Revision{At: time.Now()}, settings.Project(doc)); err != nil {
		t.Fatal(err)
	}
	routes := func(string, string) alert.Route {
		return alert.Route{Connection: "cw", Mapped: true, Ticketing: true, AskAbove: 5}
	}
	return intake.New(intake.Deps{
		Store:    s,
		Settings: func(context.Context) (app.Settings, error) { return doc, nil },
		Decide: func(doc app.Settings, st app.AlertState) app.AlertDecision {
			return alert.Decide(alert.Input{Settings: doc, Routes: routes}, st)
		},
	}), s
}

// stands checks how many events are stored, tickets open, and conditions wait for a person's word.
func (p *parts) stands(t *testing.T, events, tickets, asked int) {
	t.Helper()
	for query, want := range map[string]int{"events": events, "tickets": tickets, "asked": asked} {
		got := 0
		var err error
		switch query {
		case "events":
			var b app.Backlog
			b, err = p.Backlog(t.Context(), time.Now().Add(time.Second))
			for _, n := range b.EventsByHour24h {
				got += n
			}
		case "tickets":
			var c app.OutboxCounts
			c, err = p.OutboxCounts(t.Context(), time.Now())
			got = c.Waiting
		default:
			var b app.Backlog
			b, err = p.Backlog(t.Context(), time.Now())
			got = b.StartLine
		}
		if err != nil || got != want {
			t.Errorf("%s: %d (%v), want %d", query, got, err, want)
		}
	}
}

// TestManyEventsOfOneCallAskAsOne: a call that is taken in by parts opens no more tickets without asking than one decision.
func TestManyEventsOfOneCallAskAsOne(t *testing.T) {
	in, s := flooded(t, app.Via{PSA: true})
	got, err := in.Receive(t.Context(), "backup", failures(2100), nil)
	if err != nil || got.Stored != 2100 || got.Events != 2100 || got.Organizations != 1 || s.n != 3 {
		t.Fatalf("%+v in %d parts, %v", got, s.n, err)
	}
	s.stands(t, 2100, 5, 2095)
}

// TestACallThatFailsHalfWayIsSentAgain: nothing is stored twice, and the answer says what was not known.
func TestACallThatFailsHalfWayIsSentAgain(t *testing.T) {
	in, s := flooded(t, app.Via{PSA: true})
	s.failAt = 2
	if _, err := in.Receive(t.Context(), "backup", failures(1500), nil); err == nil {
		t.Fatal("taken, and not stored")
	}
	s.stands(t, 1000, 5, 995)
	got, err := in.Receive(t.Context(), "backup", failures(1500), nil)
	if err != nil || got.Stored != 500 || got.Organizations != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	s.stands(t, 1500, 5, 1495)
	if got, err = in.Receive(t.Context(), "backup", failures(1500), nil); err != nil || got.Stored != 0 {
		t.Errorf("sent a third time: %+v, %v", got, err)
	}
	s.stands(t, 1500, 5, 1495)
}

// TestWhatIsMailedIsOnePart: one e-mail tells of all of a call.
func TestWhatIsMailedIsOnePart(t *testing.T) {
	in, s := flooded(t, app.Via{Email: []string{"a@example.com"}})
	if _, err := in.Receive(t.Context(), "backup", failures(1100), nil); err != nil || s.n != 1 {
		t.Fatalf("%d parts, %v", s.n, err)
	}
	s.stands(t, 1100, 1, 0)
}

// TestTicketsOpenedAgainCountInTheirCall: the store does not count them as opened.
func TestTicketsOpenedAgainCountInTheirCall(t *testing.T) {
	var lately []int
	woken := 0
	in := intake.New(intake.Deps{
		Store: &memory{},
		Settings: func(context.Context) (app.Settings, error) {
			return app.Settings{Sources: []app.SourceSettings{{Name: "backup", Kind: app.KindInbox}}}, nil
		},
		Decide: func(_ app.Settings, s app.AlertState) (d app.AlertDecision) {
			lately = append(lately, s.OpenedLately["cw"])
			for range 3 {
				d.Deliveries = append(d.Deliveries, app.DecidedDelivery{Connection: "cw", Payload: app.TicketPayload{Reopen: true}}, app.DecidedDelivery{Connection: "cw"})
			}
			return d
		},
		Wake: func() { woken++ },
	})
	if _, err := in.Receive(t.Context(), "backup", failures(2100), nil); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(lately, []int{0, 3, 6}) || woken != 1 {
		t.Errorf("told of %v, woken %d times", lately, woken)
	}
}
