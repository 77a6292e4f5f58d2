package notify_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/channel"
	"psabridge/app/notify"
)

func late() error {
	return &app.Error{Code: app.Unavailable, Outcome: app.OutcomeUnknown, Message: "No answer in time; it may have arrived."}
}

// TestASlowAnswerIsNotToldAllDay: a chat that takes each message and answers too late gets it once more, after the quiet hour, and
// that is that; also when the bridge was started anew in between. The page says that it does not answer.
func TestASlowAnswerIsNotToldAllDay(t *testing.T) {
	for name, restart := range map[string]bool{"": false, "started anew": true} {
		t.Run(name, func(t *testing.T) {
			w := newStoredWorld(t)
			w.fails[app.ChannelWebhook] = late()
			w.need("parked", "a")
			w.pass(30 * time.Minute)
			if restart {
				w.restart()
			}
			w.pass(2 * time.Hour)
			w.every = 20 * time.Minute
			w.pass(22 * time.Hour)
			if want := minutes(1, 61); !slices.Equal(w.tried[app.ChannelWebhook], want) {
				t.Errorf("posted at %v, want %v", w.tried[app.ChannelWebhook], want)
			}
			if r := w.result(app.ChannelWebhook); !strings.Contains(r.Error, "may have arrived") {
				t.Errorf("%+v", r)
			}
			w.want(app.ChannelDesktop, "1 About a")
			w.need("parked", "b")
			w.fails[app.ChannelWebhook] = nil
			w.pass(2 * time.Hour)
			if got := w.by(app.ChannelWebhook); len(got) != 1 || !strings.HasSuffix(got[0], "About b") {
				t.Errorf("told %q", got)
			}
		})
	}
}

// TestASlowAnswerOfTheOnlyRoad counts as told with the second copy, and not before.
func TestASlowAnswerOfTheOnlyRoad(t *testing.T) {
	w := newStoredWorld(t)
	off := false
	w.doc.Notify.Desktop, w.doc.Notify.Email.To = &off, nil
	w.fails[app.ChannelWebhook] = late()
	w.need("parked", "a")
	for _, want := range []bool{false, true} {
		w.pass(time.Hour)
		open, err := w.store.Notices(t.Context())
		if err != nil || len(open) != 1 || !open[0].ToldAt.IsZero() != want {
			t.Errorf("%+v, %v, told %t", open, err, want)
		}
		w.now = w.now.Add(5 * time.Minute)
	}
	w.every = time.Hour
	w.pass(6 * 24 * time.Hour)
	if n := len(w.tried[app.ChannelWebhook]); n != 2 {
		t.Errorf("posted %d times", n)
	}
}

// TestTheSecondCopyIsKnownAsOne: it carries the Message-ID of the first; what is told a week later does not, and only that says so.
func TestTheSecondCopyIsKnownAsOne(t *testing.T) {
	w := newStoredWorld(t)
	w.seen, w.doc.Notify.Webhook.Kind = true, ""
	w.fails[app.ChannelEmail] = late()
	w.need("parked", "a")
	w.pass(2 * time.Hour)
	w.every = 30 * time.Minute
	w.pass(8 * 24 * time.Hour)
	var mails []sent
	for _, s := range w.sent {
		if s.Channel == app.ChannelEmail {
			mails = append(mails, s)
		}
	}
	if len(mails) != 4 || mails[0].ID != mails[1].ID || mails[2].ID != mails[3].ID || mails[0].ID == mails[2].ID {
		t.Fatalf("%+v", mails)
	}
	for i, m := range mails {
		if strings.Contains(m.Text, "a week ago") != (i == 2) {
			t.Errorf("copy %d says %q", i, m.Text)
		}
	}
}

// TestWhatIsOwedOutlivesARestart: the desktop of a machine that nobody sits at took the notice, and the machine restarts for its
// updates before the mail server is back.
func TestWhatIsOwedOutlivesARestart(t *testing.T) {
	w := newStoredWorld(t)
	w.doc.Notify.Webhook.Kind = ""
	w.fails[app.ChannelEmail] = down()
	w.need("blocked", "cw")
	w.pass(10 * time.Minute)
	w.restart()
	w.fails[app.ChannelEmail] = nil
	w.pass(3 * time.Hour)
	w.want(app.ChannelEmail, "10 psabridge: About cw")
	w.want(app.ChannelDesktop, "1 About cw")
	w.restart()
	w.pass(3 * time.Hour)
	w.want(app.ChannelEmail, "10 psabridge: About cw")
}

// TestOneFullMailboxIsNotWaitedFor: the server puts one receiver of the notices off, again and again; the others are told.
func TestOneFullMailboxIsNotWaitedFor(t *testing.T) {
	w := newWorld(t)
	w.fails[app.ChannelEmail] = &channel.DeferredError{Err: down()}
	w.seen = true
	w.need("parked", "a")
	w.pass(30 * time.Minute)
	var without []bool
	for _, s := range w.sent {
		if s.Channel == app.ChannelEmail {
			without = append(without, s.WithoutLate)
		}
	}
	if len(without) < 4 || without[0] || without[2] || !without[3] {
		t.Errorf("%v", without)
	}
}

