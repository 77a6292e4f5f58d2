package web

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/views"
)

// ticketingInputs pairs the drop-downs of the service defaults with the settings they set and the lists they offer.
var ticketingInputs = []struct {
	input string
	list  app.OptionList
	in    func(*app.TicketingSettings) *app.Ref
	on    func(*views.TicketingForm) *string
}{
	{"board", app.ListBoards, func(t *app.TicketingSettings) *app.Ref { return &t.Board }, func(f *views.TicketingForm) *string { return &f.Board }},
	{"status", app.ListStatuses, func(t *app.TicketingSettings) *app.Ref { return &t.Status }, func(f *views.TicketingForm) *string { return &f.Status }},
	{"closed_status", app.ListStatuses, func(t *app.TicketingSettings) *app.Ref { return &t.ClosedStatus }, func(f *views.TicketingForm) *string { return &f.ClosedStatus }},
	{"type", app.ListTypes, func(t *app.TicketingSettings) *app.Ref { return &t.Type }, func(f *views.TicketingForm) *string { return &f.Type }},
	{"subtype", app.ListSubtypes, func(t *app.TicketingSettings) *app.Ref { return &t.Subtype }, func(f *views.TicketingForm) *string { return &f.Subtype }},
	{"item", app.ListItems, func(t *app.TicketingSettings) *app.Ref { return &t.Item }, func(f *views.TicketingForm) *string { return &f.Item }},
	{"team", app.ListTeams, func(t *app.TicketingSettings) *app.Ref { return &t.Team }, func(f *views.TicketingForm) *string { return &f.Team }},
	{"source", app.ListSources, func(t *app.TicketingSettings) *app.Ref { return &t.Source }, func(f *views.TicketingForm) *string { return &f.Source }},
}

// priorityInputs are the drop-downs of the priorities by severity.
var priorityInputs = []struct {
	input    string
	severity app.Severity
	on       func(*views.TicketingForm) *string
}{
	{"priority_info", app.SeverityInfo, func(f *views.TicketingForm) *string { return &f.PriorityInfo }},
	{"priority_warning", app.SeverityWarning, func(f *views.TicketingForm) *string { return &f.PriorityWarn }},
	{"priority_critical", app.SeverityCritical, func(f *views.TicketingForm) *string { return &f.PriorityCrit }},
}

func storedTicketing(t app.TicketingSettings) views.TicketingForm {
	f := views.TicketingForm{Enabled: t.Enabled, Members: strings.Join(t.Automation.Members, ", "), NotByHand: strings.Join(t.Automation.Statuses, ", ")}
	if t.AskAbove != 0 {
		f.AskAbove = strconv.Itoa(t.AskAbove)
	}
	for _, one := range ticketingInputs {
		*one.on(&f) = refValue(*one.in(&t))
	}
	for _, one := range priorityInputs {
		*one.on(&f) = refValue(t.Priority[one.severity])
	}
	return f
}

func typedTicketing(f form) views.TicketingForm {
	t := views.TicketingForm{
		Enabled: f.ticked("ticketing_enabled"), AskAbove: f.text("ask_above"), Members: f.text("automation_members"), NotByHand: f.text("automation_statuses"),
	}
	for _, one := range ticketingInputs {
		*one.on(&t) = f.text(one.input)
	}
	for _, one := range priorityInputs {
		*one.on(&t) = f.text(one.input)
	}
	return t
}

// saveTicketing saves the service defaults, or shows the lists of another board.
func (s *Server) saveTicketing(c echo.Context) error {
	p, found, err := s.openConnection(c)
	if err != nil {
		return err
	}
	f, err := readForm(c)
	if err != nil {
		return err
	}
	typed := typedTicketing(f)
	if f.text("step") == "board" {
		s.loadBoard(c, &p, found.Name, typed)
		if fragment(c) {
			return s.showPicks(c, found.Name, typed)
		}
		return s.showTicketing(c, p, http.StatusOK, found, f, typed)
	}
	back, lists := backTo(found.Name, f.number("organization"), guideTask(f)), s.pickLists(c.Request().Context(), found.Name, typed.Board)
	changes, err := s.edit(c, f.number("revision"), back, changeConnection(found.Name, func(to *app.ConnectionSettings) error {
		lists.apply(&to.Ticketing, typed)
		return applyManners(&to.Ticketing, typed)
	}))
	if invalid(err) {
		typed.Errors = fieldErrors(err, "connections["+found.Name+"].ticketing", map[string]string{
			"priority.info": "priority_info", "priority.warning": "priority_warning", "priority.critical": "priority_critical",
			"automation.members": "automation_members", "automation.statuses": "automation_statuses",
		})
		return s.showTicketing(c, p, http.StatusUnprocessableEntity, found, f, typed)
	}
	if err != nil {
		return err
	}
	s.tell(c, good, "Ticketing: %s The connection is being tested.", savedWords(changes))
	s.testSaved(c, found.Name, len(changes) > 0)
	if guideTask(f) != "" {
		return seeOther(c, back)
	}
	return s.saved(c, f, back+"#ticketing")
}

