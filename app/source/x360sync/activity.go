package x360sync

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"psabridge/app"
)

// Streams of marks.
const (
	streamActivity = "activity"         // per organization whose log is read: the newest row
	streamScope    = "activity.scope"   // of the top: whether its log shows what happened below it
	streamParents  = "suborganizations" // per organization: "1" when it was seen to have some
	streamSignIn   = "signin"           // per account or machine: how often its sign-in failed in a row
	streamDown     = "disconnected"     // per machine: since when we say that it is away
)

const (
	scopeAll  = "all"  // the top's log shows everything
	scopeEach = "each" // every organization has to be asked
)

const (
	overlap      = time.Hour           // rows may appear later than their time: so far we look back behind the mark
	firstReach   = 30 * 24 * time.Hour // how far the first read goes back, for the rehearsal
	firstPages   = 50
	logPages     = 1000 // 100,000 rows since the last pull
	probeAtMost  = 10   // organizations asked in one pull to find out about the scope
	kindsRefresh = 10 * time.Minute
)

// logRow is a row with the server's own record.
type logRow struct {
	activity
	raw  json.RawMessage
	kind string // the slug of its type, once that is known
	// partial says that the log it stands in was not read down to the mark: rows below it come at another pull.
	partial bool
}

// logRead is what came of reading one organization's log.
type logRead struct {
	rows    []logRow // that are new, or so recent that they may be
	seen    map[string]bool
	lowest  string // smallest id that was seen
	whole   bool   // the log was read to its end
	newest  bookmark
	fresh   int    // rows above the mark
	problem string // why rows may be missing; the mark must not move then
}

// bookmark is the newest row of a log that was read. One without an id is of a log that was never read, in an account
// that was: only what happened since is news there.
type bookmark struct {
	id string
	at time.Time
}

func parseBookmark(s string) bookmark {
	id, at, _ := strings.Cut(s, "@")
	t, err := time.Parse(time.RFC3339, at)
	if err != nil || !plainID(id) {
		return bookmark{}
	}
	return bookmark{id: id, at: t}
}

func (b bookmark) String() string { return b.id + "@" + b.at.UTC().Format(time.RFC3339) }

func (b bookmark) isZero() bool { return b.id == "" }

// horizon is the moment from which rows are taken even when their id is not above the mark.
func (b bookmark) horizon(now time.Time) time.Time {
	if b.at.IsZero() {
		return now.Add(-firstReach)
	}
	return b.at.Add(-overlap)
}

// wants reports whether a row is new, or may have appeared after the last pull.
func (b bookmark) wants(a activity, now time.Time) bool {
	return !b.isZero() && compareIDs(a.key(), b.id) > 0 || !a.Created.Before(b.horizon(now))
}

// readLog reads one organization's log, newest first, down to the mark. That the newest come first is not documented:
// when ids do not descend, the whole log is read.
func readLog(ctx context.Context, api getter, id string, mark bookmark, now time.Time) (logRead, error) {
	out := logRead{seen: map[string]bool{}, newest: mark}
	limit := logPages
	if mark.isZero() {
		limit = firstPages
	}
	previous, descending, n := "", true, 0
	for p, err := range pages(ctx, api, "organization/"+id+"/activity") {
		n++
		if err != nil {
			if n == 1 || fatal(err) {
				return logRead{}, err
			}
			out.problem = app.ErrorMessage(err)
			return out, nil
		}
		reached := false
		for _, raw := range *p.Results {
			a, ok := parseRow(raw, now)
			if !ok {
				continue
			}
			if previous != "" && compareIDs(a.key(), previous) > 0 && !out.seen[a.key()] {
				descending = false
			}
			previous = a.key()
			out.take(logRow{activity: a, raw: raw}, mark, now)
			reached = !mark.wants(a, now)
		}
		if descending && reached {
			return out, nil
		}
		if n == limit {
			if !mark.isZero() {
				out.problem = fmt.Sprintf("The activity log is longer than %d rows since the last time; older ones were not read.", n*pageSize)
			}
			return out, nil
		}
	}
	out.whole = true
	return out, nil
}

// parseRow reads one row. A row with fields in an unknown form is still a row: what happened is kept.
func parseRow(raw json.RawMessage, now time.Time) (activity, bool) {
	var a activity
	if json.Unmarshal(raw, &a) != nil {
		var least struct {
			ID     ref `json:"id"`
			TypeID ref `json:"activity_type_id"`
		}
		if json.Unmarshal(raw, &least) != nil {
			return activity{}, false
		}
		a = activity{ID: least.ID, TypeID: least.TypeID}
	}
	if a.Created.IsZero() {
		a.Created = stamp{now}
	}
	return a, plainID(a.key())
}

