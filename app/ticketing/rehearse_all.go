package ticketing

import (
	"context"
	"time"

	"psabridge/app"
)

// histories reads what is kept of every source.
func (k *Desk) histories(ctx context.Context, doc app.Settings, from, to time.Time) ([]app.History, error) {
	out := make([]app.History, 0, len(doc.Sources))
	for _, s := range doc.Sources {
		h, err := k.d.Store.History(ctx, s.Name, from, to)
		if err != nil {
			return nil, err
		}
		out = append(out, h)
	}
	return out, nil
}

// replay runs the histories of all sources through the rules of a document, in the order of time, and counts what they do.
func replay(ctx context.Context, doc app.Settings, histories []app.History, to *score) error {
	var all []*replayed
	opened := &openings{}
	for _, h := range histories {
		if h.StartedAt.IsZero() || h.StartedAt.After(h.To) {
			continue
		}
		if h.KeptSince.After(to.r.KeptSince) {
			to.r.KeptSince = h.KeptSince
		}
		all = append(all, newReplay(doc, h, to, opened))
	}
	for steps := 0; ; steps++ {
		p, at := soonest(all)
		if p == nil {
			return nil
		}
		if steps%64 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		p.step(at)
	}
}

// soonest is the source in which something can be decided next, and when; nil when nothing more happens in any.
func soonest(all []*replayed) (next *replayed, when time.Time) {
	for _, p := range all {
		if at, ok := p.next(); ok && (next == nil || at.Before(when)) {
			next, when = p, at
		}
	}
	return next, when
}
