package web

import (
	"context"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/app/secret"
	"psabridge/app/settings"
	"psabridge/views"
)

var sourceInputs = map[string]string{"name": "name", "kind": "", "host": "host", "every": "every", "top_organization": "top_organization"}

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
	typed, src, err := typedSource(f, app.SourceSettings{Name: f.text("name"), Kind: f.text("kind")}, nil)
	typed.New = true
	if src.Name == "" && err == nil {
		err = app.FieldErrorf("name", "The source needs a name.")
	}
	if err == nil {
		_, err = s.edit(c, typed.Revision, link.Sources, func(doc *app.Settings) error {
			doc.Sources = append(doc.Sources, src)
			return nil
		})
	}
	if invalid(err) {
		typed.Errors = itemErrors(err, "sources", src.Name, len(p.doc.Sources), sourceInputs)
		return s.showSources(c, p, http.StatusUnprocessableEntity, "", views.SourceForm{}, &typed)
	}
	if err != nil {
		return err
	}
	return s.sourceSaved(c, src.Name, f)
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
	typed, src, err := typedSource(f, found, secrets)
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
		return s.showSources(c, p, http.StatusUnprocessableEntity, found.Name, typed, nil)
	}
	if err != nil {
		return err
	}
	return s.sourceSaved(c, found.Name, f)
}

// typedSource reads the form over the source as it is. The secrets are not part of it.
func typedSource(f form, src app.SourceSettings, secrets []app.SecretRecord) (views.SourceForm, app.SourceSettings, error) {
	shown := sourceForm(src, f.number("revision"), secrets)
	shown.Host, shown.Every, shown.TopOrganization, shown.AllowPrivate = f.text("host"), f.text("every"), f.text("top_organization"), f.ticked("allow_private_network")
	src.TopOrganization, src.AllowPrivateNetwork, src.Host = shown.TopOrganization, shown.AllowPrivate, shown.Host
	if address, err := settings.Address(shown.Host, shown.AllowPrivate); err == nil {
		src.Host = address
	}
	src.Every = 0
	err := length("every", shown.Every, &src.Every)
	return shown, src, err
}

// sourceSaved stores what was typed of the sign-in and reads the source.
func (s *Server) sourceSaved(c echo.Context, name string, f form) error {
	if err := s.saveSourceSecrets(c.Request().Context(), name, f); err != nil {
		return lookAgainError{err, link.Source(name)}
	}
	return s.check(c, name, link.Source(name))
}

func (s *Server) saveSourceSecrets(ctx context.Context, name string, f form) error {
	for _, one := range sourceSecrets {
		value := f.Get(one.Name) // not trimmed: a password may begin with a space
		if value == "" {
			continue
		}
		if err := s.Settings.SetSecret(ctx, secret.SourceName(name, one.Name), app.Secret(value)); err != nil {
			return err
		}
	}
	return nil
}
