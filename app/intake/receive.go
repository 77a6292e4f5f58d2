package intake

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"psabridge/app"
)

// Receive stores what was sent to an inbox: events, and readings with the organizations they are of. When it returns
// without an error everything is stored, and what the rules made of it is on its way. Sending it again changes nothing, so it
// may be sent again after an error, when a part of many events may be stored.
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
		got, err := in.ingest(ctx, doc, b, now)
		in.woken(got) // of what was stored before it failed, too
		if err != nil {
			return Result{}, err
		}
		res.Organizations, res.Events, res.Stored = customers(b), got.Events, got.Stored
	}
	if len(readings) > 0 {
		if err := in.deps.Store.SaveReadings(ctx, name, readings, now); err != nil {
			return Result{}, err
		}
	}
	return res, nil
}

// together is how many events of one call are decided about at once. A decision holds all it is about several times over, and
// the program is to stay small when ten thousand come in one call.
const together = 1000

// ingest stores what was sent, a part after the other. Each is stored whole or not at all, and a call that fails half-way and
// is sent again finds the parts that were stored known already. Where people are told by e-mail it is one part, because one
// e-mail tells of all of it.
func (in *Intake) ingest(ctx context.Context, doc app.Settings, b app.Batch, now time.Time) (sum app.IngestResult, err error) {
	size := together
	if slices.ContainsFunc(doc.Alerts, func(r app.AlertRule) bool { return len(r.Via.Email) > 0 }) {
		size = max(len(b.Events), 1)
	}
	reopened := map[string]int{}
	part := b
	for {
		n := min(size, len(b.Events))
		part.Events, b.Events = b.Events[:n:n], b.Events[n:]
		got, err := in.deps.Store.Ingest(ctx, part, now, countingReopened(in.decide(doc, b.Source, now), reopened))
		if err != nil {
			return sum, err
		}
		sum.Events, sum.Stored, sum.Deliveries = sum.Events+got.Events, sum.Stored+got.Stored, sum.Deliveries+got.Deliveries
		if len(b.Events) == 0 {
			return sum, nil
		}
		part.Organizations = nil // they are stored with the first part
	}
}

// countingReopened has the decisions about the parts of one call ask a person as one decision would. The tickets that the parts
// before opened are counted by the store; those that they open again are known only here.
func countingReopened(decide func(app.AlertState) app.AlertDecision, reopened map[string]int) func(app.AlertState) app.AlertDecision {
	return func(s app.AlertState) app.AlertDecision {
		lately := maps.Clone(s.OpenedLately)
		if lately == nil {
			lately = map[string]int{}
		}
		for connection, n := range reopened {
			lately[connection] += n
		}
		s.OpenedLately = lately
		d := decide(s)
		for _, of := range d.Deliveries {
			if of.Payload.Reopen {
				reopened[of.Connection]++
			}
		}
		return d
	}
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
