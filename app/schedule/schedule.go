// Package schedule runs the recurring work of the bridge: named tasks, one run of each at a time.
//
// Timers alone are not to be trusted: on a machine that sleeps they come late by as long as it slept, and after a
// restart they know nothing. So what has an hour of its own — a push date, a source's next poll — is never left to a
// timer: it is asked, every half minute by the wall clock, at the start and after a sleep, whether it is due.
package schedule

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/go-co-op/gocron/v2"
)

// AskEvery is how often it is asked what is due.
const AskEvery = 30 * time.Second

// stopTimeout bounds the wait for tasks that do not listen to their context.
const stopTimeout = 5 * time.Second

// Schedule runs tasks. Tasks are added before Start.
type Schedule struct {
	now    func() time.Time
	log    *slog.Logger
	cron   gocron.Scheduler
	ctx    context.Context //nolint:containedctx // it is the life of the schedule, given to every run
	cancel context.CancelFunc

	mu    sync.Mutex
	tasks []*task
	asked time.Time // by the wall clock
	woken []func(gap time.Duration)
	runs  sync.WaitGroup // added to under mu, and only while ctx lives
}

// Task is how a task stands.
type Task struct {
	Name      string
	Every     time.Duration
	Running   bool
	Runs      int
	LastAt    time.Time // zero: never
	Took      time.Duration
	LastError string // for the log and the support bundle; empty when the last run went well
}

type task struct {
	Task
	asked bool // it asks what is due rather than simply recurring
	job   gocron.Job
	run   func(context.Context) error
}

// New makes a schedule without tasks. now and log may be nil.
func New(now func() time.Time, log *slog.Logger) (*Schedule, error) {
	if now == nil {
		now = time.Now
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	cron, err := gocron.NewScheduler(gocron.WithStopTimeout(stopTimeout))
	if err != nil {
		return nil, fmt.Errorf("schedule: %w", err)
	}
	s := &Schedule{now: now, log: log, cron: cron}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	if err := s.Every("wake", AskEvery, s.notice); err != nil {
		return nil, errors.Join(err, s.Stop(context.Background()))
	}
	return s, nil
}

// Every runs f at the start and then every d, unless it is still running. For what only has to recur.
func (s *Schedule) Every(name string, d time.Duration, f func(context.Context) error) error {
	return s.add(&task{Task: Task{Name: name, Every: d}, run: f})
}

// WhenDue asks f what is due at a moment, and lets it do that: at the start, every half minute, after a sleep, and when
// Ask is called. f gets the wall clock's time; it must be quick when nothing is due.
func (s *Schedule) WhenDue(name string, f func(ctx context.Context, now time.Time) error) error {
	return s.add(&task{Task: Task{Name: name, Every: AskEvery}, asked: true, run: func(ctx context.Context) error {
		return f(ctx, s.wall())
	}})
}

// OnWake calls f when the wall clock jumped: the machine slept, or somebody set the clock. It runs before the tasks that
// ask what is due do.
func (s *Schedule) OnWake(f func(gap time.Duration)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.woken = append(s.woken, f)
}

func (s *Schedule) add(t *task) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if slices.ContainsFunc(s.tasks, func(o *task) bool { return o.Name == t.Name }) {
		return fmt.Errorf("schedule: there are two tasks named %q", t.Name)
	}
	job, err := s.cron.NewJob(gocron.DurationJob(t.Every), gocron.NewTask(func() { s.once(t) }),
		gocron.WithName(t.Name), gocron.WithSingletonMode(gocron.LimitModeReschedule),
		gocron.WithStartAt(gocron.WithStartImmediately()))
	if err != nil {
		return fmt.Errorf("schedule %s: %w", t.Name, err)
	}
	t.job = job
	s.tasks = append(s.tasks, t)
	return nil
}

// Start begins to run the tasks, each at once for the first time.
func (s *Schedule) Start() {
	s.mu.Lock()
	s.asked = s.wall()
	s.mu.Unlock()
	s.cron.Start()
}

// Stop ends the schedule: no task begins any more, those that run are asked to end and waited for, at most until ctx
// ends. It may be called more than once, and without Start.
func (s *Schedule) Stop(ctx context.Context) error {
	s.mu.Lock()
	s.cancel()
	s.mu.Unlock()
	ended := make(chan error, 1)
	go func() {
		// The library waits for its tasks in a loop that burns a processor, so it is told only when they have ended.
		s.runs.Wait()
		ended <- s.cron.Shutdown()
	}()
	ctx, cancel := context.WithTimeout(ctx, stopTimeout)
	defer cancel()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
		return fmt.Errorf("tasks still running: %w", ctx.Err())
	}
}

// Ask asks at once what is due, e.g. because the settings changed. It does not wait.
func (s *Schedule) Ask() {
	s.mu.Lock()
	tasks := slices.Clone(s.tasks)
	s.mu.Unlock()
	for _, t := range tasks {
		if t.asked {
			if err := t.job.RunNow(); err != nil && s.ctx.Err() == nil {
				s.log.Warn("task not run at once", "task", t.Name, "error", err)
			}
		}
	}
}

// Tasks lists how the tasks stand, in the order they were added.
func (s *Schedule) Tasks() []Task {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Task, 0, len(s.tasks))
	for _, t := range s.tasks {
		out = append(out, t.Task)
	}
	return out
}

// once runs a task and notes how it went. The same error twice is logged once.
func (s *Schedule) once(t *task) {
	s.mu.Lock()
	if s.ctx.Err() != nil {
		s.mu.Unlock()
		return
	}
	s.runs.Add(1)
	defer s.runs.Done()
	started := s.now()
	t.Running = true
	s.mu.Unlock()
	err := s.guarded(t)
	text := ""
	if err != nil && s.ctx.Err() == nil {
		text = err.Error()
	}
	s.mu.Lock()
	was := t.LastError
	t.Running, t.LastAt, t.Took, t.LastError = false, started, s.now().Sub(started), text
	t.Runs++
	s.mu.Unlock()
	if text != "" && text != was {
		s.log.Error("task failed", "task", t.Name, "error", err)
	}
}

// guarded turns a panic into an error: one broken task must not end the others.
func (s *Schedule) guarded(t *task) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v", v)
			s.log.Error("task panicked", "task", t.Name, "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
		}
	}()
	return t.run(s.ctx)
}

// notice finds out that the wall clock jumped. Timers stand still while the machine sleeps, so two looks that are
// further apart than the timer says have a sleep between them.
func (s *Schedule) notice(context.Context) error {
	s.mu.Lock()
	now := s.wall()
	gap := now.Sub(s.asked) - AskEvery
	first := s.asked.Equal(now) || s.asked.IsZero()
	s.asked = now
	woken := slices.Clone(s.woken)
	s.mu.Unlock()
	if first || gap < AskEvery/2 && gap > -2*AskEvery {
		return nil
	}
	s.log.Info("clock jumped", "gap", gap.Round(time.Second).String())
	for _, f := range woken {
		f(gap)
	}
	s.Ask()
	return nil
}

// wall is the time without the monotonic reading, which stands still during a sleep.
func (s *Schedule) wall() time.Time { return s.now().Round(0) }
