package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"

	"psabridge/app"
	"psabridge/app/sandbox/sample"
)

// TestAPIAnswersAsItsDocumentSays holds the answers of the running API against the OpenAPI document it serves itself.
func TestAPIAnswersAsItsDocumentSays(t *testing.T) {
	t.Parallel()
	v := vendors(t)
	b := newProcess(t)
	d := b.serve()
	b.configure(v, quick...)
	b.must("", "sync")
	plan := decode[planAnswer](t, b.must("", "billing", "plan", "--json"))
	v.MSP.SetQuotaUsage(v.MSP.Organizations()[1].ID, 95, v.MSP.Start())
	b.must("", "sync")
	d.eventually("a ticket was delivered", func() bool { return countTickets(v.ConnectWise.Tickets()) == 1 })

	openapi3filter.RegisterBodyDecoder("text/html", openapi3filter.FileBodyDecoder)
	doc := loadDocument(t, d)
	c := contract{t: t, d: d, routes: doc}
	c.call("GET", "/status", nil, 200)
	c.call("GET", "/settings", nil, 200)
	c.call("GET", "/secrets", nil, 200)
	c.call("POST", "/connections/cw/test?wait=60", nil, 200)
	c.call("POST", "/connections/cw/reload?wait=60", nil, 200)
	c.call("POST", "/connections/cw/test-ticket?wait=60", nil, 200)
	c.call("POST", "/connections/cw/test-ticket?wait=60", map[string]any{"company_id": 250}, 200)
	c.call("POST", "/connections/cw/test-ticket", map[string]any{"compny_id": 250}, 400)
	c.call("POST", "/connections/nope/test-ticket", nil, 404)
	c.call("GET", "/checks", nil, 200)
	c.call("POST", "/checks?wait=60", nil, 200)
	c.call("POST", "/checks?wait=60&connection=cw", nil, 200)
	c.call("GET", "/checks?connection=nope", nil, 404)
	c.call("GET", "/setup", nil, 200)
	c.call("POST", "/setup/confirm", map[string]any{"subject": "source/sync/vendor_off", "done": true}, 204)
	c.call("POST", "/setup/confirm", map[string]any{"subject": "nonsense", "done": true}, 400)
	for _, list := range []string{"subtypes", "items", "associations"} {
		c.call("GET", "/connections/cw/options/"+list+"?board="+number(sample.BoardAlerts), nil, 200)
	}
	c.call("GET", "/connections/cw/options/members", nil, 502) // the role may not, and need not
	c.call("GET", "/connections/cw/options/companies", nil, 200)
	c.call("GET", "/connections/cw/options/statuses?board="+number(sample.BoardAlerts), nil, 200)
	c.call("GET", "/connections/cw/options/statuses", nil, 400)
	c.call("GET", "/mappings/suggestions?connection=cw", nil, 200)
	c.call("POST", "/sources/sync/sync?wait=60", nil, 200)
	c.call("POST", "/sources/nope/sync?wait=60", nil, 404)
	c.inbox()
	c.call("GET", "/organizations", nil, 200)
	c.call("GET", "/organizations?mapped=false&q=e", nil, 200)
	c.call("GET", "/organizations/1", nil, 200)
	c.call("GET", "/organizations/99999", nil, 404)
	c.call("GET", "/organizations/2/readings", nil, 200)
	c.call("GET", "/events?limit=2", nil, 200)
	c.call("GET", "/events?limt=2", nil, 400)
	c.call("GET", "/conditions?state=open", nil, 200)
	c.call("GET", "/tickets", nil, 200)
	c.call("GET", "/deliveries?state=done", nil, 200)
	c.call("GET", "/deliveries/1", nil, 200)
	c.call("GET", "/deliveries/2", nil, 200) // a test ticket, with its steps
	c.call("GET", "/deliveries?kind=ticket.test&connection=cw", nil, 200)
	c.alerts()
	c.call("GET", "/billing/plans/"+plan.ID, nil, 200)
	c.call("GET", "/billing/lines/"+plan.Lines[0].ID+"/evidence", nil, 200)
	c.call("POST", "/billing/plans/"+plan.ID+"/release", map[string]any{"codes": []string{"first_touch"}}, 200)
	c.call("POST", "/billing/pushes", map[string]any{"plan_id": plan.ID, "digest": plan.Digest}, 409)
	c.call("POST", "/billing/pushes", map[string]any{"plan_id": plan.ID, "digets": "x"}, 400)
	c.call("GET", "/billing/pushes", nil, 200)
	c.billing()
	c.mappings()
	c.call("POST", "/conditions/start", map[string]any{"open": false}, 200)
	c.call("POST", "/pause", map[string]any{"reason": "maintenance"}, 204)
	c.call("POST", "/connections/cw/test-ticket?wait=0", map[string]any{"company_id": 251}, 202)
	c.call("POST", "/resume", nil, 204)
	c.call("GET", "/jobs/unknown", nil, 404)
}

