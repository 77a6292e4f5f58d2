package rest

import (
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"psabridge/app"
)

// The limits that hold when a Config does not set its own.
const (
	DefaultTimeout = 60 * time.Second
	DefaultMaxBody = 32 << 20
	maxDepth       = 64 // of nested JSON; a vendor's record nests five levels
	readTries      = 3
)

// Config says how to talk to one vendor. Only BaseURL is required.
type Config struct {
	// Name is what messages call the other side, e.g. "ConnectWise".
	Name string
	// BaseURL is what every path is relative to; its own path is kept. It holds no user, query or fragment.
	BaseURL string
	// Auth signs a request just before it goes out. Its error is returned as it is, with OutcomeNone.
	Auth func(*http.Request) error
	// Header is added to every request.
	Header http.Header
	// Limiter is shared by all clients of one connection; nil makes one with the default rate.
	Limiter *Limiter
	// Transport replaces the guarded one; for tests and for sharing connections between clients.
	Transport http.RoundTripper
	// UserAgent is sent with every request.
	UserAgent string
	// MaxBody bounds an answer after decompression.
	MaxBody int64
	// Timeout bounds one try from connecting to the last byte of the answer.
	Timeout time.Duration
	// AllowPrivateNetwork permits private and loopback addresses, and plain http to loopback.
	AllowPrivateNetwork bool
	// CAFile is a PEM file with certificate authorities to trust besides the system's.
	CAFile string
	// Secrets are values that must not appear in an error even when the other side repeats them. Authorization,
	// cookies, whatever Auth adds and the form being sent are known without being listed.
	Secrets func() []app.Secret
	// ReadError reads the vendor's error bodies; nil reads the usual JSON shapes.
	ReadError ErrorReader
	// Logger is told of every exchange at the level debug: method, host, path, status and how long it took. Queries, headers and
	// bodies are not. nil tells nobody, which is right where the path itself is a secret.
	Logger *slog.Logger
	// Backoff is how long to wait before try n (1, 2) of a read; nil is a jittered doubling from 300 ms.
	Backoff func(n int) time.Duration
}

// Client sends requests to one vendor. It is safe for concurrent use.
type Client struct {
	config Config
	base   *url.URL
	http   *http.Client
}

// New checks the configuration and returns a client. It makes no request.
func New(c Config) (*Client, error) {
	base, err := ParseBase(c.BaseURL, c.AllowPrivateNetwork)
	if err != nil {
		return nil, err
	}
	c = withDefaults(c)
	if c.Transport == nil {
		if c.Transport, err = newTransport(c); err != nil {
			return nil, err
		}
	}
	return &Client{config: c, base: base, http: &http.Client{
		Transport: c.Transport,
		// A redirect is never followed: the other place must not see the keys, and a write must not be sent twice.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// With returns a client that differs in the given way and shares connections and limiter with c.
func (c *Client) With(change func(*Config)) (*Client, error) {
	config := c.config
	config.Header = config.Header.Clone()
	change(&config)
	return New(config)
}

// BaseURL is the address every path is relative to.
func (c *Client) BaseURL() string { return c.base.String() }

// Limiter is what all requests of the connection pass through.
func (c *Client) Limiter() *Limiter { return c.config.Limiter }

func withDefaults(c Config) Config {
	if c.Name == "" {
		c.Name = "The server"
	}
	if c.Limiter == nil {
		c.Limiter = NewLimiter(0, 0)
	}
	if c.MaxBody <= 0 {
		c.MaxBody = DefaultMaxBody
	}
	if c.Timeout <= 0 {
		c.Timeout = DefaultTimeout
	}
	if c.ReadError == nil {
		c.ReadError = ReadError
	}
	if c.Backoff == nil {
		c.Backoff = backoff
	}
	if c.UserAgent == "" {
		c.UserAgent = "psabridge"
	}
	return c
}
