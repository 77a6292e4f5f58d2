package billing_test

import (
	"fmt"
	"strings"
	"testing"

	"psabridge/app"
	"psabridge/app/billing"
)

// TestOverlaps: mappings alone tell who would be billed twice, before any plan is made.
func TestOverlaps(t *testing.T) {
	org := func(source, id, parent, name string) app.Organization {
		return app.Organization{Source: source, ExternalID: id, ParentExternalID: parent, Name: name}
	}
	msp, north, branch := org("sync", "1", "", "MSP"), org("sync", "2", "1", "Northwind"), org("sync", "3", "2", "Branch")
	report, second := org("box", "a", "", "northwind"), org("sync", "4", "1", "Northwind")
	tree := []app.Organization{msp, north, branch, report, second}
	bills := func(o app.Organization, agreement int64, basis app.Basis) billing.Mapping {
		return billing.Mapping{
			Organization: o, AgreementID: agreement, Bill: []app.Meter{app.MeterStorage}, Products: map[app.Meter]string{app.MeterStorage: "GB"},
			Rules: map[app.Meter]app.QuantityRule{app.MeterStorage: {Basis: basis}},
		}
	}
	other := func(m billing.Mapping) billing.Mapping { m.Connection = "second"; return m }
	share := func(o app.Organization) app.Share {
		return app.Share{Source: o.Source, ExternalID: o.ExternalID, Quantity: app.Q(1)}
	}
	written := []app.Line{{Agreement: app.Named{ID: 7}, Product: "GB", Shares: []app.Share{share(north), share(report)}}}
	for name, c := range map[string]struct {
		mappings  []billing.Mapping
		elsewhere []billing.Mapping
		latest    []app.Line
		want      string
	}{
		"each alone":                       {[]billing.Mapping{bills(north, 7, ""), bills(branch, 7, "")}, nil, nil, ""},
		"a branch within":                  {[]billing.Mapping{bills(north, 7, app.BasisInclusive), bills(branch, 8, "")}, nil, nil, "Branch in Northwind true;"},
		"two levels":                       {[]billing.Mapping{bills(msp, 6, app.BasisInclusive), bills(north, 7, app.BasisInclusive), bills(branch, 8, "")}, nil, nil, "Branch in MSP true;Branch in Northwind true;Northwind in MSP true;"},
		"two sources on a line":            {[]billing.Mapping{bills(north, 7, ""), bills(report, 7, "")}, nil, nil, "northwind in Northwind false;"},
		"two sources on two lines":         {[]billing.Mapping{bills(north, 7, ""), bills(report, 8, "")}, nil, nil, ""},
		"two sources a person let through": {[]billing.Mapping{bills(north, 7, ""), bills(report, 7, "")}, nil, written, ""},
		"one name twice":                   {[]billing.Mapping{bills(north, 7, ""), bills(second, 7, "")}, nil, written, "Northwind in Northwind false;"},
		"no agreement yet":                 {[]billing.Mapping{bills(north, 0, ""), bills(report, 0, "")}, nil, nil, ""},
		"its branch elsewhere":             {[]billing.Mapping{bills(north, 7, app.BasisInclusive)}, []billing.Mapping{other(bills(branch, 8, ""))}, nil, "Northwind in Branch true;"},
		"it within one elsewhere":          {[]billing.Mapping{bills(branch, 8, "")}, []billing.Mapping{other(bills(north, 7, app.BasisInclusive))}, nil, "Branch in Northwind true;"},
		"both elsewhere":                   {nil, []billing.Mapping{other(bills(north, 7, app.BasisInclusive)), other(bills(branch, 8, ""))}, nil, ""},
	} {
		var got strings.Builder
		for _, o := range billing.Overlaps(c.mappings, c.elsewhere, tree, c.latest) {
			fmt.Fprintf(&got, "%s in %s %v;", o.Organization.Name, o.Other.Name, o.Nested)
			if c.elsewhere != nil != strings.Contains(o.Message, " on connection second") || o.Meter != app.MeterStorage {
				t.Errorf("%s: %+v", name, o)
			}
		}
		if got.String() != c.want {
			t.Errorf("%s: %s, want %s", name, got.String(), c.want)
		}
	}
}
