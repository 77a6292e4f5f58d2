package setup_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/psa"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
)

// test runs the checks and returns them by id.
func (b *bench) test(t *testing.T) (map[string]app.CheckRow, []app.CheckRow) {
	t.Helper()
	var told []app.CheckRow
	rows, err := b.Test(t.Context(), "cw", func(c app.CheckRow) { told = append(told, c) })
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(rows, told) {
		t.Errorf("told %d checks of %d as they came", len(told), len(rows))
	}
	byID := make(map[string]app.CheckRow, len(rows))
	for _, r := range rows {
		if _, twice := byID[r.ID]; twice {
			t.Errorf("%s is listed twice", r.ID)
		}
		if r.Title == "" || r.Message == "" || r.State == app.CheckFailed && r.Fix == "" {
			t.Errorf("%s says too little: %+v", r.ID, r)
		}
		if strings.Contains(fmt.Sprintf("%+v", r), sample.PrivateKey) {
			t.Errorf("%s holds a key", r.ID)
		}
		byID[r.ID] = r
	}
	stored, err := b.store.Checks(t.Context(), "cw")
	if err != nil || len(stored) != len(rows) {
		t.Errorf("%d checks are stored, %v", len(stored), err)
	}
	return byID, rows
}

func TestGoodConnection(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	if err := b.Confirm(t.Context(), "Ada", app.VendorOff("sync"), true); err != nil {
		t.Fatal(err)
	}
	b.cw.ForgetRequests()
	byID, rows := b.test(t)
	if n := b.cw.Requests(); n > 25 {
		t.Errorf("the checks took %d calls", n)
	}
	contains(t, byID["rights.excess"].Message, "None of these can be read with its keys: System ▸ Member Maintenance, ", "Other modules are not tried.")
	var order []string
	for _, r := range rows {
		if !strings.HasPrefix(r.ID, "agreement.") {
			order = append(order, r.ID)
		}
		unproven := strings.HasSuffix(r.ID, ".add") || strings.HasSuffix(r.ID, ".edit") || strings.HasSuffix(r.ID, ".close")
		if unproven && (r.State != app.CheckSkipped || !strings.Contains(r.Message, "Not proven yet")) {
			t.Errorf("%+v", r)
		}
		if !unproven && r.State != app.CheckOK && !strings.HasPrefix(r.ID, "agreement.") {
			t.Errorf("%+v", r)
		}
	}
	want := []string{
		"address", "connectwise", "company", "keys", "version", "clock",
		"right.companies.inquire", "right.table_setup.inquire",
		"right.agreements.inquire", "right.catalog.inquire", "right.agreements.edit", "right.agreements.add",
		"right.tickets.inquire", "right.tickets.add", "right.tickets.edit", "right.tickets.close", "rights.excess",
		"board", "status.default", "status.closed", "team.default", "type", "priority", "source", "companies", "company_status.imported",
		"billing.ready", "product.accounts", "unit.accounts", "product.file_server", "unit.file_server", "product.storage", "unit.storage", "vendor_off.sync",
	}
	if !slices.Equal(order, want) {
		t.Errorf("order = %q", order)
	}
	contains(t, byID["board"].Message, "Alerts")
	if !slices.ContainsFunc(rows, func(r app.CheckRow) bool { return strings.HasPrefix(r.ID, "agreement.") && r.State == app.CheckOK }) {
		t.Error("no agreement is good")
	}
}

func TestAgreementChecksAreNamedByOurRow(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	doc, _, _ := b.Document(t.Context())
	var mapped app.OrganizationSettings
	for _, o := range doc.Organizations {
		if o.Agreement.ID != 0 {
			mapped = o
			break
		}
	}
	b.organizations(t, strconv.Itoa(sample.MasterID), "Master", mapped.ID, "Somebody")
	byID, _ := b.test(t)
	got, there := byID[fmt.Sprintf("agreement.%d", b.row(t, mapped.ID).ID)]
	if !there {
		t.Fatal("no such check")
	}
	contains(t, got.Title, "Somebody")
}

func TestWithoutFeaturesLittleIsAsked(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	b.edit(t, func(doc *app.Settings) {
		doc.Connections[0].Ticketing.Enabled, doc.Connections[0].Billing.Enabled = false, false
	})
	_, rows := b.test(t)
	if len(rows) != 11 {
		t.Errorf("%d checks: %+v", len(rows), rows)
	}
}

