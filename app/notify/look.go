package notify

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"psabridge/app"
	"psabridge/app/channel"
)

const (
	settle = app.NoticeSettle
	quiet  = app.NoticeQuiet
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
	problem  error        // the last one with the store
}

// begin asks what needs a person and brings the store up to date. Without the store it goes on with what is known.
func (n *Notify) begin(ctx context.Context, now time.Time) (*look, error) {
	l := &look{Notify: n, now: now, sent: n.known.sent}
	if err := l.ask(ctx); err != nil {
		return nil, err
	}
	l.load(ctx)
	if sent, err := n.Store.NoticesSent(ctx); err != nil {
		l.failed("read", err)
	} else {
		for _, one := range sent {
			if !n.known.unsaved[one.Channel] {
				l.sent[one.Channel] = one
			}
		}
	}
	current, err := n.Needs(ctx)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil: // it is not known what stands; it is not known either that anything was mended
		l.failed("read", err)
		l.open = l.known.open
	default:
		l.stand(ctx, current)
	}
	l.write(ctx)
	if l.problem != nil {
		l.open = append(slices.Clip(l.open), l.known.broken)
	}
	return l, ctx.Err()
}

// reached reports whether the last message was taken, at least for some.
func reached(s app.NoticeSent) bool { return s.OKAt.Equal(s.At) }

// same reports whether the store knows everything as it is.
func same(current, open []app.Notice) bool {
	type said struct{ title, text, page string }
	list := func(all []app.Notice) map[key]said {
		m := map[key]said{}
		for _, n := range all {
			if _, twice := m[keyOf(n)]; !twice {
				m[keyOf(n)] = said{n.Title, n.Text, n.Page}
			}
		}
		return m
	}
	return maps.Equal(list(current), list(open))
}

// run tells what is to be told, kind by kind.
func (l *look) run(ctx context.Context) {
	l.forget()
	var kinds []string
	for _, one := range l.open {
		if !slices.Contains(kinds, one.Kind) {
			kinds = append(kinds, one.Kind)
		}
	}
	for _, kind := range kinds {
		l.tell(ctx, kind)
		if ctx.Err() != nil {
			return // we are stopping; what was not told is told at the next start
		}
	}
	l.mended(ctx)
}

// due lists what is to be told of a kind now: what nobody was told yet, and what still stands a week later. One message an
// hour is enough of a kind.
func (l *look) due(kind string) (out []app.Notice) {
	if lately(l.known.told[kind], l.now, quiet) {
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
func (l *look) tell(ctx context.Context, kind string) {
	due := l.due(kind)
	var told []app.Notice
	sent := false
	for _, name := range l.names {
		list, ready := l.forRoad(name, kind, due)
		if len(list) == 0 || !ready {
			continue
		}
		err := l.send(ctx, name, kind, list)
		if ctx.Err() != nil && err != nil {
			break // we are stopping: that is nobody's failure
		}
		told = append(told, l.note(name, kind, list, err)...)
		l.save(ctx, name, err)
		sent = true
	}
	told = slices.DeleteFunc(slices.Clone(due), func(d app.Notice) bool {
		return !slices.ContainsFunc(told, func(t app.Notice) bool { return keyOf(t) == keyOf(d) })
	})
	if len(told) > 0 {
		l.owe(told)
		l.mark(told)
	}
	if sent {
		l.write(ctx)
	}
}

// forRoad is what one channel has to tell of a kind: what is due, and what it owes. It is not ready while it rests after a
// failure, and when it told of the kind within the hour.
func (l *look) forRoad(name, kind string, due []app.Notice) (list []app.Notice, ready bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.road(name)
	isDue := func(one app.Notice) bool {
		return slices.ContainsFunc(due, func(d app.Notice) bool { return keyOf(d) == keyOf(one) })
	}
	for _, one := range l.open {
		about := one.Kind == kind && (isDue(one) || r.lines[keyOf(one)].owed)
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

// note takes down what came of a message, and returns what the channel took. Receivers that were refused are not tried again:
// the others would get it twice.
func (l *look) note(name, kind string, list []app.Notice, err error) []app.Notice {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.road(name)
	_, partly := errors.AsType[*channel.PartlyError](err)
	switch {
	case err == nil || partly:
		r.works()
		r.told(kind, list, l.now)
		return list
	case unanswered(err):
		return r.maybeTold(kind, list, l.now)
	}
	r.fail(err, l.now)
	return nil
}

// unanswered reports whether a message went out and nobody knows whether it arrived.
func unanswered(err error) bool {
	e, ok := errors.AsType[*app.Error](err)
	return ok && e.Outcome == app.OutcomeUnknown
}

// owe lets every channel that did not tell what others told make up for it.
func (l *look) owe(told []app.Notice) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, name := range l.names {
		l.road(name).owes(told, l.now)
	}
}

// save keeps what came of a channel for the page. A desktop that nobody asked for may be missing: many machines have none, and
// that needs nobody.
func (l *look) save(ctx context.Context, name string, err error) {
	if err != nil && name == app.ChannelDesktop && !l.wished {
		l.Log.DebugContext(ctx, "no notice was shown on the desktop", "error", err)
		return
	}
	s := result(name, err, l.now)
	if s.OKAt.IsZero() {
		s.OKAt = l.sent[name].OKAt
	}
	l.sent[name], l.known.unsaved[name] = s, true
	if err != nil {
		l.Log.WarnContext(ctx, "a notice was not taken", "channel", name, "code", app.ErrorCode(err), "error", err)
	}
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
func (l *look) mended(ctx context.Context) {
	const name = app.ChannelEmail
	was := l.sent[name]
	if !slices.Contains(l.names, name) || was.Error == "" || reached(was) || !l.restless(name) {
		return
	}
	err := l.Probe(ctx)
	if ctx.Err() != nil {
		return // we are stopping
	}
	l.probed(name, err)
	if result(name, err, l.now).Error == was.Error {
		return // nothing new
	}
	l.save(ctx, name, err)
	l.write(ctx)
}

// probed takes down what a try showed that told nobody anything.
func (l *look) probed(name string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err == nil {
		l.road(name).works()
		return
	}
	l.road(name).fail(err, l.now)
}

// restless reports whether a channel may be tried now, to find out whether it works. One that took a message without an answer is
// not: only an answer to the next message tells.
func (l *look) restless(name string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.road(name)
	return !r.unsure && !l.now.Before(r.next)
}
