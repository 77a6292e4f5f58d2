package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"time"

	"psabridge/app"
	"psabridge/app/connect"
	"psabridge/app/psa"
	"psabridge/app/psa/connectwise"
	"psabridge/app/rest"
	"psabridge/app/secret"
	"psabridge/app/settings"
	"psabridge/app/setup"
	"psabridge/app/source"
	"psabridge/app/source/axcient"
	"psabridge/app/source/x360sync"
)

// psaAdapters is the one list of PSA systems. A new one is a package that passes psatest, and a line here.
func psaAdapters(log *slog.Logger) map[string]connect.PSAFactory {
	return map[string]connect.PSAFactory{
		"connectwise": {
			Host: func(c app.ConnectionSettings) (string, error) { return settings.Host(c.SiteURL), nil },
			New: func(ctx context.Context, c app.ConnectionSettings, secrets connect.Secrets, l *rest.Limiter) (psa.Client, error) {
				return newConnectWise(ctx, c, secrets, l, log)
			},
		},
	}
}

// sourceAdapters is the one list of sources that are read. A new one is a package that passes sourcetest, and a line
// here. An inbox is sent to and has none.
func sourceAdapters(s *setup.Setup, log *slog.Logger) map[string]connect.SourceFactory {
	var turns sync.Map // source → x360sync.Turn: what settings replaced may still be reading
	return map[string]connect.SourceFactory{
		settings.KindX360Sync: {
			PerMinute: x360sync.RequestsPerMinute,
			Host: func(c app.SourceSettings) (string, error) {
				return settings.Host(settings.SourceWithDefaults(c).Host), nil
			},
			New: func(ctx context.Context, c app.SourceSettings, secrets connect.Secrets, l *rest.Limiter) (source.Source, error) {
				turn, _ := turns.LoadOrStore(c.Name, x360sync.NewTurn())
				store := tokens{setup: s, source: c.Name, turn: turn.(x360sync.Turn)} //nolint:forcetypeassert // nothing else is in there
				return newX360Sync(ctx, settings.SourceWithDefaults(c), secrets, l, store, log)
			},
		},
		settings.KindAxcient: {
			PerMinute: axcient.RequestsPerMinute,
			Host: func(c app.SourceSettings) (string, error) {
				return settings.Host(settings.SourceWithDefaults(c).Host), nil
			},
			New: func(ctx context.Context, c app.SourceSettings, secrets connect.Secrets, l *rest.Limiter) (source.Source, error) {
				return newAxcient(ctx, settings.SourceWithDefaults(c), secrets, l, log)
			},
		},
	}
}

func newConnectWise(ctx context.Context, c app.ConnectionSettings, secrets connect.Secrets, l *rest.Limiter, log *slog.Logger) (psa.Client, error) {
	public, err := secrets.Need(ctx, "public_key")
	if err != nil {
		return nil, err
	}
	private, err := secrets.Need(ctx, "private_key")
	if err != nil {
		return nil, err
	}
	keys := connectwise.Keys{Public: public, Private: private}
	return connectwise.New(c, keys, clientID, l, connectwise.Options{UserAgent: userAgent(), Logger: log})
}

func newX360Sync(ctx context.Context, c app.SourceSettings, secrets connect.Secrets, l *rest.Limiter, store tokens, log *slog.Logger) (source.Source, error) {
	got := map[string]app.Secret{}
	for _, key := range secret.SourceKeys {
		v, err := secrets.Optional(ctx, key)
		if err != nil {
			return nil, err
		}
		got[key] = v
	}
	entered, err := enteredAt(ctx, store.setup, c.Name)
	if err != nil {
		return nil, err
	}
	return x360sync.New(x360sync.Config{
		Name: c.Name, Host: c.Host, TopOrganization: c.TopOrganization, AllowPrivateNetwork: c.AllowPrivateNetwork, CAFile: c.CAFile,
		Credentials: x360sync.Credentials{
			Username: got["username"].Reveal(), Password: got["password"], AuthCode: got["auth_code"],
			ClientID: got["client_id"].Reveal(), ClientSecret: got["client_secret"], EnteredAt: entered,
		},
		Tokens: store, Turn: store.turn, UserAgent: userAgent(), Limiter: l, Logger: log,
	})
}

func newAxcient(ctx context.Context, c app.SourceSettings, secrets connect.Secrets, l *rest.Limiter, log *slog.Logger) (source.Source, error) {
	key, err := secrets.Need(ctx, "api_key")
	if err != nil {
		return nil, err
	}
	return axcient.New(axcient.Config{
		Name: c.Name, Host: c.Host, APIKey: key, AllowPrivateNetwork: c.AllowPrivateNetwork, CAFile: c.CAFile,
		UserAgent: userAgent(), Limiter: l, Logger: log,
	})
}

// enteredAt is when a person last entered anything of a source's sign-in: entering the same password again is a wish
// to try it again.
func enteredAt(ctx context.Context, s *setup.Setup, name string) (newest time.Time, err error) {
	records, err := s.Secrets(ctx)
	for _, r := range records {
		owner, perr := secret.ParseName(r.Name)
		if perr == nil && !owner.Connection && owner.Name == name && r.SetAt.After(newest) {
			newest = r.SetAt
		}
	}
	return newest, err
}

// tokens keeps a source's rotating sign-in in the keychain.
type tokens struct {
	setup  *setup.Setup
	source string
	turn   x360sync.Turn
}

// Load implements x360sync.TokenStore.
func (t tokens) Load(ctx context.Context) (x360sync.Token, error) {
	var token x360sync.Token
	v, err := t.setup.Token(ctx, t.source)
	switch app.ErrorCode(err) {
	case "":
		return token, json.Unmarshal([]byte(v.Reveal()), &token)
	case app.NotFound:
		return token, nil
	default:
		return token, err
	}
}

// Save implements x360sync.TokenStore.
func (t tokens) Save(ctx context.Context, token x360sync.Token) error {
	b, err := json.Marshal(token) //nolint:gosec // goes into the keychain and nowhere else
	if err != nil {
		return err
	}
	return t.setup.SaveToken(ctx, t.source, app.Secret(b))
}

func userAgent() string { return "psabridge/" + version }
