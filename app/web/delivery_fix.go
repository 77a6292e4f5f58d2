package web

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/app/settings"
	"psabridge/views"
	"psabridge/views/ui"
)

// remedy is where a person mends what a delivery waits for.
type remedy struct {
	path   string // of the page
	pairs  []string
	input  string         // on that page; empty when nothing is to be typed there
	list   app.OptionList // ConnectWise's list the input is chosen from; empty for none
	rule   string         // the alert that is changed there; empty for none
	label  string         // of the button
	words  string         // what is to be done there
	remote bool           // it is in ConnectWise, and path is its address
}

var (
	ticketingField    = regexp.MustCompile(`^connections\[([^\]]+)\]\.ticketing\.([a-z_]+)$`)
	alertField        = regexp.MustCompile(`^alerts\[(.+)\]\.ticket\.([a-z_]+)$`)
	organizationField = regexp.MustCompile(`^organizations\[([^/\]]+)/(.+)\]\.company$`)
	mailField         = regexp.MustCompile(`^notify\.(?:email\.)?(smtp_password|webhook_url|smtp\.[a-z_]+|to)?$`)
)

// remedyOf finds where a delivery is mended: by the setting that was at fault, else by the kind of refusal. False when psabridge
// does not know one: then the reason says in words what to do.
func (s *Server) remedyOf(ctx context.Context, doc app.Settings, d app.DeliveryRow) (remedy, bool, error) {
	if d.Kind == app.DeliverMail {
		return mailRemedy(d), true, nil
	}
	if d.PushID != 0 {
		return remedy{path: link.Push(d.PushID), label: "Look at the push", words: "Its lines say what to do; then retry."}, true, nil
	}
	if f := ticketingField.FindStringSubmatch(d.ErrorField); f != nil {
		return ticketingRemedy(d, f[1], f[2]), true, nil
	}
	if f := alertField.FindStringSubmatch(d.ErrorField); f != nil {
		out, ok := s.alertRemedy(ctx, doc, d, f[1], f[2])
		return out, ok, nil
	}
	if f := organizationField.FindStringSubmatch(d.ErrorField); f != nil {
		o, err := s.Read.OrganizationByExternalID(ctx, f[1], f[2])
		if app.ErrorCode(err) == app.NotFound {
			return remedy{}, false, nil
		}
		return remedy{
			path: link.OrganizationSettings(o.ID), input: "company", label: "Choose the company", list: app.ListCompanies,
			words: "Choose the ConnectWise company of " + o.Name + " and save. Everything that waits for it goes out by itself.",
		}, true, err
	}
	out, ok := s.refusedRemedy(doc, d)
	return out, ok, nil
}

// ticketingRemedy is a service default of a connection.
func ticketingRemedy(d app.DeliveryRow, connection, what string) remedy {
	out := remedy{
		path: link.Connection(connection), input: what, list: listOf(what), label: "Choose another " + fieldWords(what),
		words: "Choose another " + fieldWords(what) + " and save. Everything that waits for it goes out by itself.",
	}
	if what == "priority" {
		out.input = "priority_" + string(app.SeverityWarning)
		if payload, _ := payloads(d.Delivery); payload != nil && payload.Severity != "" {
			out.input = "priority_" + string(payload.Severity)
		}
	}
	return out
}

// alertRemedy is the field of an alert that has its own; false when the alert is gone.
func (s *Server) alertRemedy(ctx context.Context, doc app.Settings, d app.DeliveryRow, rule, what string) (remedy, bool) {
	address := s.ruleURL(ctx, doc, rule, d.Organization.ID)
	if address == "" {
		return remedy{}, false
	}
	path, _, _ := strings.Cut(address, "?")
	return remedy{
		path: path, pairs: []string{"name", rule}, rule: rule, input: what, list: listOf(what), label: "Choose another " + fieldWords(what),
		words: "The alert “" + rule + "” has its own. Choose another " + fieldWords(what) + " and save. Everything that waits for it goes out by itself.",
	}, true
}

// listOf is the list of ConnectWise a service default is chosen from.
func listOf(what string) app.OptionList {
	if what == "priority" {
		return app.ListPriorities
	}
	for _, one := range ticketingInputs {
		if one.input == what {
			return one.list
		}
	}
	return ""
}

