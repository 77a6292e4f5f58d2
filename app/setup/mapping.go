package setup

import (
	"context"

	"psabridge/app"
)

// SetMapping replaces one organization's entry; organization is our row. The entry's source and id are taken from the
// row, and the company's identifier from the cached list when it is left out. An entry that says nothing is removed.
func (s *Setup) SetMapping(ctx context.Context, by string, organization int64, m app.OrganizationSettings) error {
	row, err := s.Store.Organization(ctx, organization)
	if err != nil {
		return err
	}
	m.Source, m.ID = row.Source, row.ExternalID
	_, _, err = s.Edit(ctx, by, func(doc *app.Settings) error {
		s.name(ctx, *doc, &m)
		putEntry(doc, m)
		return nil
	})
	return err
}

// says reports whether an entry holds anything of its own.
func says(m app.OrganizationSettings) bool {
	return m.PSA != "" && m.PSA != app.PSAInherit || m.Company != (app.CompanyRef{}) || m.Agreement.ID != 0 || len(m.Bill)+len(m.Products)+len(m.QuantityRules)+len(m.Exclude) > 0
}

// name fills in the identifier of the chosen company. It is only shown, so one that is not cached is left out.
func (s *Setup) name(ctx context.Context, doc app.Settings, m *app.OrganizationSettings) {
	if m.Company.ID == 0 || m.Company.Identifier != "" {
		return
	}
	for _, c := range doc.Connections {
		rows, _, err := s.Store.Options(ctx, c.Name, app.ListCompanies, 0)
		if err != nil {
			continue
		}
		for _, r := range rows {
			if r.ID == m.Company.ID && (len(doc.Connections) == 1 || m.PSA == c.Name) {
				m.Company.Identifier = r.Identifier
				return
			}
		}
	}
}
