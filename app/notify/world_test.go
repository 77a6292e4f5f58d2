package notify_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/channel"
	"psabridge/app/notify"
	"psabridge/store/storetest"
)

var start = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

const canary = "canary-secret-5f2e"

// sent is a message a channel took.
type sent struct {
	At      time.Duration // since start
	Channel string
	channel.Message
}

// world is a bridge with something to tell, and a clock of its own.
type world struct {
	t        *testing.T
	store    notify.Store
	notify   *notify.Notify
	now      time.Time
	doc      app.Settings
	secrets  map[string]app.Secret
	needs    []app.Notice
	needsErr error
	seen     bool // what is not answered arrives all the same
	atOnce   bool
	demo     bool
	sent     []sent
	tried    map[string][]time.Duration
	fails    map[string]error // by channel
	probes   int
	log      bytes.Buffer
	writes   int
	every    time.Duration // between two looks
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{
		t: t, now: start, every: time.Minute, store: &memory{}, fails: map[string]error{}, tried: map[string][]time.Duration{},
		secrets: map[string]app.Secret{app.SecretSMTPPassword: canary, app.SecretWebhookURL: "https://hooks.example.com/" + canary},
	}
	on := true
	w.doc.Notify = app.NotifySettings{
		Email:   app.EmailSettings{To: []string{"noc@example.com"}, SMTP: app.SMTPSettings{Host: "smtp.example.com", User: "bridge@example.com"}},
		Webhook: app.WebhookSettings{Kind: app.WebhookTeams}, Desktop: &on,
	}
	w.restart()
	return w
}

// newStoredWorld is newWorld on a real store.
func newStoredWorld(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.store = storetest.OpenAt(t, t.TempDir(), func() time.Time { return w.now })
	w.restart()
	return w
}

// counting counts what is written.
type counting struct {
	notify.Store
	w *world
}

func (c counting) SyncNotices(ctx context.Context, current []app.Notice, now time.Time) error {
	c.w.writes++
	return c.Store.SyncNotices(ctx, current, now)
}

func (c counting) MarkTold(ctx context.Context, ids []int64, now time.Time) error {
	c.w.writes++
	return c.Store.MarkTold(ctx, ids, now)
}

func (c counting) SaveNoticesTold(ctx context.Context, list []app.NoticeTold) error {
	c.w.writes++
	return c.Store.SaveNoticesTold(ctx, list)
}

func (c counting) SaveNoticeSent(ctx context.Context, n app.NoticeSent) error {
	c.w.writes++
	return c.Store.SaveNoticeSent(ctx, n)
}

// restart is a new process on the same store.
func (w *world) restart() {
	w.notify = notify.New(notify.Deps{
		Store:    counting{w.store, w},
		Settings: func(context.Context) (app.Settings, error) { return w.doc, nil },
		Secret: func(_ context.Context, name string) (app.Secret, error) {
			if v, ok := w.secrets[name]; ok {
				return v, nil
			}
			return "", app.Errorf(app.NotFound, "%s is not in the keychain.", name)
		},
		Open: func(name string, _ app.NotifySettings, _ app.Secret) (channel.Channel, error) {
			return road{w, name}, nil
		},
		Needs:  func(context.Context) ([]app.Notice, error) { return w.needs, w.needsErr },
		AtOnce: func(app.Notice) bool { return w.atOnce },
		Page:   func(path string) string { return "http://psabridge.localhost" + path }, NoDesktop: w.demo,
		Now: func() time.Time { return w.now }, Log: slog.New(slog.NewTextHandler(&w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
}

// road is a channel of the world.
type road struct {
	w    *world
	name string
}

// Send implements channel.Channel.
func (r road) Send(_ context.Context, m channel.Message) error {
	at := r.w.now.Sub(start)
	r.w.tried[r.name] = append(r.w.tried[r.name], at)
	err := r.w.fails[r.name]
	if _, partly := err.(*channel.PartlyError); err == nil || partly || r.w.seen { //nolint:errorlint // put there by the test
		r.w.sent = append(r.w.sent, sent{at, r.name, m})
	}
	return err
}

// Probe implements channel.Prober.
func (r road) Probe(context.Context) error {
	r.w.probes++
	return r.w.fails[r.name]
}

// pass lets time pass, looking every so often.
func (w *world) pass(d time.Duration) {
	w.t.Helper()
	for end := w.now.Add(d); w.now.Before(end); {
		w.look()
		w.now = w.now.Add(w.every)
	}
}

func (w *world) look() {
	w.t.Helper()
	if err := w.notify.Look(w.t.Context(), w.now); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) need(kind string, subjects ...string) {
	for _, s := range subjects {
		w.needs = append(w.needs, app.Notice{Kind: kind, Subject: s, Title: "About " + s + ".", Text: "Mend " + s + ".", Page: "/" + kind})
	}
}

// by lists what one channel took, as "minute title".
func (w *world) by(name string) (out []string) {
	for _, s := range w.sent {
		if s.Channel == name {
			out = append(out, fmt.Sprintf("%d %s", int(s.At.Minutes()), s.Title))
		}
	}
	return out
}

func (w *world) want(name string, want ...string) {
	w.t.Helper()
	if got := w.by(name); !slices.Equal(got, want) {
		w.t.Errorf("%s told %q, want %q", name, got, want)
	}
}

// result is what the page shows of a channel.
func (w *world) result(name string) app.NoticeSent {
	w.t.Helper()
	list, err := w.store.NoticesSent(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	for _, one := range list {
		if one.Channel == name {
			return one
		}
	}
	return app.NoticeSent{}
}

// quietAboutSecrets looks for secrets in whatever was said.
func (w *world) quietAboutSecrets() {
	w.t.Helper()
	if said := w.log.String() + fmt.Sprintf("%+v", w.sent); strings.Contains(said, canary) {
		w.t.Errorf("a secret in %s", said)
	}
}

func down() error {
	return &app.Error{Code: app.Unavailable, Outcome: app.OutcomeNone, Message: "Nobody answers."}
}

func minutes(at ...int) (out []time.Duration) {
	for _, m := range at {
		out = append(out, time.Duration(m)*time.Minute)
	}
	return out
}
