package setup

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"psabridge/app"
	"psabridge/app/secret"
	"psabridge/app/settings"
)

// The tasks of the guide, in their order.
const (
	taskConnectWise = "connectwise"
	taskSource      = "x360sync"
	taskMatch       = "match"
	taskTickets     = "tickets"
	taskBilling     = "billing"
	taskStart       = "start"
)

// Guide is the setting-up of a connection as a list of tasks; connection "" is the first of the settings, or the one
// still to be made. Where each task stands is computed from the settings, the secrets, the newest checks and what
// people confirmed. Nothing else is stored, so it can be left at any point and taken up again. It asks ConnectWise
// nothing.
func (s *Setup) Guide(ctx context.Context, connection string) (app.Guide, error) {
	g, err := s.gather(ctx, connection)
	if err != nil {
		return app.Guide{}, err
	}
	return app.Guide{Connection: g.conn.Name, Tasks: []app.GuideTask{
		g.connectWiseTask(), g.sourceTask(), g.matchTask(), g.ticketsTask(), g.billingTask(), g.startTask(),
	}}, nil
}

// guide is what the tasks are computed from.
type guide struct {
	doc     app.Settings
	conn    app.ConnectionSettings
	known   bool // there is a connection
	first   bool // it is the first, or still to be made: what was ticked off before there was one was about it
	keys    bool // both keys are stored for its address
	builtIn bool // this program carries a client ID
	checks  []app.CheckRow
	run     app.CheckRun
	proofs  []app.Proof
	said    map[string]app.Confirmation
	tree    []app.Organization
	problem func(source string) string // why a source cannot be read, "" when it can
}

func (s *Setup) gather(ctx context.Context, connection string) (*guide, error) {
	doc, _, err := s.Document(ctx)
	if err != nil {
		return nil, err
	}
	g := &guide{doc: doc, builtIn: s.BuiltInClientID, problem: func(string) string { return "" }}
	if s.SourceProblem != nil {
		g.problem = func(source string) string { return s.SourceProblem(ctx, source) }
	}
	if connection == "" && len(doc.Connections) > 0 {
		connection = doc.Connections[0].Name
	}
	g.conn, g.known = settings.ConnectionByName(doc, connection)
	if connection != "" && !g.known {
		return nil, app.Errorf(app.NotFound, "There is no connection %s in the settings.", connection)
	}
	g.first = !g.known || g.conn.Name == doc.Connections[0].Name
	if g.said, err = s.said(ctx); err != nil {
		return nil, err
	}
	if g.tree, err = s.Store.Tree(ctx); err != nil {
		return nil, err
	}
	if !g.known {
		return g, nil
	}
	return g, s.gatherConnection(ctx, g)
}

// gatherConnection adds what is known of the connection.
func (s *Setup) gatherConnection(ctx context.Context, g *guide) (err error) {
	if _, g.keys, err = s.keysSince(ctx, g.conn); err != nil {
		return err
	}
	if g.checks, err = s.Store.Checks(ctx, g.conn.Name); err != nil {
		return err
	}
	if g.run, err = s.CheckRun(ctx, g.conn.Name); err != nil {
		return err
	}
	g.proofs, err = s.proofsOf(ctx, g.conn)
	return err
}

// keysSince returns since when every key of a connection is stored for the address it has now; false when one is not.
func (s *Setup) keysSince(ctx context.Context, conn app.ConnectionSettings) (since time.Time, all bool, err error) {
	records, err := s.Vault.List(ctx)
	if err != nil {
		return time.Time{}, false, err
	}
	for _, key := range secret.ConnectionKeys {
		at := slices.IndexFunc(records, func(r app.SecretRecord) bool {
			return r.Name == secret.ConnectionName(conn.Name, key) && r.BoundHost == settings.Host(conn.SiteURL)
		})
		if at < 0 {
			return time.Time{}, false, nil
		}
		if records[at].SetAt.After(since) {
			since = records[at].SetAt
		}
	}
	return since, true, nil
}

