package x360sync

import (
	"cmp"
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
	streamScope    = "activity.scope"   // of the top: whether its log shows what happened below it; see findScope
	streamRead     = "activity.read"    // of the top: when its log was last read, to the hour; see readNews
	streamParents  = "suborganizations" // per organization: "1" when it was seen to have some
	streamSignIn   = "signin"           // per account or machine: how often its sign-in failed in a row
	streamDown     = "disconnected"     // per machine: since when we say that it is away
)

const (
	scopeAll  = "all"  // the top's log shows everything
	scopeEach = "each" // every organization has to be asked
	// scopeAfter begins the mark while nobody knows: up to which organization the last pull asked.
	scopeAfter = "after "
)

const (
	overlap      = time.Hour           // rows may appear later than their time: so far we look back behind the mark
	firstReach   = 30 * 24 * time.Hour // how far the first read goes back, for the rehearsal
	firstPages   = 50
	logPages     = 1000 // 100,000 rows since the last pull
	probeAtMost  = 10   // organizations asked in one pull to find out about the scope; the first pull asks all
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
	since   time.Time // of a mark without a row: what happened before is no news
	fresh   int       // rows above the mark
	problem string    // why rows may be missing that come at another pull; the mark must not move then
	skipped string    // what is left out for good, because nobody could ever read it
}

// bookmark is the newest row of a log that was read, and from when on rows are news. It has no id where no row was ever
// seen.
type bookmark struct {
	id string
	at time.Time
}

func parseBookmark(s string) bookmark {
	id, at, _ := strings.Cut(s, "@")
	t, err := time.Parse(time.RFC3339, at)
	if err != nil || id != "" && !plainID(id) {
		return bookmark{}
	}
	return bookmark{id: id, at: t}
}

func (b bookmark) String() string { return b.id + "@" + b.at.UTC().Format(time.RFC3339) }

// isZero reports whether nothing is known of the log or the account: it is read for the first time, for the rehearsal.
func (b bookmark) isZero() bool { return b.id == "" && b.at.IsZero() }

// horizon is the moment from which rows are taken even when their id is not above the mark.
func (b bookmark) horizon(now time.Time) time.Time {
	if b.at.IsZero() {
		return now.Add(-firstReach)
	}
	return b.at.Add(-overlap)
}

// wants reports whether a row is new, or may have appeared after the last pull.
func (b bookmark) wants(a activity, now time.Time) bool {
	return b.id != "" && compareIDs(a.key(), b.id) > 0 || !a.Created.Before(b.horizon(now))
}

// readLog reads one organization's log, newest first, down to the mark. That the newest come first is not documented:
// when ids do not descend, the whole log is read. A log that has grown by more than anybody can read is read as far as
// possible and goes on from there: waiting would not make it shorter.
func readLog(ctx context.Context, api getter, id string, mark bookmark, now time.Time) (logRead, error) {
	out := logRead{seen: map[string]bool{}, newest: mark}
	if mark.id == "" {
		out.newest, out.since = bookmark{}, mark.at
	}
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
			switch {
			case mark.isZero():
			case descending:
				out.skipped = fmt.Sprintf("More happened since the last time than can be read. The newest %d rows were read; what happened between %s and them is left out.",
					len(out.seen), mark.at.Format(time.DateTime+" MST"))
			default:
				out.problem = fmt.Sprintf("The activity log is longer than %d rows and not in the order of time, so its newest rows cannot be found.", len(out.seen))
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
		if mark.id == "" || compareIDs(r.key(), mark.id) > 0 {
			l.fresh++
		}
	}
}

// mark is where the next pull goes on: at now where nothing is known at all.
func (l *logRead) mark(now time.Time) bookmark {
	next := bookmark{id: l.newest.id, at: l.newest.at}
	if l.since.After(next.at) {
		next.at = l.since
	}
	if next.isZero() {
		next.at = now
	}
	return next
}

// news is the activity of the whole account since the marks.
type news struct {
	rows     []logRow
	marks    []app.Mark
	problems []string
	unread   []string
	fresh    int  // rows that no pull has read before
	unknown  bool // whether the top's log shows what happens below it
}

// readNews reads the top's log, and the others' where that does not show what happens below. While nobody knows whether
// it does, the time of the last reading stands still: what happened below since then is news when it is known.
func readNews(ctx context.Context, api getter, t *tree, old marks, now time.Time) (news, error) {
	var out news
	scope, stored := old.get(streamScope, t.top), old.get(streamRead, t.top)
	top, err := readLog(ctx, api, t.top, parseBookmark(old.get(streamActivity, t.top)), now)
	if err != nil {
		return out, err
	}
	if known := scope == scopeAll || scope == scopeEach; !known && len(t.order) > 1 {
		atMost := probeAtMost
		if stored == "" {
			atMost = len(t.order)
		}
		if scope, err = findScope(ctx, api, t, top, scope, atMost); err != nil {
			return out, err
		}
		out.mark(streamScope, t.top, scope)
		out.unknown = scope != scopeAll && scope != scopeEach
	}
	if len(t.order) > 1 && top.problem == "" && (stored == "" || scope == scopeEach) {
		out.mark(streamRead, t.top, now.Truncate(time.Hour).Format(time.RFC3339))
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
		out.add(t, ids[i], l, seen, now)
	}
	slices.SortFunc(out.rows, func(a, b logRow) int { return compareIDs(a.key(), b.key()) })
	return out, nil
}

