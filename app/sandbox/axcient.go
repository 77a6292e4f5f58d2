package sandbox

import (
	"maps"
	"net/http"
	"strings"
	"sync"

	"psabridge/app/sandbox/sample"
)

// Axcient is the Axcient public API: x360Cloud below /x360cloud, Billing below
// /billing, and as much of x360Recover as a provider without appliances has. It
// is an http.Handler and safe for concurrent use. It only reads, so nothing that
// is asked leaves a trace.
type Axcient struct {
	vendor
	msp *sample.MSP

	mu     sync.Mutex
	quirks AxcientQuirks
	key    string
	pages  int // given out, for totals that change
}

// NewAxcient starts an Axcient API over the provider. It panics where the
// options' quirks name something there is not; Start returns that.
func NewAxcient(msp *sample.MSP, opts Options) *Axcient {
	if err := opts.AxcientQuirks.Validate(); err != nil {
		panic(err)
	}
	return &Axcient{vendor: vendor{now: opts.clock()}, msp: msp, quirks: opts.AxcientQuirks.clone(), key: sample.AxcientKey}
}

// SetQuirks changes the manners of the server from the next request on. It
// panics where a quirk names something there is not: that is a misspelt test.
func (a *Axcient) SetQuirks(change func(*AxcientQuirks)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	next := a.quirks.clone()
	change(&next)
	if err := next.Validate(); err != nil {
		panic(err)
	}
	a.quirks = next.clone()
}

// SetKey replaces the key: the old one is refused at once.
func (a *Axcient) SetKey(key string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.key = key
}

// Requests counts what was asked since the start or the last ForgetRequests.
func (a *Axcient) Requests() int { return a.log.total() }

// Log is what was asked, oldest first.
func (a *Axcient) Log() []Request { return a.log.all() }

// ForgetRequests sets the count to nothing.
func (a *Axcient) ForgetRequests() { a.log.clear() }

// ServeHTTP answers as the Axcient API. Fault paths are whole paths.
func (a *Axcient) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimSuffix(r.URL.Path, "/")
	a.serve(w, r, path, func(bool) *answer {
		a.mu.Lock()
		quirks, key := a.quirks.clone(), a.key
		a.mu.Unlock()
		return a.answer(axCall{Request: r, path: path, q: &quirks}, key)
	})
}

// axCall is one request and the manners it meets.
type axCall struct {
	*http.Request
	path string
	q    *AxcientQuirks
}

func (a *Axcient) answer(c axCall, key string) *answer {
	if key == "" || c.Header.Get("X-Api-Key") != key {
		return c.unauthorized()
	}
	if an := c.obstacle(); an != nil {
		return an
	}
	product, rest, ok := productOf(c.path)
	switch {
	case !ok:
		return c.unknown()
	case contains(c.q.Lacks, product):
		return c.problem(http.StatusForbidden, "The API key has no permission for this product.")
	case c.Method != http.MethodGet:
		return c.problem(http.StatusMethodNotAllowed, "The method is not allowed.")
	}
	switch product {
	case ProductCloud:
		return a.cloud(c, rest)
	case ProductBilling:
		return a.billing(c, rest)
	case ProductRecover:
		return a.recoverAPI(c, rest)
	}
	return c.unknown() // the key has a permission for x360Sync, and nothing is known that it opens
}

// productOf is the product a path belongs to, and what follows.
func productOf(path string) (product, rest string, ok bool) {
	for _, p := range axcientProducts {
		if rest, ok = strings.CutPrefix(path, "/"+strings.ToLower(p)); ok && (rest == "" || rest[0] == '/') {
			return p, strings.Trim(rest, "/"), true
		}
	}
	return "", "", false
}

