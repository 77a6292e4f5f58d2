package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"psabridge/app/sandbox"
)

// TestMonthInABrowser is a month as a person does it: a preview, two lines released and one corrected, a number pasted in
// place of a reading, the push with its progress, the evidence, the file for a customer, and an undo that is looked at before
// it is approved, with one line edited by hand at ConnectWise in between.
func TestMonthInABrowser(t *testing.T) {
	t.Parallel()
	v := vendors(t)
	p := newProcess(t)
	p.serve()
	p.configure(v, quick...)
	p.must("", "sync")
	b := openTab(t)
	run, err := readRunning(p.dir)
	if err != nil {
		t.Fatal(err)
	}
	b.base = run.Page
	b.must(chromedp.Navigate(strings.TrimSpace(p.must("", "open", "--print"))), chromedp.WaitReady(chromedp.CSS("nav.rail")))
	b.waitFor(`location.pathname === "/" && !location.search`)

	b.must(chromedp.Navigate(b.base + "/billing"))
	b.click(`form[action$="/plan"] button`)
	b.waitFor(`document.querySelector("table")`)
	month := b.eval(`location.pathname`)
	pasted := b.paste(month)
	b.decide()
	b.push(v, pasted)
	b.undo(v)
}

// paste overrides the accounts of one organization from two pasted rows, one of them wrong, and makes a new preview.
func (b *tab) paste(month string) (organization string) {
	b.t.Helper()
	b.must(chromedp.Navigate(b.base + month + "/overrides"))
	organization = b.eval(`document.querySelector("#organizations option:nth-of-type(2)").value`)
	text := fmt.Sprintf("Customer\tMeter\tQuantity\n%s\taccounts\t77\nNobody\taccounts\t1\n", organization)
	b.must(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`document.querySelector("#f-text").value = %q; document.querySelector("#f-sheet_note").value = "counted by phone"; 0`, text)))
	b.click(`form:has(#f-text) button`)
	if text := b.text(); !strings.Contains(text, "1 override to save") || !strings.Contains(text, "is called “Nobody”") {
		b.t.Fatalf("the pasted rows:\n%s", text)
	}
	b.click(`form:has([value="save"]) button`)
	if text := b.text(); !strings.Contains(text, "1 row is wrong, so nothing was saved") {
		b.t.Fatalf("a wrong row was let pass:\n%s", text)
	}
	b.must(chromedp.Click(chromedp.CSS(`[name="leave"]`)))
	b.forget() // the refusal was asked for
	b.click(`form:has([value="save"]) button`)
	b.click(`form[action$="/plan"] button`)
	b.waitFor(`location.pathname === "` + month + `" && document.querySelector("table")`)
	return organization
}

// forget drops what the console said so far.
func (b *tab) forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.said = nil
}

// decide releases two lines, corrects a third, and looks at the check before the push.
func (b *tab) decide() {
	b.t.Helper()
	b.must(chromedp.Navigate(b.base + b.eval(`location.pathname`) + "?show=held"))
	for range 2 {
		b.click(`form[action$="/release"] button`)
	}
	b.must(chromedp.Evaluate[chromedp.Void](`document.querySelector('details:has(form[action$="/correct"])').open = true; 0`))
	b.must(chromedp.Evaluate[chromedp.Void](`(f => { f.quantity.value = "66"; f.note.value = "agreed with the customer" })(document.querySelector('form[action$="/correct"]')); 0`))
	b.click(`form[action$="/correct"] button`)
	if text := b.text(); !strings.Contains(text, "Corrected") {
		b.t.Errorf("no line is corrected:\n%s", text)
	}
	b.must(chromedp.Navigate(b.base + b.eval(`location.pathname`)))
	b.click(`form[action$="/release-first"] button`)
	b.inspect("month-released")
	b.click(`a[href$="/push"].primary`)
}

// push pushes what stands on the page of the check, waits until it has ended, and looks at evidence and customer file.
func (b *tab) push(v *sandbox.Running, organization string) {
	b.t.Helper()
	if text := b.text(); !strings.Contains(text, "numbers typed by a person") {
		b.t.Errorf("the check does not say that a number of %s was typed:\n%s", organization, text)
	}
	b.click(`form[action="/billing/pushes"] button`)
	b.waitFor(`document.querySelector("#files")`) // the page came again by itself when the push had ended
	if len(v.ConnectWise.QuantityWrites()) < 3 {
		b.t.Fatalf("the push wrote nothing:\n%s", b.text())
	}
	page := b.eval(`location.pathname`)
	b.click(`td a.ev`)
	if text := b.text(); !strings.Contains(text, "Why ") || !strings.Contains(text, "The line") {
		b.t.Errorf("the evidence:\n%s", text)
	}
	b.must(chromedp.Navigate(b.base + page))
	b.must(chromedp.Evaluate[chromedp.Void](`document.querySelector("#files").closest("section").querySelector("details").open = true; 0`))
	b.click(`a[href*="/customers/"]:not([href$=".csv"])`)
	b.inspect("month-customer")
	b.must(chromedp.Navigate(b.base + page))
}

// undo edits one written line by hand at ConnectWise, looks at what an undo would restore, and approves it.
func (b *tab) undo(v *sandbox.Running) {
	b.t.Helper()
	writes := v.ConnectWise.QuantityWrites()
	edited := writes[0]
	if err := v.ConnectWise.EditQuantity(edited.AdditionID, edited.New+1000); err != nil {
		b.t.Fatal(err)
	}
	b.click(`form[action$="/undo"] button`)
	b.waitFor(`document.querySelector("#sure")`)
	b.inspect("undo-shown")
	if text := b.text(); !strings.Contains(text, "Someone changed this line to") {
		b.t.Errorf("the undo does not name the edited line:\n%s", text)
	}
	before := len(v.ConnectWise.QuantityWrites())
	b.click(`form[action="/billing/pushes"] button`)
	b.waitFor(`document.querySelector("#res")`)
	all := v.ConnectWise.QuantityWrites()
	if len(all)-before != len(writes)-1 {
		b.t.Errorf("%d lines were restored, want all but the edited one of %d", len(all)-before, len(writes))
	}
	old := map[int]float64{}
	for _, w := range writes {
		if !w.Created {
			old[w.AdditionID] = w.Old
		}
	}
	for _, w := range all[before:] {
		if w.AdditionID == edited.AdditionID || w.New != old[w.AdditionID] {
			b.t.Errorf("addition %d got %v, had %v before the push", w.AdditionID, w.New, old[w.AdditionID])
		}
	}
}
