package billing

import (
	"fmt"
	"iter"
	"maps"
	"slices"

	"psabridge/app"
)

// What no line of a plan stands for: meters nobody ticked, organizations without a company, additions nobody asks for.

// runs reports whether an agreement bills today.
func (f *finder) runs(id int64) bool {
	a, ok := f.agreements[id]
	return ok && !a.Cancelled && (a.Status == "" || a.Status == "Active") && !a.StartDate.After(f.today) &&
		(a.EndDate.IsZero() || !a.EndDate.Before(f.today))
}

// billsHere reports whether the agreement of a line runs and is its company's own.
func (f *finder) billsHere(l app.Line, wants []want) bool {
	return f.runs(l.Agreement.ID) && f.agreements[l.Agreement.ID].CompanyID == wants[0].mapping.CompanyID
}

// whyNoAgreement says why a line bills nobody. A line that would write nothing carries no hold that does.
func (f *finder) whyNoAgreement(l app.Line) string {
	about := []app.HoldCode{app.HoldNoAgreement, app.HoldAgreementInactive, app.HoldAgreementNotStarted, app.HoldMappingBroken}
	for _, h := range l.Holds {
		if slices.Contains(about, h.Code) {
			return h.Message
		}
	}
	d := &draft{Line: l}
	d.Holds = nil
	f.checkActive(d, f.agreements[l.Agreement.ID], "choose another one on the organization's Settings tab")
	return firstHold(d.Line, app.HoldAgreementInactive)
}

// idle is what an organization uses of a meter that nothing bills.
type idle struct {
	want  want
	used  app.Quantity
	unit  string
	typed bool
}

// uses counts a meter that is not billed, alone and without what is below. It reports false when the reading could not be
// billed either. The plan's own list of who is missing is left as it is.
func (f *finder) uses(m *Mapping, meter app.Meter) (idle, bool) {
	w := want{mapping: m, meter: meter, rule: Defaults(m.Rules[meter], meter)}
	w.rule.Basis = app.BasisOwn
	quiet := *f.book
	quiet.missing = nil
	unit := f.unitOf(w)
	c := quiet.count(w, unit)
	return idle{w, c.share.Quantity, unit, c.share.Override != ""}, c.known && len(c.holds) == 0 && c.share.Quantity.IsPositive()
}

// unticked looks at the meters that have a Product ID, or a typed number, and are not billed for an organization with a
// company. Those of one agreement and product are compared together with a line that is kept by hand.
func (f *finder) unticked() {
	if f.Actual.Problem != "" {
		return
	}
	typed := f.typedMeters()
	groups := map[lineKey][]idle{}
	var order []lineKey
	for m := range f.everyone() {
		if m.CompanyID == 0 {
			continue
		}
		for _, meter := range f.couldBill(m, typed) {
			u, ok := f.uses(m, meter)
			if !ok {
				continue
			}
			k := f.keyFor(u.want)
			if _, read := f.Actual.Additions[k.agreement]; !read || k.product == 0 {
				k.org = keyOf(m.Organization)
			}
			if groups[k] == nil {
				order = append(order, k)
			}
			groups[k] = append(groups[k], u)
		}
	}
	for _, k := range order {
		f.idle(k, groups[k])
	}
}

// everyone goes through the organizations that are billed and those that are not.
func (f *finder) everyone() iter.Seq[*Mapping] {
	return func(yield func(*Mapping) bool) {
		for _, list := range [][]Mapping{f.Mappings, f.Unbilled} {
			for i := range list {
				if !yield(&list[i]) {
					return
				}
			}
		}
	}
}

// typedMeters lists the meters a person typed a number for, by organization.
func (f *finder) typedMeters() map[orgKey][]app.Meter {
	typed := map[orgKey][]app.Meter{}
	for u := range f.overrides {
		typed[u.org] = append(typed[u.org], u.meter)
	}
	return typed
}

// couldBill lists the meters of an organization that could be billed and are not, in order.
func (f *finder) couldBill(m *Mapping, typed map[orgKey][]app.Meter) []app.Meter {
	meters := slices.Concat(slices.Collect(maps.Keys(m.Products)), typed[keyOf(m.Organization)])
	slices.Sort(meters)
	return slices.DeleteFunc(slices.Compact(meters), func(meter app.Meter) bool {
		nothing := m.Products[meter] == "" && !slices.Contains(typed[keyOf(m.Organization)], meter)
		return nothing || slices.Contains(m.Bill, meter) || f.inside[usage{keyOf(m.Organization), meter}]
	})
}