// obstacle is what stands in front of one path by a quirk; nil is nothing.
func (c axCall) obstacle() *answer {
	switch {
	case named(c.q.Redirects, c.path):
		a := textAnswer(http.StatusFound, "text/html; charset=utf-8", "")
		a.header.Set("Location", "/login?next="+c.path)
		return a
	case named(c.q.HTMLPages, c.path):
		return signInPage()
	}
	if status := statusFor(c.q.Status, c.path); status != 0 {
		return c.problem(status, "It is refused.")
	}
	return nil
}

// signInPage is a page for people where a program asked for JSON, with a good status.
func signInPage() *answer {
	return textAnswer(http.StatusOK, "text/html; charset=utf-8", "<!DOCTYPE html><html><head><title>Sign in</title></head><body><form action=\"/login\" method=\"post\"><input name=\"username\"></form></body></html>")
}

// problem is an error by RFC 9457, as the API writes all but a 401.
func (c axCall) problem(status int, detail string) *answer {
	a := jsonAnswer(status, object{"detail": detail, "status": status, "title": http.StatusText(status), "type": "about:blank"})
	a.header.Set("Content-Type", "application/problem+json")
	if c.q.RetryAfter != "" && (status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable) {
		a.header.Set("Retry-After", c.q.RetryAfter)
	}
	return a
}

func (c axCall) unauthorized() *answer {
	if c.q.HTMLRefusal {
		return textAnswer(http.StatusUnauthorized, "text/html; charset=utf-8", `{"code":401,"msg":"Unauthorized"}`)
	}
	return jsonAnswer(http.StatusUnauthorized, object{"message": "Unauthorized"})
}

// unknown is the answer to a path there is not: the gateway in front says 401,
// as if the key were wrong.
func (c axCall) unknown() *answer {
	if c.q.NotFound404 {
		return c.notFound()
	}
	return c.unauthorized()
}

func (c axCall) notFound() *answer {
	return c.problem(http.StatusNotFound, "The record was not found.")
}

// cloud is the API of x360Cloud.
func (a *Axcient) cloud(c axCall, rest string) *answer {
	parts := strings.Split(rest, "/")
	if parts[0] != "client" || len(parts) > 4 {
		return c.unknown()
	}
	clients := a.msp.CloudClients()
	if len(parts) == 1 {
		return list(a, c, "client", a.clientRows(clients))
	}
	for _, one := range clients {
		if itoa(one.ID) == parts[1] {
			return a.client(c, one, parts[2:])
		}
	}
	return c.notFound()
}

func (a *Axcient) client(c axCall, one sample.CloudClient, parts []string) *answer {
	if len(parts) == 0 {
		return c.one("client", a.clientRows([]sample.CloudClient{one})[0])
	}
	var name string
	var rows []axRow
	switch parts[0] {
	case "backup_status":
		name, rows = "backup", a.backupRows(one.ID, c.q.Order)
		if c.q.NoBackupHistory && len(rows) > 0 && len(parts) == 1 {
			return c.one(name, a.backupRows(one.ID, OrderNewest)[0])
		}
	case "user":
		name, rows = "user", a.userRows(one.ID)
	case "shared_resource":
		name, rows = "resource", a.resourceRows(one.ID)
	default:
		return c.unknown()
	}
	if len(parts) == 1 {
		return list(a, c, name, rows)
	}
	if name == "backup" {
		return c.unknown()
	}
	for _, row := range rows {
		if itoa(row.id()) == parts[1] {
			return c.one(name, row)
		}
	}
	return c.notFound()
}

// recoverAPI is what x360Recover says to somebody who does not use it.
func (a *Axcient) recoverAPI(c axCall, rest string) *answer {
	switch rest {
	case "organization":
		return jsonAnswer(http.StatusOK, object{"id": axcientPartner, "name": sample.MasterName})
	case "client", "device":
		return jsonAnswer(http.StatusOK, []object{})
	}
	return c.unknown()
}

// with copies headers into an answer.
func (a *answer) with(header http.Header) *answer {
	maps.Copy(a.header, header)
	return a
}
