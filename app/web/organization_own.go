package web

import (
	"context"
	"maps"
	"slices"

	"psabridge/app"
	"psabridge/app/settings"
	"psabridge/views"
	"psabridge/views/layout"
	"psabridge/views/ui"
)

// putOwn sets the Product IDs and rules that are an organization's own. One that is new must be in ConnectWise's catalog.
func (s *Server) putOwn(ctx context.Context, o organizationPage, entry *app.OrganizationSettings, typed views.MappingForm) error {
	rows, readAt, err := s.Read.Options(ctx, o.effective.Connection, app.ListProducts, 0)
	if err != nil {
		return err
	}
	products, rules := map[app.Meter]string{}, maps.Clone(entry.QuantityRules)
	maps.Copy(products, entry.Products)
	for m, product := range typed.Products {
		if product != "" && product != entry.Products[m] && !readAt.IsZero() {
			if err := s.productFits(rows, readAt, "own_product_"+string(m), product); err != nil {
				return err
			}
		}
		rule, _ := quantityRule(typed.Rules[m])
		rules = putRule(rules, m, rule)
		products[m] = product
		if product == "" {
			delete(products, m)
		}
	}
	entry.Products, entry.QuantityRules = nil, rules
	if len(products) > 0 {
		entry.Products = products
	}
	return nil
}

// organizationCounts says what is billed otherwise with an entry than with the one that is stored.
func organizationCounts(o organizationPage, entry app.OrganizationSettings) []string {
	doc := o.doc
	doc.Organizations = slices.Clone(doc.Organizations)
	putOrganization(&doc, entry)
	after := settings.EffectiveOf(o.tree, doc, o.row.Source, o.row.ExternalID)
	in := func(e settings.Effective) func(app.Meter) string {
		return func(m app.Meter) string {
			if !slices.Contains(e.Bill, m) || e.Agreement.ID == 0 {
				return ""
			}
			return counted(m, e.Products[m], e.Rules[m])
		}
	}
	out := countedAnew(ordered(slices.Concat(o.effective.Bill, after.Bill)), in(o.effective), in(after))
	was, is := len(o.effective.Exclude), len(after.Exclude)
	switch {
	case is == 0 && was > 0:
		out = append(out, "Nothing is left out any more.")
	case !slices.Equal(o.effective.Exclude, after.Exclude):
		out = append(out, ui.Count(is, "thing is", "things are")+" left out of the count.")
	}
	return out
}

// resetOwn empties what is an organization's own of one meter. It counts once the form is saved.
func resetOwn(o organizationPage, typed views.MappingForm, m app.Meter) *layout.Notice {
	if _, shown := typed.Products[m]; !shown {
		return nil
	}
	typed.Products[m] = ""
	typed.Rules[m] = storedRule(ownRule, m, app.QuantityRule{}, connectionBilling(o).Rules.Meters[m])
	n := notice(info, "%s takes the connection’s Product ID and rule again once you save.", views.MeterName(m))
	return &n
}
