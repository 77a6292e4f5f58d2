package main

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"psabridge/app/sandbox"
)

// parkedBridge is a bridge whose board is mistyped, with two alerts that cannot become tickets for it: one waits for a person,
// the other behind it (T9).
func parkedBridge(t *testing.T) (*daemon, *sandbox.Running) {
	t.Helper()
	v := vendors(t)
	p := newProcess(t)
	d := p.serve()
	p.configure(v, append([]string{`board: "Alerts"`, `board: "Allerts"`}, quick...)...)
	p.must("", "sync")
	for _, o := range v.MSP.Organizations()[1:3] {
		v.MSP.SetQuotaUsage(o.ID, 95, time.Now())
	}
	p.must("", "sync")
	d.eventually("one parked ticket and one behind it", func() bool {
		var list deliveryList
		d.get("/deliveries", &list)
		return len(list.Items) == 2 && list.count("parked") == 1 && list.Items[0].Attempts+list.Items[1].Attempts >= 2 && list.count("waiting") == 1
	})
	return d, v
}

// deliveryList is what the API says of deliveries.
type deliveryList struct {
	Items []struct {
		ID       string `json:"id"`
		State    string `json:"state"`
		Attempts int    `json:"attempts"`
	} `json:"items"`
}

func (l deliveryList) count(state string) (n int) {
	for _, d := range l.Items {
		if d.State == state {
			n++
		}
	}
	return n
}

// parked is the delivery that waits for a person, with how often it was tried.
func (l deliveryList) parked(t testing.TB) (id string, attempts int) {
	t.Helper()
	for _, d := range l.Items {
		if d.State == "parked" {
			return d.ID, d.Attempts
		}
	}
	t.Fatal("nothing is parked")
	return "", 0
}

// signedIn opens the overview in a browser.
func signedIn(t *testing.T, d *daemon) *tab {
	t.Helper()
	b := openTab(t)
	b.enter(d.bridgeProcess)
	b.waitFor(`location.pathname === "/" && !location.search`)
	return b
}

// another is a second tab of the same browser.
func (b *tab) another() *tab {
	b.t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx)
	b.t.Cleanup(cancel)
	out := &tab{t: b.t, ctx: ctx, base: b.base, axe: b.axe}
	out.look()
	return out
}

// TestParkedTicketFixedInTwoClicks begins where a person sees it, on the overview: Fix leads to the board, which is marked, has
// the focus and proposes the one that was meant; Save sends both tickets. Before that, a browser without scripts is tried on
// the same bridge.
func TestParkedTicketFixedInTwoClicks(t *testing.T) {
	t.Parallel()
	d, v := parkedBridge(t)
	h := &hand{tab: signedIn(t, d)}
	h.withoutScripts(d)
	h.visit("/")
	if text := h.text(); !strings.Contains(text, "1 delivery waits for you, and 1 more waits behind.") {
		t.Errorf("the overview does not say what waits:\n%s", text)
	}
	h.press(`ul.need form[action$="/fix"] button`)
	h.inspect("fix-2-board")
	if at := h.eval(`document.activeElement.name + " " + document.activeElement.getAttribute("aria-invalid") + " " + document.activeElement.value`); at != "board true Alerts" {
		t.Errorf("the focus is on %q", at)
	}
	h.press(`form[action="/connections/cw/ticketing"] button[value="save"]`)
	h.took("to mend a parked ticket", mostMend)
	d.eventually("both tickets at ConnectWise", func() bool { return countTickets(v.ConnectWise.Tickets()) == 2 })
	h.waitFor(`/Sent/.test(document.querySelector("main .head").innerText)`) // the page looks again by itself
	h.inspect("fix-3-sent")
	h.visit("/")
	if text := h.text(); strings.Contains(text, "waits for you") {
		t.Errorf("the overview still says:\n%s", text)
	}
}

// TestF39PagesStandAbuse: a double click, two tabs that answer one question, and going back after the end have one effect, and
// words in place of an error.
func TestF39PagesStandAbuse(t *testing.T) {
	t.Parallel()
	d, v := parkedBridge(t)
	b := signedIn(t, d)
	var list deliveryList
	d.get("/deliveries", &list)
	id, before := list.parked(t)
	at := "/deliveries/" + id

	b.visit(at)
	b.must(chromedp.Evaluate[chromedp.Void](`document.documentElement.dataset.old = "1";
		{ const r = document.querySelector('form[action$="/retry"] button'); r.click(); r.click(); } 0`))
	b.waitFor(`!document.documentElement.dataset.old && document.readyState === "complete"`)
	d.eventually("one more attempt", func() bool {
		d.get("/deliveries", &list)
		return list.count("parked") == 1
	})
	if _, after := list.parked(t); after != before+1 {
		t.Errorf("a double click on Retry made %d attempts", after-before)
	}

	late := b.another()
	late.visit(at)
	b.visit(at)
	b.must(chromedp.Evaluate[chromedp.Void](`document.querySelector('form[action$="/drop"]').closest("details").open = true; 0`),
		chromedp.SendKeys(chromedp.CSS(`[name="reason"]`), "the customer left"))
	b.click(`form[action$="/drop"] button`)
	b.must(chromedp.Evaluate[chromedp.Void](`document.documentElement.dataset.old = "1"; history.back(); 0`))
	b.waitFor(`!document.documentElement.dataset.old && document.readyState === "complete"`)
	if text := b.text(); !strings.Contains(text, "the customer left") || b.eval(`document.querySelectorAll('form[action$="/retry"]').length`) != "0" {
		t.Errorf("going back shows what is no more:\n%s", text)
	}
	late.click(`form[action$="/retry"] button`)
	if text := late.text(); !strings.Contains(text, "It changed in the meantime.") || !strings.Contains(text, "Look again") {
		t.Errorf("the other tab shows:\n%s", text)
	}
	if n := countTickets(v.ConnectWise.Tickets()); n != 0 {
		t.Errorf("%d tickets were opened", n)
	}
}

// TestF39TwoTabsAnswerOnce asks the start question in two tabs.
func TestF39TwoTabsAnswerOnce(t *testing.T) {
	t.Parallel()
	v := vendors(t)
	p := newProcess(t)
	d := p.serve()
	p.configure(v, quick...)
	for _, o := range v.MSP.Organizations()[1:4] {
		v.MSP.SetQuotaUsage(o.ID, 95, time.Now())
	}
	p.must("", "sync")
	b := signedIn(t, d)
	b.visit("/")
	waiting := b.eval(`document.querySelector('section.decide button[value="open"]').innerText.replace(/\D/g, "")`)
	late := b.another()
	late.visit("/")
	b.click(`section.decide button[value="open"]`)
	late.click(`section.decide button[value="open"]`)
	if text := late.text(); !strings.Contains(text, "Nothing waits for that answer any more") {
		t.Errorf("the second tab shows:\n%s", text)
	}
	d.eventually("the tickets", func() bool { return strconv.Itoa(countTickets(v.ConnectWise.Tickets())) == waiting })
}
