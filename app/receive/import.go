package receive

import (
	"context"
	"io"
	"os"

	"psabridge/app"
	"psabridge/app/inbox"
)

// Preview says what a staged file would become. m is what a person chose for its columns; nil asks for the remembered
// mapping, a ready-made one or a guess. Codes: not_found, conflict (imported already), invalid (it is no CSV file).
func (k *Desk) Preview(ctx context.Context, source, id string, m *app.CSVMapping) (app.CSVPreview, error) {
	if err := k.inbox(ctx, source); err != nil {
		return app.CSVPreview{}, err
	}
	k.mu.Lock()
	s, err := k.find(source, id)
	k.mu.Unlock()
	if err != nil {
		return app.CSVPreview{}, err
	}
	f, done, err := k.open(ctx, s)
	if err != nil {
		return app.CSVPreview{}, err
	}
	defer done()
	return inbox.Preview(f, k.remembered(ctx, source), m)
}

// remembered looks mappings up by header. One that cannot be read is none: the person is asked again.
func (k *Desk) remembered(ctx context.Context, source string) inbox.Remembered {
	return func(hash string) *app.CSVMapping {
		m, err := k.deps.Store.CSVMapping(ctx, source, hash)
		if err != nil {
			if app.ErrorCode(err) != app.NotFound {
				k.deps.Log.Warn("remembered columns were not read", "source", source, "error", err)
			}
			return nil
		}
		return &m
	}
}

// open opens a staged file with what is known of its source.
func (k *Desk) open(ctx context.Context, s *staged) (f inbox.File, done func(), err error) {
	all, err := k.deps.Store.OrganizationsOf(ctx, s.source)
	if err != nil {
		return f, nil, err
	}
	content, err := os.Open(s.path)
	if err != nil {
		return f, nil, app.Wrap(err, app.NotFound, "This file is not here any more. Choose it again.")
	}
	known := func() ([]app.OrganizationRow, error) {
		return k.deps.Store.Organizations(ctx, app.OrganizationFilter{Source: s.source})
	}
	return inbox.File{Name: s.name, Content: content, Organizations: all, Known: known, Now: k.deps.Now()}, func() { _ = content.Close() }, nil
}

// Import makes readings of a staged file and stores them, all or none; the mapping is remembered for the next file of its
// form, and the import is noted. A second import of the same file is a conflict. When rows are wrong, the counts of the
// returned import name them beside the error. Codes: not_found, conflict, invalid.
func (k *Desk) Import(ctx context.Context, source, id string, m app.CSVMapping, by string) (app.Import, error) {
	if err := k.inbox(ctx, source); err != nil {
		return app.Import{}, err
	}
	k.mu.Lock()
	s, err := k.find(source, id)
	if err == nil {
		s.busy = true
	}
	k.mu.Unlock()
	if err != nil {
		return app.Import{}, err
	}
	im, stored, err := k.importFile(ctx, s, m, by)
	k.mu.Lock()
	defer k.mu.Unlock()
	s.busy = false
	if stored {
		s.done = true
		k.remove(s.path)
	}
	return im, err
}

// importFile reports besides whether the readings are stored.
func (k *Desk) importFile(ctx context.Context, s *staged, m app.CSVMapping, by string) (im app.Import, stored bool, err error) {
	f, done, err := k.open(ctx, s)
	if err != nil {
		return im, false, err
	}
	defer done()
	im = app.Import{Source: s.source, By: by, File: s.name}
	r, err := inbox.Read(f, nil, &m)
	if err != nil {
		return im, false, err
	}
	return k.keep(ctx, f, r, im)
}

// keep stores what a file was read for, remembers its columns and notes the import. It reports besides whether the readings
// are stored.
func (k *Desk) keep(ctx context.Context, f inbox.File, r inbox.Result, im app.Import) (app.Import, bool, error) {
	im.ImportCounts = r.Preview.ImportCounts
	if r.Refused != nil {
		return im, false, r.Refused
	}
	inbox.Name(&r.Batch, im.Source, f.Organizations)
	if _, err := k.deps.Take(ctx, im.Source, r.Batch, r.Readings); err != nil {
		return im, false, err
	}
	im.Covers = covered(r.Readings)
	err := k.deps.Store.SaveCSVMapping(context.WithoutCancel(ctx), im.Source, r.Preview.HeaderHash, inbox.ToRemember(r.Preview.Mapping))
	if err != nil {
		k.deps.Log.Warn("columns were not remembered", "source", im.Source, "error", err) // they are asked for again
	}
	im, err = k.noted(ctx, im)
	return im, true, err
}

// Imports lists what brought readings into an inbox, newest first.
func (k *Desk) Imports(ctx context.Context, source string, p app.Page) ([]app.Import, error) {
	if err := k.inbox(ctx, source); err != nil {
		return nil, err
	}
	return k.deps.Store.Imports(ctx, source, p)
}

// Fed is what became of a file that was sent in one go.
type Fed struct {
	Preview app.CSVPreview // what it would become; Mapping is the one that was used
	Import  app.Import     // zero when nothing was to be stored
}

// Feed takes, previews and imports a file in one go, for programs. It does not wait among the staged ones, so that programs do
// not push out what a person is looking at. Its columns must be said, remembered or ready-made: what
// would only be guessed is refused with the guess, because nobody looks. With dry nothing is stored. When rows are wrong,
// the preview names them beside the error. Codes: not_found, invalid.
func (k *Desk) Feed(ctx context.Context, source, fileName string, r io.Reader, given *app.CSVMapping, dry bool, by string) (Fed, error) {
	if err := k.inbox(ctx, source); err != nil {
		return Fed{}, err
	}
	path, err := k.write(r)
	if err != nil {
		return Fed{}, err
	}
	defer k.remove(path)
	s := &staged{source: source, name: baseName(fileName), path: path}
	f, done, err := k.open(ctx, s)
	if err != nil {
		return Fed{}, err
	}
	defer done()
	read, err := inbox.Read(f, k.remembered(ctx, source), given)
	out := Fed{Preview: read.Preview}
	if err != nil || dry {
		return out, err
	}
	im, _, err := k.keep(ctx, f, read, app.Import{Source: source, By: by, File: s.name})
	if err == nil || im.ID != 0 {
		out.Import = im
	}
	return out, err
}
