package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

const chromium = "/usr/bin/chromium"

// tab is one page of a real Chromium on the real program.
type tab struct {
	t    testing.TB
	ctx  context.Context //nolint:containedctx // chromedp keeps the browser in the context
	base string
	axe  string

	mu   sync.Mutex
	said []string
}

// openTab starts Chromium, or skips; PSABRIDGE_REQUIRE=chromium turns the skip into a failure.
func openTab(t testing.TB) *tab {
	t.Helper()
	if _, err := os.Stat(chromium); err != nil {
		if strings.Contains(os.Getenv("PSABRIDGE_REQUIRE"), "chromium") {
			t.Fatal("chromium is required and not installed at " + chromium)
		}
		t.Skip("SKIPPED: the pages were not driven, chromium is not installed at " + chromium)
	}
	axe, err := os.ReadFile(filepath.Join("..", "..", "testdata", "axe", "axe.min.js"))
	if err != nil {
		t.Fatal(err)
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
	ctx, stopAll := context.WithTimeout(ctx, 8*time.Minute)
	t.Cleanup(stopAll)
	b := &tab{t: t, ctx: ctx, axe: string(axe)}
	messages := chromedp.Console(ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			if m.Type == "debug" {
				continue // advice about forms, not trouble
			}
			b.mu.Lock()
			b.said = append(b.said, m.String())
			b.mu.Unlock()
		}
	}()
	b.look()
	return b
}

// The most a page may need that was never looked at before: the page itself and all it loads, not compressed.
const (
	mostBytes    = 170_000
	mostRequests = 5
)

// weigh holds the page that is shown against that. The icon of the tab is asked for beside what a page can see of itself.
func (b *tab) weigh(path string) {
	b.t.Helper()
	out, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]int](`(() => {
		const all = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")].filter(e => e.initiatorType !== "fetch" && e.initiatorType !== "xmlhttprequest");
		const once = [...new Map(all.map(e => [e.name, e])).values()];
		return [once.reduce((sum, e) => sum + e.decodedBodySize, 0), once.length + 1, once[0].decodedBodySize];
	})()`))
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Logf("%-16s %d bytes in %d requests, %d of them its own", path, out[0], out[1], out[2])
	if out[0] > mostBytes || out[1] > mostRequests || out[0] < 100_000 {
		b.t.Errorf("%s needs %d bytes in %d requests, at most %d in %d were promised", path, out[0], out[1], mostBytes, mostRequests)
	}
}

// enter signs the tab in to a bridge that runs.
func (b *tab) enter(p *bridgeProcess) {
	b.t.Helper()
	run, err := readRunning(p.dir)
	if err != nil {
		b.t.Fatal(err)
	}
	b.base = run.Page
	b.must(chromedp.Navigate(strings.TrimSpace(p.must("", "open", "--print"))), chromedp.WaitReady(chromedp.CSS("nav.rail")))
}

// look sets width and theme: 1280 px and light, or what PSABRIDGE_LOOK says, e.g. "360 dark".
func (b *tab) look() {
	b.t.Helper()
	width, theme := int64(1280), "light"
	if _, err := fmt.Sscan(os.Getenv("PSABRIDGE_LOOK"), &width, &theme); err != nil && os.Getenv("PSABRIDGE_LOOK") != "" {
		b.t.Fatalf("PSABRIDGE_LOOK: %v", err)
	}
	scheme := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}}}
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, scheme); err != nil {
		b.t.Fatal(err)
	}
	b.must(chromedp.EmulateViewport(width, 900))
}

// must does what a person does. What waits for longer than any page may take fails while the tab can still say where it stands.
func (b *tab) must(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, 90*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		b.shoot("failed")
		b.t.Fatalf("%v at %s, a tab that is %s\n%s", err, b.eval(`location.pathname`), b.eval(`document.visibilityState`), b.eval(`document.body.innerText`))
	}
}

// visit goes to a path and holds the page against what every page must be.
func (b *tab) visit(path string) {
	b.t.Helper()
	b.must(chromedp.Navigate(b.base+path), chromedp.WaitReady(chromedp.CSS("main")))
	b.inspect(path)
}

// click presses what a selector finds and waits until the next page is there.
func (b *tab) click(selector string) {
	b.t.Helper()
	b.front()
	b.must(chromedp.Evaluate[chromedp.Void](`document.documentElement.dataset.old = "1"; 0`))
	b.must(chromedp.Click(chromedp.CSS(selector)))
	b.arrived()
}

// front brings the tab before the others of its browser: Chromium draws no frame of a hidden one, and a press waits for a frame.
func (b *tab) front() {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, page.BringToFront, cdp.Empty{}); err != nil {
		b.t.Fatal(err)
	}
}

