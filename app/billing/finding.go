package billing

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"psabridge/app"
)

// Findings tells where use and bill do not meet, from what a plan was made of and the lines it came to. An organization, or
// a line that several share, is in one finding per meter at most. What is not known is not found: a reading that cannot
// bill proves no loss either.
func Findings(in Input, p app.Plan) []app.Finding { return newBook(in).findings(p.Lines) }

// finder collects the findings of one plan.
type finder struct {
	*book
	groups map[lineKey][]want
	asked  map[[2]int64]bool // agreements and catalog items some line stands for
	inside map[usage]bool    // usage that an organization above is billed for already
	found  []app.Finding
}

func (b *book) findings(lines []app.Line) []app.Finding {
	groups, _ := b.groups()
	f := &finder{book: b, groups: groups, asked: map[[2]int64]bool{}, inside: b.inclusive()}
	for _, l := range lines {
		f.asked[[2]int64{l.Agreement.ID, l.ProductID}] = true
		f.line(l)
	}
	f.unticked()
	f.unasked()
	f.unmapped()
	slices.SortStableFunc(f.found, byWeight)
	return f.found
}

// inclusive lists the usage that is billed within an organization above.
func (b *book) inclusive() map[usage]bool {
	inside := map[usage]bool{}
	for _, m := range b.Mappings {
		for _, meter := range m.Bill {
			if m.Rules[meter].Basis != app.BasisInclusive {
				continue
			}
			for _, child := range b.below(keyOf(m.Organization)) {
				inside[usage{keyOf(child), meter}] = true
			}
		}
	}
	return inside
}

// line finds what is wrong about one line of the plan.
func (f *finder) line(l app.Line) {
	wants := f.groups[planKey(l)]
	known := !hasHold(l, app.HoldIncompleteReading) && !hasHold(l, app.HoldUnitMismatch)
	used := f.usedOn(l, wants)
	lost := !known || used.IsPositive()
	x := f.about(l)
	if known && len(wants) > 0 {
		x.Used = &used
	}
	switch {
	case hasHold(l, app.HoldAmbiguousAddition):
		f.double(x, l)
	case len(wants) > 0 && wants[0].mapping.CompanyID == 0:
		if lost {
			f.add(x, app.FindingUnmapped, f.worth(l, x.Used), "%s", firstHold(l, app.HoldMappingBroken))
		}
	case len(wants) > 0 && f.Actual.Problem == "" && !f.billsHere(l, wants):
		if lost {
			f.add(x, app.FindingNoAgreement, f.worth(l, x.Used), "%s", f.whyNoAgreement(l))
		}
	case f.Actual.Problem == "" && mixed(wants):
		x.Used = nil
		f.add(x, app.FindingUsedNotBilled, nil, "%s", firstHold(l, app.HoldMappingBroken))
	case !known || f.Actual.Problem != "" || len(wants) == 0 && !f.runs(l.Agreement.ID):
		return
	case l.Verdict != app.VerdictSame && Correctable(l) != nil:
		f.broken(x, l, used)
	default:
		f.difference(x, l, used)
	}
}

// usedOn is what the organizations of a line use, rounded as they are billed, without the minimum.
func (f *finder) usedOn(l app.Line, wants []want) app.Quantity {
	if len(wants) == 0 {
		return sum(l.Shares)
	}
	return Round(sum(l.Shares), wants[0].rule.Round)
}

// planKey is the key a planned line was grouped by.
func planKey(l app.Line) lineKey {
	k := lineKey{agreement: l.Agreement.ID, product: l.ProductID}
	if k.product == 0 {
		k.name = cmp.Or(l.Product, noProduct(l.Meter))
	}
	if k.agreement == 0 && len(l.Shares) > 0 {
		k.org = shareKey(l.Shares[0])
	}
	return k
}

// about is a finding that says whom it is about. Of several organizations on a line the first is named.
func (f *finder) about(l app.Line) app.Finding {
	x := app.Finding{Company: l.Company, Agreement: l.Agreement, Meter: l.Meter, Product: l.Product, Unit: l.Unit, Billed: l.Before}
	if len(l.Shares) == 0 {
		return x
	}
	first, others := l.Shares[0], map[orgKey]bool{}
	for _, s := range l.Shares {
		others[shareKey(s)] = true
	}
	delete(others, shareKey(first))
	x.Organization = app.Named{ID: first.OrganizationID, Name: first.Name}
	if len(others) > 0 {
		x.Organization.Name += fmt.Sprintf(" and %d more", len(others))
	}
	return x
}

func (f *finder) add(x app.Finding, code app.FindingCode, amount *app.Money, format string, args ...any) {
	x.Code, x.Amount, x.Message = code, amount, fmt.Sprintf(format, args...)
	f.found = append(f.found, x)
}

// double is about two open additions of one product: the customer pays for both.
func (f *finder) double(x app.Finding, l app.Line) {
	billed, worth := f.openOf(l.Agreement.ID, l.ProductID)
	x.Billed = &billed
	var amount *app.Money
	if price, ok := f.onePrice(l.Agreement.ID, l.ProductID); ok && worth != nil && x.Used != nil {
		a := x.Used.Mul(price).Sub(*worth)
		amount = &a
	}
	f.add(x, app.FindingDoubleLine, amount, "%s", firstHold(l, app.HoldAmbiguousAddition))
}

