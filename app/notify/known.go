package notify

import (
	"context"
	"slices"
	"time"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/app/settings"
)

// kindDatabase is the kind of the notice that the store cannot be used. It is in memory alone.
const kindDatabase = "database"

// known is what the looks know of what the store holds, or is to hold as soon as it can be written again.
type known struct {
	loaded   bool // told and the lines of the roads were read
	open     []app.Notice
	told     map[string]time.Time // by kind
	marks    map[key]time.Time    // told, and not in the store yet
	sent     map[string]app.NoticeSent
	unsaved  map[string]bool // channels whose entry of sent is not in the store yet
	settings app.NotifySettings
	wished   bool // the settings themselves name the desktop
	asked    bool // settings was read
	broken   app.Notice
}

func newKnown() known {
	return known{told: map[string]time.Time{}, marks: map[key]time.Time{}, sent: map[string]app.NoticeSent{}, unsaved: map[string]bool{}}
}

// failed takes down that the store could not be used, and why.
func (l *look) failed(doing string, err error) {
	l.problem = err
	b := &l.known.broken
	if b.Kind == "" {
		*b = app.Notice{Kind: kindDatabase, Page: link.Diagnostics, OpenedAt: l.now}
	}
	b.Title = "psabridge cannot " + doing + " its database."
	b.Text = app.ErrorMessage(err) + " Until that is mended no alert becomes a ticket or an e-mail, and nothing is billed."
}

// end keeps what stands, forgets that the store was out of order when nothing went wrong any more, and says what did.
func (l *look) end(ctx context.Context) error {
	l.known.open = slices.DeleteFunc(l.open, func(n app.Notice) bool { return n.Kind == kindDatabase })
	if ctx.Err() != nil {
		return nil //nolint:nilerr // we are stopping; what was not told is told at the next start
	}
	if l.problem == nil {
		l.known.broken = app.Notice{}
	}
	return l.problem
}

// ask reads the settings; those of the last look do when the store does not answer.
func (l *look) ask(ctx context.Context) error {
	own, err := l.own(ctx)
	switch {
	case err == nil:
		l.known.settings, l.known.wished, l.known.asked = settings.NotifyWithDefaults(own), own.Desktop != nil, true
	case ctx.Err() != nil || !l.known.asked:
		return err
	default:
		l.failed("read", err)
	}
	l.settings, l.wished = l.known.settings, l.known.wished
	l.names = l.setUp(l.settings)
	return nil
}