// arrived waits until a page is there that was not when it was marked as old.
func (b *tab) arrived() {
	b.t.Helper()
	b.waitFor(`!document.documentElement.dataset.old && document.readyState === "complete"`)
}

// waitFor waits until an expression is true in the page.
func (b *tab) waitFor(expression string) {
	b.t.Helper()
	for range 600 {
		if ok, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](`!!(`+expression+`)`)); err == nil && ok {
			return
		}
		select {
		case <-b.ctx.Done():
			b.t.Fatal(b.ctx.Err())
		case <-time.After(100 * time.Millisecond):
		}
	}
	b.shoot("failed")
	b.t.Fatalf("never true: %s at %s\n%s", expression, b.eval(`location.pathname`), b.eval(`document.body.innerText`))
}

func (b *tab) eval(expression string) string {
	out, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`String(`+expression+`)`))
	if err != nil {
		return err.Error()
	}
	return out
}

func (b *tab) text() string { return b.eval(`document.querySelector("main").innerText`) }

// inspect: nothing on the console under the strict policy, no violation of WCAG 2.2 AA that a machine can find.
func (b *tab) inspect(name string) {
	b.t.Helper()
	b.shoot(name)
	b.must(chromedp.Evaluate[chromedp.Void](b.axe + ";0"))
	out, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](
		`axe.run({runOnly:['wcag2a','wcag2aa','wcag21aa','wcag22aa']}).then(r=>JSON.stringify(r.violations.map(v=>v.id+': '+v.nodes.map(n=>n.html.slice(0,160)).join(' | '))))`,
		chromedp.EvalAwaitPromise))
	var found []string
	if err == nil {
		err = json.Unmarshal([]byte(out), &found)
	}
	if err != nil {
		b.t.Errorf("%s: axe: %v", name, err)
	}
	for _, v := range found {
		b.t.Errorf("%s: %s", name, v)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range b.said {
		b.t.Errorf("%s: console: %s", name, m)
	}
	b.said = nil
}

// shoot keeps a picture in the folder PSABRIDGE_SHOTS, when that is set.
func (b *tab) shoot(name string) {
	dir := os.Getenv("PSABRIDGE_SHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.t.Logf("%s: picture: %v", name, err)
		return
	}
	file := strings.Trim(strings.NewReplacer("/", "-", "?", "-", "=", "-").Replace(name), "-")
	if file == "" {
		file = "overview"
	}
	if err := os.WriteFile(filepath.Join(dir, file+".png"), png, 0o600); err != nil {
		b.t.Error(err)
	}
}

// TestWholeProductInABrowser does with the mouse what the product is for, on the real program: signs in, looks at every
// page, sees an alert become a ticket, plans, releases, pushes, and plans again with nothing left to do.
func TestWholeProductInABrowser(t *testing.T) {
	t.Parallel()
	v := vendors(t)
	p := newProcess(t)
	d := p.serve()
	p.configure(v, quick...)
	p.must("", "sync")
	v.MSP.SetQuotaUsage(v.MSP.Organizations()[1].ID, 95, time.Now())
	p.must("", "sync")
	d.eventually("a ticket at ConnectWise", func() bool { return countTickets(v.ConnectWise.Tickets()) == 1 })

	b := &hand{tab: signedIn(t, d)}
	for _, path := range []string{"/", "/organizations", "/mapping", "/money", "/deliveries", "/tickets", "/sources", "/billing", "/billing/pushes", "/settings", "/connections", "/connections/cw", "/setup", "/diagnostics", "/about"} {
		b.visit(path)
		b.weigh(path)
	}
	b.visit("/deliveries")
	if text := b.text(); !strings.Contains(text, "#") {
		t.Errorf("deliveries show no ticket number:\n%s", text)
	}
	id := b.organization(d)
	for _, tabName := range []string{"activity", "alerts", "settings"} {
		b.visit("/organizations/" + id + "/" + tabName)
	}
	b.whyNoTicket(id)
	b.month(v)
	b.must(chromedp.Navigate(b.base + "/nowhere"))
	if !strings.Contains(b.eval(`document.title`), "psabridge") {
		t.Error("a page that does not exist is not ours")
	}
}

// organization is our row of the organization that has a ticket.
func (b *tab) organization(d *daemon) string {
	b.t.Helper()
	var out struct {
		Items []struct {
			Organization struct {
				ID string `json:"id"`
			} `json:"organization"`
			TicketNumber *int64 `json:"ticket_number"`
		} `json:"items"`
	}
	d.get("/events?type=quota.reached", &out)
	for _, e := range out.Items {
		if e.TicketNumber != nil {
			return e.Organization.ID
		}
	}
	b.t.Fatal("no event says that it became a ticket")
	return ""
}
