package store

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"

	"psabridge/app"
)

// errDamaged marks a database that cannot be used, whatever is wrong with it.
var errDamaged = errors.New("the database is damaged")

// withWayBack adds to a refusal of a damaged database how to go on without it.
func (f files) withWayBack(ctx context.Context, err error) error {
	if !errors.Is(err, errDamaged) {
		return err
	}
	return app.Wrap(err, app.ErrorCode(err), app.ErrorMessage(err)+" "+f.wayBack(ctx))
}

// check refuses a damaged database. Its connection only reads: one that writes would fold the -wal into what is to be kept as
// it is.
func (f files) check(ctx context.Context) error {
	db, err := pool(dsn(f.database(), url.Values{"mode": {"ro"}, "_pragma": pragmas("query_only(1)")}), 1)
	if err != nil {
		return err
	}
	defer db.Close()
	return quickCheck(ctx, db, f.database())
}

// wayBack names the newest good backup and the command that puts it back.
func (f files) wayBack(ctx context.Context) string {
	for _, b := range Backups(f.backups()) {
		found, err := Inspect(ctx, b.Path)
		if err != nil {
			f.log.WarnContext(ctx, "a backup cannot be used", "file", b.Name, "error", err)
			continue
		}
		return fmt.Sprintf("The newest good backup is of %s. To put it back, keeping what is there now: psabridge restore \"%s\" --data-dir \"%s\"", spoken(found.At), found.Path, f.dir)
	}
	return fmt.Sprintf("There is no good backup in %s. If you have a copy elsewhere: psabridge restore FILE --data-dir \"%s\"", f.backups(), f.dir)
}

// Backups lists the files of a folder that have the name of a backup, newest first. None is opened; a folder that cannot be
// read has none.
func Backups(folder string) []app.Backup {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil
	}
	var list []app.Backup
	for _, e := range entries {
		b, ok := app.ParseBackupName(e.Name())
		info, err := e.Info()
		if !ok || err != nil || !info.Mode().IsRegular() {
			continue
		}
		b.Path, b.Bytes = filepath.Join(folder, e.Name()), info.Size()
		list = append(list, b)
	}
	slices.SortStableFunc(list, func(a, b app.Backup) int { return b.At.Compare(a.At) })
	return list
}
