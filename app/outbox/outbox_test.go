package outbox_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"psabridge/app"
	"psabridge/app/outbox"
)

// script answers attempts one after the other; the last answer is given for ever.
type script struct {
	mu    sync.Mutex
	steps []step
	at    []time.Time
	ids   []int64
}

type step struct {
	err    error
	intend bool
	st     app.Settlement
	panics bool
	takes  time.Duration
}

func (s *script) handle(ctx context.Context, d app.Delivery, intend outbox.Intend) (app.Settlement, error) {
	s.mu.Lock()
	now := s.steps[min(len(s.at), len(s.steps)-1)]
	s.at = append(s.at, time.Now())
	s.ids = append(s.ids, d.ID)
	s.mu.Unlock()
	if now.intend {
		if err := intend(ctx, "{}", app.LedgerEntry{Object: "ticket"}); err != nil {
			return app.Settlement{}, err
		}
	}
	if now.takes > 0 {
		select {
		case <-time.After(now.takes):
		case <-ctx.Done():
			return app.Settlement{}, ctx.Err()
		}
	}
	if now.panics {
		panic("boom")
	}
	if now.err == nil && now.st.State == "" {
		now.st.State = app.DeliveryDone
	}
	return now.st, now.err
}

func (s *script) calls() []time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.at)
}

// run runs an outbox in a bubble for a while, then stops it.
func run(t *testing.T, m *memory, s *script, o outbox.Options, during func(b *outbox.Outbox)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		if o.Random == nil {
			o.Random = func() float64 { return 0.5 }
		}
		handlers := map[app.DeliveryKind]outbox.Handler{app.DeliverTicketCreate: s.handle, app.DeliverTicketNote: s.handle}
		b := outbox.New(m, handlers, o)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { b.Run(ctx); close(done) }()
		during(b)
		cancel()
		<-done
	})
}

func failed(code app.Code, outcome app.Outcome) error {
	return &app.Error{Code: code, Outcome: outcome, Message: string(code)}
}

func after(d time.Duration) func(*outbox.Outbox) {
	return func(*outbox.Outbox) { time.Sleep(d); synctest.Wait() }
}

func gaps(at []time.Time) []time.Duration {
	var out []time.Duration
	for i := 1; i < len(at); i++ {
		out = append(out, at[i].Sub(at[i-1]).Round(time.Second))
	}
	return out
}

// TestFate is the table of code × outcome.
func TestFate(t *testing.T) {
	for _, tc := range []struct {
		name     string
		code     app.Code
		outcome  app.Outcome
		intend   bool
		checking bool
		want     app.DeliveryState
	}{
		{"refused", app.Invalid, app.OutcomeNone, true, false, app.DeliveryParked},
		{"gone", app.NotFound, app.OutcomeNone, true, false, app.DeliveryParked},
		{"no right", app.Forbidden, app.OutcomeNone, true, false, app.DeliveryParked},
		{"conflict", app.Conflict, app.OutcomeNone, true, false, app.DeliveryParked},
		{"refused before", app.Invalid, "", false, false, app.DeliveryParked},
		{"no connection", app.Unavailable, app.OutcomeNone, true, false, app.DeliveryWaiting},
		{"no answer", app.Unavailable, app.OutcomeUnknown, true, false, app.DeliveryChecking},
		{"no answer to a read", app.Unavailable, app.OutcomeUnknown, false, false, app.DeliveryWaiting},
		{"no answer while looking", app.Unavailable, app.OutcomeUnknown, false, true, app.DeliveryChecking},
		{"keys while looking", app.Unauthorized, app.OutcomeNone, false, true, app.DeliveryChecking},
		{"refused after a look", app.Invalid, app.OutcomeNone, true, true, app.DeliveryParked},
		{"keys", app.Unauthorized, app.OutcomeNone, true, false, app.DeliveryWaiting},
		{"too many", app.RateLimited, app.OutcomeNone, true, false, app.DeliveryWaiting},
		{"ours", app.Internal, app.OutcomeNone, false, false, app.DeliveryWaiting},
		{"unnamed after intent", app.Internal, "", true, false, app.DeliveryChecking},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := app.Delivery{}
			if tc.checking {
				d.State, d.Intended, d.Checks = app.DeliveryChecking, true, 3
			}
			m := newMemory(d)
			s := &script{steps: []step{{err: failed(tc.code, tc.outcome), intend: tc.intend}}}
			run(t, m, s, outbox.Options{}, after(time.Millisecond))
			got := m.delivery(1)
			if got.State != tc.want || got.ErrorCode != tc.code {
				t.Errorf("state %s, code %s; want %s", got.State, got.ErrorCode, tc.want)
			}
			if tc.checking && !tc.intend && got.Checks != 3 {
				t.Errorf("a look that failed counts: %d", got.Checks)
			}
		})
	}
}

