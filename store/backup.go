package store

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"psabridge/app"
)

// A file gets the name of a backup only when it was opened and found whole: whatever a crash or a full disk leaves behind
// has another one.
const unfinished = ".unfinished"

// Backup writes a consistent copy of the database to path, which must not exist yet, and proves it by opening it. Nobody who
// writes waits for it: it has a connection of its own.
func (s *Store) Backup(ctx context.Context, path string) (app.Backup, error) {
	before, err := countsOf(ctx, s.reads.db)
	if err != nil {
		return app.Backup{}, failed("back up", err)
	}
	db, err := pool(dsn(s.files.database(), url.Values{"_pragma": pragmas("temp_store(MEMORY)")}), 1)
	if err != nil {
		return app.Backup{}, err
	}
	defer db.Close()
	b, err := backupInto(ctx, db, path, s.now())
	if err != nil {
		return app.Backup{}, err
	}
	if !b.Counts.Covers(before) {
		_ = os.Remove(path)
		return app.Backup{}, app.Errorf(app.Unavailable, "The backup %s holds less than the database did when it was begun. It was removed; try again.", filepath.Base(path))
	}
	s.checkpoint(ctx)
	return b, nil
}

// checkpoint folds the -wal into the database, so that the file alone is at least as new as its newest backup. A reader in
// the way is no harm: the next one does it.
func (s *Store) checkpoint(ctx context.Context) {
	if _, err := s.db.ExecContext(ctx, "PRAGMA wal_checkpoint(PASSIVE)"); err != nil {
		s.log.WarnContext(ctx, "the database was not checkpointed", "error", err)
	}
}

// backupInto writes a compact copy of the database to path and verifies it. Copying the file itself would lose what is
// still in the -wal.
func backupInto(ctx context.Context, db *sql.DB, path string, now time.Time) (app.Backup, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return app.Backup{}, app.Wrap(err, app.Unavailable, "The folder for backups cannot be made: "+filepath.Dir(path))
	}
	if _, err := os.Lstat(path); err == nil {
		return app.Backup{}, app.FieldErrorf("file", "%s is there already. Name a new file: a backup never replaces another one.", path)
	}
	part := path + unfinished
	if err := removeAll(part); err != nil {
		return app.Backup{}, err
	}
	b, err := writeBackup(ctx, db, part, now)
	if err == nil {
		err = failedFile("The backup cannot be given its name: "+path, os.Rename(part, path))
	}
	if err != nil {
		_ = removeAll(part)
		return app.Backup{}, err
	}
	syncFolder(filepath.Dir(path))
	b.Name, b.Path = filepath.Base(path), path
	return b, nil
}

func writeBackup(ctx context.Context, db *sql.DB, part string, now time.Time) (app.Backup, error) {
	if err := createPrivate(part); err != nil {
		return app.Backup{}, err
	}
	if _, err := db.ExecContext(ctx, "VACUUM INTO ?", part); err != nil {
		return app.Backup{}, failed("back up", err)
	}
	if err := dateBackup(ctx, part, now); err != nil {
		return app.Backup{}, err
	}
	if err := syncFile(part); err != nil {
		return app.Backup{}, failedFile("The backup cannot be written to the disk: "+part, err)
	}
	return Inspect(ctx, part)
}

// dateBackup writes into the copy when it was made: its file's own time changes when somebody copies it.
func dateBackup(ctx context.Context, path string, now time.Time) (err error) {
	db, err := pool(dsn(path, url.Values{"_pragma": pragmas("synchronous(FULL)")}), 1)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := db.Close(); err == nil && cerr != nil {
			err = failed("back up", cerr)
		}
	}()
	known, err := hasColumn(ctx, db, "install", "backed_up_at")
	if err != nil || !known {
		return failed("back up", err)
	}
	_, err = db.ExecContext(ctx, "UPDATE install SET backed_up_at = ? WHERE id = 1", stamp(now))
	return failed("back up", err)
}

