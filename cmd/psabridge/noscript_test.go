package main

import (
	"os"
	"path/filepath"
	"strings"

	cdp "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// plain is a second tab in which no script of a page runs. What a test evaluates in it does.
func (b *tab) plain() *tab {
	b.t.Helper()
	out := b.another()
	if _, err := chromedp.Call(out.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		b.t.Fatal(err)
	}
	return out
}

// withoutScripts reads every page of the rail in a browser that runs no scripts, and does what cannot wait: it pauses, resumes,
// tries a parked delivery again, and takes a list home as a file.
func (b *tab) withoutScripts(d *daemon) {
	b.t.Helper()
	p := b.plain()
	p.must(chromedp.Navigate(p.base+"/"), chromedp.WaitReady(chromedp.CSS("nav.rail")))
	for path := range strings.FieldsSeq(p.eval(`[...document.querySelectorAll("nav.rail li a")].map(a => a.getAttribute("href")).join(" ")`)) {
		p.readable(path)
	}
	p.pauses(d)
	p.retries(d)
	p.exports(d)
}

// readable holds a page against what reading needs: everything is in it at once, and no button is shown that does nothing.
func (b *tab) readable(path string) {
	b.t.Helper()
	b.must(chromedp.Navigate(b.base+path), chromedp.WaitReady(chromedp.CSS("main")))
	if b.eval(`"scripted" in document.documentElement.dataset`) != "false" {
		b.t.Fatal("scripts run in the tab without scripts")
	}
	if b.eval(`document.querySelector("main h1").checkVisibility() && document.querySelector("main").innerText.length > 60`) != "true" {
		b.t.Errorf("%s is empty without scripts:\n%s", path, b.text())
	}
	if dead := b.eval(`[...document.querySelectorAll("[data-js], button[type=button]:not([popovertarget])")].filter(e => e.checkVisibility({visibilityProperty: true})).map(e => e.outerHTML).join("\n")`); dead != "" {
		b.t.Errorf("%s shows what does nothing without scripts:\n%s", path, dead)
	}
	if late := b.eval(`[...document.querySelectorAll("[hx-trigger]")].filter(e => /load|revealed|intersect/.test(e.getAttribute("hx-trigger"))).length`); late != "0" {
		b.t.Errorf("%s loads %s parts with scripts only", path, late)
	}
}

func (b *tab) pauses(d *daemon) {
	b.t.Helper()
	b.must(chromedp.Click(chromedp.CSS(`button[popovertarget="pause"]`)), chromedp.SendKeys(chromedp.CSS(`#pause [name="pause_reason"]`), "no scripts here"))
	b.click(`#pause button.primary`)
	if !d.paused() || !strings.Contains(b.text(), "no scripts here") {
		b.t.Errorf("after Pause it is paused: %v\n%s", d.paused(), b.text())
	}
	b.click(`header form[action="/resume"] button`)
	if d.paused() {
		b.t.Error("Resume does not resume")
	}
}

func (d *daemon) paused() bool {
	d.t.Helper()
	var status statusAnswer
	d.get("/status", &status)
	return status.State == "paused"
}

func (b *tab) retries(d *daemon) {
	b.t.Helper()
	var list deliveryList
	d.get("/deliveries", &list)
	id, before := list.parked(b.t)
	b.must(chromedp.Navigate(b.base+"/deliveries?state=parked"), chromedp.WaitReady(chromedp.CSS("main")))
	b.click(`tbody a[href="/deliveries/` + id + `"]`)
	b.click(`form[action$="/retry"] button`)
	d.eventually("one more attempt", func() bool {
		d.get("/deliveries", &list)
		for _, one := range list.Items {
			if one.ID == id {
				return one.State == "parked" && one.Attempts == before+1
			}
		}
		return false
	})
}

// exports clicks the CSV of an organization's activity and waits for the file.
func (b *tab) exports(d *daemon) {
	b.t.Helper()
	dir := b.t.TempDir()
	if _, err := chromedp.Call(b.ctx, cdp.SetDownloadBehavior, cdp.SetDownloadBehaviorParams{Behavior: cdp.SetDownloadBehaviorBehaviorAllow, DownloadPath: dir}); err != nil {
		b.t.Fatal(err)
	}
	b.must(chromedp.Navigate(b.base+"/organizations"), chromedp.WaitReady(chromedp.CSS("main")))
	b.click(`td a.ev[href$="/activity"]`)
	b.must(chromedp.Click(chromedp.CSS(`a[href*="/activity.csv"]`)))
	d.eventually("the file", func() bool {
		files, err := filepath.Glob(filepath.Join(dir, "*.csv"))
		if err != nil || len(files) != 1 {
			return false
		}
		text, err := os.ReadFile(files[0])
		return err == nil && strings.Count(string(text), "\n") > 1
	})
}
