package setup_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
)

// organization changes the mapping of an organization of the sample.
func organization(doc *app.Settings, id string, change func(*app.OrganizationSettings)) {
	for i := range doc.Organizations {
		if doc.Organizations[i].ID == id {
			change(&doc.Organizations[i])
		}
	}
}

// TestOwnProductsAreChecked: a mapping may name a product of its own for a meter (M10).
func TestOwnProductsAreChecked(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	b.organizations(t, "4700", "Master", "4711", "Contoso")
	b.edit(t, func(doc *app.Settings) {
		organization(doc, "4711", func(o *app.OrganizationSettings) {
			o.Bill, o.Products = []app.Meter{app.MeterStorage}, map[app.Meter]string{app.MeterStorage: "NO-SUCH-PRODUCT", app.MeterAccounts: "NOT-BILLED"}
		})
		organization(doc, "4712", func(o *app.OrganizationSettings) {
			o.Bill, o.Products = []app.Meter{app.MeterAccounts}, map[app.Meter]string{app.MeterAccounts: doc.Connections[0].Billing.Products[app.MeterAccounts]}
		})
	})
	byID, rows := b.test(t)
	id := fmt.Sprintf("product.storage.%d", b.row(t, "4711").ID)
	if got := byID[id]; got.State != app.CheckFailed || !strings.Contains(got.Message, "NO-SUCH-PRODUCT") {
		t.Errorf("%+v", got)
	}
	contains(t, byID[id].Title, "Contoso")
	for _, row := range rows {
		if strings.Contains(row.Message, "NOT-BILLED") || strings.HasPrefix(row.ID, "product.accounts.") {
			t.Errorf("%+v", row)
		}
	}
}

func TestOwnUnitsAreChecked(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	if err := b.cw.SetProduct(1502, "unitOfMeasure", map[string]any{"id": 2.0, "name": "GB"}); err != nil {
		t.Fatal(err)
	}
	b.edit(t, func(doc *app.Settings) {
		organization(doc, "4711", func(o *app.OrganizationSettings) {
			o.QuantityRules = map[app.Meter]app.QuantityRule{app.MeterStorage: {Unit: app.UnitTB}}
		})
	})
	byID, _ := b.test(t)
	if byID["unit.storage"].State != app.CheckOK || byID["unit.storage.sync/4711"].State != app.CheckWarning {
		t.Errorf("%+v %+v", byID["unit.storage"], byID["unit.storage.sync/4711"])
	}
}

func TestThereIsSomethingToBill(t *testing.T) {
	none := func(doc *app.Settings) { doc.Organizations = nil }
	for name, test := range map[string]struct {
		change func(*app.Settings)
		state  app.CheckState
		says   string
	}{
		"as it is":       {func(*app.Settings) {}, app.CheckOK, "are billed"},
		"no Product ID":  {func(doc *app.Settings) { doc.Connections[0].Billing.Products = nil }, app.CheckFailed, "no Product ID for accounts, file_server and storage"},
		"one is missing": {func(doc *app.Settings) { delete(doc.Connections[0].Billing.Products, app.MeterStorage) }, app.CheckFailed, "no Product ID for storage"},
		"one has its own": {func(doc *app.Settings) {
			none(doc)
			doc.Connections[0].Billing.Products = nil
			doc.Organizations = []app.OrganizationSettings{{
				Source: "sync", ID: "9901", PSA: "cw", Company: app.CompanyRef{ID: 249}, Agreement: app.AgreementRef{ID: 900}, Bill: []app.Meter{app.MeterStorage},
				Products: map[app.Meter]string{app.MeterStorage: "X360-STORAGE"},
			}}
		}, app.CheckOK, "1 organization is billed"},
		"nothing mapped": {none, app.CheckWarning, "no organization is billed"},
		"no agreement": {func(doc *app.Settings) {
			doc.Organizations = []app.OrganizationSettings{{Source: "sync", ID: "9901", PSA: "cw", Company: app.CompanyRef{ID: 249}, Bill: []app.Meter{app.MeterStorage}}}
		}, app.CheckWarning, "1 organization has something to be billed and no agreement: sync/9901"},
	} {
		b := sampled(t, sandbox.Options{})
		b.edit(t, test.change)
		byID, _ := b.test(t)
		got := byID["billing.ready"]
		if got.State != test.state {
			t.Errorf("%s: %+v", name, got)
		}
		contains(t, got.Message, test.says)
	}
}

