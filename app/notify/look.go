package notify

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"psabridge/app"
	"psabridge/app/channel"
	"psabridge/app/settings"
)

const (
	// settle is how long a notice must stand before it is told: much mends itself with the next try.
	settle = time.Minute
	// quiet is how long nothing more is told of a kind.
	quiet = time.Hour
	// again is when what still stands is told once more.
	again = 7 * 24 * time.Hour

	// kindNotify is the kind of a notice about a channel that failed; its subject is the channel, and the others tell it.
	kindNotify = "notify"
)

// look is one look at what needs a person.
type look struct {
	*Notify
	now      time.Time
	settings app.NotifySettings
	names    []string // of the channels that are set up
	wished   bool     // the settings themselves name the desktop
	sent     map[string]app.NoticeSent
	open     []app.Notice // what stands, oldest first
	told     map[string]time.Time
}

// begin asks what needs a person and brings the store up to date. A minute without news writes nothing.
func (n *Notify) begin(ctx context.Context, now time.Time) (*look, error) {
	l := &look{Notify: n, now: now, sent: map[string]app.NoticeSent{}}
	current, err := n.Needs(ctx)
	if err != nil {
		return nil, err
	}
	own, err := n.own(ctx)
	if err != nil {
		return nil, err
	}
	l.settings, l.wished = settings.NotifyWithDefaults(own), own.Desktop != nil
	l.names = n.setUp(l.settings)
	sent, err := n.Store.NoticesSent(ctx)
	if err != nil {
		return nil, err
	}
	for _, s := range sent {
		l.sent[s.Channel] = s
	}
	if l.open, err = n.Store.Notices(ctx); err != nil {
		return nil, err
	}
	if !same(current, l.open) {
		if err := n.Store.SyncNotices(ctx, current, now); err != nil {
			return nil, err
		}
		if l.open, err = n.Store.Notices(ctx); err != nil {
			return nil, err
		}
	}
	l.told, err = n.Store.LastTold(ctx)
	return l, err
}

// reached reports whether the last message was taken, at least for some.
func reached(s app.NoticeSent) bool { return s.OKAt.Equal(s.At) }

// same reports whether the store knows everything as it is.
func same(current, open []app.Notice) bool {
	type key struct{ kind, subject string }
	type said struct{ title, text, page string }
	list := func(all []app.Notice) map[key]said {
		m := map[key]said{}
		for _, n := range all {
			k := key{n.Kind, n.Subject}
			if _, twice := m[k]; !twice {
				m[k] = said{n.Title, n.Text, n.Page}
			}
		}
		return m
	}
	return maps.Equal(list(current), list(open))
}

// run tells what is to be told, kind by kind.
func (l *look) run(ctx context.Context) error {
	l.forget()
	var kinds []string
	for _, one := range l.open {
		if !slices.Contains(kinds, one.Kind) {
			kinds = append(kinds, one.Kind)
		}
	}
	for _, kind := range kinds {
		if err := l.tell(ctx, kind); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return nil //nolint:nilerr // we are stopping; what was not told is told at the next start
		}
	}
	return l.mended(ctx)
}

// forget drops what channels owe of notices that were closed.
func (l *look) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range l.roads {
		maps.DeleteFunc(r.owed, func(id int64, _ bool) bool {
			return !slices.ContainsFunc(l.open, func(n app.Notice) bool { return n.ID == id })
		})
	}
}

// due lists what is to be told of a kind now: what nobody was told yet, and what still stands a week later. One message an
// hour is enough of a kind.
func (l *look) due(kind string) (out []app.Notice) {
	if lately(l.told[kind], l.now, quiet) {
		return nil
	}
	for _, one := range l.open {
		old := !lately(one.OpenedAt, l.now, settle) || l.AtOnce(one)
		untold := one.ToldAt.IsZero() || l.now.Sub(one.ToldAt) >= again
		if one.Kind == kind && old && untold {
			out = append(out, one)
		}
	}
	return out
}

// lately reports whether something was less than d ago. A moment that has not come yet was before the clock was set back.
func lately(at, now time.Time, d time.Duration) bool {
	ago := now.Sub(at)
	return !at.IsZero() && ago >= 0 && ago < d
}

