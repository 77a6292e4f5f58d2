package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"

	"psabridge/app"
)

// NewRequest makes a request below the base address. path is relative ("service/tickets/12"), already escaped, without
// a query; it cannot leave the base. body is sent as JSON, url.Values as a form; nil sends none.
func (c *Client) NewRequest(ctx context.Context, method, path string, query url.Values, body any) (*http.Request, error) {
	u, err := c.resolve(path)
	if err != nil {
		return nil, err
	}
	u.RawQuery = query.Encode()
	content, kind, err := encode(body)
	if err != nil {
		return nil, internal("a request body cannot be written as JSON", err)
	}
	req, err := http.NewRequestWithContext(ctx, method, u.String(), content)
	if err != nil {
		return nil, internal("a request cannot be made", err)
	}
	for name, values := range c.config.Header {
		req.Header[name] = append([]string(nil), values...)
	}
	req.Header.Set("User-Agent", c.config.UserAgent)
	if req.Header.Get("Accept") == "" {
		req.Header.Set("Accept", "application/json")
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	return req, nil
}

// resolve joins a relative path to the base. Dot segments are refused in every spelling, because a server may decode
// once more than we do and a record named ".." would then be another endpoint.
func (c *Client) resolve(path string) (*url.URL, error) {
	ref, err := url.Parse(path)
	if err != nil || path == "" || strings.HasPrefix(path, "/") || ref.IsAbs() || ref.Host != "" || ref.User != nil || strings.ContainsAny(path, "?#\\") || hasControl(ref.Path) {
		return nil, internal("a request path must be relative and plain", nil)
	}
	for segment := range strings.SplitSeq(ref.Path, "/") {
		if decoded, err := url.PathUnescape(segment); err == nil {
			segment = decoded
		}
		if s := strings.TrimSpace(segment); s == "." || s == ".." || strings.HasPrefix(s, "../") || strings.Contains(s, "/..") {
			return nil, internal("a request path must not climb", nil)
		}
	}
	u := *c.base
	u.RawPath = u.EscapedPath() + ref.EscapedPath()
	u.Path += ref.Path
	return &u, nil
}

func hasControl(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
}

const formType = "application/x-www-form-urlencoded"

func encode(body any) (io.Reader, string, error) {
	switch b := body.(type) {
	case nil:
		return nil, "", nil
	case url.Values:
		return strings.NewReader(b.Encode()), formType, nil
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(body); err != nil {
		return nil, "", err
	}
	return bytes.NewReader(bytes.TrimRight(buf.Bytes(), "\n")), "application/json", nil
}

// internal is a defect of the caller; nothing was sent.
func internal(what string, err error) error {
	return &app.Error{Code: app.Internal, Outcome: app.OutcomeNone, Message: what, Err: err}
}
