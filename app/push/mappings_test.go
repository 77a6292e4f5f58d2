package push_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"psabridge/app"
	"psabridge/app/push"
	"psabridge/app/sandbox/sample"
)

// Customers below a group that is ignored inherit through it; it has no line of its own, and is not called unseen.
func TestMappingsGoThroughAnIgnoredGroup(t *testing.T) {
	doc := app.Settings{Connections: []app.ConnectionSettings{{Name: "cw"}, {Name: "other"}}}
	doc.Organizations = []app.OrganizationSettings{{Source: "sync", ID: "1", PSA: "cw"}}
	for _, id := range []string{"3", "4"} {
		doc.Organizations = append(doc.Organizations, app.OrganizationSettings{Source: "sync", ID: id, PSA: app.PSAInherit, Bill: []app.Meter{app.MeterAccounts}})
	}
	tree := []app.Organization{
		{Source: "sync", ExternalID: "1", State: app.OrganizationPresent},
		{Source: "sync", ExternalID: "3", ParentExternalID: "1", State: app.OrganizationIgnored},
		{Source: "sync", ExternalID: "4", ParentExternalID: "3", State: app.OrganizationPresent},
	}
	var billed []string
	for _, m := range push.Mappings(tree, doc, "cw") {
		billed = append(billed, m.Organization.ExternalID)
	}
	if diff := cmp.Diff([]string{"4"}, billed); diff != "" {
		t.Error(diff)
	}
}

// A customer who is billed on a connection of its own, and again within its parent on this one, holds the line here.
func TestCountedTwiceAcrossConnections(t *testing.T) {
	t.Parallel()
	w := newSmallWorld(t)
	second := w.doc.Connections[0]
	second.Name = "second"
	w.doc.Connections = append(w.doc.Connections, second)
	parent := strconv.Itoa(sample.MasterID)
	set := func(id string, change func(*app.OrganizationSettings)) {
		i := slices.IndexFunc(w.doc.Organizations, func(o app.OrganizationSettings) bool { return o.ID == id })
		change(&w.doc.Organizations[i])
	}
	set("4712", func(o *app.OrganizationSettings) { o.PSA, o.Bill = "second", []app.Meter{app.MeterAccounts} })
	set(parent, func(o *app.OrganizationSettings) {
		o.PSA, o.Company, o.Agreement, o.Bill = "cw", app.CompanyRef{ID: 250}, app.AgreementRef{ID: 901}, []app.Meter{app.MeterAccounts}
		o.QuantityRules = map[app.Meter]app.QuantityRule{app.MeterAccounts: {Basis: app.BasisInclusive}}
	})
	held := func() bool {
		w.rev++
		return slices.ContainsFunc(w.plan().Lines, func(l app.Line) bool {
			return slices.ContainsFunc(l.Holds, func(h app.Hold) bool { return strings.Contains(h.Message, "on connection second") })
		})
	}
	if !held() {
		t.Error("the customer is billed there and here, and nothing says so")
	}
	w.doc.Connections[1].Billing.Enabled = false
	if held() {
		t.Error("billing is off on the other connection, and it is counted all the same")
	}
}