// idle is about the unbilled usage of one agreement and product.
func (f *finder) idle(k lineKey, list []idle) {
	x := f.unbilled(list)
	used := *x.Used
	if f.asked[[2]int64{k.agreement, k.product}] && k.product != 0 {
		f.add(x, app.FindingUsedNotBilled, f.catalogWorth(x.Product, used), "%s", f.tick(x, list[0]))
		return
	}
	_, read := f.Actual.Additions[k.agreement]
	byHand := f.open(k.agreement, k.product)
	if k.product == 0 || len(byHand) == 0 {
		var amount *app.Money
		if read || k.agreement == 0 {
			amount = f.catalogWorth(x.Product, used)
		}
		f.add(x, app.FindingUsedNotBilled, amount, "%s", f.tick(x, list[0]))
		return
	}
	f.asked[[2]int64{k.agreement, k.product}] = true
	billed, _ := f.openOf(k.agreement, k.product)
	over := used.Sub(billed)
	if over.IsZero() {
		return
	}
	x.Billed = &billed
	var amount *app.Money
	if len(byHand) == 1 {
		amount = ownWorth(byHand[0], over)
	}
	f.add(x, codeOf(over), amount, "%s used, and a line that is kept by hand bills %s. Tick %s on the organization's Settings tab, and the bridge keeps it.", are(used, x.Unit), billed, x.Meter)
}

// unbilled is a finding about usage without a line.
func (f *finder) unbilled(list []idle) app.Finding {
	first := list[0].want
	m := first.mapping
	var total app.Quantity
	for _, u := range list {
		total = total.Add(u.used)
	}
	used := Round(total, first.rule.Round)
	x := app.Finding{
		Organization: app.Named{ID: m.Organization.ID, Name: m.Organization.Name}, Meter: first.meter, Product: m.Products[first.meter], Unit: list[0].unit, Used: &used,
	}
	if m.CompanyID != 0 {
		x.Company = app.Named{ID: m.CompanyID, Name: f.companies[m.CompanyID].Name}
	}
	if m.AgreementID != 0 {
		x.Agreement = app.Named{ID: m.AgreementID, Name: f.agreements[m.AgreementID].Name}
	}
	if more := len(list) - 1; more > 0 {
		x.Organization.Name += fmt.Sprintf(" and %d more", more)
	}
	return x
}

func (f *finder) tick(x app.Finding, u idle) string {
	what := are(*x.Used, x.Unit) + " used"
	if u.typed {
		what = are(*x.Used, x.Unit) + " typed for this month"
	}
	if x.Product == "" {
		return fmt.Sprintf("%s, and %s has no Product ID. Choose one on the connection's billing page, then tick it on the organization's Settings tab.", what, x.Meter)
	}
	return fmt.Sprintf("%s, and %s is not ticked, so nothing bills it. Tick it on the organization's Settings tab.", what, x.Meter)
}

// unmapped is about organizations without a company. The organization on top of a tree is the MSP itself.
func (f *finder) unmapped() {
	typed := f.typedMeters()
	for i := range f.Unbilled {
		m := &f.Unbilled[i]
		top := m.Organization.ParentExternalID == "" && len(f.children[keyOf(m.Organization)]) > 0
		if m.CompanyID != 0 || top {
			continue
		}
		for _, meter := range f.couldBill(m, typed) {
			u, ok := f.uses(m, meter)
			if !ok {
				continue
			}
			x := f.unbilled([]idle{u})
			f.add(x, app.FindingUnmapped, f.catalogWorth(x.Product, *x.Used), "%s used, and %s has no ConnectWise company. Match it on the Mapping page, or ignore the organization.", are(*x.Used, x.Unit), x.Organization.Name)
		}
	}
}

// unasked is about open additions of our products that no mapping asks for, on agreements that were read.
func (f *finder) unasked() {
	ours := map[string]bool{}
	for _, m := range slices.Concat(f.Mappings, f.Unbilled, []Mapping{{Products: f.Settings.Products}}) {
		for _, name := range m.Products {
			ours[name] = true
		}
	}
	for _, id := range slices.Sorted(maps.Keys(f.Actual.Additions)) {
		if !f.runs(id) {
			continue
		}
		for _, a := range f.Actual.Additions[id] {
			k := [2]int64{id, a.ProductID}
			if !ours[a.Product] || a.Product == "" || f.asked[k] || !Open(a, f.today) || a.BillCustomer != billable || !a.Quantity.IsPositive() {
				continue
			}
			f.asked[k] = true
			f.nobodys(id, a)
		}
	}
}

func (f *finder) nobodys(id int64, a app.Addition) {
	g := f.agreements[id]
	billed, worth := f.openOf(id, a.ProductID)
	x := app.Finding{
		Company: app.Named{ID: g.CompanyID, Name: g.Company}, Agreement: app.Named{ID: id, Name: g.Name}, Meter: f.meterOf(a.Product), Product: a.Product, Billed: &billed,
	}
	x.Unit = Defaults(app.QuantityRule{}, x.Meter).Unit
	if worth != nil {
		less := app.Q(0).Sub(*worth)
		worth = &less
	}
	f.add(x, app.FindingBilledNotUsed, worth, "%s billed on agreement %s, and no organization is billed there for %s. Map the one that uses it, or cancel the line in ConnectWise.", are(billed, x.Unit), g.Name, a.Product)
}