// load reads, once, what was told and by whom.
func (l *look) load(ctx context.Context) {
	if l.known.loaded {
		return
	}
	told, err := l.Store.LastTold(ctx)
	if err != nil {
		l.failed("read", err)
		return
	}
	lines, err := l.Store.NoticesTold(ctx, l.now.Add(-quiet))
	if err != nil {
		l.failed("read", err)
		return
	}
	for kind, at := range told {
		if at.After(l.known.told[kind]) {
			l.known.told[kind] = at
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, t := range lines {
		r, k := l.road(t.Channel), key{t.Kind, t.Subject}
		if !r.lines[k].dirty {
			r.lines[k] = line{at: t.At, owed: t.Owed}
		}
		if t.At.After(r.took[t.Kind]) {
			r.took[t.Kind] = t.At
		}
	}
	l.known.loaded = true
}

// stand brings the store up to date with what needs a person, and lists it, oldest first. A minute without news writes
// nothing. What the store cannot take is kept in mind.
func (l *look) stand(ctx context.Context, current []app.Notice) {
	open, err := l.Store.Notices(ctx)
	if err != nil {
		l.failed("read", err)
		l.open = l.inMind(current, l.known.open)
		return
	}
	if !same(current, open) {
		if err := l.Store.SyncNotices(ctx, current, l.now); err != nil {
			l.failed("write", err)
			l.open = l.inMind(current, append(l.known.open, open...))
			return
		}
		if open, err = l.Store.Notices(ctx); err != nil {
			l.failed("read", err)
			l.open = l.inMind(current, l.known.open)
			return
		}
	}
	l.open = open
	for i, one := range l.open {
		if at, ok := l.known.marks[keyOf(one)]; ok { // the store does not know yet
			l.open[i].ToldAt = at
		}
	}
}

// inMind is what stands as far as that is known without the store.
func (l *look) inMind(current, before []app.Notice) (open []app.Notice) {
	was := map[key]app.Notice{}
	for _, one := range before {
		if _, twice := was[keyOf(one)]; !twice {
			was[keyOf(one)] = one
		}
	}
	seen := map[key]bool{}
	for _, one := range current {
		k := keyOf(one)
		if seen[k] {
			continue
		}
		seen[k] = true
		old, stood := was[k]
		one.ID, one.OpenedAt, one.ToldAt = old.ID, old.OpenedAt, old.ToldAt
		if !stood {
			one.OpenedAt = l.now
		}
		open = append(open, one)
	}
	return open
}

// mark takes down that people were told.
func (l *look) mark(list []app.Notice) {
	for _, one := range list {
		l.known.told[one.Kind] = l.now
		if one.Kind == kindDatabase {
			l.known.broken.ToldAt = l.now
			continue
		}
		l.known.marks[keyOf(one)] = l.now
		for i := range l.open {
			if keyOf(l.open[i]) == keyOf(one) {
				l.open[i].ToldAt = l.now
			}
		}
	}
}

// write brings the store up to date with what was told. What it does not take it gets at the next look. It is written even
// when we are being stopped: else it is told again at the next start.
func (l *look) write(ctx context.Context) {
	ctx = context.WithoutCancel(ctx)
	for name := range l.known.unsaved {
		if err := l.Store.SaveNoticeSent(ctx, l.known.sent[name]); err != nil {
			l.failed("write", err)
			return
		}
		delete(l.known.unsaved, name)
	}
	if list := l.unwritten(); len(list) > 0 {
		if err := l.Store.SaveNoticesTold(ctx, list); err != nil {
			l.failed("write", err)
			return
		}
		l.written(list)
	}
	for at, ids := range l.marked() {
		if err := l.Store.MarkTold(ctx, ids, at); err != nil {
			l.failed("write", err)
			return
		}
	}
	for _, one := range l.open {
		if one.ID != 0 {
			delete(l.known.marks, keyOf(one))
		}
	}
}

// marked lists the rows of what was told, by when.
func (l *look) marked() map[time.Time][]int64 {
	out := map[time.Time][]int64{}
	for _, one := range l.open {
		if at, ok := l.known.marks[keyOf(one)]; ok && one.ID != 0 {
			out[at] = append(out[at], one.ID)
		}
	}
	return out
}

// unwritten lists what the channels told and the store does not know.
func (l *look) unwritten() (list []app.NoticeTold) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, name := range order {
		r := l.road(name)
		for _, one := range l.open {
			if was, ok := r.lines[keyOf(one)]; ok && was.dirty && one.ID != 0 {
				list = append(list, app.NoticeTold{NoticeID: one.ID, Kind: one.Kind, Subject: one.Subject, Channel: name, At: was.at, Owed: was.owed})
			}
		}
	}
	return list
}

func (l *look) written(list []app.NoticeTold) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, t := range list {
		r, k := l.road(t.Channel), key{t.Kind, t.Subject}
		was := r.lines[k]
		was.dirty = false
		r.lines[k] = was
	}
}

// forget drops what is known of notices that were mended.
func (l *look) forget() {
	stands := map[key]bool{}
	for _, one := range l.open {
		stands[keyOf(one)] = true
	}
	for k := range l.known.marks {
		if !stands[k] {
			delete(l.known.marks, k)
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range l.roads {
		for k := range r.lines {
			if !stands[k] {
				delete(r.lines, k)
			}
		}
	}
}
