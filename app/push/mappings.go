package push

import (
	"slices"

	"psabridge/app"
	"psabridge/app/billing"
	"psabridge/app/settings"
)

// Mappings lists the organizations that are billed on a connection, with inheritance worked out. One that its source
// has never shown is among them: what the settings bill is in the plan, or the plan says why not.
func Mappings(tree []app.Organization, doc app.Settings, connection string) []billing.Mapping {
	effective := settings.NewTree(tree, doc)
	var out []billing.Mapping
	known := make(map[[2]string]bool, len(tree))
	add := func(o app.Organization, unseen bool) {
		e := effective.Effective(o.Source, o.ExternalID)
		if e.Connection != connection || len(e.Bill) == 0 || o.State == app.OrganizationIgnored {
			return
		}
		out = append(out, billing.Mapping{
			Organization: o, Unseen: unseen, CompanyID: e.Company.ID, AgreementID: e.Agreement.ID,
			Bill: e.Bill, Products: e.Products, Rules: e.Rules, Exclude: e.Exclude,
		})
	}
	for _, o := range tree {
		known[[2]string{o.Source, o.ExternalID}] = true
		add(o, false)
	}
	for _, o := range doc.Organizations {
		if !known[[2]string{o.Source, o.ID}] {
			add(app.Organization{Source: o.Source, ExternalID: o.ID, Name: "Organization " + o.ID}, true)
		}
	}
	return out
}

// Elsewhere lists the organizations that are billed on the other connections of the settings.
func Elsewhere(tree []app.Organization, doc app.Settings, connection string) (out []billing.Mapping) {
	for _, c := range doc.Connections {
		if c.Name == connection || !c.Billing.Enabled {
			continue
		}
		for _, m := range Mappings(tree, doc, c.Name) {
			m.Connection = c.Name
			out = append(out, m)
		}
	}
	return out
}

// Unbilled lists the organizations of a connection that bill nothing, because they have no company or nothing is ticked:
// what they use is a finding. Those that a person ignored, or set to no PSA, and those that left are not among them.
func Unbilled(tree []app.Organization, doc app.Settings, connection string) []billing.Mapping {
	effective := settings.NewTree(tree, doc)
	var out []billing.Mapping
	for _, o := range tree {
		e := effective.Effective(o.Source, o.ExternalID)
		if e.Connection != connection || len(e.Bill) > 0 || o.State != app.OrganizationPresent {
			continue
		}
		out = append(out, billing.Mapping{
			Organization: o, CompanyID: e.Company.ID, AgreementID: e.Agreement.ID, Products: e.Products, Rules: e.Rules, Exclude: e.Exclude,
		})
	}
	return out
}

// sources names the sources a connection's lines are counted from. The document is asked, not what was read: a source
// that was never read is to be read now.
func sources(tree []app.Organization, doc app.Settings, connection string) []string {
	effective := settings.NewTree(tree, doc)
	var names []string
	for _, o := range doc.Organizations {
		if len(o.Bill) > 0 && !slices.Contains(names, o.Source) && effective.Effective(o.Source, o.ID).Connection == connection {
			names = append(names, o.Source)
		}
	}
	slices.Sort(names)
	return names
}

// pushed are the sources that are sent to us: they cannot be read for a plan.
func pushed(doc app.Settings) map[string]bool {
	found := map[string]bool{}
	for _, s := range doc.Sources {
		if s.Pushed() {
			found[s.Name] = true
		}
	}
	return found
}

// productIDs names the Product IDs that mappings bill.
func productIDs(mappings []billing.Mapping) []string {
	seen := map[string]bool{"": true}
	var names []string
	for _, m := range mappings {
		for _, meter := range m.Bill {
			if name := m.Products[meter]; !seen[name] {
				seen[name] = true
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names
}
