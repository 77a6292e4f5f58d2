package sandbox

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// NobodysPort and NobodyListens are where connections are refused, as by a vendor that is gone. It is not the port of a server
// that was closed: the system hands that out again, and a test beside this one would come to answer there. 1024 is reserved
// (IANA), below what any system hands out, and not among the low ports that the product refuses.
const (
	NobodysPort   = 1024
	NobodyListens = "http://127.0.0.1:1024"
)

// Cut says where a connection breaks.
type Cut uint8

// The two moments that matter to a client: nothing happened, or it happened
// and nobody was told.
const (
	CutNone Cut = iota
	CutBefore
	CutAfter
)

// Damage says how an answer is spoiled after the vendor did the work.
type Damage uint8

// Ways in which an answer can arrive and still say nothing.
const (
	DamageNone      Damage = iota
	DamageTruncated        // half of the JSON
	DamageEmpty            // 200 without a body
	DamageNoID             // the record without its id
)

// Fault is one rule of a fault script: which requests, and what goes wrong.
// The zero values of Method, Path and When match everything.
type Fault struct {
	Method string                   // "" is any
	Path   string                   // below the vendor's base; "*" stands for any characters
	When   func(*http.Request) bool // a further condition; must not read the body
	Skip   int                      // let so many matching requests pass first
	Times  int                      // spoil so many, then retire; 0 is one, negative is for ever

	Before func(*http.Request) // runs before the vendor looks at the request: block here to delay
	Hook   func(*http.Request) // runs after the vendor committed, before it answers

	Status int         // answer this at once; nothing is committed
	Header http.Header // headers of that answer
	Body   string      // body of that answer

	Cut       Cut
	Damage    Damage
	Edit      func(map[string]any) // changes the JSON object that is answered: a wrong total, a null, a text for a number
	Unchanged bool                 // a PATCH answers 200 with the record as it was: the false 200
	Endless   int64                // the answer is a list of so many bytes that is never closed; it stops when the client leaves
	Drip      <-chan struct{}      // each receive lets one byte of the answer go; closed, the rest
}

// name is how the request log calls a fault that struck.
func (f *Fault) name() string {
	switch {
	case f.Status != 0:
		return fmt.Sprintf("answered %d", f.Status)
	case f.Cut == CutBefore:
		return "cut before"
	case f.Cut == CutAfter:
		return "cut after"
	case f.Damage == DamageTruncated:
		return "truncated"
	case f.Damage == DamageEmpty:
		return "empty"
	case f.Damage == DamageNoID:
		return "no id"
	case f.Unchanged:
		return "unchanged"
	case f.Endless > 0:
		return "endless"
	case f.Drip != nil:
		return "dripping"
	case f.Edit != nil:
		return "edited"
	}
	return "hook"
}

// Faults is a vendor's fault script. Rules are tried in the order they were
// added and the first that matches strikes. Safe for concurrent use.
type Faults struct {
	mu    sync.Mutex
	rules []*rule
}

type rule struct {
	Fault
	seen, struck int
}

// Add appends rules.
func (f *Faults) Add(faults ...Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, one := range faults {
		if one.Times == 0 {
			one.Times = 1
		}
		f.rules = append(f.rules, &rule{Fault: one})
	}
}

// Clear takes all rules away.
func (f *Faults) Clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rules = nil
}

// Pending counts the rules that have not struck as often as they may; those
// that strike for ever do not count.
func (f *Faults) Pending() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, r := range f.rules {
		if r.Times > 0 && r.struck < r.Times {
			n++
		}
	}
	return n
}

// strike picks the fault of one request, if any.
func (f *Faults) strike(r *http.Request, path string) *Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, one := range f.rules {
		if !one.matches(r, path) || (one.Times > 0 && one.struck >= one.Times) {
			continue
		}
		one.seen++
		if one.seen <= one.Skip {
			continue
		}
		one.struck++
		fault := one.Fault
		return &fault
	}
	return nil
}

