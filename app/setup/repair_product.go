package setup

import (
	"fmt"
	"slices"

	"psabridge/app"
	"psabridge/app/billing"
	"psabridge/app/settings"
)

// soldAs judges the Product IDs an organization is billed as. What the connection says for everybody is judged once.
func (m *mender) soldAs(o placed) {
	own, _ := settings.OrganizationByID(m.doc, o.org.Source, o.org.ExternalID)
	for _, meter := range o.Bill {
		id, isOwn := o.Products[meter], own.Products[meter] != ""
		key := string(meter) + " " + id
		if id == "" || !isOwn && m.told[key] {
			continue // a connection without a Product ID is the checks' to tell
		}
		if !isOwn {
			m.told[key] = true
		}
		m.product(o, meter, id, isOwn)
	}
}

// product judges one Product ID.
func (m *mender) product(o placed, meter app.Meter, id string, own bool) {
	before := len(m.found)
	p, known := m.item(id)
	switch {
	case !known:
		m.renamed(o, meter, id, own)
	case p.Class == classBundle:
		m.add(o, app.RepairProductBundle, suggested{}, "The product %s is a bundle, which an agreement cannot hold. Choose another Product ID for %s %s.", id, meter, where(own))
	case p.Inactive:
		m.add(o, app.RepairProductInactive, suggested{}, "The product %s is inactive in ConnectWise. Take the tick from Inactive there, or enter another Product ID for %s %s.", id, meter, where(own))
	}
	if len(m.found) == before {
		return
	}
	r := &m.found[len(m.found)-1]
	r.Meter, r.Product = meter, id
	if !own { // it is everybody's
		r.Organization, r.Company, r.Agreement = app.Named{}, app.Named{}, app.Named{}
	}
}

func where(own bool) string {
	if own {
		return whereOwn
	}
	return whereBilling
}

// item is the catalog item a Product ID means; of several the active one.
func (m *mender) item(id string) (found app.Product, known bool) {
	for _, p := range m.catalog {
		if p.Identifier == id && (!known || found.Inactive) {
			found, known = p, true
		}
	}
	return found, known
}

// renamed tells of a Product ID the catalog does not have any more, and what the item that was billed as it is called now.
func (m *mender) renamed(o placed, meter app.Meter, id string, own bool) {
	now, item := m.calledNow(o, id, own)
	rows := make([]app.OptionRow, len(m.catalog))
	for i, p := range m.catalog {
		rows[i] = app.OptionRow{ID: p.ID, Identifier: p.Identifier, Name: p.Description, Inactive: p.Inactive}
	}
	if now == "" {
		m.add(o, app.RepairProductGone, suggested{}, "The catalog lists no product “%s” that an agreement can hold. Enter the right Product ID for %s %s.%s", visibly(id), meter, where(own), nearText(NearMisses(rows, id)))
		return
	}
	s := suggested{}
	if own {
		s = suggested{&app.MappingChoice{Products: map[app.Meter]string{meter: now}}, fmt.Sprintf("The catalog item #%d that was billed as %s is called %s now.", item, id, now)}
	}
	m.add(o, app.RepairProductGone, s, "The Product ID %s was renamed: the catalog item #%d that was billed as it is called %s now. Enter %s for %s %s.", id, item, now, now, meter, where(own))
}

// calledNow finds the one active item that lines were written as under a Product ID that is not in the catalog any more.
func (m *mender) calledNow(o placed, id string, own bool) (name string, item int64) {
	for _, l := range m.lines {
		if l.Product != id || l.ProductID == 0 || own && l.Agreement.ID != o.Agreement.ID {
			continue
		}
		at := slices.IndexFunc(m.catalog, func(p app.Product) bool { return p.ID == l.ProductID && !p.Inactive && p.Class != classBundle })
		if at < 0 || item != 0 && item != l.ProductID {
			return "", 0
		}
		name, item = m.catalog[at].Identifier, l.ProductID
	}
	return name, item
}

// overlaps finds usage that two of the mappings would bill, be the other one on another connection.
func (m *mender) overlaps(tree []app.Organization) {
	here, by := m.billed(m.conn.Name, tree)
	var elsewhere []billing.Mapping
	for _, c := range m.doc.Connections {
		if c.Name == m.conn.Name || !c.Billing.Enabled {
			continue
		}
		there, _ := m.billed(c.Name, tree)
		for i := range there {
			there[i].Connection = c.Name
		}
		elsewhere = append(elsewhere, there...)
	}
	for _, found := range billing.Overlaps(here, elsewhere, tree, m.lines) {
		m.add(by[[2]string{found.Organization.Source, found.Organization.ExternalID}], app.RepairOverlap, suggested{}, "%s", found.Message)
		m.found[len(m.found)-1].Meter = found.Meter
	}
}

// billed lists the mappings of a connection that bill something, and whose they are.
func (m *mender) billed(connection string, tree []app.Organization) (mappings []billing.Mapping, by map[[2]string]placed) {
	by = map[[2]string]placed{}
	for _, o := range placedOn(connection, tree, m.doc) {
		if len(o.Bill) == 0 || o.unseen {
			continue
		}
		by[[2]string{o.org.Source, o.org.ExternalID}] = o
		mappings = append(mappings, billing.Mapping{Organization: o.org, CompanyID: o.Company.ID, AgreementID: o.Agreement.ID, Bill: o.Bill, Products: o.Products, Rules: o.Rules})
	}
	return mappings, by
}
