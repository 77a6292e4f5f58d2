package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"psabridge/app"
)

// SaveReadings stores what the meters of a source showed, one reading per organization, meter, basis, day (in UTC) and
// month covered: all of them or none. A later one of the day takes the place of an earlier one, but an incomplete one
// never that of a complete one; anything takes the place of one that is still in the future at now. Of those that were
// sent or imported the one that arrived last counts, whatever it says: it corrects the other. Evidence is kept for the
// newest reading, and for each that covers a month.
func (s *Store) SaveReadings(ctx context.Context, source string, rs []app.Reading, now time.Time) error {
	return s.write(ctx, "save readings", func(tx *sql.Tx) error {
		p := preparing(tx)
		for _, part := range parts(source, rs, now) {
			if err := saveReadings(ctx, p, part, now); err != nil {
				return fmt.Errorf("readings of %s: %w", source, err)
			}
		}
		return nil
	})
}

// clockSlack is how far two clocks may differ; a reading that is further ahead was taken by a clock that was wrong.
const clockSlack = 5 * time.Minute

// together is how many readings one statement stores. A file brings thousands, and going through the driver for each
// takes longer than storing it.
const together = 200

// parts cuts readings into what can be stored together. Several readings of one meter, say of the months of a year,
// come one after the other, in the order they were given.
func parts(source string, rs []app.Reading, now time.Time) [][]app.Reading {
	var rounds [][]app.Reading
	times := make(map[meterKey]int, len(rs))
	for _, r := range rs {
		r.Source = source
		if r.AsOf.IsZero() {
			r.AsOf = now
		}
		n := times[meterOf(r)]
		times[meterOf(r)]++
		if n == len(rounds) {
			rounds = append(rounds, nil)
		}
		rounds[n] = append(rounds[n], r)
	}
	var out [][]app.Reading
	for _, round := range rounds {
		for len(round) > together {
			out, round = append(out, round[:together]), round[together:]
		}
		out = append(out, round)
	}
	return out
}

// newestReading is the reading of a meter that is shown.
type newestReading struct {
	id       int64
	asOf     string
	covering bool // its evidence stays with it when another becomes the newest
}

// readingChanges is what storing readings does to the mark of the newest and to the evidence.
type readingChanges struct {
	unmark, mark, drop []int64
	evidence           []any // id and packed items, in turn
}

// saveReadings stores at most one reading of each meter. Each becomes the newest of its meter unless a newer one is there.
func saveReadings(ctx context.Context, tx prepared, rs []app.Reading, now time.Time) error {
	horizon := text(now.Add(clockSlack))
	was, err := newestOf(ctx, tx, rs)
	if err != nil {
		return err
	}
	stored, err := putReadings(ctx, tx, rs, was, horizon)
	if err != nil {
		return err
	}
	var c readingChanges
	for _, r := range rs {
		id, ok := stored[meterOf(r)]
		if !ok {
			continue // what is there stays
		}
		if err := c.add(id, r, was[meterOf(r)], horizon); err != nil {
			return err
		}
	}
	return c.save(ctx, tx)
}

// newestOf reads which readings of the same meters are shown now.
func newestOf(ctx context.Context, tx prepared, rs []app.Reading) (map[meterKey]newestReading, error) {
	was := make(map[meterKey]newestReading, len(rs))
	args := make([]any, 0, 4*len(rs))
	for _, r := range rs {
		args = append(args, r.Source, r.OrganizationID, r.Meter, r.Basis)
	}
	_, err := all(ctx, tx, func(s scanner) (none struct{}, err error) {
		var k meterKey
		var n newestReading
		err = s.Scan(&k.source, &k.organization, &k.meter, &k.basis, &n.id, &n.asOf, &n.covering)
		was[k] = n
		return none, err
	}, "WITH k (source, organization, meter, basis) AS ("+values(4, len(rs))+`)
		SELECT r.source, r.organization, r.meter, r.basis, r.id, r.as_of, r.covers <> ''
		FROM k CROSS JOIN readings r ON r.newest = 1 AND r.source = k.source AND r.organization = k.organization
			AND r.meter = k.meter AND r.basis = k.basis`, args...)
	return was, err
}

