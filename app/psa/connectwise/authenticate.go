package connectwise

import (
	"context"
	"net/http"
	"net/url"

	"psabridge/app"
	"psabridge/app/rest"
)

// proofs are the reads that need keys, tried in this order. A role for tickets may read the first, one for billing alone
// the second.
var proofs = []string{"service/boards", "company/companies"}

// Authenticate proves the keys. GET /system/info alone does not: some servers answer it to anybody, others refuse it to
// a weak role. So records are read, and the version is taken from wherever it is shown. forbidden: the keys are accepted
// and the role may read none of them; what could be learned all the same is returned with it.
func (c *Client) Authenticate(ctx context.Context) (app.ServerInfo, error) {
	resp, proof := c.prove(ctx)
	if proof != nil && !lacksRight(proof) {
		return app.ServerInfo{}, proof
	}
	server := app.ServerInfo{ServerTime: resp.Date()}
	var about struct {
		Version string `json:"version"`
	}
	if err := c.get(ctx, "system/info", nil, &about); err == nil && about.Version != "" {
		server.Version = about.Version
		return server, proof
	}
	who, err := c.Identify(ctx)
	if err == nil {
		server.Version = who.Version
	}
	if proof == nil {
		proof = err
	}
	return server, proof
}

// prove finds a read that only good keys can make. Being refused for want of a right is a proof as well, when ConnectWise
// itself says so; it is returned as forbidden when no read is left.
func (c *Client) prove(ctx context.Context) (resp *rest.Response, err error) {
	for _, path := range proofs {
		resp, err = c.do(ctx, call{method: http.MethodGet, path: path, query: oneRow, out: new([]ref)})
		if !lacksRight(err) {
			return resp, err
		}
	}
	return resp, err
}

// oneRow asks for as little as can be asked for.
var oneRow = url.Values{"pageSize": {"1"}, "fields": {"id"}}

// lacksRight reports whether ConnectWise says that the role lacks a right. The error must have been explained: a client id
// may be refused with the same status. What stands between ConnectWise and us never makes it forbidden, see rest.CodeOf.
func lacksRight(err error) bool { return app.ErrorCode(err) == app.Forbidden }