// answer is a refusal that came as an answer.
type answer int

func (a answer) Error() string   { return "an answer" }
func (a answer) HTTPStatus() int { return int(a) }

// TestStatusIsKept: the attempt remembers with which status it was answered.
func TestStatusIsKept(t *testing.T) {
	for err, want := range map[error]int{
		&app.Error{Code: app.Invalid, Outcome: app.OutcomeNone, Message: "No.", Err: answer(400)}:       400,
		&app.Error{Code: app.Unavailable, Outcome: app.OutcomeUnknown, Message: "Broken.", Err: io.EOF}: 0,
	} {
		m := newMemory(app.Delivery{})
		var got app.Settlement
		run(t, m, &script{steps: []step{{err: err, intend: true}, {}}}, outbox.Options{Settled: func(_ app.Delivery, st app.Settlement) {
			if got.State == "" {
				got = st
			}
		}}, after(time.Millisecond))
		if got.Status != want || got.Code != app.ErrorCode(err) {
			t.Errorf("%v: %+v", err, got)
		}
	}
}

func TestRetrySchedule(t *testing.T) {
	m := newMemory(app.Delivery{})
	s := &script{steps: []step{{err: failed(app.Internal, app.OutcomeNone)}}}
	run(t, m, s, outbox.Options{}, after(4*time.Hour))
	want := []time.Duration{time.Second, 5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour, time.Hour, time.Hour}
	if got := gaps(s.calls()); len(got) < 9 || !slices.Equal(got[:8], want[:8]) {
		t.Errorf("pauses = %v, want %v", got, want)
	}
}

func TestUnknownCreateIsCheckedNotRepeatedAtOnce(t *testing.T) {
	m := newMemory(app.Delivery{})
	s := &script{steps: []step{{err: failed(app.Unavailable, app.OutcomeUnknown), intend: true}, {}}}
	run(t, m, s, outbox.Options{}, after(time.Minute))
	if got := gaps(s.calls()); !slices.Equal(got, []time.Duration{15 * time.Second}) {
		t.Errorf("pauses = %v", got)
	}
	if m.delivery(1).State != app.DeliveryDone {
		t.Errorf("state = %s", m.delivery(1).State)
	}
}

func TestF11WrongKeysBlockTheConnectionUntilTheyAreReplaced(t *testing.T) {
	m := newMemory(app.Delivery{}, app.Delivery{}, app.Delivery{Connection: "other"})
	s := &script{steps: []step{{err: failed(app.Unauthorized, app.OutcomeNone)}, {}}}
	run(t, m, s, outbox.Options{Workers: 1}, func(b *outbox.Outbox) {
		time.Sleep(3 * time.Hour)
		blocks := b.Blocks()
		if len(blocks) != 1 || blocks[0].Connection != "cw" || blocks[0].Code != app.Unauthorized || !blocks[0].Until.IsZero() {
			t.Errorf("blocks = %+v", blocks)
		}
		if m.delivery(3).State != app.DeliveryDone || m.delivery(2).Attempt != 0 {
			t.Error("the block holds the wrong connection")
		}
		if err := b.Unblock(t.Context(), "cw"); err != nil {
			t.Error(err)
		}
		synctest.Wait()
		if len(b.Blocks()) != 0 || m.delivery(1).State != app.DeliveryDone || m.delivery(2).State != app.DeliveryDone {
			t.Errorf("after the keys were replaced: %s, %s", m.delivery(1).State, m.delivery(2).State)
		}
		if m.delivery(1).Failures != 0 {
			t.Error("a blocked connection counts as the delivery's failure")
		}
	})
}

