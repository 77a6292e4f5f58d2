package views_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"psabridge/views/stories"
)

const chromium = "/usr/bin/chromium"

// serve shows the stories and lists those of pages.
func serve(t *testing.T) (base string, all []stories.Story) {
	t.Helper()
	srv := httptest.NewServer(stories.Handler())
	t.Cleanup(srv.Close)
	return srv.URL, stories.All()
}

// browser starts one Chromium for the test, or skips; PSABRIDGE_REQUIRE=chromium turns the skip into a failure.
func browser(t *testing.T) context.Context {
	t.Helper()
	if _, err := os.Stat(chromium); err != nil {
		if strings.Contains(os.Getenv("PSABRIDGE_REQUIRE"), "chromium") {
			t.Fatal("chromium is required and not installed at " + chromium)
		}
		t.Skip("SKIPPED: no page was looked at, chromium is not installed at " + chromium)
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	alloc, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return ctx
}

// look is one way of looking at a page.
type look struct {
	theme string
	width int64
}

// looks are the ways of looking at a story: with PSABRIDGE_ALL all of them, else each theme and width once for the normal
// state, and once for the components and for a page of each kind in trouble.
func looks(s stories.Story) []look {
	if os.Getenv("PSABRIDGE_ALL") != "" {
		if s.State == "paused" || s.State == "offline" { // only the frame differs
			return []look{{"dark", 1280}, {"light", 360}}
		}
		return []look{{"light", 1280}, {"dark", 1280}, {"light", 360}, {"dark", 360}}
	}
	switch {
	case s.Name() == "ui/all":
		return []look{{"dark", 360}}
	case s.State == "normal":
		return []look{{"light", 1280}, {"dark", 360}}
	case s.State == "trouble" && slices.Contains([]string{"overview", "organizations", "connection", "deliveries", "month"}, s.Page),
		s.Name() == "offline/overview", s.Name() == "paused/overview":
		return []look{{"dark", 1280}}
	}
	return nil
}

// violation is what axe found.
type violation struct {
	ID    string   `json:"id"`
	Help  string   `json:"help"`
	Nodes []string `json:"nodes"`
}

// runAxe fetches no style sheets, which only rules about orientation and sound want.
const runAxe = `axe.run({runOnly:['wcag2a','wcag2aa','wcag21aa','wcag22aa'],resultTypes:['violations'],preload:false}).then(r=>JSON.stringify(
	r.violations.map(v=>({id:v.id,help:v.help,nodes:v.nodes.map(n=>n.html.slice(0,200)+' '+n.failureSummary.slice(0,300))}))))`

// TestPages looks at every page, with PSABRIDGE_ALL in every state, theme and width: no violation of WCAG 2.2 AA that a machine
// can find, nothing on the console under the strict policy, no sideways scrolling, also not when it is magnified or its words
// are longer. With PSABRIDGE_SHOTS=<folder> it keeps a picture of each. Two tabs share the work.
func TestPages(t *testing.T) {
	base, all := serve(t)
	first := browser(t)
	second, cancel := chromedp.NewContext(first)
	t.Cleanup(cancel)
	axe, err := os.ReadFile(filepath.Join("..", "testdata", "axe", "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	todo := make(chan stories.Story)
	var tabs sync.WaitGroup
	for _, ctx := range []context.Context{first, second} {
		tabs.Go(func() {
			p := newPage(ctx)
			lookedAt(ctx, t)
			for s := range todo {
				p.visit(ctx, t, looks(s), base, s, string(axe))
			}
		})
	}
	for _, s := range all {
		if only := os.Getenv("PSABRIDGE_PAGE"); strings.Contains(s.Name(), only) && len(looks(s)) > 0 {
			todo <- s
		}
	}
	close(todo)
	tabs.Wait()
}

// page is one tab with what its console said. It shows many stories: to open a tab takes Chromium five times as long as to
// look at what it shows.
type page struct {
	mu   sync.Mutex
	said []string
}

func newPage(ctx context.Context) *page {
	p := new(page)
	messages := chromedp.Console(ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			p.mu.Lock()
			p.said = append(p.said, m.String())
			p.mu.Unlock()
		}
	}()
	return p
}

// heard is what the console said since it was last asked.
func (p *page) heard() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	said := p.said
	p.said = nil
	return said
}

// open goes to an address in a look.
func (l look) open(ctx context.Context, address string) error {
	if err := l.wear(ctx); err != nil {
		return err
	}
	return chromedp.Do(ctx, chromedp.Navigate(address), chromedp.WaitReady(chromedp.CSS("main")))
}

// wear gives the tab a width and a theme.
func (l look) wear(ctx context.Context) error {
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(l.width, 900)); err != nil {
		return err
	}
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: l.theme}, {Name: "prefers-reduced-motion", Value: "reduce"}, // no color on its way to another
	}}
	_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, media)
	return err
}

