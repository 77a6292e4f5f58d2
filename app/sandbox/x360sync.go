package sandbox

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"psabridge/app/sandbox/sample"
)

// X360Sync is an x360Sync (Anchor) server: its OAuth2 and its API v2. It is an
// http.Handler and safe for concurrent use. What it shows is the provider's
// moving world; only signing in leaves a trace in it.
type X360Sync struct {
	vendor
	msp *sample.MSP

	mu       sync.Mutex
	quirks   SyncQuirks
	limit    limiter
	pages    int // given out, for totals that change
	failures int // wrong passwords in a row
	locked   time.Time
	tokens   map[string]*token360 // access tokens
	refresh  map[string]*token360 // refresh tokens, the used ones too
	codes    map[string]*code360
	guids    map[string]bool
}

// NewX360Sync starts an x360Sync over the provider. It panics where the
// options' quirks name something there is not; Start returns that.
func NewX360Sync(msp *sample.MSP, opts Options) *X360Sync {
	quirks := opts.initialSyncQuirks()
	if err := quirks.Validate(); err != nil {
		panic(err)
	}
	return &X360Sync{
		vendor: vendor{now: opts.clock()}, msp: msp, quirks: quirks,
		tokens: map[string]*token360{}, refresh: map[string]*token360{}, codes: map[string]*code360{}, guids: map[string]bool{},
	}
}

// Requests counts what was asked since the start or the last ForgetRequests.
func (x *X360Sync) Requests() int { return x.log.total() }

// Log is what was asked, oldest first.
func (x *X360Sync) Log() []Request { return x.log.all() }

// ForgetRequests sets the count to nothing.
func (x *X360Sync) ForgetRequests() { x.log.clear() }

// ServeHTTP answers as x360Sync. Fault paths are below /api/2 for the API
// ("/organization/*") and whole for OAuth ("/oauth/token").
func (x *X360Sync) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path, api := strings.CutPrefix(r.URL.Path, "/api/2")
	x.serve(w, r, path, func(bool) *answer {
		x.mu.Lock()
		quirks := x.quirks.clone()
		wait := x.limit.over(x.now(), quirks.PerMinute)
		x.mu.Unlock()
		c := syncCall{Request: r, path: path, q: &quirks}
		if an := c.obstacle(wait > 0); an != nil {
			return an
		}
		switch {
		case api:
			return x.api(c, strings.Trim(path, "/"))
		case path == "/oauth/token":
			return x.token(c)
		case path == "/oauth/revoke":
			return x.revoke(c)
		case path == "/oauth/authorize":
			return x.authorize(c)
		}
		return anchorError(http.StatusNotFound)
	})
}

// syncCall is one request and the manners it meets.
type syncCall struct {
	*http.Request
	path string
	q    *SyncQuirks
}

// obstacle is what stands in front of one path by a quirk; nil is nothing.
func (c syncCall) obstacle(over bool) *answer {
	status := statusFor(c.q.Status, c.path)
	switch {
	case over:
		status = cmp.Or(c.q.LimitStatus, http.StatusTooManyRequests)
	case named(c.q.ProxyTrouble, c.path):
		page := HTMLPage(http.StatusBadGateway)
		return textAnswer(page.Status, page.Header.Get("Content-Type"), page.Body)
	case named(c.q.HTMLPages, c.path):
		return signInPage()
	case named(c.q.Redirects, c.path):
		a := textAnswer(http.StatusFound, "text/html; charset=utf-8", "")
		a.header.Set("Location", "/login?next="+c.path)
		return a
	}
	if status == 0 {
		return nil
	}
	a := anchorError(status)
	if c.q.RetryAfter != "" && (status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable || over) {
		a.header.Set("Retry-After", c.q.RetryAfter)
	}
	return a
}

// anchorErrors are the error words the vendor documents.
var anchorErrors = map[int]string{
	400: "invalid_request", 401: "access_denied", 403: "forbidden", 404: "not_found", 405: "method_not_allowed", 409: "conflict", 410: "gone", 503: "service_unavailable",
}

func anchorError(status int) *answer {
	return jsonAnswer(status, object{"error": cmp.Or(anchorErrors[status], "error")})
}

func (x *X360Sync) api(c syncCall, path string) *answer {
	if !x.signedIn(c.Request) {
		return anchorError(http.StatusUnauthorized)
	}
	if c.Method != http.MethodGet {
		return anchorError(http.StatusMethodNotAllowed)
	}
	parts := strings.Split(path, "/")
	switch parts[0] {
	case "version":
		return jsonAnswer(http.StatusOK, object{"version": "2.7.2.1581"})
	case "person":
		return x.person(c, parts)
	case "organization":
		return x.organization(c, parts)
	case "machine":
		return x.machine(c, parts)
	case "activity":
		return x.activity(c, parts)
	}
	return anchorError(http.StatusNotFound)
}

// one answers a single object, in the manner of the server.
func (c syncCall) one(o object) *answer {
	return jsonAnswer(http.StatusOK, c.q.write(o))
}

