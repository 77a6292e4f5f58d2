// Package webhook tells people in a chat, or a program, by posting to an address.
//
// The address is a secret: whoever knows it may post there. It is in no error; the host alone is named, because without it
// nobody could mend a name that is not found.
package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"psabridge/app"
	"psabridge/app/channel"
	"psabridge/app/rest"
)

const (
	timeout = 20 * time.Second
	mostSay = 64 << 10 // bytes of an answer; the useful ones are a word
)

// Config is one webhook.
type Config struct {
	Kind    string     // app.WebhookTeams | app.WebhookSlack | app.WebhookJSON
	Address app.Secret // https; http for this computer or a private network, where that is allowed
	// AllowPrivateNetwork lets the address be in a private network or on this computer.
	AllowPrivateNetwork bool
	UserAgent           string
	Now                 func() time.Time  // for the time of a json message; default time.Now
	Timeout             time.Duration     // of one message; default 20 s
	Transport           http.RoundTripper // replaces the guarded one, for tests
}

// Channel posts to one webhook. It is safe for concurrent use.
type Channel struct {
	kind   string
	target *url.URL
	client *rest.Client
	now    func() time.Time
}

var _ channel.Channel = (*Channel)(nil)

// New checks the configuration and makes a channel. It makes no request.
func New(c Config) (*Channel, error) {
	if bodies[c.Kind] == nil {
		return nil, app.FieldErrorf("kind", "%q is no kind of webhook. Choose teams, slack or json.", c.Kind)
	}
	target, err := parse(c.Address, c.AllowPrivateNetwork)
	if err != nil {
		return nil, err
	}
	if c.Timeout <= 0 {
		c.Timeout = timeout
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if target.Scheme == "http" && c.Transport == nil {
		// In the clear it must not leave the own network, whatever the name stands for by then.
		c.Transport = &http.Transport{DialContext: rest.Dialer(rest.ReachPrivate).DialContext, MaxResponseHeaderBytes: 1 << 20, DisableKeepAlives: true}
	}
	client, err := rest.New(rest.Config{
		Name: "The webhook", BaseURL: "https://" + target.Host, UserAgent: c.UserAgent, MaxBody: mostSay, Timeout: c.Timeout,
		AllowPrivateNetwork: c.AllowPrivateNetwork, Transport: c.Transport, ReadError: readError,
		Secrets: func() []app.Secret { return pieces(target) },
	})
	if err != nil {
		return nil, about(err)
	}
	return &Channel{kind: c.Kind, target: target, client: client, now: c.Now}, nil
}

// parse reads the address. No error repeats any of it.
func parse(address app.Secret, allowPrivate bool) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(address.Reveal()))
	switch {
	case err != nil || u.Host == "" || u.Opaque != "":
		return nil, addressError("The webhook's address is no web address. Copy it whole; it begins with https://.")
	case u.User != nil || u.Fragment != "":
		return nil, addressError("The webhook's address holds a user name or a #. Copy it again; it has neither.")
	}
	u.Scheme, u.Host = strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	if u.Scheme != "https" && (u.Scheme != "http" || !allowPrivate) {
		return nil, addressError("The webhook's address must begin with https://.")
	}
	return u, nil
}

func addressError(message string) error {
	return &app.Error{Code: app.Invalid, Field: "address", Outcome: app.OutcomeNone, Message: message}
}

// about keeps what package rest says of a host, and names the field.
func about(err error) error {
	if e, ok := errors.AsType[*app.Error](err); ok && e.Code == app.Invalid {
		return addressError(e.Message)
	}
	return err
}

// pieces are the parts of an address that give it away.
func pieces(u *url.URL) []app.Secret {
	all := []app.Secret{app.Secret(u.String()), app.Secret(u.RequestURI()), app.Secret(u.EscapedPath()), app.Secret(u.RawQuery)}
	for part := range strings.SplitSeq(u.Path, "/") {
		if len(part) >= 8 {
			all = append(all, app.Secret(part))
		}
	}
	for _, values := range u.Query() {
		for _, v := range values {
			if len(v) >= 8 {
				all = append(all, app.Secret(v))
			}
		}
	}
	return all
}

// Send posts a message; see channel.Channel.
func (c *Channel) Send(ctx context.Context, m channel.Message) error {
	body, err := encode(bodies[c.kind](m, c.now()))
	if err != nil {
		return &app.Error{Code: app.Internal, Outcome: app.OutcomeNone, Message: "a message cannot be written as JSON", Err: err}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.target.String(), bytes.NewReader(body))
	if err != nil {
		return &app.Error{Code: app.Internal, Outcome: app.OutcomeNone, Message: "a request to the webhook cannot be made"}
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	req.Header.Set("Accept", "application/json, text/plain")
	var said []byte
	_, err = c.client.Do(req, &said)
	return judge(err)
}

func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimRight(b.Bytes(), "\n"), err
}

// readError takes what a webhook answers as its own words: chats answer in plain text, programs in JSON. A page is a
// proxy's, and its words are nobody's.
func readError(status int, h http.Header, body []byte) (rest.Refusal, bool) {
	if strings.HasPrefix(h.Get("Content-Type"), "text/html") {
		return rest.Refusal{}, false
	}
	if r, ok := rest.ReadError(status, h, body); ok {
		return r, true
	}
	return rest.Refusal{Words: string(bytes.TrimSpace(body[:min(len(body), 400)]))}, true
}

// judge says what a refusal means for a webhook: its address is all there is to be accepted or not.
func judge(err error) error {
	e, ok := errors.AsType[*app.Error](err)
	if !ok {
		return err
	}
	out := *e
	if why, ok := rest.CertificateWords(err); ok {
		out.Message = "The certificate of the webhook is not trusted (" + why + "). Nothing was sent to it."
		return &out
	}
	said := ""
	if words := app.ErrorWords(err); words != "" {
		said = " It says: “" + words + "”"
	}
	switch status := app.ErrorStatus(err); {
	case status >= 300 && status < 400:
		out.Code, out.Outcome = app.Unauthorized, app.OutcomeNone
		out.Message = "The webhook sent us on to another address, which is never followed. Copy its address again."
	case status == http.StatusUnauthorized, status == http.StatusNotFound, status == http.StatusGone, e.Code == app.Forbidden:
		out.Code, out.Outcome = app.Unauthorized, app.OutcomeNone
		out.Message = "The webhook does not take messages at this address any more. Make a new one and store its address." + said
	case e.Code == app.Conflict:
		out.Code = app.Invalid
	}
	return &out
}
