package web

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/app/secret"
	"psabridge/app/settings"
	"psabridge/app/setup"
	"psabridge/views"
	"psabridge/views/ui"
)

// connections lists all connections, with the form for a new one.
func (s *Server) connections(c echo.Context) error {
	p, err := s.open(c, "ConnectWise", link.Connections)
	if err != nil {
		return err
	}
	return s.showConnections(c, p, http.StatusOK, newConnection(p, 0), c.QueryParams().Has("add"))
}

func (s *Server) showConnections(c echo.Context, p page, status int, f views.Connection, adding bool) error {
	m := views.ConnectionView{Shell: p.shell, Form: f, Adding: adding}
	m.Shell.Wrong = len(f.Credentials.Errors) > 0
	for _, one := range p.doc.Connections {
		m.Others = append(m.Others, s.connectionRow(p.standing, one))
	}
	return render(c, status, views.ConnectionsPage(m))
}

// newConnection is the empty form; organization is the row it becomes the own connection of, 0 for none.
func newConnection(p page, organization int64) views.Connection {
	return views.Connection{New: true, Organization: organization, Revision: p.rev, Name: freeName(p.doc)}
}

// freeName proposes a name nobody has.
func freeName(doc app.Settings) string {
	for n := 1; ; n++ {
		name := "cw"
		if n > 1 {
			name += strconv.Itoa(n)
		}
		if _, taken := settings.ConnectionByName(doc, name); !taken {
			return name
		}
	}
}

// connection is the page of one connection.
func (s *Server) connection(c echo.Context) error {
	p, found, err := s.openConnection(c)
	if err != nil {
		return err
	}
	f, err := s.connectionForm(c.Request().Context(), p, found, 0)
	if err != nil {
		return err
	}
	if err := s.markConnection(c, found.Name, &f); err != nil {
		return err
	}
	return s.showConnection(c, p, http.StatusOK, f)
}

func (s *Server) openConnection(c echo.Context) (page, app.ConnectionSettings, error) {
	doc, _, err := s.Settings.Document(c.Request().Context())
	if err != nil {
		return page{}, app.ConnectionSettings{}, err
	}
	found, ok := settings.ConnectionByName(doc, c.Param("name"))
	if !ok {
		return page{}, found, app.Errorf(app.NotFound, "There is no connection %s.", c.Param("name"))
	}
	p, err := s.open(c, "Connection "+found.Name, link.Connections)
	return p, found, err
}

// showConnection renders one connection where its form stood: on its own page, or on that of a task of the guide.
func (s *Server) showConnection(c echo.Context, p page, status int, f views.Connection) error {
	if f.Task != "" {
		return s.showTask(c, p, status, f.Task, &f)
	}
	p.shell.Wrong = f.Mend.Field == "" && len(f.Credentials.Errors)+len(f.Ticketing.Errors)+len(f.Billing.Errors)+len(f.Test.Errors) > 0
	return render(c, status, views.ConnectionPage(views.ConnectionView{Shell: p.shell, Form: f}))
}

// connectionForm is a connection as it is stored, with everything its forms offer.
func (s *Server) connectionForm(ctx context.Context, p page, found app.ConnectionSettings, organization int64) (views.Connection, error) {
	f := views.Connection{
		Name: found.Name, Organization: organization, Revision: p.rev, BuiltInID: s.About.BuiltInClientID,
		Credentials: storedCredentials(found), Role: setup.Role(found),
		Ticketing: storedTicketing(found.Ticketing),
	}
	var err error
	if f.Billing, err = s.storedBilling(ctx, p.doc, found); err != nil {
		return f, err
	}
	if address, err := settings.Address(found.SiteURL, true); err == nil {
		f.UsedURL = address
	}
	secrets, err := s.Settings.Secrets(ctx)
	if err != nil {
		return f, err
	}
	host := settings.Host(found.SiteURL)
	f.PublicKey = secretState(secrets, secret.ConnectionName(found.Name, "public_key"), host)
	f.PrivateKey = secretState(secrets, secret.ConnectionName(found.Name, "private_key"), host)
	if f.Checks, err = s.checkList(ctx, found.Name); err != nil {
		return f, err
	}
	if err := s.optionCounts(ctx, found.Name, &f); err != nil {
		return f, err
	}
	if f.Test, err = s.testTicketForm(ctx, p, found); err != nil {
		return f, err
	}
	if f.Billing.VendorOn, err = s.vendorOn(ctx, p.doc); err != nil {
		return f, err
	}
	return f, s.connectionLists(ctx, found.Name, &f)
}

// connectionLists fills the drop-downs of the forms, for the board the form shows.
func (s *Server) connectionLists(ctx context.Context, name string, f *views.Connection) error {
	if err := s.ticketingLists(ctx, name, &f.Ticketing); err != nil {
		return err
	}
	products, _, err := options[app.Product](ctx, s, name, app.ListProducts, 0)
	if err != nil {
		return err
	}
	for _, one := range products {
		if !one.Inactive {
			f.Billing.Catalogue = append(f.Billing.Catalogue, one)
		}
	}
	f.Billing.Proposal, err = s.proposedDay(ctx, name)
	return err
}

// proposedDay says when the earliest next invoice is: the push belongs before it.
func (s *Server) proposedDay(ctx context.Context, name string) (string, error) {
	agreements, _, err := options[app.Agreement](ctx, s, name, app.ListAgreements, 0)
	var first time.Time
	now := s.Now()
	for _, a := range agreements {
		if !a.Cancelled && a.NextInvoice.After(now) && (first.IsZero() || a.NextInvoice.Before(first)) {
			first = a.NextInvoice
		}
	}
	if err != nil || first.IsZero() {
		return "", err
	}
	return "The earliest next invoice is on " + ui.Date(first) + "; push before it", nil
}

// optionCounts says what is cached, and how old the oldest list is.
func (s *Server) optionCounts(ctx context.Context, name string, f *views.Connection) error {
	for _, list := range []app.OptionList{app.ListCompanies, app.ListAgreements, app.ListProducts, app.ListBoards, app.ListPriorities, app.ListSources} {
		rows, at, err := s.Read.Options(ctx, name, list, 0)
		if err != nil {
			return err
		}
		if at.IsZero() {
			continue
		}
		f.Options = append(f.Options, views.OptionCount{List: list, N: len(rows)})
		if f.OptionsAt.IsZero() || at.Before(f.OptionsAt) {
			f.OptionsAt = at
		}
	}
	return nil
}

// secretState says that a secret is stored, and whether it was entered for another address.
func secretState(all []app.SecretRecord, name, host string) ui.SecretState {
	for _, r := range all {
		if r.Name == name {
			return ui.SecretState{Set: true, SetAt: r.SetAt, EndsWith: r.Tail(), Rebind: r.BoundHost != host}
		}
	}
	return ui.SecretState{}
}