// TestCompaniesOfTickets: a company that is only mapped for tickets can be deleted like one that is billed.
func TestCompaniesOfTickets(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	b.edit(t, func(doc *app.Settings) {
		doc.Connections[0].Billing.Enabled = false
		organization(doc, "4724", func(o *app.OrganizationSettings) { o.Company, o.Agreement = app.CompanyRef{}, app.AgreementRef{} }) // is inactive
	})
	byID, _ := b.test(t)
	if got := byID["companies"]; got.State != app.CheckOK {
		t.Errorf("%+v", got)
	}
	if err := b.cw.DeleteCompany(sample.CompanyOf(4711)); err != nil {
		t.Fatal(err)
	}
	if err := b.cw.SetCompanyStatus(sample.CompanyOf(4712), sample.StatusInactive); err != nil {
		t.Fatal(err)
	}
	byID, rows := b.test(t)
	contains(t, byID["company.sync/4711"].Message, "was deleted")
	contains(t, byID["company.sync/4712"].Message, "is inactive")
	if byID["company.sync/4711"].State != app.CheckFailed || byID["company.sync/4712"].State != app.CheckWarning {
		t.Errorf("%+v %+v", byID["company.sync/4711"], byID["company.sync/4712"])
	}
	if got := byID["companies"]; got.State != app.CheckFailed {
		t.Errorf("%+v", got)
	}
	for _, row := range rows {
		if strings.HasPrefix(row.ID, "company.") && row.State == app.CheckOK {
			t.Errorf("%+v", row) // hundreds of those that are well would hide the others
		}
	}
}

// TestOrganizationsOfOneIDAreKeptApart: two sources number their organizations as they like, and we do too.
func TestOrganizationsOfOneIDAreKeptApart(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	b.organizations(t, "4700", "Master", "4711", "Contoso")
	row := strconv.FormatInt(b.row(t, "4711").ID, 10)
	b.edit(t, func(doc *app.Settings) {
		doc.Sources = append(doc.Sources, app.SourceSettings{Name: "second", Kind: "x360sync", Host: "https://second.example.com"})
		for _, o := range [][2]string{{"second", "4712"}, {"sync", row}} {
			doc.Organizations = append(doc.Organizations, app.OrganizationSettings{
				Source: o[0], ID: o[1], PSA: "cw", Company: app.CompanyRef{ID: 250}, Agreement: app.AgreementRef{ID: 900}, Bill: []app.Meter{app.MeterStorage},
			})
		}
	})
	byID, _ := b.test(t) // fails when an id is there twice
	for _, id := range []string{"agreement." + row, "agreement.sync/" + row, "agreement.sync/4712", "agreement.second/4712"} {
		if _, there := byID[id]; !there {
			t.Errorf("no check %s", id)
		}
	}
}

// TestChecksOfOneNameAreToldApart: two customers, or one at two vendors, have the same name, and a check that failed is to be mended.
func TestChecksOfOneNameAreToldApart(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	b.organizations(t, "4700", "Master", "4711", "Contoso", "4712", "Contoso", "4713", "Fabrikam")
	byID, _ := b.test(t)
	for id, title := range map[string]string{"4711": "The agreement of Contoso (sync/4711) can be billed", "4712": "The agreement of Contoso (sync/4712) can be billed", "4713": "The agreement of Fabrikam can be billed"} {
		if got := byID["agreement."+strconv.FormatInt(b.row(t, id).ID, 10)].Title; got != title {
			t.Errorf("%s: %q, want %q", id, got, title)
		}
	}
}

// TestNearMissesAreOfNow: the catalog was read two days ago, and the product renamed since.
func TestNearMissesAreOfNow(t *testing.T) {
	b := sampled(t, sandbox.Options{MSP: sample.WithTrouble(sample.New(1, morning))})
	if _, err := b.Reload(t.Context(), "cw"); err != nil {
		t.Fatal(err)
	}
	if err := b.cw.SetProduct(1502, "identifier", "X360-STORAGE  "); err != nil {
		t.Fatal(err)
	}
	b.advance(48 * time.Hour)
	byID, _ := b.test(t)
	contains(t, byID["product.storage"].Message, "record 1502", "2 spaces at the end")

	if err := b.cw.SetProduct(1502, "identifier", "x360-storage"); err != nil {
		t.Fatal(err)
	}
	b.cw.Faults.Add(sandbox.Fault{
		Path: "/procurement/catalog", Times: -1, Status: http.StatusInternalServerError,
		When: func(r *http.Request) bool { return !strings.Contains(r.URL.Query().Get("conditions"), "identifier") },
	})
	byID, _ = b.test(t)
	contains(t, byID["product.storage"].Message, "no product", "2 spaces at the end") // as it was read last
}