// fullDisk is a store that cannot be written, or not even read, while w says so.
type fullDisk struct {
	notify.Store
	full, gone *bool
}

var errFull = errors.New("database or disk is full (13)")

func (f fullDisk) write(do func() error) error {
	if *f.full || *f.gone {
		return errFull
	}
	return do()
}

func (f fullDisk) SyncNotices(ctx context.Context, current []app.Notice, now time.Time) error {
	return f.write(func() error { return f.Store.SyncNotices(ctx, current, now) })
}

func (f fullDisk) SaveNoticeSent(ctx context.Context, n app.NoticeSent) error {
	return f.write(func() error { return f.Store.SaveNoticeSent(ctx, n) })
}

func (f fullDisk) MarkTold(ctx context.Context, ids []int64, now time.Time) error {
	return f.write(func() error { return f.Store.MarkTold(ctx, ids, now) })
}

func (f fullDisk) SaveNoticesTold(ctx context.Context, list []app.NoticeTold) error {
	return f.write(func() error { return f.Store.SaveNoticesTold(ctx, list) })
}

func (f fullDisk) Notices(ctx context.Context) ([]app.Notice, error) {
	if *f.gone {
		return nil, errFull
	}
	return f.Store.Notices(ctx)
}

// newFullDisk is a world on a real store whose disk fills up and is emptied again.
func newFullDisk(t *testing.T) (w *world, full, gone *bool) {
	t.Helper()
	w, full, gone = newStoredWorld(t), new(bool), new(bool)
	w.store = fullDisk{w.store, full, gone}
	w.restart()
	return w, full, gone
}

// passBroken is pass with a store that fails.
func (w *world) passBroken(d time.Duration) (failed int) {
	w.t.Helper()
	for end := w.now.Add(d); w.now.Before(end); w.now = w.now.Add(w.every) {
		if w.notify.Look(w.t.Context(), w.now) != nil {
			failed++
		}
	}
	return failed
}

// TestTheDiskIsFull: people are told all the same, of that too, and nothing twice; when it has room again the store knows what they
// were told.
func TestTheDiskIsFull(t *testing.T) {
	w, full, _ := newFullDisk(t)
	w.need("parked", "a")
	w.pass(5 * time.Minute)
	*full = true
	w.need("source_unreadable", "sync")
	if n := w.passBroken(3 * time.Hour); n != 180 {
		t.Errorf("%d looks say that they failed", n)
	}
	for _, name := range []string{app.ChannelEmail, app.ChannelWebhook} {
		w.want(name, "1 psabridge: About a", "6 psabridge: About sync", "6 psabridge: psabridge cannot write its database")
	}
	w.want(app.ChannelDesktop, "1 About a", "6 About sync", "6 psabridge cannot write its database")
	*full = false
	w.pass(time.Hour)
	w.restart()
	w.pass(2 * time.Hour)
	w.want(app.ChannelDesktop, "1 About a", "6 About sync", "6 psabridge cannot write its database")
	open, err := w.store.Notices(t.Context())
	if err != nil || len(open) != 2 || !open[1].ToldAt.Equal(start.Add(6*time.Minute)) {
		t.Errorf("%+v, %v", open, err)
	}
	if r := w.result(app.ChannelEmail); !r.At.Equal(start.Add(6 * time.Minute)) {
		t.Errorf("%+v", r)
	}
}

// TestTheDiskIsFullNowAndThen: of that people are told at most once an hour, and never when the next look succeeds.
func TestTheDiskIsFullNowAndThen(t *testing.T) {
	w, full, _ := newFullDisk(t)
	for i := range 360 {
		*full = i%4 < 3
		w.needs = nil
		w.need("parked", strings.Repeat("x", i+1)) // each time there is something to write
		w.passBroken(time.Minute)
	}
	n := 0
	for _, told := range w.by(app.ChannelDesktop) {
		if strings.Contains(told, "database") {
			n++
		}
	}
	if n < 5 || n > 6 {
		t.Errorf("told %d times in six hours: %q", n, w.by(app.ChannelDesktop))
	}
	w, full, _ = newFullDisk(t)
	for i := range 60 {
		*full = i%2 == 0
		w.needs = nil
		w.need("parked", strings.Repeat("x", i+1))
		w.passBroken(time.Minute)
	}
	for _, told := range w.by(app.ChannelDesktop) {
		if strings.Contains(told, "database") {
			t.Errorf("told %q", told)
		}
	}
}

// TestTheDatabaseCannotBeRead: what stood before is not taken for mended, whatever fails.
func TestTheDatabaseCannotBeRead(t *testing.T) {
	for name, needs := range map[string]bool{"the store": false, "the pages": true} {
		t.Run(name, func(t *testing.T) {
			w, _, gone := newFullDisk(t)
			w.need("parked", "a")
			w.pass(5 * time.Minute)
			*gone = !needs
			if needs {
				w.restart()
				w.needsErr = errFull
			}
			w.passBroken(3 * time.Hour)
			w.want(app.ChannelEmail, "1 psabridge: About a", "6 psabridge: psabridge cannot read its database")
			*gone, w.needsErr = false, nil
			w.pass(3 * time.Hour)
			w.want(app.ChannelEmail, "1 psabridge: About a", "6 psabridge: psabridge cannot read its database")
		})
	}
}