// proven says where a step stands by its checks, and how that is known. A test of other settings or other keys proves
// nothing: what it found good may be wrong now, and what it found wrong may be mended.
func (g *guide) proven(ids ...string) (app.TaskState, string) {
	rows := g.rowsOf(ids)
	switch {
	case !g.keys:
		return app.TaskNotStarted, g.untested()
	case len(rows) > 0 && !g.run.Current:
		return app.TaskInProgress, "Not tested since you changed it."
	}
	var failed, open, good, warned, unproven []app.CheckRow
	for _, row := range rows {
		switch {
		case row.State == app.CheckFailed:
			failed = append(failed, row)
		case row.State == app.CheckSkipped && onlyWritesProve(row.ID):
			unproven = append(unproven, row)
		case row.State == app.CheckSkipped:
			open = append(open, row)
		case row.State == app.CheckWarning:
			warned = append(warned, row)
		default:
			good = append(good, row)
		}
	}
	switch {
	case len(failed) > 0:
		return app.TaskProblem, failed[0].Message
	case len(open) > 0:
		return app.TaskInProgress, open[0].Message
	case len(good)+len(warned) == 0:
		return app.TaskNotStarted, g.untested()
	case len(warned) > 0:
		return app.TaskDone, warned[0].Message
	case len(unproven) > 0:
		return app.TaskDone, fmt.Sprintf("Checked %s. %s not proven yet; the test ticket and the first push prove what reading cannot.", g.moment(g.run.At), countOf(len(unproven), "right is", "rights are"))
	}
	return app.TaskDone, "Checked " + g.moment(g.run.At) + "."
}

// rowsOf are the newest results of some checks; an id that ends in a point means all that begin so.
func (g *guide) rowsOf(ids []string) []app.CheckRow {
	var rows []app.CheckRow
	for _, row := range g.checks {
		if slices.ContainsFunc(ids, func(id string) bool {
			return row.ID == id || strings.HasSuffix(id, ".") && strings.HasPrefix(row.ID, id)
		}) {
			rows = append(rows, row)
		}
	}
	return rows
}

// named replaces what stands for many checks by those there are.
func (g *guide) named(ids ...string) []string {
	var all []string
	for _, id := range ids {
		if !strings.HasSuffix(id, ".") {
			all = append(all, id)
			continue
		}
		for _, row := range g.rowsOf([]string{id}) {
			all = append(all, row.ID)
		}
	}
	return all
}

func (g *guide) untested() string {
	switch {
	case !g.known:
		return ""
	case !g.keys:
		return "The test proves it once the keys are entered."
	case g.run.At.IsZero():
		return "Not tested yet."
	}
	return "The test proves it once the feature is switched on."
}

// confirmed says where a step stands that a person has to confirm.
func (g *guide) confirmed(subject string) (app.TaskState, string) {
	c, is := g.said[subject]
	if !is {
		return app.TaskNotStarted, ""
	}
	return app.TaskDone, "Confirmed by " + app.Who(c.By) + " on " + g.moment(c.At) + "."
}

// moment prints a time in the connection's zone.
func (g *guide) moment(at time.Time) string { return printed(at, g.conn) }

// printed is a moment for a sentence, in the zone the connection bills in.
func printed(at time.Time, conn app.ConnectionSettings) string {
	return at.In(settings.Location(conn)).Format("2 January 2006, 15:04 MST")
}

// countOf is "1 check" or "3 checks".
func countOf(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// counted are the steps that have to be done: one that can be left counts once it was begun.
func counted(steps []app.GuideStep) []app.GuideStep {
	return slices.DeleteFunc(slices.Clone(steps), func(s app.GuideStep) bool { return s.Optional && s.State == app.TaskNotStarted })
}

// together is where a task stands whose steps stand so: a problem anywhere is one, all done is done.
func together(steps []app.GuideStep) app.TaskState {
	steps = counted(steps)
	done, begun := 0, false
	for _, s := range steps {
		switch s.State {
		case app.TaskProblem:
			return app.TaskProblem
		case app.TaskDone:
			done, begun = done+1, true
		case app.TaskInProgress:
			begun = true
		case app.TaskNotStarted, app.TaskCannotStart:
		}
	}
	switch {
	case done == len(steps):
		return app.TaskDone
	case begun:
		return app.TaskInProgress
	}
	return app.TaskNotStarted
}

// standing is the summary of a task with steps.
func standing(steps []app.GuideStep) string {
	steps = counted(steps)
	done, wrong := 0, 0
	for _, s := range steps {
		switch s.State {
		case app.TaskDone:
			done++
		case app.TaskProblem:
			wrong++
		case app.TaskNotStarted, app.TaskInProgress, app.TaskCannotStart:
		}
	}
	text := fmt.Sprintf("%d of %s done", done, countOf(len(steps), "step", "steps"))
	if wrong > 0 {
		text += ", " + countOf(wrong, "has a problem", "have a problem")
	}
	return text + "."
}
