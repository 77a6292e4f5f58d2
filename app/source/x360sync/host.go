package x360sync

import (
	"net"
	"net/netip"
	"net/url"
	"strings"

	"psabridge/app"
)

// Host turns what a person pastes — syncedtool.com, https://acme.syncedtool.com/login, sync.example.com:8443 — into
// the address of the server. It is always https, except that a server on this very machine may be named with http
// when allowPrivate is set: the vendor refuses plain http, and a token must not cross a network in the clear.
func Host(pasted string, allowPrivate bool) (string, error) {
	text := strings.TrimSpace(pasted)
	if text == "" {
		return "", app.FieldErrorf("host", "The x360Sync address is missing. Enter the address you sign in at, for example syncedtool.com.")
	}
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || strings.ContainsAny(u.Hostname(), " \t@") {
		return "", app.FieldErrorf("host", "%q is not an address. Enter the address you sign in at, for example syncedtool.com or sync.example.com:8443.", pasted)
	}
	if u.User != nil {
		return "", app.FieldErrorf("host", "The x360Sync address holds a user name. Enter the address alone; the user name has a field of its own.")
	}
	return address(u, allowPrivate)
}

func address(u *url.URL, allowPrivate bool) (string, error) {
	host := strings.ToLower(strings.TrimSuffix(u.Host, "."))
	switch u.Scheme {
	case "https":
		return "https://" + host, nil
	case "http":
		if allowPrivate && loopback(u.Hostname()) {
			// A server on this machine may stand below a path, as a sandbox does.
			return "http://" + host + basePath(u.Path), nil
		}
		return "https://" + host, nil
	default:
		return "", app.FieldErrorf("host", "x360Sync is reached by https; %q is something else.", u.Scheme)
	}
}

// basePath cuts the API's own paths off, so that a pasted API address works too.
func basePath(path string) string {
	for _, tail := range []string{"/api/2", "/oauth"} {
		if i := strings.Index(path+"/", tail+"/"); i >= 0 {
			path = path[:i]
		}
	}
	return strings.TrimRight(path, "/")
}

func loopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && net.IP(ip.AsSlice()).IsLoopback()
}
