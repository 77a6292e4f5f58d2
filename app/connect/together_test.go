package connect

import (
	"context"
	"fmt"
	"testing"

	"psabridge/app"
	"psabridge/app/rest"
	"psabridge/app/source"
)

// pair is a source with what it was made of.
type pair struct {
	source.Source
	name, password app.Secret
}

// TestAClientHasSecretsOfOneTime: a client that is made while a user name and its password are replaced has both as they were,
// or both as they are. With one of each a vendor refuses, and may lock the account.
func TestAClientHasSecretsOfOneTime(t *testing.T) {
	r := newRig(t)
	var made []pair
	reading := make(chan struct{}, 1)
	r.config.Sources["x360sync"] = SourceFactory{
		Host: func(s app.SourceSettings) (string, error) { return s.Host, nil },
		New: func(ctx context.Context, _ app.SourceSettings, secrets Secrets, _ *rest.Limiter) (source.Source, error) {
			var p pair
			var err error
			if p.name, err = secrets.Optional(ctx, "username"); err != nil {
				return nil, err
			}
			select {
			case reading <- struct{}{}:
			default:
			}
			p.password, err = secrets.Optional(ctx, "password")
			made = append(made, p)
			return p, err
		},
	}
	enter := func(n int) error {
		return r.vault.Together(func() error {
			for _, key := range []string{"username", "password"} {
				if err := r.vault.Set(t.Context(), "sources/sync/"+key, app.Secret(fmt.Sprint("value", n)), "s.example", r.now); err != nil {
					return err
				}
			}
			return nil
		})
	}
	for n := range 100 {
		entered := make(chan error, 1)
		go func() {
			<-reading // between the two
			entered <- enter(n)
		}()
		r.Forget("sync")
		if _, err := r.Source(t.Context(), "sync"); err != nil {
			t.Fatal(err)
		}
		if err := <-entered; err != nil {
			t.Fatal(err)
		}
	}
	for i, p := range made {
		if p.name != p.password {
			t.Errorf("client %d: user name %q, password %q", i, p.name.Reveal(), p.password.Reveal())
		}
	}
}
