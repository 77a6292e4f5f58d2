package setup

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"psabridge/app"
	"psabridge/app/settings"
)

// mostChoices is how many mappings one call may make.
const mostChoices = 10_000

// ApplyMappings makes many mappings in one revision of the settings, all or none, and returns it; where nothing is new it
// is the current one. A zero field of a choice leaves what there is; a Bill that is empty but not nil bills nothing any
// more and lets go of the agreement with it. Companies, agreements and Product IDs must be in the lists that were read of
// the organization's connection, and fit each other. invalid: one of them does not, and the message names the organization.
func (s *Setup) ApplyMappings(ctx context.Context, by string, choices []app.MappingChoice) (int64, error) {
	if len(choices) == 0 || len(choices) > mostChoices {
		return 0, app.FieldErrorf("choices", "Name the mappings to make, at most %d.", mostChoices)
	}
	tree, err := s.Store.Tree(ctx)
	if err != nil {
		return 0, err
	}
	rows := make(map[int64]app.Organization, len(tree))
	for _, o := range tree {
		rows[o.ID] = o
	}
	_, rev, err := s.Edit(ctx, by, func(doc *app.Settings) error {
		m := &mapper{Setup: s, doc: doc, tree: settings.NewTree(tree, *doc), lists: map[string]*lists{}}
		for i, c := range choices {
			at := fmt.Sprintf("choices[%d].", i)
			o, known := rows[c.OrganizationID]
			switch {
			case !known:
				return app.FieldErrorf(at+"organization_id", "There is no organization %d that could be mapped.", c.OrganizationID)
			case slices.ContainsFunc(choices[:i], func(other app.MappingChoice) bool { return other.OrganizationID == c.OrganizationID }):
				return app.FieldErrorf(at+"organization_id", "%s is named twice. Say once what it is.", o.Name)
			}
			if err := m.apply(ctx, at, o, c); err != nil {
				return err
			}
		}
		return nil
	})
	return rev, byName(err, tree)
}

// mapper puts choices into a document.
type mapper struct {
	*Setup

	doc   *app.Settings
	tree  *settings.Tree
	lists map[string]*lists // by connection
}

// apply changes one organization's entry, or says why the choice does not fit.
func (m *mapper) apply(ctx context.Context, at string, o app.Organization, c app.MappingChoice) error {
	connection := m.tree.Effective(o.Source, o.ExternalID).Connection
	if connection == "" {
		return app.FieldErrorf(at+"organization_id", "%s has no connection to map it on: its PSA mode is none, or nothing is set above it.", o.Name)
	}
	l, err := m.listsOf(ctx, connection)
	if err != nil {
		return err
	}
	entry, _ := settings.OrganizationByID(*m.doc, o.Source, o.ExternalID)
	entry.Source, entry.ID = o.Source, o.ExternalID
	was := entry
	if c.CompanyID != 0 && c.CompanyID != entry.Company.ID {
		company, known := l.companies[c.CompanyID]
		if !known || company.Deleted {
			return app.FieldErrorf(at+"company_id", "%s: ConnectWise has no company with record id %d among those read last. Reload Options from PSA, or choose another.", o.Name, c.CompanyID)
		}
		entry.Company = app.CompanyRef{ID: company.ID, Identifier: company.Identifier}
	}
	if c.AgreementID != 0 {
		entry.Agreement.ID = c.AgreementID
	}
	if c.Bill != nil {
		entry.Bill = slices.Clone(c.Bill)
		if len(c.Bill) == 0 && c.AgreementID == 0 {
			entry.Agreement = app.AgreementRef{}
		}
	}
	if entry.Agreement != was.Agreement || entry.Company != was.Company {
		if err := l.fits(at, o.Name, entry); err != nil {
			return err
		}
	}
	if entry.Products, err = l.products(at, o.Name, entry.Products, c.Products); err != nil {
		return err
	}
	putEntry(m.doc, entry)
	return nil
}

// lists are a connection's records as they were read last.
type lists struct {
	companies  map[int64]app.Company
	agreements map[int64]app.Agreement
	catalog    []app.Product
	read       map[app.OptionList]bool // those that were ever read; of the others nobody knows what is in them
}

func (m *mapper) listsOf(ctx context.Context, connection string) (*lists, error) {
	if known := m.lists[connection]; known != nil {
		return known, nil
	}
	l, err := m.listsRead(ctx, connection)
	m.lists[connection] = l
	return l, err
}

