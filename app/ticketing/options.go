package ticketing

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"psabridge/app"
	"psabridge/app/psa"
)

const (
	// listsKept is how long a list read from ConnectWise is believed, when the stored one does not know a name.
	listsKept = 5 * time.Minute
	// storedKept is how long what was read from our own store is: ten thousand tickets at once need not read the same lists
	// ten thousand times. What is not found in them is looked for again before anybody is asked.
	storedKept = 2 * time.Second
)

type listKey struct {
	connection string
	list       app.OptionList
	parent     int64
}

type list struct {
	rows []app.Option
	at   time.Time
}

// options keeps lists read from ConnectWise, so that many tickets at once do not read them again and again.
type options struct {
	mu           sync.Mutex
	lists        map[listKey]list
	associations map[listKey]associationList
	own          map[listKey]list // from our store
	ownPairs     map[listKey]associationList
	tree         []app.Organization
	treeAt       time.Time
}

// fresh reports whether what was read at a moment may be used again. A clock that was put back makes it old.
func fresh(at, now time.Time, keep time.Duration) bool {
	age := now.Sub(at)
	return !at.IsZero() && age >= 0 && age < keep
}

// organizations is the tree as it was read a moment ago; again has it read now.
func (k *Desk) organizations(ctx context.Context, again bool) ([]app.Organization, error) {
	k.options.mu.Lock()
	tree, at := k.options.tree, k.options.treeAt
	k.options.mu.Unlock()
	now := k.d.Now()
	if !again && fresh(at, now, storedKept) {
		return tree, nil
	}
	tree, err := k.d.Store.Tree(ctx)
	if err != nil {
		return nil, err
	}
	k.options.mu.Lock()
	defer k.options.mu.Unlock()
	k.options.tree, k.options.treeAt = tree, now
	return tree, nil
}

// choice is a name to be turned into an id.
type choice struct {
	list   app.OptionList
	parent int64
	ref    app.Ref
	what   string // for the person: board, status, …
	where  string // for the person: " on the board “Alerts”"
	usable func(app.Option) string
	alert  string // the alert that chose it; "" when it is the connection's
}

// of says whose the choice is: the rule's own, else the connection's. What stands on a board that the rule chose is the
// rule's to put right.
func (c choice) of(j *job, rule, connection app.Ref) choice {
	c.ref = either(rule, connection)
	if !rule.IsZero() || c.where != "" && !j.rule.Ticket.Board.IsZero() {
		c.alert = j.rule.Name
	}
	return c
}

// setting is what a person has to put right when the choice cannot be made.
func (c choice) setting(j *job) string {
	what := strings.ReplaceAll(c.what, " ", "_")
	if c.alert != "" {
		return "alerts[" + c.alert + "].ticket." + what
	}
	return "connections[" + j.connection.Name + "].ticketing." + what
}

// place names that setting in words.
func (c choice) place(j *job) string {
	if c.alert != "" {
		return "the alert “" + c.alert + "”"
	}
	return "the ticketing settings of “" + j.connection.Name + "”"
}

// reads are the places a choice is looked up in, one after the other, until one has it.
func (k *Desk) reads() []func(context.Context, *job, choice) ([]app.Option, error) {
	return []func(context.Context, *job, choice) ([]app.Option, error){k.stored, k.live, k.again}
}

// resolve turns a named record into its id: by the stored list, else by ConnectWise's own. A zero ref stays 0, which
// leaves the field to ConnectWise. invalid: no such record; the sentence names what to fix.
func (k *Desk) resolve(ctx context.Context, j *job, c choice) (app.Option, error) {
	if c.ref.IsZero() {
		return app.Option{}, nil
	}
	for _, read := range k.reads() {
		rows, err := read(ctx, j, c)
		if err != nil {
			return app.Option{}, err
		}
		if found := find(rows, c.ref); len(found) == 1 && !found[0].Inactive && (c.usable == nil || c.usable(found[0]) == "") {
			return found[0], nil
		}
	}
	return app.Option{}, k.missing(ctx, j, c)
}

// missing says in words why a name cannot be used.
func (k *Desk) missing(ctx context.Context, j *job, c choice) error {
	rows, err := k.live(ctx, j, c)
	if err != nil {
		return err
	}
	why := "does not exist" + c.where + " in ConnectWise"
	switch found := find(rows, c.ref); {
	case len(found) > 1:
		why = fmt.Sprintf("exists %d times%s in ConnectWise (records %s), so it cannot be told which is meant: say it by its id", len(found), c.where, records(found))
	case len(found) == 1 && found[0].Inactive:
		why = "is inactive" + c.where + " in ConnectWise"
	case len(found) == 1:
		why = c.usable(found[0])
	}
	return setUp(c.setting(j),
		"The %s “%s” %s. Choose another one in %s, then retry.", c.what, c.ref, why, c.place(j))
}

