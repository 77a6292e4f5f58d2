package axcient

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"psabridge/app"
	"psabridge/app/source"
)

// troubles is how many requests in a row may fail until it is the server that is in trouble rather than one client.
const troubles = 5

// account is everything a reading showed.
type account struct {
	top      string
	nodes    map[string]*node
	order    []string // ids, the top first, then as a person sorts them
	problem  string   // why the list of clients may lack something
	odd      []byte   // what of it was not understood
	sample   []byte   // one client as it came
	nested   bool     // some client hangs below another one
	calls    int
	recalled int // lists of an earlier pull
}

// node is one organization: the top, or a client.
type node struct {
	client
	children []string
	lists    map[kind]part
}

// part is what one list of one client showed. It holds what was understood of the records, not the records: of a big
// account they are many megabytes.
type part struct {
	rows     int
	items    []item    // of users and shared resources
	outcomes []outcome // of the backup status
	problem  string    // why the list may lack something
	cut      int       // see listing
	missing  bool      // the API has no such list
	look     []byte    // a record worth looking at
	why      string    // what of it was not understood; empty when all was
	recalled bool
}

// newPart understands the records of a list.
func newPart(client string, k kind, l listing) part {
	p := part{rows: len(l.rows), problem: l.problem, cut: l.cut}
	look, why := l.odd, l.problem
	for _, o := range l.rows {
		doubt := ""
		if k == statuses {
			one := readOutcome(o)
			p.outcomes, doubt = append(p.outcomes, one), one.why
		} else {
			one := readItem(o, k)
			one.id = client + "/" + one.id // as the API's paths name it
			p.items, doubt = append(p.items, one), one.doubt()
		}
		if look == nil && doubt != "" {
			look, why = o.raw, doubt
		}
	}
	if look == nil && len(l.rows) > 0 {
		look, why = l.rows[0].raw, ""
	}
	p.look, p.why = bytes.Clone(look), why
	slices.SortFunc(p.items, func(a, b item) int { return compareIDs(a.id, b.id) })
	return p
}

// reading is one reading under way.
type reading struct {
	*Source
	sure bool // for billing: nothing kept, and every end made sure of
	now  time.Time

	mu       sync.Mutex
	out      *account
	good     map[kind]bool // some list of the kind could be read
	vouched  map[kind]bool // the key was good although a list of the kind answered 401
	failures int           // in a row
}

// read reads the clients, and the lists of each.
func (s *Source) read(ctx context.Context, sure bool, now time.Time) (*account, error) {
	r := &reading{Source: s, sure: sure, now: now, good: map[kind]bool{}, vouched: map[kind]bool{}}
	if err := r.clients(ctx); err != nil {
		return nil, err
	}
	type task struct {
		id   string
		what kind
	}
	var tasks []task
	for _, id := range r.out.order[1:] {
		for _, k := range []kind{statuses, users, resources} {
			tasks = append(tasks, task{id, k})
		}
	}
	err := each(ctx, tasks, func(ctx context.Context, t task) error { return r.list(ctx, t.id, t.what) })
	if err != nil {
		return nil, err
	}
	r.settle()
	s.keep(r.out, now)
	r.tell(ctx)
	return r.out, nil
}

// clients reads the list of clients and makes the tree of it.
func (r *reading) clients(ctx context.Context) error {
	l, err := list(ctx, r.session, r.habits, string(clients), clients, r.sure)
	switch app.ErrorCode(err) {
	case "":
	case app.Unauthorized:
		if r.session.known() == nil {
			err = r.refused(ctx, err)
		}
		return err
	case app.NotFound:
		return app.Wrap(err, app.NotFound, "There is no x360Cloud at "+r.base+". Look up its address at developer.axcient.com/x360cloud and enter it whole as the address of the source.")
	default:
		if l.odd == nil || ctx.Err() != nil {
			return err
		}
		l.problem = app.ErrorMessage(err)
	}
	l.problem = cmp.Or(l.problem, r.habits.settle(clients, l.cut))
	if l.problem == "" && len(l.rows) == 0 {
		l.problem = "x360Cloud shows no client at all. If that is right, remove the source."
	}
	r.out = newAccount(r.title(), l)
	source.Step(ctx, fmt.Sprintf("%s in %s", many(len(l.rows), "client"), many(l.calls, "call")))
	return nil
}

func newAccount(title string, l listing) *account {
	top := app.SyntheticTop
	a := &account{top: top, nodes: map[string]*node{}, problem: l.problem, odd: bytes.Clone(l.odd), calls: l.calls}
	a.nodes[top] = &node{client: client{id: top, name: title, active: true}}
	for _, o := range l.rows {
		c := readClient(o)
		a.nodes[c.id] = &node{client: c, lists: map[kind]part{}}
		a.order = append(a.order, c.id)
	}
	if len(l.rows) > 0 {
		a.sample = bytes.Clone(l.rows[0].raw)
	}
	slices.SortFunc(a.order, compareIDs)
	a.hang()
	a.order = append([]string{top}, a.order...)
	return a
}

