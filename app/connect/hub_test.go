package connect

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/psa"
	"psabridge/app/rest"
	"psabridge/app/secret"
	"psabridge/app/source"
)

// records is where the vault notes what it holds.
type records map[string]app.SecretRecord

func (r records) SecretRecords(context.Context) (all []app.SecretRecord, err error) {
	for _, one := range r {
		all = append(all, one)
	}
	return all, nil
}

func (r records) SecretRecord(_ context.Context, name string) (app.SecretRecord, error) {
	one, ok := r[name]
	if !ok {
		return one, app.Errorf(app.NotFound, "The secret %s is not set.", name)
	}
	return one, nil
}

func (r records) SaveSecretRecord(_ context.Context, one app.SecretRecord) error {
	r[one.Name] = one
	return nil
}

func (r records) DeleteSecretRecord(_ context.Context, name string) error {
	delete(r, name)
	return nil
}

// fakePSA answers what it is told to.
type fakePSA struct {
	psa.Client
	public  app.Secret
	limiter *rest.Limiter
	err     error
}

func (f *fakePSA) Boards(context.Context) ([]app.Option, error) { return nil, f.err }

type fakeSource struct{ source.Source }

func (fakeSource) Check(context.Context) (source.Account, error) {
	return source.Account{Name: "a"}, nil
}

// rig is a hub over a document and a vault that a test changes.
type rig struct {
	*Hub
	mu    sync.Mutex
	doc   app.Settings
	rev   int64
	vault *secret.Vault
	made  []*fakePSA
	now   time.Time
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{rev: 1, vault: secret.NewVault(secret.NewMemory(), records{}), now: time.Date(2026, 11, 5, 6, 0, 0, 0, time.UTC)}
	r.doc = app.Settings{
		Connections: []app.ConnectionSettings{{Name: "cw", System: "connectwise", SiteURL: "a.example", CompanyID: "acme"}},
		Sources:     []app.SourceSettings{{Name: "sync", Kind: "x360sync", Host: "s.example"}},
	}
	r.Hub = New(Config{
		Settings: func(context.Context) (app.Settings, int64, error) {
			r.mu.Lock()
			defer r.mu.Unlock()
			return r.doc, r.rev, nil
		},
		Secrets: r.vault, Now: func() time.Time { return r.now },
		PSA: map[string]PSAFactory{"connectwise": {
			Host: func(s app.ConnectionSettings) (string, error) { return s.SiteURL, nil },
			New: func(ctx context.Context, _ app.ConnectionSettings, secrets Secrets, l *rest.Limiter) (psa.Client, error) {
				public, err := secrets.Need(ctx, "public_key")
				if err != nil {
					return nil, err
				}
				r.made = append(r.made, &fakePSA{public: public, limiter: l})
				return r.made[len(r.made)-1], nil
			},
		}},
		Sources: map[string]SourceFactory{"x360sync": {
			Host: func(s app.SourceSettings) (string, error) { return s.Host, nil },
			New: func(ctx context.Context, _ app.SourceSettings, secrets Secrets, _ *rest.Limiter) (source.Source, error) {
				_, err := secrets.Optional(ctx, "client_secret")
				return fakeSource{}, err
			},
		}},
	})
	r.set(t, "connections/cw/public_key", "first", "a.example")
	return r
}

func (r *rig) set(t *testing.T, name string, v app.Secret, host string) {
	t.Helper()
	if err := r.vault.Set(t.Context(), name, v, host, r.now); err != nil {
		t.Fatal(err)
	}
}

func (r *rig) edit(change func(*app.Settings)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	doc := r.doc
	doc.Connections = append([]app.ConnectionSettings{}, doc.Connections...)
	change(&doc)
	r.doc = doc
	r.rev++
}

func (r *rig) client(t *testing.T) *fakePSA {
	t.Helper()
	c, err := r.PSA(t.Context(), "cw")
	if err != nil {
		t.Fatal(err)
	}
	return c.(watchedPSA).client.(*fakePSA)
}

func TestClientIsMadeAnewWhenItsRowOrSecretChanges(t *testing.T) {
	r := newRig(t)
	first := r.client(t)
	r.edit(func(d *app.Settings) { d.Alerts = []app.AlertRule{{Name: "another part of the document"}} })
	if r.client(t) != first {
		t.Error("a change elsewhere made a new client")
	}
	r.edit(func(d *app.Settings) { d.Connections[0].CompanyID = "other" })
	second := r.client(t)
	if second == first || second.limiter != first.limiter {
		t.Error("a changed row makes a new client on the same limiter")
	}
	r.set(t, "connections/cw/public_key", "second", "a.example")
	r.Forget("cw")
	if c := r.client(t); c == second || c.public.Reveal() != "second" || c.limiter != first.limiter {
		t.Error("a changed secret makes a new client on the same limiter")
	}
}

