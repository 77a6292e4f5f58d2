package push

import (
	"context"
	"fmt"
	"slices"
	"time"

	"psabridge/app"
	"psabridge/app/billing"
	"psabridge/app/settings"
)

// typing is what a typed number is judged by.
type typing struct {
	doc           app.Settings
	effective     *settings.Tree
	organizations map[[2]string]app.Organization // by source and external id
	meters        map[app.Meter]bool             // what is counted or billed anywhere
	now           time.Time
	seen          map[typedFor]int // row of each number so far
}

// typedFor is what a number stands for; there is one of each.
type typedFor struct {
	source, organization string
	meter                app.Meter
	period               app.Period
}

func (p *Pusher) typing(ctx context.Context) (typing, error) {
	doc, _, err := p.Settings(ctx)
	if err != nil {
		return typing{}, err
	}
	tree, err := p.Store.Tree(ctx)
	if err != nil {
		return typing{}, err
	}
	t := typing{
		doc: doc, effective: settings.NewTree(tree, doc), organizations: make(map[[2]string]app.Organization, len(tree)),
		meters: knownMeters(doc), now: p.Now(), seen: map[typedFor]int{},
	}
	for _, o := range tree {
		t.organizations[[2]string{o.Source, o.ExternalID}] = o
	}
	return t, nil
}

// knownMeters are those of the vendors and those the settings name; an inbox may send any other.
func knownMeters(doc app.Settings) map[app.Meter]bool {
	known := map[app.Meter]bool{
		app.MeterAccounts: true, app.MeterStorage: true, app.MeterFileServer: true, app.MeterGuests: true,
		app.MeterProtectedSeats: true, app.MeterProtectedStorage: true,
	}
	for _, c := range doc.Connections {
		for m := range c.Billing.Products {
			known[m] = true
		}
	}
	for _, o := range doc.Organizations {
		for _, m := range o.Bill {
			known[m] = true
		}
	}
	return known
}

// row returns nil when a number can be taken, else an Invalid error that names the row and the field.
func (t typing) row(i int, o app.Override) error {
	bad := func(field, format string, args ...any) error {
		return app.FieldErrorf(fmt.Sprintf("overrides[%d].%s", i, field), format, args...)
	}
	org, ok := t.organizations[[2]string{o.Source, o.OrganizationID}]
	switch {
	case !ok:
		return bad("organization", "Source %s shows no organization %q.", o.Source, o.OrganizationID)
	case org.State != app.OrganizationPresent:
		return bad("organization", "%s is %s, so nothing is counted for it.", org.Name, stateWords(org.State))
	case !t.meters[o.Meter]:
		return bad("meter", "%q is no meter that is counted or billed here.", o.Meter)
	case len(o.Note) == 0:
		return bad("note", "A number that replaces a reading needs a note: in a year someone will ask where it came from.")
	case len([]rune(o.Note)) > longestNote:
		return bad("note", "The note has more than %d letters.", longestNote)
	}
	if why := billing.BadQuantity(o.Quantity); why != "" {
		return bad("quantity", "%s", why)
	}
	if field, why := t.place(org, o); why != "" {
		return bad(field, "%s", why)
	}
	key := typedFor{o.Source, o.OrganizationID, o.Meter, o.Period}
	if first, twice := t.seen[key]; twice {
		return bad("organization", "%s has a number of %s for %s already, in row %d. Leave one of them out.", org.Name, o.Meter, o.Period, first+1)
	}
	t.seen[key] = i
	return nil
}

func stateWords(s app.OrganizationState) string {
	if s == app.OrganizationIgnored {
		return "ignored"
	}
	return "no longer shown by its source"
}

// place says why a number would not count where it is meant to; "" when it would.
func (t typing) place(org app.Organization, o app.Override) (field, why string) {
	e := t.effective.Effective(o.Source, o.OrganizationID)
	c, ok := settings.ConnectionByName(t.doc, e.Connection)
	zone := settings.Location(c)
	switch {
	case !ok:
		return "organization", org.Name + " is on no connection, so nothing is billed of it. Map it first."
	case !c.Billing.Enabled:
		return "organization", fmt.Sprintf("%s is on connection %s, where billing is switched off.", org.Name, c.Name)
	case !billing.Plannable(c.Billing, zone, t.now, o.Period):
		return "period", fmt.Sprintf("%s cannot be planned: only the current month or the latest due one can.", o.Period)
	}
	unit := billing.Defaults(e.Rules[o.Meter], o.Meter).Unit
	if !slices.Contains([]string{app.UnitEach, app.UnitBytes, app.UnitGB, app.UnitTB}, o.Unit) {
		return "unit", fmt.Sprintf("%q is not a unit. It is each, bytes, GB or TB.", o.Unit)
	}
	if _, converts := billing.Convert(app.Q(1), o.Unit, unit); unit != "" && !converts {
		return "unit", fmt.Sprintf("%s of %s is billed in %s, and %s cannot be turned into that.", o.Meter, org.Name, unit, o.Unit)
	}
	return "", ""
}

// anywhere reports whether some connection can still plan a month.
func (t typing) anywhere(period app.Period) bool {
	return slices.ContainsFunc(t.doc.Connections, func(c app.ConnectionSettings) bool {
		return c.Billing.Enabled && billing.Plannable(c.Billing, settings.Location(c), t.now, period)
	})
}
