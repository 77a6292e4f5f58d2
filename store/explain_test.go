package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"strings"
	"sync"
	"testing"
	"time"

	"modernc.org/sqlite"

	"psabridge/app"
)

// spy collects every query that passes through it.
type spy struct {
	driver.Conn
	seen *seen
}

type seen struct {
	mu      sync.Mutex
	queries map[string][]driver.NamedValue
}

func (s spy) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s.seen.mu.Lock()
	s.seen.queries[query] = args
	s.seen.mu.Unlock()
	return s.Conn.(driver.QueryerContext).QueryContext(ctx, query, args)
}

func (s spy) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	s.seen.mu.Lock()
	s.seen.queries[query] = args
	s.seen.mu.Unlock()
	return s.Conn.(driver.ExecerContext).ExecContext(ctx, query, args)
}

func (s spy) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	st, err := s.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, query)
	if err == nil {
		s.seen.mu.Lock()
		s.seen.queries[query] = nil // what it is asked with is not known yet, and the plan does not depend on it
		s.seen.mu.Unlock()
	}
	return st, err
}

func (s spy) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	return s.Conn.(driver.ConnBeginTx).BeginTx(ctx, o)
}

type spyConnector struct {
	dsn  string
	seen *seen
}

func (c spyConnector) Connect(context.Context) (driver.Conn, error) {
	conn, err := (&sqlite.Driver{}).Open(c.dsn)
	return spy{conn, c.seen}, err
}

func (c spyConnector) Driver() driver.Driver { return &sqlite.Driver{} }

// big are the tables that grow for ever; no list may walk through one of them.
var big = []string{"deliveries", "events", "event_outcomes", "attempts", "ledger", "conditions", "tickets", "readings", "lines", "evidence", "object_states", "imports", "raw_records"}