// contract checks answers against the document.
type contract struct {
	t      *testing.T
	d      *daemon
	routes routers.Router
}

// billing calls everything about a month: what the plan says, typed numbers, a push of one line, what a customer sees of it, its
// undo.
func (c contract) billing() {
	c.t.Helper()
	c.call("POST", "/billing/plans?wait=60", map[string]any{"connection": "cw"}, 200) // the settings changed since the last
	c.call("GET", "/billing/plans?connection=cw", nil, 200)
	var open listAnswer[planAnswer]
	c.d.get("/billing/plans?connection=cw", &open)
	plan, l := open.Items[0], open.Items[0].Lines[0]
	for _, one := range plan.Lines {
		if one.Verdict == app.VerdictUpdate {
			l = one
		}
	}
	c.call("GET", "/billing/plans?connection=cw&period="+plan.Period, nil, 200)
	c.call("GET", "/billing/plans?connection=cw&period=soon", nil, 400)
	c.call("GET", "/billing/findings", nil, 200)
	c.call("GET", "/billing/findings?connection=cw&limit=2&after=1", nil, 200)
	c.call("GET", "/billing/findings?connection=nope", nil, 404)
	c.call("POST", "/billing/plans/"+plan.ID+"/release", map[string]any{"codes": []string{"first_tuch"}}, 400)
	c.call("POST", "/billing/lines/"+l.ID+"/correct", map[string]any{"quantity": 3, "note": "counted"}, 200)
	c.call("POST", "/billing/lines/"+l.ID+"/effective", map[string]any{"date": "soon"}, 400)
	c.call("POST", "/billing/lines/"+l.ID+"/effective", map[string]any{"date": nil}, 400) // it stands already
	c.call("POST", "/billing/lines/99999/effective", map[string]any{"date": nil}, 404)
	c.call("GET", "/billing/lines/"+l.ID+"/evidence", nil, 200)

	c.d.get("/billing/plans?connection=cw", &open)
	c.call("POST", "/billing/pushes", map[string]any{"plan_id": plan.ID, "digest": open.Items[0].Digest}, 202)
	c.written("1")
	company := strconv.FormatInt(l.Company.ID, 10)
	c.call("GET", "/billing/pushes/1", nil, 200)
	c.call("GET", "/billing/pushes/1/csv", nil, 200)
	c.call("GET", "/billing/pushes/1/customers", nil, 200)
	c.call("GET", "/billing/pushes/1/customers/"+company, nil, 200)
	c.call("GET", "/billing/pushes/1/customers/"+company+"/csv", nil, 200)
	c.call("GET", "/billing/pushes/1/customers/"+company+"/html", nil, 200)
	c.call("GET", "/billing/pushes/1/customers/999999", nil, 404)
	c.call("GET", "/billing/compare?connection=cw&from=2001-01&to="+plan.Period, nil, 400)
	c.call("GET", "/billing/compare?connection=cw&from="+plan.Period+"&to="+plan.Period, nil, 200)
	c.call("GET", "/billing/compare?connection=cw&from="+plan.Period+"&to=2001-01", nil, 400)
	c.call("GET", "/billing/compare?connection=nope&from=2001-01&to=2001-02", nil, 404)
	c.call("GET", "/organizations/2/history", nil, 200)
	c.call("GET", "/organizations/99999/history", nil, 404)
	c.call("POST", "/billing/pushes/1/undo?dry_run=true", nil, 200)
	c.call("POST", "/billing/pushes/1/undo", nil, 202)
	c.call("POST", "/billing/pushes/99999/undo", nil, 404)
	c.written("2")
	c.overrides(plan.Period)
}

// written waits for the end of a push.
func (c contract) written(push string) {
	c.t.Helper()
	c.d.eventually("push "+push+" is written", func() bool {
		var p pushAnswer
		c.d.get("/billing/pushes/"+push, &p)
		return p.State != app.PushWriting
	})
}

