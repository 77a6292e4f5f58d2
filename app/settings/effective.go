package settings

import (
	"maps"

	"psabridge/app"
)

// Effective is what holds for one organization once inheritance is computed. Only the connection is inherited, with the
// products and rules it brings; company, agreement and what is billed are an organization's own or nothing.
type Effective struct {
	// Mode is the organization's own PSA setting: app.PSAInherit, app.PSANone or a connection's name.
	Mode string
	// Connection is the name of the connection that applies; "" when there is none.
	Connection string
	// InheritedFrom is the external id of the organization whose setting it is; "" when it is the organization's own,
	// or when nobody up the tree has one.
	InheritedFrom string
	Company       app.CompanyRef
	Agreement     app.AgreementRef
	Bill          []app.Meter
	Products      map[app.Meter]string           // the connection's, overridden by the mapping's
	Rules         map[app.Meter]app.QuantityRule // likewise, field by field; zero fields take the defaults of app/billing
	Hold          app.HoldLimits                 // the connection's, with defaults
	Exclude       []app.Exclusion
}

// Mapped reports whether tickets and quantities have somewhere to go.
func (e Effective) Mapped() bool { return e.Connection != "" && e.Company.ID != 0 }

// Tree answers Effective for many organizations of one document. It is not changed by later edits of either.
type Tree struct {
	doc    app.Settings
	parent map[key]string
	own    map[key]app.OrganizationSettings
}

type key struct{ source, id string }

// NewTree prepares the organizations of all sources and a document.
func NewTree(organizations []app.Organization, doc app.Settings) *Tree {
	t := &Tree{
		doc:    doc,
		parent: make(map[key]string, len(organizations)),
		own:    make(map[key]app.OrganizationSettings, len(doc.Organizations)),
	}
	for _, o := range organizations {
		t.parent[key{o.Source, o.ExternalID}] = o.ParentExternalID
	}
	for _, o := range doc.Organizations {
		t.own[key{o.Source, o.ID}] = o
	}
	return t
}

// EffectiveOf computes what holds for one organization. For many of one document, NewTree is the way.
func EffectiveOf(organizations []app.Organization, doc app.Settings, source, externalID string) Effective {
	return NewTree(organizations, doc).Effective(source, externalID)
}

// Effective computes what holds for one organization. One that is not in the tree has its own entry alone.
func (t *Tree) Effective(source, externalID string) Effective {
	own := t.own[key{source, externalID}]
	e := Effective{
		Mode:      own.PSA,
		Company:   own.Company,
		Agreement: own.Agreement,
		Bill:      own.Bill,
		Products:  make(map[app.Meter]string),
		Exclude:   own.Exclude,
	}
	if e.Mode == "" {
		e.Mode = app.PSAInherit
	}
	e.Connection, e.InheritedFrom = t.connection(source, externalID)
	connection, _ := ConnectionByName(t.doc, e.Connection)
	maps.Copy(e.Products, connection.Billing.Products)
	maps.Copy(e.Products, own.Products)
	e.Rules = MergeRules(connection.Billing.Rules.Meters, own.QuantityRules)
	e.Hold = ConnectionWithDefaults(connection).Billing.Rules.Hold
	return e
}

// connection walks up to the nearest own setting. Where nobody has one, the only connection of the document applies:
// with a single one there is nothing to choose.
func (t *Tree) connection(source, id string) (name, from string) {
	seen := make(map[string]bool)
	for at := id; at != "" && !seen[at]; at = t.parent[key{source, at}] {
		seen[at] = true
		psa := t.own[key{source, at}].PSA
		if psa == "" || psa == app.PSAInherit {
			continue
		}
		if at != id {
			from = at
		}
		if _, known := ConnectionByName(t.doc, psa); !known {
			return "", from // none, or a connection that is gone
		}
		return psa, from
	}
	if len(t.doc.Connections) == 1 {
		return t.doc.Connections[0].Name, ""
	}
	return "", ""
}

// MergeRules lays a mapping's quantity rules over its connection's, field by field.
func MergeRules(connection, mapping map[app.Meter]app.QuantityRule) map[app.Meter]app.QuantityRule {
	merged := make(map[app.Meter]app.QuantityRule, len(connection)+len(mapping))
	maps.Copy(merged, connection)
	for meter, over := range mapping {
		merged[meter] = mergeRule(merged[meter], over)
	}
	return merged
}

func mergeRule(rule, over app.QuantityRule) app.QuantityRule {
	if over.Unit != "" {
		rule.Unit = over.Unit
	}
	if over.Round != "" {
		rule.Round = over.Round
	}
	if over.Minimum != nil {
		rule.Minimum = over.Minimum
	}
	if over.Basis != "" {
		rule.Basis = over.Basis
	}
	if over.FSE != "" {
		rule.FSE = over.FSE
	}
	if over.Trials != nil {
		rule.Trials = over.Trials
	}
	return rule
}

// ConnectionByName returns a connection of the document.
func ConnectionByName(doc app.Settings, name string) (app.ConnectionSettings, bool) {
	for _, c := range doc.Connections {
		if c.Name == name {
			return c, true
		}
	}
	return app.ConnectionSettings{}, false
}

// SourceByName returns a source of the document.
func SourceByName(doc app.Settings, name string) (app.SourceSettings, bool) {
	for _, s := range doc.Sources {
		if s.Name == name {
			return s, true
		}
	}
	return app.SourceSettings{}, false
}

// OrganizationByID returns an organization's own entry.
func OrganizationByID(doc app.Settings, source, id string) (app.OrganizationSettings, bool) {
	for _, o := range doc.Organizations {
		if o.Source == source && o.ID == id {
			return o, true
		}
	}
	return app.OrganizationSettings{}, false
}
