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

// CountPoll adds a poll to its quarter of an hour.
func (s *Store) CountPoll(ctx context.Context, p app.Poll) error {
	one := func(yes bool) int {
		if yes {
			return 1
		}
		return 0
	}
	return s.write(ctx, "count poll", func(tx *sql.Tx) error {
		return exec(ctx, tx, `INSERT INTO poll_counts (source, at, ok, incomplete, failed, calls) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (source, at) DO UPDATE SET ok = ok + excluded.ok, incomplete = incomplete + excluded.incomplete,
				failed = failed + excluded.failed, calls = calls + excluded.calls`,
			p.Source, stamp(p.At.Truncate(pollQuarter)), one(p.OK && p.Complete), one(p.OK && !p.Complete), one(!p.OK), p.Calls)
	})
}

// Polls counts how the polls of a source went, slot by slot. Slots that begin within a quarter of an hour are counted from the
// next one on.
func (r *Reader) Polls(ctx context.Context, source string, slots []app.Slot) ([]app.PollFlow, error) {
	list, err := all(ctx, r.db, scanPollFlow, pollFlow, asSlots(slots), source)
	if err != nil {
		return nil, failed("count polls of slots", err)
	}
	for i := range list {
		list[i].Slot = slots[i]
	}
	return list, nil
}

// The key of poll_counts gives the rows of a slot.
const pollFlow = `SELECT coalesce(sum(c.ok), 0), coalesce(sum(c.incomplete), 0), coalesce(sum(c.failed), 0), coalesce(sum(c.calls), 0)
	FROM json_each(?1) s LEFT JOIN poll_counts c ON c.source = ?2 AND c.at >= s.value ->> 0 AND c.at < s.value ->> 1
	GROUP BY s.key ORDER BY s.key`

func scanPollFlow(s scanner) (f app.PollFlow, err error) {
	err = s.Scan(&f.OK, &f.Incomplete, &f.Failed, &f.Calls)
	return f, err
}
