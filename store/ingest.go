package store

import (
	"context"
	"database/sql"
	"time"

	"psabridge/app"
)

// Decide is what the alert rules make of what is known. It runs inside a transaction: it must be pure and quick.
type Decide = func(app.AlertState) app.AlertDecision

// Ingest stores one pull of a source, or what was sent to one, together with what the rules decide about it: all of it
// or nothing, so that a pull that was cut off is simply read again. A batch that was stored before changes nothing.
func (s *Store) Ingest(ctx context.Context, b app.Batch, now time.Time, decide Decide) (app.IngestResult, error) {
	res := app.IngestResult{Organizations: len(b.Organizations), Outcomes: map[app.OutcomeKind]int{}}
	var after beat
	err := s.write(ctx, "ingest", func(tx *sql.Tx) error {
		st, polled, err := s.take(ctx, tx, b, now)
		if err != nil {
			return err
		}
		after = polled
		res.Stored = len(st.Fresh)
		res.Events = len(st.Fresh)
		if err := saveDecision(ctx, s.log, tx, st, decide(st), &res); err != nil {
			return err
		}
		return saveMarks(ctx, tx, b.Source, b.Marks)
	})
	if err != nil {
		return app.IngestResult{}, err
	}
	if !b.Pushed {
		s.setBeat(b.Source, after)
	}
	return res, nil
}

// take stores what a batch shows and returns what the rules are to know of it, and the beat of its poll.
func (s *Store) take(ctx context.Context, tx *sql.Tx, b app.Batch, now time.Time) (st app.AlertState, after beat, err error) {
	if b.Pushed { // somebody began to send: what comes from then on is no history
		if err := start(ctx, tx, b.Source, now); err != nil {
			return st, after, err
		}
	}
	moved, err := saveOrganizations(ctx, tx, b, now)
	if err != nil {
		return st, after, err
	}
	states, err := s.saveStates(ctx, tx, b, now)
	if err != nil {
		return st, after, err
	}
	starts, err := saveStarts(ctx, tx, b, now)
	if err != nil {
		return st, after, err
	}
	fresh, err := saveEvents(ctx, preparing(tx), b.Source, b.Events, now)
	if err != nil {
		return st, after, err
	}
	w := everything
	if b.Pushed && len(states.current)+len(states.appeared)+len(states.vanished)+len(moved) == 0 {
		if w, err = about(ctx, tx, b.Source, fresh); err != nil {
			return st, after, err
		}
	}
	if st, err = alertState(ctx, tx, b.Source, now, w); err != nil {
		return st, after, err
	}
	st.Objects, st.Appeared, st.Vanished, st.ReadBefore = states.current, states.appeared, states.vanished, states.readBefore
	st.Starts, st.Moved, st.Fresh = starts, moved, fresh
	if st.RecoveredAt, st.RecoveredHeard, err = recoveredAt(ctx, tx, b.Source, fresh); err != nil {
		return st, after, err
	}
	if b.Pushed {
		neverPolled(&st)
		return st, after, nil
	}
	every, err := pollEvery(ctx, tx, b.Source)
	if err != nil {
		return st, after, err
	}
	after, st.GapRestart = s.beatOf(b.Source).seen(readAt(b, now), now, every)
	after.unread = notRead(b, st.Organizations)
	st.SteadySince, st.Complete, st.Unread = after.steady, true, after.unread
	if st.FirstRead && b.OrganizationsComplete {
		err = start(ctx, tx, b.Source, now)
	}
	return st, after, err
}

// start draws the start line of a source, unless it has one (T4).
func start(ctx context.Context, tx *sql.Tx, source string, now time.Time) error {
	return exec(ctx, tx, "INSERT INTO source_starts (source, started_at) VALUES (?, ?) ON CONFLICT (source) DO NOTHING", source, stamp(now))
}

// neverPolled says of an inbox what a steady poll would: nobody was blind while nothing came, and what does not recover
// still holds.
func neverPolled(st *app.AlertState) {
	st.GapRestart, st.Complete, st.Unread = false, true, map[string]bool{}
	if !st.StartedAt.After(st.Now) { // else the clock was put back since
		st.SteadySince = st.StartedAt
	}
}

