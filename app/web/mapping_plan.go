package web

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"psabridge/app"
	"psabridge/views/ui"
)

// planned is a change of many mappings that a form asked for.
type planned struct {
	choices []app.MappingChoice
	leftOut []string // what the form asked for and cannot be done, in words
}

// planned is what the pressed button asks for.
func (b *mappingBook) planned(f form) (planned, error) {
	if one := f.text("one"); one != "" && f.text("do") != "mend" {
		return b.matchTyped(f, []string{one})
	}
	switch f.text("do") {
	case "match":
		return b.matchTyped(f, nil)
	case "certain":
		return b.matchCertain(), nil
	case "mend":
		return b.mends(f.text("one")), nil
	case "rows":
		return b.changedRows(f), nil
	case "bill", "bill-all":
		return b.billMany(f), nil
	case "confirm":
		var p planned
		if json.Unmarshal([]byte(f.Get("choices")), &p.choices) != nil {
			return p, app.Errorf(app.Invalid, "The change was cut off on its way. Open the page again and repeat it there.")
		}
		return p, nil
	}
	return planned{}, app.Errorf(app.Invalid, "Press one of the buttons of the page.")
}

// matchTyped takes the companies of the ticked rows, or of those named; a typed company comes before a proposed one.
func (b *mappingBook) matchTyped(f form, only []string) (p planned, err error) {
	var wrong ui.Errors
	for _, o := range b.rows {
		id := strconv.FormatInt(o.ID, 10)
		typed := f.text("company-" + id)
		if only != nil && !slices.Contains(only, id) || only == nil && typed == "" && !slices.Contains(f.Values["org"], id) {
			continue
		}
		company := f.number("to-" + id)
		if typed != "" {
			if company, err = companyMeant(typed, b.companies); err != nil {
				wrong = append(wrong, ui.FieldError{Field: "company-" + id, Message: o.Name + ": " + app.ErrorMessage(err)})
				continue
			}
		}
		if company == 0 {
			wrong = append(wrong, ui.FieldError{Field: "company-" + id, Message: o.Name + ": choose its company, or type its name, identifier or #number."})
			continue
		}
		p.choices = append(p.choices, app.MappingChoice{OrganizationID: o.ID, CompanyID: company})
	}
	if len(wrong) > 0 {
		return p, typedError{wrong}
	}
	return p, nil
}

// typedError is what is wrong with the fields of the page.
type typedError struct{ fields ui.Errors }

// Error implements error.
func (e typedError) Error() string { return e.fields[0].Message }

// As lets it count as invalid input.
func (e typedError) As(target any) bool {
	if t, ok := target.(**app.Error); ok {
		*t = &app.Error{Code: app.Invalid, Message: e.fields[0].Message}
		return true
	}
	return false
}

// matchCertain takes every suggestion nobody needs to look at.
func (b *mappingBook) matchCertain() (p planned) {
	for _, o := range b.rows {
		if list := b.suggestions[o.ID]; len(list) == 1 && sure(list[0]) && b.tree.Effective(o.Source, o.ExternalID).Company.ID == 0 {
			p.choices = append(p.choices, app.MappingChoice{OrganizationID: o.ID, CompanyID: list[0].CompanyID})
		}
	}
	return p
}

// mends takes what is suggested for all repairs, or for the one that is named.
func (b *mappingBook) mends(key string) (p planned) {
	for _, r := range b.repairs {
		if r.Suggest == nil || key != "" && repairKey(r) != key {
			continue
		}
		at := slices.IndexFunc(p.choices, func(c app.MappingChoice) bool { return c.OrganizationID == r.Suggest.OrganizationID })
		if at < 0 {
			p.choices = append(p.choices, *r.Suggest)
			continue
		}
		p.choices[at] = together(p.choices[at], *r.Suggest) // two things of one organization
	}
	return p
}

func together(a, b app.MappingChoice) app.MappingChoice {
	if b.CompanyID != 0 {
		a.CompanyID = b.CompanyID
	}
	if b.AgreementID != 0 {
		a.AgreementID = b.AgreementID
	}
	products := map[app.Meter]string{}
	maps.Copy(products, a.Products)
	maps.Copy(products, b.Products)
	a.Products = products
	return a
}

// changedRows takes the agreements and ticks of the shown rows, where they differ from what is stored.
func (b *mappingBook) changedRows(f form) (p planned) {
	for _, o := range b.rows {
		id := strconv.FormatInt(o.ID, 10)
		if !slices.Contains(f.Values["row"], id) {
			continue
		}
		e := b.tree.Effective(o.Source, o.ExternalID)
		bill := []app.Meter{}
		for _, meter := range f.Values["bill-"+id] {
			bill = append(bill, app.Meter(meter))
		}
		agreement := f.number("agreement-" + id)
		c := app.MappingChoice{OrganizationID: o.ID}
		if !sameMeters(bill, e.Bill) {
			c.Bill = bill
		}
		if len(bill) > 0 && agreement != 0 && agreement != e.Agreement.ID {
			c.AgreementID = agreement
		}
		if c.Bill != nil || c.AgreementID != 0 {
			p.choices = append(p.choices, c)
		}
	}
	return p
}

func sameMeters(a, b []app.Meter) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(m app.Meter) bool { return !slices.Contains(b, m) })
}

// billMany adds meters to the ticked organizations, or to all that pass the filter. Which agreement is meant where a company
// has several, only a person knows: those are left out.
func (b *mappingBook) billMany(f form) (p planned) {
	var meters []app.Meter
	for _, m := range f.Values["meter"] {
		meters = append(meters, app.Meter(m))
	}
	if len(meters) == 0 {
		return planned{leftOut: []string{"Tick what is to be billed."}}
	}
	for _, o := range b.rows {
		id := strconv.FormatInt(o.ID, 10)
		e := b.tree.Effective(o.Source, o.ExternalID)
		all := f.text("do") == "bill-all" && (b.shows(o, e, "matched") || b.filter.Show == "repair" && b.shows(o, e, "repair"))
		ticked := f.text("do") == "bill" && slices.Contains(f.Values["org"], id)
		if e.Company.ID == 0 || !all && !ticked {
			continue
		}
		bill := slices.Clone(e.Bill)
		for _, m := range meters {
			if !slices.Contains(bill, m) {
				bill = append(bill, m)
			}
		}
		c := app.MappingChoice{OrganizationID: o.ID}
		if !sameMeters(bill, e.Bill) {
			c.Bill = ordered(bill)
		}
		if e.Agreement.ID == 0 {
			row := b.mappedRow(o, e, 0)
			if c.AgreementID = row.Proposed; c.AgreementID == 0 {
				c.AgreementID = f.number("agreement-" + id)
			}
			if c.AgreementID == 0 {
				p.leftOut = append(p.leftOut, noAgreementWords(o.Name, len(row.Agreements)))
				continue
			}
		}
		if c.Bill != nil || c.AgreementID != 0 {
			p.choices = append(p.choices, c)
		}
	}
	return p
}

func noAgreementWords(name string, several int) string {
	if several == 0 {
		return name + ": its company has no agreement that runs. Make one in ConnectWise, then reload the options."
	}
	return name + ": its company has " + ui.Count(several, "agreement", "agreements") + ". Choose one of them first."
}
