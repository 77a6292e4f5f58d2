// Package connectwise is the adapter to ConnectWise PSA (Manage) over its REST API 3.0.
//
// Developer guide: https://developer.connectwise.com/Products/ConnectWise_PSA/Developer_Guide
//
// Its manners: the versioned Accept, a client id on every request, whole references in PATCH, no nulls in POST, lists
// read by pages of 1000 to their end, every row that comes back checked again on our side, and every answer to a write
// compared with what was asked, because ConnectWise answers 200 to changes it did not make.
package connectwise

import (
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"psabridge/app"
	"psabridge/app/psa"
	"psabridge/app/rest"
)

// accept pins the model: without a version ConnectWise answers with its newest, and fields move.
const accept = "application/vnd.connectwise.com+json; version=2025.8"

// Keys are an API member's keys (System ▸ Members ▸ API Members).
type Keys struct {
	Public, Private app.Secret
}

// Options are for tests and for the command line; the zero value is right for the product.
type Options struct {
	Transport http.RoundTripper
	Timeout   time.Duration
	Backoff   func(try int) time.Duration
	UserAgent string
	Logger    *slog.Logger
}

// Client is one live connection. It implements psa.Client.
type Client struct {
	site      Site
	companyID string
	open      *rest.Client // signs nothing: companyinfo
	api       *rest.Client
	base      codebase
	unforward sync.Map // paths of lists that do not page by id, as was seen

	unsearchable atomic.Bool // it does not let us search with conditions in the body, as was seen
}

var _ psa.Client = (*Client)(nil)

// New makes a client from a connection's settings. clientIDFromBuild is used when the settings name none. It makes no
// request. invalid: an address, company ID or client ID that cannot be used; unauthorized: a key is missing.
func New(s app.ConnectionSettings, keys Keys, clientIDFromBuild string, limiter *rest.Limiter, o Options) (*Client, error) {
	site, err := ParseSite(s.SiteURL, s.AllowPrivateNetwork)
	if err != nil {
		return nil, err
	}
	companyID := strings.TrimSpace(s.CompanyID)
	clientID := strings.TrimSpace(s.ClientID)
	if clientID == "" {
		clientID = clientIDFromBuild
	}
	if err := checkIdentity(companyID, clientID, keys); err != nil {
		return nil, err
	}
	open, err := rest.New(rest.Config{
		Name: "ConnectWise", BaseURL: site.Origin, Header: http.Header{"Accept": {"application/json"}}, Limiter: limiter,
		Transport: o.Transport, Timeout: o.Timeout, Backoff: o.Backoff, UserAgent: o.UserAgent, Logger: o.Logger,
		AllowPrivateNetwork: s.AllowPrivateNetwork, CAFile: s.CAFile, ReadError: readError,
		Secrets: func() []app.Secret { return []app.Secret{keys.Public, keys.Private} },
	})
	if err != nil {
		return nil, err
	}
	api, err := open.With(func(c *rest.Config) {
		c.Header = http.Header{"Accept": {accept}, "Clientid": {clientID}}
		c.Auth = func(r *http.Request) error {
			r.SetBasicAuth(companyID+"+"+keys.Public.Reveal(), keys.Private.Reveal())
			return nil
		}
	})
	if err != nil {
		return nil, err
	}
	return &Client{site: site, companyID: companyID, open: open, api: api, base: newCodebase()}, nil
}

func checkIdentity(companyID, clientID string, keys Keys) error {
	switch {
	case companyID == "":
		return app.FieldErrorf("company_id", "The company ID is missing. It is what you type as Company when you sign in to ConnectWise.")
	case strings.ContainsAny(companyID, ":+\r\n"):
		return app.FieldErrorf("company_id", "The company ID %q holds a character it cannot have. It is what you type as Company when you sign in to ConnectWise.", companyID)
	case clientID == "" || strings.ContainsAny(clientID, "\r\n"):
		return app.FieldErrorf("client_id", "ConnectWise demands a client ID and none is set. Get one at developer.connectwise.com ▸ ClientID.")
	case keys.Public == "":
		return missingKey("public_key", "public key")
	case keys.Private == "":
		return missingKey("private_key", "private key")
	}
	return nil
}

func missingKey(field, name string) error {
	return &app.Error{Code: app.Unauthorized, Field: field, Outcome: app.OutcomeNone, Message: "The " + name + " is not set. Make keys in ConnectWise under System ▸ Members ▸ API Members ▸ API Keys and enter them on the connection."}
}