func TestBrokenConnections(t *testing.T) {
	conn := func(change func(*app.ConnectionSettings)) func(*testing.T, *bench) {
		return func(t *testing.T, b *bench) {
			b.edit(t, func(doc *app.Settings) { change(&doc.Connections[0]) })
		}
	}
	for name, test := range map[string]struct {
		opts    sandbox.Options
		prepare func(*testing.T, *bench)
		id      string
		state   app.CheckState
		says    string
		skipped string // a check that is then not tried
	}{
		"unknown company":   {prepare: conn(func(c *app.ConnectionSettings) { c.CompanyID = "nobody" }), id: "company", state: app.CheckFailed, says: "does not know", skipped: "keys"},
		"wrong key":         {prepare: setKey("wrong-wrong-wrong"), id: "keys", state: app.CheckFailed, says: "", skipped: "right.companies.inquire"},
		"wrong key, cloud":  {opts: sandbox.Options{Cloud: true}, prepare: setKey("wrong-wrong-wrong"), id: "keys", state: app.CheckFailed, says: "", skipped: "board"},
		"no key":            {prepare: dropKey, id: "keys", state: app.CheckFailed, says: "not set", skipped: "address"},
		"no companies":      {opts: sandbox.Options{Forbid: []string{"/company/companies"}}, id: "right.companies.inquire", state: app.CheckFailed, says: "Company Maintenance", skipped: "company_status.imported"},
		"no agreements":     {opts: sandbox.Options{Forbid: []string{"/finance/agreements"}}, id: "right.agreements.inquire", state: app.CheckFailed, says: "Agreements", skipped: "right.agreements.edit"},
		"no catalog":        {opts: sandbox.Options{Forbid: []string{"/procurement/catalog"}}, id: "right.catalog.inquire", state: app.CheckFailed, says: "Product Catalog", skipped: "product.storage"},
		"no tickets":        {opts: sandbox.Options{Forbid: []string{"/service/tickets*"}}, id: "right.tickets.inquire", state: app.CheckFailed, says: "Service Tickets", skipped: "right.tickets.add"},
		"clock":             {opts: sandbox.Options{ClockSkew: 11 * time.Minute}, id: "clock", state: app.CheckWarning, says: "11m"},
		"old version":       {prepare: versioned("v2021.1.4"), id: "version", state: app.CheckWarning, says: "2025.8"},
		"no such board":     {prepare: conn(func(c *app.ConnectionSettings) { c.Ticketing.Board = app.Ref{Name: "Alarms"} }), id: "board", state: app.CheckFailed, says: "“Alarms”", skipped: "status.default"},
		"board left out":    {prepare: conn(func(c *app.ConnectionSettings) { c.Ticketing.Board = app.Ref{} }), id: "board", state: app.CheckFailed, says: "no board", skipped: "type"},
		"status is closed":  {prepare: conn(func(c *app.ConnectionSettings) { c.Ticketing.Status = app.Ref{Name: "Closed"} }), id: "status.default", state: app.CheckFailed, says: "born closed"},
		"closed is open":    {prepare: conn(func(c *app.ConnectionSettings) { c.Ticketing.ClosedStatus = app.Ref{Name: "New"} }), id: "status.closed", state: app.CheckFailed, says: "does not close"},
		"completed is open": {prepare: conn(func(c *app.ConnectionSettings) { c.Ticketing.ClosedStatus = app.Ref{Name: "Completed"} }), id: "status.closed", state: app.CheckFailed, says: ""},
		"no such type":      {prepare: conn(func(c *app.ConnectionSettings) { c.Ticketing.Type = app.Ref{ID: 99999} }), id: "type", state: app.CheckFailed, says: "#99999"},
		"no such team":      {prepare: conn(func(c *app.ConnectionSettings) { c.Ticketing.Team = app.Ref{Name: "Nobody"} }), id: "team.default", state: app.CheckFailed, says: "team"},
		"no such source":    {prepare: conn(func(c *app.ConnectionSettings) { c.Ticketing.Source = app.Ref{Name: "Pigeon"} }), id: "source", state: app.CheckFailed, says: "Pigeon"},
		"no such priority": {prepare: conn(func(c *app.ConnectionSettings) {
			c.Ticketing.Priority = map[app.Severity]app.Ref{"critical": {Name: "P0"}}
		}), id: "priority", state: app.CheckFailed, says: "critical"},
		"product in capitals": {prepare: product("x360-storage"), id: "product.storage", state: app.CheckFailed, says: "Upper and lower case", skipped: "unit.storage"},
		"bundle":              {prepare: product("X360-BUNDLE"), id: "product.storage", state: app.CheckFailed, says: "bundle", skipped: "unit.storage"},
		"agreement is gone":   {prepare: mapped(99999), id: "agreement.sync/9901", state: app.CheckFailed, says: "no agreement 99999"},
	} {
		t.Run(name, func(t *testing.T) {
			b := sampled(t, test.opts)
			if test.prepare != nil {
				test.prepare(t, b)
			}
			byID, _ := b.test(t)
			if got := byID[test.id]; got.State != test.state || !strings.Contains(got.Message, test.says) {
				t.Errorf("%s: %+v, want %s …%s…", test.id, got, test.state, test.says)
			}
			if test.skipped != "" && byID[test.skipped].State != app.CheckSkipped {
				t.Errorf("%s: %+v, want skipped", test.skipped, byID[test.skipped])
			}
		})
	}
}

