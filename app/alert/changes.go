package alert

import (
	"slices"
	"strconv"
	"strings"

	"psabridge/app"
)

// appearances is what it is called when an object of a kind comes or goes.
var appearances = map[app.ObjectKind]struct{ added, removed string }{
	app.ObjectOrganization: {app.TypeOrganizationAdded, app.TypeOrganizationRemoved},
	app.ObjectAccount:      {app.TypeAccountAdded, app.TypeAccountRemoved},
	app.ObjectMachine:      {app.TypeMachineAdded, app.TypeMachineRemoved},
}

// changes derives what came, went and moved with this batch. What the first reading shows is not new, nor is what
// appears where nobody could look before.
func (w *world) changes() []fact {
	if w.s.FirstRead || w.s.StartedAt.IsZero() {
		return nil
	}
	out := slices.Concat(w.came(w.s.Appeared, true), w.came(w.s.Vanished, false))
	for _, m := range w.s.Moved {
		if w.s.ReadBefore[m.From] || w.s.ReadBefore[m.To] {
			out = append(out, w.moved(m))
		}
	}
	slices.SortStableFunc(out, byObject)
	return out
}

// came makes one event of each object that came or went, and only one of an organization with all it holds.
func (w *world) came(states []app.ObjectState, added bool) []fact {
	whole := map[string]map[app.ObjectKind]int{} // organizations that came or went, and what with them
	for _, o := range states {
		if o.What == app.StatePresent && o.Object.Kind == app.ObjectOrganization {
			whole[o.Object.ExternalID] = map[app.ObjectKind]int{}
		}
	}
	var out []fact
	var heads []app.ObjectState
	for _, o := range states {
		kinds, known := appearances[o.Object.Kind]
		if o.What != app.StatePresent || !known {
			continue
		}
		at := o.OrganizationID // where it came to, or went from
		if o.Object.Kind == app.ObjectOrganization {
			at = w.organizations[o.Object.ExternalID].ParentExternalID
		}
		switch {
		case whole[at] != nil:
			whole[w.highest(at, whole)][o.Object.Kind]++
		case at == "" || !w.s.ReadBefore[at]:
		case o.Object.Kind == app.ObjectOrganization:
			o.OrganizationID = at
			heads = append(heads, o)
		default:
			out = append(out, w.happened(o, pick(added, kinds.added, kinds.removed), nil))
		}
	}
	for _, o := range heads {
		kinds := appearances[o.Object.Kind]
		out = append(out, w.happened(o, pick(added, kinds.added, kinds.removed), whole[o.Object.ExternalID]))
	}
	return out
}

// highest climbs from an organization as long as the one above came or went too.
func (w *world) highest(organization string, whole map[string]map[app.ObjectKind]int) string {
	for range len(whole) {
		parent := w.organizations[organization].ParentExternalID
		if whole[parent] == nil {
			break
		}
		organization = parent
	}
	return organization
}

// happened makes the event. Its id is made of when the presence began, so that a thing that comes back is news.
func (w *world) happened(o app.ObjectState, eventType string, with map[app.ObjectKind]int) fact {
	e := app.Event{
		Source: w.s.Source, SourceEventID: derivedOf(o.OrganizationID, o.Object, eventType) + strconv.FormatInt(o.From.UnixMilli(), 10),
		OrganizationID: o.OrganizationID, Object: o.Object, Type: eventType, State: app.Info, Severity: app.SeverityInfo,
		OccurredAt: w.s.Now, ReceivedAt: w.s.Now,
	}
	verb := " was added"
	if strings.HasSuffix(eventType, ".removed") {
		verb = " was removed"
		e.Text = "The source showed it since " + moment(o.From) + " and does not show it any more."
	} else {
		e.Text = "The source shows it since " + moment(o.From) + "."
	}
	e.Title = objectName(o.Object) + verb
	if counts := withCounts(with); counts != "" {
		e.Title += ", " + counts
	}
	return fact{Event: e, heard: w.s.Now, fresh: true, began: w.s.Now}
}

// moved tells of an organization below the one it came to.
func (w *world) moved(m app.OrganizationMove) fact {
	o := app.Object{Kind: app.ObjectOrganization, ExternalID: m.OrganizationID, Name: w.organizationName(m.OrganizationID)}
	e := app.Event{
		Source: w.s.Source, SourceEventID: derivedOf(m.To, o, app.TypeOrganizationMoved) + strconv.FormatInt(w.s.Now.UnixMilli(), 10),
		OrganizationID: m.To, Object: o, Type: app.TypeOrganizationMoved, State: app.Info, Severity: app.SeverityInfo,
		OccurredAt: w.s.Now, ReceivedAt: w.s.Now,
		Title: objectName(o) + " was moved below " + w.organizationName(m.To),
		Text:  "It was below " + w.organizationName(m.From) + " before. What it inherits may have changed.",
	}
	return fact{Event: e, heard: w.s.Now, fresh: true, began: w.s.Now}
}

// withCounts says what came or went with an organization: "with 14 accounts and 2 machines".
func withCounts(counts map[app.ObjectKind]int) string {
	var parts []string
	for _, kind := range []app.ObjectKind{app.ObjectOrganization, app.ObjectAccount, app.ObjectMachine} {
		switch n := counts[kind]; n {
		case 0:
		case 1:
			parts = append(parts, "1 "+string(kind))
		default:
			parts = append(parts, strconv.Itoa(n)+" "+string(kind)+"s")
		}
	}
	switch n := len(parts); n {
	case 0:
		return ""
	case 1:
		return "with " + parts[0]
	default:
		return "with " + strings.Join(parts[:n-1], ", ") + " and " + parts[n-1]
	}
}

func pick(first bool, a, b string) string {
	if first {
		return a
	}
	return b
}
