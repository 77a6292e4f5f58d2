package web

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/app/secret"
	"psabridge/app/settings"
	"psabridge/views"
)

var sourceInputs = map[string]string{
	"name": "name", "kind": "", "host": "host", "every": "every", "top_organization": "top_organization", "ca_file": "ca_file",
	"allow_private_network": "allow_private_network",
}

// The ways to sign in that a source's form can ask for.
const wayVendor = "vendor" // on the vendor's own page, after saving

// addSource saves a new source with its sign-in and reads it.
func (s *Server) addSource(c echo.Context) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	p, err := s.open(c, "Sources", link.Sources)
	if err != nil {
		return err
	}
	kind := f.text("kind")
	if !knownKind(kind) {
		return app.FieldErrorf("kind", "%q is no kind of source. Choose one on the Sources page.", kind)
	}
	typed, src, err := s.typedSource(f, app.SourceSettings{Name: f.text("name"), Kind: kind}, nil)
	typed.New = true
	if src.Name == "" && err == nil {
		err = app.FieldErrorf("name", "The source needs a name.")
	}
	if err == nil {
		err = missingSecret(f, src, nil)
	}
	if err == nil {
		_, err = s.edit(c, typed.Revision, link.Sources, func(doc *app.Settings) error {
			doc.Sources = append(doc.Sources, src)
			return nil
		})
	}
	if invalid(err) {
		typed.Errors = itemErrors(err, "sources", src.Name, len(p.doc.Sources), sourceInputs)
		return s.showSources(c, p, http.StatusUnprocessableEntity, &typed)
	}
	if err != nil {
		return err
	}
	return s.sourceSaved(c, src, f)
}

// missingSecret names what cannot be left out for the way of signing in that was chosen. What is stored need not be
// entered again.
func missingSecret(f form, src app.SourceSettings, secrets []app.SecretRecord) error {
	stored := func(name string) bool {
		st := secretState(secrets, secret.SourceName(src.Name, name), settings.Host(src.Host))
		return st.Set && !st.Rebind
	}
	switch {
	case src.Kind == settings.KindX360Sync && f.text("way") == wayVendor && f.Get("client_id") == "" && !stored("client_id"):
		return app.FieldErrorf("client_id", "The client ID is missing. x360Sync shows it where the client was registered: Settings ▸ API.")
	case src.Kind == settings.KindX360Sync && f.Get("auth_code") != "" && f.Get("password") == "":
		return app.FieldErrorf("password", "Enter the password again with the two-step code: a code is good for one sign-in, and the two are sent together.")
	case src.Kind == settings.KindAxcient && f.Get("api_key") == "" && !stored("api_key"):
		return app.FieldErrorf("api_key", "The API key is missing. It is made in x360Portal ▸ Settings ▸ API Keys ▸ Add, with x360Cloud ticked.")
	}
	return nil
}

// saveSource saves a source's settings and sign-in and reads it. Empty secrets keep what is stored.
func (s *Server) saveSource(c echo.Context) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	p, found, err := s.openSource(c)
	if err != nil {
		return err
	}
	secrets, err := s.Settings.Secrets(c.Request().Context())
	if err != nil {
		return err
	}
	own, _ := settings.SourceByName(p.doc, found.Name)
	typed, src, err := s.typedSource(f, own, secrets)
	if err == nil {
		err = missingSecret(f, settings.SourceWithDefaults(src), secrets)
	}
	if err == nil {
		_, err = s.edit(c, typed.Revision, link.Source(found.Name), func(doc *app.Settings) error {
			at := slices.IndexFunc(doc.Sources, func(one app.SourceSettings) bool { return one.Name == found.Name })
			if at < 0 {
				return app.Errorf(app.NotFound, "There is no source %s any more.", found.Name)
			}
			doc.Sources[at] = src
			return nil
		})
	}
	if invalid(err) {
		typed.Errors, typed.Open = fieldErrors(err, "sources["+found.Name+"]", sourceInputs), true
		return s.showSource(c, p, http.StatusUnprocessableEntity, found, &typed, nil)
	}
	if err != nil {
		return err
	}
	return s.sourceSaved(c, src, f)
}

// typedSource reads the form over the source as it is. The secrets are not part of it, and an inbox has nothing but a name.
func (s *Server) typedSource(f form, src app.SourceSettings, secrets []app.SecretRecord) (views.SourceForm, app.SourceSettings, error) {
	shown := s.sourceForm(src, f.number("revision"), secrets)
	shown.Way = f.text("way")
	if src.Pushed() {
		return shown, src, nil
	}
	shown.Host, shown.Every, shown.TopOrganization = f.text("host"), f.text("every"), f.text("top_organization")
	shown.AllowPrivate, shown.CAFile = f.ticked("allow_private_network"), f.text("ca_file")
	src.TopOrganization, src.AllowPrivateNetwork, src.CAFile, src.Host = shown.TopOrganization, shown.AllowPrivate, shown.CAFile, shown.Host
	if address, err := settings.Address(shown.Host, shown.AllowPrivate); err == nil && src.Kind == settings.KindX360Sync {
		src.Host = address
	}
	if src.Host == settings.SourceWithDefaults(app.SourceSettings{Kind: src.Kind}).Host && src.Kind == settings.KindAxcient {
		src.Host = "" // as the program has it; a later one may know better
	}
	src.Every = 0
	err := length("every", shown.Every, &src.Every)
	return shown, src, err
}

// sourceSaved stores what was typed of the sign-in, and then reads the source or goes on to the vendor's page.
func (s *Server) sourceSaved(c echo.Context, src app.SourceSettings, f form) error {
	back := link.Source(src.Name)
	if src.Pushed() {
		s.tell(c, good, "The inbox %s is made. Make a token for each program that sends to it, or import a file.", src.Name)
		return seeOther(c, back)
	}
	if err := s.saveSourceSecrets(c.Request().Context(), src, f); err != nil {
		return lookAgainError{err, back}
	}
	if src.Kind == settings.KindX360Sync && f.text("way") == wayVendor {
		return s.beginSignIn(c, src.Name)
	}
	return s.check(c, src.Name, back)
}

func (s *Server) saveSourceSecrets(ctx context.Context, src app.SourceSettings, f form) error {
	var typed []app.NamedSecret
	for _, one := range sourceSecrets[src.Kind] {
		value := f.Get(one.Name) // not trimmed: a password may begin with a space
		if value == "" {
			continue
		}
		if one.Name != "password" {
			value = strings.TrimSpace(value)
		}
		typed = append(typed, app.NamedSecret{Name: secret.SourceName(src.Name, one.Name), Value: app.Secret(value)})
	}
	return s.Settings.SetSecrets(ctx, typed...)
}
