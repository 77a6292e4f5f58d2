package setup

import (
	"context"
	"slices"
	"strconv"

	"psabridge/app"
	"psabridge/app/psa"
	"psabridge/app/settings"
)

// Test runs the named checks of a connection one after the other, tells each as it comes, and stores them all. A check
// that fails is a result; an error is returned only when the checks themselves could not be run: no such connection,
// changed under way twice, or cancelled, and then nothing is stored. A second test of a connection waits for the first,
// so that what is stored last is what was found last. When the settings or keys change under way it starts over, and
// tells each check again.
func (s *Setup) Test(ctx context.Context, connection string, each func(app.CheckRow)) ([]app.CheckRow, error) {
	end, err := s.begin(ctx, connection)
	if err != nil {
		return nil, err
	}
	defer end()
	r, err := s.check(ctx, connection, nil, each)
	if err != nil {
		return nil, err
	}
	return r.rows, s.keep(ctx, r)
}

func cancelled(ctx context.Context) error {
	return app.Wrap(ctx.Err(), app.Unavailable, "The test was cancelled.")
}

// keep stores what a test found.
func (s *Setup) keep(ctx context.Context, r *run) error {
	return s.Store.SaveChecks(ctx, r.conn.Name, r.about, r.rows, s.Now())
}

// check runs the checks and stores nothing. Results of a connection that was changed meanwhile are about neither the old
// one nor the new one, so it starts over once. With a block ConnectWise is asked nothing, and the keys have failed.
func (s *Setup) check(ctx context.Context, connection string, block *app.Block, each func(app.CheckRow)) (*run, error) {
	for range 2 {
		r, err := s.checkOnce(ctx, connection, block, each)
		if err != nil {
			return nil, err
		}
		_, _, about, err := s.tested(ctx, connection)
		if err != nil {
			return nil, err
		}
		if about == r.about {
			return r, nil
		}
	}
	return nil, app.Errorf(app.Conflict, "The settings or keys of connection %s were changed while it was tested. Test it again.", connection)
}

// tested reads the connection that is to be tested, and the fingerprint of it.
func (s *Setup) tested(ctx context.Context, connection string) (app.Settings, app.ConnectionSettings, string, error) {
	doc, _, err := s.Document(ctx)
	if err != nil {
		return app.Settings{}, app.ConnectionSettings{}, "", err
	}
	conn, known := settings.ConnectionByName(doc, connection)
	if !known {
		return app.Settings{}, app.ConnectionSettings{}, "", noConnection(connection)
	}
	about, err := s.about(ctx, conn)
	return doc, conn, about, err
}

func (s *Setup) checkOnce(ctx context.Context, connection string, block *app.Block, each func(app.CheckRow)) (*run, error) {
	doc, conn, about, err := s.tested(ctx, connection)
	if err != nil {
		return nil, err
	}
	organizations, err := s.Store.Organizations(ctx, app.OrganizationFilter{})
	if err != nil {
		return nil, err
	}
	r := &run{Setup: s, conn: conn, about: about, doc: doc, organizations: organizations, block: block, each: each, results: make(map[string]app.CheckState)}
	if err := r.recall(ctx); err != nil {
		return nil, err
	}
	s.soFar(connection, nil)
	r.client, r.clientErr = s.Client(ctx, connection)
	for _, c := range r.checks() {
		r.do(ctx, c)
		if ctx.Err() != nil {
			return nil, cancelled(ctx)
		}
	}
	return r, nil
}

// recall reads what is known before ConnectWise is asked: what writes proved, what people confirmed, and the companies as
// they were read last, because a company that is gone has no name any more.
func (r *run) recall(ctx context.Context) (err error) {
	if r.proofs, err = r.proofsOf(ctx, r.conn); err != nil {
		return err
	}
	if r.confirmed, err = r.said(ctx); err != nil {
		return err
	}
	r.formerly, _, err = r.Store.Options(ctx, r.conn.Name, app.ListCompanies, 0)
	return err
}

// check is one thing that can be proved about a connection.
type check struct {
	id, title string
	needs     []string // ids of checks without which this one means nothing
	prove     func(ctx context.Context) finding
	local     bool // it asks ConnectWise nothing
}

// finding is what a check found out.
type finding struct {
	state        app.CheckState
	message, fix string
}

func ok(message string) finding              { return finding{state: app.CheckOK, message: message} }
func warning(message, fix string) finding    { return finding{app.CheckWarning, message, fix} }
func failed(message, fix string) finding     { return finding{app.CheckFailed, message, fix} }
func skipped(message string) finding         { return finding{state: app.CheckSkipped, message: message} }
func failedBy(err error, fix string) finding { return failed(app.ErrorMessage(err), fix) }

// run is one test under way. It asks ConnectWise for each thing once.
type run struct {
	*Setup
	conn          app.ConnectionSettings
	about         string // the fingerprint of conn and its keys
	doc           app.Settings
	organizations []app.OrganizationRow
	block         *app.Block // ConnectWise refused the keys to the outbox; it is not asked with them again
	each          func(app.CheckRow)
	client        psa.Client
	clientErr     error

	proofs    []app.Proof
	confirmed map[string]app.Confirmation
	formerly  []app.OptionRow // companies as they were cached before this run

	rows    []app.CheckRow
	results map[string]app.CheckState
	away    bool // ConnectWise stopped answering; the rest would only time out
	doubt   bool // a read was not answered
	doubted []error

	identity *identified
	server   *authenticated
	lists    once[listKey, []app.OptionRow]
	products once[string, []app.Product]
	board    app.OptionRow // that new tickets go to
}

