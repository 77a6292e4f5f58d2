package setup

import (
	"context"
	"slices"
	"strings"

	"psabridge/app"
	"psabridge/app/settings"
)

// longestReason is how much of a reason is kept with the revision.
const longestReason = 200

// EndMapping ends the mapping of an organization that is no customer any more, also of one its source does not show: its
// company, agreement, ticks, own products, rules and exclusions go, and its PSA mode is none, so that nobody proposes a
// company for it again. Suborganizations that inherit the connection from it, or through it, and have a company keep both:
// who left is one customer. The reason stands in the history of the settings. invalid: no reason, or it has no mapping.
func (s *Setup) EndMapping(ctx context.Context, by string, organization int64, reason string) error {
	if reason = strings.Join(strings.Fields(reason), " "); reason == "" {
		return app.FieldErrorf("reason", "Say why the mapping ends, e.g. “contract ended on 30 November”. Somebody will ask in a year.")
	}
	if len([]rune(reason)) > longestReason {
		return app.FieldErrorf("reason", "The reason is longer than %d letters. Keep it to one sentence.", longestReason)
	}
	tree, err := s.Store.Tree(ctx)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(tree, func(o app.Organization) bool { return o.ID == organization })
	if at < 0 {
		return app.Errorf(app.NotFound, "There is no organization %d.", organization)
	}
	o := tree[at]
	_, _, err = s.Edit(ctx, by+", "+o.Name+" left: "+reason, func(doc *app.Settings) error { return endMapping(doc, tree, o) })
	return byName(err, tree)
}

func endMapping(doc *app.Settings, tree []app.Organization, o app.Organization) error {
	entry, _ := settings.OrganizationByID(*doc, o.Source, o.ExternalID)
	if entry.Company.ID == 0 && len(entry.Bill) == 0 {
		return app.FieldErrorf("organization", "%s has no mapping of its own: no company, and nothing is billed of it.", o.Name)
	}
	for _, below := range Staying(tree, *doc, o) {
		e := settings.NewTree(tree, *doc).Effective(below.Source, below.ExternalID)
		own, _ := settings.OrganizationByID(*doc, below.Source, below.ExternalID)
		own.PSA = e.Connection
		putEntry(doc, own)
	}
	putEntry(doc, app.OrganizationSettings{Source: o.Source, ID: o.ExternalID, PSA: app.PSANone})
	return nil
}

// Staying lists the suborganizations of one that leaves that have a company and reach their connection through it. They
// keep it as their own.
func Staying(tree []app.Organization, doc app.Settings, left app.Organization) (out []app.Organization) {
	after := doc
	after.Organizations = slices.Clone(doc.Organizations)
	putEntry(&after, app.OrganizationSettings{Source: left.Source, ID: left.ExternalID, PSA: app.PSANone})
	was, is := settings.NewTree(tree, doc), settings.NewTree(tree, after)
	for _, o := range tree {
		if o.Source != left.Source || o.ExternalID == left.ExternalID {
			continue
		}
		before := was.Effective(o.Source, o.ExternalID)
		if before.Mapped() && is.Effective(o.Source, o.ExternalID).Connection != before.Connection {
			out = append(out, o)
		}
	}
	return out
}
