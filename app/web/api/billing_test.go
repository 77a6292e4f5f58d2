package api_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"psabridge/app"
	"psabridge/app/web/api"
	"psabridge/store/storetest"
)

var november = app.Period{Year: 2026, Month: time.November}

// billedReader is a store with lines nobody had to plan.
type billedReader struct {
	api.Reader
	plan   app.Plan
	before map[app.Period][]app.Line // lines that stood before a month
	months []app.MeterMonth
	since  *app.Period
}

func (r billedReader) NewestPlan(_ context.Context, connection string) (app.Plan, error) {
	if connection != r.plan.Connection {
		return app.Plan{}, app.Errorf(app.NotFound, "No preview was made yet.")
	}
	return r.plan, nil
}

func (r billedReader) Plan(context.Context, int64) (app.Plan, error) { return r.plan, nil }

func (r billedReader) CurrentPlan(context.Context, string, app.Period) (app.Plan, error) {
	return r.plan, nil
}

func (r billedReader) Push(_ context.Context, id int64) (app.Push, error) {
	return app.Push{ID: id, Connection: "cw", Period: november, State: app.PushDone, ApprovedAt: r.plan.CreatedAt, Lines: r.plan.Lines}, nil
}

func (r billedReader) LineEvidence(_ context.Context, id int64) (app.Line, error) {
	for _, l := range r.plan.Lines {
		if l.ID == id {
			return l, nil
		}
	}
	return app.Line{}, app.Errorf(app.NotFound, "There is no line %d.", id)
}

func (r billedReader) LastPlannedLines(_ context.Context, _ string, before app.Period) ([]app.Line, error) {
	return r.before[before], nil
}

func (r billedReader) MeterHistory(_ context.Context, _, _ string, since app.Period) ([]app.MeterMonth, error) {
	*r.since = since
	return r.months, nil
}

// asked is what the use cases behind the billing calls were asked to do.
type asked struct {
	saved   []app.Override
	removed app.Override
	day     time.Time
	choices []app.MappingChoice
	rev     int64
	undone  int64
	refuse  error
}

func counted(names ...string) (items []app.EvidenceItem) {
	for _, n := range names {
		items = append(items, app.EvidenceItem{Kind: app.ObjectAccount, ExternalID: n, Name: n, Amount: app.Q(1)})
	}
	return items
}

func accountsLine(id, after int64, names ...string) app.Line {
	before, price := app.Q(2), app.MustQuantity("4.5")
	change := app.Q(after).Sub(before).Mul(price)
	return app.Line{
		ID: id, PlanID: 3, Meter: app.MeterAccounts, Product: "X360-ACCOUNT", ProductID: 5, Company: app.Named{ID: 250, Name: "Contoso GmbH"},
		Agreement: app.Named{ID: 12, Name: "Backup"}, AdditionID: 7, Before: &before, After: app.Q(after), Unit: app.UnitEach, Verdict: app.VerdictUpdate,
		State: app.LinePlanned, UnitPrice: &price, AmountChange: &change, NextInvoice: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC), InvoicePeriod: "Future",
		Rule: "rounded up", Shares: []app.Share{{OrganizationID: 2, ExternalID: "7", Source: "sync", Name: "Contoso", Quantity: app.Q(after)}}, Items: counted(names...),
	}
}

