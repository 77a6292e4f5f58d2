package billing

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"psabridge/app"
)

// want is one organization's part in a line, before it is counted.
type want struct {
	mapping *Mapping // of the input, as all wants of one organization have it
	meter   app.Meter
	rule    app.QuantityRule // defaults filled in
}

// counted is what one share came to.
type counted struct {
	share  app.Share
	items  []app.EvidenceItem
	unit   string
	method string
	known  bool // the quantity can be trusted; a hold says why when it cannot
	holds  []app.Hold
}

// count turns one organization's reading into its share, in the unit of the line and not rounded.
func (b *book) count(w want, unit string) counted {
	o := w.mapping.Organization
	c := counted{known: true, unit: unit, share: app.Share{OrganizationID: o.ID, ExternalID: o.ExternalID, Source: o.Source, Name: o.Name}}
	if w.mapping.Unseen {
		b.miss(o.Name)
		c.incomplete("%s%s", b.neverShown(o), b.typedInVain(w))
		return c
	}
	if o.State == app.OrganizationGone {
		c.hold(app.HoldOrganizationGone, "%s is no longer shown by the source, so it counts 0 here. If the customer left, release the line and end its mapping; if not, look at the source.%s", o.Name, b.typedInVain(w))
		return c
	}
	if typed, ok := b.overrideOf(keyOf(o), w.meter); ok {
		b.typed(&c, typed, w)
		return c
	}
	r, ok := b.trusted(&c, keyOf(o), o.Name, w)
	if !ok {
		return c
	}
	c.share.ReadingID, c.share.ReadAt, c.method = r.ID, r.AsOf, r.Method
	if w.rule.Basis != app.BasisInclusive && !trialsCount(w.rule) && onTrial(o, b.Now) {
		c.items = excludeAll(r.Items, "trial")
		return c
	}
	q, items, ok := b.amount(&c, r, w.mapping.Exclude)
	if !ok {
		return c
	}
	if w.rule.Basis == app.BasisInclusive && !trialsCount(w.rule) {
		q, ok = b.withoutTrials(&c, q, w)
		if !ok {
			return c
		}
	}
	c.share.Quantity, c.items = flagged(q, w), items
	return c
}

// trusted returns the reading a share is counted from, or holds the line and says why there is none to trust.
func (b *book) trusted(c *counted, org orgKey, name string, w want) (app.Reading, bool) {
	if why := b.Unread[org.source]; why != "" {
		return c.incomplete("The source of %s could not be read: %s Fix that and make a new plan, or correct the line with a note.", name, sentence(why))
	}
	r, ok := b.readings[readingKey{org, w.meter, w.rule.Basis}]
	age := b.Now.Sub(r.AsOf)
	since, read := b.ReadSince[org.source]
	switch {
	case !ok:
		b.miss(name)
		return c.incomplete("There is no reading of %s for %s. %s", w.meter, name, b.whenMissing(org.source))
	case !r.Complete:
		return c.incomplete("The reading of %s for %s is not complete: %s %s, or correct the line with a note.", w.meter, name, sentence(r.Problem), b.whenIncomplete(org.source))
	case -age > clockSlack:
		b.miss(name)
		return c.incomplete("The reading of %s for %s is dated %s, which is still to come: some clock was wrong. Set this machine's clock right. %s", w.meter, name, day(r.AsOf), b.whenOld(org.source))
	case read && r.Covers.IsZero() && r.AsOf.Before(since):
		b.miss(name)
		return c.incomplete("The source was read for this plan, but showed no complete %s for %s; the reading from before does not count. Make a new plan; if it stays away, look at the source.", w.meter, name)
	case r.Quantity.IsNegative():
		return c.incomplete("The source says %s of %s for %s. A count cannot be negative; correct the line with a note.", r.Quantity, w.meter, name)
	case r.Covers.IsZero() && age > MaxAge(b.Settings):
		return c.incomplete("The reading of %s for %s is %s old; a plan takes none older than %s. %s", w.meter, name, roughly(age), roughly(MaxAge(b.Settings)), b.whenOld(org.source))
	case !r.Covers.IsZero() && r.Covers != b.Period.Prev():
		c.hold(app.HoldWrongPeriod, "The usage of %s covers %s, but a push of %s bills %s. Bring the statement of that month, or release the line to bill this one.", name, r.Covers, b.Period, b.Period.Prev())
	}
	return r, true
}

