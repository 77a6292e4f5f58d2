package billing

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"psabridge/app"
)

// Plan works out what a push would change. It writes nothing and fails at nothing: whatever cannot be known holds its
// line and says so.
func Plan(in Input) app.Plan {
	b := newBook(in)
	drafts := b.drafts()
	slices.SortStableFunc(drafts, func(a, b *draft) int { return byPlace(&a.Line, &b.Line) })
	lines := make([]app.Line, 0, len(drafts))
	for _, d := range drafts {
		lines = append(lines, b.finish(d))
	}
	p := app.Plan{
		Connection: in.Connection, Period: in.Period, Trigger: in.Trigger, State: app.PlanOpen,
		SettingsRev: in.SettingsRev, CreatedAt: in.Now, Complete: b.complete(), Problems: b.problems(), Lines: lines,
	}
	p.Findings = b.findings(p.Lines)
	p.Digest = Digest(p)
	return p
}

// byPlace orders lines as a person looks for them: company, agreement, product.
func byPlace(a, b *app.Line) int {
	return cmp.Or(
		strings.Compare(strings.ToLower(a.Company.Name), strings.ToLower(b.Company.Name)),
		cmp.Compare(a.Agreement.ID, b.Agreement.ID),
		strings.Compare(a.Product, b.Product),
		cmp.Compare(a.ProductID, b.ProductID),
	)
}

func (b *book) complete() bool {
	if len(b.Unread) > 0 || len(b.Problems) > 0 || len(b.missing) > 0 || b.Actual.Problem != "" {
		return false
	}
	for _, id := range NeedAdditions(b.Mappings, b.Owned) {
		_, exists := b.agreements[id]
		if _, read := b.Actual.Additions[id]; exists && !read {
			return false
		}
	}
	return true
}

func (b *book) problems() []string {
	out := slices.Clone(b.Problems)
	sources := make([]string, 0, len(b.Unread))
	for name := range b.Unread {
		sources = append(sources, name)
	}
	slices.Sort(sources)
	for _, name := range sources {
		out = append(out, name+": "+sentence(b.Unread[name]))
	}
	if b.Actual.Problem != "" {
		out = append(out, sentence(b.Actual.Problem))
	}
	if n := len(b.missing); n > 0 {
		names := strings.Join(b.missing[:min(n, namesShown)], ", ")
		if more := n - namesShown; more > 0 {
			names += fmt.Sprintf(" and %d more", more)
		}
		out = append(out, "The sources showed nothing to count for "+names+". Their lines are held and say why.")
	}
	return out
}

// draft is a line in the making.
type draft struct {
	app.Line
	wants []want
	rule  app.QuantityRule
	// methods are the ways the shares were counted; typed ones were not.
	methods []string
	known   bool // After can be trusted
	target  bool // it is certain which addition is meant, or that one is created
	// addition is the open addition the line is about; nil when it would be created.
	addition *app.Addition
	owned    *app.OwnedAddition
}

func (d *draft) hold(code app.HoldCode, format string, args ...any) {
	d.Holds = append(d.Holds, hold(code, format, args...))
}

// block holds the draft for want of something to write to: nobody can release that.
func (d *draft) block(code app.HoldCode, format string, args ...any) {
	d.target = false
	d.hold(code, format, args...)
}

func (d *draft) has(code app.HoldCode) bool { return hasHold(d.Line, code) }

func hasHold(l app.Line, code app.HoldCode) bool {
	return slices.ContainsFunc(l.Holds, func(h app.Hold) bool { return h.Code == code })
}

// drafts groups the mappings into lines, counts them, finds what they are written to, and adds the lines that lost
// their last share.
func (b *book) drafts() []*draft {
	groups, order := b.groups()
	drafts := make([]*draft, 0, len(order))
	for _, k := range order {
		drafts = append(drafts, b.draft(k, groups[k]))
	}
	drafts = append(drafts, b.orphans(drafts)...)
	b.shareLeft(drafts)
	return drafts
}

// groups collects who becomes one line, in the order of the mappings.
func (b *book) groups() (groups map[lineKey][]want, order []lineKey) {
	groups = map[lineKey][]want{}
	for i := range b.Mappings {
		m := &b.Mappings[i]
		for _, meter := range m.Bill {
			w := want{mapping: m, meter: meter, rule: Defaults(m.Rules[meter], meter)}
			k := b.keyFor(w)
			if groups[k] == nil {
				order = append(order, k)
			}
			groups[k] = append(groups[k], w)
		}
	}
	return groups, order
}

func (b *book) keyFor(w want) lineKey {
	k := lineKey{agreement: w.mapping.AgreementID}
	name := w.mapping.Products[w.meter]
	if p, ok := b.product(name); ok {
		k.product = p.ID
	} else {
		k.name = cmp.Or(name, noProduct(w.meter))
	}
	if k.agreement == 0 {
		k.org = keyOf(w.mapping.Organization)
	}
	return k
}

// noProduct stands in the place of a Product ID in the key of a line that has none.
func noProduct(m app.Meter) string { return "no product for " + string(m) }