// billingWorld is the API on one connection, two organizations and a plan of two lines, of which one was typed.
func billingWorld(t *testing.T) (*world, *asked, *billedReader) {
	t.Helper()
	w := &world{t: t, now: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return w.now }
	w.store = storetest.OpenAt(t, t.TempDir(), clock)
	doc := app.Settings{
		Version: 1, Sources: []app.SourceSettings{{Name: "sync", Kind: "x360sync"}},
		Connections: []app.ConnectionSettings{{Name: "cw", System: "connectwise", TimeZone: "Europe/Berlin", Billing: app.BillingSettings{Enabled: true}}, {Name: "other", System: "connectwise"}},
		Organizations: []app.OrganizationSettings{
			{Source: "sync", ID: "1", PSA: "cw"},
			{Source: "sync", ID: "7", Company: app.CompanyRef{ID: 250}, Agreement: app.AgreementRef{ID: 12}, Bill: []app.Meter{app.MeterAccounts}},
		},
	}
	p := app.Projection{
		Sources:     []app.ProjectionRow{{Name: "sync", Kind: "x360sync", Config: []byte("{}")}},
		Connections: []app.ProjectionRow{{Name: "cw", Kind: "connectwise", Config: []byte("{}")}},
	}
	if _, err := w.store.SaveSettings(t.Context(), app.Revision{At: w.now, Document: []byte("{}")}, p); err != nil {
		t.Fatal(err)
	}
	org := func(id, parent, name string) app.Organization {
		return app.Organization{Source: "sync", ExternalID: id, ParentExternalID: parent, Name: name, Active: true}
	}
	batch := app.Batch{Source: "sync", ReadAt: w.now, OrganizationsComplete: true, Organizations: []app.Organization{org("1", "", "Nordlicht"), org("7", "1", "Contoso")}}
	if _, err := w.store.Ingest(t.Context(), batch, w.now, func(app.AlertState) (d app.AlertDecision) { return d }); err != nil {
		t.Fatal(err)
	}
	typed := accountsLine(22, 9)
	typed.Product, typed.ProductID, typed.Shares[0].Override = "X360-SEAT", 6, "counted by phone"
	typed.Items = []app.EvidenceItem{{Kind: app.KindOverride, ExternalID: "override", Name: "counted by phone", Amount: app.Q(9), Detail: "typed by ada on 5 November 2026, in place of no reading"}}
	used, billed, amount := app.Q(4), app.Q(1), app.MustQuantity("13.5")
	r := &billedReader{Reader: w.store.Reader(), since: &app.Period{}, before: map[app.Period][]app.Line{}, plan: app.Plan{
		ID: 3, Connection: "cw", Period: november, State: app.PlanOpen, Digest: "d1", CreatedAt: w.now, Complete: true, Problems: []string{"Something was not read."},
		Lines: []app.Line{accountsLine(21, 3, "Ada", "Ben", "Cleo"), typed},
		Findings: []app.Finding{
			{Code: app.FindingUsedNotBilled, Organization: app.Named{ID: 2, Name: "Contoso"}, Agreement: app.Named{ID: 12, Name: "Backup"}, Meter: app.MeterAccounts, Used: &used, Billed: &billed, Amount: &amount, Message: "4 used, 1 billed."},
			{Code: app.FindingUnmapped, Organization: app.Named{ID: 1, Name: "Nordlicht"}, Meter: app.MeterAccounts, Used: &used, Message: "Nobody is billed."},
			{Code: app.FindingBilledNotUsed, Company: app.Named{ID: 250, Name: "Contoso GmbH"}, Billed: &billed, Message: "Nobody is mapped."},
		},
	}}
	r.before[november] = []app.Line{accountsLine(11, 3, "Ada", "Ben", "Dora")}
	saw := &asked{}
	w.http = api.New(api.Deps{
		Now: clock, Log: slog.New(slog.DiscardHandler), Read: r, Settings: settingsOf{doc: doc}, BillingDeps: saw.billing(r.plan), MappingDeps: saw.mapping(),
	})
	return w, saw, r
}

func (a *asked) billing(plan app.Plan) api.BillingDeps {
	return api.BillingDeps{
		PlanUndo: func(_ context.Context, push int64, _ string) (app.Plan, error) {
			a.undone = push
			plan.UndoOf = push
			return plan, a.refuse
		},
		SetEffective: func(_ context.Context, _ int64, day time.Time, _ string) (app.Plan, error) {
			a.day = day
			return plan, a.refuse
		},
		SaveOverrides:  func(_ context.Context, list []app.Override, _ string) error { a.saved = list; return a.refuse },
		RemoveOverride: func(_ context.Context, o app.Override, _ string) error { a.removed = o; return a.refuse },
		CustomerFile: func(_ context.Context, push, company int64, kind string) ([]byte, error) {
			return fmt.Appendf(nil, "%d %d %s", push, company, kind), a.refuse
		},
	}
}

func (a *asked) mapping() api.MappingDeps {
	return api.MappingDeps{
		Repairs: func(context.Context, string) ([]app.Repair, error) {
			return []app.Repair{
				{Code: app.RepairAgreementEnded, Organization: app.Named{ID: 2, Name: "Contoso"}, Message: "It ended.", Why: "The only other one.", Suggest: &app.MappingChoice{OrganizationID: 2, AgreementID: 13}},
				{Code: app.RepairProductGone, Message: "It is gone."},
			}, a.refuse
		},
		ApplyMappings: func(_ context.Context, _ string, c []app.MappingChoice) (int64, error) {
			a.choices = c
			return 8, a.refuse
		},
		RevertMappings: func(_ context.Context, _ string, rev int64) error { a.rev = rev; return a.refuse },
	}
}

// field is the input a refusal names.
func (w *world) field(method, path, body string) string {
	w.t.Helper()
	kind := ""
	if body != "" {
		kind = asJSON
	}
	name, _ := w.ask(400, method, path, kind, body)["field"].(string)
	return name
}

