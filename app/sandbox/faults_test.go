package sandbox

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"psabridge/app/sandbox/sample"
)

func TestGlob(t *testing.T) {
	for _, tt := range []struct {
		pattern, s string
		want       bool
	}{
		{"/a", "/a", true},
		{"/a", "/ab", false},
		{"*", "", true},
		{"/a/*", "/a/1/notes", true},
		{"/a/*/notes", "/a/1/notes", true},
		{"/a/*/notes", "/a/notes", false},
		{"*notes", "/a/notes", true},
		{"/a*b*c", "/a1b2c", true},
		{"/a*b*c", "/acb", false},
	} {
		if got := glob(tt.pattern, tt.s); got != tt.want {
			t.Errorf("glob(%q, %q) = %v", tt.pattern, tt.s, got)
		}
	}
}

// TestFaultsOnCreate tells for every fault what the client sees and whether
// the ticket exists afterwards: that is the whole point of a fault script.
func TestFaultsOnCreate(t *testing.T) {
	for name, tt := range map[string]struct {
		fault   Fault
		cut     bool
		status  int
		body    string // what the answer starts with
		tickets int
	}{
		"cut before":     {Fault{Cut: CutBefore}, true, 0, "", 0},
		"cut after":      {Fault{Cut: CutAfter}, true, 0, "", 1},
		"429":            {RateLimited("30"), false, 429, `{"error":"ConnectWiseAPI"`, 0},
		"503":            {Fault{Status: 503}, false, 503, "", 0},
		"cloudflare":     {HTMLPage(502), false, 502, "<!DOCTYPE html>", 0},
		"captive portal": {CaptivePortal(), false, 200, "<html>", 0},
		"truncated":      {Fault{Damage: DamageTruncated}, false, 201, `{"_info"`, 1},
		"empty":          {Fault{Damage: DamageEmpty}, false, 200, "", 1},
		"no id":          {Fault{Damage: DamageNoID}, false, 201, `{"_info"`, 1},
	} {
		t.Run(name, func(t *testing.T) {
			cw, c := newCW(t, Options{})
			var hooked atomic.Int64
			tt.fault.Method, tt.fault.Path = "POST", "/service/tickets"
			tt.fault.Hook = func(*http.Request) { hooked.Store(int64(len(cw.Tickets()) + 1)) }
			cw.Faults.Add(tt.fault)
			c.do(200, "GET", "/service/tickets", nil) // another method passes
			r, err := c.try("POST", "/service/tickets", minimal)
			if (err != nil) != tt.cut || r.status != tt.status || !strings.HasPrefix(r.raw, tt.body) {
				t.Errorf("%v, %d %q", err, r.status, r.raw)
			}
			if name == "no id" && r.one["id"] != nil || name == "truncated" && r.one != nil || name == "empty" && r.raw != "" {
				t.Errorf("not damaged: %q", r.raw)
			}
			if n := len(cw.Tickets()); n != tt.tickets {
				t.Errorf("%d tickets, want %d", n, tt.tickets)
			}
			if want := tt.tickets + 1; tt.fault.Cut != CutBefore && int(hooked.Load()) != want {
				t.Errorf("the hook saw %d tickets, want %d", hooked.Load()-1, want-1)
			}
			if cw.Faults.Pending() != 0 {
				t.Error("the fault did not strike")
			}
			c.do(201, "POST", "/service/tickets", minimal) // once only
			log := cw.Log()
			if len(log) != 3 || log[1].Status != tt.status || log[1].Fault == "" || cw.Requests() != 3 {
				t.Errorf("log: %+v", log)
			}
		})
	}
}

func TestFalse200(t *testing.T) {
	cw, c := newCW(t, Options{})
	line := lineOf(t, cw, 900, sample.ProductAccount)
	cw.Faults.Add(Fault{Method: "PATCH", Path: "/finance/agreements/*/additions/*", Unchanged: true})
	path := fmt.Sprintf("/finance/agreements/900/additions/%d", line.ID)
	if r := c.do(200, "PATCH", path, `[{"op":"replace","path":"quantity","value":99}]`); decimal(r.one, "quantity") != line.Quantity {
		t.Errorf("it changed: %s", r.raw)
	}
	if w := cw.QuantityWrites(); len(w) != 0 {
		t.Errorf("audit trail: %+v", w)
	}
}

func TestFaultOrderAndCount(t *testing.T) {
	cw, c := newCW(t, Options{})
	cw.Faults.Add(
		Fault{Path: "/service/boards", Skip: 1, Times: 2, Status: 500},
		Fault{Path: "/service/*", Times: -1, Status: 503, When: func(r *http.Request) bool { return r.URL.Query().Get("page") == "2" }},
	)
	for i, want := range []int{200, 500, 500, 200} {
		if r := c.do(want, "GET", "/service/boards", nil); r.status != want {
			t.Errorf("request %d", i)
		}
	}
	c.do(503, "GET", "/service/boards?page=2", nil)
	c.do(503, "GET", "/service/sources?page=2", nil)
	cw.Faults.Clear()
	c.do(200, "GET", "/service/boards?page=2", nil)
}

func TestBeforeCanHoldAnAnswer(t *testing.T) {
	cw, c := newCW(t, Options{})
	reached, release := make(chan struct{}), make(chan struct{})
	cw.Faults.Add(Fault{Path: "/service/boards", Before: func(*http.Request) { close(reached); <-release }})
	done := make(chan int)
	go func() {
		r, _ := c.try("GET", "/service/boards", nil)
		done <- r.status
	}()
	<-reached
	c.do(200, "GET", "/service/sources", nil) // others go on
	close(release)
	if status := <-done; status != 200 {
		t.Errorf("status %d", status)
	}
}

func TestLogHoldsNoSecret(t *testing.T) {
	cw, c := newCW(t, Options{})
	c.do(200, "GET", where("/service/tickets", `externalXRef = "x"`), nil)
	create(t, c, minimal)
	all := fmt.Sprint(cw.Log())
	if !strings.Contains(all, `conditions=externalXRef = "x"`) {
		t.Errorf("the query is missing: %s", all)
	}
	for _, secret := range []string{sample.PrivateKey, sample.PublicKey, c.header.Get("Authorization")[6:], "Down since"} {
		if strings.Contains(all, secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}

// TestEdit lets a list lie about its total, as lists do while somebody writes.
func TestEdit(t *testing.T) {
	x, _, c := newX(t, Options{})
	signIn(c, passwordForm())
	x.Faults.Add(Fault{Path: "/organization/4712/persons", Edit: func(o map[string]any) { o["total"] = 7 }})
	if r := c.do(200, "GET", "/api/2/organization/4712/persons", nil); number(r.one, "total") != 7 {
		t.Errorf("total %v", r.one["total"])
	}
}
