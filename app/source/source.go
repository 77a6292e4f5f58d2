// Package source is the port to a vendor we read: its organizations, what happened there, and what is used.
//
// An adapter is one package below this one that passes sourcetest.Run. Every method may return an app.Error:
// unauthorized (a new sign-in is needed; never retried by itself), forbidden, rate_limited (with RetryAfter),
// unavailable. What can be read in spite of an error on one organization is returned, and the rest is named in
// Unread or by an incomplete reading: an adapter never invents and never shows a part as the whole.
package source

import (
	"context"

	"psabridge/app"
)

// Source is one live vendor account. It is safe for concurrent use.
type Source interface {
	// Pull reads organizations, object states and the events after the marks of the last pull.
	// Events may come again; they are told apart by their SourceEventID.
	Pull(ctx context.Context, marks []app.Mark) (app.Batch, error)
	// Readings reads the usage of every organization and meter, with evidence, own and inclusive.
	// A meter that could not be read to its end is returned with Complete false and the Problem in words.
	Readings(ctx context.Context) (app.Usage, error)
	// Check proves that the account can be read: who we are and the server's version. Used by the connection test.
	Check(ctx context.Context) (Account, error)
}

// Authorizer is a source where a person can sign in on the vendor's own page (OAuth2 authorization code).
type Authorizer interface {
	// AuthorizeURL is where to send the browser; the vendor sends it back to redirect with a code and the same state.
	// invalid: something that has to be entered first is missing.
	AuthorizeURL(redirect, state string) (string, error)
	// Redeem turns the code into a sign-in that lasts and stores it. It is never tried twice: a code is good once.
	// unauthorized: the vendor refused the code.
	Redeem(ctx context.Context, code, redirect string) error
}

// Revoker is a source whose sign-in can be ended at the vendor, e.g. because the source is removed here.
type Revoker interface {
	// Revoke ends the sign-in at the vendor and forgets it here. Nothing to end is no error.
	Revoke(ctx context.Context) error
}

// Account is who a source says we are.
type Account struct {
	Name           string // user name or e-mail
	OrganizationID string // the top organization, external id
	Organization   string
	Version        string // of the server
	// Notes are what the person should know about the sign-in, e.g. a permission its key lacks, each with its fix.
	Notes []string
	// VendorOff is true when the vendor itself shows that its own tie to a PSA system is off (DESIGN §1.7 M13), false when
	// it shows that it may be on; nil: it does not say.
	VendorOff *bool
}