func TestPlanSaysWhatItMeans(t *testing.T) {
	w, _, _ := billingWorld(t)
	p := w.ask(200, "GET", "/billing/plans/3", "", "")
	lines, _ := p["lines"].([]any)
	first, _ := lines[0].(map[string]any)
	invoice, _ := first["invoice"].([]any)
	if p["findings_count"] != 3.0 || fmt.Sprint(p["problems"]) != "[Something was not read.]" || p["undo_of"] != nil || first["rule"] != "rounded up" || len(invoice) < 2 {
		t.Errorf("%v\n%v", p, invoice)
	}
	if !strings.Contains(fmt.Sprint(invoice), "In time for the invoice of 1 December 2026.") || !strings.Contains(fmt.Sprint(invoice), "ConnectWise bills the Future period.") {
		t.Error(invoice)
	}
	second, _ := lines[1].(map[string]any)
	if shares, _ := second["organizations"].([]any); shares[0].(map[string]any)["override"] != "counted by phone" { //nolint:forcetypeassert // an object
		t.Error(shares)
	}
	for path, n := range map[string]int{"?connection=cw": 1, "?connection=cw&period=2026-11": 1, "?connection=other": 0} {
		if items := w.items("/billing/plans" + path); len(items) != n {
			t.Errorf("%s: %d plans", path, len(items))
		}
	}
	if f := w.field("GET", "/billing/plans?connection=cw&digest=x&period=2026-11", ""); f != "period" {
		t.Error(f)
	}
}

func TestEvidenceNamesWhoCameAndWent(t *testing.T) {
	w, _, _ := billingWorld(t)
	e := w.ask(200, "GET", "/billing/lines/21/evidence", "", "")
	change, _ := e["change"].(map[string]any)
	name := func(list string) string {
		items, _ := change[list].([]any)
		if len(items) != 1 {
			return fmt.Sprint(items)
		}
		return items[0].(map[string]any)["name"].(string) //nolint:forcetypeassert // an item
	}
	if e["rule"] != "rounded up" || e["before"] != 2.0 || e["quantity"] != 3.0 || change["previous_quantity"] != 3.0 || name("added") != "Cleo" || name("removed") != "Dora" || name("grown") != "[]" {
		t.Error(e)
	}
	typed, _ := w.ask(200, "GET", "/billing/lines/22/evidence", "", "")["overrides"].([]any)
	if len(typed) != 1 || typed[0].(map[string]any)["text"] != "typed by ada on 5 November 2026, in place of no reading" { //nolint:forcetypeassert // an object
		t.Error(typed)
	}
	w.ask(404, "GET", "/billing/lines/99/evidence", "", "")
}

func TestFindingsComeInPages(t *testing.T) {
	w, _, _ := billingWorld(t)
	all := w.items("/billing/findings")
	if len(all) != 3 || all[0]["quantity"] != 3.0 || all[0]["amount"] != 13.5 || all[0]["organization_id"] != "2" || all[0]["page"] != "/billing/cw/2026-11" || all[0]["as_of"] != "2026-11-22T09:00:00Z" {
		t.Errorf("%v", all)
	}
	if all[1]["page"] != "/mapping?connection=cw" || all[1]["quantity"] != 4.0 || all[1]["billed"] != nil || all[2]["organization_id"] != nil || all[2]["quantity"] != nil {
		t.Errorf("%v", all[1:])
	}
	after, got := "", 0
	for range 3 {
		page := w.ask(200, "GET", "/billing/findings?limit=1"+after, "", "")
		items, _ := page["items"].([]any)
		got += len(items)
		if next, ok := page["next"].(string); ok {
			after = "&after=" + next
		} else if got != 3 {
			t.Errorf("the list ends after %d", got)
		}
	}
	if got != 3 || len(w.items("/billing/findings?connection=other")) != 0 || len(w.items("/billing/findings?after=50")) != 0 {
		t.Errorf("%d findings page by page", got)
	}
	w.ask(404, "GET", "/billing/findings?connection=nope", "", "")
}

