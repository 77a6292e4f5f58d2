package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/app/secret"
	"psabridge/app/settings"
	"psabridge/views"
	"psabridge/views/ui"
)

// credentials are the inputs of a connection's first form. The keys go to the keychain and into nothing else.
type credentials struct {
	views.CredentialsForm
	name                  string
	task                  string // of the guide whose page has the form; "" elsewhere
	organization          int64
	revision              int64
	publicKey, privateKey app.Secret
}

// storedCredentials is the form as the settings have it. The keys are not part of it.
func storedCredentials(c app.ConnectionSettings) views.CredentialsForm {
	f := views.CredentialsForm{SiteURL: c.SiteURL, CompanyID: c.CompanyID, ClientID: c.ClientID, AllowPrivate: c.AllowPrivateNetwork, CAFile: c.CAFile}
	if c.RequestsPerMinute != 0 {
		f.PerMinute = strconv.Itoa(c.RequestsPerMinute)
	}
	return f
}

func typedCredentials(f form) credentials {
	return credentials{
		CredentialsForm: views.CredentialsForm{
			SiteURL: f.text("site_url"), CompanyID: f.text("company_id"), ClientID: f.text("client_id"), AllowPrivate: f.ticked("allow_private_network"),
			CAFile: f.text("ca_file"), PerMinute: f.text("requests_per_minute"),
		},
		name: f.text("name"), task: guideTask(f), organization: f.number("organization"), revision: f.number("revision"),
		publicKey: app.Secret(f.text("public_key")), privateKey: app.Secret(f.text("private_key")),
	}
}

// apply puts the form into a connection. The address is stored as it is used, not as it was pasted.
func (in credentials) apply(to *app.ConnectionSettings) error {
	to.SiteURL, to.CompanyID, to.ClientID, to.AllowPrivateNetwork, to.CAFile = in.SiteURL, in.CompanyID, in.ClientID, in.AllowPrivate, in.CAFile
	if address, err := settings.Address(in.SiteURL, in.AllowPrivate); err == nil {
		to.SiteURL = address
	}
	to.RequestsPerMinute = 0
	if in.PerMinute == "" {
		return nil
	}
	n, err := strconv.Atoi(in.PerMinute)
	if err != nil || n <= 0 {
		return app.FieldErrorf("requests_per_minute", "%q is not a number of requests. Leave it empty for the usual 900.", in.PerMinute)
	}
	to.RequestsPerMinute = n
	return nil
}

var credentialInputs = map[string]string{
	"name": "name", "site_url": "site_url", "company_id": "company_id", "client_id": "client_id", "ca_file": "ca_file",
	"requests_per_minute": "requests_per_minute", "allow_private_network": "allow_private_network", "time_zone": "", "ticketing": "", "billing": "",
}

// addConnection saves a new connection with its keys and tests it.
func (s *Server) addConnection(c echo.Context) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	in := typedCredentials(f)
	if missing := in.missing(); len(missing) > 0 {
		return s.wrongNewConnection(c, in, missing)
	}
	_, err = s.edit(c, in.revision, link.Connections, func(doc *app.Settings) error { return s.append(c.Request().Context(), doc, in) })
	if invalid(err) {
		doc, _, e := s.Settings.Document(c.Request().Context())
		if e != nil {
			return e
		}
		return s.wrongNewConnection(c, in, itemErrors(err, "connections", in.name, len(doc.Connections), credentialInputs))
	}
	if err != nil {
		return err
	}
	if err := s.saveKeys(c.Request().Context(), in.name, in); err != nil {
		return err
	}
	s.testSaved(c, in.name, true)
	s.tell(c, good, "Connection %s is saved and being tested.", in.name)
	return seeOther(c, backTo(in.name, 0, in.task))
}

// missing names everything a new connection cannot do without, in the order of the form.
func (in credentials) missing() (out ui.Errors) {
	for _, one := range []struct{ input, value, message string }{
		{"site_url", in.SiteURL, "The site URL is missing. It is what the address bar shows when you use ConnectWise."},
		{"company_id", in.CompanyID, "The company ID is missing. It is what you type as Company when you sign in."},
		{"public_key", string(in.publicKey), "The public key is missing."},
		{"private_key", string(in.privateKey), "The private key is missing. ConnectWise shows it once, when it is made."},
		{"name", in.name, "The connection needs a name."},
	} {
		if one.value == "" {
			out = append(out, ui.FieldError{Field: one.input, Message: one.message})
		}
	}
	return out
}

