package web

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/billing"
	"psabridge/app/link"
	"psabridge/app/settings"
	"psabridge/views"
	"psabridge/views/ui"
)

// evidence explains one line's quantity.
func (s *Server) evidence(c echo.Context) error {
	id, err := rowID(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	line, err := s.Read.LineEvidence(ctx, id)
	if err != nil {
		return err
	}
	plan, err := s.Read.Plan(ctx, line.PlanID)
	if err != nil {
		return err
	}
	p, err := s.open(c, "Evidence", link.Billing)
	if err != nil {
		return err
	}
	m := views.Evidence{Shell: p.shell, Connection: plan.Connection, Period: plan.Period, Zone: p.zoneOf(plan.Connection), Line: line}
	for _, add := range []func(context.Context, standing, *views.Evidence) error{s.evidenceRule, s.evidenceShares, s.evidenceChange, s.evidenceWrite} {
		if err := add(ctx, p.standing, &m); err != nil {
			return err
		}
	}
	if err := s.evidencePush(ctx, plan, p.now, &m); err != nil {
		return err
	}
	return render(c, http.StatusOK, views.EvidencePage(m))
}

// evidenceRule says the quantity rule in words: the one frozen with the line, or for a line from before rules were kept, as
// the settings have it now.
func (s *Server) evidenceRule(ctx context.Context, st standing, m *views.Evidence) error {
	if m.Line.Rule != "" {
		m.Rule = m.Line.Rule
		return nil
	}
	tree, err := s.Read.Tree(ctx)
	if err != nil {
		return err
	}
	rule := app.QuantityRule{Unit: m.Line.Unit}
	if len(m.Line.Shares) > 0 {
		share := m.Line.Shares[0]
		rule = settings.EffectiveOf(tree, st.doc, share.Source, share.ExternalID).Rules[m.Line.Meter]
	}
	m.Rule = billing.RuleText(rule, m.Line.Meter)
	return nil
}

// evidenceShares adds what was counted for each organization. The evidence frozen with the line is not parted by
// organization; where several share it, the readings that are still kept tell whose is whose.
func (s *Server) evidenceShares(ctx context.Context, _ standing, m *views.Evidence) error {
	newest, err := s.Read.ReadingsFor(ctx, "", m.Period.Prev())
	if err != nil {
		return err
	}
	kept := make(map[int64]app.Reading, len(newest))
	for _, r := range newest {
		kept[r.ID] = r
	}
	rest := slices.Clone(m.Line.Items)
	for i := range rest {
		rest[i].Amount = shortened(rest[i].Amount)
	}
	for _, share := range m.Line.Shares {
		share.Quantity = shortened(share.Quantity)
		row := views.ShareRow{Share: share, Unit: m.Line.Unit}
		if share.Override != "" {
			row.Typed, rest = typedItem(rest, share)
			m.Shares = append(m.Shares, row)
			continue
		}
		if r, ok := kept[share.ReadingID]; ok {
			row.Items, rest = part(rest, r.Items)
			r.Unit = m.Line.Unit // what is shown of it is the line's evidence, in the line's unit
			if !share.ReadAt.IsZero() {
				r.AsOf = share.ReadAt // the row may hold a later one of that day
			}
			row.Reading = &r
		}
		m.Shares = append(m.Shares, row)
	}
	if len(m.Shares) > 0 {
		m.Shares[0].Items = append(m.Shares[0].Items, rest...)
	}
	return nil
}

// part takes the items out of a list that a reading counted.
func part(items, counted []app.EvidenceItem) (its, rest []app.EvidenceItem) {
	known := make(map[app.Object]bool, len(counted))
	for _, i := range counted {
		known[app.Object{Kind: i.Kind, ExternalID: i.ExternalID}] = true
	}
	for _, i := range items {
		if known[app.Object{Kind: i.Kind, ExternalID: i.ExternalID}] {
			its = append(its, i)
		} else {
			rest = append(rest, i)
		}
	}
	return its, rest
}

// typedItem takes the one piece of evidence of an overridden share out of a line's: who typed it, when, in place of what.
func typedItem(items []app.EvidenceItem, share app.Share) (words string, rest []app.EvidenceItem) {
	at := -1
	for i, it := range items {
		if it.Kind != app.KindOverride || it.Name != share.Override {
			continue
		}
		if at < 0 || it.Amount.Equal(share.Quantity) {
			at = i
		}
	}
	if at < 0 {
		return "typed by a person", items
	}
	return items[at].Detail, slices.Delete(slices.Clone(items), at, at+1)
}

// shortened is a quantity for the eye: a part of a GB has more decimals than anybody reads. Sums are made of the exact one.
func shortened(q app.Quantity) app.Quantity { return app.Quantity{Decimal: q.Round(2)} }

// evidenceChange names what came, went and changed since the line stood the month before.
func (s *Server) evidenceChange(ctx context.Context, _ standing, m *views.Evidence) error {
	before, err := s.Read.LastPlannedLines(ctx, m.Connection, m.Period)
	if err != nil {
		return err
	}
	key := m.Line.Key(m.Connection)
	for _, l := range before {
		if l.Key(m.Connection) != key {
			continue
		}
		was := l.After
		m.Previous = &was
		if typedOn(l) || typedOn(m.Line) {
			continue // a typed number has no names to compare
		}
		m.Changes = itemChanges(billing.Compare(l.Items, m.Line.Items), m.Line.Unit)
	}
	return nil
}

// typedOn reports whether some share of a line was typed by a person.
func typedOn(l app.Line) bool {
	return slices.ContainsFunc(l.Shares, func(s app.Share) bool { return s.Override != "" })
}

// itemChanges put a difference between two lists of evidence into rows, with amounts.
func itemChanges(d billing.Difference, unit string) (out []views.ItemChange) {
	add := func(what, icon string, items []app.EvidenceItem, sign func(app.Quantity) app.Quantity) {
		for _, it := range items {
			amount := sign(shortened(it.Amount))
			out = append(out, views.ItemChange{What: what, Icon: icon, Name: it.Name, Amount: ui.SignedQuantity(amount, unit)})
		}
	}
	same := func(q app.Quantity) app.Quantity { return q }
	add("added", "plus", d.Added, same)
	add("gone", "cross", d.Removed, func(q app.Quantity) app.Quantity { return app.Q(0).Sub(q) })
	add("changed", "arrow", d.Grown, same)
	return out
}

// evidencePush names the push the line was part of, and says what its change means for invoices.
func (s *Server) evidencePush(ctx context.Context, plan app.Plan, now time.Time, m *views.Evidence) error {
	at := now
	if !m.Line.WrittenAt.IsZero() {
		at = m.Line.WrittenAt
	}
	if m.Line.Writes() && plan.UndoOf == 0 && (plan.State == app.PlanOpen || m.Line.State == app.LineDone) {
		m.Invoice = billing.InvoiceWords(m.Line, at, m.Zone)
	}
	pushes, err := s.Read.Pushes(ctx, app.PushFilter{Connection: m.Connection, Period: m.Period, Page: app.Page{Limit: 200}})
	for _, p := range pushes {
		if p.PlanID == plan.ID {
			m.PushID = p.ID
		}
	}
	return err
}

// evidenceWrite adds what we wrote to the line before.
func (s *Server) evidenceWrite(ctx context.Context, _ standing, m *views.Evidence) error {
	owned, err := s.Read.Owned(ctx, m.Connection)
	if err != nil || m.Line.AdditionID == 0 {
		return err
	}
	for _, o := range owned {
		if o.AdditionID != m.Line.AdditionID || !o.Confirmed { // else a push only found it right
			continue
		}
		m.LastWrite = &o
		push, err := s.Read.Push(ctx, o.PushID)
		if err != nil && app.ErrorCode(err) != app.NotFound {
			return err
		}
		m.LastPushAt = push.ApprovedAt
	}
	return nil
}