// tell sends one message about a kind by every channel, and takes down who took it.
func (l *look) tell(ctx context.Context, kind string) error {
	due := l.due(kind)
	took := false
	for _, name := range l.names {
		list, ready := l.forRoad(name, kind, due)
		if len(list) == 0 || !ready {
			continue
		}
		err := l.send(ctx, name, kind, list)
		if ctx.Err() != nil && err != nil {
			break // we are stopping: that is nobody's failure
		}
		if l.note(name, kind, list, err) {
			took = true
		}
		if err := l.save(ctx, name, err); err != nil {
			return err
		}
	}
	if !took || len(due) == 0 {
		return nil
	}
	l.owe(due)
	ids := make([]int64, 0, len(due))
	for _, one := range due {
		ids = append(ids, one.ID)
	}
	return l.Store.MarkTold(context.WithoutCancel(ctx), ids, l.now)
}

// forRoad is what one channel has to tell of a kind: what is due, and what it owes. It is not ready while it rests after a
// failure, and when it told of the kind within the hour.
func (l *look) forRoad(name, kind string, due []app.Notice) (list []app.Notice, ready bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.road(name)
	isDue := func(id int64) bool { return slices.ContainsFunc(due, func(d app.Notice) bool { return d.ID == id }) }
	for _, one := range l.open {
		about := one.Kind == kind && (isDue(one.ID) || r.owed[one.ID])
		if about && (kind != kindNotify || one.Subject != name) { // a channel that works again need not say that it did not
			list = append(list, one)
		}
	}
	return list, !l.now.Before(r.next) && !lately(r.took[kind], l.now, quiet)
}

func (l *look) send(ctx context.Context, name, kind string, list []app.Notice) error {
	c, err := l.Notify.open(ctx, name, l.settings)
	if err != nil {
		return err
	}
	return c.Send(ctx, l.message(name, kind, list))
}

// note takes down what came of a message; true when the channel took it. Receivers that were refused are not tried again: the
// others would get it twice.
func (l *look) note(name, kind string, list []app.Notice, err error) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.road(name)
	if _, partly := errors.AsType[*channel.PartlyError](err); err != nil && !partly {
		r.fail(err, l.now)
		return false
	}
	r.failures, r.next = 0, time.Time{}
	r.took[kind] = l.now
	for _, one := range list {
		delete(r.owed, one.ID)
	}
	return true
}

// owe lets every channel that did not tell what others told make up for it.
func (l *look) owe(due []app.Notice) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, name := range l.names {
		r := l.road(name)
		for _, one := range due {
			if !r.took[one.Kind].Equal(l.now) {
				r.owed[one.ID] = true
			}
		}
	}
}

// save keeps what came of a channel for the page. A desktop that nobody asked for may be missing: many machines have none, and
// that needs nobody.
func (l *look) save(ctx context.Context, name string, err error) error {
	if err != nil && name == app.ChannelDesktop && !l.wished {
		l.Log.DebugContext(ctx, "no notice was shown on the desktop", "error", err)
		return nil
	}
	s := result(name, err, l.now)
	l.sent[name] = s
	if err != nil {
		l.Log.WarnContext(ctx, "a notice was not taken", "channel", name, "code", app.ErrorCode(err), "error", err)
	}
	return l.Store.SaveNoticeSent(context.WithoutCancel(ctx), s)
}

// result is what the page shows of a try.
func result(name string, err error, now time.Time) app.NoticeSent {
	s := app.NoticeSent{Channel: name, At: now}
	partly, some := errors.AsType[*channel.PartlyError](err)
	switch {
	case err == nil:
		s.OKAt = now
	case some:
		s.OKAt, s.Error = now, partly.Message
	default:
		s.Error = app.ErrorMessage(err)
	}
	return s
}

// mended tries the mail server again when it failed and there is nothing to say by it any more, without sending anything. The
// other channels cannot be tried in silence: they have failed until they take a message, or a test.
func (l *look) mended(ctx context.Context) error {
	const name = app.ChannelEmail
	was := l.sent[name]
	if !slices.Contains(l.names, name) || was.Error == "" || reached(was) || !l.restless(name) {
		return nil
	}
	err := l.Probe(ctx)
	if ctx.Err() != nil {
		return nil //nolint:nilerr // we are stopping
	}
	l.note(name, "", nil, err)
	if result(name, err, l.now).Error == was.Error {
		return nil // nothing new
	}
	return l.save(ctx, name, err)
}

// restless reports whether a channel may be tried now.
func (l *look) restless(name string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return !l.now.Before(l.road(name).next)
}