func (p *page) visit(ctx context.Context, t *testing.T, looks []look, base string, s stories.Story, axe string) {
	t.Helper()
	name := s.State + "/" + s.Page
	ctx, stop := context.WithTimeout(ctx, 2*time.Minute)
	defer stop()
	if err := looks[0].open(ctx, base+"/"+name); err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	if err := chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void](axe+";0")); err != nil {
		t.Errorf("%s: axe: %v", name, err)
		return
	}
	for i, l := range looks {
		if i > 0 { // the first was put on before the page came
			if err := l.wear(ctx); err != nil {
				t.Errorf("%s: %v", name, err)
				return
			}
		}
		l.take(ctx, t, s)
	}
	if s.State != "rows500" {
		onPaper(ctx, t, s)
		squeeze(ctx, t, s)
	}
	for _, m := range p.heard() {
		t.Errorf("%s: console: %s", name, m)
	}
}

// take holds the page that the tab shows in this look against what every page must be.
func (l look) take(ctx context.Context, t *testing.T, s stories.Story) {
	t.Helper()
	name := fmt.Sprintf("%s/%s (%s, %d px)", s.State, s.Page, l.theme, l.width)
	if s.State != "rows500" {
		l.shoot(ctx, t, s)
	}
	narrow(ctx, t, name)
	accessible(ctx, t, name)
	l.walk(ctx, t, name, s)
}

// accessible lets axe look.
func accessible(ctx context.Context, t *testing.T, name string) {
	t.Helper()
	out, err := chromedp.Run(ctx, chromedp.Evaluate[string](runAxe, chromedp.EvalAwaitPromise))
	var found []violation
	if err == nil {
		err = json.Unmarshal([]byte(out), &found)
	}
	if err != nil {
		t.Errorf("%s: axe: %v", name, err)
	}
	for _, v := range found {
		t.Errorf("%s: %s (%s), %d times\n\t%s", name, v.ID, v.Help, len(v.Nodes), strings.Join(v.Nodes[:min(2, len(v.Nodes))], "\n\t"))
	}
}

func (l look) shoot(ctx context.Context, t *testing.T, s stories.Story) {
	t.Helper()
	dir := os.Getenv("PSABRIDGE_SHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Errorf("%s/%s: picture: %v", s.State, s.Page, err)
		return
	}
	file := filepath.Join(dir, fmt.Sprintf("%s-%s-%s-%d.png", s.Page, s.State, l.theme, l.width))
	if err := os.WriteFile(file, png, 0o600); err != nil {
		t.Error(err)
	}
}

// TestScript uses what the page can do beyond HTML.
func TestScript(t *testing.T) {
	base, _ := serve(t)
	ctx, cancel := context.WithTimeout(browser(t), 2*time.Minute)
	defer cancel()
	if err := (look{"light", 1280}).open(ctx, base+"/normal/organizations"); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct{ what, do, want string }{
		{"the title carries the count", `document.title`, "(4) Organizations – psabridge"},
		{"all rows are shown", shown, "12"},
		{"folding the master hides the rest", `document.querySelector('button.twist').click();` + shown, "1"},
		{"unfolding shows it again", `document.querySelector('button.twist').click();` + shown, "12"},
		{"the theme follows the system", `String(document.documentElement.dataset.theme)`, "undefined"},
		{"the theme button sets it", `document.querySelector('[data-theme-next]').click();document.documentElement.dataset.theme`, "light"},
		{"and again", `document.querySelector('[data-theme-next]').click();document.documentElement.dataset.theme+getComputedStyle(document.documentElement).colorScheme`, "darkdark"},
	} {
		got, err := chromedp.Run(ctx, chromedp.Evaluate[string](step.do))
		if err != nil || got != step.want {
			t.Errorf("%s: %q, want %q (%v)", step.what, got, step.want, err)
		}
	}
}

const shown = `String([...document.querySelectorAll('[role=treegrid] tbody tr')].filter(r=>r.offsetParent).length)`
