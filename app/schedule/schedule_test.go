package schedule_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"psabridge/app/schedule"
)

func start(t *testing.T, now func() time.Time, log *slog.Logger, add func(*schedule.Schedule)) *schedule.Schedule {
	t.Helper()
	s, err := schedule.New(now, log)
	if err != nil {
		t.Fatal(err)
	}
	add(s)
	s.Start()
	return s
}

func stop(t *testing.T, s *schedule.Schedule) {
	t.Helper()
	if err := s.Stop(context.WithoutCancel(t.Context())); err != nil {
		t.Error(err)
	}
}

func TestEveryRunsAtOnceAndThenRegularly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var runs atomic.Int32
		s := start(t, nil, nil, func(s *schedule.Schedule) {
			if err := s.Every("beat", 10*time.Minute, func(context.Context) error { runs.Add(1); return nil }); err != nil {
				t.Fatal(err)
			}
			if err := s.Every("beat", time.Minute, func(context.Context) error { return nil }); err == nil {
				t.Error("two tasks of one name are accepted")
			}
		})
		time.Sleep(time.Second)
		if n := runs.Load(); n != 1 {
			t.Errorf("%d runs at the start, want 1", n)
		}
		time.Sleep(time.Hour)
		// gocron reckons a moment twice now and then, once in thirty such hours: a run too many asks what is due and finds
		// nothing. A run too few is what must not be, or more than two of one moment.
		n := runs.Load()
		if n < 7 || n > 14 {
			t.Errorf("%d runs in an hour, want 7", n)
		}
		stop(t, s)
		time.Sleep(time.Hour)
		if after := runs.Load(); after != n {
			t.Errorf("%d runs after Stop", after-n)
		}
		stop(t, s)
	})
}

func TestOneRunAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var atOnce, most, other atomic.Int32
		s := start(t, nil, nil, func(s *schedule.Schedule) {
			_ = s.WhenDue("slow", func(ctx context.Context, _ time.Time) error {
				most.Store(max(most.Load(), atOnce.Add(1)))
				defer atOnce.Add(-1)
				select {
				case <-time.After(5 * time.Minute):
				case <-ctx.Done():
				}
				return nil
			})
			_ = s.WhenDue("quick", func(context.Context, time.Time) error { other.Add(1); return nil })
		})
		time.Sleep(10*time.Minute + time.Second)
		s.Ask()
		time.Sleep(time.Second)
		if most.Load() != 1 {
			t.Errorf("%d runs of one task at once", most.Load())
		}
		if n := other.Load(); n < 21 {
			t.Errorf("a slow task held up another: %d runs in ten minutes", n)
		}
		stop(t, s)
	})
}

func TestDueIsAskedByTheWallClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var slept atomic.Int64 // what the machine slept, which timers do not know
		now := func() time.Time { return time.Now().Add(time.Duration(slept.Load())) }
		due := time.Now().Add(8 * time.Hour)
		var mu sync.Mutex
		var ranAt time.Time
		var gaps []time.Duration
		s := start(t, now, nil, func(s *schedule.Schedule) {
			s.OnWake(func(gap time.Duration) { mu.Lock(); defer mu.Unlock(); gaps = append(gaps, gap) })
			_ = s.WhenDue("push", func(_ context.Context, now time.Time) error {
				mu.Lock()
				defer mu.Unlock()
				if ranAt.IsZero() && !now.Before(due) {
					ranAt = now
				}
				return nil
			})
		})
		time.Sleep(time.Hour)
		slept.Store(int64(10 * time.Hour))
		woke := now()
		time.Sleep(time.Minute)
		stop(t, s) // without mu, which a task may be waiting for
		mu.Lock()
		defer mu.Unlock()
		if ranAt.IsZero() || ranAt.Sub(woke) > schedule.AskEvery {
			t.Errorf("woke at %s, ran at %s", woke, ranAt)
		}
		if len(gaps) != 1 || gaps[0] < 9*time.Hour || gaps[0] > 11*time.Hour {
			t.Errorf("the sleep was noticed as %v", gaps)
		}
	})
}

func TestPanicAndErrorStayInTheirTask(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		var mu sync.Mutex
		log := slog.New(slog.NewTextHandler(writer(func(b []byte) { mu.Lock(); defer mu.Unlock(); out.Write(b) }), nil))
		var runs atomic.Int32
		s := start(t, nil, log, func(s *schedule.Schedule) {
			_ = s.Every("broken", time.Minute, func(context.Context) error { runs.Add(1); panic("index out of range") })
			_ = s.Every("failing", time.Minute, func(context.Context) error { return errors.New("disk full") })
		})
		time.Sleep(5*time.Minute + time.Second)
		stop(t, s)
		if runs.Load() < 6 { // under load the library was seen to begin one moment's run twice, one after the other
			t.Errorf("a task that panicked ran %d times, want 6", runs.Load())
		}
		mu.Lock()
		defer mu.Unlock()
		if n := strings.Count(out.String(), "disk full"); n != 1 {
			t.Errorf("the same error is logged %d times:\n%s", n, out.String())
		}
		if !strings.Contains(out.String(), "task panicked") {
			t.Error("the panic is not logged")
		}
		for _, task := range s.Tasks() {
			if task.Name == "failing" && (task.Runs < 6 || task.LastError != "disk full" || task.Running) {
				t.Errorf("%+v", task)
			}
		}
	})
}

func TestStopIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		s := start(t, nil, nil, func(s *schedule.Schedule) {
			_ = s.Every("deaf", time.Minute, func(context.Context) error { <-release; return nil })
		})
		synctest.Wait()
		before := time.Now()
		if err := s.Stop(t.Context()); err == nil {
			t.Error("Stop says that all is well while a task runs on")
		}
		if d := time.Since(before); d > 10*time.Second {
			t.Errorf("Stop took %s", d)
		}
		close(release)
		time.Sleep(time.Minute)
	})
}

func TestStopWithoutStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := schedule.New(nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		stop(t, s)
	})
}

type writer func([]byte)

func (w writer) Write(b []byte) (int, error) { w(b); return len(b), nil }
