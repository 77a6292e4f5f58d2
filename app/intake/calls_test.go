package intake_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"psabridge/app"
	"psabridge/app/intake"
	"psabridge/app/source"
)

// caller is a source that asks a server before it answers.
type caller struct {
	*vendor
	url string
}

func (c *caller) Pull(ctx context.Context, marks []app.Mark) (app.Batch, error) {
	for range 3 {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.url, nil)
		if err != nil {
			return app.Batch{}, err
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return app.Batch{}, err
		}
		_ = res.Body.Close()
	}
	return c.vendor.Pull(ctx, marks)
}

// TestReadingsAreCounted: how each reading went is kept with the calls it took. One that was given up says nothing of the source.
func TestReadingsAreCounted(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(srv.Close)
	now := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	v := &caller{vendor: &vendor{now: clock}, url: srv.URL}
	var got []app.Poll
	in := intake.New(intake.Deps{
		Store: &memory{}, Now: clock, Decide: func(app.Settings, app.AlertState) app.AlertDecision { return app.AlertDecision{} },
		Source: func(context.Context, string) (source.Source, error) { return v, nil },
		Settings: func(context.Context) (app.Settings, error) {
			return app.Settings{Sources: []app.SourceSettings{{Name: "sync", Kind: "x360sync"}}}, nil
		},
		Polled: func(_ context.Context, p app.Poll) error { got = append(got, p); return errors.New("disk full") },
	})
	if _, err := in.Poll(t.Context(), "sync"); err != nil {
		t.Fatal(err) // that it could not be counted is no fault of the reading
	}
	v.partial = true
	if _, err := in.SyncUsage(t.Context(), "sync"); err != nil {
		t.Fatal(err)
	}
	v.err = errors.New("down")
	_, _ = in.Poll(t.Context(), "sync")
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	_, _ = in.Poll(gone, "sync")
	want := []app.Poll{
		{Source: "sync", At: now, OK: true, Complete: true, Calls: 3},
		{Source: "sync", At: now, OK: true},
		{Source: "sync", At: now, Calls: 3},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
