package web

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/billing"
	"psabridge/app/link"
	"psabridge/app/settings"
	"psabridge/app/setup"
	"psabridge/views"
)

// helpList is every topic of the help, or those in which something was found.
func (s *Server) helpList(c echo.Context) error {
	p, err := s.open(c, "Help", "")
	if err != nil {
		return err
	}
	facts, err := s.helpFacts(c, p)
	if err != nil {
		return err
	}
	p.shell.Helping = true
	q := c.QueryParam("q")
	return render(c, http.StatusOK, views.HelpListPage(views.HelpList{Shell: p.shell, Query: q, Found: views.FindHelp(q, facts)}))
}

// helpTopic is one topic.
func (s *Server) helpTopic(c echo.Context) error {
	t, ok := views.HelpTopicByID(c.Param("topic"))
	if !ok {
		return echo.ErrNotFound
	}
	p, err := s.open(c, t.Title+", help", "")
	if err != nil {
		return err
	}
	facts, err := s.helpFacts(c, p)
	if err != nil {
		return err
	}
	p.shell.Helping = true
	return render(c, http.StatusOK, views.HelpPage(views.Help{Shell: p.shell, Topic: t, Facts: facts}))
}

// helpFacts are what the help takes from the guide, the billing rules and this installation.
func (s *Server) helpFacts(c echo.Context, p page) (views.HelpFacts, error) {
	f := views.HelpFacts{Connection: firstConnection(p.doc), Manual: setup.Manual(), Can: HoldCan()}
	tree, err := s.Read.Tree(c.Request().Context())
	if err != nil {
		return f, err
	}
	if top := slices.IndexFunc(tree, func(o app.Organization) bool {
		return o.ParentExternalID == "" && o.State == app.OrganizationPresent && o.ExternalID != app.SyntheticTop
	}); top >= 0 {
		f.Organization = tree[top].ID
	}
	return f, nil
}

// HoldCan is what the billing rules let a person do with a line that one code alone holds, its target being known.
func HoldCan() map[app.HoldCode]views.HelpCan {
	can := map[app.HoldCode]views.HelpCan{}
	for _, code := range views.HoldCodes() {
		line := app.Line{AdditionID: 1, Verdict: app.VerdictHold, Holds: []app.Hold{{Code: code}}}
		can[code] = views.HelpCan{Release: billing.Releasable(line) == nil, Correct: billing.Correctable(line) == nil}
	}
	return can
}

// helpRoutes is which topic is about the page of a route. What is missing leads to the list of all topics.
var helpRoutes = map[string]string{
	link.Overview: "overview", link.Setup: "setup", link.Diagnostics: "diagnostics", link.Log: "diagnostics", link.Support: "diagnostics",

	link.Organizations: "organizations", "/organizations/:id/activity": "no-ticket", "/organizations/:id/alerts": "alerts",
	newPath: "alerts", editPath: "alerts", link.Rehearsal: "alerts", "/organizations/:id/readings": "organizations",
	"/organizations/:id/settings": "mapping", "/organizations/:id/left": "customer-left", link.Mapping: "mapping",

	link.Billing: "billing", link.Pushes: "billing", "/billing/pushes/:id": "billing", "/billing/pushes/:id/undo": "billing",
	"/billing/pushes/:id/customers/:company": "billing", link.Compare: "billing", "/billing/lines/:id/evidence": "billing",
	"/billing/:connection/:period": "billing", "/billing/:connection/:period/push": "billing", "/billing/:connection/:period/overrides": "overrides",
	"/billing/lines/:id/release": "holds", "/billing/lines/:id/correct": "holds", "/billing/lines/:id/effective": "billing",
	link.Money: "money",

	link.Deliveries: "deliveries", "/deliveries/:id": "needs-you", "/deliveries/:id/link": "needs-you", "/deliveries/:id/drop": "needs-you",
	link.Tickets: "tickets", "/tickets/:id": "tickets", "/conditions/:id": "no-ticket", "/conditions/:id/quiet": "no-ticket",

	link.Connections: "connection", "/connections/:name": "connection", "/connections/:name/ticketing": "connection",
	"/connections/:name/billing": "connection", "/connections/:name/test-ticket": "connection",

	"/sources/:name/import": "inbox", "/sources/:name/import/:file": "inbox", "/sources/:name/tokens": "inbox",
	"/sources/:name/remove": "sources", link.SignInReturn: "x360sync",

	link.Settings: "settings", link.Notifications: "notifications", link.NotifyTest: "notifications", link.SMTPPassword: "notifications",
	link.About: "about",
}

// helpTasks is which topic is about a task of the guide.
var helpTasks = map[string]string{"connectwise": "connectwise", "x360sync": "sources", "match": "mapping", "tickets": "alerts", "billing": "products", "start": "setup"}

// helpKinds is which topic is about a kind of source.
var helpKinds = map[string]string{settings.KindX360Sync: "x360sync", settings.KindAxcient: "x360cloud", settings.KindInbox: "inbox"}

// helpOn is the topic about the page that is asked for.
func helpOn(c echo.Context, doc app.Settings) string {
	switch c.Path() {
	case "/setup/:task":
		return helpTasks[c.Param("task")]
	case link.Sources:
		if topic, known := helpKinds[c.QueryParam("kind")]; known {
			return topic
		}
		return "sources"
	case "/sources/:name", "/sources/:name/sign-in":
		if one, known := settings.SourceByName(doc, c.Param("name")); known {
			return helpKinds[one.Kind]
		}
		return "sources"
	}
	return helpRoutes[c.Path()]
}
