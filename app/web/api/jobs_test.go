package api

import (
	"context"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/humatest"
)

// TestPatience: 0 is "do not wait", which is not the same as saying nothing.
func TestPatience(t *testing.T) {
	useProblems(slog.New(slog.DiscardHandler)) // as New does, for the whole process
	_, a := humatest.New(t)
	var waited time.Duration
	huma.Get(a, "/long", func(_ context.Context, in *struct{ Waiting }) (*struct{}, error) {
		waited = in.Wait.duration()
		return nil, nil
	})
	for query, want := range map[string]time.Duration{"": 25 * time.Second, "?wait=0": 0, "?wait=7": 7 * time.Second, "?wait=600": 10 * time.Minute} {
		waited = -1
		if res := a.Get("/long" + query); res.Code != http.StatusNoContent || waited != want {
			t.Errorf("%q: %d, waits %v, want %v", query, res.Code, waited, want)
		}
	}
	for _, query := range []string{"?wait=-1", "?wait=601", "?wait=soon"} {
		if res := a.Get("/long" + query); res.Code != http.StatusBadRequest {
			t.Errorf("%q: %d", query, res.Code)
		}
	}
	p := a.OpenAPI().Paths["/long"].Get.Parameters[0]
	if p.Name != "wait" || p.Required || p.Schema.Default != 25 || *p.Schema.Maximum != 600 || p.Description == "" {
		t.Errorf("the document says %+v, %+v", p, p.Schema)
	}
}