// putReadings stores readings that may take the place of what is there, and returns the rows of those. The first of a
// meter is the newest at once: the newest one is never pruned, so without it there is none.
func putReadings(ctx context.Context, tx prepared, rs []app.Reading, was map[meterKey]newestReading, horizon string) (map[meterKey]int64, error) {
	args := make([]any, 0, 13*len(rs)+1)
	for _, r := range rs {
		_, known := was[meterOf(r)]
		args = append(args, r.Source, r.OrganizationID, r.Meter, r.Basis, r.AsOf.UTC().Format(time.DateOnly), periodText(r.Covers),
			r.Quantity, r.Unit, r.Complete, r.Problem, r.Method, text(r.AsOf), !known)
	}
	args = append(args, horizon)
	last := fmt.Sprintf("?%d", len(args))
	stored := make(map[meterKey]int64, len(rs))
	_, err := all(ctx, tx, func(s scanner) (none struct{}, err error) {
		var k meterKey
		var id int64
		err = s.Scan(&id, &k.source, &k.organization, &k.meter, &k.basis)
		stored[k] = id
		return none, err
	}, `INSERT INTO readings (source, organization, meter, basis, day, covers, quantity, unit, complete, problem, method, as_of, newest) `+
		values(13, len(rs))+` ON CONFLICT (source, organization, meter, basis, day, covers) DO UPDATE SET quantity = excluded.quantity,
			unit = excluded.unit, complete = excluded.complete, problem = excluded.problem, method = excluded.method, as_of = excluded.as_of
		WHERE excluded.method IN ('`+app.MethodSent+`', '`+app.MethodFile+`') OR excluded.complete > complete OR (excluded.complete = complete AND excluded.as_of >= as_of)
			OR (as_of > `+last+` AND excluded.as_of <= `+last+`)
		RETURNING id, source, organization, meter, basis`, args...)
	return stored, err
}

// add notes what follows from a reading that was stored as row id, where was is the one that was shown before; zero when
// there was none. One beyond the horizon hides only its like: else it would hide everything until its day has come.
func (c *readingChanges) add(id int64, r app.Reading, was newestReading, horizon string) error {
	asOf := text(r.AsOf)
	switch {
	case was.id == 0 || was.id == id: // it is the newest already
	case was.asOf > asOf && (was.asOf <= horizon || asOf > horizon):
		if r.Covers.IsZero() {
			return nil
		}
	default:
		c.unmark, c.mark = append(c.unmark, was.id), append(c.mark, id)
		if !was.covering {
			c.drop = append(c.drop, was.id)
		}
	}
	if len(r.Items) == 0 {
		c.drop = append(c.drop, id)
		return nil
	}
	packed, err := pack(r.Items)
	c.evidence = append(c.evidence, id, packed)
	return err
}

func (c *readingChanges) save(ctx context.Context, tx prepared) error {
	const those = "IN (SELECT value FROM json_each(?))"
	for _, change := range []struct {
		query string
		ids   []int64
	}{
		{"DELETE FROM evidence WHERE reading_id " + those, c.drop},
		{"UPDATE readings SET newest = 0 WHERE id " + those, c.unmark}, // before the others: one of a meter is the newest
		{"UPDATE readings SET newest = 1 WHERE id " + those, c.mark},
	} {
		if len(change.ids) == 0 {
			continue
		}
		if err := tx.exec(ctx, change.query, asJSON{change.ids}); err != nil {
			return err
		}
	}
	if len(c.evidence) == 0 {
		return nil
	}
	return tx.exec(ctx, "INSERT INTO evidence (reading_id, items) "+values(2, len(c.evidence)/2)+
		" ON CONFLICT (reading_id) DO UPDATE SET items = excluded.items", c.evidence...)
}

// values is a VALUES clause of so many columns and rows.
func values(columns, rows int) string {
	row := "(" + strings.TrimSuffix(strings.Repeat("?,", columns), ",") + "),"
	return "VALUES " + strings.TrimSuffix(strings.Repeat(row, rows), ",")
}
