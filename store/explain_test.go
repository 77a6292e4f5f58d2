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
	queries := &seen{queries: map[string][]driver.NamedValue{}}
	db := sql.OpenDB(spyConnector{readerDSN(files{dir: dir}.database()), queries})
	defer db.Close()
	r := &Reader{db: db, now: time.Now, beatOf: s.beatOf}

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
		"waiting plan":        func() error { _, err := r.WaitingPlan(ctx, "cw"); return ignoreMissing(err) },
		"proofs":              func() error { _, err := r.Proofs(ctx, "cw"); return err },
		"line":                func() error { _, err := r.LineEvidence(ctx, 1); return ignoreMissing(err) },
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

func ignoreMissing(err error) error {
	if app.ErrorCode(err) == app.NotFound {
		return nil
	}
	return err
}

// explain fails the test when the plan of a query walks through a big table.
func explain(t *testing.T, db *sql.DB, query string, args []driver.NamedValue) {
	t.Helper()
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
	aliases := aliasesIn(query)
	for _, step := range plan {
		words := strings.Fields(step)
		if words[0] != "SCAN" || strings.HasPrefix(words[1], "(") {
			continue
		}
		for _, table := range big {
			partial := strings.Contains(step, "USING") && (strings.Contains(step, "readings_newest") || strings.Contains(step, "conditions_holding") ||
				strings.Contains(step, "deliveries_due") || strings.Contains(step, "deliveries_unfinished"))
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
