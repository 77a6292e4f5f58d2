package settings

import (
	"reflect"
	"slices"
	"strconv"

	"psabridge/app"
)

func (v *validator) organizations() {
	seen := make(map[key]bool)
	for i, o := range v.doc.Organizations {
		path := "organizations[" + o.Source + "/" + o.ID + "]"
		if k := (key{o.Source, o.ID}); o.ID == "" || o.Source == "" || seen[k] {
			path = "organizations[" + strconv.Itoa(i) + "]"
			v.identity(path, o)
		} else {
			seen[k] = true
		}
		if _, known := SourceByName(v.doc, o.Source); !known && o.Source != "" {
			v.add(path+".source", "There is no source %q in this document. Add it, or correct the name.", o.Source)
		}
		if _, known := ConnectionByName(v.doc, o.PSA); !known && o.PSA != "" && o.PSA != app.PSAInherit && o.PSA != app.PSANone {
			v.add(path+".psa", "There is no connection %q in this document. Write inherit, none, or the name of a connection.", o.PSA)
		}
		v.mapping(path, o)
		v.products(path+".products", o.Products)
		v.rules(path+".quantity_rules", o.QuantityRules)
		v.exclusions(path+".exclude", o)
	}
}

func (v *validator) identity(path string, o app.OrganizationSettings) {
	switch {
	case o.Source == "":
		v.add(path+".source", "The source is missing: which vendor account knows this organization?")
	case o.ID == "":
		v.add(path+".id", "The id is missing: the organization's id at its source.")
	default:
		v.add(path+".id", "The organization %s of %s stands here a second time. Merge the two entries.", o.ID, o.Source)
	}
}

func (v *validator) mapping(path string, o app.OrganizationSettings) {
	switch {
	case o.Company.ID < 0:
		v.add(path+".company.id", "%d is not a record id of ConnectWise. They count from 1.", o.Company.ID)
	case o.Company.ID == 0 && o.Company.Identifier != "":
		v.add(path+".company.id", "The company %q needs its record id; the identifier alone can change. Reload the options and choose it.", o.Company.Identifier)
	case o.Agreement.ID < 0:
		v.add(path+".agreement.id", "%d is not a record id of ConnectWise. They count from 1.", o.Agreement.ID)
	case o.Agreement.ID != 0 && o.Company.ID == 0:
		v.add(path+".company", "An agreement is named, but no company. Choose the company the agreement belongs to.")
	case o.Agreement.ID != 0 && len(o.Bill) == 0:
		v.add(path+".bill", "An agreement is named, but nothing is billed on it. Name at least one meter, e.g. accounts of x360Sync or protected_seats of x360Cloud.")
	}
	seen := make(map[app.Meter]bool)
	for i, meter := range o.Bill {
		v.meter(path+".bill["+strconv.Itoa(i)+"]", meter)
		if seen[meter] {
			v.add(path+".bill["+strconv.Itoa(i)+"]", "%s is named twice. Name it once.", meter)
		}
		seen[meter] = true
	}
}

// Countable reports whether things of a kind can be left out of what is counted at a source (M10).
func Countable(kind app.ObjectKind, source app.SourceSettings) bool {
	if source.Pushed() {
		return kind != ""
	}
	return slices.Contains(countable, string(kind))
}

// countable are the kinds of things the vendors' meters count. What is sent to an inbox has kinds of its own.
var countable = []string{string(app.ObjectAccount), string(app.ObjectMachine), string(app.ObjectRoot), string(app.ObjectGuest), string(app.ObjectResource)}

