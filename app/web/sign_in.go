package web

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/job"
	"psabridge/app/link"
	"psabridge/app/settings"
	"psabridge/views"
)

// signInRedirect is where a vendor sends the browser back to. It is registered there, so it must not depend on the name
// this installation happens to have: the guard leads it to the pages.
func (s *Server) signInRedirect() string {
	return "http://127.0.0.1:" + strconv.Itoa(s.Guard.Port) + link.SignInReturn
}

// startSignIn begins a sign-in on the vendor's own page.
func (s *Server) startSignIn(c echo.Context) error {
	_, found, err := s.openSource(c)
	if err != nil {
		return err
	}
	return s.beginSignIn(c, found.Name)
}

// beginSignIn makes the state that comes back with the code, and leads to the page with the link. The policy of these
// pages lets no form, and so no redirect after one, leave for another host.
func (s *Server) beginSignIn(c echo.Context, source string) error {
	state := randomToken()
	redirect := s.signInRedirect()
	address, err := s.vendorAddress(c.Request().Context(), source, redirect, state)
	if invalid(err) || app.ErrorCode(err) == app.NotFound {
		s.tell(c, bad, "%s", app.ErrorMessage(err))
		return seeOther(c, link.Source(source)+"#settings")
	}
	if err != nil {
		return lookAgainError{err, link.Source(source)}
	}
	s.signIns.begin(s.sessionOf(c), state, pendingSignIn{source: source, address: address, redirect: redirect, until: s.Now().Add(signInLife)}, s.Now())
	return seeOther(c, link.SourceSignIn(source))
}

func (s *Server) vendorAddress(ctx context.Context, source, redirect, state string) (string, error) {
	if s.SignIn == nil {
		return "", app.Errorf(app.NotFound, "This bridge cannot sign in on a vendor's page.")
	}
	address, err := s.SignIn.AuthorizeURL(ctx, source, redirect, state)
	if err != nil {
		return "", err
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return "", app.Errorf(app.Internal, "The sign-in page of source %s has no address a browser may be sent to.", source)
	}
	return address, nil
}

// loopback reports a server on this computer, where nobody listens in between.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// signInPage shows the link to the vendor's page, once the sign-in was begun in this browser.
func (s *Server) signInPage(c echo.Context) error {
	p, found, err := s.openSource(c)
	if err != nil {
		return err
	}
	m := views.VendorSignIn{Shell: p.shell, Name: found.Name, Kind: found.Kind, Host: settings.Host(found.Host), Redirect: s.signInRedirect()}
	m.Shell.Title = "Sign in, " + found.Name
	if found.Kind != settings.KindX360Sync {
		return app.Errorf(app.NotFound, "Source %s has no sign-in page at its vendor. What it needs is entered on its own page.", found.Name)
	}
	if pending, ok := s.signIns.of(s.sessionOf(c), found.Name, p.now); ok {
		m.URL, m.Until, m.Redirect = pending.address, pending.until, pending.redirect
	}
	return render(c, http.StatusOK, views.SignInPage(m))
}

// signInReturn is where the vendor sends the browser back to. Every answer is a redirect, so that the code is gone from
// the address bar at once; nothing of it is logged, shown or kept.
func (s *Server) signInReturn(c echo.Context) error {
	state := c.QueryParam("state")
	if c.QueryParam("code") == "" && c.QueryParam("error") == "" && state == "" {
		return s.signInEnded(c)
	}
	if c.Request().Method != http.MethodGet { // nobody comes back by asking what there would be
		return seeOther(c, link.SignInReturn)
	}
	pending, why := s.signIns.take(s.sessionOf(c), state, s.Now())
	if why != "" {
		return seeOther(c, link.With(link.SignInReturn, "why", string(why)))
	}
	back := link.Source(pending.source)
	if refused := c.QueryParam("error"); refused != "" || c.QueryParam("code") == "" {
		s.tell(c, bad, "%s", refusedWords(refused, c.QueryParam("error_description")))
		return seeOther(c, back+"#settings")
	}
	if err := s.redeem(c, pending, c.QueryParam("code")); err != nil {
		s.tell(c, bad, "The sign-in was not accepted. %s Begin it again on this page; the code of this one is used up.", app.ErrorMessage(err))
		return seeOther(c, back+"#settings")
	}
	return s.check(c, pending.source, back)
}

// redeem turns the code into a sign-in, once. It goes on when the browser does not wait: a code is good for one try.
func (s *Server) redeem(c echo.Context, pending pendingSignIn, code string) error {
	ctx := c.Request().Context()
	id := s.Jobs.Start(context.WithoutCancel(ctx), "sign-in "+pending.source, func(ctx context.Context, _ *job.Progress) (any, error) {
		return nil, s.SignIn.Redeem(ctx, pending.source, code, pending.redirect)
	})
	j, err := s.Jobs.Wait(ctx, id, redeemWait)
	if err != nil {
		return err
	}
	switch j.State {
	case job.Failed, job.Cancelled:
		return j.Err
	case job.Running:
		return app.Errorf(app.Unavailable, "The vendor has not answered yet.")
	case job.Done:
	}
	return nil
}

// refusedWords say in words what a vendor sent back instead of a code.
func refusedWords(code, description string) string {
	text := "You, or x360Sync, did not allow the sign-in."
	if code != "access_denied" {
		text = "x360Sync ended the sign-in: " + short(code) + "."
	}
	if description != "" {
		text += " It says: “" + short(description) + "”."
	}
	return text + " Nothing was changed here; begin it again when you like."
}

// short is what may be shown of a text that came with an address.
func short(text string) string {
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "�")), " ")
	if r := []rune(text); len(r) > 200 {
		return string(r[:200]) + "…"
	}
	return text
}

// signInEnded tells of a sign-in that came back and could not be used.
func (s *Server) signInEnded(c echo.Context) error {
	p, err := s.open(c, "Sign-in", link.Sources)
	if err != nil {
		return err
	}
	title, text := lostWords(lostReason(c.QueryParam("why")))
	return render(c, http.StatusOK, views.SignInEndedPage(views.SignInEnded{Shell: p.shell, Title: title, Text: text, Path: link.Sources}))
}
