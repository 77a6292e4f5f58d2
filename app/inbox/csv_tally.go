package inbox

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"psabridge/app"
)

// part is what one row adds to one reading.
type part struct {
	external string
	meter    app.Meter
	quantity app.Quantity
	unit     string
	asOf     time.Time
	covers   app.Period
	itemID   string
	itemName string
}

// tally is a reading that grows row by row.
type tally struct {
	part
	line    int // of the first row
	items   []counted
	at      map[string]int // place in items by what was counted; nil while there are few
	begun   bool           // no row has added to it yet
	more    int            // rows whose evidence was too much to keep
	rest    app.Quantity   // and what they add up to
	problem string
}

// counted is one thing that was counted, kept small: a file has many.
type counted struct {
	id, name string // both empty for a row that names nothing
	rows     string // further rows of it, for those that name nothing
	line     int
	amount   app.Quantity
}

// The kinds of evidence a file gives.
const kindRow app.ObjectKind = "row"

// maxItems bounds the evidence that is kept of one file; beyond it rows are summed up in one item each.
const maxItems = 200000

// begin returns the reading a row belongs to, and makes it, of 0, when there is none; nil when there are too many.
func (r *run) begin(x part, line int) *tally {
	key := x.external + "\x00" + string(x.meter) + "\x00" + period(x.covers)
	t := r.tallies[key]
	switch {
	case t != nil:
		return t
	case len(r.tallies) >= maxItems:
		r.lost(line, "", fmt.Sprintf("The file has more than %d readings. Import it in parts.", maxItems))
		return nil
	}
	x.external, x.unit = cloned(x.external), cloned(x.unit)
	t = &tally{part: x, line: line, begun: true}
	t.quantity = app.Q(0)
	r.tallies[key] = t
	r.order = append(r.order, key)
	return t
}

// count adds a row to its reading.
func (r *run) count(x part, line int) {
	t := r.begin(x, line)
	if t == nil {
		return
	}
	if t.begun {
		t.begun, t.line, t.unit, t.asOf = false, line, cloned(x.unit), x.asOf
	}
	last := r.m.Duplicates == app.DuplicatesLast
	switch {
	case t.unit != x.unit:
		r.clash(t, line, fmt.Sprintf("This customer's %s is in %s here and in %s in line %d. Use one unit.", x.meter, x.unit, t.unit, t.line))
		return
	case !t.asOf.Equal(x.asOf) && !last:
		r.clash(t, line, fmt.Sprintf("This customer's %s is of %s here and of %s in line %d. Added up they would count twice; import one day at a time, or let the last row count.",
			x.meter, x.asOf.Format(time.DateOnly), t.asOf.Format(time.DateOnly), t.line))
		return
	}
	t.asOf = x.asOf
	t.take(r, x, line, last)
}

// clash notes a row that contradicts an earlier one of the same reading.
func (r *run) clash(t *tally, line int, message string) {
	r.wrong(line, "", message)
	t.problem = fmt.Sprintf("Line %d of %s is wrong: %s", line, r.file.Name, message)
}

// take adds a row's quantity and evidence. What was counted already is added to, or replaced when the last row counts.
func (t *tally) take(r *run, x part, line int, last bool) {
	id := firstOf(x.itemID, x.itemName)
	if i := t.find(id); i >= 0 {
		r.counts.Duplicate++
		t.again(i, x, line, last)
		return
	}
	t.quantity = t.quantity.Add(x.quantity)
	if r.items++; r.items > maxItems {
		if last {
			r.lost(line, "", fmt.Sprintf("The file has more than %d things that are counted, too many to find out which row is the last of each. Import it in parts.", maxItems))
		}
		t.more++
		t.rest = t.rest.Add(x.quantity)
		return
	}
	item := counted{line: line, amount: x.quantity}
	if id != "" {
		item.id = cloned(id)
		item.name = item.id
		if x.itemName != "" && x.itemName != id {
			item.name = cloned(x.itemName)
		}
	}
	if t.at != nil {
		t.at[item.id] = len(t.items)
	}
	t.items = append(t.items, item)
}

