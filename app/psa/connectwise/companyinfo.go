package connectwise

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"psabridge/app"
	"psabridge/app/rest"
)

// defaultCodebase is where every on-premise server has its API, and what routes to the right place in the cloud.
const defaultCodebase = "v4_6_release/"

// companyInfo is the answer of GET /login/companyinfo/{companyId}, which needs no keys.
//
// Developer guide, "Cloud URLs": {"CompanyName":…,"Codebase":"v2017_3/","VersionCode":…,"CompanyID":…,"IsCloud":"True"}.
type companyInfo struct {
	CompanyName   string
	Codebase      string
	VersionCode   string
	VersionNumber string
	CompanyID     string
	IsCloud       looseBool
	SiteURL       string `json:"SiteUrl"`
}

// looseBool is true, false, "True" or "False": the guide shows text, servers send both.
type looseBool bool

// UnmarshalJSON implements json.Unmarshaler.
func (b *looseBool) UnmarshalJSON(data []byte) error {
	*b = looseBool(strings.EqualFold(strings.Trim(string(data), `"`), "true"))
	return nil
}

// Identify asks the site who it is.
func (c *Client) Identify(ctx context.Context) (app.Identity, error) {
	info, err := c.lookUp(ctx)
	if err != nil {
		return app.Identity{}, err
	}
	c.base.set(codebaseOf(info)) // what comes next need not ask again
	version := info.VersionCode
	if version == "" {
		version = info.VersionNumber
	}
	return app.Identity{
		CompanyID: info.CompanyID, CompanyName: info.CompanyName, Version: version, Codebase: info.Codebase,
		Cloud: bool(info.IsCloud), BaseURL: c.site.Origin + "/" + apiPath(codebaseOf(info)), SiteURL: c.elsewhere(info.SiteURL),
	}, nil
}

// elsewhere is the page of a cloud site that is not ours; "" for everything else. A company that was moved to another
// region is still known at its old one. Nothing is ever sent there: it is for the person to decide.
func (c *Client) elsewhere(named string) string {
	site, err := ParseSite(named, false)
	if err != nil || !site.Cloud || site.Page == c.site.Page {
		return ""
	}
	return site.Page
}

// lookUp reads companyinfo. not_found: another kind of server, or a company it does not know (a 200 with null).
func (c *Client) lookUp(ctx context.Context) (companyInfo, error) {
	var info *companyInfo
	req, err := c.open.NewRequest(ctx, http.MethodGet, "login/companyinfo/"+url.PathEscape(c.companyID), nil, nil)
	if err != nil {
		return companyInfo{}, err
	}
	var raw []byte
	if _, err := c.open.Do(req, &raw); err != nil {
		if e, ok := errors.AsType[*rest.StatusError](err); ok && e.Status >= 400 && e.Status < 500 && e.Status != http.StatusTooManyRequests {
			return companyInfo{}, c.noConnectWise(err)
		}
		return companyInfo{}, err
	}
	if err := json.Unmarshal(raw, &info); err != nil {
		return companyInfo{}, c.noConnectWise(err)
	}
	if info == nil {
		return companyInfo{}, c.unknownCompany()
	}
	if info.CompanyName == "" && info.Codebase == "" {
		return companyInfo{}, c.noConnectWise(nil)
	}
	return *info, nil
}

var (
	errNoConnectWise  = errors.New("no companyinfo at this address")
	errUnknownCompany = errors.New("companyinfo knows no such company")
)

func (c *Client) noConnectWise(cause error) error {
	return &app.Error{
		Code: app.NotFound, Field: "site_url", Outcome: app.OutcomeNone, Err: errors.Join(errNoConnectWise, cause),
		Message: "There is a server at " + c.site.Host + ", but it does not answer as ConnectWise. Check the address: it is the one you open ConnectWise at.",
	}
}

func (c *Client) unknownCompany() error {
	return &app.Error{
		Code: app.NotFound, Field: "company_id", Outcome: app.OutcomeNone, Err: errUnknownCompany,
		Message: "ConnectWise at " + c.site.Host + " does not know the company ID “" + c.companyID + "”. It is what you type as Company when you sign in; check it and the region of the address.",
	}
}

// codebase remembers where the API lies. ConnectWise moves it when it upgrades a hosted site.
type codebase struct {
	busy  chan struct{} // one lookup at a time
	mu    *sync.Mutex
	known *string
}

func newCodebase() codebase {
	return codebase{busy: make(chan struct{}, 1), mu: new(sync.Mutex), known: new("")}
}

func (b codebase) get() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return *b.known
}

func (b codebase) set(v string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	*b.known = v
}

// where returns the codebase, asking the site when it is not known or still the stale one.
func (c *Client) where(ctx context.Context, stale string) (string, error) {
	if v := c.base.get(); v != "" && v != stale {
		return v, nil
	}
	select {
	case c.base.busy <- struct{}{}:
		defer func() { <-c.base.busy }()
	case <-ctx.Done():
		return "", unsent(&app.Error{Code: app.Unavailable, Message: "The request to ConnectWise was given up before it was sent.", Err: ctx.Err()})
	}
	if v := c.base.get(); v != "" && v != stale {
		return v, nil
	}
	info, err := c.lookUp(ctx)
	switch {
	case errors.Is(err, errNoConnectWise): // some on-premise servers hide the lookup; their codebase is always this
		c.base.set(defaultCodebase)
	case errors.Is(err, errUnknownCompany):
		return "", withCode(err, app.Unauthorized)
	case err != nil:
		return "", unsent(err)
	default:
		c.base.set(codebaseOf(info))
	}
	return c.base.get(), nil
}

var saneCodebase = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,40}$`)

// codebaseOf is what companyinfo names, if it is a plain name: it becomes part of a path that keys are sent to.
func codebaseOf(info companyInfo) string {
	name := strings.Trim(info.Codebase, "/")
	if !saneCodebase.MatchString(name) || strings.Trim(name, ".") == "" {
		return defaultCodebase
	}
	return name + "/"
}

func apiPath(codebase string) string { return codebase + "apis/3.0/" }

// withCode names the same failure as the caller of another method has to take it.
func withCode(err error, code app.Code) error {
	e, ok := errors.AsType[*app.Error](err)
	if !ok {
		return err
	}
	other := *e
	other.Code = code
	return &other
}

// unsent marks an error of something done on the way to a request: the request itself never went out.
func unsent(err error) error {
	e, ok := errors.AsType[*app.Error](err)
	if !ok {
		return &app.Error{Code: app.Internal, Outcome: app.OutcomeNone, Err: err}
	}
	marked := *e
	marked.Outcome = app.OutcomeNone
	return &marked
}