func setKey(value app.Secret) func(*testing.T, *bench) {
	return func(t *testing.T, b *bench) {
		if err := b.SetSecret(t.Context(), "connections/cw/private_key", value); err != nil {
			t.Fatal(err)
		}
	}
}

func dropKey(t *testing.T, b *bench) {
	if err := b.DeleteSecret(t.Context(), "connections/cw/private_key"); err != nil {
		t.Fatal(err)
	}
}

func product(id string) func(*testing.T, *bench) {
	return func(t *testing.T, b *bench) {
		b.edit(t, func(doc *app.Settings) { doc.Connections[0].Billing.Products[app.MeterStorage] = id })
	}
}

// mapped maps an organization nobody has read yet.
func mapped(agreement int64) func(*testing.T, *bench) {
	return func(t *testing.T, b *bench) {
		b.edit(t, func(doc *app.Settings) {
			doc.Organizations = append(doc.Organizations, app.OrganizationSettings{
				Source: "sync", ID: "9901", PSA: "cw", Company: app.CompanyRef{ID: 249}, Agreement: app.AgreementRef{ID: agreement}, Bill: []app.Meter{app.MeterStorage},
			})
		})
	}
}

// overridden is a client with some answers changed.
type overridden struct {
	psa.Client
	server               *app.ServerInfo
	identity             *app.Identity
	identifyErr, authErr error
	products             []app.Product
	agreements           []app.Agreement
	companies            []app.Company
}

func (o overridden) Identify(ctx context.Context) (app.Identity, error) {
	if o.identifyErr != nil {
		return app.Identity{}, o.identifyErr
	}
	if o.identity != nil {
		return *o.identity, nil
	}
	return o.Client.Identify(ctx)
}

func (o overridden) Authenticate(ctx context.Context) (app.ServerInfo, error) {
	if o.authErr != nil {
		return app.ServerInfo{}, o.authErr
	}
	if o.server != nil {
		return *o.server, nil
	}
	return o.Client.Authenticate(ctx)
}

func (o overridden) ProductsByIdentifier(ctx context.Context, id string) ([]app.Product, error) {
	if o.products != nil {
		return o.products, nil
	}
	return o.Client.ProductsByIdentifier(ctx, id)
}

func (o overridden) Agreements(ctx context.Context, company int64) ([]app.Agreement, error) {
	if o.agreements != nil {
		return o.agreements, nil
	}
	return o.Client.Agreements(ctx, company)
}

func (o overridden) Companies(ctx context.Context, statuses []app.Option) ([]app.Company, error) {
	if o.companies != nil {
		return o.companies, nil
	}
	return o.Client.Companies(ctx, statuses)
}

func (b *bench) override(o overridden) {
	b.wrap = func(c psa.Client) psa.Client { o.Client = c; return o }
}

func versioned(version string) func(*testing.T, *bench) {
	return func(_ *testing.T, b *bench) {
		b.override(overridden{server: &app.ServerInfo{Version: version, ServerTime: morning}})
	}
}

func TestNothingAnswers(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	b.override(overridden{identifyErr: app.Errorf(app.Unavailable, "127.0.0.1 does not answer.")})
	byID, rows := b.test(t)
	if byID["address"].State != app.CheckFailed {
		t.Errorf("%+v", byID["address"])
	}
	for _, r := range rows[1:] {
		if r.ID == "vendor_off.sync" {
			continue // asks ConnectWise nothing
		}
		if r.State != app.CheckSkipped {
			t.Errorf("%+v", r)
		}
	}
}

