package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"psabridge/app"
)

// client speaks the local JSON API. The command line is nothing but this: what it can do, a script can.
type client struct {
	base  string // http://127.0.0.1:7360
	token string
	http  *http.Client
	brief bool // the bridge lives for this command alone
}

// maxAnswer bounds what is read of an answer.
const maxAnswer = 64 << 20

// problem is the API's error shape.
type problem struct {
	Detail string   `json:"detail"`
	Code   app.Code `json:"code"`
	Field  string   `json:"field"`
	// Rows are the wrong rows of a file.
	Rows []app.RowProblem `json:"rows,omitempty"`
}

// call sends in as JSON and decodes the answer into out; nil leaves either out. An error answer becomes an app.Error
// with the API's own sentence.
func (c *client) call(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	b, err := c.raw(ctx, method, path, "application/json", "application/json", body)
	if err != nil || out == nil {
		return err
	}
	return json.Unmarshal(b, out)
}

// raw is call for bodies that are not JSON, such as the settings document.
func (c *client) raw(ctx context.Context, method, path, contentType, accept string, body io.Reader) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+"/api/v1"+path, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	req.Header.Set("Accept", accept)
	if body != nil {
		req.Header.Set("Content-Type", contentType)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, app.Wrap(err, app.Unavailable, "The running psabridge does not answer. Try again in a moment.")
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return nil, app.Wrap(err, app.Unavailable, "The answer of the running psabridge was cut off.")
	}
	if res.StatusCode >= http.StatusBadRequest {
		return nil, apiError(res.StatusCode, b)
	}
	return b, nil
}

func apiError(status int, b []byte) error {
	var p problem
	if json.Unmarshal(b, &p) != nil || p.Code == "" {
		return app.Wrap(errors.New(http.StatusText(status)), app.Unavailable, "The running psabridge gave an answer that is not its own.")
	}
	e := &app.Error{Code: p.Code, Message: p.Detail, Field: p.Field}
	if len(p.Rows) > 0 {
		e.Err = wrongRowsError(p.Rows)
	}
	return e
}

// newClient speaks to a bridge over a socket.
func newClient(base, token string) *client {
	return &client{base: base, token: token, http: &http.Client{Timeout: 11 * time.Minute}}
}