func fieldWords(what string) string {
	switch what {
	case "closed_status":
		return "closed status"
	case "status":
		return "status for new tickets"
	}
	return what
}

// mailRemedy is the mail server's form.
func mailRemedy(d app.DeliveryRow) remedy {
	out := remedy{path: link.Notifications, input: "smtp_host", label: "Set up the mail server", words: "Save it, and the e-mails that wait go out by themselves."}
	f := mailField.FindStringSubmatch(d.ErrorField)
	switch {
	case d.ErrorCode == app.Unauthorized, f != nil && f[1] == "smtp_password":
		out.input, out.label = "smtp_password", "Enter the password"
	case f != nil && f[1] == "smtp.from":
		out.input = "smtp_from"
	case f != nil && f[1] == "smtp.user":
		out.input = "smtp_user"
	case d.ErrorField == "" && d.ErrorCode == app.Invalid: // the server refused an address, which is the alert's
		out.input, out.label, out.words = "", "Look at the mail server", "If an address is wrong, change it in the alert; then drop this e-mail or retry it."
	}
	return out
}

// refusedRemedy is for what ConnectWise itself refused.
func (s *Server) refusedRemedy(doc app.Settings, d app.DeliveryRow) (remedy, bool) {
	c, known := settings.ConnectionByName(doc, d.Connection)
	if !known {
		return remedy{path: link.ConnectionAdd, label: "Add the connection", words: "Add the connection again under the same name, or drop this."}, true
	}
	switch d.ErrorCode { //nolint:exhaustive // the other codes need nobody, or nobody knows what
	case app.Unauthorized:
		return remedy{path: link.Connection(c.Name), input: "private_key", label: "Enter the keys", words: "Enter both keys again and save. Everything that waits goes out by itself."}, true
	case app.Forbidden:
		return remedy{path: link.Connection(c.Name) + "#test", label: "See which right is missing", words: "Give the API member’s role the right in ConnectWise, then retry."}, true
	case app.Invalid, app.NotFound:
		if c.SiteURL == "" {
			return remedy{}, false
		}
		return remedy{path: c.SiteURL, remote: true, label: "Open ConnectWise", words: "ConnectWise refused it in its own words. Mend it there, then retry."}, true
	}
	return remedy{}, false
}

// fixFor is the button that leads to where a parked delivery is mended; nil when nobody knows.
func (s *Server) fixFor(ctx context.Context, doc app.Settings, d app.DeliveryRow) (*views.Fix, error) {
	if payload, _ := payloads(d.Delivery); payload != nil && payload.Double {
		return nil, nil // its own page has both numbers
	}
	at, ok, err := s.remedyOf(ctx, doc, d)
	if err != nil || !ok {
		return nil, err
	}
	out := &views.Fix{Words: at.words, Action: ui.Action{Label: at.label, Path: at.address(d.ID, ""), Primary: true, External: at.remote}}
	if at.list != "" { // the list is read anew first: what was mended in ConnectWise meanwhile can be chosen
		out.Action.Path, out.Action.Post = link.FixDelivery(d.ID), true
	}
	return out, nil
}

// address leads to the input; to is what it is set to before the person looks, "" for what is saved.
func (r remedy) address(delivery int64, to string) string {
	if r.remote || r.input == "" {
		return r.path
	}
	return link.With(r.path, append(slices.Clone(r.pairs), "fix", r.input, "delivery", strconv.FormatInt(delivery, 10), "to", to)...)
}

