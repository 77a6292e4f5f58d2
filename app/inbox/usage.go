package inbox

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"psabridge/app"
)

// Usage reads what was sent to an inbox's usage: {"readings": […]}. Each becomes an own and an inclusive reading, because
// the customers of an inbox have nobody below them. known are the organizations of the source. Either all readings are taken or none.
func Usage(body []byte, known []app.Organization, now time.Time) (app.Batch, []app.Reading, error) {
	tree, err := parse(body, "")
	if err != nil {
		return app.Batch{}, nil, err
	}
	r := &usageReader{customers: newCustomers(known), now: now, at: map[string]string{}}
	if o := asObject(tree, "", &r.problems); o != nil {
		list, given := o.list("readings")
		o.done()
		switch {
		case len(list) > MaxRecords:
			o.wrong("readings", "There are %d readings; one call takes %d. Send the rest in another call.", len(list), MaxRecords)
			list = nil
		case len(list) == 0 && (given || len(r.problems) == 0):
			o.wrong("readings", `There is no reading in it. Send {"readings": [{"organization": {"id": "c1"}, "meter": "seats", "quantity": 12, "covers": "2026-10"}]}.`)
		}
		for i, one := range list {
			r.take("readings["+strconv.Itoa(i)+"]", one)
		}
	}
	r.customers.split(func(_, where, text string) { r.problems.add(where, "%s", text) })
	if err := r.problems.err(); err != nil {
		return app.Batch{}, nil, err
	}
	b := r.customers.batch()
	b.ReadAt = now
	return b, r.readings, nil
}

type usageReader struct {
	problems  problems
	customers *customers
	now       time.Time
	readings  []app.Reading
	at        map[string]string // path by customer, meter and month
}

func (r *usageReader) take(at string, v any) {
	o := asObject(v, at, &r.problems)
	if o == nil {
		return
	}
	before := len(r.problems)
	who, named := o.customer("organization")
	organization, wrong := "", "Say whose usage it is: {\"id\": …, \"name\": …}."
	if named {
		organization, wrong = r.customers.add(who, o.path("organization"))
	}
	if wrong != "" {
		o.wrong("organization", "%s", wrong)
	}
	x := app.Reading{OrganizationID: organization, Meter: readMeter(o), Unit: readUnit(o), Complete: true, Method: app.MethodSent}
	var given bool
	if x.Quantity, given = o.quantity("quantity"); !given && o.values["quantity"] == nil {
		o.wrong("quantity", "Say how much was used; 0 when it was nothing.")
	}
	r.when(o, &x)
	r.items(o, &x)
	o.done()
	if len(r.problems) > before {
		return
	}
	key := strings.Join([]string{x.OrganizationID, string(x.Meter), period(x.Covers)}, "\x00")
	if first, twice := r.at[key]; twice {
		r.problems.add(at, "This is the second reading of %s for this customer, after %s. Send one, or add them up.", x.Meter, first)
		return
	}
	r.at[key] = at
	r.readings = append(r.readings, both(x)...)
}

// both gives a reading of each basis.
func both(own app.Reading) []app.Reading {
	own.Basis = app.BasisOwn
	inclusive := own
	inclusive.Basis = app.BasisInclusive
	return []app.Reading{own, inclusive}
}

func readMeter(o *object) app.Meter {
	m := app.Meter(o.raw("meter"))
	switch {
	case wellShaped(m):
	case m == "":
		o.wrong("meter", "Say what was counted, for example seats.")
	default:
		hint := "Use small letters, digits, ., - and _."
		if s := slug(string(m)); wellShaped(s) {
			hint = fmt.Sprintf("Write it as %s.", s)
		}
		o.wrong("meter", "%q is not a meter. %s", short(string(m)), hint)
	}
	return m
}

func readUnit(o *object) string {
	unit := o.name("unit")
	if len([]rune(unit)) > maxUnit {
		o.wrong("unit", "The unit is longer than %d characters. Write each, bytes, GB or TB, or a short word.", maxUnit)
	}
	return unitOf(unit)
}

// when reads as_of or covers, one of which has to be there.
func (r *usageReader) when(o *object, x *app.Reading) {
	asOf, month := o.moment("as_of"), o.raw("covers")
	_, hasAsOf := o.get("as_of")
	_, hasCovers := o.get("covers")
	switch {
	case hasAsOf && hasCovers:
		o.wrong("covers", "A reading is of one moment (as_of) or covers a month (covers), not both. Send one of them.")
	case hasAsOf:
		if asOf.After(r.now.Add(ahead)) {
			o.wrong("as_of", "%s is still to come. Check the sender's clock.", asOf.Format(time.RFC3339))
		}
		x.AsOf = asOf
	case hasCovers:
		p, err := app.ParsePeriod(month)
		if err != nil {
			o.wrong("covers", "%q is not a month. Write it as 2026-10.", short(month))
			return
		}
		if wrong := cover(x, p, r.now); wrong != "" {
			o.wrong("covers", "%s", wrong)
		}
	default:
		o.wrong("as_of", `Say when it was read ("as_of": "2026-11-05T06:00:00Z") or which month it covers ("covers": "2026-10").`)
	}
}

// cover makes a reading one of a whole month: read at its end, or now while it lasts. wrong says why it cannot be.
func cover(x *app.Reading, p app.Period, now time.Time) (wrong string) {
	if p.Start(time.UTC).After(now.Add(ahead)) {
		return "The month " + p.String() + " is still to come."
	}
	x.Covers = p
	x.AsOf = earlier(p.Next().Start(time.UTC).Add(-time.Second), now.UTC())
	return ""
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// items reads the evidence. It must add up: which of the two numbers would be wrong is not for us to guess.
func (r *usageReader) items(o *object, x *app.Reading) {
	list, given := o.list("items")
	if !given {
		return
	}
	if len(list) > MaxRecords {
		o.wrong("items", "There are %d items; at most %d are kept. Send fewer, or none.", len(list), MaxRecords)
		return
	}
	sum, before := app.Q(0), len(r.problems)
	for i, v := range list {
		in := asObject(v, o.path("items")+"["+strconv.Itoa(i)+"]", &r.problems)
		if in == nil {
			continue
		}
		item := app.EvidenceItem{Kind: app.ObjectKind(in.raw("kind")), ExternalID: in.name("id"), Name: in.name("name"), Detail: in.name("detail")}
		amount, has := in.quantity("amount")
		if !has && in.values["amount"] == nil {
			amount = app.Q(1)
		}
		item.Amount = amount
		in.done()
		if item.Kind == "" {
			item.Kind = kindItem
		}
		switch {
		case !kindShape.MatchString(string(item.Kind)):
			in.wrong("kind", "Say what kind of thing it is, for example machine or account.")
		case item.ExternalID == "" && item.Name == "":
			in.wrong("id", "Say what was counted: an id, or a name.")
		}
		item.ExternalID, item.Name = firstOf(item.ExternalID, item.Name), firstOf(item.Name, item.ExternalID)
		sum = sum.Add(amount)
		x.Items = append(x.Items, item)
	}
	if len(r.problems) == before && !sum.Equal(x.Quantity) && o.values["quantity"] != nil {
		o.wrong("items", "The items add up to %s, but the quantity is %s. Correct one of them, or leave the items out.", sum, x.Quantity)
	}
}

// kindItem is the kind of what was counted when nobody says.
const kindItem app.ObjectKind = "item"

func period(p app.Period) string {
	if p.IsZero() {
		return ""
	}
	return p.String()
}
