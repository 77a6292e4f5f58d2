package intake

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"psabridge/app"
	"psabridge/app/source"
)

// reader is one reading of one source under way.
type reader struct {
	teller
	in       *Intake
	name     string
	source   source.Source
	state    *state
	started  time.Time
	tried    bool // the source was asked what happened
	answered bool // it said so
	pulled   bool // and that is stored
	result   Result
}

// pull reads what happened and hands it to the store in one batch.
func (r *reader) pull(ctx context.Context) error {
	marks, err := r.in.deps.Store.Marks(ctx, r.name)
	if err != nil {
		return err
	}
	r.tried = true
	b, err := r.source.Pull(ctx, marks)
	if err != nil {
		return err
	}
	r.answered = true
	r.state.readable()
	b.Source, b.Pushed = r.name, false
	// The rules of this moment decide, not those of the moment the reading began.
	doc, err := r.in.deps.Settings(ctx)
	if err != nil {
		return err
	}
	now := r.in.deps.Now()
	res, err := r.in.deps.Store.Ingest(ctx, b, now, r.in.decide(doc, r.name, now))
	if err != nil {
		return err
	}
	r.in.woken(res)
	r.pulled = true
	r.result.Organizations, r.result.Events, r.result.Stored = customers(b), res.Events, res.Stored
	r.tell(fmt.Sprintf("Stored what happened: %s, %s not known before", counted(r.result.Organizations, "organization"), counted(res.Events, "event")))
	r.result.Complete = b.Complete()
	r.problems(b.Problems...)
	return nil
}

// usageIfDue reads usage when there is none of today, and again after a while when today's is not complete.
func (r *reader) usageIfDue(ctx context.Context) error {
	doc, err := r.in.deps.Settings(ctx)
	if err != nil {
		return err
	}
	now := r.in.deps.Now()
	if !r.state.usageKnown() {
		latest, err := r.in.deps.Store.LatestReadings(ctx, r.name)
		if err != nil {
			return err
		}
		r.state.learnUsage(latest)
	}
	if !r.state.usageDue(now, zone(doc)) {
		return nil
	}
	return r.usage(ctx)
}

// usage reads and stores what is used.
func (r *reader) usage(ctx context.Context) error {
	r.state.usageTried(r.in.deps.Now())
	u, err := r.source.Readings(ctx)
	if err != nil {
		return err
	}
	readings := u.Readings
	if err := r.in.deps.Store.SaveReadings(ctx, r.name, readings, r.in.deps.Now()); err != nil {
		return err
	}
	if err := r.keepRaw(ctx, u.Raw); err != nil {
		return err
	}
	r.state.learnUsage(readings)
	r.result.Readings = len(readings)
	r.tell("Stored what is used: " + counted(len(readings), "reading"))
	for _, text := range slices.Concat(incomplete(readings), u.Problems) {
		r.result.Complete = false
		r.problems(text)
	}
	return nil
}

// keepRaw keeps what the source answered where its fields are not documented.
func (r *reader) keepRaw(ctx context.Context, raw []app.RawRecord) error {
	if len(raw) == 0 {
		return nil
	}
	for i := range raw {
		raw[i].ReadAt = cmp.Or(raw[i].ReadAt, r.started)
	}
	return r.in.deps.Store.SaveRaw(ctx, r.name, raw)
}

// counted says how many things there are.
func counted(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

func (r *reader) problems(list ...string) {
	for _, text := range list {
		if !slices.Contains(r.result.Problems, text) {
			r.result.Problems = append(r.result.Problems, text)
		}
	}
}

// incomplete names the problems of readings, each once, with the meters it concerns.
func incomplete(readings []app.Reading) []string {
	meters := map[string][]string{}
	var order []string
	for _, r := range readings {
		if r.Complete {
			continue
		}
		if meters[r.Problem] == nil {
			order = append(order, r.Problem)
		}
		if m := string(r.Meter); !slices.Contains(meters[r.Problem], m) {
			meters[r.Problem] = append(meters[r.Problem], m)
		}
	}
	out := make([]string, 0, len(order))
	for _, problem := range order {
		out = append(out, fmt.Sprintf("%s (not complete: %s)", problem, strings.ReplaceAll(strings.Join(meters[problem], ", "), "_", " ")))
	}
	return out
}

// zone is where a day begins: the zone of the first connection that has one, else this machine's.
func zone(doc app.Settings) *time.Location {
	for _, c := range doc.Connections {
		if loc, err := time.LoadLocation(c.TimeZone); c.TimeZone != "" && err == nil {
			return loc
		}
	}
	return time.Local
}