// AlertView returns what the rules would be told now, for previews. It writes nothing.
func (r *Reader) AlertView(ctx context.Context, source string, now time.Time) (st app.AlertState, err error) {
	err = r.snapshot(ctx, "alert view", func(tx *sql.Tx) error {
		h, err := readHolding(ctx, tx, source)
		if err != nil {
			return err
		}
		st, err = r.quietState(ctx, tx, source, h.states, now, everything)
		return err
	})
	return st, err
}

// quietState is what is known when no batch came; objects is what holds.
func (r *Reader) quietState(ctx context.Context, q querier, source string, objects []app.ObjectState, now time.Time, w concern) (st app.AlertState, err error) {
	pushed, err := isInbox(ctx, q, source)
	if err != nil {
		return st, err
	}
	if !w.whole && pushed && len(objects) == 0 {
		if w, err = about(ctx, q, source, nil); err != nil {
			return st, err
		}
	} else {
		w = everything
	}
	if st, err = alertState(ctx, q, source, now, w); err != nil {
		return st, err
	}
	st.Objects = objects
	if st.Starts, err = startsOf(ctx, q, source); err != nil {
		return st, err
	}
	if pushed {
		neverPolled(&st)
		return st, nil
	}
	every, err := pollEvery(ctx, q, source)
	if err != nil {
		return st, err
	}
	var b beat
	b, st.GapRestart = r.beatOf(source).seen(now, now, every)
	st.SteadySince, st.Complete, st.Unread = b.steady, b.unread != nil, b.unread
	return st, nil
}

// alertState reads what both a batch and the passing of time are judged by, the states of the objects and their start
// lines aside.
func alertState(ctx context.Context, q querier, source string, now time.Time, w concern) (app.AlertState, error) {
	st := app.AlertState{Now: now, Source: source}
	in, err := install(ctx, q)
	if err != nil {
		return st, err
	}
	st.InstallID = in.ID
	started, err := all(ctx, q, func(s scanner) (t time.Time, err error) { err = s.Scan(into(&t)); return t, err },
		"SELECT started_at FROM source_starts WHERE source = ?", source)
	if err != nil {
		return st, err
	}
	if st.FirstRead = len(started) == 0; !st.FirstRead {
		st.StartedAt = started[0]
	}
	if st.Organizations, err = organizationsOf(ctx, q, source); err != nil {
		return st, err
	}
	if w.whole {
		st.Conditions, err = conditionsToJudge(ctx, q, source, now)
	} else {
		st.Conditions, err = conditionsConcerned(ctx, q, source, now, w)
	}
	if err != nil {
		return st, err
	}
	if st.Gone, err = goneRules(ctx, q, st.Conditions); err != nil {
		return st, err
	}
	if st.Tickets, err = ticketsOf(ctx, q, st.Conditions); err != nil {
		return st, err
	}
	if st.OpenedLately, err = openedLately(ctx, q, now); err != nil {
		return st, err
	}
	st.CreateWaiting, err = createsWaiting(ctx, q, st.Tickets)
	return st, err
}

// Marks lists how far the streams of a source have been read.
func (r *Reader) Marks(ctx context.Context, source string) ([]app.Mark, error) {
	list, err := all(ctx, r.db, func(s scanner) (m app.Mark, err error) {
		err = s.Scan(&m.Stream, &m.ExternalID, &m.Value)
		return m, err
	}, "SELECT stream, external_id, mark FROM cursors WHERE source = ? ORDER BY stream, external_id", source)
	return list, failed("list marks", err)
}

func saveMarks(ctx context.Context, tx *sql.Tx, source string, marks []app.Mark) error {
	for _, m := range marks {
		if err := exec(ctx, tx, `INSERT INTO cursors (source, stream, external_id, mark) VALUES (?, ?, ?, ?)
			ON CONFLICT (source, stream, external_id) DO UPDATE SET mark = excluded.mark WHERE mark <> excluded.mark`,
			source, m.Stream, m.ExternalID, m.Value); err != nil {
			return err
		}
	}
	return nil
}
