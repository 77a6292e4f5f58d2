package push_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"psabridge/app"
	"psabridge/app/push"
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