// product returns the one catalog item that carries a Product ID. Of several, an only active one is meant.
func (b *book) product(identifier string) (app.Product, bool) {
	found := b.products[identifier]
	if len(found) > 1 {
		found = slices.DeleteFunc(slices.Clone(found), func(p app.Product) bool { return p.Inactive })
	}
	if identifier == "" || len(found) != 1 {
		return app.Product{}, false
	}
	return found[0], true
}

func (b *book) draft(k lineKey, wants []want) *draft {
	first := wants[0]
	d := &draft{wants: wants, rule: first.rule, known: true, target: true}
	d.Meter, d.Product, d.ProductID = first.meter, first.mapping.Products[first.meter], k.product
	d.Unit = b.unitOf(first)
	d.State = app.LinePlanned
	d.Company = app.Named{ID: first.mapping.CompanyID, Name: b.companies[first.mapping.CompanyID].Name}
	d.Agreement = app.Named{ID: k.agreement, Name: b.agreements[k.agreement].Name}
	b.countShares(d)
	b.checkMapping(d)
	b.checkProduct(d)
	b.checkAgreement(d)
	if d.target {
		b.findAddition(d)
	}
	b.applyMinimum(d)
	return d
}

// countShares sums the organizations of a line and rounds once; the minimum comes last (M5).
func (b *book) countShares(d *draft) {
	var sum app.Quantity
	var methods []string
	for _, w := range d.wants {
		c := b.count(w, d.Unit)
		d.Shares = append(d.Shares, c.share)
		d.Items = append(d.Items, c.items...)
		d.Holds = append(d.Holds, c.holds...)
		d.known = d.known && c.known
		sum = sum.Add(c.share.Quantity)
		if c.method != "" && !slices.Contains(methods, c.method) {
			methods = append(methods, c.method)
		}
		if why := b.overlaps[usage{keyOf(w.mapping.Organization), w.meter}]; why != "" {
			d.Holds = append(d.Holds, app.Hold{Code: app.HoldOverlap, Message: why})
		}
	}
	b.holdTwins(d)
	slices.Sort(methods)
	d.methods = methods
	d.Method = strings.Join(methods, ", ")
	d.After = Round(sum, d.rule.Round)
}

// nobodyMapped stands in the place of a rule where no mapping has one to give.
const nobodyMapped = "nobody is mapped to it any more"

// finish judges the change, names its reason and gives the verdict.
func (b *book) finish(d *draft) app.Line {
	if !d.known {
		d.After = app.Q(0)
		if d.Before != nil {
			d.After = *d.Before
		}
	}
	if d.known && d.target {
		b.price(d)
		if !writes(d.Line) {
			if d.has(app.HoldAgreementInactive) { // then a correction must find nothing to write to either
				d.AdditionID, d.EffectiveDate = 0, time.Time{}
			}
			d.Holds = nil
		} else {
			b.checkChange(d)
		}
	}
	d.Rule = RuleText(d.rule, d.Meter)
	if len(d.wants) == 0 {
		d.Rule = nobodyMapped
	}
	d.Reason = b.reason(d)
	d.Verdict = verdict(d.Line)
	return d.Line
}

// applyMinimum raises the quantity to the rule's minimum, but never makes a line of a customer who uses nothing, and never
// bills it for those who are gone.
func (b *book) applyMinimum(d *draft) {
	stays := func(w want) bool { return w.mapping.Organization.State != app.OrganizationGone }
	if d.rule.Minimum == nil || d.Before == nil && d.After.IsZero() || !slices.ContainsFunc(d.wants, stays) {
		return
	}
	if d.After.LessThan(d.rule.Minimum.Decimal) {
		d.After = *d.rule.Minimum
	}
}

// writes reports whether the line would change anything at ConnectWise. Nothing used and nothing there is no change.
func writes(l app.Line) bool {
	if l.Before == nil {
		return !l.After.IsZero()
	}
	return !l.Before.Equal(l.After)
}

// verdict follows from the holds, the decision and the change.
func verdict(l app.Line) app.Verdict {
	decided := l.Decision == app.DecisionReleased || l.Decision == app.DecisionCorrected
	switch {
	case l.Decision == app.DecisionSkipped:
		return app.VerdictSkipped
	case len(l.Holds) > 0 && !decided:
		return app.VerdictHold
	case !writes(l):
		return app.VerdictSame
	case l.AdditionID == 0:
		return app.VerdictCreate
	}
	return app.VerdictUpdate
}

// Totals counts what a plan changes and holds. The amount is nil when no line's price effect is known (M11).
func Totals(lines []app.Line) (changed, held int, amount *app.Money) {
	for _, l := range lines {
		switch {
		case l.Verdict == app.VerdictHold:
			held++
		case l.Writes():
			changed++
			if l.AmountChange != nil {
				sum := *l.AmountChange
				if amount != nil {
					sum = sum.Add(*amount)
				}
				amount = &sum
			}
		}
	}
	if changed == 0 {
		amount = new(app.Money) // nothing to write changes nothing
	}
	return changed, held, amount
}

// Unpriced counts the lines to be written whose price effect nobody knows (M11); Totals leaves them out of its amount.
func Unpriced(lines []app.Line) (n int) {
	for _, l := range lines {
		if l.Writes() && l.AmountChange == nil {
			n++
		}
	}
	return n
}
