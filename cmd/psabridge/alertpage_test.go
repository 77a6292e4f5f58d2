package main

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestAlertEditorInABrowser does in the editor of an alert what needs the script: rows, lists that follow the board, problems
// of a template while it is typed, a variable at the cursor, and a rehearsal that says when it is of an older form.
func TestAlertEditorInABrowser(t *testing.T) {
	t.Parallel()
	v := vendors(t)
	p := newProcess(t)
	d := p.serve()
	p.configure(v, quick...)
	p.must("", "sync")
	v.MSP.SetQuotaUsage(v.MSP.Organizations()[1].ID, 95, time.Now())
	p.must("", "sync")
	d.eventually("a ticket at ConnectWise", func() bool { return countTickets(v.ConnectWise.Tickets()) == 1 })
	b := openTab(t)
	run, err := readRunning(p.dir)
	if err != nil {
		t.Fatal(err)
	}
	b.base = run.Page
	b.must(chromedp.Navigate(strings.TrimSpace(p.must("", "open", "--print"))), chromedp.WaitReady(chromedp.CSS("nav.rail")))
	b.waitFor(`location.pathname === "/" && !location.search`)

	list := "/organizations/" + b.organization(d) + "/alerts"
	b.visit(list)
	b.click(`a[href$="/alerts/new"]`)
	b.inspect("alert-new")
	b.must(chromedp.Evaluate[chromedp.Void](`document.documentElement.dataset.stays = "1"; 0`))
	b.choose("#f-when-0", "quota.reached")
	b.waitFor(`document.querySelector("#f-level-0")?.placeholder === "80"`)
	b.must(chromedp.Click(chromedp.CSS("#when-add")))
	b.waitFor(`document.querySelector("#f-when-1")`)
	b.choose("#f-when-1", "machine.unseen")
	b.waitFor(`document.querySelector("#f-level-1")?.placeholder === "30"`)
	b.must(chromedp.Click(chromedp.CSS(`button[value="when-remove-1"]`)))
	b.waitFor(`!document.querySelector("#f-when-1")`)
	b.waitFor(`[...document.querySelector("#f-status").options].some(o => o.text === "Waiting on Customer")`)
	b.choose("#f-board", "NOC")
	b.waitFor(`[...document.querySelector("#f-status").options].some(o => o.text === "Assigned")`)
	if text := b.eval(`document.querySelector("#f-type").selectedOptions[0].text`); text != "Default: Backup (not on this board)" {
		t.Errorf("the type the connection sets is called %q on another board", text)
	}
	b.choose("#f-type", "Monitoring")
	b.waitFor(`[...document.querySelector("#f-subtype").options].some(o => o.text === "File server")`)
	b.choose("#f-board", "")
	b.waitFor(`[...document.querySelector("#f-status").options].some(o => o.text === "Waiting on Customer")`)
	b.choose("#f-type", "")
	b.waitFor(`![...document.querySelector("#f-type").options].some(o => o.text.startsWith("Monitoring"))`)

	b.templates()
	b.must(chromedp.SendKeys(chromedp.CSS("#f-name"), "Ninety percent"))
	b.must(chromedp.Click(chromedp.CSS("#rehearse")))
	b.waitFor(`/\d+ events? → \d+ tickets?/.test(document.querySelector("#rehearsal").innerText)`)
	b.must(chromedp.Evaluate[chromedp.Void](`scrollTo(0, 0)`))
	b.inspect("alert-rehearsed")
	if text := b.eval(`document.querySelector("#rehearsal").innerText`); !strings.Contains(text, "This alert: 1 event → 1 ticket") {
		t.Errorf("the alert of the organization itself does not decide before the inherited one:\n%s", text)
	}
	b.must(chromedp.SendKeys(chromedp.CSS("#f-wait"), "5m"))
	b.waitFor(`document.querySelector("[data-stale]").checkVisibility()`)
	if b.eval(`document.documentElement.dataset.stays`) != "1" {
		t.Error("a part of the form fetched the whole page")
	}
	b.click(`button[form="alert-form"][value="save"]`)
	b.waitFor(`location.pathname === "` + list + `"`)
	if text := b.text(); !strings.Contains(text, "The alert “Ninety percent” is made.") {
		t.Errorf("after saving:\n%s", text)
	}
	b.must(chromedp.Click(chromedp.CSS(`tbody details.ev summary`)))
	b.inspect("alert-more")
	b.visit("/rehearsal")
}

// choose picks an entry of a drop-down as a person does.
func (b *tab) choose(selector, value string) {
	b.t.Helper()
	b.must(chromedp.Evaluate[chromedp.Void](`(s => { s.value = "` + value + `"; s.dispatchEvent(new Event("change", {bubbles: true})) })(document.querySelector("` + selector + `"))`))
}

// templates types a template with a mistake, mends it, and takes a variable from the list.
func (b *tab) templates() {
	b.t.Helper()
	b.must(chromedp.SendKeys(chromedp.CSS("#f-summary"), "On {objekt} "))
	b.waitFor(`document.querySelector("#preview mark")?.textContent === "{objekt}"`)
	b.must(chromedp.Evaluate[chromedp.Void](`scrollTo(0, 0)`)) // nothing half under the line at the top
	b.inspect("alert-problem")
	b.must(chromedp.Evaluate[chromedp.Void](`(s => { s.value = "On "; s.focus(); s.setSelectionRange(3, 3) })(document.querySelector("#f-summary"))`))
	b.must(chromedp.Click(chromedp.CSS(`details:has(.vars) summary`)))
	b.must(chromedp.Click(chromedp.CSS(`[data-insert="{object}"]`)))
	b.waitFor(`document.querySelector("#f-summary").value === "On {object}" && !document.querySelector("#preview mark")`)
	b.waitFor(`document.querySelector("#preview").innerText.includes("Preview on a real event")`)
}
