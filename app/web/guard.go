package web

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"mime"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"

	"psabridge/app/inbox"
	"psabridge/app/link"
	"psabridge/app/settings"
)

// The bounds of request bodies: every one, the settings document, what is sent to an inbox, and those that bring a file. A
// file comes in an envelope of its own; a document may be one byte too long, so that it is settings that says so.
const (
	maxBody     = 1 << 20
	maxSettings = settings.MaxSize + 1
	maxSentBody = inbox.MaxBody
	maxFileBody = inbox.MaxFile + 64<<10
)

// Guard stands in front of every route (SECURITY §0, rules 1–3 and 5–9). It decides by the Host which of the two
// surfaces a request means, refuses what belongs to neither, and lets nothing through that is not signed in.
// It must stay the outermost handler: a route that is reachable around it is open to every program on the machine.
type Guard struct {
	Label    string // the page's own host without the port, e.g. "psabridge-k3v9x2ab.localhost"
	Port     int
	PageHost string // "label" (default) or "ip", for browsers that do not resolve *.localhost
	Sessions *Sessions
	// TokenValid says whether a bearer token opens the API. It gets the SHA-256 of what was sent.
	TokenValid func(sum [32]byte) bool
	// Scoped says of any other token whether it is known, and whether it opens this one call. Nil knows none.
	Scoped func(ctx context.Context, sum [32]byte, method, path string) (known, may bool)
	Pages  http.Handler
	API    http.Handler
	// OpenPages are the page paths that need no session; everything else does.
	OpenPages func(path string) bool
	// SignedOut answers a page request without a session.
	SignedOut http.Handler
	// Peer returns why the program at the other end of a connection is not let in; nil asks nobody.
	Peer func(local, remote net.Addr) error
	// Bounce answers a cookie-less navigation from another site, so that the strict cookie arrives on the second try.
	Bounce http.Handler

	misdirected atomic.Int64
	strangers   atomic.Int64
	crossOrigin http.CrossOriginProtection
}

// Misdirected counts the requests that were refused because of their Host. Nothing else of them is kept or logged.
func (g *Guard) Misdirected() int64 { return g.misdirected.Load() }

// CookieName is the session cookie's name. It includes the port: cookies do not know ports, and two bridges of one
// person must not sign each other out.
func (g *Guard) CookieName() string { return "psabridge-" + strconv.Itoa(g.Port) }

// PageOrigin is the origin the pages are served under.
func (g *Guard) PageOrigin() string {
	if g.PageHost == "ip" {
		return "http://127.0.0.1:" + strconv.Itoa(g.Port)
	}
	return "http://" + g.Label + ":" + strconv.Itoa(g.Port)
}

// ServeHTTP implements http.Handler.
func (g *Guard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	securityHeaders(w.Header())
	if err := g.stranger(r); err != nil {
		g.refuseStranger(w, r)
		return
	}
	surface := g.surface(r)
	r.Body = http.MaxBytesReader(w, r.Body, bodyLimit(surface, r))
	switch surface {
	case surfacePages:
		g.pages(w, r)
	case surfaceAPI:
		g.api(w, r)
	case surfaceNone:
		g.misdirected.Add(1)
		w.WriteHeader(http.StatusMisdirectedRequest)
	}
}

// bodyLimit is how large a request's body may be. Only where a file is taken may it be one.
func bodyLimit(s surface, r *http.Request) int64 {
	sent := func(what string) bool {
		return s == surfaceAPI && r.Method == http.MethodPost && sourceCall(r.URL.Path, "/api/v1/sources/", what)
	}
	switch {
	case s == surfacePages && takesFile(r), sent("/usage") && mediaType(r) == "text/csv":
		return maxFileBody
	case sent("/usage"), sent("/events"):
		return maxSentBody
	case s == surfaceAPI && r.Method == http.MethodPut && r.URL.Path == "/api/v1/settings":
		return maxSettings
	}
	return maxBody
}

// takesFile reports the one request of the pages that is a form with a file.
func takesFile(r *http.Request) bool {
	return r.Method == http.MethodPost && sourceCall(r.URL.Path, link.Sources+"/", "/import") && mediaType(r) == "multipart/form-data"
}

// sourceCall reports whether a path is before, a source's name, and after.
func sourceCall(path, before, after string) bool {
	rest, ok := strings.CutPrefix(path, before)
	name, ok2 := strings.CutSuffix(rest, after)
	return ok && ok2 && name != "" && !strings.Contains(name, "/")
}

type surface int

const (
	surfaceNone surface = iota
	surfacePages
	surfaceAPI
)

// surface compares the Host exactly: no suffixes, no other spellings of loopback (DNS rebinding). An absolute request
// target would overrule the Host header, so it is refused.
func (g *Guard) surface(r *http.Request) surface {
	if r.URL.Host != "" || r.URL.Scheme != "" || r.Method == http.MethodConnect {
		return surfaceNone
	}
	port := ":" + strconv.Itoa(g.Port)
	switch {
	case strings.EqualFold(r.Host, g.Label+port):
		return surfacePages
	case r.Host == "127.0.0.1"+port, r.Host == "[::1]"+port:
		if g.PageHost == "ip" && !strings.HasPrefix(r.URL.Path, "/api/") {
			return surfacePages
		}
		return surfaceAPI
	}
	return surfaceNone
}