// find lists what a ref may mean. More than one is for a person to tell apart.
func find(rows []app.Option, ref app.Ref) []app.Option {
	return app.Meant(rows, ref, func(o app.Option) app.Option { return o })
}

func records(options []app.Option) string {
	ids := make([]string, len(options))
	for i, o := range options {
		ids[i] = num(o.ID)
	}
	return strings.Join(ids, ", ")
}

// stored reads the cached drop-down.
func (k *Desk) stored(ctx context.Context, j *job, c choice) ([]app.Option, error) {
	key := listKey{j.connection.Name, c.list, c.parent}
	k.options.mu.Lock()
	kept := k.options.own[key]
	k.options.mu.Unlock()
	if fresh(kept.at, j.now, storedKept) {
		return kept.rows, nil
	}
	rows, err := k.fromStore(ctx, j, c)
	if err != nil {
		return nil, err
	}
	k.options.mu.Lock()
	defer k.options.mu.Unlock()
	k.options.own[key] = list{rows: rows, at: j.now}
	return rows, nil
}

func (k *Desk) fromStore(ctx context.Context, j *job, c choice) ([]app.Option, error) {
	rows, _, err := k.d.Store.Options(ctx, j.connection.Name, c.list, c.parent)
	if err != nil {
		return nil, err
	}
	options := make([]app.Option, 0, len(rows))
	for _, r := range rows {
		o := app.Option{ID: r.ID, Name: r.Name, Inactive: r.Inactive}
		if len(r.Body) > 0 && json.Unmarshal(r.Body, &o) != nil {
			continue
		}
		options = append(options, o)
	}
	return options, nil
}

// live reads the list from ConnectWise, at most every few minutes.
func (k *Desk) live(ctx context.Context, j *job, c choice) ([]app.Option, error) {
	key := listKey{j.connection.Name, c.list, c.parent}
	k.options.mu.Lock()
	kept := k.options.lists[key]
	k.options.mu.Unlock()
	if fresh(kept.at, j.now, listsKept) {
		return kept.rows, nil
	}
	rows, err := read(ctx, j.client, c)
	if err != nil && app.ErrorCode(err) != app.NotFound { // a list of a board that is gone is empty
		return nil, err
	}
	k.options.mu.Lock()
	defer k.options.mu.Unlock()
	k.options.lists[key] = list{rows: rows, at: j.now}
	return rows, nil
}

// again reads the list once more before a delivery is parked for it: a person may have put it right in ConnectWise a
// moment ago and pressed Retry. While another delivery is parked for the same, the list that was read is good enough,
// so that a hundred waiting tickets do not read it a hundred times.
func (k *Desk) again(ctx context.Context, j *job, c choice) ([]app.Option, error) {
	if k.waitsBehind(ctx, j.delivery, c.setting(j)) {
		return nil, nil
	}
	key := listKey{j.connection.Name, c.list, c.parent}
	k.options.mu.Lock()
	if !k.options.lists[key].at.Equal(j.now) { // else this attempt has read it itself
		delete(k.options.lists, key)
	}
	k.options.mu.Unlock()
	return k.live(ctx, j, c)
}

func read(ctx context.Context, client psa.Client, c choice) ([]app.Option, error) {
	switch c.list {
	case app.ListBoards:
		return client.Boards(ctx)
	case app.ListPriorities:
		return client.Priorities(ctx)
	case app.ListSources:
		return client.TicketSources(ctx)
	case app.ListStatuses:
		return client.Statuses(ctx, c.parent)
	case app.ListTypes:
		return client.Types(ctx, c.parent)
	case app.ListTeams:
		return client.Teams(ctx, c.parent)
	case app.ListSubtypes:
		return client.Subtypes(ctx, c.parent)
	case app.ListItems:
		return client.Items(ctx, c.parent)
	case app.ListCompanies, app.ListAgreements, app.ListProducts, app.ListCompanyStatuses, app.ListAssociations, app.ListMembers:
	}
	return nil, app.Errorf(app.Internal, "tickets have no list %s", c.list)
}

// setUp is an error about the settings rather than this one ticket: what is wrong is wrong for others too.
func setUp(field, format string, args ...any) error {
	return app.FieldErrorf(field, format, args...)
}
