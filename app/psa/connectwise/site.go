package connectwise

import (
	"net/url"
	"strings"

	"psabridge/app"
	"psabridge/app/rest"
)

// Site is a ConnectWise address in the form that is used, whatever was typed.
type Site struct {
	// Origin is where requests go: scheme, host and port, e.g. https://api-na.myconnectwise.net.
	Origin string
	// Page is where people go: the same without the "api-" of the cloud.
	Page string
	// Host is Origin's host and port; keys are bound to it.
	Host string
	// Cloud says that ConnectWise hosts it.
	Cloud bool
}

// cloudDomain is where ConnectWise hosts; stagingHost is its test cloud.
const (
	cloudDomain = ".myconnectwise.net"
	stagingHost = "staging.connectwisedev.com"
)

// ParseSite makes an address out of what people paste: na.myconnectwise.net, the address bar of the web client with
// its path, an on-premise host with a port, quotes and spaces around it. Only host and port are kept, because the API
// always lies at the root of a host.
func ParseSite(raw string, allowPrivate bool) (Site, error) {
	s := strings.Trim(strings.Map(visible, raw), " \t\r\n\"'<>()[]{},;")
	if s == "" {
		return Site{}, app.FieldErrorf("site_url", "The site is missing. It is the address you open ConnectWise at, e.g. na.myconnectwise.net.")
	}
	if !strings.Contains(s, "://") {
		s = "https://" + strings.TrimLeft(s, "/")
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" {
		return Site{}, app.FieldErrorf("site_url", "%q is not an address. Write it as na.myconnectwise.net or https://connectwise.example.com.", shorten(raw, 80))
	}
	if u.User != nil {
		return Site{}, app.FieldErrorf("site_url", "The site holds a user name or password. Leave them out; keys have their own fields.")
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if strings.Contains(host, strings.Trim(cloudDomain, ".")) && !strings.HasSuffix(host, cloudDomain) {
		return Site{}, app.FieldErrorf("site_url", "%s looks like a ConnectWise cloud address but is not one. Cloud addresses end in myconnectwise.net.", host)
	}
	return siteOf(u, host, allowPrivate)
}

func siteOf(u *url.URL, host string, allowPrivate bool) (Site, error) {
	site := Site{Cloud: strings.HasSuffix(host, cloudDomain) || strings.HasSuffix(host, stagingHost)}
	page := &url.URL{Scheme: strings.ToLower(u.Scheme), Host: withPort(host, u.Port())}
	api := &url.URL{Scheme: page.Scheme, Host: page.Host}
	if site.Cloud {
		host = strings.TrimPrefix(host, "api-")
		page.Scheme, page.Host = "https", host
		api.Scheme, api.Host = "https", apiHost(host)
	}
	if _, err := rest.ParseBase(api.String(), allowPrivate); err != nil && api.Scheme == "http" {
		page.Scheme, api.Scheme = "https", "https" // people paste http; loopback is the only place it is used
	}
	if _, err := rest.ParseBase(api.String(), allowPrivate); err != nil {
		return Site{}, app.FieldErrorf("site_url", "%s", app.ErrorMessage(err))
	}
	site.Origin, site.Page, site.Host = api.String(), page.String(), api.Host
	return site, nil
}

// apiHost adds the prefix the cloud demands for API calls; without it the answer is "SSL is required." The sandboxes
// that partners get are known to answer without it, and not known to answer with it.
func apiHost(host string) string {
	if strings.HasPrefix(host, "sandbox-") {
		return host
	}
	return "api-" + host
}

func withPort(host, port string) string {
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port == "" || port == "443" {
		return host
	}
	return host + ":" + port
}

// visible drops the invisible characters that come along when text is copied from a web page.
func visible(r rune) rune {
	switch {
	case r == '\u00a0':
		return ' '
	case r >= '\u200b' && r <= '\u200f', r >= '\u202a' && r <= '\u202e', r >= '\u2060' && r <= '\u2064', r == '\ufeff', r == 0:
		return -1
	}
	return r
}

// TicketURL is where a person opens the ticket. The cloud and an own server have different doors.
func (c *Client) TicketURL(id int64) string { return c.record("ServiceFv", "ServiceFV", id) }

// AgreementURL is where a person opens the agreement.
func (c *Client) AgreementURL(id int64) string { return c.record("AgreementFV", "AgreementFV", id) }

func (c *Client) record(cloudType, ownType string, id int64) string {
	if c.site.Cloud {
		q := url.Values{"locale": {"en_US"}, "companyName": {c.companyID}, "recordType": {cloudType}, "recid": {num(id)}}
		return c.site.Page + "/v4_6_release/services/system_io/router/openrecord.rails?" + q.Encode()
	}
	q := url.Values{"routeTo": {ownType}, "recid": {num(id)}}
	return c.site.Page + "/v4_6_release/ConnectWise.aspx?" + q.Encode()
}
