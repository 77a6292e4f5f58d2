package rest

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"psabridge/app"
)

// ParseBase checks an address that requests will go to. https is required; plain http is accepted for loopback when
// private networks are allowed, because that never leaves the machine. Names are looked up later and checked by the
// guard of the transport: a public name that points to a private address is refused there.
func ParseBase(raw string, allowPrivate bool) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.Opaque != "" {
		return nil, app.Errorf(app.Invalid, "This is not a web address. Write it as https://host.")
	}
	switch {
	case len(raw) > 2000 || len(u.Hostname()) > 253:
		return nil, app.Errorf(app.Invalid, "The address is too long to be one.")
	case u.User != nil:
		return nil, app.Errorf(app.Invalid, "The address holds a user name or password. Leave them out; keys have their own fields.")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, app.Errorf(app.Invalid, "The address holds a query. Leave out everything from the question mark on.")
	case !plainHost(u.Hostname()):
		return nil, app.Errorf(app.Invalid, "The host %q holds characters that look like others. Type it in plain letters, an international name in its form with xn--.", u.Hostname())
	}
	if err := checkPort(u.Port()); err != nil {
		return nil, err
	}
	if err := checkReach(u, allowPrivate); err != nil {
		return nil, err
	}
	u.Scheme, u.Host = strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	if !strings.HasSuffix(u.Path, "/") {
		u = u.JoinPath("/")
	}
	return u, nil
}

// plainHost reports whether a host is letters, digits, dots and hyphens, or an IP address: no homographs, no spaces.
func plainHost(host string) bool {
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	for _, c := range []byte(host) {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '.' && c != '-' {
			return false
		}
	}
	return host != "" && !strings.HasPrefix(host, ".") && !strings.HasSuffix(host, ".") && !strings.Contains(host, "..")
}

// checkPort refuses the ports of other well-known services: nobody runs a web server on 22 or 25, but an address that
// names one makes us talk to something that is not a web server.
func checkPort(port string) error {
	if port == "" || port == "443" || port == "80" || port == "444" {
		return nil
	}
	if n, err := strconv.Atoi(port); err != nil || n < 1024 || n > 65535 {
		return app.Errorf(app.Invalid, "Port %s is not one a web server uses. Leave it out, or write 443 or one above 1023.", port)
	}
	return nil
}

// checkReach decides what can be decided from the address alone.
func checkReach(u *url.URL, allowPrivate bool) error {
	host := strings.ToLower(u.Hostname())
	loopback := host == "localhost" || strings.HasSuffix(host, ".localhost")
	private := loopback
	if ip, err := netip.ParseAddr(host); err == nil {
		ip = ip.Unmap()
		loopback = ip.IsLoopback()
		private = !publicAddress(ip)
		if private && allowPrivate && !allowedPrivately(ip) {
			return app.Errorf(app.Invalid, "The address %s is never a server. Type the server's own address.", host)
		}
	}
	switch {
	case private && !allowPrivate:
		return app.Errorf(app.Invalid, "The address %s is on this machine or a private network. Tick the box for a self-hosted server in the own network to allow it.", host)
	case strings.EqualFold(u.Scheme, "https"):
		return nil
	case strings.EqualFold(u.Scheme, "http") && loopback && allowPrivate:
		return nil
	case strings.EqualFold(u.Scheme, "http"):
		return app.Errorf(app.Invalid, "The address begins with http. Keys are only sent over https; change it to https://%s.", u.Host)
	}
	return app.Errorf(app.Invalid, "The address begins with %s. Write it as https://host.", u.Scheme)
}