func TestListsUseIndexes(t *testing.T) {
	dir := t.TempDir()
	s := mustOpen(t, dir, migrations)
	ctx, now := t.Context(), time.Now()
	if _, err := s.db.ExecContext(ctx, beforeAlerts); err != nil { // so that no list ends before its last query
		t.Fatal(err)
	}
	queries := &seen{queries: map[string][]driver.NamedValue{}}
	db := sql.OpenDB(spyConnector{readerDSN(files{dir: dir}.database()), queries})
	defer db.Close()
	r := &Reader{db: db, now: time.Now, beatOf: s.beatOf, pollsOf: s.pollsOf}

	p := app.Page{After: 50}
	month := app.Period{Year: 2026, Month: time.November}
	for name, call := range map[string]func() error{
		"deliveries": func() error { _, err := r.Deliveries(ctx, app.DeliveryFilter{Page: p}); return err },
		"deliveries state": func() error {
			_, err := r.Deliveries(ctx, app.DeliveryFilter{State: app.DeliveryParked, Page: p})
			return err
		},
		"deliveries kind":   func() error { _, err := r.Deliveries(ctx, app.DeliveryFilter{Kind: app.DeliverAgreement}); return err },
		"deliveries push":   func() error { _, err := r.Deliveries(ctx, app.DeliveryFilter{PushID: 1}); return err },
		"deliveries query":  func() error { _, err := r.Deliveries(ctx, app.DeliveryFilter{Query: "x"}); return err },
		"events":            func() error { _, err := r.Events(ctx, app.EventFilter{Page: p}); return err },
		"events of one":     func() error { _, err := r.Events(ctx, app.EventFilter{OrganizationID: 1}); return err },
		"events type":       func() error { _, err := r.Events(ctx, app.EventFilter{Type: "x", Since: now}); return err },
		"conditions":        func() error { _, err := r.Conditions(ctx, app.ConditionFilter{Page: p}); return err },
		"conditions state":  func() error { _, err := r.Conditions(ctx, app.ConditionFilter{State: app.ConditionOpen}); return err },
		"conditions of one": func() error { _, err := r.Conditions(ctx, app.ConditionFilter{OrganizationID: 1}); return err },
		"tickets":           func() error { _, err := r.Tickets(ctx, app.TicketFilter{Page: p}); return err },
		"tickets state":     func() error { _, err := r.Tickets(ctx, app.TicketFilter{State: app.TicketOpen}); return err },
		"tickets of one":    func() error { _, err := r.Tickets(ctx, app.TicketFilter{Connection: "cw"}); return err },
		"tickets recent":    func() error { _, err := r.Tickets(ctx, app.TicketFilter{Recent: true}); return err },
		"tickets recent state": func() error {
			_, err := r.Tickets(ctx, app.TicketFilter{Recent: true, State: app.TicketOpen, Page: p})
			return err
		},
		"tickets busy":      func() error { _, err := r.BusyTickets(ctx, []int64{1, 2}); return err },
		"attempts":          func() error { _, err := r.Attempts(ctx, 1); return err },
		"ledger":            func() error { _, err := r.Ledger(ctx, "", p); return err },
		"ledger of one":     func() error { _, err := r.Ledger(ctx, "cw", p); return err },
		"delivery's ledger": func() error { _, err := r.DeliveryLedger(ctx, 1); return err },
		"deliveries connection": func() error {
			_, err := r.Deliveries(ctx, app.DeliveryFilter{Connection: "cw", Kind: app.DeliverTicketTest, State: app.DeliveryDone, Page: app.Page{Limit: 1}})
			return err
		},
		"pushes":          func() error { _, err := r.Pushes(ctx, app.PushFilter{Connection: "cw", Period: month}); return err },
		"last lines":      func() error { _, err := r.LastPlannedLines(ctx, "cw", month); return err },
		"meter history":   func() error { _, err := r.MeterHistory(ctx, "sync", "7", month); return err },
		"latest readings": func() error { _, err := r.LatestReadings(ctx, "sync"); return err },
		"readings of one": func() error { _, _, err := r.OrganizationReadings(ctx, "sync", "7"); return err },
		"reading before": func() error {
			_, err := r.ReadingBefore(ctx, "sync", "7", "accounts", "own", now)
			return ignoreMissing(err)
		},
		"readings of a month": func() error { _, err := r.ReadingsFor(ctx, "", month); return err },
		"meters":              func() error { _, err := r.MetersSeen(ctx); return err },
		"imports":             func() error { _, err := r.Imports(ctx, "inbox", p); return err },
		"raw records":         func() error { _, err := r.RawRecords(ctx, "sync"); return err },
		"organizations":       func() error { _, err := r.Organizations(ctx, app.OrganizationFilter{}); return err },
		"organization":        func() error { _, err := r.Organization(ctx, 1); return ignoreMissing(err) },
		"outbox":              func() error { _, err := r.OutboxCounts(ctx, now); return err },
		"backlog":             func() error { _, err := r.Backlog(ctx, now); return err },
		"next due":            func() error { _, _, err := r.NextDue(ctx, nil); return err },
		"alert view":          func() error { _, err := r.AlertView(ctx, "sync", now); return err },
		"current plan":        func() error { _, err := r.CurrentPlan(ctx, "cw", month); return ignoreMissing(err) },
		"newest plan":         func() error { _, err := r.NewestPlan(ctx, "cw"); return ignoreMissing(err) },
		"held lines":          func() error { _, err := r.CountHeld(ctx, "cw", month); return err },
		"findings":            func() error { _, err := r.CountFindings(ctx, "cw"); return err },
		"waiting plan":        func() error { _, err := r.WaitingPlan(ctx, "cw"); return ignoreMissing(err) },
		"deliveries ticket":   func() error { _, err := r.Deliveries(ctx, app.DeliveryFilter{TicketID: 3}); return err },
		"deliveries like":     func() error { _, err := r.Deliveries(ctx, app.DeliveryFilter{LikeID: 7}); return err },
		"deliveries since":    func() error { _, err := r.Deliveries(ctx, app.DeliveryFilter{Since: now}); return err },
		"states":              func() error { _, err := r.DeliveryStates(ctx, app.DeliveryFilter{}); return err },
		"states of one": func() error {
			_, err := r.DeliveryStates(ctx, app.DeliveryFilter{Connection: "cw", Query: "x"})
			return err
		},
		"states of a ticket": func() error { _, err := r.DeliveryStates(ctx, app.DeliveryFilter{TicketID: 3}); return err },
		"states since":       func() error { _, err := r.DeliveryStates(ctx, app.DeliveryFilter{Since: now}); return err },
		"states like":        func() error { _, err := r.DeliveryStates(ctx, app.DeliveryFilter{LikeID: 8}); return err },
		"conditions ticket":  func() error { _, err := r.Conditions(ctx, app.ConditionFilter{TicketID: 3}); return err },
		"condition":          func() error { _, err := r.ConditionStory(ctx, 4); return err },
		"rule hits":          func() error { _, err := r.RuleHits(ctx, 0, now.AddDate(-9, 0, 0)); return err },
		"unused types":       func() error { _, err := r.UnusedTypes(ctx, "", now.AddDate(-9, 0, 0)); return err },
		"rule hits of one":   func() error { _, err := r.RuleHits(ctx, 2, now.AddDate(-9, 0, 0)); return err },
		"event sample":       func() error { _, _, err := r.EventSample(ctx, 2, []string{"backup.*", "x"}); return err },
		"notices":            func() error { _, err := r.Notices(ctx); return err },
		"left":               func() error { _, err := r.SourcesLeftMailed(ctx, now); return err },
		"mails not for all":  func() error { _, err := r.MailsNotForAll(ctx, now.AddDate(0, 0, -7)); return err },
		"told":               func() error { _, err := r.LastTold(ctx); return err },
		"waiting for you":    func() error { _, err := r.WaitingForYou(ctx); return err },
		"told by each":       func() error { _, err := r.NoticesTold(ctx, now); return err },
		"proofs":             func() error { _, err := r.Proofs(ctx, "cw"); return err },
		"line":               func() error { _, err := r.LineEvidence(ctx, 1); return ignoreMissing(err) },
	} {
		t.Run(name, func(t *testing.T) {
			clear(queries.queries)
			if err := call(); err != nil {
				t.Fatal(err)
			}
			for query, args := range queries.queries {
				explain(t, s.reads.db, query, args)
			}
		})
	}
}

