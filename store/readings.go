package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"psabridge/app"
)

const readingColumns = `SELECT r.id, r.source, r.organization, r.meter, r.basis, r.quantity, r.unit, r.complete, r.problem, r.method, r.as_of, r.covers`

func readingDest(r *app.Reading) []any {
	return []any{
		&r.ID, &r.Source, &r.OrganizationID, &r.Meter, &r.Basis, &r.Quantity, &r.Unit, &r.Complete, &r.Problem, &r.Method,
		into(&r.AsOf), intoPeriod(&r.Covers),
	}
}

func scanReading(s scanner) (r app.Reading, err error) {
	err = s.Scan(readingDest(&r)...)
	return r, err
}

func scanReadingItems(s scanner) (r app.Reading, err error) {
	var packed []byte
	if err := s.Scan(append(readingDest(&r), &packed)...); err != nil {
		return r, err
	}
	r.Items, err = unpack(packed)
	return r, err
}

// SaveReadings stores what the meters of a source showed, one reading per organization, meter, basis, day (in UTC) and
// month covered. A later one of the day takes the place of an earlier one, but an incomplete one never that of a
// complete one; anything takes the place of one that is still in the future at now. Evidence is kept for the newest
// reading only.
func (s *Store) SaveReadings(ctx context.Context, source string, rs []app.Reading, now time.Time) error {
	return s.write(ctx, "save readings", func(tx *sql.Tx) error {
		for _, r := range rs {
			r.Source = source
			if r.AsOf.IsZero() {
				r.AsOf = now
			}
			if err := saveReading(ctx, tx, r, now); err != nil {
				return fmt.Errorf("reading %s of %s: %w", r.Meter, r.OrganizationID, err)
			}
		}
		return nil
	})
}

// clockSlack is how far two clocks may differ; a reading that is further ahead was taken by a clock that was wrong.
const clockSlack = 5 * time.Minute

func saveReading(ctx context.Context, tx *sql.Tx, r app.Reading, now time.Time) error {
	horizon := stamp(now.Add(clockSlack))
	id, stored, err := maybe[int64](ctx, tx, `INSERT INTO readings (source, organization, meter, basis, day, covers, quantity, unit, complete, problem, method, as_of, newest)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)
		ON CONFLICT (source, organization, meter, basis, day, covers) DO UPDATE SET quantity = excluded.quantity, unit = excluded.unit,
			complete = excluded.complete, problem = excluded.problem, method = excluded.method, as_of = excluded.as_of
			WHERE excluded.complete > complete OR (excluded.complete = complete AND excluded.as_of >= as_of)
				OR (as_of > ?13 AND excluded.as_of <= ?13)
		RETURNING id`, r.Source, r.OrganizationID, r.Meter, r.Basis, r.AsOf.UTC().Format(time.DateOnly), periodText(r.Covers),
		r.Quantity, r.Unit, r.Complete, r.Problem, r.Method, stamp(r.AsOf), horizon)
	if err != nil || !stored {
		return err
	}
	return makeNewest(ctx, tx, id, r, horizon)
}

// makeNewest moves the mark of the newest reading, and the evidence with it, unless a newer one is there. One beyond the
// horizon is newer only than its like: else it would hide everything read until its day has come.
func makeNewest(ctx context.Context, tx *sql.Tx, id int64, r app.Reading, horizon any) error {
	newer, _, err := maybe[int64](ctx, tx, `SELECT count(*) FROM readings WHERE source = ? AND organization = ? AND meter = ? AND basis = ?
		AND newest = 1 AND id <> ? AND as_of > ?6 AND (as_of <= ?7 OR ?6 > ?7)`, r.Source, r.OrganizationID, r.Meter, r.Basis, id, stamp(r.AsOf), horizon)
	if err != nil || newer > 0 {
		return err
	}
	const others = "source = ? AND organization = ? AND meter = ? AND basis = ? AND newest = 1 AND id <> ?"
	args := []any{r.Source, r.OrganizationID, r.Meter, r.Basis, id}
	if err := exec(ctx, tx, "DELETE FROM evidence WHERE reading_id IN (SELECT id FROM readings WHERE "+others+")", args...); err != nil {
		return err
	}
	if err := exec(ctx, tx, "UPDATE readings SET newest = 0 WHERE "+others, args...); err != nil {
		return err
	}
	if err := exec(ctx, tx, "UPDATE readings SET newest = 1 WHERE id = ? AND newest = 0", id); err != nil {
		return err
	}
	return saveEvidence(ctx, tx, "reading_id", id, r.Items)
}

// LatestReadings lists the newest reading of each organization, meter and basis, complete or not, with what was
// counted; source "" lists all sources.
func (r *Reader) LatestReadings(ctx context.Context, source string) ([]app.Reading, error) {
	list, err := all(ctx, r.db, scanReadingItems, readingColumns+`, e.items FROM readings r LEFT JOIN evidence e ON e.reading_id = r.id
		WHERE r.newest = 1 AND (?1 = '' OR r.source = ?1) ORDER BY r.source, r.organization, r.meter, r.basis`, source)
	return list, failed("latest readings", err)
}

// ReadingBefore returns the newest reading taken before a moment; NotFound when there is none.
func (r *Reader) ReadingBefore(ctx context.Context, source, organization string, m app.Meter, b app.Basis, moment time.Time) (app.Reading, error) {
	// The day narrows the search by index; as_of decides within the day.
	reading, err := one(ctx, r.db, scanReadingItems, "There is no earlier reading of this meter.", readingColumns+`, e.items
		FROM readings r LEFT JOIN evidence e ON e.reading_id = r.id
		WHERE r.source = ? AND r.organization = ? AND r.meter = ? AND r.basis = ? AND r.day <= ? AND r.as_of < ?
		ORDER BY r.day DESC, r.as_of DESC LIMIT 1`, source, organization, m, b, moment.UTC().Format(time.DateOnly), stamp(moment))
	return reading, failed("reading before", err)
}

// periodText prints a month as a column holds it; none is empty.
func periodText(p app.Period) string {
	if p.IsZero() {
		return ""
	}
	return p.String()
}

// intoPeriod scans a month; empty is none.
func intoPeriod(p *app.Period) *periodScanner { return &periodScanner{p} }

type periodScanner struct{ p *app.Period }

// Scan implements sql.Scanner.
func (s *periodScanner) Scan(v any) error {
	text, ok := v.(string)
	if !ok {
		return fmt.Errorf("period column holds %T, want text", v)
	}
	if text == "" {
		*s.p = app.Period{}
		return nil
	}
	return s.p.UnmarshalText([]byte(text))
}