func (g *Guard) pages(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/api/") {
		http.NotFound(w, r)
		return
	}
	if !safe(r.Method) && !g.ownOrigin(r) {
		http.Error(w, "This request did not come from a page of psabridge. Open the page again and repeat it there.", http.StatusForbidden)
		return
	}
	if !safe(r.Method) && !formType(r) && !takesFile(r) {
		http.Error(w, "Only forms of these pages are accepted.", http.StatusUnsupportedMediaType)
		return
	}
	if g.OpenPages(r.URL.Path) || g.signedIn(r) {
		g.Pages.ServeHTTP(w, r)
		return
	}
	if bounces(r) {
		g.Bounce.ServeHTTP(w, r)
		return
	}
	g.SignedOut.ServeHTTP(w, r)
}

// ownOrigin is stricter than the standard library's CrossOriginProtection, which lets a request through that carries
// neither header and takes https://<our host> for ours.
func (g *Guard) ownOrigin(r *http.Request) bool {
	if g.crossOrigin.Check(r) != nil {
		return false
	}
	origins, site := r.Header.Values("Origin"), r.Header.Values("Sec-Fetch-Site")
	if len(origins) > 1 || len(site) > 1 {
		return false
	}
	ours := len(origins) == 1 && strings.EqualFold(origins[0], g.PageOrigin())
	if len(site) == 1 {
		// Our pages send no referrer, and a browser then says "null" for the origin of their own forms.
		return site[0] == "same-origin" && (len(origins) == 0 || ours || origins[0] == "null")
	}
	return ours
}

func (g *Guard) signedIn(r *http.Request) bool {
	for _, c := range r.CookiesNamed(g.CookieName()) {
		if g.Sessions.Valid(c.Value, isPoll(r)) {
			return true
		}
	}
	return false
}

// isPoll tells a part of a page that fetches itself from a person's click: by its address, or by ?live.
func isPoll(r *http.Request) bool {
	p := r.URL.Path
	self := strings.HasPrefix(p, "/live/") || strings.HasSuffix(p, "/progress") || strings.HasPrefix(p, "/connections/") && strings.HasSuffix(p, "/test")
	return safe(r.Method) && self || r.URL.Query().Has("live")
}

// bounces reports a navigation that came from another site, such as a link in a ticket: the browser withholds the
// strict cookie on it. A reload of the same address by our own page brings it.
func bounces(r *http.Request) bool {
	site := r.Header.Get("Sec-Fetch-Site")
	return safe(r.Method) && r.Header.Get("Sec-Fetch-Mode") == "navigate" && (site == "cross-site" || site == "same-site")
}

// api lets only programs in that hold the token. A browser always sends Origin or Sec-Fetch-*: the API is not for it.
func (g *Guard) api(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/" && safe(r.Method) {
		http.Redirect(w, r, g.PageOrigin()+"/", http.StatusSeeOther) //nolint:gosec // our own address, nothing of the request
		return
	}
	if r.URL.Path == link.SignInReturn && r.Method == http.MethodGet && len(r.URL.RawQuery) <= maxReturn {
		// Vendors take a loopback address to come back to by its number only. What it carries is judged where the session is.
		http.Redirect(w, r, g.PageOrigin()+link.SignInReturn+"?"+r.URL.RawQuery, http.StatusSeeOther) //nolint:gosec // our own address
		return
	}
	if !strings.HasPrefix(r.URL.Path, "/api/v1/") {
		http.NotFound(w, r)
		return
	}
	if fromBrowser(r.Header) {
		writeProblem(w, http.StatusForbidden, "forbidden", "The API does not answer browsers. Use the pages at "+g.PageOrigin()+".")
		return
	}
	switch known, may := g.bearer(r); {
	case may:
		g.API.ServeHTTP(w, r)
	case known:
		writeProblem(w, http.StatusForbidden, "forbidden", "This token only sends to its own inbox: POST /api/v1/sources/<name>/events and /usage. Use the token in the file api.token for the rest.")
	default:
		w.Header().Set("WWW-Authenticate", "Bearer")
		writeProblem(w, http.StatusUnauthorized, "unauthorized", "Send the token in the file api.token of the data folder as Authorization: Bearer <token>.")
	}
}

// maxReturn bounds what a vendor may hand over in the address it sends the browser back to.
const maxReturn = 8 << 10

// bearer says whether the request's token is known, and whether it opens this call. A scoped one is judged by the path as it
// was sent: one that is written in another way could be routed to another call.
func (g *Guard) bearer(r *http.Request) (known, may bool) {
	got, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok || got == "" {
		return false, false
	}
	sum := sha256.Sum256([]byte(got))
	if g.TokenValid(sum) {
		return true, true
	}
	if g.Scoped == nil {
		return false, false
	}
	known, may = g.Scoped(r.Context(), sum, r.Method, r.URL.Path)
	return known, may && r.URL.RawPath == ""
}

// TokenIs returns a TokenValid that accepts exactly one token, compared in constant time.
func TokenIs(token string) func([32]byte) bool {
	want := sha256.Sum256([]byte(token))
	return func(sum [32]byte) bool {
		return token != "" && subtle.ConstantTimeCompare(sum[:], want[:]) == 1
	}
}

func fromBrowser(h http.Header) bool {
	if len(h.Values("Origin")) > 0 {
		return true
	}
	for name := range h {
		if strings.HasPrefix(name, "Sec-Fetch-") {
			return true
		}
	}
	return false
}

func safe(method string) bool { return method == http.MethodGet || method == http.MethodHead }

func formType(r *http.Request) bool { return mediaType(r) == "application/x-www-form-urlencoded" }

// mediaType is what a request says its body is; empty when that cannot be read.
func mediaType(r *http.Request) string {
	t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return ""
	}
	return t
}