// TestWritesUseIndexes: what the rules, the outbox and the notices write does not walk through what was, either.
func TestWritesUseIndexes(t *testing.T) {
	dir := t.TempDir()
	s := mustOpen(t, dir, migrations)
	ctx, now := t.Context(), time.Date(2026, time.November, 22, 8, 0, 0, 0, time.UTC)
	if _, err := s.db.ExecContext(ctx, beforeAlerts); err != nil {
		t.Fatal(err)
	}
	queries := &seen{queries: map[string][]driver.NamedValue{}}
	db := sql.OpenDB(spyConnector{writerDSN(files{dir: dir}.database()), queries})
	defer db.Close()
	w := &Store{db: db, log: s.log, beats: map[string]beat{}, holds: map[string]*holding{}}
	w.reads = &Reader{db: db, now: time.Now, beatOf: s.beatOf, pollsOf: s.pollsOf}

	sent := app.Event{SourceEventID: "p", OrganizationID: "7", Type: "backup.failed", State: app.Problem, OccurredAt: now}
	var d app.Delivery
	for _, step := range []struct {
		name string
		call func() error
	}{
		{"ingest", func() error {
			_, err := w.Ingest(ctx, app.Batch{Source: "sync", Pushed: true, Events: []app.Event{sent}}, now, decidesAll)
			return err
		}},
		{"claim", func() (err error) { d, _, err = w.Claim(ctx, now, []string{"other"}); return err }},
		{"next due", func() error { _, _, err := w.NextDue(ctx, nil); return err }},
		{"intent", func() error { return w.Intent(ctx, app.Intent{DeliveryID: d.ID, Attempt: d.Attempt, At: now}) }},
		{"settle", func() error {
			return w.Settle(ctx, app.Settlement{
				DeliveryID: d.ID, Attempt: d.Attempt, At: now, State: app.DeliveryParked, Ticket: &app.Ticket{State: app.TicketOpen},
				Ledger: []app.LedgerEntry{{Object: "ticket"}},
			})
		}},
		{"retry one", func() error { return w.RetryDelivery(ctx, d.ID, "Ada", now) }},
		{"retry all like it", func() error { _, err := w.RetryMatching(ctx, app.RetryFilter{LikeID: d.ID}, "Ada", now); return err }},
		{"retry all", func() error { _, err := w.RetryMatching(ctx, app.RetryFilter{}, "Ada", now); return err }},
		{"wake", func() error { _, err := w.WakeConnection(ctx, "cw", now); return err }},
		{"drop", func() error { return w.DropDelivery(ctx, d.ID, "No", "Ada", now) }},
		{"drop an e-mail", func() error {
			id, _, err := maybe[int64](ctx, s.db, "SELECT id FROM deliveries WHERE kind = 'alert.mail'")
			if err != nil {
				return err
			}
			return w.DropDelivery(ctx, id, "No", "Ada", now)
		}},
		{"notices", func() error { return w.SyncNotices(ctx, []app.Notice{{Kind: "k", Subject: "s"}}, now) }},
		{"told", func() error { return w.MarkTold(ctx, []int64{1}, now) }},
		{"told by each", func() error {
			return w.SaveNoticesTold(ctx, []app.NoticeTold{{NoticeID: 1, Channel: "email", At: now}})
		}},
		{"mended", func() error { return w.SyncNotices(ctx, nil, now) }},
	} {
		t.Run(step.name, func(t *testing.T) {
			clear(queries.queries)
			if err := step.call(); err != nil {
				t.Fatal(err)
			}
			for query, args := range queries.queries {
				if strings.HasPrefix(query, "BEGIN") || strings.HasPrefix(query, "PRAGMA") {
					continue
				}
				explain(t, s.db, query, args)
			}
		})
	}
}

