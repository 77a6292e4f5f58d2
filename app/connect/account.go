package connect

import (
	"context"
	"slices"
	"sync"

	"psabridge/app/source"
)

// accounts keeps what each source said of itself when it was last asked who we are.
type accounts struct {
	mu  sync.Mutex
	all map[string]source.Account
}

func (a *accounts) note(name string, who source.Account) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.all == nil {
		a.all = map[string]source.Account{}
	}
	a.all[name] = who
}

func (a *accounts) of(name string) source.Account {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.all[name]
}

// SourceNotes are what a source last said about its sign-in, e.g. a permission its key lacks. It asks nothing.
func (h *Hub) SourceNotes(name string) []string { return slices.Clone(h.accounts.of(name).Notes) }

// CheckSource asks a source who we are.
func (h *Hub) CheckSource(ctx context.Context, name string) (source.Account, error) {
	client, err := h.Source(ctx, name)
	if err != nil {
		return source.Account{}, err
	}
	return client.Check(ctx)
}
