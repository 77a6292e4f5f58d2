package connectwise

import (
	"context"
	"net/http"
	"net/url"

	"psabridge/app"
)

// Authenticate proves the keys. GET /system/info alone does not: some servers answer it to anybody, others refuse it to
// a weak role. So a board is read, and the version is taken from wherever it is shown.
func (c *Client) Authenticate(ctx context.Context) (app.ServerInfo, error) {
	resp, err := c.do(ctx, call{method: http.MethodGet, path: "service/boards", query: url.Values{"pageSize": {"1"}, "fields": {"id"}}, out: new([]ref)})
	if err != nil {
		return app.ServerInfo{}, err
	}
	server := app.ServerInfo{ServerTime: resp.Date()}
	var about struct {
		Version string `json:"version"`
	}
	if err := c.get(ctx, "system/info", nil, &about); err == nil && about.Version != "" {
		server.Version = about.Version
		return server, nil
	}
	who, err := c.Identify(ctx)
	if err != nil {
		return server, err
	}
	server.Version = who.Version
	return server, nil
}
