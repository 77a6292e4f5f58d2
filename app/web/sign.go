package web

import (
	"bytes"
	"cmp"
	"net/http"
	"strings"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"psabridge/app/link"
	"psabridge/views"
)

// launch exchanges a launch token for a session. It is the only GET that changes anything, and what it changes lives in
// memory. It answers a page and no redirect: a strict cookie set on a redirect that began in a file would not be sent.
func (s *Server) launch(c echo.Context) error {
	value, page, ok := s.Guard.Sessions.Exchange(c.QueryParam("token"))
	if !ok {
		return render(c, http.StatusForbidden, views.SignedOutPage())
	}
	s.OnLaunch()
	c.SetCookie(s.cookie(value))
	return render(c, http.StatusOK, views.LaunchPage(cmp.Or(page, link.Overview)))
}

// cookie is the session cookie: for this host alone, not for scripts, not for requests other sites make. It is not
// Secure because the page is plain http on loopback, and it ends with the browser.
func (s *Server) cookie(value string) *http.Cookie {
	return &http.Cookie{Name: s.Guard.CookieName(), Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode} //nolint:gosec // Secure: see above
}

// signOut ends this browser's session on our side and takes its cookie away.
func (s *Server) signOut(c echo.Context) error {
	for _, one := range c.Request().CookiesNamed(s.Guard.CookieName()) {
		s.Guard.Sessions.End(one.Value, false)
	}
	gone := s.cookie("") //nolint:gosec // Secure: see cookie
	gone.MaxAge = -1
	c.SetCookie(gone)
	return render(c, http.StatusOK, views.SignedOutPage())
}

// SignedOutPage answers whoever is not signed in: how to come back, and nothing of what is behind.
func (s *Server) SignedOutPage() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("HX-Request") == "true" {
			w.Header().Set("HX-Refresh", "true") // the page around the part is not allowed any more either
		}
		s.writePage(w, r, http.StatusForbidden, views.SignedOutPage())
	})
}

// BouncePage answers a navigation that came from elsewhere, such as a link in a ticket, with a page that goes to the
// same address once more: from our own page the browser sends the strict cookie.
func (s *Server) BouncePage() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		to := r.URL.RequestURI()
		if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n\t") {
			s.SignedOutPage().ServeHTTP(w, r) // an address like that would lead to another host
			return
		}
		s.writePage(w, r, http.StatusOK, views.LaunchPage(to))
	})
}

func (s *Server) writePage(w http.ResponseWriter, r *http.Request, status int, page templ.Component) {
	var buf bytes.Buffer
	if err := page.Render(r.Context(), &buf); err != nil {
		s.Log.Error("page failed", "error", err)
		http.Error(w, "Internal error. The log says more.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(buf.Bytes())
}

// sessionOf is the cookie of the session a request belongs to.
func (s *Server) sessionOf(c echo.Context) string {
	for _, one := range c.Request().CookiesNamed(s.Guard.CookieName()) {
		if s.Guard.Sessions.Valid(one.Value, true) {
			return one.Value
		}
	}
	return ""
}

// tell keeps what an action did for the next page of the same session.
func (s *Server) tell(c echo.Context, tone, format string, args ...any) {
	s.notices.put(s.sessionOf(c), notice(tone, format, args...))
}
