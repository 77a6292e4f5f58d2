package axcient

import (
	"net"
	"net/netip"
	"net/url"
	"path"
	"strings"

	"psabridge/app"
)

// DefaultHost is where the public API answers when a source names no host.
const DefaultHost = "https://axapi.axcient.com"

// product is where x360Cloud stands below the host. The vendor's pages name it for x360Recover and for billing; for
// x360Cloud it is taken from those, which is why another address may be pasted whole.
const product = "/x360cloud"

// Host turns what a person pastes — nothing, axapi.axcient.com, https://axapi.axcient.com/x360cloud/client — into the
// base address of x360Cloud. A path that is pasted is that base; without one it is /x360cloud. It is always https,
// except that a server on this very machine may be named with http when allowPrivate is set: a key must not cross a
// network in the clear.
func Host(pasted string, allowPrivate bool) (string, error) {
	text := strings.TrimSpace(pasted)
	if text == "" {
		text = DefaultHost
	}
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || strings.ContainsAny(u.Hostname(), " \t@") {
		return "", app.FieldErrorf("host", "%q is not an address. Leave it empty, or enter the address of the API, for example axapi.axcient.com.", pasted)
	}
	if u.User != nil {
		return "", app.FieldErrorf("host", "The Axcient address holds a user name. Enter the address alone; the API key has a field of its own.")
	}
	scheme := "https"
	switch {
	case u.Scheme == "http" && allowPrivate && loopback(u.Hostname()):
		scheme = "http"
	case u.Scheme != "https" && u.Scheme != "http":
		return "", app.FieldErrorf("host", "The Axcient API is reached by https; %q is something else.", u.Scheme)
	}
	return scheme + "://" + strings.ToLower(strings.TrimSuffix(u.Host, ".")) + base(u.Path), nil
}

// base is the path of x360Cloud. An address copied from one of its calls works, too.
func base(p string) string {
	if i := strings.Index(p+"/", "/client/"); i >= 0 {
		p = p[:i]
	}
	if p = strings.TrimRight(path.Clean("/"+p), "/"); p == "" {
		return product
	}
	return p
}

// beside is the address of another product of the API: x360Cloud's with the last part of its path exchanged.
func beside(address, name string) string {
	return address[:strings.LastIndex(address, "/")+1] + name
}

func loopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && net.IP(ip.AsSlice()).IsLoopback()
}
