package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/app/settings"
	"psabridge/views"
	"psabridge/views/ui"
)

// testTicketForm offers the marked test ticket: for which company, where it goes, and how far the newest one came.
func (s *Server) testTicketForm(ctx context.Context, p page, found app.ConnectionSettings) (views.TestTicketForm, error) {
	f := views.TestTicketForm{Board: found.Ticketing.Board.String(), Closes: !found.Ticketing.ClosedStatus.IsZero()}
	lists := s.pickLists(ctx, found.Name, refValue(found.Ticketing.Board))
	statuses := lists.ofBoard(app.ListStatuses)
	f.NeverCloses = len(statuses) > 0 && !slices.ContainsFunc(statuses, func(o app.Option) bool { return o.Closed && !o.Inactive })
	if lists.err != nil {
		return f, lists.err
	}
	var err error
	if f.Companies, _, err = options[app.Company](ctx, s, found.Name, app.ListCompanies, 0); err != nil {
		return f, err
	}
	if f.Newest, err = s.newestTest(ctx, found.Name); err != nil {
		return f, err
	}
	tree, err := s.Read.Tree(ctx)
	if err != nil {
		return f, err
	}
	for _, o := range tree {
		if o.ParentExternalID != "" {
			continue
		}
		if e := settings.EffectiveOf(tree, p.doc, o.Source, o.ExternalID); e.Connection == found.Name && e.Company.ID != 0 {
			f.Company = strconv.FormatInt(e.Company.ID, 10) // the MSP's own company
			break
		}
	}
	return f, nil
}

// newestTest is the newest test ticket of a connection, nil when there was none.
func (s *Server) newestTest(ctx context.Context, connection string) (*views.TestTicket, error) {
	list, err := s.Read.Deliveries(ctx, app.DeliveryFilter{Connection: connection, Kind: app.DeliverTicketTest, Page: app.Page{Limit: 1}})
	if err != nil || len(list) == 0 {
		return nil, err
	}
	d := list[0]
	ledger, err := s.Read.DeliveryLedger(ctx, d.ID)
	if err != nil {
		return nil, err
	}
	progress := app.TestProgressOf(d.Delivery, ledger)
	t := &views.TestTicket{Delivery: d.ID, State: d.State, At: latest(d.CreatedAt, d.DoneAt), Number: progress.Number, Steps: progress.Steps, Message: d.Reason}
	if t.Number != 0 {
		t.URL = s.TicketURL(ctx, connection, t.Number)
	}
	return t, nil
}

// startTestTicket opens the marked test ticket.
func (s *Server) startTestTicket(c echo.Context) error {
	p, found, err := s.openConnection(c)
	if err != nil {
		return err
	}
	f, err := readForm(c)
	if err != nil {
		return err
	}
	ctx, task := c.Request().Context(), guideTask(f)
	company, err := recordID("test_company", f.text("test_company"))
	if err == nil && company == 0 {
		err = app.FieldErrorf("test_company", "Choose the company the test ticket is opened for.")
	}
	if err == nil {
		_, err = s.TestTicket(ctx, found.Name, company, person)
	}
	if invalid(err) {
		form, e := s.connectionForm(ctx, p, found, f.number("organization"))
		if e != nil {
			return e
		}
		form.Task, form.Test.Company = task, f.text("test_company")
		form.Test.Errors = ui.Errors{{Field: "test_company", Message: app.ErrorMessage(err)}}
		return s.showConnection(c, p, http.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	if task != "" {
		return seeOther(c, link.Guide(task))
	}
	return seeOther(c, backTo(found.Name, f.number("organization"), "")+"#test-ticket")
}

// testTicketState is how far the newest test ticket came, alone; while it goes on it fetches itself. The checks of the rights
// it proves stand around it, so the whole page is fetched anew when it has ended.
func (s *Server) testTicketState(c echo.Context) error {
	p, found, err := s.openConnection(c)
	if err != nil {
		return err
	}
	newest, err := s.newestTest(c.Request().Context(), found.Name)
	if err != nil {
		return err
	}
	if newest == nil {
		newest = &views.TestTicket{}
	}
	if task := c.QueryParam("task"); taskIDs.MatchString(task) {
		newest.Task = task
	}
	if !newest.Running() {
		c.Response().Header().Set("HX-Refresh", "true")
	}
	return render(c, http.StatusOK, views.TestTicketState(found.Name, *newest, p.shell))
}
