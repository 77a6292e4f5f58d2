package static

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

func get(t *testing.T, method, path string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, path, nil))
	return w
}

func TestHandlerServesEveryFileForAYear(t *testing.T) {
	types := map[string]string{"app.css": "text/css; charset=utf-8", CustomerCSS: "text/css; charset=utf-8", "app.js": "text/javascript; charset=utf-8", "icons.svg": "image/svg+xml", "icon.svg": "image/svg+xml", "licences.txt": "text/plain; charset=utf-8"}
	if len(types) != len(assets()) {
		t.Fatalf("%d files are served, %d are known here", len(assets()), len(types))
	}
	hashed := regexp.MustCompile(`^/static/[0-9a-f]{10}/[a-z]+\.[a-z]+$`)
	for name, want := range types {
		if !hashed.MatchString(Path(name)) {
			t.Errorf("path of %s is %s", name, Path(name))
		}
		w := get(t, http.MethodGet, Path(name))
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != want || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d, %v", name, w.Code, w.Header())
		}
		if w := get(t, http.MethodHead, Path(name)); w.Code != http.StatusOK || w.Body.Len() != 0 {
			t.Errorf("HEAD %s: %d with %d bytes", name, w.Code, w.Body.Len())
		}
	}
}

func TestHandlerServesNothingElse(t *testing.T) {
	css := Path("app.css")
	for _, path := range []string{"/static/", "/static", "/static/0000000000/app.css", "/static/app.css", css + "/", css + "/..", "/static/../static.go", "/static/css/psabridge.css", strings.ToUpper(css), strings.Replace(css, "/app", "//app", 1)} {
		if w := get(t, http.MethodGet, path); w.Code != http.StatusNotFound {
			t.Errorf("GET %s: %d, want 404", path, w.Code)
		}
	}
	if w := get(t, http.MethodPost, css); w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") == "" {
		t.Errorf("POST: %d", w.Code)
	}
}

// A style sheet that imports another asks for it only after it was read, and an address outside is blocked by the policy.
func TestNothingIsLoadedFromElsewhere(t *testing.T) {
	css := Text("app.css") + Text(CustomerCSS)
	if strings.Contains(css, "@import") {
		t.Error("the style sheet imports another one")
	}
	for _, u := range regexp.MustCompile(`url\(["']?([^)"']{0,20})`).FindAllStringSubmatch(css, -1) {
		if !strings.HasPrefix(u[1], "data:image/svg+xml") {
			t.Errorf("the style sheet loads %q", u[1])
		}
	}
	if !strings.Contains(css, "@layer pico{") {
		t.Error("Pico is not in its layer: our rules would have to fight it")
	}
}

// The limits keep a page at five requests and 170 kB.
func TestSizes(t *testing.T) {
	own := len(lean("js/app.js")) + len(lean("js/keys.js"))
	if own > 12<<10 {
		t.Errorf("our script has %d bytes, at most 12,288 were allowed", own)
	}
	if all := len(assets()["app.css"].body) + len(assets()["app.js"].body) + len(assets()["icons.svg"].body); all > 130_000 {
		t.Errorf("style, script and icons have %d bytes", all)
	}
	for _, banned := range []string{"eval(", "innerHTML", "Function("} {
		if strings.Contains(read("js/app.js")+read("js/keys.js"), banned) {
			t.Errorf("our script uses %s", banned)
		}
	}
}