// find returns the place of what was counted already; -1 when it was not.
func (t *tally) find(id string) int {
	if t.at == nil && len(t.items) < 16 {
		return slices.IndexFunc(t.items, func(c counted) bool { return c.id == id })
	}
	if t.at == nil {
		t.at = make(map[string]int, 2*len(t.items))
		for i, c := range t.items {
			t.at[c.id] = i
		}
	}
	if i, ok := t.at[id]; ok {
		return i
	}
	return -1
}

// again is take for a row about something that was counted already.
func (t *tally) again(i int, x part, line int, last bool) {
	c := &t.items[i]
	if last {
		t.quantity = t.quantity.Sub(c.amount)
		c.amount, c.line = app.Q(0), line
	}
	t.quantity = t.quantity.Add(x.quantity)
	c.amount = c.amount.Add(x.quantity)
	switch {
	case c.id != "" || last:
	case len(c.rows) < maxName/2:
		c.rows += ", " + strconv.Itoa(line)
	case !strings.HasSuffix(c.rows, "…"):
		c.rows += " …"
	}
}

// evidence is how a counted thing is shown.
func (c counted) evidence() app.EvidenceItem {
	if c.id == "" {
		return app.EvidenceItem{Kind: kindRow, ExternalID: "row", Name: "row " + strconv.Itoa(c.line) + c.rows, Amount: c.amount}
	}
	return app.EvidenceItem{Kind: kindItem, ExternalID: c.id, Name: c.name, Amount: c.amount}
}

// reading is what the tally came to. The tally gives up what it holds, so that a large file is not there twice.
func (t *tally) reading() app.Reading {
	x := app.Reading{
		OrganizationID: t.external, Meter: t.meter, Quantity: t.quantity, Unit: t.unit, Complete: t.problem == "", Problem: t.problem, Method: app.MethodFile,
		AsOf: t.asOf, Covers: t.covers,
	}
	if n := len(t.items); n > 0 {
		x.Items = make([]app.EvidenceItem, 0, n+min(t.more, 1))
	}
	for _, c := range t.items {
		x.Items = append(x.Items, c.evidence())
	}
	if t.more > 0 {
		x.Items = append(x.Items, app.EvidenceItem{Kind: kindRow, ExternalID: "rest", Name: plural(t.more, "more row", "more rows"), Amount: t.rest})
	}
	t.items, t.at = nil, nil
	return x
}

// result is what a whole file came to.
type result struct {
	readings []app.Reading
	counts   app.ImportCounts
	totals   []app.MeterTotal
	zeroed   []app.Organization
}

// finish looks at what only shows at the end of the file.
func (r *run) finish() {
	r.sumBelow()
	r.askRepeated()
	if r.m.Shape == ShapeCloudUsage && r.counts.Rows == 0 && !r.asked {
		r.missing("", "The report holds no row, so it may have broken off. A customer who is not protected has rows too; make the report again.")
	}
	r.customers.split(func(external, line, text string) {
		n, _ := strconv.Atoi(line) // written by us
		r.wrong(n, r.head(r.columns.customerID), text)
		r.spoilt[external] = text
		r.unusable = true
	})
	for _, key := range r.order {
		t := r.tallies[key]
		for _, of := range []string{t.external, t.external + "\x00" + string(t.meter)} {
			if problem, bad := r.spoilt[of]; bad {
				t.problem = problem
			}
		}
	}
	r.spoiltAlone()
}

