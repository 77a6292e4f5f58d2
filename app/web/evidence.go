package web

import (
	"context"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/billing"
	"psabridge/app/link"
	"psabridge/app/settings"
	"psabridge/views"
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
	return render(c, http.StatusOK, views.EvidencePage(m))
}

// evidenceRule says the quantity rule in words, as the settings have it now.
func (s *Server) evidenceRule(ctx context.Context, st standing, m *views.Evidence) error {
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
		if r, ok := kept[share.ReadingID]; ok {
			row.Items, rest = part(rest, r.Items)
			r.Unit = m.Line.Unit // what is shown of it is the line's evidence, in the line's unit
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

// shortened is a quantity for the eye: a part of a GB has more decimals than anybody reads. Sums are made of the exact one.
func shortened(q app.Quantity) app.Quantity { return app.Quantity{Decimal: q.Round(2)} }

// evidenceChange names what came and went since the last push of the line.
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
		diff := billing.Compare(l.Items, m.Line.Items)
		for _, i := range diff.Added {
			m.Added = append(m.Added, i.Name)
		}
		for _, i := range diff.Removed {
			m.Removed = append(m.Removed, i.Name)
		}
	}
	return nil
}

// evidenceWrite adds what we wrote to the line before.
func (s *Server) evidenceWrite(ctx context.Context, _ standing, m *views.Evidence) error {
	owned, err := s.Read.Owned(ctx, m.Connection)
	if err != nil || m.Line.AdditionID == 0 {
		return err
	}
	for _, o := range owned {
		if o.AdditionID != m.Line.AdditionID {
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
