package outbox_test

import (
	"bytes"
	"context"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"psabridge/app"
	"psabridge/app/outbox"
)

// book is a log that can be read.
type book struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *book) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *book) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// TestF40PanicParksAndOthersGoOn: the delivery that a handler broke on asks for a person, the log has the stack, and the
// worker lives.
func TestF40PanicParksAndOthersGoOn(t *testing.T) {
	for _, intended := range []bool{false, true} {
		m := newMemory(app.Delivery{}, app.Delivery{}, app.Delivery{Connection: "other", Kind: app.DeliverTicketNote})
		s := &script{steps: []step{{panics: true, intend: intended}, {}}}
		log := &book{}
		run(t, m, s, outbox.Options{Workers: 1, Logger: slog.New(slog.NewTextHandler(log, nil))}, after(time.Second))
		first := m.delivery(1)
		if first.State != app.DeliveryParked || first.ErrorCode != app.Internal || !strings.Contains(first.Reason, "The log says more") {
			t.Errorf("%s %s: %s", first.State, first.ErrorCode, first.Reason)
		}
		if first.Intended != intended {
			t.Errorf("what may have been sent is not remembered: %t", first.Intended)
		}
		for id := range int64(2) {
			if d := m.delivery(id + 2); d.State != app.DeliveryDone {
				t.Errorf("delivery %d is %s", d.ID, d.State)
			}
		}
		for _, want := range []string{"handler panicked", "stack=", "outbox_test.go", "delivery=1"} {
			if !strings.Contains(log.String(), want) {
				t.Errorf("the log has no %q: %s", want, log)
			}
		}
	}
}

// TestF40ThirtyDays lets the outbox run for a month of failures, rests, blocks and panics: it starts nothing that does not
// end, and keeps nothing that grows.
func TestF40ThirtyDays(t *testing.T) {
	m := newMemory()
	kinds := []step{
		{},
		{err: failed(app.Unavailable, app.OutcomeNone)},
		{},
		{err: failed(app.RateLimited, app.OutcomeNone)},
		{},
		{err: failed(app.Unauthorized, app.OutcomeNone)},
		{panics: true},
		{},
		{intend: true, err: failed(app.Unavailable, app.OutcomeUnknown)},
	}
	var turn int
	handle := func(ctx context.Context, d app.Delivery, intend outbox.Intend) (app.Settlement, error) {
		one := script{steps: []step{kinds[turn%len(kinds)]}}
		turn++
		return one.handle(ctx, d, intend)
	}
	handlers := map[app.DeliveryKind]outbox.Handler{app.DeliverTicketCreate: handle, app.DeliverMail: handle}
	synctest.Test(t, func(t *testing.T) {
		box := outbox.New(m, handlers, outbox.Options{Workers: 1, Probe: func(context.Context, string) error { return nil }})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); box.Run(ctx) }()
		day := func() (goroutines int, heap uint64) {
			for range 24 {
				m.tidy()
				m.add(app.Delivery{})
				m.add(app.Delivery{Connection: app.MailConnection, Kind: app.DeliverMail})
				box.Kick()
				time.Sleep(time.Hour)
			}
			synctest.Wait()
			var use runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&use)
			return runtime.NumGoroutine(), use.HeapAlloc
		}
		day() // what is made once
		goroutines, heap := day()
		for range 28 {
			day()
		}
		lastGoroutines, lastHeap := day()
		if lastGoroutines > goroutines {
			t.Errorf("%d goroutines after a day, %d after a month", goroutines, lastGoroutines)
		}
		if lastHeap > heap+1<<20 {
			t.Errorf("%d bytes after a day, %d after a month", heap, lastHeap)
		}
		cancel()
		<-done
	})
	if turn < 30*24 {
		t.Errorf("only %d attempts", turn)
	}
}
