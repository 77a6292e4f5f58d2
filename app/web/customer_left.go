package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/billing"
	"psabridge/app/job"
	"psabridge/app/link"
	"psabridge/app/settings"
	"psabridge/app/setup"
	"psabridge/views"
	"psabridge/views/ui"
)

// customerLeft says what happens when an organization is no customer any more.
func (s *Server) customerLeft(c echo.Context) error {
	o, err := s.openOrganization(c, "customer left")
	if err != nil {
		return err
	}
	return s.showLeft(c, o, http.StatusOK, "", nil)
}

// showLeft renders the page; reason is what was typed, wrong what is the matter with it.
func (s *Server) showLeft(c echo.Context, o organizationPage, status int, reason string, wrong ui.Errors) error {
	ctx, e := c.Request().Context(), o.effective
	m := views.CustomerLeft{
		Shell: o.shell, Organization: o.head, Bill: e.Bill, Mapped: mappedItself(o), Connection: e.Connection,
		Holding: o.row.Holding, Reason: reason, Errors: wrong,
	}
	m.Shell.Wrong = len(wrong) > 0
	companies, err := s.companies(ctx, e.Connection)
	if err != nil {
		return err
	}
	m.Company = app.Named{ID: e.Company.ID, Name: companies[e.Company.ID].Name}
	if m.Company.Name == "" {
		m.Company.Name = e.Company.Identifier
	}
	if found, ok := settings.ConnectionByName(o.doc, e.Connection); ok {
		m.Billing = found.Billing.Enabled
	}
	for _, below := range setup.Staying(o.tree, o.doc, o.row.Organization) {
		m.Staying = append(m.Staying, app.Named{ID: below.ID, Name: below.Name})
	}
	if m.Billing {
		if m.Lines, err = s.leftLines(ctx, o); err != nil {
			return err
		}
		if m.Standing, err = s.leftStanding(ctx, o, m.Lines); err != nil {
			return err
		}
	}
	return render(c, status, views.CustomerLeftPage(m))
}

// mappedItself reports that an organization has a mapping that can end.
func mappedItself(o organizationPage) bool {
	return o.effective.Company.ID != 0 || len(o.effective.Bill) > 0
}

// leftLines are the lines an organization stands on in ConnectWise, by what was written last.
func (s *Server) leftLines(ctx context.Context, o organizationPage) (out []views.LeftLine, err error) {
	all, err := s.Read.LastPlannedLines(ctx, o.effective.Connection, app.Period{Year: 9999, Month: time.December})
	if err != nil {
		return nil, err
	}
	for _, l := range all {
		at := shareOf(o, l)
		if at < 0 || !l.After.IsPositive() {
			continue
		}
		line := views.LeftLine{Line: l, Own: l.Shares[at].Quantity, URL: s.AgreementURL(ctx, o.effective.Connection, l.Agreement.ID)}
		for i, share := range l.Shares {
			if i != at && share.Quantity.IsPositive() {
				line.Others++
				line.Remains = line.Remains.Add(share.Quantity)
			}
		}
		line.Items = nil
		out = append(out, line)
	}
	return out, nil
}

// leftStanding are the lines ConnectWise bills of an organization's products that psabridge never wrote, as the newest preview
// read them: ending the mapping leaves them as they are.
func (s *Server) leftStanding(ctx context.Context, o organizationPage, written []views.LeftLine) (out []views.LeftLine, err error) {
	plan, err := s.newestPlan(ctx, o.effective.Connection)
	if err != nil || plan == nil {
		return nil, err
	}
	for _, l := range plan.Lines {
		ours := slices.ContainsFunc(written, func(w views.LeftLine) bool { return w.Agreement.ID == l.Agreement.ID && w.Product == l.Product })
		if ours || shareOf(o, l) < 0 || l.Before == nil || !l.Before.IsPositive() {
			continue
		}
		l.Items = nil
		out = append(out, views.LeftLine{Line: l, URL: s.AgreementURL(ctx, o.effective.Connection, l.Agreement.ID)})
	}
	return out, nil
}

// shareOf finds the part of a line that is counted for an organization; -1 when there is none.
func shareOf(o organizationPage, l app.Line) int {
	return slices.IndexFunc(l.Shares, func(share app.Share) bool {
		return share.Source == o.row.Source && share.ExternalID == o.row.ExternalID && share.Quantity.IsPositive()
	})
}

