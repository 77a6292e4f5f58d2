package store

import (
	"context"
	"encoding/json"
	"time"

	"psabridge/app"
)

// beat is when a source was polled. It lives in memory: after a restart nobody knows how long we were blind, so the
// first poll counts as one after a gap.
type beat struct {
	last   time.Time
	steady time.Time // since when polls came without a gap
	// unread are the organizations the last reading did not show completely; nil before there was one.
	unread map[string]bool
}

// usualInterval is how often a source is polled when its settings do not say.
const usualInterval = 2 * time.Minute

// askedEvery is how often it is asked what is due: no source is polled more often, whatever its settings say.
const askedEvery = 30 * time.Second

// seen returns the beat as it would be after a poll that began at began and is stored now, and whether we were blind
// for more than two intervals before it. A steady time ahead of now was taken from a clock that was put back since.
func (b beat) seen(began, now time.Time, every time.Duration) (beat, bool) {
	began, now = began.Round(0), now.Round(0) // the monotonic clock stands still while the machine sleeps
	blind := began.Sub(b.last)
	gap := b.last.IsZero() || blind > 2*max(every, askedEvery) || b.steady.After(now)
	if gap {
		b.steady = now
	}
	b.last = now
	return b, gap
}

func (s *Store) beatOf(source string) beat {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.beats[source]
}

func (s *Store) setBeat(source string, b beat) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.beats[source] = b
}

// pollEvery reads the source's own interval from its settings.
func pollEvery(ctx context.Context, q querier, source string) (time.Duration, error) {
	raw, ok, err := maybe[string](ctx, q, "SELECT config FROM sources WHERE name = ?", source)
	if err != nil || !ok {
		return usualInterval, err
	}
	var config struct {
		Every app.Duration `json:"every"`
	}
	if err := json.Unmarshal([]byte(raw), &config); err != nil || config.Every <= 0 {
		return usualInterval, nil //nolint:nilerr // settings that do not say it are settings that leave it to us
	}
	return config.Every.D(), nil
}
