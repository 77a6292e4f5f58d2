package views_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/views"
	"psabridge/views/layout"
	"psabridge/views/stories"
)

// here names what has the focus.
const here = `(e=>e===document.body?'nothing':e.matches('tr')?'row '+e.querySelector('.tl').textContent:(e.id||e.name||e.textContent.trim().replace(/\s+/g,' ')))(document.activeElement)`

// path is where a key led; the pages that the stories lead to do not exist here, their address is all there is to see.
const path = `location.pathname+location.search`

// board is what a person has in front of him: a page and its keys.
type board struct {
	ctx   context.Context //nolint:containedctx // the browser's, which lives as long as the board
	t     *testing.T
	base  string
	ended *atomic.Bool // the push that a page follows has ended
}

// TestKeyboard presses what a person without a mouse presses, on pages of different kinds, in one browser.
func TestKeyboard(t *testing.T) {
	b := keyboard(t)
	for name, do := range map[string]func(board){
		"tree": board.keysOfTheTree, "page": board.keysOfThePage, "popovers": board.popovers,
		"errors": board.errorsAreTold, "swap": board.focusAfterASwap,
	} {
		t.Run(name, func(t *testing.T) {
			b.t = t
			do(b)
		})
	}
}

func (b board) open(page string) {
	b.t.Helper()
	if err := (look{"light", 1280}).open(b.ctx, b.base+page); err != nil {
		b.t.Fatal(err)
	}
}

func (b board) see(expression string) string {
	b.t.Helper()
	got, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`String(`+expression+`)`))
	if err != nil {
		b.t.Fatal(err)
	}
	return got
}

// stroke presses keys and says what is to be seen then.
type stroke struct{ what, keys, see, want string }

func (b board) play(strokes ...stroke) {
	b.t.Helper()
	for _, s := range strokes {
		keys, with := s.keys, []chromedp.KeyOption(nil)
		if k, ok := strings.CutPrefix(keys, "Ctrl+"); ok {
			keys, with = k, append(with, chromedp.KeyModifiers(chromedp.ModifierCtrl))
		}
		if err := chromedp.Do(b.ctx, chromedp.KeyEvent(keys, with...)); err != nil {
			b.t.Fatal(err)
		}
		if got := b.until(s.see, s.want); got != s.want {
			b.t.Errorf("%s: %s is %q, want %q", s.what, s.see, got, s.want)
		}
	}
}

// until looks until it sees what is wanted: a page that opens and a part that is fetched take a moment. It gives up after
// ten seconds with what it saw last.
func (b board) until(expression, want string) string {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, 10*time.Second)
	defer stop()
	var got string
	for ctx.Err() == nil {
		now, err := chromedp.Run(ctx, chromedp.Evaluate[string](`String(`+expression+`)`))
		if err == nil {
			if got = now; got == want {
				break
			}
		}
	}
	return got
}

// fetched are what the pages ask for while they are open, by path.
func fetched(ended *atomic.Bool) map[string]http.HandlerFunc {
	in := layout.Shell{Zone: time.UTC}
	return map[string]http.HandlerFunc{
		link.PushProgress(9): func(w http.ResponseWriter, r *http.Request) {
			m := views.PushView{Shell: in, Zone: time.UTC, Push: app.Push{ID: 9, Connection: "cw", State: app.PushWriting}}
			if ended.Load() {
				m.Push.State = app.PushDone
			}
			_ = views.PushProgress(m).Render(r.Context(), w)
		},
		link.Agreements(7): func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("company") == "250" {
				w.Header().Set("HX-Reswap", "none")
				w.WriteHeader(http.StatusBadGateway)
				_ = views.ProblemPage(views.Problem{Status: 502, Title: "There is no answer.", Text: "ConnectWise did not answer."}).Render(r.Context(), w)
				return
			}
			_ = views.AgreementRow(views.OrganizationSettings{Shell: in}).Render(r.Context(), w)
		},
	}
}