type identified struct {
	app.Identity
	err error
}

type authenticated struct {
	app.ServerInfo
	err error
}

type listKey struct {
	list   app.OptionList
	parent int64
}

// once keeps what was asked for, so that a run asks for each thing one time, errors included.
type once[K comparable, V any] struct{ answers map[K]answered[V] }

type answered[V any] struct {
	value V
	err   error
}

func (o *once[K, V]) ask(key K, f func() (V, error)) (V, error) {
	if got, done := o.answers[key]; done {
		return got.value, got.err
	}
	if o.answers == nil {
		o.answers = make(map[K]answered[V])
	}
	value, err := f()
	o.answers[key] = answered[V]{value, err}
	return value, err
}

// do runs one check, or says why it cannot be tried.
func (r *run) do(ctx context.Context, c check) {
	began := r.Now()
	found := r.blocked(c)
	if found.state == "" {
		found = c.prove(ctx)
	}
	if r.doubt {
		found = r.again(ctx, c, found)
	}
	if found.state == app.CheckFailed && found.fix == "" {
		found.fix = "Read the message, correct it in ConnectWise or in the settings, and test again."
	}
	c.id = r.unused(c.id)
	r.results[c.id] = found.state
	row := app.CheckRow{Connection: r.conn.Name, ID: c.id, Title: c.title, State: found.state, Message: found.message, Fix: found.fix, ChangedAt: r.Now()}
	row.Took = max(0, row.ChangedAt.Sub(began))
	r.rows = append(r.rows, row)
	r.soFar(r.conn.Name, r.rows)
	if r.each != nil {
		r.each(row)
	}
}

// unused is the id of a check, with a number when another has it: two of one id could not both be stored, and nothing
// would be.
func (r *run) unused(id string) string {
	free := id
	for n := 2; r.results[free] != ""; n++ {
		free = id + "~" + strconv.Itoa(n)
	}
	return free
}

func (r *run) blocked(c check) finding {
	switch {
	case r.block == nil:
	case c.id == "keys":
		return failed(r.block.Reason, fixKeys)
	case r.results["keys"] == "":
		return skipped("Not tried, because ConnectWise refused the keys on " + printed(r.block.Since, r.conn) + ".")
	}
	if c.id == "keys" && r.keysMissing() {
		return finding{} // this is the check that says so
	}
	for _, id := range c.needs {
		if state := r.results[id]; state == app.CheckFailed || state == app.CheckSkipped {
			return skipped("Not tried, because the check before it did not succeed: " + r.title(id) + ".")
		}
	}
	if r.away && !c.local {
		return skipped("Not tried, because ConnectWise stopped answering during the test. Test again later.")
	}
	return finding{}
}

func (r *run) title(id string) string {
	for _, row := range r.rows {
		if row.ID == id {
			return row.Title
		}
	}
	return id
}

// refused turns an error of a read into a finding. One that was not answered puts it in doubt whether ConnectWise answers
// at all.
func (r *run) refused(err error, fix string) finding {
	if !unanswered(err) {
		return failedBy(err, fix)
	}
	if slices.Contains(r.doubted, err) && !r.away { // a read another check made, which was looked into then
		return failedBy(err, fixBroken)
	}
	r.doubted, r.doubt = append(r.doubted, err), true
	return failedBy(err, fixAway)
}

func unanswered(err error) bool {
	code := app.ErrorCode(err)
	return code == app.Unavailable || code == app.RateLimited
}

// again asks whether ConnectWise answers otherwise, after a check that got no answer. When it does not, the other checks
// are spared; when it does, it was this one read. Of the keys it is the same read, which now succeeded.
func (r *run) again(ctx context.Context, c check, found finding) finding {
	r.doubt = false
	var server authenticated
	server.ServerInfo, server.err = r.client.Authenticate(ctx)
	if r.away = unanswered(server.err); r.away {
		return found
	}
	r.server = &server
	if c.id == "keys" {
		return c.prove(ctx)
	}
	if found.fix == fixAway {
		found.fix = fixBroken
	}
	return found
}

// fixBroken is for one read that fails while others succeed.
const fixBroken = "Test again later. Everything else answers, so if it stays, show the message to whoever runs the server, or to ConnectWise's support."

// list reads a drop-down once in this run, and refreshes the cache with it.
func (r *run) list(ctx context.Context, list app.OptionList, parent int64) ([]app.OptionRow, error) {
	return r.lists.ask(listKey{list, parent}, func() ([]app.OptionRow, error) { return r.load(ctx, r.client, r.conn.Name, list, parent) })
}

// product looks for the catalog items of a Product ID once in this run.
func (r *run) product(ctx context.Context, id string) ([]app.Product, error) {
	return r.products.ask(id, func() ([]app.Product, error) { return r.client.ProductsByIdentifier(ctx, id) })
}
