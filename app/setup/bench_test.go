package setup_test

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/psa"
	"psabridge/app/psa/connectwise"
	"psabridge/app/rest"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
	"psabridge/app/secret"
	"psabridge/app/settings"
	"psabridge/app/setup"
	"psabridge/store"
	"psabridge/store/storetest"
)

var morning = time.Date(2026, 11, 5, 6, 0, 0, 0, time.UTC)

// bench is the use case on a real store and a real adapter, against a sandbox ConnectWise.
type bench struct {
	*setup.Setup
	store    *store.Store
	cw       *sandbox.ConnectWise
	keychain *secret.Memory
	url      string

	mu      sync.Mutex
	time    time.Time
	changed []setup.Changed
	wrap    func(psa.Client) psa.Client
}

func (b *bench) now() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.time
}

func (b *bench) advance(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.time = b.time.Add(d)
}

func newBench(tb testing.TB, opts sandbox.Options) *bench {
	tb.Helper()
	b := &bench{store: storetest.Open(tb), keychain: secret.NewMemory(), time: morning, wrap: func(c psa.Client) psa.Client { return c }}
	if opts.Now == nil {
		opts.Now = b.now
	}
	msp := opts.MSP
	if msp == nil {
		msp = sample.New(1, morning)
	}
	b.cw = sandbox.NewConnectWise(msp, opts)
	server := httptest.NewServer(b.cw)
	tb.Cleanup(server.Close)
	b.url = server.URL
	b.Setup = setup.New(setup.Deps{
		Store: b.store, Vault: secret.NewVault(b.keychain, b.store), Client: b.client, Now: b.now, Zone: func() string { return "America/New_York" },
	})
	b.OnChange(func(_ context.Context, c setup.Changed) { b.changed = append(b.changed, c) })
	return b
}

// client does what package connect does, without keeping clients.
func (b *bench) client(ctx context.Context, name string) (psa.Client, error) {
	doc, _, err := b.Document(ctx)
	if err != nil {
		return nil, err
	}
	conn, _ := settings.ConnectionByName(doc, name)
	var keys connectwise.Keys
	if keys.Public, err = b.Secret(ctx, secret.ConnectionName(name, "public_key")); err != nil {
		return nil, err
	}
	if keys.Private, err = b.Secret(ctx, secret.ConnectionName(name, "private_key")); err != nil {
		return nil, err
	}
	c, err := connectwise.New(conn, keys, sample.ClientID, rest.NewLimiter(1_000_000, 0), connectwise.Options{Backoff: func(int) time.Duration { return 0 }})
	if err != nil {
		return nil, err
	}
	return b.wrap(c), nil
}

// sampled is a bench with the sample's whole document, secrets and organizations.
func sampled(t *testing.T, opts sandbox.Options) *bench {
	t.Helper()
	b := newBench(t, opts)
	b.settle(t)
	return b
}

// settle gives a bench the sample's document and keys, for the address it has now.
func (b *bench) settle(tb testing.TB) {
	tb.Helper()
	document := sample.New(1, morning).Settings(b.url, "http://127.0.0.1:1")
	if _, err := b.Replace(tb.Context(), "test", document, false, false); err != nil {
		tb.Fatal(err)
	}
	b.secrets(tb)
}

func (b *bench) replace(t *testing.T, document string) {
	t.Helper()
	if _, err := b.Replace(t.Context(), "test", []byte(document), false, false); err != nil {
		t.Fatal(err)
	}
}

func (b *bench) secrets(tb testing.TB) {
	tb.Helper()
	for _, s := range sample.Secrets() {
		if err := b.SetSecret(tb.Context(), s.Name, app.Secret(s.Value)); err != nil {
			tb.Fatal(err)
		}
	}
}

// organizations stores what a source showed: pairs of id and name, all below the first.
func (b *bench) organizations(t *testing.T, pairs ...string) {
	t.Helper()
	const source = "sync"
	batch := app.Batch{Source: source, ReadAt: b.now(), OrganizationsComplete: true}
	for pair := range slices.Chunk(pairs, 2) {
		o := app.Organization{Source: source, ExternalID: pair[0], Name: pair[1], State: app.OrganizationPresent, Active: true}
		if len(batch.Organizations) > 0 {
			o.ParentExternalID = pairs[0]
		}
		batch.Organizations = append(batch.Organizations, o)
	}
	if _, err := b.store.Ingest(t.Context(), batch, b.now(), func(app.AlertState) app.AlertDecision { return app.AlertDecision{} }); err != nil {
		t.Fatal(err)
	}
}

func (b *bench) row(t *testing.T, id string) app.OrganizationRow {
	t.Helper()
	row, err := b.store.OrganizationByExternalID(t.Context(), "sync", id)
	if err != nil {
		t.Fatal(err)
	}
	return row
}

func (b *bench) edit(t *testing.T, change func(*app.Settings)) {
	t.Helper()
	if _, _, err := b.Edit(t.Context(), "test", func(doc *app.Settings) error { change(doc); return nil }); err != nil {
		t.Fatal(err)
	}
}

// parked stores a ticket delivery that waits for a person.
func (b *bench) parked(t *testing.T) {
	t.Helper()
	_, err := b.store.Ingest(t.Context(), app.Batch{
		Source: "sync", ReadAt: b.now(), OrganizationsComplete: true, Organizations: []app.Organization{{Source: "sync", ExternalID: "1", Name: "A", State: app.OrganizationPresent}},
	}, b.now(), func(app.AlertState) app.AlertDecision {
		payload := app.TicketPayload{Source: "sync", OrganizationID: "1", Summary: "Down"}
		return app.AlertDecision{
			Tickets:    []app.Ticket{{XRef: "x-1", ScopeKey: "k", Connection: "cw", State: app.TicketPending, OpenedAt: b.now()}},
			Deliveries: []app.DecidedDelivery{{DedupKey: "d", Kind: app.DeliverTicketCreate, Connection: "cw", TicketXRef: "x-1", Payload: payload}},
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

const document = `version: 1
sources: [{name: sync, kind: x360sync, host: "https://syncedtool.com"}]
connections:
- {name: cw, system: connectwise, site_url: https://na.myconnectwise.net, company_id: acme, billing: {enabled: true, products: {storage: S}}}
`

func code(err error) app.Code { return app.ErrorCode(err) }

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func contains(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing in %q", part, text)
		}
	}
}
