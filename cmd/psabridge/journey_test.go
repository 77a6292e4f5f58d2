package main

import (
	"strconv"
	"strings"
	"time"

	"github.com/chromedp/chromedp"

	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
)

// What a person does at the most, as the pages promise it. A field is one value entered or chosen, a click one control
// activated.
const (
	mostSetUp    = 25 // from nothing to alerts that open tickets, and to billing
	mostMonth    = 6  // from the overview to a pushed month with problems in it
	mostWhy      = 3  // from the overview to the reason there is no ticket
	mostMend     = 2  // a ticket that could not be opened
	mostNewcomer = 8  // from the overview to a new customer who is matched, billed and watched
)

// hand is a tab whose every field and click is counted, as a person would do them.
type hand struct {
	*tab
	did []string
}

// press clicks what leads to another page.
func (h *hand) press(selector string) {
	h.t.Helper()
	h.did = append(h.did, "click "+selector)
	h.click(selector)
}

// tick clicks what stays on the page.
func (h *hand) tick(selector string) {
	h.t.Helper()
	h.did = append(h.did, "tick "+selector)
	h.must(chromedp.Click(chromedp.CSS(selector)))
}

// fill types into a field.
func (h *hand) fill(name, value string) {
	h.t.Helper()
	h.did = append(h.did, "fill "+name)
	h.must(chromedp.SendKeys(chromedp.CSS(`[name="`+name+`"]`), value))
}

// retype puts a value in the place of the one that is proposed.
func (h *hand) retype(name, value string) {
	h.t.Helper()
	h.must(chromedp.Evaluate[chromedp.Void](`document.querySelector('[name="` + name + `"]').value = ""; 0`))
	h.fill(name, value)
}

// choose picks an entry of a drop-down by its label.
func (h *hand) choose(name, label string) {
	h.t.Helper()
	h.did = append(h.did, "choose "+name)
	found := h.eval(`(() => {
		const s = document.querySelector('select[name="` + name + `"]'), o = [...s.options].find(o => o.label === '` + label + `');
		if (!o) return [...s.options].map(o => o.label).join(', ');
		s.focus(); s.value = o.value; s.dispatchEvent(new Event('input', {bubbles: true})); s.dispatchEvent(new Event('change', {bubbles: true}));
		return 'found';
	})()`)
	if found != "found" {
		h.t.Fatalf("%s has no entry %q, but %s", name, label, found)
	}
}

// took holds what was done against what was promised, and counts from anew.
func (h *hand) took(journey string, most int) (n int) {
	h.t.Helper()
	h.t.Logf("%s: %d fields and clicks: %s", journey, len(h.did), strings.Join(h.did, " · "))
	if len(h.did) > most {
		h.t.Errorf("%s takes %d fields and clicks, at most %d were promised: %s", journey, len(h.did), most, strings.Join(h.did, " · "))
	}
	n, h.did = len(h.did), nil
	return n
}

// reading connects x360Sync and accepts the companies that are certain: the other half of setting up.
func (h *hand) reading(v *sandbox.Running) {
	h.t.Helper()
	h.press(`ol.tasks a[href="/setup/x360sync"]`)
	h.press(`a[href="/sources?kind=x360sync"]`)
	h.retype("host", v.X360SyncURL)
	h.fill("username", sample.SyncUsername)
	h.fill("password", sample.SyncPassword)
	h.tick(`details:has([name="allow_private_network"]) summary`)
	h.tick(`[name="allow_private_network"]`)
	h.press(`button[name="way"][value="password"]`)
	h.waitFor(`/26 organizations/.test(document.querySelector("main").innerText)`)
	h.press(`nav.rail a[href="/mapping"]`)
	h.press(`button[value="certain"]`)
	if text := h.text(); !strings.Contains(text, "matched, all in one change.") {
		h.t.Errorf("after the companies were accepted:\n%s", text)
	}
}

