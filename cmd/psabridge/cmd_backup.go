package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"psabridge/app"
)

type backupCmd struct {
	Now  backupNow  `cmd:"" default:"withargs" help:"Make a backup now and open it to prove that it is whole."`
	List backupList `cmd:"" help:"List the backups, and say how backing up stands."`
}

type backupNow struct {
	File   string  `arg:"" optional:"" help:"A file that does not exist yet; left out: in the folder for backups."`
	To     string  `help:"Write it into this folder, under its usual name." placeholder:"DIR" xor:"place"`
	Second *string `help:"Set the folder that each backup is copied to as well, and copy the newest one there; an empty name ends that." placeholder:"DIR" xor:"place"`
}

// backupAnswer is one backup as the API shows it.
type backupAnswer struct {
	Name     string    `json:"name"`
	File     string    `json:"file"`
	At       time.Time `json:"at"`
	Bytes    int64     `json:"bytes"`
	Kind     string    `json:"kind"`
	Verified bool      `json:"verified"`
	Second   bool      `json:"second"`
	// Problems are what is wrong with backing up all the same, such as a second folder that is not there. Only of one made now.
	Problems []string `json:"problems,omitempty"`
}

// Run makes a backup, or sets the second folder. Exit code 1 also when the backup stands and its second copy does not.
func (b backupNow) Run(ctx context.Context, g *globals, c console) error {
	if b.Second != nil {
		return b.setSecond(ctx, g, c)
	}
	file, err := b.place()
	if err != nil {
		return err
	}
	return g.withBridge(ctx, c, func(cl *client) error {
		var made backupAnswer
		if err := cl.call(ctx, http.MethodPost, "/backups", map[string]string{"file": file}, &made); err != nil {
			return err
		}
		var list backupsAnswer
		if err := cl.call(ctx, http.MethodGet, "/backups", nil, &list); err != nil {
			return err
		}
		made.Problems = list.Problems
		if err := g.print(c, made, made.print); err != nil {
			return err
		}
		if len(made.Problems) > 0 {
			return errPrinted
		}
		return nil
	})
}

func (b backupAnswer) print(w io.Writer) {
	_, _ = fmt.Fprintf(w, "%s\n%s, verified.\n", b.File, size(b.Bytes))
	for _, p := range b.Problems {
		_, _ = fmt.Fprintln(w, "Problem: "+p)
	}
}

// place is the whole path of the file to write; "" for the usual one.
func (b backupNow) place() (string, error) {
	switch {
	case b.File != "":
		return filepath.Abs(b.File)
	case b.To != "":
		return filepath.Abs(filepath.Join(b.To, "psabridge-"+time.Now().UTC().Format("20060102T150405Z")+".db"))
	}
	return "", nil
}

func (b backupNow) setSecond(ctx context.Context, g *globals, c console) error {
	if b.File != "" {
		return app.FieldErrorf("second", "It goes without a file: it sets the folder for the copies to come.")
	}
	folder := *b.Second
	if folder != "" {
		var err error
		if folder, err = filepath.Abs(folder); err != nil {
			return err
		}
	}
	return g.withBridge(ctx, c, func(cl *client) error {
		if err := cl.call(ctx, http.MethodPut, "/backups/second", map[string]string{"folder": folder}, nil); err != nil {
			return err
		}
		return g.print(c, map[string]string{"second": folder}, func(w io.Writer) {
			if folder == "" {
				_, _ = fmt.Fprintln(w, "No second copies are made any more.")
				return
			}
			_, _ = fmt.Fprintf(w, "Each backup is copied to %s from now on.\n", folder)
		})
	})
}

type backupList struct{}

type backupsAnswer struct {
	Folder   string         `json:"folder"`
	Second   string         `json:"second"`
	Items    []backupAnswer `json:"items"`
	Problems []string       `json:"problems"`
	Checked  time.Time      `json:"database_checked_at"`
	Restored *struct {
		At           time.Time  `json:"at"`
		BackupAt     time.Time  `json:"backup_at"`
		File         string     `json:"file"`
		Kept         string     `json:"kept"`
		Reason       string     `json:"reason"`
		ReconciledAt *time.Time `json:"reconciled_at"`
		Problem      string     `json:"problem"`
		Tickets      int        `json:"tickets_found"`
		Loose        int        `json:"tickets_unmatched"`
		Quantities   int        `json:"quantities_changed"`
		Stopped      int        `json:"agreements_stopped"`
		Mails        int        `json:"mails_waiting"`
		Message      string     `json:"message"`
		MissingKeys  []string   `json:"missing_keys"`
	} `json:"restored"`
}

// Run lists backups. Exit code 1 when something is wrong with them, or with the database.
func (backupList) Run(ctx context.Context, g *globals, c console) error {
	return g.withBridge(ctx, c, func(cl *client) error {
		var list backupsAnswer
		if err := cl.call(ctx, http.MethodGet, "/backups", nil, &list); err != nil {
			return err
		}
		if err := g.print(c, list, func(w io.Writer) { list.print(w) }); err != nil {
			return err
		}
		if len(list.Problems) > 0 {
			return errPrinted
		}
		return nil
	})
}

func (l backupsAnswer) print(w io.Writer) {
	for _, b := range l.Items {
		second := ""
		if b.Second {
			second = "  and in the second folder"
		}
		_, _ = fmt.Fprintf(w, "%s  %-9s  %9s  %s%s\n", b.At.Local().Format("2006-01-02 15:04"), b.Kind, size(b.Bytes), b.Name, second)
	}
	if len(l.Items) == 0 {
		_, _ = fmt.Fprintln(w, "There is no backup yet. Make one with: psabridge backup")
	} else {
		_, _ = fmt.Fprintf(w, "In %s. To go back to one: psabridge restore FILE\n", l.Folder)
	}
	if l.Second != "" {
		_, _ = fmt.Fprintf(w, "Second folder: %s\n", l.Second)
	}
	if r := l.Restored; r != nil {
		_, _ = fmt.Fprintf(w, "Put back on %s from %s. %s\n", shortTime(r.At), r.File, r.Message)
		if r.Problem != "" && r.ReconciledAt == nil {
			_, _ = fmt.Fprintln(w, r.Problem)
		}
		if len(r.MissingKeys) > 0 {
			_, _ = fmt.Fprintf(w, "Keys to enter again: %s\n", strings.Join(r.MissingKeys, ", "))
		}
	}
	for _, p := range l.Problems {
		_, _ = fmt.Fprintln(w, "Problem: "+p)
	}
}

func size(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d kB", max(n>>10, 1))
	}
	return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
}
