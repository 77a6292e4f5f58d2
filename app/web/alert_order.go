package web

import (
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/views/ui"
)

// changeAlert is an action on one alert of the list: found by the form's name, changed, saved, told.
func (s *Server) changeAlert(c echo.Context, change func(o organizationPage, f form, doc *app.Settings, at int) error, told func(name string) string) error {
	o, err := s.openOrganization(c, "alerts")
	if err != nil {
		return err
	}
	f, err := readForm(c)
	if err != nil {
		return err
	}
	name, back := f.Get("name"), link.Alerts(o.row.ID)
	if _, err := o.ownRule(name); app.ErrorCode(err) == app.NotFound {
		return lookAgainError{err, back}
	} else if err != nil {
		return err
	}
	_, err = s.edit(c, f.number("revision"), back, func(doc *app.Settings) error {
		return change(o, f, doc, slices.IndexFunc(doc.Alerts, func(r app.AlertRule) bool { return r.Name == name }))
	})
	if invalid(err) {
		s.tell(c, bad, "%s", app.ErrorMessage(err))
		return seeOther(c, back)
	}
	if err != nil {
		return err
	}
	s.tell(c, good, "%s", told(name))
	return seeOther(c, back)
}

// deleteAlert removes a rule that was made for this organization.
func (s *Server) deleteAlert(c echo.Context) error {
	return s.changeAlert(c, func(_ organizationPage, _ form, doc *app.Settings, at int) error {
		doc.Alerts = slices.Delete(doc.Alerts, at, at+1)
		return nil
	}, func(name string) string {
		return "The alert “" + name + "” is deleted. What it opened goes on to its end."
	})
}

// moveAlert lets a rule be asked before or after its neighbour of those that apply here.
func (s *Server) moveAlert(c echo.Context) error {
	return s.changeAlert(c, func(o organizationPage, f form, doc *app.Settings, at int) error {
		step := map[string]int{"up": -1, "down": 1}[f.text("to")]
		if step == 0 {
			return app.Errorf(app.Invalid, "Say whether it goes up or down.")
		}
		other := at
		for {
			if other += step; other < 0 || other >= len(doc.Alerts) {
				return app.Errorf(app.Invalid, "It cannot go further.")
			}
			if o.applies(doc.Alerts[other].For) {
				break
			}
		}
		swapRules(doc.Alerts, min(at, other), max(at, other))
		return nil
	}, func(name string) string { return "The alert “" + name + "” is asked in its new place." })
}

// swapRules lets two rules change their order. What stands between them is of other organizations, mostly of ones below:
// it goes before both, so that no wide rule comes before a narrow one that stood before it.
func swapRules(rules []app.AlertRule, first, second int) {
	a, b := rules[first], rules[second]
	copy(rules[first:], rules[first+1:second])
	rules[second-1], rules[second] = b, a
}

// muteAlert keeps a rule quiet until a moment, with a reason, or ends that.
func (s *Server) muteAlert(c echo.Context) error {
	ended := false
	return s.changeAlert(c, func(o organizationPage, f form, doc *app.Settings, at int) error {
		rule := &doc.Alerts[at]
		rule.Mute = slices.Clone(rule.Mute)
		if ended = f.text("step") == "end"; ended {
			rule.Mute = endWindows(rule.Mute, o.now)
			return nil
		}
		until, err := localMoment(f.text("until"), s.Zone)
		if err != nil || !until.After(o.now) {
			return app.Errorf(app.Invalid, "Say until when it is to stay quiet: a day and a time still to come.")
		}
		if f.text("reason") == "" {
			return app.Errorf(app.Invalid, "Say why it is to stay quiet. The reason is shown beside everything that stays quiet.")
		}
		rule.Mute = append(rule.Mute, app.Mute{From: o.now.UTC().Format(time.RFC3339), To: until.UTC().Format(time.RFC3339), Reason: f.text("reason")})
		return nil
	}, func(name string) string {
		if ended {
			return "The alert “" + name + "” is not quiet any more. What still holds opens within a minute."
		}
		return "The alert “" + name + "” stays quiet. What still holds at the end opens then."
	})
}

// endWindows ends the windows that are open now. One that was begun within this second never was.
func endWindows(all []app.Mute, now time.Time) (out []app.Mute) {
	for _, m := range all {
		from, wrongFrom := time.Parse(time.RFC3339, m.From)
		to, wrongTo := time.Parse(time.RFC3339, m.To)
		if wrongFrom == nil && wrongTo == nil && !now.Before(from) && now.Before(to) {
			m.To = now.UTC().Format(time.RFC3339)
			if !now.Truncate(time.Second).After(from) {
				continue
			}
		}
		out = append(out, m)
	}
	return out
}

// addStarters adds the proposed alerts a person ticked.
func (s *Server) addStarters(c echo.Context) error {
	o, err := s.openOrganization(c, "alerts")
	if err != nil {
		return err
	}
	f, err := readForm(c)
	if err != nil {
		return err
	}
	back, added := link.Alerts(o.row.ID), 0
	_, err = s.edit(c, f.number("revision"), back, func(doc *app.Settings) error {
		for _, rule := range o.starterRules() {
			if !slices.Contains(f.Values["starter"], rule.Name) {
				continue
			}
			doc.Alerts = slices.Insert(doc.Alerts, o.place(doc.Alerts, rule), rule)
			added++
		}
		return nil
	})
	if err != nil {
		return err
	}
	if added == 0 {
		s.tell(c, info, "No alert was ticked; nothing changed.")
	} else {
		s.tell(c, good, "%s added. They decide on what happens from now on.", ui.Count(added, "alert is", "alerts are"))
	}
	return seeOther(c, back)
}
