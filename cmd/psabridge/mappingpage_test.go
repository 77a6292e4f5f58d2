package main

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestMappingInABrowser accepts what is certain, takes it back with the button the answer offers, finds a company by typing
// a part of its name, ends the mapping of a customer who left, and takes in a new one.
func TestMappingInABrowser(t *testing.T) {
	v := vendors(t)
	p := newProcess(t)
	d := p.serve()
	p.configure(v, quick...)
	p.must("", "sync")
	b := signedIn(t, d)

	b.visit("/mapping")
	if b.eval(`document.querySelector('button[value="certain"]') === null`) == "true" {
		b.click(`button[value="reload"]`)
	}
	unmatched := b.eval(`document.querySelectorAll("#unmatched tbody tr").length`)
	b.click(`button[value="certain"]`)
	b.shoot("mapping-accepted")
	left := b.eval(`document.querySelectorAll("#unmatched tbody tr").length`)
	if text := b.text(); !strings.Contains(text, "matched, all in one change.") || left == unmatched {
		t.Fatalf("%s of %s are left:\n%s", left, unmatched, text)
	}
	b.click(`form[action="/mapping/revert"] button`)
	if got := b.eval(`document.querySelectorAll("#unmatched tbody tr").length`); got != unmatched {
		t.Errorf("after the undo %s of %s", got, unmatched)
	}

	b.must(chromedp.SendKeys(chromedp.CSS(`#unmatched tbody tr:last-child input[name^="company-"]`), "nordl"))
	b.waitFor(`[...document.querySelectorAll("#companies option")].some(o => o.value.includes("Nordlicht"))`)
	b.shoot("mapping-typed")
	b.must(chromedp.Navigate(b.base+"/mapping?show=matched"), chromedp.WaitReady(chromedp.CSS("#matched")))
	b.must(chromedp.Evaluate[chromedp.Void](`location.pathname = document.querySelector("#matched a[href$='/settings']").getAttribute("href").replace("/settings", "/left"); 0`))
	b.waitFor(`location.pathname.endsWith("/left") && document.readyState === "complete"`)
	b.inspect("customer-left")
	b.must(chromedp.SendKeys(chromedp.CSS(`#f-reason`), "Contract ended"))
	b.click(`form[action$="/left"] button.danger`)
	b.waitFor(`/^.billing.cw/.test(location.pathname)`)
	if text := b.text(); !strings.Contains(text, "has ended") {
		t.Errorf("after the customer left:\n%s", text)
	}
	b.shoot("customer-left-month")
	(&hand{tab: b}).newcomer(d, v)
}