func (v *validator) exclusions(path string, o app.OrganizationSettings) {
	source, _ := SourceByName(v.doc, o.Source)
	seen := make(map[key]bool)
	for i, e := range o.Exclude {
		at, k := path+"["+strconv.Itoa(i)+"]", key{string(e.Kind), e.ID}
		if source.Pushed() && e.Kind != "" {
			v.plain(at+".kind", string(e.Kind))
		} else {
			v.oneOf(at+".kind", string(e.Kind), countable)
		}
		switch {
		case e.ID == "":
			v.add(at+".id", "The id is missing: which one is left out?")
		case seen[k]:
			v.add(at+".id", "The %s %s is left out twice. Remove one of the entries.", e.Kind, e.ID)
		}
		if e.Reason == "" {
			v.add(at+".reason", "The reason is missing. Somebody will ask in a year why this one was not billed.")
		}
		seen[k] = true
	}
}

// agreementKey is an agreement as far as the document alone tells: the connection is "" where it is inherited and
// there are several.
type agreementKey struct {
	connection string
	agreement  int64
}

// lines refuses organizations that cannot share an agreement (M5): one product for two meters, or one line with two rules.
// Organizations are named as in paths, [source/id]: the document does not know what they are called.
func (v *validator) lines() {
	type line struct {
		meter app.Meter
		rule  app.QuantityRule
		by    string
	}
	lines := make(map[agreementKey]map[string]line)
	for _, o := range v.doc.Organizations {
		if o.Agreement.ID == 0 {
			continue
		}
		path := "organizations[" + o.Source + "/" + o.ID + "]"
		name, products, rules := v.billed(o)
		at := agreementKey{name, o.Agreement.ID}
		if lines[at] == nil {
			lines[at] = make(map[string]line)
		}
		for _, meter := range o.Bill {
			product, here := products[meter], line{meter, rules[meter], "[" + o.Source + "/" + o.ID + "]"}
			other, taken := lines[at][product]
			switch {
			case product == "":
			case !taken:
				lines[at][product] = here
			case other.meter != meter:
				v.add(path+".products."+string(meter), "On agreement %d the product %s is %s of organization %s and would be %s of organization %s. Two meters cannot share a line; give one of them another product.", o.Agreement.ID, product, other.meter, other.by, meter, here.by)
			case !sameRule(other.rule, here.rule, meter):
				v.add(path+".quantity_rules."+string(meter), "Organizations %s and %s share the line %s on agreement %d but count it by different rules. Make the rules the same.", other.by, here.by, product, o.Agreement.ID)
			}
		}
	}
}

// billed is the connection, products and rules of an organization, without knowing the tree above it.
func (v *validator) billed(o app.OrganizationSettings) (string, map[app.Meter]string, map[app.Meter]app.QuantityRule) {
	name := o.PSA
	if name == "" || name == app.PSAInherit {
		name = ""
		if len(v.doc.Connections) == 1 {
			name = v.doc.Connections[0].Name
		}
	}
	e := NewTree(nil, app.Settings{Connections: v.doc.Connections, Organizations: []app.OrganizationSettings{o}}).Effective(o.Source, o.ID)
	return name, e.Products, e.Rules
}

// sameRule compares rules by what they come to, not by how they are written: a default that is spelled out is no difference.
func sameRule(a, b app.QuantityRule, meter app.Meter) bool {
	if (a.Minimum == nil) != (b.Minimum == nil) || a.Minimum != nil && !a.Minimum.Equal(*b.Minimum) {
		return false
	}
	a.Minimum, b.Minimum = nil, nil
	return reflect.DeepEqual(spelledOut(a, meter), spelledOut(b, meter))
}

// spelledOut fills in what app/billing takes for a field that is left out. Where only the reading tells the unit it stays
// empty.
func spelledOut(r app.QuantityRule, meter app.Meter) app.QuantityRule {
	switch meter {
	case app.MeterStorage, app.MeterProtectedStorage:
		or(&r.Unit, app.UnitGB)
	case app.MeterAccounts, app.MeterFileServer, app.MeterGuests, app.MeterProtectedSeats:
		or(&r.Unit, app.UnitEach)
	}
	or(&r.Round, "up")
	or(&r.Basis, app.BasisOwn)
	or(&r.FSE, "count")
	if r.Trials == nil {
		r.Trials = new(true)
	}
	return r
}
