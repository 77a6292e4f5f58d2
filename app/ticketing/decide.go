package ticketing

import (
	"psabridge/app"
	"psabridge/app/alert"
	"psabridge/app/settings"
)

// Decide is the alert rules with the routes of a settings document: where an organization's tickets go.
func Decide(doc app.Settings, s app.AlertState) app.AlertDecision {
	return alert.Decide(input(doc, s), s)
}

// AnswerStart answers the start question (T4) by the same routes.
func AnswerStart(doc app.Settings, s app.AlertState, a alert.Answer) app.AlertDecision {
	return alert.AnswerStartFor(input(doc, s), s, a)
}

// Acknowledge keeps a condition quiet until a date, or ends that, by the same routes. Its errors are those of
// alert.Acknowledge.
func Acknowledge(doc app.Settings, s app.AlertState, a alert.Ack) (app.AlertDecision, error) {
	return alert.Acknowledge(input(doc, s), s, a)
}

func input(doc app.Settings, s app.AlertState) alert.Input {
	tree := settings.NewTree(s.Organizations, doc)
	return alert.Input{Settings: doc, Routes: func(source, organization string) alert.Route {
		e := tree.Effective(source, organization)
		c, _ := settings.ConnectionByName(doc, e.Connection)
		return alert.Route{Connection: e.Connection, Mapped: e.Mapped(), Ticketing: c.Ticketing.Enabled, AskAbove: c.Ticketing.AskAbove}
	}}
}
