package store

import (
	"context"
	"database/sql"

	"psabridge/app"
)

// statementMonths is of how many months the statements are shown beside the newest readings.
const statementMonths = 6

// OrganizationReadings lists the newest readings of one organization, as LatestReadings does of all, and beside them the
// statements of the last months that have any: what a bill of such a month is made of (ReadingsFor), though newer usage was
// read since. Newest month first.
func (r *Reader) OrganizationReadings(ctx context.Context, source, organization string) (newest, statements []app.Reading, err error) {
	err = r.snapshot(ctx, "readings of an organization", func(tx *sql.Tx) error {
		newest, err = readingsWithItems(ctx, tx, readingItems+`WHERE r.newest = 1 AND r.source = ? AND r.organization = ? ORDER BY r.meter, r.basis`, source, organization)
		if err != nil {
			return err
		}
		statements, err = readingsWithItems(ctx, tx, readingColumns+`, e.items FROM (
				SELECT *, row_number() OVER (PARTITION BY meter, basis, covers ORDER BY as_of DESC, id DESC) AS place, dense_rank() OVER (ORDER BY covers DESC) AS month
				FROM readings WHERE source = ? AND organization = ? AND covers <> ''
			) r LEFT JOIN evidence e ON e.reading_id = r.id
			WHERE r.place = 1 AND r.newest = 0 AND r.month <= ? ORDER BY r.covers DESC, r.meter, r.basis`, source, organization, statementMonths)
		return err
	})
	return newest, statements, err
}
