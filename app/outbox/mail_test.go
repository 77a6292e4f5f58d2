package outbox_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"psabridge/app"
	"psabridge/app/outbox"
)

// TestMailServerIsAConnection: what a mail server answers holds for e-mail alone and not for tickets, and the other way
// round; it is probed under its own name, and what it may have sent already comes back to its own handler.
func TestMailServerIsAConnection(t *testing.T) {
	mail := func() app.Delivery { return app.Delivery{Connection: app.MailConnection, Kind: app.DeliverMail} }
	m := newMemory(mail(), mail(), app.Delivery{})
	mails := &script{steps: []step{{err: failed(app.Unauthorized, app.OutcomeNone)}, {}, {intend: true, err: failed(app.Unavailable, app.OutcomeUnknown)}, {}}}
	tickets := &script{steps: []step{{}}}
	var mu sync.Mutex
	var probed []string
	synctest.Test(t, func(t *testing.T) {
		var states []app.DeliveryState
		handlers := map[app.DeliveryKind]outbox.Handler{
			app.DeliverTicketCreate: tickets.handle,
			app.DeliverMail: func(ctx context.Context, d app.Delivery, intend outbox.Intend) (app.Settlement, error) {
				mu.Lock()
				states = append(states, d.State)
				mu.Unlock()
				return mails.handle(ctx, d, intend)
			},
		}
		box := outbox.New(m, handlers, outbox.Options{Workers: 1, Probe: func(_ context.Context, name string) error {
			mu.Lock()
			defer mu.Unlock()
			probed = append(probed, name)
			return nil
		}})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); box.Run(ctx) }()
		time.Sleep(time.Second)
		if blocks := box.Blocks(); len(blocks) != 1 || blocks[0].Connection != app.MailConnection {
			t.Errorf("blocks %+v", blocks)
		}
		if d := m.delivery(3); d.State != app.DeliveryDone {
			t.Errorf("the ticket is %s while the mail server refuses us", d.State)
		}
		time.Sleep(time.Hour)
		cancel()
		<-done
		if want := []app.DeliveryState{app.DeliverySending, app.DeliverySending, app.DeliverySending, app.DeliveryChecking}; !slices.Equal(states, want) {
			t.Errorf("the handler saw %v, want %v", states, want)
		}
	})
	if !slices.Equal(probed, []string{app.MailConnection}) {
		t.Errorf("probed %v", probed)
	}
	if m.delivery(1).State != app.DeliveryDone || m.delivery(2).State != app.DeliveryDone {
		t.Errorf("e-mails are %s and %s", m.delivery(1).State, m.delivery(2).State)
	}
}

// TestReportFromOutside: a poll that is refused blocks the connection as a delivery does, and an answer of its ends a row of
// failures.
func TestReportFromOutside(t *testing.T) {
	m := newMemory()
	s := &script{steps: []step{{}}}
	run(t, m, s, outbox.Options{Workers: 1}, func(b *outbox.Outbox) {
		down := failed(app.Unavailable, app.OutcomeNone)
		for range 4 {
			b.Report(context.Background(), "cw", down)
		}
		b.Report(context.Background(), "cw", nil)
		for range 4 {
			b.Report(context.Background(), "cw", down)
		}
		if blocks := b.Blocks(); len(blocks) != 0 {
			t.Errorf("blocked although it answered in between: %+v", blocks)
		}
		b.Report(context.Background(), "cw", down)
		if blocks := b.Blocks(); len(blocks) != 1 || blocks[0].Code != app.Unavailable {
			t.Errorf("blocks %+v", blocks)
		}
		b.Report(context.Background(), "other", failed(app.Unauthorized, app.OutcomeNone))
		b.Report(context.Background(), "third", &app.Error{Code: app.RateLimited, RetryAfter: time.Minute, Message: "Too many requests."})
		stopping, cancel := context.WithCancel(context.Background())
		cancel()
		b.Report(stopping, "fourth", failed(app.Unauthorized, app.OutcomeNone))
		if n := len(b.Blocks()); n != 3 {
			t.Errorf("%d connections are blocked, want 3", n)
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if n := len(b.Blocks()); n != 2 {
			t.Errorf("%d connections are blocked after the wait that was asked for, want 2", n)
		}
	})
}

// TestOwnRefusalSaysNothingOfTheConnection: a delivery that a setting keeps back asks nobody, so it does not end a row of
// failures either.
func TestOwnRefusalSaysNothingOfTheConnection(t *testing.T) {
	m := newMemory()
	var steps []step
	for range 5 {
		m.add(app.Delivery{})
		m.add(app.Delivery{})
		steps = append(steps, step{err: failed(app.Unavailable, app.OutcomeNone)}, step{err: failed(app.Invalid, app.OutcomeNone)})
	}
	run(t, m, &script{steps: steps}, outbox.Options{Workers: 1, Random: func() float64 { return 0.5 }}, func(b *outbox.Outbox) {
		time.Sleep(500 * time.Millisecond)
		if blocks := b.Blocks(); len(blocks) != 1 || blocks[0].Code != app.Unavailable {
			t.Errorf("blocks %+v", blocks)
		}
	})
}

// TestOneFullMailboxBlocksNobody: a server that puts off one message has answered. It is asked again when the handler says so,
// and what goes elsewhere does not wait for it.
func TestOneFullMailboxBlocksNobody(t *testing.T) {
	m := newMemory(app.Delivery{Lane: "full"})
	s := &script{steps: []step{{intend: true, st: app.Settlement{State: app.DeliveryWaiting, Code: app.Unavailable, Message: "452 Mailbox full", Answered: true, Uncounted: true}}}}
	tries := 0
	synctest.Test(t, func(t *testing.T) {
		handle := func(ctx context.Context, d app.Delivery, intend outbox.Intend) (app.Settlement, error) {
			if d.Lane != "full" {
				return app.Settlement{State: app.DeliveryDone}, nil
			}
			st, err := s.handle(ctx, d, intend)
			if tries++; tries > 20 {
				st.State = app.DeliveryParked
			}
			st.NextAt = time.Now().Add(time.Minute)
			return st, err
		}
		box := outbox.New(m, map[app.DeliveryKind]outbox.Handler{app.DeliverTicketCreate: handle}, outbox.Options{Workers: 2})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); box.Run(ctx) }()
		time.Sleep(10 * time.Minute)
		synctest.Wait() // a try of this very moment would still be counting
		if blocks := box.Blocks(); len(blocks) != 0 || tries < 10 {
			t.Errorf("after %d tries: %+v", tries, blocks)
		}
		m.add(app.Delivery{})
		box.Kick()
		time.Sleep(time.Second)
		if d := m.delivery(2); d.State != app.DeliveryDone {
			t.Errorf("another one is %s", d.State)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if d := m.delivery(1); d.State != app.DeliveryParked || len(box.Blocks()) != 0 {
			t.Errorf("%s after %d tries, blocks %+v", d.State, tries, box.Blocks())
		}
		cancel()
		<-done
	})
}
