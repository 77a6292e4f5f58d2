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

// packedReading is a reading with what was counted as it is stored.
type packedReading struct {
	app.Reading
	packed []byte
}

func scanPacked(s scanner) (r packedReading, err error) {
	err = s.Scan(append(readingDest(&r.Reading), &r.packed)...)
	return r, err
}

// readingItems is readingColumns with what was counted.
const readingItems = readingColumns + `, e.items FROM readings r LEFT JOIN evidence e ON e.reading_id = r.id `

// readingsWithItems lists readings with what was counted; the query selects what readingItems does.
func readingsWithItems(ctx context.Context, q querier, query string, args ...any) ([]app.Reading, error) {
	rows, err := all(ctx, q, scanPacked, query, args...)
	if err != nil {
		return nil, err
	}
	list := make([]app.Reading, len(rows))
	err = onAllProcessors(len(rows), func(i int) (err error) {
		list[i] = rows[i].Reading
		list[i].Items, err = unpack(rows[i].packed)
		return err
	})
	return list, err
}

// LatestReadings lists the newest reading of each organization, meter and basis, complete or not, with what was
// counted; source "" lists all sources.
func (r *Reader) LatestReadings(ctx context.Context, source string) ([]app.Reading, error) {
	list, err := latestReadings(ctx, r.db, source)
	return list, failed("latest readings", err)
}

func latestReadings(ctx context.Context, q querier, source string) ([]app.Reading, error) {
	return readingsWithItems(ctx, q, readingItems+`WHERE r.newest = 1 AND (?1 = '' OR r.source = ?1) ORDER BY r.source, r.organization, r.meter, r.basis`, source)
}

// ReadingsFor lists what a bill of a month is made of: LatestReadings, but where the newest statement that covers just
// that month is complete, it takes the place of what was read later (M9). One that is not complete hides nothing, unless
// it was sent or imported: then it says that the month is not known.
func (r *Reader) ReadingsFor(ctx context.Context, source string, period app.Period) (readings []app.Reading, err error) {
	err = r.snapshot(ctx, "readings of a month", func(tx *sql.Tx) error {
		if readings, err = latestReadings(ctx, tx, source); err != nil {
			return err
		}
		covering, err := readingsWithItems(ctx, tx, readingItems+`WHERE r.covers = ?2 AND r.covers <> '' AND (?1 = '' OR r.source = ?1) ORDER BY r.as_of, r.id`, source, periodText(period))
		if err != nil {
			return err
		}
		newest := make(map[meterKey]app.Reading, len(covering))
		for _, c := range covering {
			newest[meterOf(c)] = c
		}
		for i := range readings {
			if c, ok := newest[meterOf(readings[i])]; ok && (c.Complete || c.Method == app.MethodSent || c.Method == app.MethodFile) {
				readings[i] = c
			}
		}
		return nil
	})
	return readings, err
}

// meterKey is one meter of one organization on one basis.
type meterKey struct {
	source, organization string
	meter                app.Meter
	basis                app.Basis
}

func meterOf(r app.Reading) meterKey {
	return meterKey{r.Source, r.OrganizationID, r.Meter, r.Basis}
}

// MetersSeen lists the meters that the organizations of each source of the settings have, by the newest readings.
func (r *Reader) MetersSeen(ctx context.Context) ([]app.MeterSeen, error) {
	list, err := all(ctx, r.db, func(s scanner) (m app.MeterSeen, err error) {
		err = s.Scan(&m.Source, &m.Meter, &m.Unit, &m.Organizations)
		return m, err
	}, `SELECT source, meter, unit, count(DISTINCT organization) FROM readings INDEXED BY readings_newest
		WHERE newest = 1 AND source NOT IN (SELECT name FROM sources WHERE removed_at IS NOT NULL)
		GROUP BY source, meter, unit ORDER BY source, meter, unit`)
	return list, failed("list meters", err)
}

// ReadingBefore returns the newest reading taken before a moment; NotFound when there is none.
func (r *Reader) ReadingBefore(ctx context.Context, source, organization string, m app.Meter, b app.Basis, moment time.Time) (app.Reading, error) {
	// The day narrows the search by index; as_of decides within the day.
	found, err := one(ctx, r.db, scanPacked, "There is no earlier reading of this meter.", readingItems+`
		WHERE r.source = ? AND r.organization = ? AND r.meter = ? AND r.basis = ? AND r.day <= ? AND r.as_of < ?
		ORDER BY r.day DESC, r.as_of DESC LIMIT 1`, source, organization, m, b, moment.UTC().Format(time.DateOnly), stamp(moment))
	if err != nil {
		return app.Reading{}, failed("reading before", err)
	}
	found.Items, err = unpack(found.packed)
	return found.Reading, failed("reading before", err)
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