func (c contract) overrides(period string) {
	c.t.Helper()
	row := map[string]any{"organization_id": "2", "meter": "accounts", "quantity": 5, "note": "counted by phone"}
	c.call("PUT", "/billing/overrides", map[string]any{"overrides": []any{row}}, 200)
	c.call("GET", "/billing/overrides", nil, 200)
	c.call("GET", "/billing/overrides?period="+period+"&connection=cw", nil, 200)
	c.call("GET", "/billing/overrides?period=soon", nil, 400)
	c.call("PUT", "/billing/overrides", map[string]any{"overrides": []any{map[string]any{"organization_id": "2", "meter": "accounts", "quantity": 5}}}, 400)
	c.call("DELETE", "/billing/overrides?organization_id=2&meter=accounts&note=mistyped", nil, 204)
	c.call("DELETE", "/billing/overrides?organization_id=2&meter=accounts", nil, 404)
}

// mappings calls everything about mappings, and at the end lets a customer leave.
func (c contract) mappings() {
	c.t.Helper()
	c.call("GET", "/mappings/repairs?connection=cw", nil, 200)
	c.call("GET", "/mappings/repairs?connection=nope", nil, 404)
	c.call("POST", "/mappings", map[string]any{"choices": []any{map[string]any{"organization_id": "2", "company_id": 999999}}}, 400)
	var found listAnswer[suggestionAnswer]
	c.d.get("/mappings/suggestions?connection=cw", &found)
	c.call("POST", "/mappings", map[string]any{"choices": []any{map[string]any{"organization_id": found.Items[0].OrganizationID, "company_id": found.Items[0].CompanyID}}}, 200)
	c.call("POST", "/mappings/revert", map[string]any{"revision": "99999"}, 404)
	c.call("POST", "/mappings/revert", map[string]any{"revision": "x"}, 400)
	c.call("POST", "/organizations/2/left?wait=60", map[string]any{}, 400)
	c.call("POST", "/organizations/2/left?wait=60", map[string]any{"reason": "contract ended"}, 200)
}

// loadDocument reads the document the program serves.
func loadDocument(t *testing.T, d *daemon) routers.Router {
	t.Helper()
	b, err := d.api.raw(t.Context(), http.MethodGet, "/openapi.json", "", "application/json", nil)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(b)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatalf("the document is not valid: %v", err)
	}
	doc.Servers = openapi3.Servers{{URL: d.api.base + "/api/v1"}}
	r, err := gorillamux.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// inbox calls everything about sources and what is sent to them.
func (c contract) inbox() {
	c.t.Helper()
	var doc map[string]any
	c.d.get("/settings", &doc)
	doc["sources"] = append(doc["sources"].([]any), map[string]any{"name": "feed", "kind": app.KindInbox}) //nolint:forcetypeassert // a list
	c.call("PUT", "/settings", doc, 200)
	event := map[string]any{"id": "e1", "organization": map[string]any{"id": "c1", "name": "Contoso"}, "type": "backup.failed", "state": "problem", "title": "x"}
	c.call("POST", "/sources/feed/events", event, 200)
	c.call("POST", "/sources/feed/events", map[string]any{"events": []any{event}}, 200)
	c.call("POST", "/sources/feed/events", map[string]any{"id": "e2"}, 400)
	c.call("POST", "/sources/sync/events", event, 400)
	reading := map[string]any{"organization": map[string]any{"id": "c1"}, "meter": "seats", "quantity": 1.5, "covers": "2026-10"}
	c.call("POST", "/sources/feed/usage", map[string]any{"readings": []any{reading}}, 200)
	const file, columns = csvBody("Kunde;Menge\nTailspin;2\nFabrikam;x\n"), "meter=seats&covers=2026-10&map.customer_name=Kunde&map.quantity=Menge"
	c.call("POST", "/sources/feed/usage?dry_run=true&"+columns, file, 200)
	c.call("POST", "/sources/feed/usage?partial=true&"+columns, file, 200)
	c.call("POST", "/sources/feed/usage?"+columns, file, 400)
	c.call("GET", "/sources/feed/imports", nil, 200)
	c.call("POST", "/sources/feed/tokens", map[string]any{"name": "Veeam"}, 200)
	c.call("GET", "/sources/feed/tokens", nil, 200)
	c.call("DELETE", "/sources/feed/tokens/1", nil, 204)
	c.call("GET", "/sources", nil, 200)
	c.call("GET", "/sources/sync", nil, 200)
	c.call("GET", "/sources/sync/raw", nil, 200)
	c.call("GET", "/sources/nope", nil, 404)
	c.call("POST", "/organizations/2/later", nil, 204)
	c.call("POST", "/organizations/2/ask", nil, 204)
	c.call("POST", "/organizations/99999/ignore", nil, 404)
}

