package intake

import (
	"cmp"
	"context"
	"slices"
	"time"

	"psabridge/app"
)

// Receive stores what was sent to an inbox: events, and readings with the organizations they are of. When it returns
// without an error everything is stored, and what the rules made of it is on its way. Sending it again changes nothing.
// Codes: not_found, invalid when the source is one that is read, and those of the store.
func (in *Intake) Receive(ctx context.Context, name string, b app.Batch, readings []app.Reading) (Result, error) {
	if err := in.takes(ctx, name); err != nil {
		return Result{}, err
	}
	st := in.state(name)
	leave, err := st.enter(ctx)
	if err != nil {
		return Result{}, app.Wrap(err, app.Unavailable, "What was sent could not be stored in time. Send it again.")
	}
	defer leave()
	began := in.deps.Now()
	res, err := in.store(ctx, name, b, readings)
	if err != nil {
		return Result{}, err
	}
	st.received(began, in.deps.Now())
	st.learnUsage(readings)
	return res, nil
}

// takes reports whether a source can be sent to.
func (in *Intake) takes(ctx context.Context, name string) error {
	doc, err := in.deps.Settings(ctx)
	if err != nil {
		return err
	}
	s, err := find(doc, name)
	if err == nil && !s.Pushed() {
		err = app.Errorf(app.Invalid, "Source %s is read by psabridge, so nothing can be sent to it. Add a source of kind inbox for what comes from elsewhere.", name)
	}
	return err
}

func (in *Intake) store(ctx context.Context, name string, b app.Batch, readings []app.Reading) (Result, error) {
	now := in.deps.Now()
	res := Result{Complete: true, Readings: len(readings), Problems: incomplete(readings)}
	b.Source, b.Pushed, b.ReadAt = name, true, cmp.Or(b.ReadAt, now)
	if len(b.Organizations) > 0 || len(b.Events) > 0 {
		// The rules of this moment decide, not those of the moment it came.
		doc, err := in.deps.Settings(ctx)
		if err != nil {
			return Result{}, err
		}
		got, err := in.deps.Store.Ingest(ctx, b, now, in.decide(doc, name, now))
		if err != nil {
			return Result{}, err
		}
		in.woken(got)
		res.Organizations, res.Events, res.Stored = customers(b), got.Events, got.Stored
	}
	if len(readings) > 0 {
		if err := in.deps.Store.SaveReadings(ctx, name, readings, now); err != nil {
			return Result{}, err
		}
	}
	return res, nil
}

// received notes that something came. An inbox has no next poll, and what does not come is no error.
func (s *state) received(began, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status.LastOKAt = now
	s.beat(Beat{At: began, Took: now.Sub(began), OK: true, Complete: true})
}

// find returns a source of the settings.
func find(doc app.Settings, name string) (app.SourceSettings, error) {
	i := slices.IndexFunc(doc.Sources, func(s app.SourceSettings) bool { return s.Name == name })
	if i < 0 {
		return app.SourceSettings{}, app.Errorf(app.NotFound, "There is no source named %q. Its name is in the settings, under sources.", name)
	}
	return doc.Sources[i], nil
}

// notRead is what a person is told who wants to read an inbox.
func notRead(name string) error {
	return app.Errorf(app.Invalid, "An inbox is not read: what happens is sent to %s, and usage is sent or imported from a file on its page.", name)
}