// readLogs reads the logs of all organizations below the top. Of one whose log was never read, only what happened since
// the account was is news: the rest would come as a flood of old rows.
func readLogs(ctx context.Context, api getter, t *tree, old marks, now time.Time) ([]logRead, error) {
	since, err := time.Parse(time.RFC3339, old.get(streamRead, t.top))
	if err != nil {
		since = parseBookmark(old.get(streamActivity, t.top)).at
	}
	ids := t.order[1:]
	reads := make([]logRead, len(ids))
	var mu sync.Mutex
	failures := 0
	err = each(ctx, ids, func(ctx context.Context, i int, id string) error {
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
			if mark.id == "" {
				l.since = mark.at
			}
		}
		reads[i] = l
		return nil
	})
	return reads, err
}

func (n *news) add(t *tree, id string, l logRead, seen map[string]bool, now time.Time) {
	for _, r := range l.rows {
		if !seen[r.key()] {
			seen[r.key()] = true
			r.partial = l.problem != ""
			n.rows = append(n.rows, r)
		}
	}
	n.fresh += l.fresh
	if text := cmp.Or(l.problem, l.skipped); text != "" {
		n.problems = append(n.problems, fmt.Sprintf("%s, activity log: %s", t.name(id), text))
		n.unread = append(n.unread, id)
	}
	switch {
	case l.problem == "":
		n.mark(streamActivity, id, l.mark(now).String())
	case !l.since.IsZero(): // when it can be read, it is news from here on
		n.mark(streamActivity, id, bookmark{at: l.since}.String())
	}
}

func (n *news) mark(stream, id, value string) {
	if value != "" {
		n.marks = append(n.marks, app.Mark{Stream: stream, ExternalID: id, Value: value})
	}
}

// findScope finds out whether the top's log shows what happens below it: by a row that has nothing to do with the top,
// else by comparing with the logs of some organizations below. Where that does not tell, because nothing has happened in
// these, it returns where to go on at the next pull, "" for the beginning.
func findScope(ctx context.Context, api getter, t *tree, top logRead, scope string, atMost int) (string, error) {
	for _, r := range top.rows {
		actor, on := string(r.ActorCompanyID), string(r.ActedOnCompanyID)
		if (actor != "" || on != "") && actor != t.top && on != t.top {
			return scopeAll, nil
		}
	}
	failures := 0
	ids := t.order[1:]
	from := slices.Index(ids, strings.TrimPrefix(scope, scopeAfter)) + 1
	ids = slices.Concat(ids[from:], ids[:from])
	ids = ids[:min(len(ids), atMost)]
	for _, id := range ids {
		l, err := firstPage(ctx, api, id)
		if err != nil {
			if fatal(err) || tooMany(&failures, err) {
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
	if len(ids) == len(t.order)-1 {
		return "", nil
	}
	return scopeAfter + ids[len(ids)-1], nil
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

// kinds are the slugs of activity types by id.
type kinds struct {
	slugs   map[string]string
	at      time.Time
	problem string // why there are none
}

func (k kinds) know(rows []logRow) bool {
	return !slices.ContainsFunc(rows, func(r logRow) bool { return k.slugs[string(r.TypeID)] == "" })
}

// kindNames returns the types of the rows. They are looked up at run time: the numbers differ. A list that broke off
// before a type that is needed is an error, because the wrong type would stay with the event for good; that a server does
// not show its types is a problem in words.
func (s *Source) kindNames(ctx context.Context, rows []logRow, now time.Time) (kinds, error) {
	s.mu.Lock()
	k := s.kinds
	s.mu.Unlock()
	if k.know(rows) || k.slugs != nil && now.Sub(k.at) < kindsRefresh && now.After(k.at) {
		return k, nil
	}
	l, err := list[activityType](ctx, s.session, "activity/types")
	if err != nil && (fatal(err) || app.ErrorCode(err) == app.Unavailable) {
		return kinds{}, err
	}
	k = kinds{slugs: map[string]string{}, at: now}
	if err != nil {
		k.problem = "x360Sync does not show what its kinds of activity are called, so no rule that goes by a name takes what is in its activity log."
	}
	for _, one := range l.rows {
		k.slugs[one.key()] = slug(string(one.Text))
	}
	if l.problem != "" {
		if !k.know(rows) {
			return kinds{}, app.Errorf(app.Unavailable, "The kinds of activity could not be read to their end, so the activity log is read again later. %s", l.problem)
		}
		k.at = time.Time{} // the next that is not known is looked up at once
	}
	s.mu.Lock()
	s.kinds = k
	s.mu.Unlock()
	return k, nil
}