// spoiltAlone gives an incomplete reading to customers all of whose rows of a meter were wrong: the last complete one must
// not go on as if nothing had come.
func (r *run) spoiltAlone() {
	if !r.m.Partial || len(r.order) == 0 {
		return
	}
	like := r.tallies[r.order[0]]
	have := map[string]bool{}
	for _, key := range r.order {
		t := r.tallies[key]
		have[t.external+"\x00"+string(t.meter)] = true
	}
	for _, of := range slices.Sorted(maps.Keys(r.spoilt)) {
		external, meter, ok := strings.Cut(of, "\x00")
		if !ok || have[of] {
			continue
		}
		t := &tally{
			part:    part{external: external, meter: app.Meter(meter), quantity: app.Q(0), unit: like.unit, asOf: like.asOf, covers: like.covers},
			problem: r.spoilt[of],
		}
		r.tallies[of], r.order = t, append(r.order, of)
	}
}

// result makes the readings, or none when something is wrong.
func (r *run) result() result {
	out := result{counts: r.counts}
	totals := map[string]int{}
	zeroes := r.zeroes(&out)
	if r.unusable || out.counts.Wrong > 0 && !r.m.Partial {
		return out
	}
	organizations := map[string]bool{}
	for _, key := range r.order {
		x := r.tallies[key].reading()
		out.readings = append(out.readings, both(x)...)
		organizations[x.OrganizationID] = true
		if !x.Complete {
			continue
		}
		of := string(x.Meter) + "\x00" + x.Unit
		if _, known := totals[of]; !known {
			totals[of] = len(out.totals)
			out.totals = append(out.totals, app.MeterTotal{Meter: x.Meter, Unit: x.Unit})
		}
		sum := &out.totals[totals[of]].Quantity
		*sum = sum.Add(x.Quantity)
	}
	for _, x := range zeroes {
		out.readings = append(out.readings, both(x)...)
		organizations[x.OrganizationID] = true
	}
	out.counts.Organizations, out.counts.ReadingsMade = len(organizations), len(out.readings)/2
	return out
}

// zeroes are the readings of customers who are not in a complete file. Which of them used a meter before is known from
// their newest reading of it.
func (r *run) zeroes(out *result) []app.Reading {
	if !r.m.Complete || len(r.order) == 0 || r.unusable {
		return nil
	}
	like := map[app.Meter]*tally{}
	here := map[string]bool{}
	for _, key := range r.order {
		t := r.tallies[key]
		here[t.external+"\x00"+string(t.meter)] = true
		if first := like[t.meter]; first != nil && (first.covers != t.covers || !first.asOf.Equal(t.asOf)) {
			r.unusable = true
			out.counts.Problems = append(out.counts.Problems, app.RowProblem{
				Line: t.line, Message: "The file is marked complete, but holds several days or months, so nobody can say of which one the missing customers used nothing. Import one at a time.",
			})
			return nil
		}
		like[t.meter] = t
	}
	var zeroes []app.Reading
	for _, o := range r.known {
		if o.ExternalID == app.SyntheticTop || o.State == app.OrganizationGone {
			continue
		}
		added := false
		for _, before := range o.Readings {
			t, of := like[before.Meter], o.ExternalID+"\x00"+string(before.Meter)
			_, bad := r.spoilt[of]
			_, all := r.spoilt[o.ExternalID]
			if t == nil || here[of] || bad || all {
				continue
			}
			here[of] = true
			zeroes = append(zeroes, app.Reading{
				OrganizationID: o.ExternalID, Meter: t.meter, Quantity: app.Q(0), Unit: t.unit, Complete: true, Method: app.MethodFile, AsOf: t.asOf, Covers: t.covers,
			})
			added = true
		}
		if added {
			out.zeroed = append(out.zeroed, o.Organization)
			r.customers.keep(o.ExternalID, o.Name)
		}
	}
	return zeroes
}

// keep adds a customer the source knows already, so that their reading has its organization beside it.
func (c *customers) keep(external, name string) {
	if _, here := c.name[external]; !here {
		c.order = append(c.order, external)
		c.name[external] = name
	}
}

// cloned keeps a text without the row it was cut from.
func cloned(s string) string { return strings.Clone(s) }

func lower(s string) string {
	r := []rune(s)
	if len(r) > 0 {
		r[0] = unicode.ToLower(r[0])
	}
	return string(r)
}