// decidesAll makes of what is fresh a ticket with its creation, and an e-mail.
func decidesAll(st app.AlertState) (d app.AlertDecision) {
	for _, e := range st.Fresh {
		key := app.SubjectKey(st.Source, e.OrganizationID, e.Object, e.Type)
		xref, thread := st.InstallID+"-"+key, key+"@host"
		d.Outcomes = append(d.Outcomes, app.DecidedOutcome{SourceEventID: e.SourceEventID, Outcome: app.OutcomeTicket, Rule: "r", Reason: app.ReasonFirst, ConditionKey: key, Episode: 1})
		d.Conditions = append(d.Conditions, app.Condition{
			Key: key, Episode: 1, Source: st.Source, OrganizationID: e.OrganizationID, Object: e.Object, Type: e.Type, Rule: "r", State: app.ConditionWaiting,
			Occurrences: 1, FirstAt: st.Now, LastAt: st.Now, FirstEvent: e.SourceEventID, TicketXRef: xref, Mailed: app.MailedOpen, MailThread: thread,
		})
		d.Tickets = append(d.Tickets, app.Ticket{XRef: xref, ScopeKey: key, Connection: "cw", Summary: e.Title, State: app.TicketPending})
		d.Deliveries = append(d.Deliveries,
			app.DecidedDelivery{DedupKey: "create:" + xref, Kind: app.DeliverTicketCreate, Connection: "cw", TicketXRef: xref, Payload: app.TicketPayload{Source: st.Source, Reason: app.ReasonFirst, OrganizationID: e.OrganizationID}},
			app.DecidedDelivery{DedupKey: "mail:" + key, Kind: app.DeliverMail, Lane: "mail:" + key, Mail: &app.MailPayload{MessageID: thread, Source: st.Source, OrganizationID: e.OrganizationID}})
	}
	return d
}

func ignoreMissing(err error) error {
	if app.ErrorCode(err) == app.NotFound {
		return nil
	}
	return err
}

// explain fails the test when the plan of a query walks through a big table.
func explain(t *testing.T, db *sql.DB, query string, args []driver.NamedValue) {
	t.Helper()
	if args == nil {
		args = make([]driver.NamedValue, strings.Count(query, "?"))
	}
	values := make([]any, len(args))
	for i, a := range args {
		values[i] = a.Value
	}
	plan, err := all(t.Context(), db, func(s scanner) (detail string, err error) {
		var id, parent, unused int
		err = s.Scan(&id, &parent, &unused, &detail)
		return detail, err
	}, "EXPLAIN QUERY PLAN "+query, values...)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasSuffix(query, "FROM ledger ORDER BY seq DESC LIMIT 1") {
		return // the newest row, by its key
	}
	aliases := aliasesIn(query)
	for _, step := range plan {
		words := strings.Fields(step)
		if words[0] != "SCAN" || strings.HasPrefix(words[1], "(") {
			continue
		}
		for _, table := range big {
			partial := strings.Contains(step, "USING") && (strings.Contains(step, "readings_newest") || strings.Contains(step, "conditions_holding") ||
				strings.Contains(step, "deliveries_due") || strings.Contains(step, "deliveries_unfinished") ||
				strings.Contains(step, "tickets_touched"))
			if (words[1] == table || aliases[words[1]] == table) && !partial {
				t.Errorf("%s\nin %s", step, query)
			}
		}
	}
}

// aliasesIn finds "table alias" after FROM and JOIN.
func aliasesIn(query string) map[string]string {
	aliases := map[string]string{}
	words := strings.Fields(strings.NewReplacer("(", " ", ")", " ", ",", " ").Replace(query))
	for i, w := range words {
		if (w == "FROM" || w == "JOIN") && i+2 < len(words) {
			aliases[words[i+2]] = words[i+1]
		}
	}
	return aliases
}
