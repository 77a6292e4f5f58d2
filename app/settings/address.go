package settings

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"psabridge/app"
)

// DefaultHost is where x360Sync answers when a source names no host.
const DefaultHost = "https://syncedtool.com"

// DefaultAxcientHost is where the Axcient public API answers (contract x360sync §5).
const DefaultAxcientHost = "https://axapi.axcient.com"

// Address normalises the address of a site as a person types or pastes it ("na.myconnectwise.net", a page's address) to
// scheme, host and port. It is Invalid when nothing can be reached that way, or only unencrypted. Plain http is for
// loopback alone, and only with allowPrivate. Whether a name leads into a private network is seen when it is dialled.
func Address(raw string, allowPrivate bool) (string, error) {
	u, err := parseAddress(raw, allowPrivate)
	if err != nil {
		return "", err
	}
	return origin(u), nil
}

// AddressWithPath is Address for a site that lives below a path of its server, which is kept: the Axcient public API
// has each product below one. What stands behind a question mark has no place in it.
func AddressWithPath(raw string, allowPrivate bool) (string, error) {
	u, err := parseAddress(raw, allowPrivate)
	if err != nil {
		return "", err
	}
	if u.RawQuery != "" || u.Fragment != "" {
		return "", app.Errorf(app.Invalid, "The address ends in %q. Write it without what follows the path.", strings.TrimPrefix(u.String(), u.Scheme+"://"+u.Host+u.EscapedPath()))
	}
	return origin(u) + strings.TrimRight(u.EscapedPath(), "/"), nil
}

func parseAddress(raw string, allowPrivate bool) (*url.URL, error) {
	text := app.CleanAddress(raw)
	if text == "" {
		return nil, app.Errorf(app.Invalid, "An address is missing. Write it as https://na.myconnectwise.net.")
	}
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || strings.ContainsAny(u.Host, " \t") {
		return nil, app.Errorf(app.Invalid, "%q is not an address. Write it as https://na.myconnectwise.net.", raw)
	}
	if u.User != nil {
		return nil, app.Errorf(app.Invalid, "The address holds a user name or password. Write it without; keys have their own fields.")
	}
	if err := reachable(u, allowPrivate); err != nil {
		return nil, err
	}
	if host := u.Hostname(); !allowPrivate && !strings.ContainsAny(host, ".:") {
		return nil, app.Errorf(app.Invalid, "“%s” is only a part of an address. Write it whole, e.g. https://na.myconnectwise.net.", host)
	}
	return u, nil
}

// origin is the scheme, host and port of an address, however it was typed.
func origin(u *url.URL) string {
	host := withoutRootDot(strings.ToLower(u.Host))
	if u.Port() == "443" && u.Scheme == "https" || u.Port() == "80" && u.Scheme == "http" {
		host = strings.TrimSuffix(strings.TrimSuffix(host, ":443"), ":80")
	}
	return u.Scheme + "://" + host
}

// withoutRootDot takes off the dot that a full name may end with, and a colon without a port: they lead to the same place.
func withoutRootDot(host string) string {
	host = strings.TrimSuffix(host, ":")
	if name, port, ok := strings.Cut(host, ".:"); ok {
		return name + ":" + port
	}
	return strings.TrimSuffix(host, ".")
}

func reachable(u *url.URL, allowPrivate bool) error {
	loopback, private := nearby(u.Hostname())
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return app.Errorf(app.Invalid, "The address begins with %s. It must begin with https://.", u.Scheme+"://")
	case (loopback || private) && !allowPrivate:
		return app.Errorf(app.Invalid, "%s is in a private network. If the server really runs there, tick the box for an address in your own network (in a settings file: allow_private_network: true).", u.Hostname())
	case u.Scheme == "http" && !loopback:
		return app.Errorf(app.Invalid, "The address begins with http://, which would send the keys unencrypted. Write https://%s.", u.Host)
	}
	return nil
}

// nearby tells what a host is by its spelling alone.
func nearby(host string) (loopback, private bool) {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true, true
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return false, false
	}
	ip = ip.Unmap()
	return ip.IsLoopback(), ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast() || ip.IsUnspecified()
}

// Host returns the host and port of an address, the part a secret is bound to; "" when it is none.
func Host(raw string) string {
	address, err := Address(raw, true)
	if err != nil {
		return ""
	}
	_, host, _ := strings.Cut(address, "://")
	return host
}

// tenant tells two connections to one ConnectWise account apart from two accounts (M13). The api- name of a cloud site
// leads to the same place as the name without it.
func tenant(c app.ConnectionSettings) string {
	host := Host(c.SiteURL)
	if strings.HasSuffix(host, ".myconnectwise.net") || strings.HasSuffix(host, ".connectwisedev.com") {
		host = strings.TrimPrefix(host, "api-")
	}
	return host + "\n" + strings.ToLower(strings.TrimSpace(c.CompanyID))
}

// SameTenant reports whether two connections lead to one ConnectWise account, however their addresses are written.
func SameTenant(a, b app.ConnectionSettings) bool { return tenant(a) == tenant(b) }

// Hosts are the hosts a document names: of sources, connections and the mail server, sorted, each once. A webhook's address is a
// secret and not among them.
func Hosts(doc app.Settings) (hosts []string) {
	for _, src := range doc.Sources {
		hosts = append(hosts, Host(SourceWithDefaults(src).Host))
	}
	for _, one := range doc.Connections {
		hosts = append(hosts, Host(one.SiteURL))
	}
	hosts = append(hosts, doc.Notify.Email.SMTP.Host)
	slices.Sort(hosts)
	return slices.DeleteFunc(slices.Compact(hosts), func(h string) bool { return h == "" }) // an inbox has no host
}
