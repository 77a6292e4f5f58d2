package stories

import (
	"net/http"

	"github.com/a-h/templ"

	"psabridge/static"
)

// policy is the header of SECURITY rule 8; a page that needs more than this is wrong.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// Handler answers every story at /<state>/<page>, and lists them at /. What a page polls has nothing new to say: a health line that changed while
// axe measures moves everything below it, and axe then finds one thing lying over another.
func Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle(static.Prefix, static.Handler())
	all := All()
	for _, s := range all {
		mux.Handle("/"+s.Name(), show(s.View))
	}
	mux.Handle("/{$}", show(indexPage(Components(), byPage(all))))
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	return mux
}

func show(c templ.Component) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = c.Render(r.Context(), w)
	})
}