// month takes the shortest honest way from the overview to a pushed month: a preview, one word for all lines that ask only
// because it is their first time, a look at exactly what is written, and the push. What else is held is named there, waits,
// and is not written.
func (h *hand) month(v *sandbox.Running) {
	h.t.Helper()
	h.visit("/")
	h.press(`dl.stats a[href^="/billing/"]`)
	h.press(`form[action$="/plan"] button`)
	h.waitFor(`document.querySelector("table")`)
	h.inspect("billing-preview")
	if n := len(v.ConnectWise.QuantityWrites()); n != 0 {
		h.t.Fatalf("a preview wrote %d quantities", n)
	}
	h.press(`form[action$="/release-first"] button`)
	h.inspect("billing-released")
	const held = `document.querySelectorAll("tr.held.hold").length`
	problems := h.eval(held)
	if len(problems) == 1 && problems < "5" {
		h.t.Errorf("the month has %s problems, not five", problems)
	}
	h.press(`a.primary[href$="/push"]`)
	h.inspect("billing-check")
	h.press(`form[action="/billing/pushes"] button`)
	h.waitFor(`!/Writing \d/.test(document.querySelector("main").innerText)`)
	h.took("a month with "+problems+" problems", mostMonth)
	h.inspect("billing-pushed")
	if len(v.ConnectWise.QuantityWrites()) == 0 {
		h.t.Fatalf("the push wrote nothing:\n%s", h.text())
	}
	h.visit("/billing/pushes")
}

// whyNoTicket finds out, from the overview, what became of the alerts of a customer who got no ticket: the longer of the two
// ways, because the number of alerts leads there at once.
func (h *hand) whyNoTicket(except string) {
	h.t.Helper()
	h.visit("/")
	h.press(`nav.rail a[href="/organizations"]`)
	at := h.eval(`[...document.querySelectorAll("td a.ev[href$='/activity']")].map(a => a.getAttribute("href")).find(p => p !== "/organizations/` + except + `/activity")`)
	h.press(`td a.tl[href="` + strings.Replace(at, "activity", "settings", 1) + `"]`)
	h.press(`nav.tabs a[href="` + at + `"]`)
	h.took("why is there no ticket", mostWhy)
	if text := h.text(); !strings.Contains(text, "history: from before you switched on by alert") || !strings.Contains(text, "make one") {
		h.t.Errorf("the activity does not say why:\n%s", text)
	}
}

// newcomer is asked on the overview what a new customer is, and answers: the company, its agreement, what is billed. The
// alerts are those of everybody.
func (h *hand) newcomer(d *daemon, v *sandbox.Running) {
	h.t.Helper()
	const name = "Seilerei Jörgensen"
	company, err := v.ConnectWise.AddCompany(sample.Company{Identifier: "Seilerei", Name: name, StatusID: sample.StatusActive})
	if err != nil {
		h.t.Fatal(err)
	}
	agreement := v.ConnectWise.AddAgreement(company, "Managed Services", time.Now().AddDate(-1, 0, 0).UTC().Truncate(24*time.Hour))
	o := v.MSP.AddOrganization(sample.MasterID, name, time.Now())
	v.MSP.AddPerson(o.ID, "Inge", "Jörgensen", time.Now())
	d.must("", "sync")
	h.visit("/")
	h.press(`ul.need a[href="/organizations#new"]`)
	h.press(`#new a.primary`)
	h.press(`button[name="step"][value="reload"]`) // the company is as new as the customer
	h.choose("company", name+" – Seilerei #"+strconv.Itoa(company))
	h.waitFor(`[...document.querySelectorAll('select[name="agreement"] option')].some(o => o.value === "` + strconv.Itoa(agreement) + `")`)
	if h.eval(`document.querySelector('select[name="agreement"]').value`) != strconv.Itoa(agreement) {
		h.choose("agreement", h.eval(`document.querySelector('select[name="agreement"] option[value="`+strconv.Itoa(agreement)+`"]').label`))
	}
	h.tick(`[name="bill"][value="accounts"]`)
	h.tick(`[name="bill"][value="storage"]`)
	h.press(`form[action$="/settings"] button.primary[value="save"]`)
	h.took("a new customer", mostNewcomer)
	h.inspect("newcomer")
	before := countTickets(v.ConnectWise.Tickets())
	v.MSP.SetQuotaUsage(o.ID, 95, time.Now())
	d.must("", "sync")
	d.eventually("a ticket of the new customer", func() bool { return countTickets(v.ConnectWise.Tickets()) == before+1 })
}
