package rest

import (
	"encoding/base64"
	"errors"
	"html"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

const bullets = "•••"

// redactor hides the secrets of one request wherever the other side repeats them: whole, and encoded as they travel.
type redactor struct{ replacer *strings.Replacer }

// harmless headers may be repeated; every other one is treated as if it held a secret.
var harmless = []string{"Accept", "Accept-Encoding", "Content-Type", "Content-Length", "User-Agent", "Pagination-Type"}

// harmlessFields of a form may be repeated, too; a token, a password or a code travels in one of the others.
var harmlessFields = []string{"grant_type", "client_id", "username", "guid", "dns_name", "scope"}

func (c *Client) redactor(req *http.Request) redactor {
	values := formSecrets(req)
	for name, all := range req.Header {
		if !slices.Contains(harmless, http.CanonicalHeaderKey(name)) {
			for _, v := range all {
				values = append(values, headerSecrets(v)...)
			}
		}
	}
	if c.config.Secrets != nil {
		for _, s := range c.config.Secrets() {
			values = append(values, s.Reveal())
		}
	}
	return newRedactor(values)
}

func newRedactor(values []string) redactor {
	var pairs []string
	// The longest first, so that a secret that contains another is hidden as a whole.
	slices.SortFunc(values, func(a, b string) int { return len(b) - len(a) })
	for _, v := range values {
		if len(v) < 4 { // hiding "a" would only garble the message
			continue
		}
		for _, form := range []string{v, url.QueryEscape(v), url.PathEscape(v), html.EscapeString(v), base64.StdEncoding.EncodeToString([]byte(v))} {
			pairs = append(pairs, form, bullets)
		}
	}
	return redactor{strings.NewReplacer(pairs...)}
}

// headerSecrets is a header's value and what is inside it: "Basic base64(user:password)", "Bearer token".
func headerSecrets(v string) []string {
	out := []string{v}
	_, rest, ok := strings.Cut(v, " ")
	if !ok {
		return out
	}
	out = append(out, rest)
	decoded, err := base64.StdEncoding.DecodeString(rest)
	if err != nil {
		return out
	}
	out = append(out, string(decoded))
	user, password, _ := strings.Cut(string(decoded), ":")
	out = append(out, user, password)
	if _, key, ok := strings.Cut(user, "+"); ok {
		out = append(out, key)
	}
	return out
}

// formSecrets are the values of the form that a request sends, but for the harmless ones. It reads a copy of the body.
func formSecrets(req *http.Request) []string {
	if kind, _, _ := mime.ParseMediaType(req.Header.Get("Content-Type")); kind != formType || req.GetBody == nil {
		return nil
	}
	body, err := req.GetBody()
	if err != nil {
		return nil
	}
	defer body.Close()
	content, err := io.ReadAll(body)
	if err != nil {
		return nil
	}
	form, _ := url.ParseQuery(string(content)) // what cannot be read of it is no value of ours
	var out []string
	for name, all := range form {
		if !slices.Contains(harmlessFields, name) {
			out = append(out, all...)
		}
	}
	return out
}

// line makes one short, printable line of what the other side said.
func (r redactor) line(s string, limit int) string {
	s = r.replacer.Replace(s)
	s = strings.Join(strings.Fields(strings.Map(func(c rune) rune {
		if c == unicode.ReplacementChar || unicode.Is(unicode.Cf, c) {
			return -1
		}
		if unicode.IsControl(c) {
			return ' '
		}
		return c
	}, s)), " ")
	if runes := []rune(s); len(runes) > limit {
		return string(runes[:limit-1]) + "…"
	}
	return s
}

// cause keeps an error's kind for errors.Is and errors.As, and shows its text without secrets.
func (r redactor) cause(err error) error {
	return &redacted{text: r.line(err.Error(), 400), err: err}
}

// redacted cannot be unwrapped: whoever prints the whole chain of an error would print what was hidden.
type redacted struct {
	text string
	err  error
}

// Error implements error.
func (e *redacted) Error() string { return e.text }

// GoString keeps %#v from looking inside.
func (e *redacted) GoString() string { return "rest.redacted{" + strconv.Quote(e.text) + "}" }

// Is lets errors.Is see the hidden error.
func (e *redacted) Is(target error) bool { return errors.Is(e.err, target) }

// As lets errors.As see the hidden error.
func (e *redacted) As(target any) bool { return errors.As(e.err, target) }
