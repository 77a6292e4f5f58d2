package web

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/views"
	"psabridge/views/ui"
)

// importsShown is how many of the newest imports a page lists.
const importsShown = 20

// inbox is what an inbox shows beside the rest; with says more of a token that was just made.
func (s *Server) inbox(ctx context.Context, name string, now time.Time, with *views.Inbox) (*views.Inbox, error) {
	m := &views.Inbox{}
	if with != nil {
		m = with
	}
	m.Name, m.Now, m.Base = name, now, "http://127.0.0.1:"+strconv.Itoa(s.Guard.Port)
	var err error
	if m.Tokens, err = s.Read.InboxTokens(ctx, name); err != nil {
		return m, err
	}
	m.Imports, err = s.Read.Imports(ctx, name, app.Page{Limit: importsShown})
	return m, err
}

// makeToken makes a token for a program that sends to an inbox. The answer is the page itself and no redirect: the token
// is shown this once and kept nowhere.
func (s *Server) makeToken(c echo.Context) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	p, found, err := s.openInbox(c)
	if err != nil {
		return err
	}
	m := &views.Inbox{TokenName: f.text("token_name")}
	token, made, err := app.Secret(""), app.InboxToken{}, error(nil)
	if m.TokenName == "" {
		err = app.FieldErrorf("token_name", "Say which program gets the token, so that you know later whose it is.")
	} else {
		token, made, err = s.Receive.MakeToken(c.Request().Context(), found.Name, m.TokenName)
	}
	if invalid(err) {
		m.Errors = ui.Errors{{Field: "token_name", Message: app.ErrorMessage(err)}}
		return s.showSource(c, p, http.StatusUnprocessableEntity, found, nil, m)
	}
	if err != nil {
		return err
	}
	m.TokenName, m.Fresh, m.FreshName = "", token.Reveal(), made.Name
	return s.showSource(c, p, http.StatusOK, found, nil, m)
}

// revokeToken ends a token at once.
func (s *Server) revokeToken(c echo.Context) error {
	_, found, err := s.openInbox(c)
	if err != nil {
		return err
	}
	id, err := idOf(c.Param("token"))
	if err != nil {
		return err
	}
	if err := s.Receive.RevokeToken(c.Request().Context(), found.Name, id); err != nil {
		return err
	}
	s.tell(c, good, "The token is revoked. What sends with it is refused from now on.")
	return seeOther(c, link.Source(found.Name)+"#tokens")
}