func TestF11RefusedKeysAreProbedRarely(t *testing.T) {
	m := newMemory(app.Delivery{})
	s := &script{steps: []step{{err: failed(app.Unauthorized, app.OutcomeNone)}, {}}}
	var probes atomic.Int32 // read here, counted in the outbox
	o := outbox.Options{Probe: func(context.Context, string) error {
		if probes.Add(1) < 5 {
			return failed(app.Unauthorized, app.OutcomeNone)
		}
		return nil
	}}
	run(t, m, s, o, func(b *outbox.Outbox) {
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		if n := probes.Load(); n > 3 {
			t.Errorf("%d probes in 2 hours", n)
		}
		time.Sleep(3 * time.Hour)
		synctest.Wait()
		if m.delivery(1).State != app.DeliveryDone || len(b.Blocks()) != 0 {
			t.Errorf("state %s, blocks %v", m.delivery(1).State, b.Blocks())
		}
	})
}

func TestF10RateLimitRestsTheWholeConnection(t *testing.T) {
	for _, tc := range []struct {
		name  string
		after time.Duration
		want  []time.Duration
	}{
		{"as asked", 100 * time.Second, []time.Duration{100 * time.Second, 100 * time.Second}},
		{"doubling", 0, []time.Duration{30 * time.Second, time.Minute}},
		{"for hours", 10000 * time.Second, []time.Duration{10000 * time.Second, 10000 * time.Second}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			limited := &app.Error{Code: app.RateLimited, Outcome: app.OutcomeNone, RetryAfter: tc.after, Message: "Too many requests."}
			m := newMemory(app.Delivery{}, app.Delivery{})
			s := &script{steps: []step{{err: limited}, {err: limited}, {}}}
			run(t, m, s, outbox.Options{Workers: 1}, after(6*time.Hour))
			if got := gaps(s.calls()); len(got) < 2 || !slices.Equal(got[:2], tc.want) {
				t.Errorf("pauses = %v, want %v", got, tc.want)
			}
			if d := m.delivery(1); d.State != app.DeliveryDone || d.Failures != 0 {
				t.Errorf("state %s, failures %d", d.State, d.Failures)
			}
		})
	}
}

func TestBreakerOpensAndProbes(t *testing.T) {
	m := newMemory()
	for range 20 {
		m.add(app.Delivery{})
	}
	s := &script{steps: []step{{err: failed(app.Unavailable, app.OutcomeNone)}}}
	var down atomic.Bool
	down.Store(true)
	var probes atomic.Int32
	o := outbox.Options{Workers: 1, Probe: func(context.Context, string) error {
		probes.Add(1)
		if down.Load() {
			return failed(app.Unavailable, app.OutcomeNone)
		}
		return nil
	}}
	run(t, m, s, o, func(*outbox.Outbox) {
		time.Sleep(10*time.Minute + time.Second)
		synctest.Wait()
		if calls := len(s.calls()); calls != 5 || probes.Load() != 10 {
			t.Errorf("%d attempts, %d probes", calls, probes.Load())
		}
		s.mu.Lock()
		down.Store(false)
		s.steps = []step{{}}
		s.mu.Unlock()
		time.Sleep(61 * time.Second)
		synctest.Wait()
		for id := range int64(20) {
			if d := m.delivery(id + 1); d.State != app.DeliveryDone {
				t.Errorf("delivery %d is %s a minute after it answers again", d.ID, d.State)
			}
		}
	})
}

func TestUnknownKindParks(t *testing.T) {
	m := newMemory(app.Delivery{Kind: app.DeliverAgreement})
	run(t, m, &script{steps: []step{{}}}, outbox.Options{}, after(time.Second))
	if m.delivery(1).State != app.DeliveryParked {
		t.Errorf("state = %s", m.delivery(1).State)
	}
}

func TestFenceLeavesTheDeliveryAlone(t *testing.T) {
	m := newMemory(app.Delivery{})
	s := &script{steps: []step{{takes: time.Minute, intend: true}}}
	run(t, m, s, outbox.Options{}, func(*outbox.Outbox) {
		time.Sleep(time.Second)
		m.takeOver(1)
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if settled, _ := m.counts(); settled != 0 {
			t.Error("an attempt that was taken over settled")
		}
	})
	m = newMemory(app.Delivery{})
	taken := func(ctx context.Context, d app.Delivery, intend outbox.Intend) (app.Settlement, error) {
		m.takeOver(d.ID)
		return app.Settlement{State: app.DeliveryDone}, intend(ctx, "{}", app.LedgerEntry{})
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		outbox.New(m, map[app.DeliveryKind]outbox.Handler{app.DeliverTicketCreate: taken}, outbox.Options{}).Run(ctx)
		if settled, intents := m.counts(); settled != 0 || intents != 0 {
			t.Errorf("%d settled, %d intents", settled, intents)
		}
	})
}