// broken is about a line that nothing can be written to. Its old addition may go on billing all the same.
func (f *finder) broken(x app.Finding, l app.Line, used app.Quantity) {
	why := l.Holds[0].Message
	for _, h := range l.Holds {
		if _, no := noTarget[h.Code]; no || h.Code == app.HoldAdditionCancelled {
			why = h.Message
			break
		}
	}
	if a, ok := f.underOldName(l); ok {
		f.asked[[2]int64{l.Agreement.ID, a.ProductID}] = true
		q := a.Quantity
		x.Billed = &q
		if over := used.Sub(q); !over.IsZero() {
			f.add(x, codeOf(over), ownWorth(a, over), "%s", why)
		}
		return
	}
	if used.IsPositive() {
		f.add(x, app.FindingUsedNotBilled, f.worth(l, &used), "%s", why)
	}
}

// mixed reports whether a sum over the organizations of a line means nothing: two meters, or two rules.
func mixed(wants []want) bool {
	return slices.ContainsFunc(wants, func(w want) bool { return w.meter != wants[0].meter || !sameRule(w.rule, wants[0].rule) })
}

// underOldName finds the open addition we wrote for a line before its Product ID meant another catalog item, or none.
func (f *finder) underOldName(l app.Line) (app.Addition, bool) {
	for _, o := range f.Owned {
		if o.AgreementID != l.Agreement.ID || f.nameOf(o) != l.Product {
			continue
		}
		list := f.Actual.Additions[o.AgreementID]
		i := slices.IndexFunc(list, func(a app.Addition) bool { return a.ID == o.AdditionID && Open(a, f.today) })
		if i >= 0 {
			return list[i], true
		}
	}
	return app.Addition{}, false
}

// difference is about a line that can be written: it would rise, fall, or rests on the minimum.
func (f *finder) difference(x app.Finding, l app.Line, used app.Quantity) {
	wants := f.groups[planKey(l)]
	if len(wants) > 0 && wants[0].rule.Minimum != nil && used.LessThan(l.After.Decimal) && l.Decision != app.DecisionCorrected {
		f.add(x, app.FindingBelowMinimum, f.worthOf(l, used.Sub(l.After)), "%s used, and the minimum of %s is billed. If that is not agreed any more, change the quantity rule.", are(used, l.Unit), l.After)
		return
	}
	over := difference(l)
	if over.IsZero() {
		return
	}
	x.Used = &used
	f.add(x, codeOf(over), f.worthOf(l, over), "%s %s", meets(l), whatNext(l))
}

// codeOf names which way a difference goes.
func codeOf(over app.Quantity) app.FindingCode {
	if over.IsNegative() {
		return app.FindingBilledNotUsed
	}
	return app.FindingUsedNotBilled
}

func meets(l app.Line) string {
	if l.Before == nil {
		return are(l.After, l.Unit) + " used, and no line bills them."
	}
	return fmt.Sprintf("%s billed, and %s used.", are(*l.Before, l.Unit), are(l.After, l.Unit))
}

func whatNext(l app.Line) string {
	if len(l.Holds) > 0 && l.Verdict == app.VerdictHold {
		return "The line waits for you: " + l.Holds[0].Message
	}
	return "Push the month, and they meet."
}

func are(q app.Quantity, unit string) string {
	verb := "are"
	if q.Equal(app.Q(1)) {
		verb = "is"
	}
	if unit == "" || unit == app.UnitEach {
		return fmt.Sprintf("%s %s", q, verb)
	}
	return fmt.Sprintf("%s %s %s", q, unit, verb)
}

// firstHold is the sentence of a line's hold of a kind, or of whatever holds it.
func firstHold(l app.Line, code app.HoldCode) string {
	for _, h := range l.Holds {
		if h.Code == code {
			return h.Message
		}
	}
	if len(l.Holds) == 0 {
		return ""
	}
	return l.Holds[0].Message
}

// weight orders the kinds of findings as a person should look at them.
var weight = map[app.FindingCode]int{
	app.FindingUsedNotBilled: 1, app.FindingBilledNotUsed: 2, app.FindingUnmapped: 3, app.FindingNoAgreement: 4, app.FindingDoubleLine: 5, app.FindingBelowMinimum: 6,
}

func byWeight(a, b app.Finding) int {
	return cmp.Or(
		cmp.Compare(weight[a.Code], weight[b.Code]),
		strings.Compare(strings.ToLower(cmp.Or(a.Organization.Name, a.Company.Name)), strings.ToLower(cmp.Or(b.Organization.Name, b.Company.Name))),
		cmp.Compare(a.Organization.ID, b.Organization.ID), cmp.Compare(a.Agreement.ID, b.Agreement.ID),
		strings.Compare(string(a.Meter), string(b.Meter)), strings.Compare(a.Product, b.Product),
	)
}