func TestServerThatHidesItsLookup(t *testing.T) {
	const ok, warned, failed, skipped = app.CheckOK, app.CheckWarning, app.CheckFailed, app.CheckSkipped
	for name, test := range map[string]struct {
		keys                            error
		connectwise, company, keysCheck app.CheckState
		says, fix                       string // of the first that failed
	}{
		"good keys":   {nil, warned, ok, ok, "", ""},
		"no rights":   {app.Errorf(app.Forbidden, "no"), warned, ok, ok, "", ""},
		"wrong keys":  {app.Errorf(app.Unauthorized, "ConnectWise does not accept the keys."), warned, ok, failed, "does not accept the keys", "API Keys"},
		"gone away":   {app.Errorf(app.Unavailable, "cw does not answer."), failed, skipped, skipped, "does not answer", "Wait a moment"},
		"not at home": {app.Errorf(app.NotFound, "There is nothing."), failed, skipped, skipped, "no ConnectWise", "copy its address"},
	} {
		b := sampled(t, sandbox.Options{})
		b.override(overridden{identifyErr: &app.Error{Code: app.NotFound, Field: "site_url", Message: "no ConnectWise"}, authErr: test.keys})
		byID, rows := b.test(t)
		if byID["connectwise"].State != test.connectwise || byID["company"].State != test.company || byID["keys"].State != test.keysCheck {
			t.Errorf("%s: %+v %+v %+v", name, byID["connectwise"], byID["company"], byID["keys"])
		}
		if i := slices.IndexFunc(rows, func(r app.CheckRow) bool { return r.State == failed }); test.says != "" {
			contains(t, rows[i].Message, test.says)
			contains(t, rows[i].Fix, test.fix)
		}
	}
}

func TestConnectWiseGoesAwayMeanwhile(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	b.cw.Faults.Add(sandbox.Fault{Path: "/service/boards/*/statuses", Status: http.StatusServiceUnavailable, Before: func(*http.Request) {
		b.cw.Faults.Add(sandbox.Fault{Times: -1, Status: http.StatusServiceUnavailable})
	}})
	byID, _ := b.test(t)
	if byID["status.default"].State != app.CheckFailed || byID["product.storage"].State != app.CheckSkipped {
		t.Errorf("%+v %+v", byID["status.default"], byID["product.storage"])
	}
	contains(t, byID["product.storage"].Message, "stopped answering")
}