// listsRead reads the lists of a connection as they were read of ConnectWise last, and asks it nothing.
func (s *Setup) listsRead(ctx context.Context, connection string) (*lists, error) {
	l := &lists{companies: map[int64]app.Company{}, agreements: map[int64]app.Agreement{}, read: map[app.OptionList]bool{}}
	for list, take := range map[app.OptionList]func(app.OptionRow){
		app.ListCompanies:  func(r app.OptionRow) { c := companyOf(r); c.Inactive = c.Inactive || r.Inactive; l.companies[r.ID] = c },
		app.ListAgreements: func(r app.OptionRow) { l.agreements[r.ID] = agreementOf(r) },
		app.ListProducts:   func(r app.OptionRow) { l.catalog = append(l.catalog, productOf(r)) },
	} {
		rows, at, err := s.Store.Options(ctx, connection, list, 0)
		if err != nil {
			return nil, err
		}
		l.read[list] = !at.IsZero()
		for _, r := range rows {
			take(r)
		}
	}
	return l, nil
}

func productOf(r app.OptionRow) (p app.Product) { _ = json.Unmarshal(r.Body, &p); return p }

// fits refuses an agreement that does not exist, or is another company's.
func (l *lists) fits(at, name string, entry app.OrganizationSettings) error {
	if entry.Agreement.ID == 0 {
		return nil
	}
	a, known := l.agreements[entry.Agreement.ID]
	switch {
	case !known:
		return app.FieldErrorf(at+"agreement_id", "%s: ConnectWise has no agreement with record id %d among those read last. Reload Options from PSA, or choose another.", name, entry.Agreement.ID)
	case a.CompanyID != entry.Company.ID:
		return app.FieldErrorf(at+"agreement_id", "%s: the agreement %s (#%d) belongs to %s, not to %s. Choose one of its own company.", name, a.Name, a.ID, a.Company, l.named(entry.Company.ID))
	}
	return nil
}

// named calls a company by its name and record.
func (l *lists) named(company int64) string {
	if c, known := l.companies[company]; known {
		return fmt.Sprintf("%s (#%d)", c.Name, company)
	}
	return fmt.Sprintf("company #%d", company)
}

// products lays own Product IDs over those there are; an empty one takes it away.
func (l *lists) products(at, name string, own, chosen map[app.Meter]string) (map[app.Meter]string, error) {
	next := maps.Clone(own)
	for _, meter := range slices.Sorted(maps.Keys(chosen)) {
		id := chosen[meter]
		switch {
		case id == "":
			delete(next, meter)
			continue
		case l.read[app.ListProducts] && !slices.ContainsFunc(l.catalog, func(p app.Product) bool { return p.Identifier == id && !p.Inactive }):
			return nil, app.FieldErrorf(at+"products."+string(meter), "%s: the catalog has no active product “%s” that an agreement can hold, as it was read last. Upper and lower case and spaces count.", name, visibly(id))
		case next == nil:
			next = map[app.Meter]string{}
		}
		next[meter] = id
	}
	if len(next) == 0 {
		return nil, nil
	}
	return next, nil
}

// putEntry replaces an organization's entry; one that says nothing is not kept.
func putEntry(doc *app.Settings, m app.OrganizationSettings) {
	at := slices.IndexFunc(doc.Organizations, func(o app.OrganizationSettings) bool { return o.Source == m.Source && o.ID == m.ID })
	switch {
	case says(m) && at >= 0:
		doc.Organizations[at] = m
	case says(m):
		doc.Organizations = append(doc.Organizations, m)
	case at >= 0:
		doc.Organizations = slices.Delete(doc.Organizations, at, at+1)
	}
}

// byName puts the organization's name before what the settings refuse of its entry: its id says nothing to a person.
func byName(err error, tree []app.Organization) error {
	all := settings.Problems(err)
	if len(all) == 0 {
		return err
	}
	var texts []string
	for _, p := range all {
		text := p.Message
		for _, o := range tree {
			if strings.HasPrefix(p.Field, entryPath(o.Source, o.ExternalID)) {
				text = o.Name + ": " + text
				break
			}
		}
		texts = append(texts, text)
	}
	const most = 5
	if more := len(texts) - most; more > 0 {
		texts = append(texts[:most], fmt.Sprintf("And %d more.", more))
	}
	return &app.Error{Code: app.Invalid, Field: all[0].Field, Message: strings.Join(texts, "\n"), Err: err}
}

// entryPath is where an organization's entry stands in the document.
func entryPath(source, id string) string { return "organizations[" + source + "/" + id + "]" }