// append adds the connection, and makes it its organization's own when it was added there.
func (s *Server) append(ctx context.Context, doc *app.Settings, in credentials) error {
	fresh := app.ConnectionSettings{Name: in.name, System: settings.SystemConnectWise}
	if err := in.apply(&fresh); err != nil {
		return err
	}
	doc.Connections = append(doc.Connections, fresh)
	if in.organization == 0 {
		return nil
	}
	row, err := s.Read.Organization(ctx, in.organization)
	if err != nil {
		return err
	}
	entry, _ := settings.OrganizationByID(*doc, row.Source, row.ExternalID)
	entry.Source, entry.ID, entry.PSA = row.Source, row.ExternalID, in.name
	putOrganization(doc, entry)
	return nil
}

func (s *Server) wrongNewConnection(c echo.Context, in credentials, wrong ui.Errors) error {
	p, err := s.open(c, "ConnectWise", link.Connections)
	if err != nil {
		return err
	}
	f := newConnection(p, in.organization)
	f.Revision, f.Name, f.BuiltInID, f.Task = in.revision, in.name, s.About.BuiltInClientID, in.task
	f.Credentials = in.CredentialsForm
	f.Credentials.Errors = wrong
	if in.task != "" {
		return s.showTask(c, p, http.StatusUnprocessableEntity, in.task, &f)
	}
	return s.showConnections(c, p, http.StatusUnprocessableEntity, f, true)
}

// saveConnection saves a connection's address and keys and tests it. Empty keys keep what is stored.
func (s *Server) saveConnection(c echo.Context) error {
	p, found, err := s.openConnection(c)
	if err != nil {
		return err
	}
	f, err := readForm(c)
	if err != nil {
		return err
	}
	in := typedCredentials(f)
	back := backTo(found.Name, in.organization, in.task)
	changes, err := s.edit(c, in.revision, back, changeConnection(found.Name, in.apply))
	if invalid(err) {
		form, e := s.connectionForm(c.Request().Context(), p, found, in.organization)
		if e != nil {
			return e
		}
		form.Revision, form.Credentials, form.Task = in.revision, in.CredentialsForm, in.task
		form.Credentials.Errors = fieldErrors(err, "connections["+found.Name+"]", credentialInputs)
		return s.showConnection(c, p, http.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	if err := s.saveKeys(c.Request().Context(), found.Name, in); err != nil {
		return err
	}
	s.testSaved(c, found.Name, len(changes) > 0 || in.publicKey != "" || in.privateKey != "")
	s.tell(c, good, "Saved. The connection is being tested.")
	return s.saved(c, f, back)
}

// editConnection changes one connection of the document.
func editConnection(name string, apply func(*app.ConnectionSettings)) func(*app.Settings) error {
	return changeConnection(name, func(to *app.ConnectionSettings) error { apply(to); return nil })
}

// changeConnection is editConnection for a change that can be refused.
func changeConnection(name string, apply func(*app.ConnectionSettings) error) func(*app.Settings) error {
	return func(doc *app.Settings) error {
		at := slices.IndexFunc(doc.Connections, func(one app.ConnectionSettings) bool { return one.Name == name })
		if at < 0 {
			return app.Errorf(app.NotFound, "There is no connection %s any more.", name)
		}
		return apply(&doc.Connections[at])
	}
}

// backTo is where a connection's form stood: in a task of the guide, on its organization's page, or on its own.
func backTo(name string, organization int64, task string) string {
	switch {
	case task != "":
		return link.Guide(task)
	case organization != 0:
		return link.OrganizationSettings(organization)
	}
	return link.Connection(name)
}

// saveKeys stores the keys that were typed, together: a public key and the private key of another one are refused. It comes
// after the settings, because a key is kept for one address.
func (s *Server) saveKeys(ctx context.Context, name string, in credentials) error {
	var typed []app.NamedSecret
	for _, one := range []struct {
		key   string
		value app.Secret
	}{{"public_key", in.publicKey}, {"private_key", in.privateKey}} {
		if one.value != "" {
			typed = append(typed, app.NamedSecret{Name: secret.ConnectionName(name, one.key), Value: one.value})
		}
	}
	if err := s.Settings.SetSecrets(ctx, typed...); err != nil {
		return lookAgainError{err, link.Connection(name)}
	}
	return nil
}
