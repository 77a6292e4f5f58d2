package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"strings"

	"psabridge/app"
)

// malformedError is an answer with a good status that is not what was asked for.
type malformedError struct{ err error }

func (e *malformedError) Error() string { return "unreadable answer: " + e.err.Error() }
func (e *malformedError) Unwrap() error { return e.err }

// read checks the status and decodes the body.
func (c *Client) read(resp *Response, out any, red redactor) error {
	if e := c.check(resp, red); e != nil {
		return e
	}
	c.config.Limiter.answered()
	if out == nil {
		return nil
	}
	if raw, ok := out.(*[]byte); ok {
		*raw = resp.Body
		return nil
	}
	if err := decode(resp.Body, out); err != nil {
		// The status was good, so what was asked for may well have been done.
		return &app.Error{Code: app.Unavailable, Outcome: app.OutcomeUnknown, Message: c.unreadable(resp, err), Err: red.cause(&malformedError{err})}
	}
	return nil
}

var (
	errEmpty   = errors.New("empty body")
	errTooDeep = errors.New("JSON nested too deep")
)

func decode(body []byte, out any) error {
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	if len(bytes.TrimSpace(body)) == 0 {
		return errEmpty
	}
	if depth(body) > maxDepth {
		return errTooDeep
	}
	return json.Unmarshal(body, out)
}

// depth is how deep the JSON nests, without decoding it.
func depth(body []byte) int {
	deepest, now := 0, 0
	inString, escaped := false, false
	for _, b := range body {
		switch {
		case escaped:
			escaped = false
		case inString:
			escaped = b == '\\'
			inString = b != '"'
		case b == '"':
			inString = true
		case b == '{' || b == '[':
			now++
			deepest = max(deepest, now)
		case b == '}' || b == ']':
			now--
		}
	}
	return deepest
}

func (c *Client) unreadable(resp *Response, err error) string {
	switch {
	case errors.Is(err, errEmpty):
		return c.config.Name + " answered with nothing where data was expected."
	case isPage(resp):
		return "A web page came back instead of data from " + c.config.Name + ". A sign-in page of the network or a proxy may be in the way."
	}
	return c.config.Name + " answered with something that cannot be read."
}

func isPage(resp *Response) bool {
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	return kind == "text/html" || bytes.HasPrefix(bytes.TrimSpace(resp.Body), []byte("<"))
}

// ReadError reads the usual shapes of a JSON error body: code or error, message or error_description or detail.
func ReadError(_ int, _ http.Header, body []byte) (Refusal, bool) {
	var fields map[string]json.RawMessage
	if decode(body, &fields) != nil || fields == nil {
		return Refusal{}, false
	}
	text := func(names ...string) string {
		for _, name := range names {
			var s string
			if json.Unmarshal(fields[name], &s) == nil && strings.TrimSpace(s) != "" {
				return s
			}
		}
		return ""
	}
	return Refusal{Code: text("code", "error"), Words: text("message", "error_description", "detail", "title", "error")}, true
}
