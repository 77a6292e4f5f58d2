package intake

import (
	"context"
	"errors"
	"sync"
	"time"

	"psabridge/app"
)

const (
	keepBeats  = 30
	usageRetry = time.Hour // between tries when today's usage is not complete or could not be read
)

// Beat is one reading of a source.
type Beat struct {
	At       time.Time
	Took     time.Duration
	OK       bool
	Complete bool
	Error    string // for the person; empty when OK
}

// Status is how reading a source goes. It lives in memory and begins afresh at every start.
type Status struct {
	Name      string
	Kind      string
	LastOKAt  time.Time // when it was last read, usage perhaps aside; zero: not since the start
	LastError string    // for the person; empty when the last reading went well
	ErrorCode app.Code
	NextAt    time.Time // of the next poll; zero: as soon as possible
	Complete  bool      // the last reading showed everything
	Problems  []string
	UsageAt   time.Time // of the newest usage reading
	Running   bool
	Beats     []Beat // oldest first
	// Steps are what the reading under way, or the last one, found out.
	Steps []Step
	// FailingSince is the first try of those in a row that read nothing; zero when the last one read something.
	FailingSince time.Time
}

// state is what is remembered of one source.
type state struct {
	turn chan struct{} // one reading at a time

	mu            sync.Mutex
	polling       bool // RunDue started a poll that has not ended, whether it has its turn yet or not
	status        Status
	failing       failing
	wait          time.Duration // until NextAt, as it was decided
	usageLearned  bool
	usageComplete bool
	usageTry      time.Time
	usageAnew     bool // what was read may be of somewhere else
}

func (in *Intake) state(name string) *state {
	in.mu.Lock()
	defer in.mu.Unlock()
	st, ok := in.sources[name]
	if !ok {
		st = &state{turn: make(chan struct{}, 1), status: Status{Name: name}}
		in.sources[name] = st
	}
	return st
}

// keepOnly forgets the sources that were removed from the settings.
func (in *Intake) keepOnly(doc app.Settings) {
	in.mu.Lock()
	defer in.mu.Unlock()
	known := map[string]bool{}
	for _, s := range doc.Sources {
		known[s.Name] = true
	}
	for name := range in.sources {
		if !known[name] {
			delete(in.sources, name)
		}
	}
}

// Status lists how reading goes, for every source of the settings, in their order.
func (in *Intake) Status(ctx context.Context) ([]Status, error) {
	doc, err := in.deps.Settings(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]Status, 0, len(doc.Sources))
	for _, s := range doc.Sources {
		st := in.state(s.Name).snapshot()
		st.Kind = s.Kind
		if s.Pushed() { // what does not come is not missing
			st.Complete = true
		}
		out = append(out, st)
	}
	return out, nil
}

func (s *state) snapshot() Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.status
	out.Problems = append([]string(nil), s.status.Problems...)
	out.Beats = append([]Beat(nil), s.status.Beats...)
	out.Steps = append([]Step(nil), s.status.Steps...)
	out.FailingSince = s.failing.since
	out.Running = len(s.turn) > 0
	return out
}

// Hurry makes a source due at once, usage included, e.g. because its settings or secrets changed.
func (in *Intake) Hurry(name string) {
	st := in.state(name)
	st.mu.Lock()
	defer st.mu.Unlock()
	st.status.NextAt, st.wait, st.usageAnew = time.Time{}, 0, true
}

func (s *state) enter(ctx context.Context) (leave func(), err error) {
	select {
	case s.turn <- struct{}{}:
		return func() { <-s.turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// start reports whether the source is to be polled, and notes that it is being so until ended is called. A source
// being read is not. A wait longer than was decided means that the clock was set back.
func (s *state) start(now time.Time, every time.Duration) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	left := s.status.NextAt.Sub(now)
	due := s.status.NextAt.IsZero() || left <= 0 || left > max(s.wait, every)
	if !due || s.polling || len(s.turn) > 0 {
		return false
	}
	s.polling = true
	return true
}

// ended lets the next poll start.
func (s *state) ended() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.polling = false
}

// remember keeps how a reading went and says when the next one is. One that was cancelled says nothing of the source.
func (in *Intake) remember(ctx context.Context, r *reader, every time.Duration, err error, cancelled bool) {
	now := in.deps.Now()
	s := r.state
	s.mu.Lock()
	defer s.mu.Unlock()
	was := s.status.LastError
	s.status.LastError, s.status.ErrorCode = app.ErrorMessage(err), app.ErrorCode(err)
	s.status.Complete, s.status.Problems = r.result.Complete, r.result.Problems
	if err == nil || r.pulled {
		s.status.LastOKAt = now
	}
	if err != nil || r.pulled {
		s.wait = every
		if e, ok := errors.AsType[*app.Error](err); ok && e.RetryAfter > every {
			s.wait = e.RetryAfter
		}
		// Counted from the beginning, so that a slow reading does not make the polls rarer.
		s.status.NextAt = r.started.Add(s.wait)
	}
	if r.unreadable(err) && !cancelled {
		s.failing = s.failing.again(r.started, now, s.wait, s.status.LastError)
	}
	s.beat(Beat{At: r.started, Took: now.Sub(r.started), OK: err == nil, Complete: r.result.Complete, Error: s.status.LastError})
	if text := s.status.LastError; text != was {
		if text == "" {
			in.deps.Logger.InfoContext(ctx, "source readable again", "source", r.name)
		} else {
			in.deps.Logger.WarnContext(ctx, "source not read", "source", r.name, "code", string(s.status.ErrorCode), "error", err)
		}
	}
}

// unreadable reports whether nothing of the source could be read: it was asked what happened, or could not even be asked,
// and did not answer.
func (r *reader) unreadable(err error) bool {
	return err != nil && !r.answered && (r.tried || r.source == nil)
}

// beat remembers one reading, or one thing that was sent. The lock is held.
func (s *state) beat(b Beat) {
	s.status.Beats = append(s.status.Beats, b)
	if n := len(s.status.Beats) - keepBeats; n > 0 {
		s.status.Beats = append([]Beat(nil), s.status.Beats[n:]...)
	}
}

func (s *state) usageKnown() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.usageLearned
}

func (s *state) usageTried(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.usageTry, s.usageAnew = now, false
}

// learnUsage notes when usage was read last, and whether that reading was complete.
func (s *state) learnUsage(readings []app.Reading) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.usageLearned = true
	var newest time.Time
	for _, r := range readings {
		if r.AsOf.After(newest) {
			newest = r.AsOf
		}
	}
	if newest.IsZero() || newest.Before(s.status.UsageAt) {
		return
	}
	s.status.UsageAt, s.usageComplete = newest, true
	for _, r := range readings {
		if r.AsOf.Equal(newest) && !r.Complete {
			s.usageComplete = false
		}
	}
}

// usageDue reports whether usage has to be read: there is none of today, or today's is not complete.
func (s *state) usageDue(now time.Time, loc *time.Location) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.usageAnew {
		return true
	}
	if !s.usageTry.IsZero() && now.Sub(s.usageTry) < usageRetry && now.Sub(s.usageTry) >= 0 && sameDay(s.usageTry, now, loc) {
		return false
	}
	return !s.usageComplete || !sameDay(s.status.UsageAt, now, loc)
}

func sameDay(a, b time.Time, loc *time.Location) bool {
	ay, am, ad := a.In(loc).Date()
	by, bm, bd := b.In(loc).Date()
	return ay == by && am == bm && ad == bd
}
