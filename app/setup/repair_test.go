package setup_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"psabridge/app"
	"psabridge/app/sandbox"
)

const mappedDocument = `version: 1
sources:
  - {name: sync, kind: x360sync, host: "https://sync.example.com", every: 2m}
connections:
  - name: cw
    system: connectwise
    site_url: https://na.example.com
    company_id: acme
    time_zone: Europe/Berlin
    billing: {enabled: true, push_day: last, products: {accounts: ACC, storage: GB}}
organizations:
  - {source: sync, id: "10", company: {id: 100, identifier: "Contoso"}, agreement: {id: 1000}, bill: [accounts]}
  - {source: sync, id: "11", company: {id: 110, identifier: "Fabrikam"}, agreement: {id: 1100}, bill: [accounts, storage]}
  - {source: sync, id: "12", company: {id: 120, identifier: "Tailspin"}}
`

// shownLists is what ConnectWise showed last.
type shownLists struct {
	companies  []app.Company
	agreements []app.Agreement
	products   []app.Product
}

func usualLists() shownLists {
	return shownLists{
		companies: []app.Company{
			{ID: 100, Identifier: "Contoso", Name: "Contoso Ltd"},
			{ID: 110, Identifier: "Fabrikam", Name: "Fabrikam Inc."},
			{ID: 120, Identifier: "Tailspin", Name: "Tailspin"},
			{ID: 130, Identifier: "Other", Name: "Other"},
		},
		agreements: []app.Agreement{
			{ID: 1000, Name: "Managed", CompanyID: 100, Company: "Contoso Ltd", Status: "Active"},
			{ID: 1100, Name: "Backup", CompanyID: 110, Company: "Fabrikam Inc.", Status: "Active"},
			{ID: 1300, Name: "Other", CompanyID: 130, Company: "Other", Status: "Active"},
		},
		products: []app.Product{{ID: 1, Identifier: "ACC"}, {ID: 2, Identifier: "GB"}, {ID: 3, Identifier: "OWN"}},
	}
}

// show stores lists as they are read of ConnectWise: what is in the recycle bin is left out.
func (b *bench) show(t testing.TB, l shownLists) {
	t.Helper()
	var companies, agreements, products []app.OptionRow
	for _, c := range l.companies {
		companies = append(companies, app.OptionRow{ID: c.ID, Identifier: c.Identifier, Name: c.Name, Inactive: c.Inactive, Body: encode(c)})
	}
	for _, a := range l.agreements {
		agreements = append(agreements, app.OptionRow{ID: a.ID, Name: a.Name, Body: encode(a)})
	}
	for _, p := range l.products {
		products = append(products, app.OptionRow{ID: p.ID, Identifier: p.Identifier, Name: p.Description, Inactive: p.Inactive, Body: encode(p)})
	}
	b.advance(time.Minute)
	for list, rows := range map[app.OptionList][]app.OptionRow{app.ListCompanies: companies, app.ListAgreements: agreements, app.ListProducts: products} {
		if err := b.store.SaveOptions(context.Background(), "cw", list, 0, rows, b.now()); err != nil {
			t.Fatal(err)
		}
	}
}

func encode(v any) json.RawMessage {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return text
}

// mappedBench is a bench with three mapped organizations, and lists that bear them out.
func mappedBench(t *testing.T) *bench {
	t.Helper()
	b := newBench(t, sandbox.Options{})
	b.replace(t, mappedDocument)
	b.organizations(t, "1", "MSP", "10", "Contoso", "11", "Fabrikam", "12", "Tailspin", "13", "Newcomer", "14", "Another")
	b.show(t, usualLists())
	return b
}

