package setup

import (
	"context"
	"slices"

	"psabridge/app"
	"psabridge/app/settings"
)

// ruleChecks has one check for each alert that opens tickets on this connection with service settings of its own, or
// that something can be said of without asking: it waits for what no source can show, or its texts say what nobody knows.
func (r *run) ruleChecks() []check {
	reach := r.reach()
	var all []check
	for _, rule := range r.doc.Alerts {
		if !rule.Via.PSA || !reach.here(rule.For) {
			continue
		}
		title, doubt := "The alert "+rule.Name+" has something to wait for", neverSent(r.doc, rule)
		if doubt.state == "" {
			title, doubt = "The texts of the alert "+rule.Name+" can be filled in", misworded(rule.Ticket)
		}
		c := check{id: "alert." + rule.Name, title: title, prove: func(context.Context) finding { return doubt }, local: true}
		if overrides(rule.Ticket) {
			c = check{id: c.id, title: "The ticket settings of the alert " + rule.Name + " exist", needs: r.ruleNeeds(rule.Ticket), prove: r.orElse(r.rule(rule.Ticket), doubt)}
		} else if doubt.state == "" {
			continue
		}
		all = append(all, c)
	}
	return all
}

// neverSent warns of an alert for what no source of the settings shows; an empty finding when there is none.
func neverSent(doc app.Settings, rule app.AlertRule) finding {
	var never []string
	for _, w := range rule.When {
		if !settings.Sends(doc, rule.For, w.Type) {
			never = append(never, w.Type)
		}
	}
	switch {
	case len(never) == 0 || len(doc.Sources) == 0:
		return finding{}
	case rule.For.Source != "":
		return warning("The source "+rule.For.Source+" never shows "+listed(never)+", so the alert stays silent there.", "Choose other event types for the alert, or another source.")
	}
	return warning("No source of the settings shows "+listed(never)+", so the alert stays silent there.", "Choose other event types for the alert, or connect a source that shows them.")
}

// misworded warns of a template that says what nobody knows: it stands in the ticket as it was typed. A new one cannot be
// saved; one that was saved by an older version can be there.
func misworded(t app.TicketPolicy) finding {
	for _, text := range []struct{ what, template string }{{"summary", t.Summary}, {"body", t.Body}} {
		if _, wrong := app.ParseTemplate(text.template); len(wrong) > 0 {
			return warning("The "+text.what+" of its tickets cannot be filled in. "+wrong[0].Message, "Correct the text on the page of the alert.")
		}
	}
	return finding{}
}

// orElse is what the first finds, unless that is good and there is something to warn of besides.
func (*run) orElse(prove func(context.Context) finding, warn finding) func(context.Context) finding {
	return func(ctx context.Context) finding {
		if found := prove(ctx); found.state != app.CheckOK || warn.state == "" {
			return found
		}
		return warn
	}
}

func overrides(t app.TicketPolicy) bool {
	return slices.ContainsFunc([]app.Ref{t.Board, t.Type, t.Subtype, t.Item, t.Status, t.ClosedStatus, t.Team, t.Source, t.Priority}, func(ref app.Ref) bool { return !ref.IsZero() })
}

// ruleNeeds are the checks of what the alert leaves to the connection: where such a one fails, the alert's tickets wait
// too, and the cause is told once.
func (r *run) ruleNeeds(t app.TicketPolicy) []string {
	needs := []string{"right.table_setup.inquire"}
	if t.Source.IsZero() {
		needs = append(needs, "source")
	}
	if t.Priority.IsZero() {
		needs = append(needs, "priority")
	}
	if !t.Board.IsZero() {
		return needs
	}
	needs = append(needs, "board")
	if r.conn.Ticketing.Board.IsZero() {
		return needs
	}
	for _, left := range []struct {
		id  string
		own bool // the alert has a word in it
	}{
		{"status.default", !t.Status.IsZero()},
		{"status.closed", !t.AutoClose || !t.ClosedStatus.IsZero()},
		{"team.default", !t.Team.IsZero()},
		{"type", !t.Type.IsZero()},
		{"subtype", !t.Type.IsZero() || !t.Subtype.IsZero()},
		{"item", !t.Type.IsZero() || !t.Subtype.IsZero() || !t.Item.IsZero()},
	} {
		if !left.own {
			needs = append(needs, left.id)
		}
	}
	return needs
}

// rule proves that the tickets of an alert can be made as the alert and the connection choose them together: what is
// right by itself can be wrong on the alert's board, or beside the alert's type.
func (r *run) rule(t app.TicketPolicy) func(context.Context) finding {
	return func(ctx context.Context) finding {
		s, bad := r.serviceOf(ctx, t)
		if bad.state != "" {
			return bad
		}
		result := ok("Everything the alert names exists.")
		for _, prove := range r.ruleProofs(t, s) {
			switch found := prove(ctx, s); {
			case found.state == app.CheckFailed:
				return found
			case found.state == app.CheckWarning && result.state == app.CheckOK:
				result = found
			}
		}
		return result
	}
}

