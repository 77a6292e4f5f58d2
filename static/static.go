// Package static holds the style sheet, the script and the icons, and serves them under content-hashed names, so that a
// browser may keep them for a year and still never shows an old one.
package static

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"strings"
	"sync"
	"time"
)

//go:embed css/pico.used.css css/psabridge.css css/customer.css css/LICENSE-pico.txt js/*.js js/LICENSE-htmx.txt img/*.svg
var files embed.FS

// Prefix is the path below which Handler answers. It needs no session: nothing here is about anybody.
const Prefix = "/static/"

// CustomerCSS is the style sheet of the files for customers, which stand alone.
const CustomerCSS = "customer.css"

// Text returns what an embedded file holds, for a document that must not load anything. It panics as Path does.
func Text(name string) string {
	a, ok := assets()[name]
	if !ok {
		panic("static: no file " + name)
	}
	return string(a.body)
}

// asset is one file as it is served.
type asset struct {
	body        []byte
	contentType string
	path        string
}

// assets are all files that are served, by name. A name that is not here does not exist. They are put together for the first
// page, not at the start.
var assets = sync.OnceValue(load)

// load puts together what is served. Two style sheets become one and three scripts become one, because a page that needs
// fewer requests is there sooner; the vendored files stay as they came, and of Pico only what some page uses is served.
func load() map[string]asset {
	pico := read("css/pico.used.css")
	own := read("css/psabridge.css")
	// In the folder the sheet works by itself; served, the import becomes the layer it stands for.
	sheet := strings.Replace(tight(own), `@import url("pico.min.css") layer(pico);`, "@layer pico{"+pico+"}", 1)
	script := read("js/htmx.min.js") + "\n" + lean("js/app.js") + lean("js/keys.js")
	m := map[string]asset{}
	add(m, "app.css", "text/css; charset=utf-8", sheet)
	add(m, CustomerCSS, "text/css; charset=utf-8", read("css/customer.css"))
	add(m, "app.js", "text/javascript; charset=utf-8", script)
	add(m, "icons.svg", "image/svg+xml", read("img/icons.svg"))
	add(m, "icon.svg", "image/svg+xml", read("img/icon.svg"))
	add(m, "licences.txt", "text/plain; charset=utf-8", "Pico CSS\n\n"+read("css/LICENSE-pico.txt")+"\nhtmx\n\n"+read("js/LICENSE-htmx.txt"))
	return m
}

// lean is a script without its indents and the lines that are only a comment: those are for who reads it in the folder.
func lean(name string) string {
	var out strings.Builder
	for line := range strings.Lines(read(name)) {
		if line = strings.TrimLeft(line, " "); !strings.HasPrefix(line, "//") {
			out.WriteString(line)
		}
	}
	return out.String()
}

// tight is our sheet without its comments and the ends of its lines.
func tight(css string) string {
	var out strings.Builder
	for line := range strings.Lines(css) {
		if line = strings.TrimSpace(line); !strings.HasPrefix(line, "/*") || !strings.HasSuffix(line, "*/") {
			out.WriteString(line)
		}
	}
	return out.String()
}

func read(name string) string {
	b, err := files.ReadFile(name)
	if err != nil {
		panic(err) // the file is part of the binary; this cannot happen in one that was built
	}
	return string(b)
}

func add(m map[string]asset, name, contentType, body string) {
	sum := sha256.Sum256([]byte(body))
	m[name] = asset{body: []byte(body), contentType: contentType, path: Prefix + hex.EncodeToString(sum[:5]) + "/" + name}
}

// Path returns the address of an embedded file, for example "/static/0123456789/app.css". It panics on a name that is not
// served, so that a typing error shows in the first test that renders the page.
func Path(name string) string {
	a, ok := assets()[name]
	if !ok {
		panic("static: no file " + name)
	}
	return a.path
}

// Handler serves the embedded files and nothing else: no listing, no other path, no other method. A hash that is not the
// file's own is not found, because answering it would let a browser keep the wrong file for a year.
func Handler() http.Handler {
	byPath := sync.OnceValue(func() map[string]asset {
		m := make(map[string]asset, len(assets()))
		for _, a := range assets() {
			m[a.path] = a
		}
		return m
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		a, ok := byPath()[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", a.contentType)
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(a.body))
	})
}
