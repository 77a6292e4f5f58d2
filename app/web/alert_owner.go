package web

import (
	"context"
	"slices"

	"psabridge/app"
	"psabridge/app/link"
)

// ruleOwner is the organization an alert is changed at: the one it was made for; of an alert for everything, the topmost above
// here. False when there is none.
func ruleOwner(tree []app.Organization, f app.For, here int64) (app.Organization, bool) {
	find := func(source, external string) int {
		return slices.IndexFunc(tree, func(o app.Organization) bool { return o.Source == source && o.ExternalID == external })
	}
	at := slices.IndexFunc(tree, func(o app.Organization) bool { return o.ID == here })
	if f.Source != "" && (at < 0 || tree[at].Source != f.Source) { // looked at from elsewhere: any top of its source will do
		at = slices.IndexFunc(tree, func(o app.Organization) bool { return o.Source == f.Source && o.ParentExternalID == "" })
	}
	if at < 0 {
		return app.Organization{}, false
	}
	if f.Organization != "" {
		at = find(tree[at].Source, f.Organization)
	} else {
		for range tree { // a circle of parents ends too
			up := find(tree[at].Source, tree[at].ParentExternalID)
			if tree[at].ParentExternalID == "" || up < 0 {
				break
			}
			at = up
		}
	}
	if at < 0 {
		return app.Organization{}, false
	}
	return tree[at], true
}

// ruleURL is the form of an alert, on the organization it is changed at; "" when there is none of that name any more. here is
// the organization that is looked at.
func ruleURL(doc app.Settings, tree []app.Organization, name string, here int64) string {
	for _, r := range doc.Alerts {
		if r.Name != name {
			continue
		}
		if owner, ok := ruleOwner(tree, r.For, here); ok {
			return link.AlertEdit(owner.ID, name)
		}
	}
	return ""
}

// ruleURL is ruleURL for a page that knows no tree. Where the tree cannot be read the alert's name is no link.
func (s *Server) ruleURL(ctx context.Context, doc app.Settings, name string, here int64) string {
	if name == "" {
		return ""
	}
	tree, err := s.Read.Tree(ctx)
	if err != nil {
		return ""
	}
	return ruleURL(doc, tree, name, here)
}