// alerts calls everything about rules, conditions, what came of them, and how a person is told.
func (c contract) alerts() {
	c.t.Helper()
	c.call("GET", "/conditions/1", nil, 200)
	c.call("GET", "/conditions/99999", nil, 404)
	c.call("GET", "/conditions?organization=2", nil, 200)
	c.call("GET", "/conditions?ticket=1", nil, 200)
	c.call("GET", "/conditions?tiket=1", nil, 400)
	c.call("POST", "/conditions/99999/quiet", nil, 404)
	c.call("POST", "/conditions/99999/open", nil, 404)
	c.call("POST", "/conditions/1/quiet", map[string]any{"until": "2001-01-01T00:00:00Z"}, 400)
	c.call("GET", "/tickets/1", nil, 200)
	c.call("GET", "/tickets/99999", nil, 404)
	c.call("GET", "/rules", nil, 200)
	c.call("GET", "/rules?organization=2&days=7", nil, 200)
	c.call("GET", "/rules?organization=99999", nil, 404)
	rules := []any{map[string]any{"name": "Full", "when": []any{"quota.reached"}, "via": map[string]any{"psa": true}}}
	c.call("POST", "/rules/rehearse?wait=60", nil, 200)
	c.call("POST", "/rules/rehearse?wait=60", map[string]any{"rules": rules, "days": 7}, 200)
	c.call("POST", "/rules/rehearse?wait=0", map[string]any{"rules": []any{map[string]any{"name": "x"}}}, 400)
	c.call("POST", "/rules/rehearse", map[string]any{"days": 91}, 400)
	c.call("GET", "/deliveries?ticket=1&since=2001-01-01T00:00:00Z", nil, 200)
	c.call("GET", "/deliveries?like=1&kind=alert.mail", nil, 200)
	c.call("GET", "/deliveries?lik=1", nil, 400)
	c.call("POST", "/deliveries/retry?state=parked", nil, 200)
	c.call("POST", "/deliveries/retry?like=1&since=2001-01-01T00:00:00Z", nil, 200)
	c.call("POST", "/deliveries/retry?state=done", nil, 400)
	c.call("GET", "/notify", nil, 200)
	c.call("POST", "/notify/test", map[string]any{"channel": "fax"}, 400)
	c.call("PUT", "/secrets/notify/webhook_url", map[string]any{"value": "https://hooks.example.com/x"}, 404) // no webhook in the settings
	c.call("PUT", "/secrets/notify/nonsense", map[string]any{"value": "x"}, 400)
	c.call("DELETE", "/secrets/notify/smtp_password", nil, 404)
}

// csvBody is a body that is sent as it is, as CSV.
type csvBody string

func (c contract) call(method, path string, body any, want int) {
	c.t.Helper()
	var in io.Reader
	kind := "application/json"
	if file, ok := body.(csvBody); ok {
		in, kind = strings.NewReader(string(file)), csvType
	} else if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			c.t.Fatal(err)
		}
		in = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.d.api.base+"/api/v1"+path, in)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+c.d.api.token)
	req.Header.Set("Accept", "application/json")
	if body != nil {
		req.Header.Set("Content-Type", kind)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	got, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	if res.StatusCode != want {
		c.t.Errorf("%s %s answered %d, want %d: %s", method, path, res.StatusCode, want, got)
		return
	}
	route, params, err := c.routes.FindRoute(req)
	if err != nil {
		c.t.Errorf("%s %s is not in the document: %v", method, path, err)
		return
	}
	err = openapi3filter.ValidateResponse(c.t.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: req, PathParams: params, Route: route},
		Status:                 res.StatusCode, Header: res.Header, Body: io.NopCloser(bytes.NewReader(got)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true},
	})
	if err != nil {
		c.t.Errorf("%s %s: the answer is not what the document says: %v\n%s", method, path, err, strings.TrimSpace(string(got)))
	}
}