// leftKind names the job that ends a mapping and makes the preview without it.
func leftKind(id int64) string { return "left " + strconv.FormatInt(id, 10) }

// endCustomer ends the mapping of an organization and leads to the preview in which its lines wait for the push.
func (s *Server) endCustomer(c echo.Context) error {
	o, err := s.openOrganization(c, "customer left")
	if err != nil {
		return err
	}
	f, err := readForm(c)
	if err != nil {
		return err
	}
	reason := f.text("reason")
	if reason == "" {
		return s.showLeft(c, o, http.StatusUnprocessableEntity, reason, ui.Errors{{Field: "reason", Message: "Say why the mapping ends, e.g. “contract ended on 30 November”. Somebody will ask in a year."}})
	}
	j, err := s.work(c, leftKind(o.row.ID), longWait, func(ctx context.Context, p *job.Progress) (any, error) {
		p.Set(0, 0, "Reading usage and agreements")
		return s.CustomerLeft(ctx, o.row.ID, reason, person)
	})
	if err != nil {
		return err
	}
	return s.customerEnded(c, o, j, reason)
}

// customerEnded says what became of it. The mapping may have ended although the preview could not be made.
func (s *Server) customerEnded(c echo.Context, o organizationPage, j job.Job, reason string) error {
	now, err := s.openOrganization(c, "customer left")
	if err != nil {
		return err
	}
	month := s.leftMonth(o)
	switch {
	case j.State == job.Running:
		s.tell(c, info, "The mapping of %s ends. The preview without it is being made; look here again in a minute.", o.row.Name)
	case j.Err != nil && mappedItself(now):
		if _, ours := errors.AsType[*app.Error](j.Err); !ours || !invalid(j.Err) {
			return lookAgainError{j.Err, link.CustomerLeft(o.row.ID)}
		}
		return s.showLeft(c, now, http.StatusUnprocessableEntity, reason, fieldErrors(j.Err, "", nil))
	case j.Err != nil:
		s.tell(c, bad, "%s", app.ErrorMessage(j.Err))
	default:
		plan, _ := j.Result.(app.Plan)
		return s.leftPlanned(c, o, plan)
	}
	return seeOther(c, month)
}

// leftPlanned leads to the month, where the lines wait for the push.
func (s *Server) leftPlanned(c echo.Context, o organizationPage, plan app.Plan) error {
	lines := 0
	for _, l := range plan.Lines {
		if l.Writes() && slices.ContainsFunc(l.Shares, func(share app.Share) bool {
			return share.Source == o.row.Source && share.ExternalID == o.row.ExternalID
		}) {
			lines++
		}
	}
	switch {
	case plan.ID == 0:
		s.tell(c, good, "The mapping of %s has ended. Nothing was billed of it.", o.row.Name)
		return seeOther(c, link.OrganizationSettings(o.row.ID))
	case lines == 0:
		s.tell(c, good, "The mapping of %s has ended. psabridge wrote no line of it that still stands; what ConnectWise bills of it all the same has to end there.", o.row.Name)
		return seeOther(c, link.Month(plan.Connection, plan.Period.String()))
	default:
		s.tell(c, good, "The mapping of %s has ended. %s without it: push to write that to ConnectWise.", o.row.Name, ui.Count(lines, "line is ready", "lines are ready"))
	}
	return seeOther(c, s.leftMonth(o))
}

// leftMonth is the month's page, with the lines of the company that left.
func (s *Server) leftMonth(o organizationPage) string {
	found, ok := settings.ConnectionByName(o.doc, o.effective.Connection)
	if !ok || !found.Billing.Enabled {
		return link.OrganizationSettings(o.row.ID)
	}
	return link.With(link.Month(found.Name, billing.Current(settings.Location(found), o.now).String()), "q", o.effective.Company.Identifier)
}

// whoVanished is the organization that a line is held for because its source does not show it any more; 0 when that is not
// the hold.
func whoVanished(l app.Line, h app.Hold) int64 {
	if h.Code != app.HoldOrganizationGone {
		return 0
	}
	for _, share := range l.Shares {
		if strings.HasPrefix(h.Message, share.Name+" ") || len(l.Shares) == 1 {
			return share.OrganizationID
		}
	}
	return 0
}
