package setup

import (
	"context"
	"slices"
	"strings"

	"psabridge/app"
	"psabridge/app/settings"
)

// Confirm notes that a person says something is done that no call can prove, or takes it back. The subject is
// app.VendorOff of a source, or app.GuideSubject of a step a person can confirm, on a connection of the settings or ""
// before there is one. invalid: nothing of the kind can be confirmed.
func (s *Setup) Confirm(ctx context.Context, by, subject string, done bool) error {
	doc, _, err := s.Document(ctx)
	if err != nil {
		return err
	}
	if !confirmable(doc, subject) {
		return app.FieldErrorf("subject", "There is nothing called %q that a person could confirm.", shortened(subject))
	}
	s.Log.InfoContext(ctx, "set-up confirmed", "subject", subject, "by", by, "done", done)
	if done {
		return s.Store.Confirm(ctx, app.Confirmation{Subject: subject, By: by, At: s.Now()})
	}
	return s.Store.Unconfirm(ctx, subject)
}

// byHand are the steps of the guide a person may tick off: what is done in ConnectWise before there are keys to look
// with. Once the checks have run they know better.
var byHand = []string{stepRole, stepTables, stepMember, stepKey}

func confirmable(doc app.Settings, subject string) bool {
	if slices.ContainsFunc(doc.Sources, func(s app.SourceSettings) bool { return !s.Pushed() && app.VendorOff(s.Name) == subject }) {
		return true
	}
	rest, isGuide := strings.CutPrefix(subject, "guide/")
	connection, step, hasStep := strings.Cut(rest, "/")
	if !isGuide || !hasStep || !slices.Contains(byHand, step) {
		return false
	}
	_, known := settings.ConnectionByName(doc, connection)
	return known || connection == ""
}

// unconfirmVendor takes back what was confirmed of a source that is removed or becomes another account: it says nothing
// of the bridge of that one, nor of a later source of the name.
func (s *Setup) unconfirmVendor(ctx context.Context, before, after app.Settings) error {
	for _, was := range before.Sources {
		is, stays := settings.SourceByName(after, was.Name)
		if stays && is.Kind == was.Kind && is.Host == was.Host && is.TopOrganization == was.TopOrganization {
			continue
		}
		if err := s.Store.Unconfirm(ctx, app.VendorOff(was.Name)); err != nil {
			return err
		}
	}
	return nil
}

func shortened(text string) string {
	if r := []rune(text); len(r) > 80 {
		return string(r[:80]) + "…"
	}
	return text
}

// said returns what people confirmed, by subject.
func (s *Setup) said(ctx context.Context) (map[string]app.Confirmation, error) {
	list, err := s.Store.Confirmations(ctx)
	if err != nil {
		return nil, err
	}
	by := make(map[string]app.Confirmation, len(list))
	for _, c := range list {
		by[c.Subject] = c
	}
	return by, nil
}