func (l *logRead) take(r logRow, mark bookmark, now time.Time) {
	if l.seen[r.key()] {
		return
	}
	l.seen[r.key()] = true
	if l.lowest == "" || compareIDs(r.key(), l.lowest) < 0 {
		l.lowest = r.key()
	}
	at := r.Created.Time
	if at.After(now) { // a wrong clock must not carry the mark into the future
		at = now
	}
	if at.After(l.newest.at) || at.Equal(l.newest.at) && compareIDs(r.key(), l.newest.id) > 0 {
		l.newest = bookmark{r.key(), at}
	}
	if mark.wants(r.activity, now) {
		l.rows = append(l.rows, r)
		if mark.isZero() || compareIDs(r.key(), mark.id) > 0 {
			l.fresh++
		}
	}
}

// news is the activity of the whole account since the marks.
type news struct {
	rows     []logRow
	marks    []app.Mark
	problems []string
	unread   []string
	fresh    int // rows that no pull has read before
}

// readNews reads the top's log, and the others' where that does not show what happens below.
func readNews(ctx context.Context, api getter, t *tree, old marks, now time.Time) (news, error) {
	var out news
	scope := old.get(streamScope, t.top)
	top, err := readLog(ctx, api, t.top, parseBookmark(old.get(streamActivity, t.top)), now)
	if err != nil {
		return out, err
	}
	if scope == "" && len(t.order) > 1 {
		failures := 0
		if scope, err = findScope(ctx, api, t, top, &failures); err != nil {
			return out, err
		}
		out.mark(streamScope, t.top, scope)
	}
	ids, reads := []string{t.top}, []logRead{top}
	if scope == scopeEach {
		ids = t.order
		below, err := readLogs(ctx, api, t, old, now)
		if err != nil {
			return out, err
		}
		reads = append(reads, below...)
	}
	seen := map[string]bool{}
	for i, l := range reads {
		out.add(t, ids[i], l, seen)
	}
	slices.SortFunc(out.rows, func(a, b logRow) int { return compareIDs(a.key(), b.key()) })
	return out, nil
}

// readLogs reads the logs of all organizations below the top. Of one whose log was never read, only what happened since
// the account was is news: the rest would come as a flood of old rows.
func readLogs(ctx context.Context, api getter, t *tree, old marks, now time.Time) ([]logRead, error) {
	since := parseBookmark(old.get(streamActivity, t.top)).at
	ids := t.order[1:]
	reads := make([]logRead, len(ids))
	var mu sync.Mutex
	failures := 0
	err := each(ctx, ids, func(ctx context.Context, i int, id string) error {
		mark := parseBookmark(old.get(streamActivity, id))
		if mark.isZero() {
			mark.at = since
		}
		l, err := readLog(ctx, api, id, mark, now)
		if err != nil {
			mu.Lock()
			defer mu.Unlock()
			if fatal(err) || tooMany(&failures, err) {
				return err
			}
			l.problem, _ = unreadable("", err)
		}
		reads[i] = l
		return nil
	})
	return reads, err
}

func (n *news) add(t *tree, id string, l logRead, seen map[string]bool) {
	for _, r := range l.rows {
		if !seen[r.key()] {
			seen[r.key()] = true
			r.partial = l.problem != ""
			n.rows = append(n.rows, r)
		}
	}
	n.fresh += l.fresh
	if l.problem != "" {
		n.problems = append(n.problems, fmt.Sprintf("%s, activity log: %s", t.name(id), l.problem))
		n.unread = append(n.unread, id)
		return
	}
	if !l.newest.isZero() {
		n.mark(streamActivity, id, l.newest.String())
	}
}

func (n *news) mark(stream, id, value string) {
	if value != "" {
		n.marks = append(n.marks, app.Mark{Stream: stream, ExternalID: id, Value: value})
	}
}

// findScope finds out whether the top's log shows what happens below it: by a row that has nothing to do with the top,
// else by comparing with the logs of a few organizations below. "" means: not known yet, ask again at the next pull.
func findScope(ctx context.Context, api getter, t *tree, top logRead, failures *int) (string, error) {
	for _, r := range top.rows {
		actor, on := string(r.ActorCompanyID), string(r.ActedOnCompanyID)
		if (actor != "" || on != "") && actor != t.top && on != t.top {
			return scopeAll, nil
		}
	}
	for i, id := range t.order[1:] {
		if i == probeAtMost {
			break
		}
		l, err := firstPage(ctx, api, id)
		if err != nil {
			if fatal(err) || tooMany(failures, err) {
				return "", err
			}
			continue
		}
		for _, key := range l {
			if top.seen[key] {
				return scopeAll, nil
			}
			if top.whole || top.lowest != "" && compareIDs(key, top.lowest) > 0 {
				return scopeEach, nil
			}
		}
	}
	return "", nil
}

