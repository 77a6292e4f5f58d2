package views_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"psabridge/app/link"
	"psabridge/static"
	"psabridge/views/layout"
)

const chromium = "/usr/bin/chromium"

// policy is the header of SECURITY rule 8; a page that needs more than this is wrong.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// serve answers every story at /<state>/<page>, and the health fragment the pages poll.
func serve(t *testing.T) (base string, all []story) {
	t.Helper()
	all = stories()
	mux := http.NewServeMux()
	mux.Handle(static.Prefix, static.Handler())
	mux.HandleFunc(link.LiveHealth, func(w http.ResponseWriter, r *http.Request) {
		_ = layout.HealthLine(shell("x", link.Overview)).Render(r.Context(), w)
	})
	for _, s := range all {
		mux.HandleFunc("/"+s.state+"/"+s.page, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Security-Policy", policy)
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_ = s.view.Render(r.Context(), w)
		})
	}
	// A page under way asks for its progress; the pictures stand still.
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	return srv.URL, all
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

// looks are the ways every run takes, and with PSABRIDGE_ALL=1 the narrow ones as well.
func looks() []look {
	out := []look{{"light", 1280}, {"dark", 1280}}
	if os.Getenv("PSABRIDGE_ALL") == "1" {
		out = append(out, look{"light", 360}, look{"dark", 360})
	}
	return out
}

// violation is what axe found.
type violation struct {
	ID    string   `json:"id"`
	Help  string   `json:"help"`
	Nodes []string `json:"nodes"`
}

const runAxe = `axe.run({runOnly:['wcag2a','wcag2aa','wcag21aa','wcag22aa']}).then(r=>JSON.stringify(
	r.violations.map(v=>({id:v.id,help:v.help,nodes:v.nodes.map(n=>n.html.slice(0,200)+' '+n.failureSummary.slice(0,300))}))))`

// TestPages looks at every page, with PSABRIDGE_ALL=1 in every state and width: no violation of WCAG 2.2 AA that a machine can find, nothing on the console
// under the strict policy, no sideways scrolling. With PSABRIDGE_SHOTS=<folder> it keeps a picture of each.
func TestPages(t *testing.T) {
	base, all := serve(t)
	ctx := browser(t)
	axe, err := os.ReadFile(filepath.Join("..", "testdata", "axe", "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	full := os.Getenv("PSABRIDGE_ALL") == "1"
	for _, l := range looks() {
		t.Run(fmt.Sprintf("%s-%d", l.theme, l.width), func(t *testing.T) {
			for _, s := range all {
				if !full && (s.state != "normal" || l.theme != "light") {
					continue // every page once; every state in every look belongs to the whole matrix
				}
				if only := os.Getenv("PSABRIDGE_PAGE"); only != "" && !strings.Contains(s.state+"/"+s.page, only) {
					continue
				}
				visit(ctx, t, l, base, s, string(axe))
			}
		})
	}
}

// page is one tab with what its console said.
type page struct {
	look look
	mu   sync.Mutex
	said []string
}

// open makes a tab of its own for one story: nothing a page before it left can be taken for it.
func (p *page) open(ctx context.Context, t *testing.T, address string) error {
	t.Helper()
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
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(p.look.width, 900)); err != nil {
		return err
	}
	scheme := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: p.look.theme}}}
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, scheme); err != nil {
		return err
	}
	return chromedp.Do(ctx, chromedp.Navigate(address), chromedp.WaitReady(chromedp.CSS("main")))
}

func visit(ctx context.Context, t *testing.T, l look, base string, s story, axe string) {
	t.Helper()
	name := s.state + "/" + s.page
	p := &page{look: l}
	ctx, cancel := chromedp.NewContext(ctx)
	defer cancel()
	ctx, stop := context.WithTimeout(ctx, 2*time.Minute)
	defer stop()
	if err := p.open(ctx, t, base+"/"+name); err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	if s.state != "rows500" {
		p.shoot(ctx, t, s)
	}
	wide, err := chromedp.Run(ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth - document.documentElement.clientWidth`))
	if err != nil || wide > 0 {
		t.Errorf("%s: %d px wider than the window (%v)", name, wide, err)
	}
	p.axe(ctx, t, name, axe)
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range p.said {
		t.Errorf("%s: console: %s", name, m)
	}
}

func (p *page) axe(ctx context.Context, t *testing.T, name, axe string) {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void](axe+";0")); err != nil {
		t.Errorf("%s: axe: %v", name, err)
		return
	}
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

func (p *page) shoot(ctx context.Context, t *testing.T, s story) {
	t.Helper()
	dir := os.Getenv("PSABRIDGE_SHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Errorf("%s/%s: picture: %v", s.state, s.page, err)
		return
	}
	file := filepath.Join(dir, fmt.Sprintf("%s-%s-%s-%d.png", s.page, s.state, p.look.theme, p.look.width))
	if err := os.WriteFile(file, png, 0o600); err != nil {
		t.Error(err)
	}
}

// TestScript uses what the page can do beyond HTML.
func TestScript(t *testing.T) {
	base, _ := serve(t)
	ctx, cancel := context.WithTimeout(browser(t), 2*time.Minute)
	defer cancel()
	p := &page{look: look{"light", 1280}}
	if err := p.open(ctx, t, base+"/normal/organizations"); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct{ what, do, want string }{
		{"the title carries the count", `document.title`, "(4) Organizations – psabridge"},
		{"all rows are shown", shown, "12"},
		{"folding the master hides the rest", `document.querySelector('button.twist').click();` + shown, "1"},
		{"unfolding shows it again", `document.querySelector('button.twist').click();` + shown, "12"},
		{"arrow left folds", press("ArrowLeft") + shown, "1"},
		{"arrow right unfolds", press("ArrowRight") + shown, "12"},
		{"arrow down moves the focus", press("ArrowDown") + `document.activeElement.getAttribute('aria-level')+document.activeElement.tabIndex`, "20"},
		{"the theme follows the system", `String(document.documentElement.dataset.theme)`, "undefined"},
		{"the theme button sets it", `document.querySelector('[data-theme-next]').click();document.documentElement.dataset.theme`, "light"},
		{"and again", `document.querySelector('[data-theme-next]').click();document.documentElement.dataset.theme+getComputedStyle(document.documentElement).colorScheme`, "darkdark"},
		{"/ goes to the search", `document.activeElement.blur();document.body.dispatchEvent(new KeyboardEvent('keydown',{key:'/',bubbles:true}));document.activeElement.name`, "q"},
	} {
		got, err := chromedp.Run(ctx, chromedp.Evaluate[string](step.do))
		if err != nil || got != step.want {
			t.Errorf("%s: %q, want %q (%v)", step.what, got, step.want, err)
		}
	}
}

const shown = `String([...document.querySelectorAll('[role=treegrid] tbody tr')].filter(r=>r.offsetParent).length)`

// press sends a key to the row of the tree that can be reached.
func press(key string) string {
	return `(r=>{r.focus();r.dispatchEvent(new KeyboardEvent('keydown',{key:'` + key + `',bubbles:true,cancelable:true}))})(document.querySelector('[role=treegrid] tbody tr[tabindex="0"]'));`
}
