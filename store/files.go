package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"modernc.org/sqlite"

	"psabridge/app"
)

// files are the database's places in the data folder.
type files struct {
	dir string
	log *slog.Logger
}

func (f files) database() string { return filepath.Join(f.dir, "psabridge.db") }
func (f files) backups() string  { return filepath.Join(f.dir, "backups") }

// prepare makes the data folder and sees to it that nobody else can look into it.
func (f files) prepare() error {
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return app.Wrap(err, app.Unavailable, "The data folder "+f.dir+" cannot be made. Choose another one with --data-dir.")
	}
	return f.repairModes()
}

// repairModes narrows what is open to others; SQLite gives -wal and -shm the mode of the database. On Windows the
// folder's access list does this, which is not ours to set.
func (f files) repairModes() error {
	if runtime.GOOS == "windows" {
		return nil
	}
	want := map[string]fs.FileMode{f.dir: 0o700}
	for _, name := range []string{f.database(), f.database() + "-wal", f.database() + "-shm"} {
		want[name] = 0o600
	}
	for name, mode := range want {
		info, err := os.Stat(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return app.Wrap(err, app.Unavailable, "The data folder cannot be read: "+name)
		}
		if info.Mode().Perm()&^mode == 0 {
			continue
		}
		f.log.Warn("file was open to others; narrowed", "file", filepath.Base(name), "mode", info.Mode().Perm().String())
		if err := os.Chmod(name, mode); err != nil {
			return app.Wrap(err, app.Unavailable, "Others can read "+name+" and it could not be changed. Make it belong to you alone.")
		}
	}
	return nil
}

// createIfMissing makes a whole new database beside its place and then moves it there, so that an empty or half-made
// psabridge.db is never ours: it is damage, and is refused like any other.
func (f files) createIfMissing(ctx context.Context, steps []migration, now time.Time) error {
	_, err := os.Stat(f.database())
	if err == nil {
		return checkHeader(f.database())
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return app.Wrap(err, app.Unavailable, "The database cannot be read: "+f.database())
	}
	if info, err := os.Stat(f.database() + "-wal"); err == nil && info.Size() > 0 {
		return app.Errorf(app.Unavailable, "psabridge.db is missing from %s but its -wal file is there. Nothing was changed. Put the database back. %s", f.dir, f.wayBack(ctx))
	}
	if len(Backups(f.backups())) > 0 {
		return app.Errorf(app.Unavailable, "psabridge.db is missing from %s, and there are backups of it. Nothing was made in its place. %s To begin anew instead, move the folder %s away.", f.dir, f.wayBack(ctx), f.backups())
	}
	fresh := f.database() + ".new"
	for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
		if err := os.Remove(fresh + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return app.Wrap(err, app.Unavailable, "A left-over file cannot be removed: "+fresh+suffix)
		}
	}
	if err := createPrivate(fresh); err != nil {
		return err
	}
	if err := build(ctx, fresh, steps, now); err != nil {
		return err
	}
	if err := os.Rename(fresh, f.database()); err != nil {
		return app.Wrap(err, app.Unavailable, "The new database cannot be put in its place: "+f.database())
	}
	return nil
}

// checkHeader refuses a file that is not a psabridge database before SQLite gets to open it: opening an empty file
// would turn it into a database.
func checkHeader(path string) error {
	file, err := os.Open(path) //nolint:gosec // the path is ours: the data folder's psabridge.db
	if err != nil {
		return app.Wrap(err, app.Unavailable, "The database cannot be read: "+path)
	}
	defer file.Close()
	header := make([]byte, 72)
	if _, err := io.ReadFull(file, header); err != nil {
		return damaged(path, err)
	}
	if string(header[:16]) != "SQLite format 3\x00" {
		return damaged(path, errors.New("no SQLite header"))
	}
	if binary.BigEndian.Uint32(header[68:]) != applicationID {
		return app.Errorf(app.Unavailable, "%s is a database of another program. Nothing was changed. Choose another folder with --data-dir.", path)
	}
	return nil
}

// damaged says that a database cannot be used. Open adds what to do about it.
func damaged(path string, cause error) error {
	return app.Wrap(errors.Join(errDamaged, cause), app.Unavailable, "The database "+path+" is damaged. Nothing was changed.")
}

// build makes a new database at path and closes it again, which folds its -wal into it.
func build(ctx context.Context, path string, steps []migration, now time.Time) (err error) {
	db, err := pool(writerDSN(path), 1)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := db.Close(); err == nil && cerr != nil {
			err = failed("create", cerr)
		}
	}()
	for _, step := range steps {
		if err := step.apply(ctx, db); err != nil {
			return failed("create", err)
		}
	}
	return failed("create", makeInstall(ctx, db, now))
}

// createPrivate makes an empty file that only we can read.
func createPrivate(path string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // a person may choose where a backup goes
	if err != nil {
		return app.Wrap(err, app.Unavailable, "The file cannot be made: "+path)
	}
	return file.Close()
}

// writerDSN names the file for the one writing connection. synchronous is FULL because an intent must outlive a power
// cut: a ticket may already have been sent for it. What SQLite keeps to take back one statement stays in memory: in a file
// it would be written for each of the thousands of rows of a flood.
func writerDSN(path string) string {
	return dsn(path, url.Values{
		"_txlock": {"immediate"},
		"_pragma": pragmas("journal_mode(WAL)", "synchronous(FULL)", "temp_store(MEMORY)"),
	})
}

// readerDSN names it for the reading connections, which must not write. There are several, and what they read is in the
// system's cache anyway: they keep half a megabyte each.
func readerDSN(path string) string {
	return dsn(path, url.Values{"_pragma": pragmas("query_only(1)", "cache_size(-512)")})
}

func pragmas(more ...string) []string {
	list := append([]string{"busy_timeout(5000)", "foreign_keys(1)"}, more...)
	if runtime.GOOS == "darwin" {
		list = append(list, "fullfsync(1)", "checkpoint_fullfsync(1)")
	}
	return list
}

// dsn makes a file: address. mode=rw never creates: a database appears only by createIfMissing.
func dsn(path string, v url.Values) string {
	if !v.Has("mode") {
		v.Set("mode", "rw")
	}
	slashed := filepath.ToSlash(path)
	if !strings.HasPrefix(slashed, "/") && filepath.IsAbs(path) {
		slashed = "/" + slashed // file:///C:/…
	}
	u := url.URL{Scheme: "file", Path: slashed, OmitHost: true, RawQuery: v.Encode()}
	return u.String()
}

// pool opens a pool of at most n connections, kept open.
func pool(dsn string, n int) (*sql.DB, error) {
	c, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, failed("open", err)
	}
	db := sql.OpenDB(keeping{c})
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return db, nil
}