// showPicks is the drop-downs alone, for another board, type or subtype.
func (s *Server) showPicks(c echo.Context, connection string, typed views.TicketingForm) error {
	if err := s.ticketingLists(c.Request().Context(), connection, &typed); err != nil {
		return err
	}
	return render(c, http.StatusOK, views.ServicePicks(views.Connection{Name: connection, Ticketing: typed}))
}

func (s *Server) showTicketing(c echo.Context, p page, status int, found app.ConnectionSettings, f form, typed views.TicketingForm) error {
	ctx := c.Request().Context()
	form, err := s.connectionForm(ctx, p, found, f.number("organization"))
	if err != nil {
		return err
	}
	form.Revision, form.Ticketing, form.Billing.Catalogue, form.Task = f.number("revision"), typed, nil, guideTask(f)
	form.Mend.Delivery = f.number("delivery")
	if err := s.connectionLists(ctx, found.Name, &form); err != nil {
		return err
	}
	return s.showConnection(c, p, status, form)
}

// loadBoard reads the lists of a board that were never read; subtypes and items only once a type is chosen, because only
// then they are asked for. What cannot be read is said on the page.
func (s *Server) loadBoard(c echo.Context, p *page, connection string, t views.TicketingForm) {
	ctx := c.Request().Context()
	_, _, err := s.Setup.Options(ctx, connection, app.ListBoards, 0)
	l := s.pickLists(ctx, connection, t.Board)
	if err == nil {
		err = l.err
	}
	lists := []app.OptionList{app.ListStatuses, app.ListTypes, app.ListTeams}
	if t.Type != "" {
		lists = append(lists, app.ListSubtypes, app.ListItems, app.ListAssociations)
	}
	if err == nil && l.board != 0 {
		for _, list := range lists {
			if _, _, err = s.Setup.Options(ctx, connection, list, l.board); err != nil {
				break
			}
		}
	}
	if err != nil {
		n := notice(bad, "The lists of this board could not be read. %s", app.ErrorMessage(err))
		p.shell.Notice = &n
	}
}

// apply puts the form into the settings.
func (l *pickLists) apply(to *app.TicketingSettings, t views.TicketingForm) {
	to.Enabled = t.Enabled
	for _, one := range ticketingInputs {
		all := l.ofBoard(one.list)
		if one.list == app.ListBoards || one.list == app.ListSources {
			all = l.read(one.list, 0)
		}
		*one.in(to) = chosenRef(*one.in(to), *one.on(&t), all)
	}
	priorities := map[app.Severity]app.Ref{}
	for _, one := range priorityInputs {
		if text := *one.on(&t); text != "" {
			priorities[one.severity] = chosenRef(to.Priority[one.severity], text, l.read(app.ListPriorities, 0))
		}
	}
	to.Priority = nil
	if len(priorities) > 0 {
		to.Priority = priorities
	}
}

// applyManners puts into the settings how many tickets may open at once, and whose hand on one is no person's.
func applyManners(to *app.TicketingSettings, t views.TicketingForm) error {
	to.Automation = app.Automation{Members: namesIn(t.Members), Statuses: namesIn(t.NotByHand)}
	to.AskAbove = 0
	if t.AskAbove == "" {
		return nil
	}
	n, err := strconv.Atoi(t.AskAbove)
	if err != nil || n <= 0 {
		return app.FieldErrorf("ask_above", "%q is not a number of tickets. Leave it empty for no limit.", t.AskAbove)
	}
	to.AskAbove = n
	return nil
}

// namesIn reads names with commas between them.
func namesIn(text string) (out []string) {
	for one := range strings.SplitSeq(text, ",") {
		if one = strings.TrimSpace(one); one != "" {
			out = append(out, one)
		}
	}
	return out
}
