package rest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"

	"code.dny.dev/ssrf"

	"psabridge/app"
)

// What a tick for the own network adds to the public internet. Link-local is not part of it, and metadata stays refused
// within it.
var (
	privateV4 = []netip.Prefix{
		netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"),
		netip.MustParsePrefix("192.168.0.0/16"), netip.MustParsePrefix("100.64.0.0/10"),
	}
	privateV6 = []netip.Prefix{netip.MustParsePrefix("::1/128"), netip.MustParsePrefix("fc00::/7")}
)

// metadata are the services that give the machines of a cloud their keys, as far as they do not live on link-local
// addresses: Alibaba's, those of AWS, Google, Oracle and Scaleway in IPv6. A ConnectWise is never there.
var metadata = []netip.Addr{
	netip.MustParseAddr("100.100.100.200"), netip.MustParseAddr("fd00:ec2::254"), netip.MustParseAddr("fd20:ce::254"),
	netip.MustParseAddr("fd00:c1::a9fe:a9fe"), netip.MustParseAddr("fd00:42::42"),
}

func allowedPrivately(ip netip.Addr) bool {
	if slices.Contains(metadata, ip) {
		return false
	}
	for _, list := range [][]netip.Prefix{privateV4, privateV6} {
		for _, p := range list {
			if p.Contains(ip) {
				return true
			}
		}
	}
	return false
}

// publicAddress reports whether the guard lets an address through without the tick.
func publicAddress(ip netip.Addr) bool {
	network := "tcp6"
	if ip.Is4() {
		network = "tcp4"
	}
	return guard(false)(network, netip.AddrPortFrom(ip, 443).String(), nil) == nil
}

// guard refuses connections to where requests must not end. It is for net.Dialer.Control.
func guard(allowPrivate bool) func(network, address string, conn syscall.RawConn) error {
	g := guardian(allowPrivate)
	return func(network, address string, conn syscall.RawConn) error {
		if to, err := netip.ParseAddrPort(address); err == nil && slices.Contains(metadata, to.Addr().Unmap().WithZone("")) {
			return ssrf.ErrProhibitedIP
		}
		return g.Safe(network, address, conn)
	}
}

func guardian(allowPrivate bool) *ssrf.Guardian {
	options := []ssrf.Option{ssrf.WithAnyPort()} // self-hosted servers choose their ports; ParseBase refused the silly ones
	if allowPrivate {
		options = append(options, ssrf.WithAllowedV4Prefixes(privateV4...), ssrf.WithAllowedV6Prefixes(privateV6...))
	}
	return ssrf.New(options...)
}

// newTransport makes the transport of one connection: guarded dialling, TLS 1.2 or newer, the system's proxies.
func newTransport(c Config) (*http.Transport, error) {
	roots, err := rootsWith(c.CAFile)
	if err != nil {
		return nil, err
	}
	d := &dialer{guarded: plainDialer(), plain: plainDialer()}
	d.guarded.Control = guard(c.AllowPrivateNetwork)
	return remember(&http.Transport{
		Proxy:                  d.proxy,
		DialContext:            d.dial,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots},
		TLSHandshakeTimeout:    10 * time.Second,
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    defaultAtOnce,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 1 << 20,
		// A connection that died without a word, in a sleep or a change of networks, is found out.
		HTTP2: &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 15 * time.Second},
	}), nil
}

// dialer guards every connection but those to a proxy the person configured for the whole machine: such proxies live
// on private addresses.
type dialer struct {
	guarded, plain *net.Dialer
	proxies        sync.Map // host:port
}

func plainDialer() *net.Dialer {
	return &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
}

func (d *dialer) proxy(r *http.Request) (*url.URL, error) {
	u, err := http.ProxyFromEnvironment(r)
	if u != nil {
		d.proxies.Store(hostPort(u), true)
	}
	return u, err
}

func (d *dialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if _, ok := d.proxies.Load(address); ok {
		return d.plain.DialContext(ctx, network, address)
	}
	return d.guarded.DialContext(ctx, network, address)
}

func hostPort(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"https": "443", "socks5": "1080", "socks5h": "1080"}[u.Scheme]
	}
	if port == "" {
		port = "80"
	}
	return net.JoinHostPort(u.Hostname(), port)
}

func rootsWith(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil //nolint:nilnil // nil is the system's pool
	}
	pem, err := os.ReadFile(file) //nolint:gosec // the person named it
	if err != nil {
		return nil, &app.Error{Code: app.Invalid, Field: "ca_file", Message: "The certificate file cannot be read.", Err: err}
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, app.FieldErrorf("ca_file", "The certificate file holds no certificate in PEM form.")
	}
	return pool, nil
}

// refusedByGuard reports whether a dial failed because of the guard.
func refusedByGuard(err error) bool { return errors.Is(err, ssrf.ErrProhibitedIP) }
