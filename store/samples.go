package store

import (
	"context"
	"database/sql"
	"strings"

	"psabridge/app"
)

// EventSample returns the newest event that tells of something and that one of these types matches; "backup.*" is a
// family. Organization is our row: one of its own is preferred, one of another is taken where it has none. False when
// nothing of the kind was ever received. What became of it is not read.
func (r *Reader) EventSample(ctx context.Context, organization int64, types []string) (e app.Event, ok bool, err error) {
	err = r.snapshot(ctx, "find an event", func(tx *sql.Tx) error {
		names, err := typesSeen(ctx, tx, types)
		if err != nil {
			return err
		}
		id, err := newestOfTypes(ctx, tx, organization, names)
		if err != nil || id == 0 {
			return err
		}
		e, err = one(ctx, tx, scanEvent, "There is no such event.", "SELECT "+eventFields+" FROM events WHERE id = ?", id)
		ok = err == nil
		return err
	})
	return e, ok, err
}

// newestOfTypes finds the newest event of an organization with one of these types, or else of anybody; 0 for none. Recoveries
// are passed over: an alert begins with what happened.
func newestOfTypes(ctx context.Context, q querier, organization int64, types []string) (newest int64, err error) {
	if organization != 0 {
		id, ok, err := maybe[int64](ctx, q, `SELECT e.id FROM organizations o CROSS JOIN events e INDEXED BY events_by_organization
				ON e.source = o.source AND e.organization = o.external_id
			WHERE o.id = ? AND e.type IN (SELECT value FROM json_each(?)) AND e.state <> 'recovery' ORDER BY e.id DESC LIMIT 1`, organization, names(types))
		if err != nil || ok {
			return id, err
		}
	}
	for _, t := range types {
		id, _, err := maybe[int64](ctx, q, `SELECT id FROM events INDEXED BY events_by_type WHERE type = ? AND state <> 'recovery'
			ORDER BY id DESC LIMIT 1`, t)
		if err != nil {
			return 0, err
		}
		newest = max(newest, id)
	}
	return newest, nil
}

// typesSeen makes of each family the types of it that were received, one jump through the index for each.
func typesSeen(ctx context.Context, q querier, patterns []string) ([]string, error) {
	types := []string{}
	for _, pattern := range patterns {
		family, ok := strings.CutSuffix(pattern, ".*")
		if !ok {
			types = append(types, pattern)
			continue
		}
		seen, err := all(ctx, q, func(s scanner) (t string, err error) { err = s.Scan(&t); return t, err },
			`WITH RECURSIVE seen (type) AS (
				SELECT (SELECT min(type) FROM events WHERE type >= ?1 AND type < ?2)
				UNION ALL SELECT (SELECT min(e.type) FROM events e WHERE e.type > seen.type AND e.type < ?2) FROM seen WHERE seen.type IS NOT NULL)
			SELECT type FROM seen WHERE type IS NOT NULL`, family+".", family+"/") // "/" is what follows "."
		if err != nil {
			return nil, err
		}
		types = append(types, seen...)
	}
	return types, nil
}
