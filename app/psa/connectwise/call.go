package connectwise

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"psabridge/app"
	"psabridge/app/rest"
)

// call is one request to the API.
type call struct {
	method string
	path   string // below apis/3.0/
	query  url.Values
	body   any
	out    any
	// records are the ids in the path. With them a 404 may mean that the record is gone; without, the collection itself
	// is missing, which is how wrong keys look on the cloud.
	records []int64
	forward bool // pages are asked for by the id they come after
}

// do sends a call. When the answer says that the API does not lie where we think, the place is looked up again, once,
// and the call repeated if that is certain not to do something twice.
func (c *Client) do(ctx context.Context, k call) (*rest.Response, error) {
	at, err := c.where(ctx, "")
	if err != nil {
		return nil, err
	}
	resp, err := c.send(ctx, at, k)
	if err == nil || !astray(err, k) {
		return resp, c.explain(err, k)
	}
	if k.method == http.MethodGet || app.ErrorOutcome(err) == app.OutcomeNone {
		moved, lookErr := c.where(ctx, at)
		if lookErr != nil {
			return nil, lookErr
		}
		if moved != at {
			resp, err = c.send(ctx, moved, k)
			if err == nil || !astray(err, k) {
				return resp, c.explain(err, k)
			}
		}
	}
	return nil, c.lost(ctx, err, k)
}

func (c *Client) send(ctx context.Context, codebase string, k call) (*rest.Response, error) {
	req, err := c.api.NewRequest(ctx, k.method, apiPath(codebase)+k.path, k.query, k.body)
	if err != nil {
		return nil, err
	}
	if k.forward {
		req.Header.Set("Pagination-Type", "forward-only")
	}
	return c.api.Do(req, k.out)
}

// astray reports whether an answer means that the request did not reach the API of this company: "Cannot route", or a
// 404 that does not name a record of the path.
func astray(err error, k call) bool {
	e, ok := errors.AsType[*rest.StatusError](err)
	if !ok {
		return false
	}
	if e.Refusal.Code == cannotRoute {
		return true
	}
	return e.Status == http.StatusNotFound && !namesRecord(e, k)
}

// lost decides what an answer that went astray means. A harmless read tells a record that is gone, and a write that names
// one that is not there, from keys that are not accepted; a deleted ticket and a wrong key must never be mixed up.
func (c *Client) lost(ctx context.Context, err error, k call) error {
	e, _ := errors.AsType[*rest.StatusError](err)
	if e.Status == http.StatusNotFound && (len(k.records) > 0 || refusedReference(e, k)) {
		at, lookErr := c.where(ctx, "")
		if lookErr != nil {
			return lookErr
		}
		probe := call{method: http.MethodGet, path: proofs[0], query: oneRow, out: new([]ref)}
		_, probeErr := c.send(ctx, at, probe)
		probeErr = c.explain(probeErr, probe)
		if probeErr == nil || lacksRight(probeErr) {
			return c.absent(err, k)
		}
		if !astray(probeErr, probe) {
			return withOutcome(probeErr, app.ErrorOutcome(err))
		}
	}
	return withOutcome(c.notRouted(e), app.ErrorOutcome(err))
}

// withOutcome keeps what is known about the request itself when another error explains it.
func withOutcome(err error, o app.Outcome) error {
	e, ok := errors.AsType[*app.Error](err)
	if !ok {
		return err
	}
	marked := *e
	marked.Outcome = o
	return &marked
}

// get reads one record.
func (c *Client) get(ctx context.Context, path string, query url.Values, out any, records ...int64) error {
	_, err := c.do(ctx, call{method: http.MethodGet, path: path, query: query, out: out, records: records})
	return err
}

// post creates a record. No answer is ever fetched from the Location of a 201: its host is not to be relied on.
func (c *Client) post(ctx context.Context, path string, body, out any, records ...int64) error {
	_, err := c.do(ctx, call{method: http.MethodPost, path: path, body: body, out: out, records: records})
	return err
}

// change is one operation of a PATCH. Paths are written without a slash and name whole fields: a path into a reference
// may be answered with a false 200.
type change struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value"`
}

func replace(path string, value any) change { return change{"replace", path, value} }

// patch changes a record.
func (c *Client) patch(ctx context.Context, path string, changes []change, out any, records ...int64) error {
	_, err := c.do(ctx, call{method: http.MethodPatch, path: path, body: changes, out: out, records: records})
	return err
}

func num(id int64) string { return strconv.FormatInt(id, 10) }