// firstPage returns the ids of the rows on the first page of a log.
func firstPage(ctx context.Context, api getter, id string) ([]string, error) {
	for p, err := range pages(ctx, api, "organization/"+id+"/activity") {
		if err != nil {
			return nil, err
		}
		var keys []string
		for _, raw := range *p.Results {
			if a, ok := parseRow(raw, time.Time{}); ok {
				keys = append(keys, a.key())
			}
		}
		return keys, nil
	}
	return nil, nil
}

// event turns a row into an event. It is attributed to the organization it acted on, else to the actor's.
func (r logRow) event(source string, t *tree, kind string, now time.Time) app.Event {
	e := app.Event{
		Source: source, SourceEventID: "activity/" + r.key(), Type: "activity." + kind, State: app.Info,
		Severity: severity(kind), OccurredAt: r.Created.Time, ReceivedAt: now, Body: r.raw, OrganizationID: t.top,
	}
	for _, id := range []string{string(r.ActedOnCompanyID), string(r.ActorCompanyID)} {
		if t.nodes[id] != nil {
			e.OrganizationID = id
			break
		}
	}
	e.Object = r.object(t, e.OrganizationID)
	e.Title = plain(r.ActorText + " " + r.ActionText + " " + r.ActedOnText)
	if e.Title == "" {
		e.Title = strings.ReplaceAll(kind, "_", " ")
	}
	e.Text = strings.TrimSpace(r.DataText)
	return e
}

// object is what the row is about: what was acted on, unless that is the organization as a whole and a machine did it.
func (r logRow) object(t *tree, organization string) app.Object {
	switch {
	case r.ActedOnType == "machine" && r.ActedOnMachineID != "":
		return app.Object{Kind: app.ObjectMachine, ExternalID: string(r.ActedOnMachineID), Name: named("Machine ", r.ActedOnMachineID, r.ActedOnText)}
	case r.ActedOnType == "person" && r.ActedOnPersonID != "":
		return app.Object{Kind: app.ObjectAccount, ExternalID: string(r.ActedOnPersonID), Name: named("Account ", r.ActedOnPersonID, r.ActedOnText)}
	case r.ActedOnRootID != "":
		return app.Object{Kind: app.ObjectRoot, ExternalID: string(r.ActedOnRootID), Name: named("Root ", r.ActedOnRootID, r.ActedOnText)}
	case r.ActorType == "machine" && r.ActorMachineID != "" && (r.ActedOnType == "organization" || r.ActedOnType == ""):
		return app.Object{Kind: app.ObjectMachine, ExternalID: string(r.ActorMachineID), Name: named("Machine ", r.ActorMachineID, r.ActorText)}
	}
	return app.Object{Kind: app.ObjectOrganization, ExternalID: organization, Name: t.name(organization)}
}

// severity guesses from the words of the type, because the log has no severity of its own. A rule can set another.
func severity(kind string) app.Severity {
	for _, word := range []string{"fail", "unreachable", "quota", "denied", "locked", "disconnect", "error"} {
		if strings.Contains(kind, word) {
			return app.SeverityWarning
		}
	}
	return app.SeverityInfo
}

// slug is a type's text as it stands in a rule: "Login failed" → "login_failed".
func slug(text string) string {
	var b strings.Builder
	for _, c := range strings.ToLower(text) {
		switch {
		case unicode.IsLetter(c) || unicode.IsDigit(c):
			b.WriteRune(c)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "_"):
			b.WriteByte('_')
		}
	}
	return strings.TrimRight(b.String(), "_")
}

// kindNames returns the slugs of activity types by id. They are looked up at run time: the numbers differ.
func (s *Source) kindNames(ctx context.Context, rows []logRow, now time.Time) (map[string]string, error) {
	s.mu.Lock()
	kinds, at := s.kinds, s.kindAt
	s.mu.Unlock()
	known := !slices.ContainsFunc(rows, func(r logRow) bool { return kinds[string(r.TypeID)] == "" })
	if known || kinds != nil && now.Sub(at) < kindsRefresh && now.After(at) {
		return kinds, nil
	}
	l, err := list[activityType](ctx, s.session, "activity/types")
	if err != nil && (fatal(err) || app.ErrorCode(err) == app.Unavailable) {
		return nil, err
	}
	kinds = map[string]string{}
	for _, k := range l.rows {
		kinds[k.key()] = slug(k.Text)
	}
	s.mu.Lock()
	s.kinds, s.kindAt = kinds, now
	s.mu.Unlock()
	return kinds, nil
}
