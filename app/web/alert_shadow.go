package web

import (
	"slices"
	"strings"

	"psabridge/app"
	"psabridge/app/settings"
)

// shadow names the alert above that wants everything rule i wants, here and as far below as rule i reaches: rule i is then
// never asked. Empty when there is none.
func (o organizationPage) shadow(rules []app.AlertRule, i int) string {
	for _, above := range rules[:i] {
		if o.coversFor(above.For, rules[i].For) && coversWhen(above.When, rules[i].When) {
			return above.Name
		}
	}
	return ""
}

// coversFor reports whether a rule is for everything here and below that another one is for.
func (o organizationPage) coversFor(above, below app.For) bool {
	if above.Object != "" && above.Object != below.Object {
		return false
	}
	if !o.reachesDown(below) || !o.hasBelow() {
		return true // both apply to this organization itself
	}
	return o.reachesDown(above)
}

func (o organizationPage) reachesDown(f app.For) bool {
	return f.Organization == "" || f.Suborganizations
}

// hasBelow reports whether organizations hang below this one.
func (o organizationPage) hasBelow() bool {
	return slices.ContainsFunc(o.tree, func(one app.Organization) bool {
		return one.Source == o.row.Source && one.ParentExternalID == o.row.ExternalID
	})
}

// coversWhen reports whether each of the types of a rule is wanted by another one, from a level that is not higher.
func coversWhen(above, below []app.When) bool {
	return !slices.ContainsFunc(below, func(b app.When) bool {
		return !slices.ContainsFunc(above, func(a app.When) bool { return coversOne(a, b) })
	})
}

func coversOne(above, below app.When) bool {
	if family, isFamily := strings.CutSuffix(above.Type, "*"); isFamily {
		if !strings.HasPrefix(below.Type, family) {
			return false
		}
	} else if above.Type != below.Type {
		return false
	}
	return levelFrom(above, below.Type) <= levelFrom(below, below.Type)
}

// levelFrom is the level from which an event of a type counts.
func levelFrom(w app.When, eventType string) int {
	if n := max(w.Percent, w.Minutes, w.Days, w.Times); n > 0 {
		return n
	}
	all := settings.EventTypes()
	if i := slices.IndexFunc(all, func(t settings.EventType) bool { return t.Type == eventType }); i >= 0 {
		return all[i].Default
	}
	return 0
}
