package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"psabridge/app"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migrations are the steps from an empty database to this program's schema, in order. They only go forward.
var migrations = mustLoad("migrations/0001_start.sql", "migrations/0002_setup.sql", "migrations/0003_tickets.sql", "migrations/0004_linked.sql",
	"migrations/0005_sources.sql", "migrations/0006_starts.sql", "migrations/0007_alerts.sql", "migrations/0008_fault.sql",
	"migrations/0009_lanes.sql", "migrations/0010_notices.sql", "migrations/0011_mailed.sql",
	"migrations/0012_defended.sql", "migrations/0013_counted.sql", "migrations/0014_restless.sql", "migrations/0015_calm.sql",
	"migrations/0016_touched.sql", "migrations/0017_charts.sql", "migrations/0018_stands.sql", "migrations/0019_restored.sql",
	"migrations/0020_views.sql")

// applicationID marks the file as psabridge's ("psab"), so that another program's database is not taken for ours.
const applicationID = 0x70736162

// migration is one step; its version is its place in the list, counted from 1.
type migration struct {
	version int
	sql     string
}

func mustLoad(names ...string) []migration {
	var steps []migration
	for i, name := range names {
		b, err := migrationFiles.ReadFile(name)
		if err != nil {
			panic(err) // the file is compiled in
		}
		steps = append(steps, migration{version: i + 1, sql: string(b)})
	}
	return steps
}

// apply runs one step and records it, in one transaction.
func (m migration) apply(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	marks := fmt.Sprintf("PRAGMA user_version = %d; PRAGMA application_id = %d;", m.version, applicationID)
	if _, err := tx.ExecContext(ctx, m.sql+marks); err != nil {
		return fmt.Errorf("migration %d: %w", m.version, err)
	}
	return tx.Commit()
}

// migrate brings an existing database to the newest step, after copying it to the backups.
func migrate(ctx context.Context, db *sql.DB, f files, steps []migration, now time.Time) error {
	version, err := schemaVersion(ctx, db)
	if err != nil {
		return err
	}
	if version > len(steps) {
		return app.Errorf(app.Conflict, "The database was written by a newer psabridge: its schema is version %d and this program knows version %d. Install the newer program, or restore a backup from %s.", version, len(steps), f.backups())
	}
	if version == len(steps) {
		return nil
	}
	name := fmt.Sprintf("psabridge-v%d-before-v%d-%s.db", version, len(steps), now.UTC().Format("20060102T150405Z"))
	if _, err := backupInto(ctx, db, filepath.Join(f.backups(), name), now); err != nil {
		return err
	}
	for _, step := range steps[version:] {
		if err := step.apply(ctx, db); err != nil {
			return failed("migrate", err)
		}
	}
	return nil
}

// SchemaVersion is which step of the migrations the database is at.
func (r *Reader) SchemaVersion(ctx context.Context) (int, error) {
	return schemaVersion(ctx, r.db)
}

// schemaVersion reads which step the database is at.
func schemaVersion(ctx context.Context, db *sql.DB) (version int, err error) {
	err = db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version)
	return version, failed("read schema version", err)
}

// quickCheck refuses a damaged database before anything is written to it.
func quickCheck(ctx context.Context, db *sql.DB, path string) error {
	found, err := all(ctx, db, func(s scanner) (line string, err error) { err = s.Scan(&line); return }, "PRAGMA quick_check(5)")
	if err == nil && len(found) == 1 && found[0] == "ok" {
		return nil
	}
	if err == nil {
		err = fmt.Errorf("quick_check: %s", strings.Join(found, "; "))
	} else if ctx.Err() != nil {
		return failed("check", err)
	}
	return damaged(path, err)
}