// hang puts every client below its parent, when that is a client, too, and below the top when not, or when parents go
// round in a circle.
func (a *account) hang() {
	for _, id := range a.order {
		if n := a.nodes[id]; a.nodes[n.parent] == nil || n.parent == a.top {
			n.parent = a.top
		}
	}
	for _, id := range a.order {
		seen := map[string]bool{}
		for at := id; at != a.top && at != ""; at = a.nodes[at].parent {
			if seen[at] {
				a.nodes[id].parent = a.top
				break
			}
			seen[at] = true
		}
	}
	for _, id := range a.order {
		n := a.nodes[id]
		a.nested = a.nested || n.parent != a.top
		a.nodes[n.parent].children = append(a.nodes[n.parent].children, id)
	}
}

// below lists an organization and everything below it.
func (a *account) below(id string) []string {
	out := []string{id}
	for i := 0; i < len(out); i++ {
		out = append(out, a.nodes[out[i]].children...)
	}
	return out
}

// list reads one list of one client. What concerns the client alone becomes the problem of its list.
func (r *reading) list(ctx context.Context, id string, k kind) error {
	if p, ok := r.recall(id, k, r.now); ok && !r.sure {
		p.recalled = true
		return r.store(id, k, p, 0, nil)
	}
	l, err := list(ctx, r.session, r.habits, "client/"+url.PathEscape(id)+"/"+string(k), k, r.sure)
	p := newPart(id, k, l)
	switch app.ErrorCode(err) {
	case "":
	case app.Unauthorized:
		if err = r.noPath(ctx, k); err != nil {
			return err
		}
		p.missing = true
	case app.Forbidden:
		p.problem = "x360Cloud does not let this key see them. Give the key the right in the x360Portal, or leave the client out."
	case app.NotFound:
		p.missing = true
	default:
		if ctx.Err() != nil || fatal(err) {
			return err
		}
		p.problem = app.ErrorMessage(err)
	}
	return r.store(id, k, p, l.calls, err)
}

// noPath finds out what a 401 in the middle means: when the clients can still be read, the key is good and the path is
// not there. It is found out once for every kind of list.
func (r *reading) noPath(ctx context.Context, k kind) error {
	r.mu.Lock()
	vouched := r.vouched[k]
	r.mu.Unlock()
	if vouched {
		return nil
	}
	_, err := r.session.get(ctx, string(clients), url.Values{"limit": {"1"}})
	if err == nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.vouched[k] = true
		return nil
	}
	r.session.refuse(err) // when it is that
	return err
}

// store takes a list in. After too many failures in a row nothing more is tried.
func (r *reading) store(id string, k kind, p part, calls int, err error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.out.nodes[id].lists[k] = p
	r.out.calls += calls
	switch {
	case p.recalled:
		r.out.recalled++
		r.good[k] = true
	case p.missing:
	case app.ErrorCode(err) == app.Unavailable:
		if r.failures++; r.failures > troubles {
			return err
		}
	default:
		r.failures = 0
		r.good[k] = true
	}
	return nil
}

// settle decides, now that all lists were seen, of those that look like one page whether they are whole, and of those that
// are not there whether the API has none of their kind, or the client is gone.
func (r *reading) settle() {
	for _, n := range r.out.nodes {
		for k, p := range n.lists {
			switch {
			case !p.missing:
				p.problem = cmp.Or(p.problem, r.habits.settle(k, p.cut))
				p.why = cmp.Or(p.why, p.problem)
			case r.good[k]:
				p.problem = "x360Cloud says that it does not have them (any more)."
			default:
				p.problem = "the API has no such list at this address."
			}
			n.lists[k] = p
		}
	}
}

// tell says what was found.
func (r *reading) tell(ctx context.Context) {
	rows, unread := map[kind]int{}, 0
	for _, id := range r.out.order[1:] {
		for k, p := range r.out.nodes[id].lists {
			rows[k] += p.rows
			if p.problem != "" {
				unread++
			}
		}
	}
	text := fmt.Sprintf("%s, %s and the status of %s in %s", many(rows[users], "user"), many(rows[resources], "shared resource"), many(rows[statuses], "backup"), many(r.out.calls, "call"))
	if r.out.recalled > 0 {
		text += fmt.Sprintf(", %s kept from a while ago", many(r.out.recalled, "list"))
	}
	source.Step(ctx, text)
	if unread > 0 {
		source.Step(ctx, many(unread, "list")+" could not be read completely")
	}
}

func many(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// compareIDs sorts numbers as numbers.
func compareIDs(a, b string) int {
	digits := func(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
	if digits(a) && digits(b) {
		return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
	}
	return strings.Compare(a, b)
}