func TestWaitSurvivesARebuildButNotAnotherHost(t *testing.T) {
	r := newRig(t)
	c := r.client(t)
	c.limiter.Pause(time.Minute)
	r.Forget("cw")
	if c = r.client(t); c.limiter.Paused() == 0 {
		t.Error("what the vendor asked for was forgotten")
	}
	r.set(t, "connections/cw/public_key", "new", "b.example")
	r.edit(func(d *app.Settings) { d.Connections[0].SiteURL = "b.example" })
	if c = r.client(t); c.limiter.Paused() != 0 {
		t.Error("another host never asked us to wait")
	}
}

func TestRefusals(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*testing.T, *rig)
		code   app.Code
		words  string
	}{
		"no such connection": {func(_ *testing.T, r *rig) { r.edit(func(d *app.Settings) { d.Connections = nil }) }, app.NotFound, "“cw”"},
		"unknown system":     {func(_ *testing.T, r *rig) { r.edit(func(d *app.Settings) { d.Connections[0].System = "x" }) }, app.Invalid, "does not know"},
		"missing key": {func(t *testing.T, r *rig) {
			if err := r.vault.Delete(t.Context(), "connections/cw/public_key"); err != nil {
				t.Fatal(err)
			}
		}, app.Unauthorized, "The public key of the connection “cw” is not set."},
		"another host": {
			func(_ *testing.T, r *rig) {
				r.edit(func(d *app.Settings) { d.Connections[0].SiteURL = "evil.example" })
			}, app.Unauthorized,
			"The public key of the connection “cw” was entered for a.example, and the address is now evil.example.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			tc.change(t, r)
			_, err := r.PSA(t.Context(), "cw")
			if app.ErrorCode(err) != tc.code || !strings.Contains(app.ErrorMessage(err), tc.words) {
				t.Errorf("got %v", err)
			}
			if err != nil && strings.Contains(err.Error(), "first") {
				t.Error("the error shows the secret")
			}
			if tc.code == app.Unauthorized && r.ConnectionHealth("cw").State != Blocked {
				t.Errorf("health %+v", r.ConnectionHealth("cw"))
			}
		})
	}
}

func TestSource(t *testing.T) {
	r := newRig(t)
	s, err := r.Source(t.Context(), "sync")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Check(t.Context()); err != nil || r.SourceHealth("sync").State != OK {
		t.Errorf("%v, %+v", err, r.SourceHealth("sync"))
	}
	again, _ := r.Source(t.Context(), "sync")
	if reflect.TypeOf(again) != reflect.TypeOf(s) {
		t.Error("another client")
	}
	if _, err := r.Source(t.Context(), "cw"); app.ErrorCode(err) != app.NotFound {
		t.Errorf("got %v", err)
	}
}

func TestHealth(t *testing.T) {
	r := newRig(t)
	c := r.client(t)
	live, _ := r.PSA(t.Context(), "cw")
	start := r.now
	for _, step := range []struct {
		err   error
		state State
	}{
		{nil, OK},
		{app.Errorf(app.Unavailable, "It does not answer."), Down},
		{app.Errorf(app.NotFound, "That ticket is gone."), OK},
		{app.Errorf(app.Unauthorized, "The keys are wrong."), Blocked},
		{app.Errorf(app.Invalid, "Not a quantity."), Blocked},
		{&app.Error{Code: app.Unavailable, Message: "Cancelled.", Err: context.Canceled}, Blocked},
		{&app.Error{Code: app.RateLimited, Message: "Wait.", RetryAfter: time.Minute}, Blocked},
		{app.Errorf(app.Forbidden, "A right is missing."), OK},
	} {
		r.now = r.now.Add(time.Second)
		c.err = step.err
		if _, err := live.Boards(t.Context()); !errors.Is(err, step.err) {
			t.Fatalf("the error was changed: %v", err)
		}
		h := r.ConnectionHealth("cw")
		if h.State != step.state || (h.State == OK) != (h.LastError == "") || h.LastOKAt.Before(start) {
			t.Errorf("after %v: %+v", step.err, h)
		}
		if app.ErrorCode(step.err) == app.RateLimited && !h.Until.Equal(r.now.Add(time.Minute)) {
			t.Errorf("until %v", h.Until)
		}
	}
	if r.ConnectionHealth("never used") != (Health{}) {
		t.Error("a name that was never used has no health")
	}
}

// TestEveryMethodIsWatched: a method that is not would leave the page saying "ok" while nothing works.
func TestEveryMethodIsWatched(t *testing.T) {
	quiet := map[string]bool{"TicketURL": true, "AgreementURL": true, "Identify": true}
	typ := reflect.TypeFor[psa.Client]()
	for method := range typ.Methods() {
		name := method.Name
		if quiet[name] {
			continue
		}
		noted := 0
		w := reflect.ValueOf(watchedPSA{client: nothing{}, note: func(error) { noted++ }}).MethodByName(name)
		args := make([]reflect.Value, w.Type().NumIn())
		for i := range args {
			args[i] = reflect.Zero(w.Type().In(i))
		}
		w.Call(args)
		if noted != 1 {
			t.Errorf("%s was noted %d times", name, noted)
		}
	}
}

func TestOneClientForManyAtOnce(t *testing.T) {
	r := newRig(t)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := r.PSA(context.Background(), "cw"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if len(r.made) != 1 {
		t.Errorf("%d clients were made", len(r.made))
	}
}
