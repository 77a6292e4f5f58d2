package setup

import (
	"context"
	"slices"
	"strings"
	"time"

	"psabridge/app"
	"psabridge/app/secret"
	"psabridge/app/settings"
	"psabridge/app/source"
)

// askWithin bounds how long a source is waited for when it is asked who we are.
const askWithin = 30 * time.Second

// policySays confirms, in place of a person, that the vendor's own bridge is off.
const policySays = "the policy of the top organization (psa_enabled=false)"

// What to do when a source cannot be read.
var (
	fixSignIn = map[string]string{
		settings.KindX360Sync: "Open the source on the Sources page and sign in again: enter the password with a new two-step code, or click Sign in at x360Sync.",
		settings.KindAxcient:  "Make a key in x360Portal ▸ Settings ▸ API Keys ▸ Add, tick x360Cloud, and enter it on the page of the source.",
	}
	fixPermission = map[string]string{
		settings.KindX360Sync: "Sign in with an administrator account of the top-level organization, on the page of the source.",
		settings.KindAxcient:  "In x360Portal open Settings ▸ API Keys and tick x360Cloud for the key, or make a new key with it.",
	}
	fixSilent = "Wait a moment and check again. If it stays, look at the network of this computer, and at the address on the page of the source."
)

// TestSources asks every source of the settings who we are, one after the other, and tells each result as it comes.
func (s *Setup) TestSources(ctx context.Context, each func(source string, c app.CheckRow)) error {
	doc, _, err := s.Document(ctx)
	if err != nil {
		return err
	}
	for _, c := range doc.Sources {
		row, err := s.TestSource(ctx, c.Name)
		if err != nil {
			return err
		}
		each(c.Name, row)
	}
	return nil
}

// TestSource asks a source who we are. What is missing is a failed check with the clicks that mend it. An inbox is asked
// nothing. not_found: the settings have no such source.
func (s *Setup) TestSource(ctx context.Context, name string) (app.CheckRow, error) {
	doc, _, err := s.Document(ctx)
	if err != nil {
		return app.CheckRow{}, err
	}
	c, known := settings.SourceByName(doc, name)
	if !known {
		return app.CheckRow{}, app.Errorf(app.NotFound, "There is no source %s in the settings.", name)
	}
	began := s.Now()
	found, err := s.sourceFinding(ctx, c)
	if err != nil {
		return app.CheckRow{}, err
	}
	row := app.CheckRow{ID: "source." + name, Title: "The source " + name + " lets us in", State: found.state, Message: found.message, Fix: found.fix, ChangedAt: s.Now()}
	row.Took = max(0, row.ChangedAt.Sub(began))
	return row, ctx.Err()
}

func (s *Setup) sourceFinding(ctx context.Context, c app.SourceSettings) (finding, error) {
	if c.Pushed() {
		return ok("It is an inbox: programs send to it, or a file is imported. Nothing is read."), nil
	}
	missing, err := s.noCredentials(ctx, c)
	switch {
	case err != nil:
		return finding{}, err
	case missing != "":
		return failed(missing, fixSignIn[c.Kind]), nil
	case s.Account == nil:
		return skipped("Nobody was asked."), nil
	}
	who, err := s.account(ctx, c.Name)
	switch app.ErrorCode(err) {
	case "":
		return ok(introduced(who)), nil
	case app.Unauthorized:
		return failedBy(err, fixSignIn[c.Kind]), nil
	case app.Forbidden:
		return failedBy(err, fixPermission[c.Kind]), nil
	case app.Unavailable, app.RateLimited:
		return failedBy(err, fixSilent), nil
	case app.Invalid, app.NotFound, app.Conflict, app.Internal:
	}
	return failedBy(err, "Correct the source on the Sources page."), nil
}

// noCredentials says that nothing is there to sign in with, "" when there is.
func (s *Setup) noCredentials(ctx context.Context, c app.SourceSettings) (string, error) {
	records, err := s.Vault.List(ctx)
	if err != nil {
		return "", err
	}
	if slices.ContainsFunc(records, func(r app.SecretRecord) bool { return strings.HasPrefix(r.Name, secret.SourceName(c.Name, "")) }) {
		return "", nil
	}
	if _, signedIn := s.TokenInfo(ctx, c.Name); signedIn {
		return "", nil
	}
	if c.Kind == settings.KindAxcient {
		return "The API key is missing.", nil
	}
	return "Nobody has signed in yet.", nil
}

// introduced is what a source said of us, with what it lacks.
func introduced(who source.Account) string {
	text := "Signed in as " + orWord(who.Name, "somebody without a name")
	if who.Organization != "" {
		text += " of " + who.Organization
	}
	if who.Version != "" {
		text += "; the server's version is " + who.Version
	}
	return strings.Join(append([]string{text + "."}, who.Notes...), " ")
}

// account asks a source who we are. Where the vendor shows that its own bridge is off, that is confirmed by it; where it
// does not show so any more, a confirmation that rested on it ends (M13).
func (s *Setup) account(ctx context.Context, name string) (source.Account, error) {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	who, err := s.Account(ctx, name)
	if err != nil || who.VendorOff == nil {
		return who, err
	}
	said, err := s.said(ctx)
	if err != nil {
		return who, err
	}
	subject := app.VendorOff(name)
	c, is := said[subject]
	switch {
	case *who.VendorOff && !is:
		return who, s.Store.Confirm(ctx, app.Confirmation{Subject: subject, By: policySays, At: s.Now()})
	case !*who.VendorOff && is && c.By == policySays:
		return who, s.Store.Unconfirm(ctx, subject)
	}
	return who, nil
}
