package setup

import (
	"context"
	"hash/fnv"
	"time"

	"psabridge/app"
	"psabridge/app/settings"
)

// nightHour is when the checks are made by themselves: after the push of the day before, before anybody works. Where
// the clocks change in that hour, the first moment after it counts.
const nightHour = 3

// nightSpread is over how long the connections of many installations spread, so that they do not all ask at one moment.
const nightSpread = 20 * time.Minute

// A test that finds nobody is tried again before it counts: a computer that wakes has no network yet, and a ConnectWise
// that is being upgraded is no connection that went bad.
const (
	nightRetry = 15 * time.Minute
	nightTries = 4
)

// firstTest is how long a change of a connection stays untested before we test it: the page that made it tests at once.
const firstTest = 10 * time.Minute

// night is how far a connection's test by itself is.
type night struct {
	due   time.Time
	last  time.Time // when it was tried last
	tries int
}

// unproven is a connection whose newest test is about something else.
type unproven struct {
	about string
	since time.Time // when we noticed
}

// Nightly tests every connection once a night: at the first moment after three o'clock in its own zone, or at the next
// start when the bridge was off. It is asked often and costs nothing while none is due. A connection that was changed since
// its newest test, or was never tested because its settings were imported, is tested soon. Without keys that asks
// ConnectWise nothing and says that they are missing; a connection that never had any is the guide's business. The ways to
// tell a person are proved with them. blocked
// returns why nothing is asked of a connection for now; it may be nil.
func (s *Setup) Nightly(ctx context.Context, now time.Time, blocked func(connection string) (app.Block, bool)) error {
	doc, _, err := s.Document(ctx)
	if err != nil {
		return err
	}
	if err := s.notifyByNight(ctx, now); err != nil && ctx.Err() == nil {
		s.Log.WarnContext(ctx, "checks of the notices could not be made", "error", err)
	}
	for _, conn := range doc.Connections {
		var block *app.Block
		if blocked != nil {
			if found, is := blocked(conn.Name); is {
				block = &found
			}
		}
		if block != nil && block.Code != app.Unauthorized {
			continue // it passes, and then there is something to test
		}
		try, err := s.checkDue(ctx, conn, now)
		if err != nil {
			return err
		}
		if try == 0 {
			continue
		}
		if err := s.testByNight(ctx, conn.Name, try, block); err != nil {
			if ctx.Err() != nil {
				return nil //nolint:nilerr // the bridge stops; the next start makes up for it
			}
			s.Log.WarnContext(ctx, "checks could not be made", "connection", conn.Name, "error", err)
		}
	}
	return nil
}

// checkDue says which try of a connection's test is due now; 0 when none is, or somebody tests it already.
func (s *Setup) checkDue(ctx context.Context, conn app.ConnectionSettings, now time.Time) (try int, err error) {
	about, err := s.about(ctx, conn)
	if err != nil {
		return 0, err
	}
	at, was, err := s.Store.CheckedAbout(ctx, conn.Name)
	if err != nil {
		return 0, err
	}
	due := lastNight(conn, now)
	switch {
	case at.IsZero() || was != about:
		if _, keys, err := s.keysSince(ctx, conn); err != nil || at.IsZero() && !keys {
			return 0, err
		}
		if due = s.unprovenSince(conn.Name, about, now); now.Sub(due) < firstTest {
			return 0, nil
		}
	case !at.Before(due):
		return 0, nil
	}
	return s.takeNight(conn.Name, due, now), nil
}

// unprovenSince is when we saw first that a connection is as it is without a test of it.
func (s *Setup) unprovenSince(connection, about string, now time.Time) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.unproven == nil {
		s.unproven = make(map[string]unproven)
	}
	seen := s.unproven[connection]
	if seen.about != about {
		seen = unproven{about, now}
		s.unproven[connection] = seen
	}
	return seen.since
}

// lastNight is the newest moment at which a connection was due, at or before now.
func lastNight(conn app.ConnectionSettings, now time.Time) time.Time {
	local := now.In(settings.Location(conn))
	due := func(days int) time.Time {
		return time.Date(local.Year(), local.Month(), local.Day()+days, nightHour, 0, 0, 0, local.Location()).Add(jitter(conn))
	}
	if today := due(0); !today.After(now) {
		return today
	}
	return due(-1)
}

// jitter is a connection's own place in the spread. It is the same every night.
func jitter(conn app.ConnectionSettings) time.Duration {
	h := fnv.New32a()
	_, _ = h.Write([]byte(conn.Name + "\n" + conn.SiteURL + "\n" + conn.CompanyID)) // never fails
	return time.Duration(h.Sum32()%uint32(nightSpread/time.Second)) * time.Second
}

// takeNight counts the tries of a night, some time apart. A test a person has under way is as good as ours.
func (s *Setup) takeNight(connection string, due, now time.Time) (try int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.nights[connection]
	if !n.due.Equal(due) {
		n = night{due: due}
	}
	if s.busy(connection) || n.tries > 0 && now.Sub(n.last).Abs() < nightRetry {
		return 0
	}
	n.tries, n.last = n.tries+1, now
	if s.nights == nil {
		s.nights = make(map[string]night)
	}
	s.nights[connection] = n
	return n.tries
}

// testByNight makes the checks and says in the log what went bad. The page lists it among what needs a person, because it
// reads the stored results.
func (s *Setup) testByNight(ctx context.Context, connection string, try int, block *app.Block) error {
	before, err := s.Store.Checks(ctx, connection)
	if err != nil {
		return err
	}
	end, err := s.begin(ctx, connection)
	if err != nil {
		return err
	}
	defer end()
	r, err := s.check(ctx, connection, block, nil)
	if err != nil {
		return err
	}
	if r.away && try < nightTries {
		s.Log.InfoContext(ctx, "nightly checks put off", "connection", connection, "try", try)
		return nil
	}
	worse := 0
	for _, c := range turnedBad(before, r.rows) {
		worse++
		s.Log.WarnContext(ctx, "check turned bad", "connection", connection, "check", c.ID, "state", string(c.State), "message", c.Message)
	}
	s.Log.InfoContext(ctx, "nightly checks made", "connection", connection, "checks", len(r.rows), "worse", worse)
	return s.keep(ctx, r)
}

// turnedBad lists the checks that are worse than when they were tried last.
func turnedBad(before, after []app.CheckRow) (bad []app.CheckRow) {
	how := map[app.CheckState]int{app.CheckOK: 1, app.CheckWarning: 2, app.CheckFailed: 3}
	was := make(map[string]int, len(before))
	for _, c := range before {
		was[c.ID] = how[c.Tried]
	}
	for _, c := range after {
		if was[c.ID] > 0 && how[c.State] > was[c.ID] {
			bad = append(bad, c)
		}
	}
	return bad
}
