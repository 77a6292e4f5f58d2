package web

import (
	"context"
	"io"
	"time"

	"psabridge/app"
)

// Receiver takes what is imported into an inbox, and says who else may send to it.
type Receiver interface {
	// Stage keeps a file until it is imported, for an hour at most, and returns its id.
	Stage(ctx context.Context, source, fileName string, r io.Reader) (id string, err error)
	// Preview says what a staged file would become; without a mapping it proposes one.
	Preview(ctx context.Context, source, id string, m *app.CSVMapping) (app.CSVPreview, error)
	// Import stores a staged file, once.
	Import(ctx context.Context, source, id string, m app.CSVMapping, by string) (app.Import, error)
	// MakeToken makes a token that may send to one inbox and do nothing else. It is returned this once.
	MakeToken(ctx context.Context, source, name string) (app.Secret, app.InboxToken, error)
	// RevokeToken ends one.
	RevokeToken(ctx context.Context, source string, id int64) error
}

// Authorizer signs in to a source on its vendor's own page.
type Authorizer interface {
	// AuthorizeURL is where the browser goes; the vendor sends it back to redirect with a code and the same state.
	AuthorizeURL(ctx context.Context, source, redirect, state string) (string, error)
	// Redeem turns the code into a sign-in that lasts. It is called once for a code.
	Redeem(ctx context.Context, source, code, redirect string) error
}

// Organizer keeps what a person says about a new organization.
type Organizer interface {
	SetOrganizationIgnored(ctx context.Context, id int64, ignored bool) error
	PutOffOrganization(ctx context.Context, id int64, until time.Time) error
}

// SourceDeps are what the pages of the sources and of new organizations call besides the rest. What is left out is not
// offered.
type SourceDeps struct {
	Receive  Receiver
	SignIn   Authorizer
	Organize Organizer
	// TokenInfo says when a source's sign-in was last renewed; false when it has none.
	TokenInfo func(ctx context.Context, source string) (time.Time, bool)
	// Notes are what the last look at a source's account said of its sign-in.
	Notes func(source string) []string
}

func (d *Deps) fillSources() {
	if d.Receive == nil {
		d.Receive = noReceiver{}
	}
	if d.TokenInfo == nil {
		d.TokenInfo = func(context.Context, string) (time.Time, bool) { return time.Time{}, false }
	}
	if d.Notes == nil {
		d.Notes = func(string) []string { return nil }
	}
}

// noReceiver is the inbox of a bridge that has none.
type noReceiver struct{}

func noInbox() error { return app.Errorf(app.NotFound, "This bridge has no inbox.") }

// Stage implements Receiver.
func (noReceiver) Stage(context.Context, string, string, io.Reader) (string, error) {
	return "", noInbox()
}

// Preview implements Receiver.
func (noReceiver) Preview(context.Context, string, string, *app.CSVMapping) (app.CSVPreview, error) {
	return app.CSVPreview{}, noInbox()
}

// Import implements Receiver.
func (noReceiver) Import(context.Context, string, string, app.CSVMapping, string) (app.Import, error) {
	return app.Import{}, noInbox()
}

// MakeToken implements Receiver.
func (noReceiver) MakeToken(context.Context, string, string) (app.Secret, app.InboxToken, error) {
	return "", app.InboxToken{}, noInbox()
}

// RevokeToken implements Receiver.
func (noReceiver) RevokeToken(context.Context, string, int64) error { return noInbox() }