func (x *X360Sync) person(c syncCall, parts []string) *answer {
	for _, p := range x.msp.Persons(sample.MasterID) {
		if len(parts) == 1 && p.SiteAdmin || len(parts) == 2 && (parts[1] == strconv.Itoa(p.ID) || strings.EqualFold(parts[1], p.Email)) {
			return c.one(personJSON(p))
		}
	}
	return anchorError(http.StatusNotFound)
}

func (x *X360Sync) organization(c syncCall, parts []string) *answer {
	if len(parts) < 2 {
		return anchorError(http.StatusNotFound)
	}
	id, err := strconv.Atoi(parts[1])
	if err != nil {
		return anchorError(http.StatusNotFound)
	}
	o, ok := x.msp.Organization(id)
	switch {
	case !ok:
		return anchorError(http.StatusNotFound)
	case o.Deleted:
		return anchorError(http.StatusGone)
	case o.Forbidden:
		return anchorError(http.StatusForbidden)
	}
	if parent, looped := c.q.Loops[id]; looped {
		o.ParentID = parent
	}
	switch rest := strings.Join(parts[2:], "/"); rest {
	case "":
		return c.one(c.q.organizationJSON(o))
	case "organizations":
		return page(x, c, x.children(c.q, id), c.q.organizationJSON)
	case "persons":
		return page(x, c, own(c, id, x.msp.Persons(id), func(p sample.Person) int { return p.CompanyID }), personJSON)
	case "machines":
		return page(x, c, own(c, id, x.msp.Machines(id), func(d sample.Machine) int { return d.CompanyID }), c.q.machineJSON)
	case "roots":
		return page(x, c, own(c, id, x.msp.Roots(id), func(r sample.Root) int { return r.CompanyID }), rootJSON)
	case "guests":
		return page(x, c, own(c, id, x.msp.Guests(id), func(g sample.Guest) int { return g.CompanyID }), guestJSON)
	case "activity":
		rows := own(c, id, x.msp.Activities(id), func(a sample.Activity) int { return cmp.Or(a.ActedOnCompanyID, a.ActorCompanyID) })
		return page(x, c, c.q.ordered(rows), activityJSON)
	case "metrics/usage":
		return x.usage(c, o)
	}
	return anchorError(http.StatusNotFound)
}

func (x *X360Sync) machine(c syncCall, parts []string) *answer {
	if len(parts) < 2 {
		return anchorError(http.StatusNotFound)
	}
	id, err := strconv.Atoi(parts[1])
	d, ok := x.msp.Machine(id)
	if err != nil || !ok {
		return anchorError(http.StatusNotFound)
	}
	switch rest := strings.Join(parts[2:], "/"); rest {
	case "":
		return c.one(c.q.machineJSON(d))
	case "status":
		return c.deviceStatus(d)
	case "mappings":
		return page(x, c, x.msp.Mappings(id), mappingJSON)
	case "backups":
		return page(x, c, []sample.Mapping{}, mappingJSON)
	default:
		for _, f := range x.msp.Mappings(id) {
			if rest == "mapping/"+itoa(f.ID) {
				return c.one(mappingJSON(f))
			}
		}
	}
	return anchorError(http.StatusNotFound)
}

// deviceStatus is an answer whose fields are not known. What a client needs is
// on the machine itself; by a quirk the status says it too, or the contrary.
func (c syncCall) deviceStatus(d sample.Machine) *answer {
	if d.Type == "mobile" || c.q.Device == StatusUnavailable {
		return anchorError(http.StatusServiceUnavailable)
	}
	o := object{"type": "machine_status", "id": d.ID}
	switch c.q.Device {
	case StatusBoolean:
		o["connected"] = !d.Down()
	case StatusText:
		o["status"] = map[bool]string{true: "offline", false: "online"}[d.Down()]
	case StatusContradicts:
		o["connected"] = true
	}
	return c.one(o)
}

func (x *X360Sync) activity(c syncCall, parts []string) *answer {
	if len(parts) != 2 {
		return anchorError(http.StatusNotFound)
	}
	if parts[1] == "types" {
		return x.activityTypes(c)
	}
	id, err := strconv.Atoi(parts[1])
	a, ok := x.msp.Activity(id)
	if err != nil || !ok {
		return anchorError(http.StatusNotFound)
	}
	return c.one(activityJSON(a))
}

func (x *X360Sync) activityTypes(c syncCall) *answer {
	types := sample.ActivityTypes()
	switch c.q.Types {
	case TypesAbsent:
		return anchorError(http.StatusNotFound)
	case TypesEmpty:
		types = nil
	case TypesStrangers:
		for i := range types {
			types[i] = sample.ActivityType{ID: types[i].ID + 1000, Text: "Something new " + itoa(i+1)}
		}
	}
	return page(x, c, types, func(t sample.ActivityType) object {
		return object{"type": "activity_type", "id": t.ID, "activity": t.Text}
	})
}