func hasColumn(ctx context.Context, q querier, table, column string) (bool, error) {
	_, found, err := maybe[int](ctx, q, "SELECT 1 FROM pragma_table_info(?) WHERE name = ?", table, column)
	return found, err
}

// Inspect opens a copy of a psabridge database for reading, checks it whole and says what it holds. Nothing is written, not
// even beside it. Invalid: it is no psabridge database, or a damaged one. Conflict: a newer program wrote it.
func Inspect(ctx context.Context, path string) (app.Backup, error) {
	b := app.Backup{Name: filepath.Base(path), Path: path}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return b, app.FieldErrorf("file", "There is no file %s.", path)
	}
	if err != nil || info.IsDir() {
		return b, app.FieldErrorf("file", "%s cannot be read as a file.", path)
	}
	b.Bytes, b.At = info.Size(), info.ModTime()
	if err := checkHeader(path); err != nil {
		return b, unusable(path, err)
	}
	db, err := pool(dsn(path, url.Values{"immutable": {"1"}, "_pragma": pragmas("query_only(1)")}), 1)
	if err != nil {
		return b, err
	}
	defer db.Close()
	if err := inspect(ctx, db, &b); err != nil {
		if code := app.ErrorCode(err); code == app.Conflict || ctx.Err() != nil {
			return b, err
		}
		return b, unusable(path, err)
	}
	b.Verified = true
	return b, nil
}

func inspect(ctx context.Context, db *sql.DB, b *app.Backup) (err error) {
	if err := quickCheck(ctx, db, b.Path); err != nil {
		return err
	}
	if b.Schema, err = schemaVersion(ctx, db); err != nil {
		return err
	}
	switch {
	case b.Schema > len(migrations):
		return app.Errorf(app.Conflict, "%s was written by a newer psabridge: its schema is version %d and this program knows version %d. Install the newer program first.", b.Name, b.Schema, len(migrations))
	case b.Schema < 1:
		return errors.New("no schema")
	}
	if b.At, err = madeAt(ctx, db); err != nil {
		return err
	}
	if err := db.QueryRowContext(ctx, "SELECT install_id FROM install WHERE id = 1").Scan(&b.Install); err != nil {
		return err
	}
	b.Counts, err = countsOf(ctx, db)
	return err
}

// madeAt is up to when a database knows: when the backup was made or, in one that does not say so, the newest thing in it.
func madeAt(ctx context.Context, q querier) (at time.Time, err error) {
	known, err := hasColumn(ctx, q, "install", "backed_up_at")
	if err != nil {
		return at, err
	}
	if known {
		err = q.QueryRowContext(ctx, "SELECT backed_up_at FROM install WHERE id = 1").Scan(into(&at))
	}
	if err != nil || !at.IsZero() {
		return at, err
	}
	err = q.QueryRowContext(ctx, `SELECT max(at) FROM (SELECT max(at) AS at FROM ledger UNION ALL SELECT max(at) FROM settings_revisions
		UNION ALL SELECT max(received_at) FROM events UNION ALL SELECT max(created_at) FROM deliveries UNION ALL SELECT created_at FROM install)`).Scan(into(&at))
	return at, err
}

func countsOf(ctx context.Context, q querier) (c app.BackupCounts, err error) {
	err = q.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM organizations), (SELECT count(*) FROM tickets), (SELECT count(*) FROM pushes),
		(SELECT count(*) FROM settings_revisions), (SELECT count(*) FROM ledger)`).
		Scan(&c.Organizations, &c.Tickets, &c.Pushes, &c.Settings, &c.Ledger)
	return c, err
}

// unusable says of a copy what damaged says of the database.
func unusable(path string, cause error) error {
	return &app.Error{Code: app.Invalid, Field: "file", Err: cause, Message: path + " is damaged, or not a backup of psabridge. Nothing was changed. Choose another backup."}
}
