package views

import (
	"psabridge/app"
	"psabridge/views/layout"
	"psabridge/views/ui"
)

// Readings is an organization's Usage tab: every newest reading with the things that were counted.
type Readings struct {
	Shell        layout.Shell
	Organization OrganizationHead
	Source       string
	Kind         string
	Rows         []ReadingRow
	Charts       []MeterChart
}

// ReadingRow is one reading. Items are the first ones of a long list; More are left out.
type ReadingRow struct {
	app.Reading
	More int
}

// count is how many things were counted.
func (r ReadingRow) count() int { return len(r.Items) + r.More }

// basisWords say whether what is below the organization counts with it.
func basisWords(b app.Basis) string {
	if b == app.BasisInclusive {
		return "with suborganizations"
	}
	return "own"
}

// methodWords say how a reading was got.
func methodWords(method string) string {
	switch method {
	case app.MethodComputed:
		return "counted from the vendor’s lists"
	case app.MethodUsage:
		return "as the vendor’s usage call says"
	case app.MethodSent:
		return "sent to the inbox"
	case app.MethodFile:
		return "imported from a file"
	}
	return method
}

// withoutList says why a reading lists nothing.
func withoutList(r ReadingRow) string {
	switch {
	case r.Complete && r.Quantity.IsZero():
		return "nothing was counted"
	case r.Method == app.MethodSent:
		return "sent without a list"
	case r.Method == app.MethodFile:
		return "imported without a list"
	}
	return "no list of it"
}

// itemWords are what a kind of thing is called, one and many.
var itemWords = map[app.ObjectKind][2]string{
	app.ObjectAccount: {"account", "accounts"}, app.ObjectMachine: {"machine", "machines"}, app.ObjectRoot: {"folder", "folders"},
	app.ObjectGuest: {"guest", "guests"}, app.ObjectResource: {"shared resource", "shared resources"}, app.ObjectOrganization: {"organization", "organizations"},
}

// evidenceWords name a list of things by their kind: "12 accounts".
func evidenceWords(r ReadingRow) string {
	kind := app.ObjectKind("")
	for i, item := range r.Items {
		if i > 0 && item.Kind != kind {
			return ui.Count(r.count(), "item", "items")
		}
		kind = item.Kind
	}
	if words, ok := itemWords[kind]; ok {
		return ui.Count(r.count(), words[0], words[1])
	}
	return ui.Count(r.count(), "item", "items")
}
