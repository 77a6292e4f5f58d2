package web_test

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"psabridge/app"
	"psabridge/app/web"
)

// fill puts real values into a route's path.
func (w *world) fill(path string) string {
	id := w.org
	switch {
	case strings.HasPrefix(path, "/billing/pushes"):
		id = w.push
	case strings.HasPrefix(path, "/billing/lines"):
		id = w.line
	case strings.HasPrefix(path, "/deliveries"):
		id = w.delivery
	case strings.HasPrefix(path, "/tickets"), strings.HasPrefix(path, "/conditions"):
		id = 1
	}
	name := "cw"
	if strings.HasPrefix(path, "/sources") {
		name = "sync"
		if strings.Contains(path, "/import") || strings.Contains(path, "/tokens") {
			name = "box"
		}
	}
	return strings.NewReplacer(":topic", "billing", ":token", "1", ":file", w.file, ":task", "connectwise", ":id", strconv.FormatInt(id, 10), ":name", name, ":connection", "cw", ":company", "250", ":period", w.period.String()).Replace(path)
}

// TestRouteListIsClosed holds the open addresses to a literal list: a new one is a decision, not an accident.
func TestRouteListIsClosed(t *testing.T) {
	w := newWorld(t)
	var open []string
	for _, r := range web.Routes(w.server) {
		switch r.Access {
		case "open":
			open = append(open, r.Method+" "+r.Path)
		case "session":
		default:
			t.Errorf("%s %s has the access class %q", r.Method, r.Path, r.Access)
		}
	}
	if want := []string{"GET /launch", "GET /static/*"}; !slices.Equal(open, want) {
		t.Errorf("open are %v, want %v", open, want)
	}
	for _, p := range []string{"/", "/launch/", "/launchx", "/static", "/organizations", "/live/health", "/sign-out"} {
		if w.server.Open(p) {
			t.Errorf("%s is open", p)
		}
	}
}

// mutations are other ways to write a path (SECURITY F7).
func mutations(p string) []string {
	upper := strings.ToUpper(p)
	out := []string{p, p + "/", "/" + p, p + "/.", p + ";x", p + "/..;/", p + ".aspx/x", p + "?x=1", "/static/.." + p, "/launch/.." + p, p + "%2e", p + "%2f", "/%2e" + p}
	if upper != p {
		out = append(out, upper)
	}
	return out
}

// TestNothingWithoutASession sweeps every route and its other spellings with every credential that is none.
func TestNothingWithoutASession(t *testing.T) {
	w := furnished(t)
	burned := w.guard.Sessions.NewLaunch("")
	w.guard.Sessions.Exchange(burned)
	name := w.guard.CookieName()
	cookies := map[string]*http.Cookie{
		"none": nil, "bad": sent(name, "x"), "burned token": sent(name, burned), "unused token": sent(name, w.guard.Sessions.NewLaunch("")),
		"other port": sent("psabridge-7361", w.cookie.Value),
	}
	for _, r := range web.Routes(w.server) {
		if r.Access == "open" {
			continue
		}
		for _, path := range mutations(w.fill(r.Path)) {
			for kind, cookie := range cookies {
				got := w.do(r.Method, path, nil, cookie)
				if got.status < 400 {
					t.Errorf("%s %s with cookie %s: %d", r.Method, path, kind, got.status)
				}
				if strings.Contains(got.body, "Contoso") || strings.Contains(got.body, "sync.example.com") {
					t.Errorf("%s %s with cookie %s tells about an organization", r.Method, path, kind)
				}
			}
		}
	}
	if w.planned+w.undone+int(w.synced.Load())+int(w.tested.Load())+len(w.outbox)+len(w.approved) != 0 {
		t.Error("something was done for somebody without a session")
	}
}

// TestOnePathPerPage: signed in, other spellings of a path lead nowhere either.
func TestOnePathPerPage(t *testing.T) {
	w := furnished(t)
	for _, r := range web.Routes(w.server) {
		if r.Method != http.MethodGet || r.Access == "open" || r.Path == "/" {
			continue
		}
		p := w.fill(r.Path)
		for _, path := range []string{p + "/", "/" + p, p + "/.", p + ";x", strings.ToUpper(p), "/%2e" + p, strings.Replace(p, "/", "/%6f", 1)} {
			if got := w.get(path); got.status != http.StatusNotFound {
				t.Errorf("%s: %d", path, got.status)
			}
		}
	}
}