// keyboard shows the stories to one tab; any other page is an empty one.
func keyboard(t *testing.T) board {
	t.Helper()
	ended := new(atomic.Bool)
	parts := fetched(ended)
	all, known := stories.Handler(), map[string]bool{}
	for _, s := range stories.All() {
		known[s.Name()] = true
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h := parts[r.URL.Path]; h != nil {
			h(w, r)
			return
		}
		if r.Header.Get("Sec-Fetch-Dest") == "document" && !known[strings.TrimPrefix(r.URL.Path, "/")] {
			_, _ = io.WriteString(w, "<!doctype html><title>elsewhere</title><main>elsewhere</main>")
			return
		}
		all.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	ctx, cancel := context.WithTimeout(browser(t), 3*time.Minute)
	t.Cleanup(cancel)
	lookedAt(ctx, t)
	return board{ctx, t, srv.URL, ended}
}

// keysOfTheTree presses what the list of keys says, on pages of different kinds.
func (b board) keysOfTheTree() {
	b.open("/normal/organizations")
	b.play(
		stroke{"the skip link comes first", kb.Tab, here, "Skip to content"},
		stroke{"and leads to the content", kb.Enter, here, "main"},
		stroke{"/ goes to the search", "/", here, "q"},
		stroke{"Esc goes back", kb.Escape, here, "main"},
		stroke{"Ctrl K goes there too", "Ctrl+k", here, "q"},
		stroke{"and back", kb.Escape, here, "main"},
		stroke{"j goes to the first row", "j", here, "row Contoso Ltd."},
		stroke{"and to the next", "j", here, "row Bäckerei Hüttenschmidt & Söhne GmbH"},
		stroke{"k goes back", "k", here, "row Contoso Ltd."},
		stroke{"e closes the branch", "e", shown, "1"},
		stroke{"and opens it", "e", shown, "12"},
		stroke{"arrow down is the next row", kb.ArrowDown, here, "row Bäckerei Hüttenschmidt & Söhne GmbH"},
		stroke{"arrow left is its parent", kb.ArrowLeft, here, "row Contoso Ltd."},
		stroke{"arrow left closes", kb.ArrowLeft, shown, "1"},
		stroke{"arrow right opens", kb.ArrowRight, shown, "12"},
		stroke{"arrow right is its first child", kb.ArrowRight, here, "row Bäckerei Hüttenschmidt & Söhne GmbH"},
		stroke{"arrow up is the row before", kb.ArrowUp, here, "row Contoso Ltd."},
		stroke{"End is the last row", kb.End, `document.activeElement.rowIndex`, "12"},
		stroke{"Home is the first row", kb.Home, here, "row Contoso Ltd."},
		stroke{"a name is typed", "Bäck", here, "row Bäckerei Hüttenschmidt & Söhne GmbH"},
		stroke{"Enter opens the row", kb.Enter, path, link.OrganizationSettings(2)},
	)
	for key, to := range map[string]string{"h": link.Overview, "o": link.Organizations, "b": link.Billing, "t": link.Tickets, "d": link.Deliveries, "s": link.Sources} {
		b.open("/normal/about")
		b.play(stroke{"g " + key, "g" + key, path, to})
	}
}

// keysOfThePage presses those that belong to what a page shows.
func (b board) keysOfThePage() {
	b.open("/trouble/deliveries")
	b.play(
		stroke{"r goes to Retry", "r", `document.activeElement.form.getAttribute('action')`, link.RetryParked},
		stroke{"Enter does it", kb.Enter, path, link.RetryParked},
	)
	b.open("/normal/push")
	b.play(stroke{"p is the preview of the month", "p", path, link.Month("cw", "2026-11")})
	b.open("/normal/overview")
	b.play(stroke{"also on the overview", "p", path, link.Month("cw", "2026-11")})
	b.open("/normal/deliveries")
	first := b.see(`document.querySelector('main tbody a.tl').getAttribute('href')`)
	b.play(
		stroke{"j goes to the first row", "j", `document.activeElement.getAttribute('href')`, first},
		stroke{"Enter opens it", kb.Enter, path, first},
	)
	b.open("/normal/alerts")
	const open = `[document.querySelectorAll('main details.ev[open]').length, ` + here + `]`
	more := b.see(`document.querySelector('main details.ev>summary').textContent.trim().replace(/\s+/g,' ')`)
	b.see(`document.querySelector('main details.ev').closest('tr').querySelector('a').focus()`)
	b.play(
		stroke{"e opens what a row folds away", "e", open, "1," + more},
		stroke{"Tab goes into it", kb.Tab, `document.activeElement.closest('details.ev[open]') !== null`, "true"},
		stroke{"Esc closes it and gives the focus back", kb.Escape, open, "0," + more},
		stroke{"Enter opens it", kb.Enter, open, "1," + more},
		stroke{"Space closes it", " ", open, "0," + more},
	)
}

// popovers opens the list of keys and the pause by keyboard, and switches the single keys off and on.
func (b board) popovers() {
	b.open("/normal/organizations")
	const isOpen = `[...document.querySelectorAll(':popover-open')].map(e=>e.id)+' '+` + here
	b.see(`document.querySelector('[popovertarget=pause]').focus()`)
	b.play(
		stroke{"Enter opens the pause", kb.Enter, isOpen, "pause Pause"},
		stroke{"Tab goes into it", kb.Tab, isOpen, "pause f-pause_for"},
		stroke{"Esc closes it and gives the focus back", kb.Escape, isOpen, " Pause"},
		stroke{"Space opens it too", " ", isOpen, "pause Pause"},
		stroke{"and closes it", " ", isOpen, " Pause"},
		stroke{"? opens the list of keys", "?", isOpen, "keys keys"},
		stroke{"Esc closes it and gives the focus back", kb.Escape, isOpen, " Pause"},
		stroke{"? opens it again", "?", isOpen, "keys keys"},
		stroke{"Tab goes to the switch", kb.Tab, isOpen, "keys Single keys: on"},
		stroke{"Space switches the single keys off", " ", isOpen, "keys Single keys: off"},
		stroke{"? does nothing any more", kb.Escape + "?", isOpen, " Pause"},
		stroke{"Ctrl K does", "Ctrl+k", here, "q"},
	)
	b.see(`document.querySelector('[popovertarget=keys]').focus()`)
	b.play(
		stroke{"the rail opens the list as well", kb.Enter, isOpen, "keys keys"},
		stroke{"and there they are switched on", kb.Tab + " ", isOpen, "keys Single keys: on"},
		stroke{"Esc goes back to the rail", kb.Escape, isOpen, " Keys"},
	)
	b.see(`document.querySelector('[data-theme-next]').focus()`)
	b.play(stroke{"Space presses a button", " ", `document.documentElement.dataset.theme`, "light"})
}

// errorsAreTold opens a form that could not be saved.
func (b board) errorsAreTold() {
	b.open("/trouble/connection")
	if got := b.see(`document.activeElement.getAttribute('role')+' '+document.activeElement.querySelector('h2')?.textContent`); got != "alert There is a problem" {
		b.t.Errorf("the focus is on %q", got)
	}
	to := b.see(`document.querySelector('[data-focus] a').hash.slice(1)`)
	b.play(
		stroke{"Tab goes to the first line", kb.Tab, `document.activeElement.getAttribute('href')`, "#" + to},
		stroke{"Enter goes to its field", kb.Enter, here, to},
		stroke{"and does not send the form", "", path, "/trouble/connection"},
	)
	if b.see(`document.getElementById(document.activeElement.getAttribute('aria-describedby')).textContent.trim()`) == "" {
		b.t.Error("the field does not say what is wrong")
	}
}

// focusAfterASwap lets parts of a page come anew while something in them has the focus.
func (b board) focusAfterASwap() {
	b.open("/normal/push")
	b.see(`document.querySelector('#progress button').focus()`)
	if got := b.until(`document.querySelector('#run').textContent+', '+`+here, "Writing 0 of 0, Stop after the current agreement"); got != "Writing 0 of 0, Stop after the current agreement" {
		b.t.Errorf("a poll moves the focus: %q", got)
	}
	b.ended.Store(true)
	want := "true true"
	if got := b.until(`!document.querySelector('#progress button[type=submit]')+' '+(document.activeElement.matches('h1,h2,h3')&&document.activeElement.tabIndex===-1)`, want); got != want {
		b.t.Errorf("the end of the push leaves the focus at %s", b.see(here))
	}
	b.open("/normal/organization-settings")
	b.see(`document.addEventListener('htmx:finally:request',e=>{if(e.target.id==='f-company')document.body.dataset.came=e.target.value})`)
	choose := func(company string) {
		b.see(`(e=>{e.focus();e.add(new Option(` + company + `,` + company + `,true,true));e.dispatchEvent(new Event('change',{bubbles:true}))})(document.getElementById('f-company'))`)
		if got := b.until(`document.body.dataset.came`, company); got != company {
			b.t.Errorf("after %s was chosen, %s was fetched", company, got)
		}
	}
	choose("251")
	if got := b.until(`document.querySelectorAll('#f-agreement option').length+' '+`+here, "1 f-company"); got != "1 f-company" {
		b.t.Errorf("after its agreements came the focus is at %q", got)
	}
	choose("250")
	const said = `(e=>!e.hidden&&e.getAttribute('role')+': '+e.textContent.trim().replace(/\s+/g,' '))(document.getElementById('lost'))+', `
	if got := b.until(said+`'+`+here, "alert: There is no answer. ConnectWise did not answer., f-company"); got != "alert: There is no answer. ConnectWise did not answer., f-company" {
		b.t.Errorf("of a part that did not come is said %q", got)
	}
	choose("251")
	if got := b.until(said+`'`, "false, "); got != "false, " {
		b.t.Errorf("it is still said after it came: %q", got)
	}
}
