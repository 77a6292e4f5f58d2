package connectwise

import (
	"net/url"
	"regexp"
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
// always lies at the root of a host. Nothing is guessed: keys are bound to the host that was typed, so what is not one
// is refused with the way to write it.
func ParseSite(raw string, allowPrivate bool) (Site, error) {
	s := app.CleanAddress(raw)
	if s == "" {
		return Site{}, app.FieldErrorf("site_url", "The site is missing. It is the address you open ConnectWise at, e.g. na.myconnectwise.net.")
	}
	if region := regionAlone(s); region != "" {
		return Site{}, app.FieldErrorf("site_url", "“%s” names the region, not the address. Write %s.", shorten(s, 80), region)
	}
	if !strings.Contains(s, "://") {
		s = "https://" + s
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" {
		return Site{}, app.FieldErrorf("site_url", "%q is not an address. Write it as na.myconnectwise.net or https://connectwise.example.com.", shorten(raw, 80))
	}
	if u.User != nil {
		return Site{}, app.FieldErrorf("site_url", "The site holds a user name or password. Leave them out; keys have their own fields.")
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if err := nearlyCloud(host, u.Port()); err != nil {
		return Site{}, err
	}
	return siteOf(u, host, allowPrivate)
}

// regions are the names ConnectWise gives its clouds, and the site of each.
var regions = map[string]string{
	"na": "na" + cloudDomain, "eu": "eu" + cloudDomain, "au": "au" + cloudDomain, "aus": "aus" + cloudDomain, "za": "za" + cloudDomain, "staging": stagingHost,
}

var regionWords = regexp.MustCompile(`^(?i)(?:https?://)?(?:(?:connectwise|manage|psa|cloud|region|site|cw)[\s:/.-]*)*(na|eu|aus|au|za|staging)[\s(/]*(?:cloud|region)?[)/.]*$`)

// regionAlone is the site that is meant by "na" or "ConnectWise EU"; "" when it is not a region alone.
func regionAlone(s string) string {
	found := regionWords.FindStringSubmatch(s)
	if found == nil {
		return ""
	}
	return regions[strings.ToLower(found[1])]
}

// cloudHost is one plain word; letters that look like others are refused in rest, by name.
var cloudHost = regexp.MustCompile(`^[a-z0-9-]+$|[^\x00-\x7f]`)

// nearlyCloud refuses what was meant to be a cloud address and is not one, with the way to write it.
func nearlyCloud(host, port string) error {
	domain := strings.TrimPrefix(cloudDomain, ".")
	name, cloud := strings.CutSuffix(host, cloudDomain)
	switch {
	case host == domain || cloud && name == "www":
		return app.FieldErrorf("site_url", "%s lacks the region. Write na.%s, eu.%s or au.%s: it is what the browser shows when you work in ConnectWise.", host, domain, domain, domain)
	case cloud && !cloudHost.MatchString(strings.TrimPrefix(name, "www.")):
		return app.FieldErrorf("site_url", "%s is not a ConnectWise cloud address. They have one word before %s, e.g. na.%s.", host, domain, domain)
	case cloud && strings.HasPrefix(name, "www."):
		return app.FieldErrorf("site_url", "ConnectWise has no www. Write %s.", strings.TrimPrefix(host, "www."))
	case (cloud || host == stagingHost) && port != "" && port != "443" && port != "80":
		return app.FieldErrorf("site_url", "The ConnectWise cloud uses no port of its own. Write %s without “:%s”.", host, port)
	case !cloud && strings.Contains(host, domain), strings.HasSuffix(host, "myconnectwise.com"):
		return app.FieldErrorf("site_url", "%s looks like a ConnectWise cloud address but is not one. Cloud addresses end in %s.", host, domain)
	case host == "connectwise.com" || strings.HasSuffix(host, ".connectwise.com"):
		return app.FieldErrorf("site_url", "%s is ConnectWise's own web site. Write the address you work at, e.g. na.%s.", host, domain)
	}
	return nil
}

func siteOf(u *url.URL, host string, allowPrivate bool) (Site, error) {
	site := Site{Cloud: strings.HasSuffix(host, cloudDomain) || strings.TrimPrefix(host, "api-") == stagingHost}
	page := &url.URL{Scheme: strings.ToLower(u.Scheme), Host: withPort(host, u.Port())}
	api := &url.URL{Scheme: page.Scheme, Host: page.Host}
	if site.Cloud {
		host = strings.TrimPrefix(host, "api-")
		page.Scheme, page.Host = "https", host
		api.Scheme, api.Host = "https", apiHost(host)
	}
	if _, err := rest.ParseBase(api.String(), allowPrivate); err != nil && api.Scheme == "http" {
		page.Scheme, api.Scheme = "https", "https" // people paste http; loopback is the only place it is used
		page.Host, api.Host = strings.TrimSuffix(page.Host, ":80"), strings.TrimSuffix(api.Host, ":80")
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