// some are every third of a list, beginning with another for each turn, and all of it with PSABRIDGE_ALL.
func some(all []string, turn int) (out []string) {
	if os.Getenv("PSABRIDGE_ALL") != "" {
		return all
	}
	for i := turn % 3; i < len(all); i += 3 {
		out = append(out, all[i])
	}
	return out
}

// TestReadingChangesNothing: GET and HEAD of every page, with the queries its links use, leave the database as it was.
func TestReadingChangesNothing(t *testing.T) {
	w := furnished(t)
	queries := []string{"?q=con", "?q=" + url.QueryEscape(nasty), "?show=unmapped", "?show=problem", "?show=trial", "?show=ignored", "?show=held", "?show=all&order=amount", "?state=parked", "?after=2", "?after=x", "?revision=1", "?company=251", "?from=2026-11-01&to=2026-11-30&by=%3DAda&on=machine", "?when=activity.x", "?live=1", "?page=7"}
	before := w.fingerprint()
	for i, r := range web.Routes(w.server) {
		if r.Method != http.MethodGet || r.Access == "open" {
			continue
		}
		for _, query := range append(some(queries, i), "") {
			path := w.fill(r.Path) + query
			got := w.get(path)
			if got.status >= 400 {
				t.Errorf("GET %s: %d %s", path, got.status, mainOf(got.body))
			}
			if head := w.do(http.MethodHead, path, nil, w.cookie); head.status != got.status {
				t.Errorf("HEAD %s: %d, GET %d", path, head.status, got.status)
			}
		}
	}
	for _, path := range []string{"/billing/cw/2026-11.csv", fmt.Sprintf("/billing/pushes/%d.csv", w.push)} {
		w.get(path).want(t, http.StatusOK)
	}
	if after := w.fingerprint(); after != before {
		t.Error("the database changed")
	}
	if w.planned+w.undone+int(w.synced.Load())+int(w.tested.Load())+len(w.outbox)+len(w.approved) != 0 {
		t.Error("reading did something")
	}
}

func (w *world) fingerprint() (sum [32]byte) {
	w.t.Helper()
	h := sha256.New()
	for _, name := range []string{"psabridge.db", "psabridge.db-wal"} {
		b, err := os.ReadFile(filepath.Join(w.dir, name))
		if err != nil && !os.IsNotExist(err) {
			w.t.Fatal(err)
		}
		h.Write(b)
	}
	h.Sum(sum[:0])
	return sum
}

// TestNamesStayText puts a name that does harm through every page. It has to arrive escaped, and nowhere else.
func TestNamesStayText(t *testing.T) {
	w := furnished(t)
	w.post("/connections/cw/test").want(t, http.StatusSeeOther)
	w.sources[0].LastError, w.sources[0].Problems = nasty, []string{nasty}
	w.blocks = []app.Block{{Connection: "cw", Reason: nasty, Since: w.now}}
	seen := 0
	for _, r := range web.Routes(w.server) {
		if r.Method != http.MethodGet || r.Access == "open" || strings.Contains(r.Path, "csv") || strings.Contains(r.Path, "yaml") {
			continue
		}
		for _, query := range []string{"", "?q=" + url.QueryEscape(nasty), "?show=all"} {
			got := w.get(w.fill(r.Path) + query)
			if strings.Contains(got.body, "<img src=x") || strings.Contains(got.body, "<svg/onload") {
				t.Errorf("%s shows a name as markup", r.Path)
			}
			seen += strings.Count(got.body, "&lt;img src=x onerror=alert(1)&gt;")
		}
	}
	if seen < 50 {
		t.Errorf("the name was seen %d times; the pages do not show what they should", seen)
	}
}

// TestWrongIDsLeadNowhere feeds every id what an id is not.
func TestWrongIDsLeadNowhere(t *testing.T) {
	w := furnished(t)
	ids := []string{"0", "-1", "1.5", "0x1", "9223372036854775808", "99999", "1 OR 1=1", "[]", "..", "+1", "01", "٣"}
	for i, r := range web.Routes(w.server) {
		if r.Access == "open" || !strings.Contains(r.Path, ":") {
			continue
		}
		for _, id := range some(ids, i) {
			path := strings.NewReplacer(":token", url.PathEscape(id), ":file", url.PathEscape(id), ":task", url.PathEscape(id), ":id", url.PathEscape(id), ":name", url.PathEscape(id), ":connection", url.PathEscape(id), ":company", url.PathEscape(id), ":period", url.PathEscape(id)).Replace(r.Path)
			got := w.do(r.Method, path, url.Values{}, w.cookie)
			if got.status != http.StatusNotFound {
				t.Errorf("%s %s: %d", r.Method, path, got.status)
			}
		}
	}
}
