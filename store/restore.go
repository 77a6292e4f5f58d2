package store

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"psabridge/app"
)

// A restore goes through names: the copy is staged under one that says it is not done, made whole there — migrated, marked as
// restored —, and then gets one that says it is. From there on a crash changes nothing: the next start finishes it. So a
// backup is never in place without its mark, and the database never missing for good.

// stage and ready begin the names of a copy that is being prepared, and of one that only has to be moved.
func (f files) stage() string { return f.database() + ".restoring" }
func (f files) ready() string { return f.database() + ".restored-" }

const asideStamp = "20060102T150405Z"

// aside is the folder for a database that is replaced at now. Nothing of ours ever deletes it.
func (f files) aside(now time.Time) string {
	return filepath.Join(f.dir, "replaced-"+now.UTC().Format(asideStamp))
}

// Restored is what a restore did.
type Restored struct {
	Backup  app.Backup
	Restore app.Restore
}

// Restore puts a backup in the place of the database of dir, which nobody may have open. What is there is kept in a folder
// of its own, whatever state it is in. The restored database sends nothing before it was reconciled. Errors are those of
// Inspect; after one nothing was changed.
func Restore(ctx context.Context, dir, file string, o Options) (Restored, error) {
	f, o, err := dataFolder(dir, o)
	if err != nil {
		return Restored{}, err
	}
	if err := f.finishRestore(ctx); err != nil { // of an earlier one
		return Restored{}, err
	}
	now := o.Now()
	if err := f.stageCopy(file); err != nil {
		return Restored{}, errors.Join(err, removeAll(f.stage()))
	}
	out, err := f.prepareStaged(ctx, file, now)
	if err != nil {
		_ = removeAll(f.stage())
		return Restored{}, err
	}
	if err := os.Rename(f.stage(), f.ready()+now.UTC().Format(asideStamp)); err != nil {
		return Restored{}, failedFile("The backup cannot be put in place.", err)
	}
	return out, f.finishRestore(ctx)
}

// stageCopy copies a backup and, of a database that was not closed cleanly, what lies beside it.
func (f files) stageCopy(file string) error {
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return app.FieldErrorf("file", "There is no file %s.", file)
	}
	if same, err := sameFile(file, f.database()); err != nil || same {
		return app.FieldErrorf("file", "%s is the database itself. Name a backup.", file)
	}
	if err := removeAll(f.stage()); err != nil {
		return err
	}
	if err := checkHeader(file); err != nil {
		return unusable(file, err)
	}
	for _, suffix := range []string{"-wal", ""} {
		if _, err := os.Stat(file + suffix); suffix != "" && err != nil {
			continue
		}
		if err := copyFile(file+suffix, f.stage()+suffix); err != nil {
			return err
		}
	}
	return nil
}

func sameFile(a, b string) (bool, error) {
	one, err := os.Stat(a)
	if err != nil {
		return false, err
	}
	other, err := os.Stat(b)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil && os.SameFile(one, other), err
}

// prepareStaged makes the staged copy what the program opens: whole, of this program's schema, and marked.
func (f files) prepareStaged(ctx context.Context, file string, now time.Time) (out Restored, err error) {
	db, err := pool(writerDSN(f.stage()), 1)
	if err != nil {
		return out, err
	}
	defer func() {
		cerr := db.Close()
		if err == nil && cerr != nil {
			err = failed("restore", cerr)
		}
		if err == nil {
			err = f.alone(f.stage())
		}
	}()
	b := app.Backup{Name: filepath.Base(file), Path: file}
	if err := inspect(ctx, db, &b); err != nil {
		if app.ErrorCode(err) == app.Conflict || ctx.Err() != nil {
			return out, err
		}
		return out, unusable(file, err)
	}
	for _, step := range migrations[b.Schema:] {
		if err := step.apply(ctx, db); err != nil {
			return out, failed("migrate the backup", err)
		}
	}
	r := app.Restore{At: now, BackupAt: b.At, File: b.Name, Why: app.RestoreBackup}
	if _, err := os.Stat(f.database()); err == nil {
		r.Kept = f.aside(now)
	}
	if r, err = f.mark(ctx, db, r); err != nil {
		return out, err
	}
	b.Verified = true
	return Restored{Backup: b, Restore: r}, nil
}

// mark writes what happened into the staged copy, and keeps what belongs to this machine rather than to the backup.
func (f files) mark(ctx context.Context, db *sql.DB, r app.Restore) (app.Restore, error) {
	now := f.present(ctx)
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return r, failed("restore", err)
	}
	defer tx.Rollback()
	if err := markRestored(ctx, tx, r); err != nil {
		return r, failed("restore", err)
	}
	if err := now.carry(ctx, tx); err != nil {
		return r, failed("restore", err)
	}
	if r, err = lastRestore(ctx, tx); err != nil {
		return r, failed("restore", err)
	}
	return r, failed("restore", tx.Commit())
}

