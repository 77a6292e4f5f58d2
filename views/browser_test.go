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

// TestPages looks at every page in every state: no violation of WCAG 2.2 AA that a machine can find, nothing on the console
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
			p := newPage(t, ctx, l)
			for _, s := range all {
				if !full && s.state != "normal" && l.theme == "dark" {
					continue // the dark run of every state belongs to the whole matrix
				}
				if only := os.Getenv("PSABRIDGE_PAGE"); only != "" && !strings.Contains(s.state+"/"+s.page, only) {
					continue
				}
				p.visit(t, base, s, string(axe))
			}
		})
	}
}

// page is one tab with what its console said.
type page struct {
	ctx  context.Context
	look look
	mu   sync.Mutex
	said []string
}

func newPage(t *testing.T, browser context.Context, l look) *page {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	p := &page{ctx: ctx, look: l}
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
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(l.width, 900)); err != nil {
		t.Fatal(err)
	}
	scheme := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: l.theme}}}
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, scheme); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *page) visit(t *testing.T, base string, s story, axe string) {
	t.Helper()
	name := s.state + "/" + s.page
	ctx, cancel := context.WithTimeout(p.ctx, 60*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Navigate(base+"/"+name)); err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	if s.state != "rows500" {
		p.shoot(t, ctx, s)
	}
	wide, err := chromedp.Run(ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth - document.documentElement.clientWidth`))
	if err != nil || wide > 0 {
		t.Errorf("%s: %d px wider than the window (%v)", name, wide, err)
	}
	if s.state == "normal" || s.state == "trouble" || os.Getenv("PSABRIDGE_ALL") == "1" {
		p.axe(t, ctx, name, axe)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range p.said {
		t.Errorf("%s: console: %s", name, m)
	}
	p.said = nil
}

func (p *page) axe(t *testing.T, ctx context.Context, name, axe string) {
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

func (p *page) shoot(t *testing.T, ctx context.Context, s story) {
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