func TestOverridesByScript(t *testing.T) {
	w, saw, _ := billingWorld(t)
	w.now = time.Date(2026, 11, 30, 23, 30, 0, 0, time.UTC) // December in Berlin
	w.ask(200, "PUT", "/billing/overrides", asJSON, `{"overrides":[{"organization_id":"2","meter":"storage","quantity":1.5,"note":"from the invoice"},
		{"organization_id":"2","meter":"accounts","quantity":43,"unit":"each","period":"2026-11","note":"x"}]}`)
	december := november.Next()
	want := []app.Override{
		{Source: "sync", OrganizationID: "7", Meter: app.MeterStorage, Period: december, Quantity: app.MustQuantity("1.5"), Unit: app.UnitGB, Note: "from the invoice"},
		{Source: "sync", OrganizationID: "7", Meter: app.MeterAccounts, Period: november, Quantity: app.Q(43), Unit: app.UnitEach, Note: "x"},
	}
	if d := cmp.Diff(want, saw.saved); d != "" {
		t.Error(d)
	}
	w.ask(204, "DELETE", "/billing/overrides?organization_id=2&meter=accounts&note=mistyped", "", "")
	if o := saw.removed; o.OrganizationID != "7" || o.Period != december || o.Note != "mistyped" {
		t.Errorf("%+v", o)
	}
	for i := range want {
		want[i].At, want[i].By = w.now, "ada"
	}
	if err := w.store.SaveOverrides(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	if items := w.items("/billing/overrides"); len(items) != 1 || items[0]["period"] != "2026-12" || items[0]["organization_id"] != "2" || items[0]["connection"] != "cw" {
		t.Errorf("the current month: %v", items)
	}
	if items := w.items("/billing/overrides?period=2026-11"); len(items) != 1 || items[0]["by"] != "ada" || len(w.items("/billing/overrides?period=2026-11&connection=other")) != 0 {
		t.Errorf("November: %v", items)
	}
	saw.refuse = app.FieldErrorf("overrides[1].organization", "Source sync shows no organization.")
	const right = `{"organization_id":"2","meter":"accounts","quantity":1,"note":"x"}`
	for body, field := range map[string]string{
		`{"overrides":[` + right + `,` + right + `]}`:                                                       "overrides[1].organization_id",
		`{"overrides":[` + right + `,{"organization_id":"99","meter":"accounts","quantity":1,"note":"x"}]}`: "overrides[1].organization_id",
		`{"overrides":[{"organization_id":"x","meter":"accounts","quantity":1,"note":"x"}]}`:                "overrides[0].organization_id",
		`{"overrides":[{"organization_id":"2","meter":"accounts","quantity":"1","note":"x"}]}`:              "overrides[0].quantity",
		`{"overrides":[{"organization_id":"2","meter":"accounts","quantity":1,"note":""}]}`:                 "overrides[0].note",
		`{"overrides":[{"organization_id":"2","meter":"accounts","quantity":1,"note":"x","unit":"MB"}]}`:    "overrides[0].unit",
		`{"overrides":[{"organization_id":"2","meter":"accounts","quantity":1,"note":"x","period":"May"}]}`: "overrides[0].period",
		`{"overrides":[{"organization_id":"2","meter":"accounts","qantity":1,"note":"x"}]}`:                 "overrides[0].quantity",
		`{"overrides":[]}`: "overrides",
	} {
		if got := w.field("PUT", "/billing/overrides", body); got != field {
			t.Errorf("%s names %q, want %q", body, got, field)
		}
	}
}

func TestDayOfANewLine(t *testing.T) {
	w, saw, _ := billingWorld(t)
	w.ask(200, "POST", "/billing/lines/21/effective", asJSON, `{"date":"2026-12-01"}`)
	if saw.day.Format(time.DateOnly) != "2026-12-01" {
		t.Error(saw.day)
	}
	w.ask(200, "POST", "/billing/lines/21/effective", asJSON, `{"date":null}`)
	if !saw.day.IsZero() {
		t.Error(saw.day)
	}
	if f := w.field("POST", "/billing/lines/21/effective", `{"date":"soon"}`); f != "date" {
		t.Error(f)
	}
	saw.refuse = app.FieldErrorf("effective", "Too early.")
	if f := w.field("POST", "/billing/lines/21/effective", `{"date":"2026-01-01"}`); f != "date" {
		t.Error(f)
	}
}

func TestUndoIsLookedAtFirst(t *testing.T) {
	w, saw, _ := billingWorld(t)
	p := w.ask(200, "POST", "/billing/pushes/4/undo?dry_run=true", "", "")
	lines, _ := p["lines"].([]any)
	if first, _ := lines[0].(map[string]any); saw.undone != 4 || p["undo_of"] != "4" || p["digest"] != "d1" || len(first["invoice"].([]any)) != 0 { //nolint:forcetypeassert // a list
		t.Error(p)
	}
}

func TestMonthsAndCustomersByScript(t *testing.T) {
	w, saw, r := billingWorld(t)
	r.before[november.Next()] = []app.Line{accountsLine(21, 3, "Ada", "Ben", "Cleo")}
	changes := w.items("/billing/compare?connection=cw&from=2026-10&to=2026-11")
	if len(changes) != 1 || changes[0]["before"] != 3.0 || !strings.Contains(fmt.Sprint(changes[0]["reason"]), "Cleo") {
		t.Error(changes)
	}
	for query, field := range map[string]string{"from=2026-12&to=2026-11": "to", "from=x&to=2026-11": "from", "from=2026-10&to=y": "to"} {
		if got := w.field("GET", "/billing/compare?connection=cw&"+query, ""); got != field {
			t.Errorf("%s names %q", query, got)
		}
	}
	read := app.Q(40)
	r.months = []app.MeterMonth{{Meter: app.MeterAccounts, Basis: app.BasisOwn, Period: november, Read: &read, Unit: app.UnitEach, ReadAt: w.now}}
	for i := range r.plan.Lines {
		r.plan.Lines[i].State = app.LineDone // only what stands is a customer's to see
	}
	w2 := *w
	w2.http = api.New(api.Deps{Now: func() time.Time { return w.now }, Log: slog.New(slog.DiscardHandler), Read: r, Settings: settingsOf{doc: app.Settings{}}})
	if items := w2.items("/organizations/2/history"); len(items) != 1 || items[0]["read"] != 40.0 || items[0]["billed"] != nil || *r.since != (app.Period{Year: 2025, Month: time.November}) {
		t.Errorf("since %s: %v", r.since, items)
	}
	if items := w.items("/billing/pushes/1/customers"); len(items) != 1 || items[0]["id"] != 250.0 {
		t.Error(items)
	}
	f := w.ask(200, "GET", "/billing/pushes/1/customers/250", "", "")
	if lines, _ := f["lines"].([]any); len(lines) != 2 || strings.Contains(fmt.Sprint(f), "4.5") || strings.Contains(fmt.Sprint(f), "typed by ada") {
		t.Errorf("it holds a price, or who typed: %v", f)
	}
	for _, path := range []string{"250.csv", "250/csv"} {
		if got := w.text("/billing/pushes/1/customers/" + path); got != "1 250 csv" {
			t.Errorf("%s: %s", path, got)
		}
	}
	if got := w.text("/billing/pushes/1/customers/250.html"); got != "1 250 html" {
		t.Error(got)
	}
	w.ask(404, "GET", "/billing/pushes/1/customers/251", "", "")
	saw.refuse = app.Errorf(app.NotFound, "Push 1 has nothing of this customer.")
	w.ask(404, "GET", "/billing/pushes/1/customers/251.csv", "", "")
}

func TestMappingsByScript(t *testing.T) {
	w, saw, _ := billingWorld(t)
	list := w.items("/mappings/repairs?connection=cw")
	if suggest, _ := list[0]["suggest"].(map[string]any); len(list) != 2 || suggest["organization_id"] != "2" || suggest["agreement_id"] != 13.0 || list[0]["page"] != "/organizations/2/settings" || list[1]["suggest"] != nil || list[1]["organization_id"] != nil {
		t.Errorf("%v", list)
	}
	a := w.ask(200, "POST", "/mappings", asJSON, `{"choices":[{"organization_id":"2","company_id":250,"bill":[],"products":{"accounts":"X"}},{"organization_id":"1"}]}`)
	want := []app.MappingChoice{{OrganizationID: 2, CompanyID: 250, Bill: []app.Meter{}, Products: map[app.Meter]string{"accounts": "X"}}, {OrganizationID: 1}}
	if d := cmp.Diff(want, saw.choices); d != "" || a["revision"] != "8" {
		t.Error(d, a)
	}
	w.ask(204, "POST", "/mappings/revert", asJSON, `{"revision":"8"}`)
	if saw.rev != 8 {
		t.Error(saw.rev)
	}
	for body, field := range map[string]string{
		`{"choices":[]}`: "choices",
		`{"choices":[{"organization_id":"1"},{"organization_id":"x"}]}`: "choices[1].organization_id",
		`{"choices":[{"organization_id":"1","company_id":-1}]}`:         "choices[0].company_id",
		`{"choices":[{"organization_id":"1","agreement":3}]}`:           "choices[0].agreement",
	} {
		if got := w.field("POST", "/mappings", body); got != field {
			t.Errorf("%s names %q, want %q", body, got, field)
		}
	}
	if f := w.field("POST", "/billing/lines/21/correct", `{"note":"x"}`); f != "quantity" {
		t.Error(f)
	}
	if f := w.field("POST", "/mappings/revert", `{"revision":"x"}`); f != "revision" {
		t.Error(f)
	}
}