func (b *bench) repairs(t *testing.T) []app.Repair {
	t.Helper()
	list, err := b.Repairs(t.Context(), "cw")
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestRepairs(t *testing.T) {
	type want struct {
		code    app.RepairCode
		about   string // organization
		suggest string // company agreement product
		says    string
	}
	b := mappedBench(t)
	for name, c := range map[string]struct {
		lists func(*shownLists)
		doc   func(*app.Settings)
		want  []want
	}{
		"nothing is wrong":                {},
		"a company was deleted":           {lists: func(l *shownLists) { l.companies = l.companies[1:] }, want: []want{{app.RepairCompanyGone, "Contoso", "", "does not list the company Contoso (#100)"}}},
		"a company is in the recycle bin": {lists: func(l *shownLists) { l.companies[2].Deleted = true }, want: []want{{app.RepairCompanyGone, "Tailspin", "", "nowhere to go"}}},
		"a company was made anew under its name": {lists: func(l *shownLists) {
			l.companies[2].Deleted = true
			l.companies = append(l.companies, app.Company{ID: 121, Name: "Tailspin GmbH"})
		}, want: []want{{app.RepairCompanyGone, "Tailspin", "121 0", "only active company"}}},
		"two companies have its name": {lists: func(l *shownLists) {
			l.companies[2].Deleted = true
			l.companies = append(l.companies, app.Company{ID: 121, Name: "Tailspin"}, app.Company{ID: 122, Name: "tailspin"})
		}, want: []want{{app.RepairCompanyGone, "Tailspin", "", ""}}},
		"a company was merged, and its agreement went along": {lists: func(l *shownLists) {
			l.companies = l.companies[1:]
			l.agreements[0].CompanyID, l.agreements[0].Company = 130, "Other"
		}, want: []want{{app.RepairCompanyGone, "Contoso", "130 0", "as after a merge"}}},
		"a merge and a name disagree": {lists: func(l *shownLists) {
			l.companies = append(l.companies[1:], app.Company{ID: 101, Name: "Contoso"})
			l.agreements[0].CompanyID = 130
		}, want: []want{{app.RepairCompanyGone, "Contoso", "", ""}}},
		"a company was made anew with a new agreement": {lists: func(l *shownLists) {
			l.companies[0] = app.Company{ID: 101, Name: "Contoso"}
			l.agreements[0] = app.Agreement{ID: 1001, Name: "Managed", CompanyID: 101}
		}, want: []want{{app.RepairCompanyGone, "Contoso", "101 1001", "only running agreement"}}},
		"a company is inactive": {lists: func(l *shownLists) { l.companies[2].Inactive = true }, want: []want{{app.RepairCompanyInactive, "Tailspin", "", "is inactive"}}},
		"an agreement was deleted, another one is left": {lists: func(l *shownLists) {
			l.agreements[0].ID = 1001
			l.agreements = append(l.agreements, app.Agreement{ID: 1002, CompanyID: 100, Status: "Cancelled", Cancelled: true})
		}, want: []want{{app.RepairAgreementGone, "Contoso", "0 1001", "only running agreement of Contoso Ltd"}}},
		"an agreement was deleted, two are left": {lists: func(l *shownLists) {
			l.agreements[0].ID = 1001
			l.agreements = append(l.agreements, app.Agreement{ID: 1002, CompanyID: 100})
		}, want: []want{{app.RepairAgreementGone, "Contoso", "", ""}}},
		"an agreement was cancelled": {lists: func(l *shownLists) { l.agreements[0].Cancelled = true }, want: []want{{app.RepairAgreementEnded, "Contoso", "", "is cancelled"}}},
		"an agreement expired":       {lists: func(l *shownLists) { l.agreements[0].Status = "Expired" }, want: []want{{app.RepairAgreementEnded, "Contoso", "", "is expired"}}},
		"an agreement is over":       {lists: func(l *shownLists) { l.agreements[0].EndDate = morning.AddDate(0, 0, -3) }, want: []want{{app.RepairAgreementEnded, "Contoso", "", "over since"}}},
		"an agreement begins later": {lists: func(l *shownLists) {
			l.agreements[0].StartDate, l.agreements[0].Status = morning.AddDate(0, 1, 0), "Inactive"
		}},
		"an agreement moved": {lists: func(l *shownLists) { l.agreements[0].CompanyID, l.agreements[0].Company = 130, "Other" }, want: []want{{app.RepairAgreementMoved, "Contoso", "", "belongs to Other now"}}},
		"no agreement is chosen": {doc: func(doc *app.Settings) {
			organization(doc, "10", func(o *app.OrganizationSettings) { o.Agreement.ID = 0 })
		}, want: []want{{app.RepairNoAgreement, "Contoso", "0 1000", "nothing is billed"}}},
		"no company is chosen": {doc: func(doc *app.Settings) {
			organization(doc, "10", func(o *app.OrganizationSettings) { o.Agreement.ID, o.Company = 0, app.CompanyRef{} })
		}, want: []want{{app.RepairNoAgreement, "Contoso", "", "No company is chosen"}}},
		"a product of the connection is gone": {lists: func(l *shownLists) { l.products[1].Identifier = "gb " }, want: []want{{app.RepairProductGone, "", "", "Enter the right Product ID for storage under Billing of the connection"}}},
		"a product of everybody is told once": {lists: func(l *shownLists) { l.products = l.products[1:] }, want: []want{{app.RepairProductGone, "", "", "“ACC”"}}},
		"a product is inactive":               {lists: func(l *shownLists) { l.products[1].Inactive = true }, want: []want{{app.RepairProductInactive, "", "", "GB is inactive"}}},
		"a product is a bundle":               {lists: func(l *shownLists) { l.products[1].Class = "Bundle" }, want: []want{{app.RepairProductBundle, "", "", "is a bundle"}}},
		"an own product is gone": {doc: func(doc *app.Settings) {
			organization(doc, "10", func(o *app.OrganizationSettings) { o.Products = map[app.Meter]string{app.MeterAccounts: "MINE"} })
		}, want: []want{{app.RepairProductGone, "Contoso", "", "Settings ▸ PSA page"}}},
		"billing is off": {lists: func(l *shownLists) { l.agreements, l.products = nil, nil }, doc: func(doc *app.Settings) { doc.Connections[0].Billing.Enabled = false }},
		"counted twice": {doc: func(doc *app.Settings) {
			doc.Connections[0].Billing.Rules.Meters = map[app.Meter]app.QuantityRule{app.MeterStorage: {Basis: app.BasisInclusive}}
			doc.Organizations = append(doc.Organizations, app.OrganizationSettings{Source: "sync", ID: "1", Company: app.CompanyRef{ID: 130}, Agreement: app.AgreementRef{ID: 1300}, Bill: []app.Meter{app.MeterStorage}})
		}, want: []want{{app.RepairOverlap, "Fabrikam", "", "again inside MSP"}}},
		"counted twice, once on another connection": {doc: func(doc *app.Settings) {
			second := doc.Connections[0]
			second.Name, second.CompanyID = "second", "acme2"
			second.Billing.Rules.Meters = map[app.Meter]app.QuantityRule{app.MeterStorage: {Basis: app.BasisInclusive}}
			doc.Connections = append(doc.Connections, second)
			doc.Organizations = append(doc.Organizations, app.OrganizationSettings{Source: "sync", ID: "1", PSA: "second", Company: app.CompanyRef{ID: 130}, Agreement: app.AgreementRef{ID: 1300}, Bill: []app.Meter{app.MeterStorage}})
			for _, id := range []string{"10", "11", "12"} {
				organization(doc, id, func(o *app.OrganizationSettings) { o.PSA = "cw" })
			}
		}, want: []want{{app.RepairOverlap, "Fabrikam", "", "again inside MSP on connection second"}}},
		"an organization nobody has seen": {doc: func(doc *app.Settings) {
			doc.Organizations = append(doc.Organizations, app.OrganizationSettings{Source: "sync", ID: "99", Company: app.CompanyRef{ID: 130}})
		}, want: []want{{app.RepairGone, "Organization 99 of sync", "", "may be mistyped"}}},
	} {
		t.Run(name, func(t *testing.T) {
			l := usualLists()
			b.replace(t, mappedDocument)
			b.show(t, l)
			if c.lists != nil {
				c.lists(&l)
				b.show(t, l)
			}
			if c.doc != nil {
				b.edit(t, c.doc)
			}
			got := b.repairs(t)
			if len(got) != len(c.want) {
				t.Fatalf("%d repairs, want %d: %+v", len(got), len(c.want), got)
			}
			for i, w := range c.want {
				r := got[i]
				suggest := ""
				if r.Suggest != nil {
					suggest = fmt.Sprint(r.Suggest.CompanyID, " ", r.Suggest.AgreementID)
					if r.Why == "" || r.Suggest.OrganizationID != r.Organization.ID {
						t.Errorf("suggested without a reason, or for another: %+v", r)
					}
				}
				if r.Code != w.code || r.Organization.Name != w.about || suggest != w.suggest || !strings.Contains(r.Message+r.Why, w.says) {
					t.Errorf("%+v (suggests %q), want %+v", r, suggest, w)
				}
				if r.Suggest != nil { // what is suggested mends it
					if _, err := b.ApplyMappings(t.Context(), "test", []app.MappingChoice{*r.Suggest}); err != nil {
						t.Error(err)
					}
					if left := b.repairs(t); len(left) != 0 {
						t.Errorf("after the mend: %+v", left)
					}
				}
			}
		})
	}
}

// TestRepairsOfWhatWasNeverRead: of a list nobody read, and a source that showed nothing yet, nothing is said.
func TestRepairsOfWhatWasNeverRead(t *testing.T) {
	b := newBench(t, sandbox.Options{})
	b.replace(t, mappedDocument)
	if got := b.repairs(t); len(got) != 0 {
		t.Errorf("%+v", got)
	}
	b.organizations(t, "1", "MSP", "10", "Contoso", "11", "Fabrikam", "12", "Tailspin")
	if got := b.repairs(t); len(got) != 0 {
		t.Errorf("%+v", got)
	}
	if _, err := b.Repairs(t.Context(), "nobody"); code(err) != app.NotFound {
		t.Errorf("err = %v", err)
	}
}

func TestRepairsOfAnOrganizationThatIsGone(t *testing.T) {
	b := mappedBench(t)
	before := b.repairs(t)
	b.organizations(t, "1", "MSP", "10", "Contoso", "11", "Fabrikam")
	got := b.repairs(t)
	if len(before) != 0 || len(got) != 1 || got[0].Code != app.RepairGone || got[0].Organization.Name != "Tailspin" || got[0].Suggest != nil {
		t.Fatalf("%+v", got)
	}
	if err := b.EndMapping(t.Context(), "person", got[0].Organization.ID, "contract ended"); err != nil {
		t.Fatal(err)
	}
	if got := b.repairs(t); len(got) != 0 {
		t.Errorf("after the customer left: %+v", got)
	}
}

// TestRepairsAfterAProductWasRenamed: what was billed is found by its record, not by its name.
func TestRepairsAfterAProductWasRenamed(t *testing.T) {
	b := mappedBench(t)
	b.written(t, app.Line{Meter: app.MeterAccounts, Product: "ACC", ProductID: 1, Agreement: app.Named{ID: 1000}}, app.Line{Meter: app.MeterAccounts, Product: "OWN", ProductID: 3, Agreement: app.Named{ID: 1100}})
	l := usualLists()
	l.products[0].Identifier, l.products[2].Identifier = "ACCOUNT", "MINE"
	b.show(t, l)
	b.edit(t, func(doc *app.Settings) {
		organization(doc, "11", func(o *app.OrganizationSettings) { o.Products = map[app.Meter]string{app.MeterAccounts: "OWN"} })
	})
	got := b.repairs(t)
	if len(got) != 2 || got[0].Organization.Name != "Fabrikam" || got[0].Suggest == nil || got[0].Suggest.Products[app.MeterAccounts] != "MINE" {
		t.Fatalf("%+v", got)
	}
	if got[1].Organization.ID != 0 || got[1].Suggest != nil || !strings.Contains(got[1].Message, "called ACCOUNT now") {
		t.Errorf("%+v", got[1])
	}
	if _, err := b.ApplyMappings(t.Context(), "test", []app.MappingChoice{*got[0].Suggest}); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(got[1:], b.repairs(t)); d != "" {
		t.Error(d)
	}
}

// written stores lines as a push wrote them.
func (b *bench) written(t *testing.T, lines ...app.Line) {
	t.Helper()
	_, rev, err := b.Document(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	one := app.Q(1)
	for i := range lines {
		lines[i].Before, lines[i].After, lines[i].Unit, lines[i].Verdict, lines[i].AdditionID = &one, app.Q(2), app.UnitEach, app.VerdictUpdate, int64(i+1)
	}
	plan, err := b.store.SavePlan(t.Context(), app.Plan{
		Connection: "cw", Period: app.Period{Year: 2026, Month: 10}, Trigger: app.TriggerPerson, Digest: "d", SettingsRev: rev, CreatedAt: b.now(), Complete: true, Lines: lines,
	})
	if err == nil {
		_, err = b.store.Approve(t.Context(), plan.ID, "d", app.Push{Trigger: app.TriggerPerson, ApprovedBy: "test", ApprovedAt: b.now()})
	}
	for range lines {
		if err != nil {
			break
		}
		var d app.Delivery
		if d, _, err = b.store.Claim(t.Context(), b.now(), nil); err == nil {
			err = b.settlePush(t, d, plan.ID)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (b *bench) settlePush(t *testing.T, d app.Delivery, plan int64) error {
	t.Helper()
	p, err := b.store.Plan(t.Context(), plan)
	if err != nil {
		return err
	}
	var about app.AgreementPayload
	if err := json.Unmarshal(d.Payload, &about); err != nil {
		return err
	}
	var mine []app.Line
	for _, l := range p.Lines {
		if about.AgreementID == l.Agreement.ID {
			l.State, l.WrittenAt = app.LineDone, b.now()
			mine = append(mine, l)
		}
	}
	return b.store.Settle(t.Context(), app.Settlement{DeliveryID: d.ID, Attempt: d.Attempt, At: b.now(), State: app.DeliveryDone, Lines: mine})
}
