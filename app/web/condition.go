package web

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/alert"
	"psabridge/app/link"
	"psabridge/views"
	"psabridge/views/ui"
)

// condition is one condition with its whole story.
func (s *Server) condition(c echo.Context) error {
	return s.showCondition(c, http.StatusOK, "", nil)
}

func (s *Server) showCondition(c echo.Context, status int, until string, wrong ui.Errors) error {
	id, err := rowID(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	story, err := s.Read.ConditionStory(ctx, id)
	if err != nil {
		return err
	}
	p, err := s.open(c, "Condition "+ui.ID(id), link.Organizations)
	if err != nil {
		return err
	}
	m := views.Condition{Shell: p.shell, Story: story, Until: until, Errors: wrong, TypeTitle: typeTitle(story.Type), RuleURL: s.ruleURL(ctx, p.doc, story.Rule, story.Organization.ID)}
	m.Shell.Wrong = len(wrong) > 0
	if t := story.Ticket; t != nil && t.State == app.TicketOpen {
		rule := ruleNamed(p.doc, story.Rule)
		m.CalmUntil, m.Closes = alert.CalmUntil(story.Condition, rule), rule != nil && rule.Ticket.AutoClose && !t.Touched
	}
	if m.Steps, err = s.conditionSteps(ctx, story); err != nil {
		return err
	}
	if t := story.Ticket; t != nil && t.RemoteID != 0 {
		m.TicketURL = s.TicketURL(ctx, t.Connection, t.RemoteID)
	}
	m.Quiet = story.State != app.ConditionCleared
	m.Opens = story.State == app.ConditionQuiet || story.State == app.ConditionWaiting && (story.Wait == app.ReasonHistory || story.Wait == app.ReasonFlood)
	return render(c, status, views.ConditionPage(m))
}

// conditionSteps are its events and what was sent about it, oldest first.
func (s *Server) conditionSteps(ctx context.Context, story app.ConditionStory) ([]views.Step, error) {
	steps := views.EventSteps(story.Events)
	for _, d := range story.Deliveries {
		ledger, err := s.Read.DeliveryLedger(ctx, d.ID)
		if err != nil {
			return nil, err
		}
		steps = append(steps, views.DeliveryStep(d, story.Attempts[d.ID], ledger))
	}
	if story.Ticket != nil {
		steps = append(steps, views.TouchSteps(story.Ticket.Ticket, s.Zone)...)
	}
	return inOrder(steps), nil
}

// quietCondition keeps a condition quiet until a date, or until it recovers.
func (s *Server) quietCondition(c echo.Context) error {
	id, err := rowID(c)
	if err != nil {
		return err
	}
	f, err := readForm(c)
	if err != nil {
		return err
	}
	if _, err := s.Read.ConditionStory(c.Request().Context(), id); err != nil {
		return err
	}
	until, err := s.quietUntil(f.text("until"))
	if err == nil {
		err = s.Quiet(c.Request().Context(), id, until, person)
	}
	if invalid(err) {
		return s.showCondition(c, http.StatusUnprocessableEntity, f.text("until"), ui.Errors{{Field: "until", Message: app.ErrorMessage(err)}})
	}
	if err != nil {
		return lookAgain(err, link.Condition(id))
	}
	if until.IsZero() {
		s.tell(c, good, "It stays quiet until it recovers.")
	} else {
		s.tell(c, good, "It stays quiet until %s.", ui.Moment(until, s.Now(), s.Zone))
	}
	return seeOther(c, link.Condition(id))
}

// quietUntil reads a day of this computer's calendar; zero for none. Quiet ends when the day begins.
func (s *Server) quietUntil(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	day, err := time.ParseInLocation(time.DateOnly, text, s.Zone)
	switch {
	case err != nil:
		return time.Time{}, app.FieldErrorf("until", "%q is not a day. Write it like 2026-11-30, or leave it empty.", text)
	case !day.After(s.Now()):
		return time.Time{}, app.FieldErrorf("until", "%s has begun already. Choose a later day, or leave it empty.", ui.Day(day, s.Now(), s.Zone))
	}
	return day, nil
}

// openCondition ends a quiet: what still holds opens its ticket.
func (s *Server) openCondition(c echo.Context) error {
	id, err := rowID(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if _, err := s.Read.ConditionStory(ctx, id); err != nil {
		return err
	}
	if err := s.OpenCondition(ctx, id, person); err != nil {
		return lookAgain(err, link.Condition(id))
	}
	s.tell(c, good, "%s", s.opened(ctx, id))
	return seeOther(c, link.Condition(id))
}

// opened says how a condition stands after its quiet was ended.
func (s *Server) opened(ctx context.Context, id int64) string {
	story, err := s.Read.ConditionStory(ctx, id)
	switch {
	case err != nil || story.State == app.ConditionCleared:
		return "The quiet has ended."
	case story.State == app.ConditionOpen || story.Ticket != nil && story.Ticket.State == app.TicketPending:
		return "The quiet has ended. Its ticket is on its way."
	case story.Wait != "":
		return "The quiet has ended. No ticket opens yet: " + views.ReasonWords(story.Wait) + "."
	}
	return "The quiet has ended."
}

// lookAgain leads back to a page whose state moved meanwhile.
func lookAgain(err error, back string) error {
	if app.ErrorCode(err) == app.Conflict {
		return lookAgainError{err, back}
	}
	return err
}