func (r *rule) matches(req *http.Request, path string) bool {
	return (r.Method == "" || r.Method == req.Method) &&
		(r.Path == "" || glob(r.Path, path)) &&
		(r.When == nil || r.When(req))
}

// glob matches a pattern in which "*" stands for any characters, slashes too.
func glob(pattern, s string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == s
	}
	if !strings.HasPrefix(s, parts[0]) {
		return false
	}
	s = s[len(parts[0]):]
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(s, part)
		if i < 0 {
			return false
		}
		s = s[i+len(part):]
	}
	return strings.HasSuffix(s, parts[len(parts)-1])
}

// spoil damages a finished answer.
func (f *Fault) spoil(a *answer) *answer {
	switch f.Damage {
	case DamageNone:
	case DamageTruncated:
		a.body = a.body[:len(a.body)/2]
	case DamageEmpty:
		return textAnswer(http.StatusOK, "application/json; charset=utf-8", "")
	case DamageNoID:
		rewrite(a, func(o object) { delete(o, "id") })
	}
	if f.Edit != nil {
		rewrite(a, f.Edit)
	}
	return a
}

// rewrite changes an answer that is a JSON object, and leaves any other alone.
func rewrite(a *answer, change func(object)) {
	var body object
	if json.Unmarshal(a.body, &body) != nil || body == nil {
		return
	}
	change(body)
	if data, err := json.Marshal(body); err == nil {
		a.body = data
	}
}

// cut breaks the connection with a reset, as a dying line does: a tidy close
// would look like an empty answer to some clients.
func cut(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// RateLimited is the vendor's documented 429; retryAfter is the header as it
// is sent, so that "-1", a date or "" can be tried too.
func RateLimited(retryAfter string) Fault {
	h := http.Header{"Content-Type": {"application/json; charset=utf-8"}}
	if retryAfter != "" {
		h.Set("Retry-After", retryAfter)
	}
	return Fault{Status: http.StatusTooManyRequests, Header: h, Body: `{"error":"ConnectWiseAPI","message":"Too many requests. Please try again in 30 seconds."}`}
}

// HTMLPage is what a proxy in front of the vendor says when it has trouble.
func HTMLPage(status int) Fault {
	return Fault{
		Status: status, Header: http.Header{"Content-Type": {"text/html; charset=UTF-8"}, "Server": {"cloudflare"}},
		Body: "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body><h1>Error " + strconv.Itoa(status) + "</h1><p>Ray ID: 8c0ffee</p></body></html>",
	}
}

// Moving lets a list move while it is paged: move runs right before the vendor
// looks at the n-th request for a path from now on, counted from 1. The methods
// of ConnectWise that add and delete records are for it.
func Moving(path string, n int, move func()) Fault {
	return Fault{Method: http.MethodGet, Path: path, Skip: n - 1, Before: func(*http.Request) { move() }}
}

// Refusal is an error in ConnectWise's own form.
func Refusal(status int, code, message string) Fault {
	return Fault{Status: status, Body: string(jsonAnswer(status, errorBody(code, message)).body)}
}

// InUse is the 409 for a record somebody else holds.
func InUse() Fault {
	return Refusal(http.StatusConflict, "Conflict", "The record is possibly in use, or there was another conflict.")
}

// Broken is a 500 with ConnectWise's own message, which says nothing about
// whether something was done; this one did nothing.
func Broken() Fault {
	return Refusal(http.StatusInternalServerError, "InternalServerError", "The service was not able to process your request.")
}

// CaptivePortal is a hotel's sign-in page, with a good status.
func CaptivePortal() Fault {
	f := HTMLPage(http.StatusOK)
	f.Body = "<html><body>Welcome to Hotel WLAN. <form>Please accept our terms</form></body></html>"
	delete(f.Header, "Server")
	return f
}
