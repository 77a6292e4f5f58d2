package sandbox

import (
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
	msp  *sample.MSP
	opts Options

	mu       sync.Mutex
	failures int // wrong passwords in a row
	locked   time.Time
	tokens   map[string]token360 // access tokens
	refresh  map[string]string   // refresh token → guid
	codes    map[string]string   // authorization code → redirect URI
	guids    map[string]bool
}

// NewX360Sync starts an x360Sync over the provider.
func NewX360Sync(msp *sample.MSP, opts Options) *X360Sync {
	return &X360Sync{
		vendor: vendor{now: opts.clock()}, msp: msp, opts: opts,
		tokens: map[string]token360{}, refresh: map[string]string{}, codes: map[string]string{}, guids: map[string]bool{},
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
		switch {
		case api:
			return x.api(r, strings.Trim(path, "/"))
		case path == "/oauth/token":
			return x.token(r)
		case path == "/oauth/revoke":
			return x.revoke(r)
		case path == "/oauth/authorize":
			return x.authorize(r)
		}
		return anchorError(http.StatusNotFound)
	})
}

// anchorErrors are the error words the vendor documents.
var anchorErrors = map[int]string{
	400: "invalid_request", 401: "access_denied", 403: "forbidden", 404: "not_found", 405: "method_not_allowed", 409: "conflict", 410: "gone", 503: "service_unavailable",
}

func anchorError(status int) *answer {
	return jsonAnswer(status, object{"error": anchorErrors[status]})
}

func (x *X360Sync) api(r *http.Request, path string) *answer {
	if !x.signedIn(r) {
		return anchorError(http.StatusUnauthorized)
	}
	if r.Method != http.MethodGet {
		return anchorError(http.StatusMethodNotAllowed)
	}
	parts := strings.Split(path, "/")
	switch parts[0] {
	case "version":
		return jsonAnswer(http.StatusOK, object{"version": "2.7.2.1581"})
	case "person":
		return x.person(parts)
	case "organization":
		return x.organization(r, parts)
	case "machine":
		return x.machine(parts)
	case "activity":
		return x.activity(r, parts)
	}
	return anchorError(http.StatusNotFound)
}

func (x *X360Sync) person(parts []string) *answer {
	for _, p := range x.msp.Persons(sample.MasterID) {
		if len(parts) == 1 && p.SiteAdmin || len(parts) == 2 && (parts[1] == strconv.Itoa(p.ID) || strings.EqualFold(parts[1], p.Email)) {
			return jsonAnswer(http.StatusOK, personJSON(p))
		}
	}
	return anchorError(http.StatusNotFound)
}

func (x *X360Sync) organization(r *http.Request, parts []string) *answer {
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
	switch rest := strings.Join(parts[2:], "/"); rest {
	case "":
		return jsonAnswer(http.StatusOK, organizationJSON(o))
	case "organizations":
		return page(x, r, x.msp.Children(id), organizationJSON)
	case "persons":
		return page(x, r, x.msp.Persons(id), personJSON)
	case "machines":
		return page(x, r, x.msp.Machines(id), machineJSON)
	case "roots":
		return page(x, r, x.msp.Roots(id), rootJSON)
	case "guests":
		return page(x, r, x.msp.Guests(id), guestJSON)
	case "activity":
		return page(x, r, x.msp.Activities(id), activityJSON)
	case "metrics/usage":
		return x.usage(o)
	}
	return anchorError(http.StatusNotFound)
}

// usage is the one answer of this API nobody has written down. It is shown in
// the ways a client must survive: absent, empty, or full of names it cannot know.
func (x *X360Sync) usage(o sample.Organization) *answer {
	switch x.opts.Usage {
	case "absent":
		return anchorError(http.StatusNotFound)
	case "empty":
		return jsonAnswer(http.StatusOK, object{})
	}
	return jsonAnswer(http.StatusOK, object{"type": "metrics", "organization": o.ID, "m1": object{"v": 17, "u": "x"}, "m2": []int{3, 1, 4}, "generated": naive(x.now())})
}

func (x *X360Sync) machine(parts []string) *answer {
	if len(parts) < 2 {
		return anchorError(http.StatusNotFound)
	}
	id, err := strconv.Atoi(parts[1])
	d, ok := x.msp.Machine(id)
	if err != nil || !ok {
		return anchorError(http.StatusNotFound)
	}
	switch strings.Join(parts[2:], "/") {
	case "":
		return jsonAnswer(http.StatusOK, machineJSON(d))
	case "status":
		if d.Type == "mobile" {
			return anchorError(http.StatusServiceUnavailable)
		}
		// The fields of a status are not known; what a client needs is on the machine itself.
		return jsonAnswer(http.StatusOK, object{"type": "machine_status", "id": d.ID})
	case "mappings", "backups":
		return jsonAnswer(http.StatusOK, object{"results": []object{}, "total": 0, "offset": 0})
	}
	return anchorError(http.StatusNotFound)
}

func (x *X360Sync) activity(r *http.Request, parts []string) *answer {
	if len(parts) != 2 {
		return anchorError(http.StatusNotFound)
	}
	if parts[1] == "types" {
		return page(x, r, sample.ActivityTypes(), func(t sample.ActivityType) object {
			return object{"type": "activity_type", "id": t.ID, "activity": t.Text}
		})
	}
	id, err := strconv.Atoi(parts[1])
	a, ok := x.msp.Activity(id)
	if err != nil || !ok {
		return anchorError(http.StatusNotFound)
	}
	return jsonAnswer(http.StatusOK, activityJSON(a))
}

// page answers one page of a list. Two pages are not a snapshot: the world may
// have moved in between, and total with it.
func page[T any](x *X360Sync, r *http.Request, all []T, show func(T) object) *answer {
	size := x.opts.PageSize
	if size == 0 {
		size = 100
	}
	offset := 0
	if s := r.URL.Query().Get("offset"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 0 {
			return anchorError(http.StatusBadRequest)
		}
		offset = n
	}
	results := []object{}
	for _, one := range all[min(offset, len(all)):min(offset+size, len(all))] {
		results = append(results, show(one))
	}
	return jsonAnswer(http.StatusOK, object{"results": results, "total": len(all), "offset": offset})
}
