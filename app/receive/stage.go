package receive

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"

	"psabridge/app"
	"psabridge/app/inbox"
)

// A file waits so long to be imported, and so many of them.
const (
	keepStaged = time.Hour
	maxStaged  = 20
)

// staged is a file that was taken and not imported yet.
type staged struct {
	source string
	name   string // as the person calls it
	path   string
	at     time.Time
	busy   bool // it is being imported
	done   bool // it was; the file is gone
}

// Stage keeps a file to be looked at and imported, and returns the id to name it by. It is dropped after an hour, and when
// twenty newer ones wait. Codes: not_found, invalid.
func (k *Desk) Stage(ctx context.Context, source, fileName string, r io.Reader) (id string, err error) {
	if err := k.inbox(ctx, source); err != nil {
		return "", err
	}
	path, err := k.write(r)
	if err != nil {
		return "", err
	}
	id = rand.Text()
	k.mu.Lock()
	defer k.mu.Unlock()
	k.tidy(k.deps.Now(), true)
	k.staged[id] = &staged{source: source, name: baseName(fileName), path: path, at: k.deps.Now()}
	return id, nil
}

// write keeps a file that comes in the folder of those that wait.
func (k *Desk) write(r io.Reader) (path string, err error) {
	if err := os.MkdirAll(k.dir, 0o700); err != nil {
		return "", app.Wrap(err, app.Unavailable, "The file cannot be kept: the data folder cannot be written.")
	}
	f, err := os.CreateTemp(k.dir, "*.csv") // mode 0600
	if err != nil {
		return "", app.Wrap(err, app.Unavailable, "The file cannot be kept: the data folder cannot be written.")
	}
	n, err := io.Copy(f, io.LimitReader(r, inbox.MaxFile+1))
	err = errors.Join(err, f.Close())
	switch {
	case err == nil && n > inbox.MaxFile:
		err = app.FieldErrorf("file", "The file is larger than 50 MiB. Split it by months or customers, repeating the header.")
	case err == nil && n == 0:
		err = app.FieldErrorf("file", "The file is empty.")
	case err != nil:
		err = app.Wrap(err, app.Invalid, "The file did not arrive whole. Send it again.")
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return "", err
	}
	return f.Name(), nil
}

// Tidy drops the files that waited for an hour, and those of inboxes that are not in the settings any more: what customers
// use must not lie about longer than somebody looks at it. It is to be called from time to time.
func (k *Desk) Tidy(ctx context.Context, now time.Time) error {
	doc, err := k.deps.Settings(ctx)
	if err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for id, s := range k.staged {
		here := slices.ContainsFunc(doc.Sources, func(one app.SourceSettings) bool { return one.Name == s.source && one.Pushed() })
		if !here && !s.busy {
			k.drop(id)
		}
	}
	k.tidy(now, false)
	return nil
}

// Discard drops a staged file. One that is not there is no error.
func (k *Desk) Discard(source, id string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if s := k.staged[id]; s != nil && s.source == source && !s.busy {
		k.drop(id)
	}
}

// baseName is a file's name without folders and control characters.
func baseName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, name)
	if r := []rune(name); len(r) > 200 {
		name = string(r[len(r)-200:])
	}
	if name == "" {
		return "file.csv"
	}
	return name
}

// tidy drops what waited too long, and where one more is to come, the oldest when there are too many. The caller holds mu.
func (k *Desk) tidy(now time.Time, oneMore bool) {
	oldest := ""
	for id, s := range k.staged {
		if s.busy {
			continue
		}
		if now.Sub(s.at) > keepStaged {
			k.drop(id)
			continue
		}
		if oldest == "" || s.at.Before(k.staged[oldest].at) {
			oldest = id
		}
	}
	if oneMore && len(k.staged) >= maxStaged && oldest != "" {
		k.drop(oldest)
	}
}

func (k *Desk) drop(id string) {
	k.remove(k.staged[id].path)
	delete(k.staged, id)
}

func (k *Desk) remove(path string) {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		k.deps.Log.Warn("imported file was not removed", "error", err)
	}
}

// sweep drops the files of an earlier run.
func (k *Desk) sweep() {
	left, err := filepath.Glob(filepath.Join(k.dir, "*.csv"))
	if err != nil {
		return
	}
	for _, path := range left {
		k.remove(path)
	}
}

// find returns a staged file that can be worked with. The caller holds mu.
func (k *Desk) find(source, id string) (*staged, error) {
	s := k.staged[id]
	switch {
	case s == nil || s.source != source || k.deps.Now().Sub(s.at) > keepStaged && !s.busy:
		return nil, app.Errorf(app.NotFound, "This file is not here any more: files wait an hour to be imported. Choose it again.")
	case s.done:
		return nil, app.Errorf(app.Conflict, "This file was imported already. Its readings are stored.")
	case s.busy:
		return nil, app.Errorf(app.Conflict, "This file is being imported right now.")
	}
	return s, nil
}
