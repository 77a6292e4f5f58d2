package store

import (
	"context"
	"database/sql"
	"time"

	"psabridge/app"
)

// pollQuarter is how long one row of poll_counts is; keepPolls how long it is kept.
const (
	pollQuarter = 15 * time.Minute
	keepPolls   = 8 * day
)

// pollTally is what a source's polls came to in a quarter of an hour that is not written yet.
type pollTally struct {
	quarter time.Time
	flow    app.PollFlow
}

// CountPoll adds a poll to its quarter of an hour. The quarter that runs is kept in memory and written when it is over, so that
// a quiet minute writes nothing. A crash loses it, which is a part of a picture and nothing else.
func (s *Store) CountPoll(ctx context.Context, p app.Poll) error {
	over := s.tally(p)
	if over.flow.Polls() == 0 {
		return nil
	}
	return s.write(ctx, "count polls", func(tx *sql.Tx) error { return savePolls(ctx, tx, p.Source, over) })
}

// tally adds a poll to what is kept in memory, and takes out what belongs to another quarter.
func (s *Store) tally(p app.Poll) (over pollTally) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, quarter := s.polls[p.Source], p.At.Truncate(pollQuarter)
	if !t.quarter.Equal(quarter) {
		over, t = t, pollTally{quarter: quarter}
	}
	switch {
	case !p.OK:
		t.flow.Failed++
	case !p.Complete:
		t.flow.Incomplete++
	default:
		t.flow.OK++
	}
	t.flow.Calls += p.Calls
	s.polls[p.Source] = t
	return over
}

// WritePolls writes what CountPoll keeps in memory: before settings are saved, which may forget a source's, and before Close.
func (s *Store) WritePolls(ctx context.Context) error {
	s.mu.Lock()
	polls := s.polls
	s.polls = make(map[string]pollTally)
	s.mu.Unlock()
	if len(polls) == 0 {
		return nil
	}
	return s.write(ctx, "count polls", func(tx *sql.Tx) error {
		for source, t := range polls {
			if err := savePolls(ctx, tx, source, t); err != nil {
				return err
			}
		}
		return nil
	})
}

func savePolls(ctx context.Context, tx *sql.Tx, source string, t pollTally) error {
	return exec(ctx, tx, `INSERT INTO poll_counts (source, at, ok, incomplete, failed, calls) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (source, at) DO UPDATE SET ok = ok + excluded.ok, incomplete = incomplete + excluded.incomplete,
			failed = failed + excluded.failed, calls = calls + excluded.calls`,
		source, stamp(t.quarter), t.flow.OK, t.flow.Incomplete, t.flow.Failed, t.flow.Calls)
}

func (s *Store) pollsOf(source string) pollTally {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.polls[source]
}

// Polls counts how the polls of a source went, slot by slot. Slots that begin within a quarter of an hour are counted from the
// next one on.
func (r *Reader) Polls(ctx context.Context, source string, slots []app.Slot) ([]app.PollFlow, error) {
	list, err := all(ctx, r.db, scanPollFlow, pollFlow, asSlots(slots), source)
	for i := range list {
		list[i].Slot = slots[i] //nolint:gosec // the query gives a row for each slot
		r.pollsOf(source).addTo(&list[i])
	}
	return list, failed("count polls of slots", err)
}

// addTo adds the running quarter to the slot it begins in.
func (t pollTally) addTo(f *app.PollFlow) {
	if f.Has(t.quarter) {
		f.OK += t.flow.OK
		f.Incomplete += t.flow.Incomplete
		f.Failed += t.flow.Failed
		f.Calls += t.flow.Calls
	}
}

// The key of poll_counts gives the rows of a slot.
const pollFlow = `SELECT coalesce(sum(c.ok), 0), coalesce(sum(c.incomplete), 0), coalesce(sum(c.failed), 0), coalesce(sum(c.calls), 0)
	FROM json_each(?1) s LEFT JOIN poll_counts c ON c.source = ?2 AND c.at >= s.value ->> 0 AND c.at < s.value ->> 1
	GROUP BY s.key ORDER BY s.key`

func scanPollFlow(s scanner) (f app.PollFlow, err error) {
	err = s.Scan(&f.OK, &f.Incomplete, &f.Failed, &f.Calls)
	return f, err
}
