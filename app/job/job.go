// Package job runs work that takes longer than a request and keeps how far it is. Jobs live in memory: after a restart
// there are none, because what they did is in the store and what they did not do can be asked for again.
package job

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"psabridge/app"
)

// ID names a job. It cannot be guessed.
type ID string

// State says how a job stands.
type State string

// The states of a job. All but Running are final.
const (
	Running   State = "running"
	Done      State = "done"
	Failed    State = "failed"
	Cancelled State = "cancelled"
)

// Job is one job as it stood when it was asked for.
type Job struct {
	ID         ID
	Kind       string
	State      State
	Done       int
	Total      int
	Text       string
	Result     any   // of a job that is Done; while it runs what there is so far, and a failed one may have left a part
	Err        error // of a job that Failed or was Cancelled
	StartedAt  time.Time
	FinishedAt time.Time // zero while it runs
}

// The bounds of what is kept after the end: a page that is slow to ask still gets its answer, memory stays bounded.
const (
	keepFor  = time.Hour
	keepMost = 100
)

// Jobs starts jobs and remembers them. The zero value is not ready; use New.
type Jobs struct {
	now func() time.Time
	log *slog.Logger

	mu      sync.Mutex
	all     map[ID]*running
	running sync.WaitGroup
	closed  bool
}

// running is a job with what moves it.
type running struct {
	Job
	cancel   context.CancelFunc
	finished chan struct{}
}

// New makes an empty set of jobs. now and log may be nil.
func New(now func() time.Time, log *slog.Logger) *Jobs {
	if now == nil {
		now = time.Now
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Jobs{now: now, log: log, all: map[ID]*running{}}
}

// Start runs f as a job. The job ends when f returns; ctx ending or Cancel only ask it to.
func (j *Jobs) Start(ctx context.Context, kind string, f func(context.Context, *Progress) (any, error)) ID {
	ctx, cancel := context.WithCancel(ctx)
	r := &running{
		Job:    Job{ID: ID(strings.ToLower(rand.Text())), Kind: kind, State: Running, StartedAt: j.now()},
		cancel: cancel, finished: make(chan struct{}),
	}
	j.mu.Lock()
	j.forget()
	j.all[r.ID] = r
	if j.closed {
		cancel()
	}
	j.running.Add(1)
	j.mu.Unlock()
	go func() {
		defer j.running.Done()
		defer cancel()
		result, err := j.run(ctx, kind, f, &Progress{jobs: j, job: r})
		j.finish(ctx, r, result, err)
	}()
	return r.ID
}

// run turns a panic into an error: one broken job must not end the bridge.
func (j *Jobs) run(ctx context.Context, kind string, f func(context.Context, *Progress) (any, error), p *Progress) (result any, err error) {
	defer func() {
		if v := recover(); v != nil {
			j.log.ErrorContext(ctx, "job panicked", "kind", kind, "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
			result, err = nil, app.Wrap(fmt.Errorf("panic: %v", v), app.Internal, "The job "+kind+" ended by a defect.")
		}
	}()
	return f(ctx, p)
}

func (j *Jobs) finish(ctx context.Context, r *running, result any, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	r.Result, r.Err, r.FinishedAt, r.State = result, err, j.now(), Done
	if err != nil {
		r.State = Failed
		if ctx.Err() != nil {
			r.State, r.Err = Cancelled, app.Wrap(err, app.Conflict, "The job was cancelled before it was done.")
		}
	}
	close(r.finished)
}

// Get returns a job as it stands, or false when there is none (any more).
func (j *Jobs) Get(id ID) (Job, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	r, ok := j.all[id]
	if !ok {
		return Job{}, false
	}
	return r.Job, true
}

// List returns all jobs, newest first.
func (j *Jobs) List() []Job {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.forget()
	out := make([]Job, 0, len(j.all))
	for _, r := range j.all {
		out = append(out, r.Job)
	}
	slices.SortFunc(out, func(a, b Job) int { return b.StartedAt.Compare(a.StartedAt) })
	return out
}

// Cancel asks a job to stop. It reports whether there is such a job; one that has ended stays as it ended.
func (j *Jobs) Cancel(id ID) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	r, ok := j.all[id]
	if ok {
		r.cancel()
	}
	return ok
}

// Wait returns the job as soon as it has ended, or as it stands after d. Its error is only about waiting: not_found, or
// the end of ctx; how the job ended is in the Job.
func (j *Jobs) Wait(ctx context.Context, id ID, d time.Duration) (Job, error) {
	j.mu.Lock()
	r, ok := j.all[id]
	j.mu.Unlock()
	if !ok {
		return Job{}, app.Errorf(app.NotFound, "There is no job %s any more.", id)
	}
	t := time.NewTimer(max(d, 0))
	defer t.Stop()
	select {
	case <-r.finished:
	case <-t.C:
	case <-ctx.Done():
		return Job{}, app.Wrap(ctx.Err(), app.Unavailable, "Nobody waits for the job any more; it goes on.")
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	return r.Job, nil
}

// Stop cancels all jobs and waits until they have ended, or ctx has. Jobs started afterwards are cancelled at once.
func (j *Jobs) Stop(ctx context.Context) error {
	j.mu.Lock()
	j.closed = true
	for _, r := range j.all {
		r.cancel()
	}
	j.mu.Unlock()
	done := make(chan struct{})
	go func() {
		j.running.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("jobs still running: %w", ctx.Err())
	}
}

// forget drops what ended long ago, and the oldest of too many. Running jobs are never dropped.
func (j *Jobs) forget() {
	var ended []*running
	for id, r := range j.all {
		switch {
		case r.State == Running:
		case j.now().Sub(r.FinishedAt) > keepFor:
			delete(j.all, id)
		default:
			ended = append(ended, r)
		}
	}
	slices.SortFunc(ended, func(a, b *running) int { return a.FinishedAt.Compare(b.FinishedAt) })
	for _, r := range ended[:max(0, len(ended)-keepMost)] {
		delete(j.all, r.ID)
	}
}

// Progress is how a job says how far it is. A nil Progress may be used; it says it to nobody.
type Progress struct {
	jobs *Jobs
	job  *running
}

// Set says how many of how many steps are done, and what is under way.
func (p *Progress) Set(done, total int, text string) {
	if p == nil {
		return
	}
	p.jobs.mu.Lock()
	defer p.jobs.mu.Unlock()
	p.job.Done, p.job.Total, p.job.Text = done, total, text
}

// Part shows what there is of the result so far, until the job ends. The job may not change it any more.
func (p *Progress) Part(result any) {
	if p == nil {
		return
	}
	p.jobs.mu.Lock()
	defer p.jobs.mu.Unlock()
	p.job.Result = result
}

// Step says that one more step is done, and what is under way.
func (p *Progress) Step(text string) {
	if p == nil {
		return
	}
	p.jobs.mu.Lock()
	defer p.jobs.mu.Unlock()
	p.job.Done++
	p.job.Text = text
}