// serviceOf is what holds for the tickets of an alert, on the alert's own board or the connection's.
func (r *run) serviceOf(ctx context.Context, t app.TicketPolicy) (service, finding) {
	s := r.defaults()
	s.where = whereAlert
	for _, own := range []struct {
		ref  app.Ref
		into *app.Ref
	}{{t.Status, &s.status}, {t.ClosedStatus, &s.closed}, {t.Team, &s.team}, {t.Type, &s.kind}, {t.Subtype, &s.subtype}, {t.Item, &s.item}} {
		if !own.ref.IsZero() {
			*own.into = own.ref
		}
	}
	if !t.Board.IsZero() {
		row, err := r.one(ctx, app.ListBoards, 0, t.Board)
		if err != nil {
			s.board = app.OptionRow{}
			return s, r.missing(err, s, app.ListBoards)
		}
		s.board = row
	}
	if s.board.ID == 0 {
		return s, s.boardless()
	}
	return s, finding{}
}

// ruleProofs are the proofs the alert's own choices call for. What it leaves to the connection, on the connection's
// board, has checks of its own.
func (r *run) ruleProofs(t app.TicketPolicy, s service) []func(context.Context, service) finding {
	type proof = func(context.Context, service) finding
	var all []proof
	add := func(needed bool, prove proof) {
		if needed {
			all = append(all, prove)
		}
	}
	if s.board.ID != 0 {
		board, kind, sub := !t.Board.IsZero(), !t.Type.IsZero(), !t.Subtype.IsZero()
		add(board || !t.Status.IsZero(), r.openStatus)
		add(board && t.AutoClose || !t.ClosedStatus.IsZero(), r.closedStatus)
		add(board || !t.Team.IsZero(), r.team)
		add(board || kind, r.kind)
		add(!s.subtype.IsZero() && (board || kind || sub), r.subtype)
		add(!s.item.IsZero() && (board || kind || sub || !t.Item.IsZero()), r.item)
	}
	for _, own := range []struct {
		list app.OptionList
		ref  app.Ref
	}{{app.ListPriorities, t.Priority}, {app.ListSources, t.Source}} {
		add(!own.ref.IsZero(), func(ctx context.Context, s service) finding {
			return r.found(ctx, service{where: s.where}, own.list, own.ref)
		})
	}
	return all
}

// reach tells whose tickets come to a connection.
type reach struct {
	connection    string
	tree          *settings.Tree
	organizations []app.Organization
	parents       map[[2]string]string
}

// reach knows the organizations that were read, and those that are only in the settings yet.
func (r *run) reach() reach {
	x := reach{connection: r.conn.Name, parents: make(map[[2]string]string, len(r.organizations))}
	var read []app.Organization
	for _, o := range r.organizations {
		read = append(read, o.Organization)
		x.parents[[2]string{o.Source, o.ExternalID}] = o.ParentExternalID
		if o.State != app.OrganizationGone {
			x.organizations = append(x.organizations, o.Organization)
		}
	}
	for _, o := range r.doc.Organizations {
		if _, known := x.parents[[2]string{o.Source, o.ID}]; !known {
			x.organizations = append(x.organizations, app.Organization{Source: o.Source, ExternalID: o.ID})
		}
	}
	x.tree = settings.NewTree(read, r.doc)
	return x
}

// here reports whether an alert opens tickets on this connection: some organization it is for has its tickets here. Where
// no such organization is known yet, what will hold for it counts.
func (x reach) here(f app.For) bool {
	known := false
	for _, o := range x.organizations {
		if !x.isFor(f, o) {
			continue
		}
		known = true
		if x.tree.Effective(o.Source, o.ExternalID).Connection == x.connection {
			return true
		}
	}
	return !known && (f.Organization == "" || x.tree.Effective(f.Source, f.Organization).Connection == x.connection)
}

func (x reach) isFor(f app.For, o app.Organization) bool {
	switch {
	case f.Source != "" && f.Source != o.Source:
		return false
	case f.Organization == "" || f.Organization == o.ExternalID:
		return true
	}
	return f.Suborganizations && slices.Contains(x.above(o), f.Organization)
}

// above lists the organizations above one; a tree that goes in circles ends it.
func (x reach) above(o app.Organization) (ids []string) {
	for at := x.parents[[2]string{o.Source, o.ExternalID}]; at != "" && !slices.Contains(ids, at); at = x.parents[[2]string{o.Source, at}] {
		ids = append(ids, at)
	}
	return ids
}
