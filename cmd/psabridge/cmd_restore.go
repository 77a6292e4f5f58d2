package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"psabridge/app"
	"psabridge/app/machine"
	"psabridge/store"
)

type restoreCmd struct {
	File string `arg:"" help:"The backup; psabridge backup list names them."`
	Yes  bool   `help:"Do not ask."`
}

// Run puts a backup in the place of the database, under the same lock as a bridge.
func (r restoreCmd) Run(ctx context.Context, g *globals, c console) error {
	dir, err := g.dir()
	if err != nil {
		return err
	}
	file, err := r.path(dir)
	if err != nil {
		return err
	}
	unlock, other, err := takeData(ctx, dir)
	if err != nil {
		return err
	}
	if unlock == nil {
		return app.Errorf(app.Conflict, "psabridge is running at %s. Quit it first, then restore: a database that is in use cannot be replaced.", other.Page)
	}
	defer unlock()
	if err := roomFor(dir, file); err != nil {
		return err
	}
	if !r.Yes {
		if g.JSON {
			return app.FieldErrorf("yes", "Nothing was changed. With --json say --yes: there is nobody to ask.")
		}
		if err := askRestore(ctx, c, dir, file); err != nil {
			return err
		}
	}
	log := openLog(dir, g.LogLevel, c.err)
	defer func() { _ = log.close(ctx) }()
	out, err := store.Restore(ctx, dir, file, store.Options{Logger: component(log.Logger, "store")})
	if err != nil {
		return err
	}
	return g.print(c, restoreAnswer{
		File: file, BackupAt: out.Backup.At, At: out.Restore.At, Kept: out.Restore.Kept, Install: out.Backup.Install, Stopped: out.Restore.Stopped, Mails: out.Restore.Mails,
		Counts: out.Backup.Counts,
	}, func(w io.Writer) { tellRestored(w, out) })
}

// path is the whole path of the backup: a file, or one of the folder for backups by its name alone, as backup list prints it.
func (r restoreCmd) path(dir string) (string, error) {
	if listed := filepath.Join(filepath.Join(dir, backupFolder), r.File); filepath.Base(r.File) == r.File {
		if _, err := os.Stat(r.File); errors.Is(err, fs.ErrNotExist) {
			if _, err := os.Stat(listed); err == nil {
				return listed, nil
			}
		}
	}
	return filepath.Abs(r.File)
}

// restoreAnswer is what a script reads of a restore.
type restoreAnswer struct {
	File     string           `json:"file"`
	BackupAt time.Time        `json:"backup_at"`
	At       time.Time        `json:"restored_at"`
	Kept     string           `json:"kept"`
	Install  string           `json:"install_id"`
	Stopped  int              `json:"agreements_stopped"`
	Mails    int              `json:"mails_waiting"`
	Counts   app.BackupCounts `json:"counts"`
}

// roomFor refuses where the copy would fill the disk.
func roomFor(dir, file string) error {
	info, err := os.Stat(file)
	if errors.Is(err, fs.ErrNotExist) {
		return app.FieldErrorf("file", "There is no file %s. psabridge backup list names the backups.", file)
	}
	if err != nil {
		return app.Wrap(err, app.Invalid, "The file "+file+" cannot be read.")
	}
	free, err := machine.FreeBytes(dir)
	if err == nil && free < 2*info.Size() {
		return app.Errorf(app.Unavailable, "The disk of %s has %s free, and the backup of %s needs twice that. Nothing was changed. Free some space first.", dir, size(free), size(info.Size()))
	}
	return nil
}

// askRestore says what a restore does, and asks.
func askRestore(ctx context.Context, c console, dir, file string) error {
	b, err := store.Inspect(ctx, file)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(c.out, "%s\n  made %s, %s: %d organizations, %d tickets, %d pushes, settings revision %d\n\n", file, shortTime(b.At), size(b.Bytes),
		b.Counts.Organizations, b.Counts.Tickets, b.Counts.Pushes, b.Counts.Settings)
	_, _ = fmt.Fprintln(c.out, `It takes the place of the database of `+dir+`. What is there now is kept in a folder beside it, not deleted.
What happened since the backup is forgotten here; ConnectWise still has it. At the next start psabridge asks ConnectWise
first, finds its tickets again, and sends nothing before that. Months that may have been pushed since ask line by line.
Keys are not part of a backup: on another computer they are to be entered again.`)
	_, _ = fmt.Fprintln(c.out, twice(b.Install))
	_, _ = fmt.Fprint(c.out, "Go on? [y/N] ")
	answer, _ := bufio.NewReader(c.in).ReadString('\n')
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return nil
	}
	return app.Errorf(app.Conflict, "Nothing was changed.")
}

// twice warns of a second bridge with the same identity: both would take each other's tickets for their own and open what the
// other has opened.
func twice(install string) string {
	return "If another computer still runs psabridge with this database (installation " + install + "), stop it there for good first: two of them open tickets twice and bill over each other."
}

func tellRestored(w io.Writer, out store.Restored) {
	_, _ = fmt.Fprintf(w, "Restored: what is known ends %s.\n", shortTime(out.Backup.At))
	if out.Restore.Kept != "" {
		_, _ = fmt.Fprintf(w, "What was there before is kept in %s.\n", out.Restore.Kept)
	}
	if n := out.Restore.Stopped; n > 0 {
		_, _ = fmt.Fprintf(w, "%d agreements of unfinished pushes are not written: make a new preview.\n", n)
	}
	_, _ = fmt.Fprintln(w, twice(out.Backup.Install))
	_, _ = fmt.Fprintln(w, "Start psabridge now. It asks ConnectWise first and says on Diagnostics what it found, and which keys are to be entered again.")
}
