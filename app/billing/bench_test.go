package billing_test

import (
	"fmt"
	"strconv"
	"testing"

	"psabridge/app"
	"psabridge/app/billing"
)

// BenchmarkPlan plans 500 customers with three lines each.
func BenchmarkPlan(b *testing.B) {
	in := office()
	in.Mappings, in.Readings, in.Owned = nil, nil, nil
	in.Actual.Products = append(in.Actual.Products, product(502, "X360-FSE"))
	products := map[app.Meter]string{app.MeterAccounts: "X360-ACCOUNT", app.MeterStorage: "X360-STORAGE", app.MeterFileServer: "X360-FSE"}
	for i := range int64(500) {
		org := app.Organization{ID: i, Source: "sync", ExternalID: strconv.FormatInt(i, 10), Name: fmt.Sprint("Customer ", i), State: app.OrganizationPresent}
		in.Tree = append(in.Tree, org)
		in.Mappings = append(in.Mappings, billing.Mapping{
			Organization: org, CompanyID: 1000 + i, AgreementID: 2000 + i, Products: products,
			Bill: []app.Meter{app.MeterAccounts, app.MeterStorage, app.MeterFileServer},
		})
		in.Actual.Companies = append(in.Actual.Companies, app.Company{ID: 1000 + i})
		in.Actual.Agreements = append(in.Actual.Agreements, agreement(2000+i, 1000+i))
		accounts := reading(org.ExternalID, app.MeterAccounts, "20", app.UnitEach)
		for j := range 20 {
			accounts.Items = append(accounts.Items, app.EvidenceItem{Kind: app.ObjectAccount, ExternalID: strconv.Itoa(j), Name: "Person", Amount: q("1")})
		}
		in.Readings = append(in.Readings, accounts, reading(org.ExternalID, app.MeterStorage, "123456789012", app.UnitBytes), reading(org.ExternalID, app.MeterFileServer, "1", app.UnitEach))
		for item := range int64(3) {
			a := addition(10*i+item, 500+item, "", "3")
			in.Actual.Additions[2000+i] = append(in.Actual.Additions[2000+i], a)
			in.Owned = append(in.Owned, app.OwnedAddition{AdditionID: a.ID, AgreementID: 2000 + i, ProductID: 500 + item, LastVerified: q("3"), Confirmed: true})
		}
	}
	in.Previous = billing.Plan(in).Lines
	b.ResetTimer()
	for b.Loop() {
		if p := billing.Plan(in); len(p.Lines) != 1500 {
			b.Fatalf("%d lines", len(p.Lines))
		}
	}
}