// blockFix is the button that leads to where a connection nothing is sent on is mended; nil when it goes on by itself.
func blockFix(b app.Block) *views.Fix {
	mail := b.Connection == app.MailConnection
	switch {
	case b.Code == app.RateLimited:
		return nil
	case mail && b.Code == app.Unauthorized:
		return &views.Fix{
			Words:  "Enter the password again and save. The e-mails that wait go out by themselves.",
			Action: ui.Action{Label: "Enter the password", Path: link.With(link.Notifications, "fix", "smtp_password"), Primary: true},
		}
	case mail:
		return &views.Fix{
			Words:  "psabridge asks it again every minute, and goes on by itself when it answers.",
			Action: ui.Action{Label: "Look at the mail server", Path: link.Notifications, Primary: true},
		}
	case b.Code == app.Unauthorized:
		return &views.Fix{
			Words:  "Enter both keys again and save. Everything that waits goes out by itself.",
			Action: ui.Action{Label: "Enter the keys", Path: link.With(link.Connection(b.Connection), "fix", "private_key"), Primary: true},
		}
	}
	return &views.Fix{
		Words:  "psabridge asks it again by itself, and goes on when it answers.",
		Action: ui.Action{Label: "Look at the checks", Path: link.Connection(b.Connection) + "#test", Primary: true},
	}
}

// fixDelivery leads to the setting a delivery waits for. Before, the list that it is chosen from is read anew, and what is
// most like the name that does not exist is proposed: usually it was mistyped, or is called otherwise now.
func (s *Server) fixDelivery(c echo.Context) error {
	id, err := rowID(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	d, err := s.Read.Delivery(ctx, id)
	if err != nil {
		return err
	}
	doc, _, err := s.Settings.Document(ctx)
	if err != nil {
		return err
	}
	at, ok, err := s.remedyOf(ctx, doc, d)
	if err != nil {
		return err
	}
	if !ok || at.remote || d.State != app.DeliveryParked {
		return seeOther(c, link.Delivery(id))
	}
	if at.list == "" {
		return seeOther(c, at.address(id, ""))
	}
	if err := s.reload(c, d.Connection); err != nil {
		s.tell(c, warn, "The lists of ConnectWise could not be read anew. %s", app.ErrorMessage(err))
	}
	to, err := s.proposed(ctx, doc, d, at)
	if err != nil {
		return err
	}
	return seeOther(c, at.address(id, to))
}

// proposed is what the input is set to before the person looks; "" where nothing is near enough, or more than one thing is.
func (s *Server) proposed(ctx context.Context, doc app.Settings, d app.DeliveryRow, at remedy) (string, error) {
	c, ok := settings.ConnectionByName(doc, d.Connection)
	switch {
	case !ok:
		return "", nil
	case at.input == "company":
		return s.proposedCompany(ctx, c.Name, d.Organization.ID)
	case at.rule != "":
		return s.proposedForAlert(ctx, doc, c, at)
	case at.path != link.Connection(c.Name):
		return "", nil
	}
	lists := s.pickLists(ctx, c.Name, refValue(c.Ticketing.Board))
	for _, one := range ticketingInputs {
		if one.input != at.input {
			continue
		}
		all := lists.read(one.list, 0)
		if one.list != app.ListBoards && one.list != app.ListSources {
			all = lists.ofBoard(one.list)
		}
		return nearest(all, one.in(&c.Ticketing).Name), lists.err
	}
	return "", nil
}

// proposedForAlert is what is nearest to the value of an alert's own, in the list of the board its tickets go to.
func (s *Server) proposedForAlert(ctx context.Context, doc app.Settings, c app.ConnectionSettings, at remedy) (string, error) {
	rule := slices.IndexFunc(doc.Alerts, func(r app.AlertRule) bool { return r.Name == at.rule })
	if rule < 0 {
		return "", nil
	}
	ticket := doc.Alerts[rule].Ticket
	lists := s.pickLists(ctx, c.Name, cmp.Or(refValue(ticket.Board), refValue(c.Ticketing.Board)))
	for _, one := range ticketRefs {
		if one.input == at.input {
			return nearest(lists.of(one.list), one.in(&ticket).Name), lists.err
		}
	}
	return "", nil
}

// proposedCompany is the one company that is surely meant; "" when there is none.
func (s *Server) proposedCompany(ctx context.Context, connection string, organization int64) (string, error) {
	rows, err := s.Setup.Suggestions(ctx, connection)
	if err != nil {
		return "", err
	}
	for _, r := range rows {
		if string(r.OrganizationID) == strconv.FormatInt(organization, 10) && r.Reason != "similar" {
			return strconv.FormatInt(r.CompanyID, 10), nil
		}
	}
	return "", nil
}