func TestLanesKeepOrderAndWorkersAreBounded(t *testing.T) {
	m := newMemory()
	for i := range 40 {
		m.add(app.Delivery{Lane: string(rune('a' + i%8))})
	}
	var mu sync.Mutex
	busy, most, lanes := 0, 0, map[string]int64{}
	handle := func(_ context.Context, d app.Delivery, _ outbox.Intend) (app.Settlement, error) { //nolint:unparam // the shape of a handler
		mu.Lock()
		busy++
		most = max(most, busy)
		if lanes[d.Lane] >= d.ID {
			t.Errorf("lane %s: %d after %d", d.Lane, d.ID, lanes[d.Lane])
		}
		lanes[d.Lane] = d.ID
		mu.Unlock()
		time.Sleep(time.Second)
		mu.Lock()
		busy--
		mu.Unlock()
		return app.Settlement{State: app.DeliveryDone}, nil
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 11*time.Second)
		defer cancel()
		outbox.New(m, map[app.DeliveryKind]outbox.Handler{app.DeliverTicketCreate: handle}, outbox.Options{}).Run(ctx)
		if settled, _ := m.counts(); settled != 40 || most != 4 {
			t.Errorf("%d settled by %d workers", settled, most)
		}
	})
}

func TestPausedSendsNothing(t *testing.T) {
	m := newMemory(app.Delivery{})
	m.pause(app.Install{Paused: true})
	s := &script{steps: []step{{}}}
	run(t, m, s, outbox.Options{}, func(b *outbox.Outbox) {
		time.Sleep(time.Hour)
		if len(s.calls()) != 0 {
			t.Error("sent while paused")
		}
		m.pause(app.Install{})
		b.Kick()
		synctest.Wait()
		if len(s.calls()) != 1 {
			t.Error("not sent after the pause")
		}
	})
}

func TestKickFindsWhatIsNew(t *testing.T) {
	m := newMemory()
	s := &script{steps: []step{{}}}
	run(t, m, s, outbox.Options{}, func(b *outbox.Outbox) {
		synctest.Wait()
		began := time.Now()
		m.add(app.Delivery{})
		b.Kick()
		synctest.Wait()
		if calls := s.calls(); len(calls) != 1 || !calls[0].Equal(began) {
			t.Errorf("calls = %v", calls)
		}
	})
}

func TestSettleIsTriedUntilItSucceeds(t *testing.T) {
	m := newMemory(app.Delivery{})
	m.broken = 3
	run(t, m, &script{steps: []step{{intend: true}}}, outbox.Options{}, after(time.Minute*2))
	if m.delivery(1).State != app.DeliveryDone {
		t.Errorf("state = %s", m.delivery(1).State)
	}
}

// TestStop is the stop contract of Run.
func TestStop(t *testing.T) {
	for _, tc := range []struct {
		name  string
		takes time.Duration
		want  app.DeliveryState
		stops time.Duration
	}{
		{"finishes within the grace", 5 * time.Second, app.DeliveryDone, 5 * time.Second},
		{"is cancelled after it", time.Hour, app.DeliveryChecking, 10 * time.Second},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := newMemory(app.Delivery{}, app.Delivery{NextAt: time.Now().Add(3 * time.Second)})
				s := &script{steps: []step{{intend: true, takes: tc.takes}}}
				b := outbox.New(m, map[app.DeliveryKind]outbox.Handler{app.DeliverTicketCreate: s.handle}, outbox.Options{})
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(time.Millisecond, cancel)
				began := time.Now()
				b.Run(ctx)
				if took := time.Since(began).Round(time.Second); took != tc.stops {
					t.Errorf("took %s", took)
				}
				if m.delivery(1).State != tc.want || m.delivery(2).Attempt != 0 {
					t.Errorf("state %s; the second was attempted %d times", m.delivery(1).State, m.delivery(2).Attempt)
				}
			})
		})
	}
	t.Run("leaves behind what ignores it", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			m := newMemory(app.Delivery{})
			release := make(chan struct{})
			deaf := func(context.Context, app.Delivery, outbox.Intend) (app.Settlement, error) {
				<-release
				return app.Settlement{}, errors.New("too late")
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			began := time.Now()
			outbox.New(m, map[app.DeliveryKind]outbox.Handler{app.DeliverTicketCreate: deaf}, outbox.Options{}).Run(ctx)
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("took %s", took)
			}
			close(release)
			synctest.Wait()
		})
	})
}
