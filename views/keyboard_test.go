package views_test

import (
	"context"
	_ "embed"
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"psabridge/views/stories"
)

//go:embed testdata/walk.js
var walkScript string

// walked says whether a page is walked in this look, and whether wholly: with PSABRIDGE_ALL always, else each page once at its
// first look, and wholly the one that stands for the frame of all.
func (l look) walked(s stories.Story) (page, whole bool) {
	first := looks(s)[0] == l
	if os.Getenv("PSABRIDGE_ALL") != "" {
		few := s.State != "rows500" // 500 rows are no other kind of row
		return few || first, few
	}
	return first && s.State != "paused" && s.State != "offline", first && s.Page == "overview"
}

// walk goes through the page that the tab shows as the Tab key does: every control is reached in the order of the document, shows
// that it has the focus, is not hidden under what stays in place, and is large enough to hit; errors are told.
func (l look) walk(ctx context.Context, t *testing.T, name string, s stories.Story) {
	t.Helper()
	page, whole := l.walked(s)
	if !page {
		return
	}
	script := strings.Replace(walkScript, "(WHOLE)", "("+strconv.FormatBool(whole)+")", 1)
	out, err := chromedp.Run(ctx, chromedp.Evaluate[string](script))
	var found struct {
		Wrong []string `json:"wrong"`
		Stops int      `json:"stops"`
		Bare  bool     `json:"bare"` // a page without a frame may have nothing to do
	}
	if err == nil {
		err = json.Unmarshal([]byte(out), &found)
	}
	if err != nil {
		t.Errorf("%s: walk: %v", name, err)
		return
	}
	if found.Stops == 0 && !found.Bare {
		t.Errorf("%s: no control can be reached", name)
	}
	for _, w := range found.Wrong[:min(5, len(found.Wrong))] {
		t.Errorf("%s: %s (one of %d)", name, w, len(found.Wrong))
	}
}

// lookedAt makes a tab believe that it is the one in front: in any other nothing has the focus.
func lookedAt(ctx context.Context, t *testing.T) {
	t.Helper()
	if _, err := chromedp.Call(ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}); err != nil {
		t.Error(err)
	}
}