// amount applies the exclusions and turns the reading into the line's unit. The reading's own total stays the
// authority; what is left out is taken off it, item by item.
func (b *book) amount(c *counted, r app.Reading, exclude []app.Exclusion) (app.Quantity, []app.EvidenceItem, bool) {
	if len(exclude) > 0 && len(r.Items) == 0 && !r.Quantity.IsZero() {
		c.incomplete("%s has things that must be left out, but the reading of %s does not list what it counted. Correct the line with a note.", c.share.Name, r.Meter)
		return app.Quantity{}, nil, false
	}
	q, items := r.Quantity, r.Items
	if len(exclude) > 0 || r.Unit != c.unit { // else the line shares the reading's list: ten thousand customers list a lot
		items = slices.Clone(items)
	}
	for i := range items {
		if reason, out := excluded(exclude, items[i]); out && items[i].Excluded == "" {
			q, items[i].Excluded = q.Sub(items[i].Amount), reason
		}
		if converted, ok := Convert(items[i].Amount, r.Unit, c.unit); ok && r.Unit != c.unit {
			items[i].Amount = converted
		}
	}
	if q.IsNegative() {
		q = app.Q(0)
	}
	converted, ok := Convert(q, r.Unit, c.unit)
	if !ok {
		c.known = false
		c.hold(app.HoldUnitMismatch, "%s is read in %s, but the rule bills %s. Change the unit of the quantity rule, or correct the line with a note.", r.Meter, r.Unit, c.unit)
		return app.Quantity{}, nil, false
	}
	return converted, items, true
}

// withoutTrials takes the organizations on trial off an inclusive count, be it the one that is counted or some below it: the
// others pay. Each of them needs a reading of its own.
func (b *book) withoutTrials(c *counted, q app.Quantity, w want) (app.Quantity, bool) {
	own := w
	own.rule.Basis = app.BasisOwn
	for _, o := range append([]app.Organization{w.mapping.Organization}, b.below(keyOf(w.mapping.Organization))...) {
		if !onTrial(o, b.Now) {
			continue
		}
		r, ok := b.trusted(c, keyOf(o), o.Name, own)
		if !ok {
			return app.Quantity{}, false
		}
		part, _, ok := b.amount(c, r, w.mapping.Exclude)
		if !ok {
			return app.Quantity{}, false
		}
		q = q.Sub(part)
	}
	if q.IsNegative() {
		q = app.Q(0)
	}
	return q, true
}

func (c *counted) hold(code app.HoldCode, format string, args ...any) {
	c.holds = append(c.holds, hold(code, format, args...))
}

func (c *counted) incomplete(format string, args ...any) (app.Reading, bool) {
	c.known = false
	c.hold(app.HoldIncompleteReading, format, args...)
	return app.Reading{}, false
}

func hold(code app.HoldCode, format string, args ...any) app.Hold {
	return app.Hold{Code: code, Message: fmt.Sprintf(format, args...)}
}

// clockSlack is how far ahead of ours another clock may be.
const clockSlack = 5 * time.Minute

// miss remembers that nothing could be counted for an organization, for what the plan says of itself.
func (b *book) miss(name string) {
	if !slices.Contains(b.missing, name) {
		b.missing = append(b.missing, name)
	}
}

func onTrial(o app.Organization, now time.Time) bool {
	return o.TrialUntil != nil && o.TrialUntil.After(now)
}

func excluded(list []app.Exclusion, item app.EvidenceItem) (string, bool) {
	i := slices.IndexFunc(list, func(e app.Exclusion) bool { return e.Kind == item.Kind && e.ID == item.ExternalID })
	if i < 0 {
		return "", false
	}
	if list[i].Reason == "" {
		return "left out by the mapping", true
	}
	return list[i].Reason, true
}

func excludeAll(items []app.EvidenceItem, reason string) []app.EvidenceItem {
	out := slices.Clone(items)
	for i := range out {
		if out[i].Excluded == "" {
			out[i].Excluded = reason
		}
	}
	return out
}

// unitOf picks the unit of a line: the rule's, else the reading's or that of what was typed in its place, with bytes billed
// as GB.
func (b *book) unitOf(w want) string {
	if w.rule.Unit != "" {
		return w.rule.Unit
	}
	org := keyOf(w.mapping.Organization)
	unit := b.readings[readingKey{org, w.meter, w.rule.Basis}].Unit
	if o, ok := b.overrideOf(org, w.meter); ok && unit == "" {
		unit = o.Unit
	}
	switch unit {
	case "":
		return app.UnitEach
	case app.UnitBytes:
		return app.UnitGB
	}
	return unit
}

// sentence ends s with a full stop, so that two sentences can follow each other.
func sentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return "the source did not say why."
	}
	if strings.HasSuffix(s, ".") || strings.HasSuffix(s, "!") || strings.HasSuffix(s, "?") {
		return s
	}
	return s + "."
}

// roughly prints a duration the way a person says it.
func roughly(d time.Duration) string {
	if d >= 48*time.Hour {
		return fmt.Sprintf("%d days", int(d.Hours()/24))
	}
	if d >= time.Hour {
		return fmt.Sprintf("%d hours", int(d.Hours()))
	}
	return fmt.Sprintf("%d minutes", int(d.Minutes()))
}