func TestProductsAndUnits(t *testing.T) {
	good := app.Product{ID: 1, Identifier: "X360-STORAGE", Description: "Storage", Class: "Agreement", Unit: "Each"}
	with := func(change func(*app.Product)) []app.Product {
		p := good
		change(&p)
		return []app.Product{p}
	}
	for name, test := range map[string]struct {
		products []app.Product
		id       string
		state    app.CheckState
		says     string
	}{
		"two of them":   {[]app.Product{good, good}, "product.storage", app.CheckFailed, "2 products"},
		"one inactive":  {append(with(func(p *app.Product) { p.ID, p.Inactive = 2, true }), good), "product.storage", app.CheckOK, "record 1"},
		"inactive":      {with(func(p *app.Product) { p.Inactive = true }), "product.storage", app.CheckFailed, "inactive"},
		"sold by TB":    {with(func(p *app.Product) { p.Unit = "TB" }), "unit.storage", app.CheckWarning, "billed in GB"},
		"sold by GB":    {with(func(p *app.Product) { p.Unit = "GB" }), "unit.storage", app.CheckOK, "GB"},
		"people by GB":  {with(func(p *app.Product) { p.Unit = "GB" }), "unit.accounts", app.CheckWarning, "billed in each"},
		"unit unspoken": {with(func(p *app.Product) { p.Unit = "" }), "unit.storage", app.CheckOK, "no unit"},
	} {
		t.Run(name, func(t *testing.T) {
			b := sampled(t, sandbox.Options{})
			b.override(overridden{products: test.products})
			byID, _ := b.test(t)
			if got := byID[test.id]; got.State != test.state || !strings.Contains(got.Message, test.says) {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestAgreements(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2026, 11, d, 0, 0, 0, 0, time.UTC) }
	good := app.Agreement{ID: 12, Name: "Managed", CompanyID: 249, Company: "Other", Status: "Active", BillingCycle: "Monthly", StartDate: day(1)}
	for name, test := range map[string]struct {
		change func(*app.Agreement)
		state  app.CheckState
		says   string
	}{
		"good":             {func(*app.Agreement) {}, app.CheckOK, "is active"},
		"another company":  {func(a *app.Agreement) { a.CompanyID = 250 }, app.CheckFailed, "not to the mapped company"},
		"cancelled":        {func(a *app.Agreement) { a.Cancelled = true }, app.CheckFailed, "is cancelled"},
		"expired":          {func(a *app.Agreement) { a.Status = "Expired" }, app.CheckFailed, "expired"},
		"starts tomorrow":  {func(a *app.Agreement) { a.StartDate = day(6) }, app.CheckFailed, "6 November 2026"},
		"starts today":     {func(a *app.Agreement) { a.StartDate = day(5) }, app.CheckOK, ""},
		"ended yesterday":  {func(a *app.Agreement) { a.EndDate = day(4) }, app.CheckFailed, "4 November 2026"},
		"ends today":       {func(a *app.Agreement) { a.EndDate = day(5) }, app.CheckOK, ""},
		"billed quarterly": {func(a *app.Agreement) { a.BillingCycle = "Quarterly" }, app.CheckWarning, "Quarterly"},
	} {
		t.Run(name, func(t *testing.T) {
			b := sampled(t, sandbox.Options{})
			mapped(12)(t, b)
			a := good
			test.change(&a)
			b.override(overridden{agreements: []app.Agreement{a}, companies: []app.Company{{ID: 249, Name: "Other"}, {ID: 250}}})
			byID, _ := b.test(t)
			if got := byID["agreement.sync/9901"]; got.State != test.state || !strings.Contains(got.Message, test.says) {
				t.Errorf("%+v", got)
			}
		})
	}
	for name, test := range map[string]struct {
		companies []app.Company
		says      string
	}{
		"company deleted":  {[]app.Company{{ID: 1}}, "was deleted"},
		"company inactive": {[]app.Company{{ID: 249, Name: "Other", Inactive: true}}, "inactive"},
	} {
		t.Run(name, func(t *testing.T) {
			b := sampled(t, sandbox.Options{})
			mapped(12)(t, b)
			b.override(overridden{agreements: []app.Agreement{good}, companies: test.companies})
			byID, _ := b.test(t)
			if got := byID["agreement.sync/9901"]; got.State != app.CheckFailed || !strings.Contains(got.Message, test.says) {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestTestThatCannotRun(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	if _, err := b.Test(t.Context(), "nobody", nil); code(err) != app.NotFound {
		t.Errorf("err = %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	_, err := b.Test(ctx, "cw", func(app.CheckRow) {
		if n++; n == 3 {
			cancel()
		}
	})
	if code(err) != app.Unavailable || n > 4 {
		t.Errorf("after %d checks: %v", n, err)
	}
	if stored, _ := b.store.Checks(t.Context(), "cw"); len(stored) != 0 {
		t.Errorf("%d checks of a cancelled test were stored", len(stored))
	}
}

// One endpoint of many that is broken fails the check that needs it; the others are tried all the same.
func TestOneBrokenReadIsOneBrokenCheck(t *testing.T) {
	skipped := func(rows []app.CheckRow) (n int) {
		for _, r := range rows {
			if strings.Contains(r.Message, "stopped answering") {
				n++
			}
		}
		return n
	}
	for path, id := range map[string]string{"/service/sources": "source", "/finance/agreements": "right.agreements.inquire", "/service/tickets": "right.tickets.inquire"} {
		b := sampled(t, sandbox.Options{})
		b.cw.Faults.Add(sandbox.Fault{Path: path, Times: -1, Status: http.StatusInternalServerError})
		byID, rows := b.test(t)
		got := byID[id]
		if got.State != app.CheckFailed || got.Message == "" || skipped(rows) > 0 || byID["product.storage"].State != app.CheckOK || byID["board"].State != app.CheckOK {
			t.Errorf("%s: %+v, %d not tried", path, got, skipped(rows))
		}
		contains(t, got.Fix, "Everything else answers")
	}
}

// The probes of rights nobody needs end nothing, and what they found is told.
func TestABrokenProbeOfExcessEndsNothing(t *testing.T) {
	b := sampled(t, sandbox.Options{Quirks: sandbox.Quirks{Grants: []string{"System ▸ Member Maintenance"}}})
	b.cw.Faults.Add(sandbox.Fault{Path: "/time/entries", Times: -1, Status: http.StatusInternalServerError})
	byID, _ := b.test(t)
	got := byID["rights.excess"]
	if got.State != app.CheckWarning || byID["board"].State != app.CheckOK {
		t.Errorf("%+v; board %+v", got, byID["board"])
	}
	contains(t, got.Message, "System ▸ Member Maintenance", "Not all was tried")
}
