package store

import (
	"context"
	"database/sql"

	"psabridge/app"
)

// SaveCSVMapping remembers how the columns of files with these headers are read.
func (s *Store) SaveCSVMapping(ctx context.Context, source, headerHash string, m app.CSVMapping) error {
	return s.write(ctx, "save mapping of columns", func(tx *sql.Tx) error {
		return exec(ctx, tx, `INSERT INTO csv_mappings (source, header_hash, mapping) VALUES (?, ?, ?)
			ON CONFLICT (source, header_hash) DO UPDATE SET mapping = excluded.mapping WHERE mapping <> excluded.mapping`,
			source, headerHash, asJSON{m})
	})
}

// CSVMapping returns how the columns of files with these headers were read last; NotFound when none came yet.
func (r *Reader) CSVMapping(ctx context.Context, source, headerHash string) (app.CSVMapping, error) {
	m, err := one(ctx, r.db, func(s scanner) (m app.CSVMapping, err error) { err = s.Scan(fromJSON(&m)); return m, err },
		"No file with these columns was imported yet.", "SELECT mapping FROM csv_mappings WHERE source = ? AND header_hash = ?", source, headerHash)
	return m, failed("read mapping of columns", err)
}

// SaveImport logs what brought readings into an inbox, and returns its row.
func (s *Store) SaveImport(ctx context.Context, im app.Import) (id int64, err error) {
	err = s.write(ctx, "save import", func(tx *sql.Tx) error {
		id, _, err = maybe[int64](ctx, tx, `INSERT INTO imports (source, at, by, file, covers, rows, blank, totals, duplicates, left_out,
				readings, organizations, wrong, problems)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`, im.Source, stamp(im.At), im.By, im.File, periodText(im.Covers),
			im.Rows, im.Blank, im.TotalRows, im.Duplicate, im.Left, im.ReadingsMade, im.Organizations, im.Wrong, asJSON{list(im.Problems)})
		return err
	})
	return id, err
}

// Imports lists what brought readings into an inbox, newest first; the cursor is the row's id, and source "" lists all.
func (r *Reader) Imports(ctx context.Context, source string, p app.Page) ([]app.Import, error) {
	w := where{}
	w.add("id < ?", before(p))
	if source != "" {
		w.add("source = ?", source)
	}
	list, err := all(ctx, r.db, func(s scanner) (im app.Import, err error) {
		err = s.Scan(&im.ID, &im.Source, into(&im.At), &im.By, &im.File, intoPeriod(&im.Covers), &im.Rows, &im.Blank, &im.TotalRows,
			&im.Duplicate, &im.Left, &im.ReadingsMade, &im.Organizations, &im.Wrong, fromJSON(&im.Problems))
		return im, err
	}, `SELECT id, source, at, by, file, covers, rows, blank, totals, duplicates, left_out, readings, organizations, wrong, problems
		FROM imports`+w.String()+" ORDER BY id DESC LIMIT ?", append(w.args, p.Size())...)
	return list, failed("list imports", err)
}