// alone makes sure that a closed database needs nothing beside it.
func (f files) alone(path string) error {
	if info, err := os.Stat(path + "-wal"); err == nil && info.Size() > 0 {
		return app.Errorf(app.Unavailable, "The backup could not be written whole: %s is left.", path+"-wal")
	}
	for _, suffix := range []string{"-wal", "-shm"} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return failedFile("A left-over file cannot be removed: "+path+suffix, err)
		}
	}
	return syncFile(path)
}

// finishRestore moves what is there aside and a ready copy in its place. It may be interrupted anywhere and begun again.
func (f files) finishRestore(ctx context.Context) error {
	found, err := filepath.Glob(globbed(f.ready()) + "*")
	if err != nil || len(found) == 0 {
		return err
	}
	newest := found[len(found)-1]
	aside := filepath.Join(f.dir, "replaced-"+strings.TrimPrefix(newest, f.ready()))
	if err := f.moveAside(aside); err != nil {
		return err
	}
	f.markClosed()
	if err := os.Rename(newest, f.database()); err != nil {
		return failedFile("The restored database cannot be put in its place: "+f.database(), err)
	}
	syncFolder(f.dir)
	f.log.InfoContext(ctx, "a backup was put in place", "kept", aside)
	return nil
}

// moveAside moves the database and what is beside it, the database first: what stays behind of a crash is moved next time.
func (f files) moveAside(dir string) error {
	for _, suffix := range besides {
		from, to := f.database()+suffix, filepath.Join(dir, filepath.Base(f.database())+suffix)
		if _, err := os.Lstat(from); err != nil {
			continue
		}
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return failedFile("The folder for what was there cannot be made: "+dir, err)
		}
		if _, err := os.Lstat(to); err == nil {
			return app.Errorf(app.Unavailable, "%s is there already. Nothing was changed; try again in a second.", to)
		}
		if err := os.Rename(from, to); err != nil {
			return failedFile("What is there cannot be moved aside: "+from, err)
		}
	}
	return nil
}

// globbed escapes a path for filepath.Glob.
func globbed(path string) string {
	return strings.NewReplacer(`[`, `[[]`, `*`, `[*]`, `?`, `[?]`).Replace(path)
}

// markRestored notes that the database is not the newest there was, and ends what cannot simply go on: an approved push may
// have been written and undone since, and an e-mail sent. What may be sent twice waits for a person; what is looked for
// before it is sent, as all that concerns tickets, stays.
func markRestored(ctx context.Context, tx *sql.Tx, r app.Restore) error {
	const why = "The database was put back from an older state while this was still to be written, so nobody knows whether it was. Make a new preview: it reads what ConnectWise holds now."
	open, err := all(ctx, tx, scanDelivery, "SELECT "+deliveryFields+` FROM deliveries d
		WHERE d.kind = 'agreement.write' AND d.state IN ('waiting', 'sending', 'checking', 'parked') ORDER BY d.id`)
	if err != nil {
		return err
	}
	for _, d := range open {
		if err := exec(ctx, tx, "UPDATE deliveries SET claimed = 0, state = 'waiting' WHERE id = ?", d.ID); err != nil {
			return err
		}
		if err := drop(ctx, tx, d, why, "restore", r.At); err != nil {
			return err
		}
	}
	if err := exec(ctx, tx, "UPDATE plans SET state = 'superseded' WHERE state = 'open'"); err != nil {
		return err
	}
	r.Mails, err = changed(ctx, tx, `UPDATE deliveries SET claimed = 0, state = 'parked', error_code = 'conflict',
			reason = 'It waited when the backup was made and may have been sent since. Retry to send it, or drop it.'
		WHERE kind = 'alert.mail' AND state IN ('waiting', 'sending', 'checking')`)
	if err != nil {
		return err
	}
	if err := exec(ctx, tx, `UPDATE deliveries SET state = 'checking', check_since = ?1, checks = 0, intended = 1
		WHERE kind = 'ticket.note' AND state = 'waiting'`, stamp(r.At)); err != nil {
		return err
	}
	if err := exec(ctx, tx, "UPDATE install SET backed_up_at = NULL WHERE id = 1"); err != nil {
		return err
	}
	return exec(ctx, tx, "INSERT INTO restores (at, backup_at, file, kept, why, stopped, mails) VALUES (?, ?, ?, ?, ?, ?, ?)",
		stamp(r.At), stamp(r.BackupAt), r.File, r.Kept, r.Why, len(open), r.Mails)
}
