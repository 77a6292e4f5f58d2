package web

import (
	"context"
	"slices"
	"strconv"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/app/settings"
	"psabridge/views/ui"
)

// findingFix is the one place where a finding is mended.
func (s *Server) findingFix(ctx context.Context, st standing, plan app.Plan, f app.Finding) *ui.Action {
	organization := func(label, at string) *ui.Action {
		if f.Organization.ID == 0 {
			return nil
		}
		return &ui.Action{Label: label, Path: link.OrganizationSettings(f.Organization.ID) + "#" + ui.FieldID(at), Small: true}
	}
	products := &ui.Action{Label: "Product IDs", Path: link.Connection(plan.Connection) + "#billing", Small: true}
	switch f.Code {
	case app.FindingUnmapped:
		return &ui.Action{Label: "Match", Path: link.MappingOf(plan.Connection), Small: true}
	case app.FindingNoAgreement:
		return firstAction(organization("Choose agreement", "agreement"), s.agreementAction(ctx, plan, f))
	case app.FindingDoubleLine:
		return firstAction(s.agreementAction(ctx, plan, f), lineAction(plan, f))
	case app.FindingBelowMinimum:
		if ownMinimum(st.doc, plan, f) {
			return organization("See rule", "bill")
		}
		return &ui.Action{Label: "See rule", Path: products.Path, Small: true}
	case app.FindingUsedNotBilled, app.FindingBilledNotUsed:
	}
	if f.Product == "" {
		return products
	}
	if f.Code == app.FindingUsedNotBilled {
		return firstAction(lineAction(plan, f), organization("Tick it", "bill"))
	}
	return firstAction(lineAction(plan, f), organization("Look at its settings", "bill"), s.agreementAction(ctx, plan, f))
}

func firstAction(list ...*ui.Action) *ui.Action {
	for _, a := range list {
		if a != nil {
			return a
		}
	}
	return nil
}

// agreementAction leads to the agreement in ConnectWise.
func (s *Server) agreementAction(ctx context.Context, plan app.Plan, f app.Finding) *ui.Action {
	if f.Agreement.ID == 0 {
		return nil
	}
	to := s.AgreementURL(ctx, plan.Connection, f.Agreement.ID)
	if to == "" {
		return nil
	}
	return &ui.Action{Label: "Open agreement", Path: to, External: true, Small: true}
}

// lineAction leads to the line of the preview that a finding is about.
func lineAction(plan app.Plan, f app.Finding) *ui.Action {
	i := lineOf(plan, f)
	if i < 0 {
		return nil
	}
	to := link.With(link.Month(plan.Connection, plan.Period.String()), "show", "all", "q", plan.Lines[i].Company.Name)
	return &ui.Action{Label: "Look at the line", Path: to + "#line-" + strconv.FormatInt(plan.Lines[i].ID, 10), Small: true}
}

// lineOf finds the line of the plan that a finding is about; -1 when there is none. An organization that a line does not
// count is not mended there.
func lineOf(plan app.Plan, f app.Finding) int {
	return slices.IndexFunc(plan.Lines, func(l app.Line) bool {
		return l.Agreement.ID == f.Agreement.ID && l.Agreement.ID != 0 && l.Product == f.Product &&
			(f.Organization.ID == 0 || len(l.Shares) == 0 || slices.ContainsFunc(l.Shares, func(sh app.Share) bool { return sh.OrganizationID == f.Organization.ID }))
	})
}

// ownMinimum reports whether the minimum that is billed is the organization's own, not the connection's.
func ownMinimum(doc app.Settings, plan app.Plan, f app.Finding) bool {
	i := lineOf(plan, f)
	if i < 0 {
		return false
	}
	return slices.ContainsFunc(plan.Lines[i].Shares, func(sh app.Share) bool {
		own, _ := settings.OrganizationByID(doc, sh.Source, sh.ExternalID)
		return own.QuantityRules[f.Meter].Minimum != nil
	})
}
