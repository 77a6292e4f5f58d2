package main

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"psabridge/app/sandbox"
)

// railPaths are the pages of the rail.
var railPaths = []string{"/", "/organizations", "/mapping", "/billing", "/money", "/tickets", "/deliveries", "/sources", "/connections", "/diagnostics", "/settings", "/about"}

// history is what a bridge that ran for a while has: n deliveries with the events they came from, and a tenth as many tickets
// and conditions, five minutes apart and all of it done.
const history = `
	CREATE TEMP TABLE n AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %[1]d) SELECT i,
		strftime('%%Y-%%m-%%dT%%H:%%M:%%fZ', 'now', ((i - %[1]d) * 5 - 60) || ' minutes') AS at FROM n;
	INSERT INTO tickets (id, xref, scope_key, connection, remote_id, summary, board, status, state, touched, opened_at, closed_at, changed_at)
		SELECT 1000 + i, 'h' || i, 'h' || i, 'cw', 60000 + i, 'FS' || i || ' is down', 'Alerts', 'Closed', 'closed', 0, at, at, at FROM n WHERE i <= %[1]d / 10;
	INSERT INTO conditions (id, key, episode, source, organization, object_kind, object_id, object_name, type, severity, level, rule, state, wait,
			occurrences, first_at, last_at, cleared_at, ticket_id, first_event, title, text, mail_thread)
		SELECT 1000 + i, 'h' || i, 1, 'sync', organization, 'machine', i %% 5000, 'FS', 'backup.failed', '', 0, 'r' || (i %% 30), 'cleared', '', 1, at, at, at, 1000 + i, 'e', 'T', 'X', i || '@host'
			FROM n JOIN o ON o.k = i %% (SELECT count(*) FROM o) WHERE i <= %[1]d / 10;
	INSERT INTO events (id, source, source_event_id, organization, object_kind, object_id, object_name, type, state, severity, level, occurred_at, received_at, title, text)
		SELECT 100000 + i, 'sync', 'h' || i, organization, 'machine', i %% 5000, 'FS', 'backup.' || (i %% 7), CASE i %% 2 WHEN 0 THEN 'problem' ELSE 'recovery' END, '', 0, at, at, 'FS is down', 'X'
			FROM n JOIN o ON o.k = i %% (SELECT count(*) FROM o);
	INSERT INTO event_outcomes (event_id, outcome, rule, reason, condition_id)
		SELECT 100000 + i, CASE i %% 10 WHEN 0 THEN 'ticket' ELSE 'merged' END, 'r' || (i %% 30), '', 1000 + i / 10 + 1 FROM n WHERE i < %[1]d - 10;
	INSERT INTO deliveries (id, dedup_key, lane, kind, connection, state, attempt, next_at, ticket_id, source, organization, subject, payload, created_at, done_at)
		SELECT 100000 + i, 'h' || i, 'h' || (i %% (%[1]d / 10)), CASE i %% 10 WHEN 0 THEN 'ticket.create' ELSE 'ticket.note' END, 'cw', 'done', 1, at, 1000 + i %% (%[1]d / 10) + 1, 'sync', organization,
			'FS is down', CASE i %% 10 WHEN 9 THEN '{"reason":"recovery","close":true}' ELSE '{"reason":"first"}' END, at, at FROM n JOIN o ON o.k = i %% (SELECT count(*) FROM o);
	INSERT INTO attempts (delivery_id, n, started_at, intent_at, request, outcome, status, finished_at)
		SELECT 100000 + i, 1, at, at, CASE i %% 10 WHEN 9 THEN '{"status_id":12}' ELSE '{"summary":"FS is down"}' END, 'done', 200, at FROM n;
	DROP TABLE n; DROP TABLE o;`

// pagesBench is a bridge with the sample MSP, a preview of its month and a history of so many deliveries.
func pagesBench(b *testing.B, deliveries int) *daemon {
	b.Helper()
	v, err := sandbox.Start(b.Context(), sandbox.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = v.Stop() })
	p := &bridgeProcess{t: b, dir: filepath.Join(b.TempDir(), "data")}
	if p.path, err = binary(); err != nil {
		b.Fatal(err)
	}
	d := p.serve()
	p.configure(v, quick...)
	p.must("", "sync")
	p.must("", "billing", "plan")
	if err := d.interrupt(); err != nil {
		b.Fatal(err)
	}
	seedHistory(b, p.dir, deliveries)
	return p.serve()
}

// seedHistory writes into the database of a bridge that does not run.
func seedHistory(b *testing.B, dir string, deliveries int) {
	b.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, "psabridge.db"))
	if err != nil {
		b.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	const organizations = `CREATE TEMP TABLE o AS SELECT row_number() OVER (ORDER BY id) - 1 AS k, %s AS organization FROM organizations WHERE source = 'sync';`
	if _, err := db.ExecContext(b.Context(), fmt.Sprintf(organizations, "id")+fmt.Sprintf(history, deliveries)); err != nil {
		b.Fatal(err)
	}
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkPages reads every page of the rail of two bridges in turn, one with a hundred times the history of the other.
func BenchmarkPages(b *testing.B) {
	const few, many, rounds = 1000, 100000, 100
	small, big := signInTo(b, pagesBench(b, few)), signInTo(b, pagesBench(b, many))
	took := map[string][2][]time.Duration{}
	for range rounds {
		for _, path := range railPaths {
			times := took[path]
			for i, p := range []*browser{small, big} {
				one, err := p.get(path)
				if err != nil {
					b.Fatal(err)
				}
				times[i] = append(times[i], one)
			}
			took[path] = times
		}
	}
	worst, middle, heaviest := 0.0, 0.0, time.Duration(0)
	for _, path := range railPaths {
		s, l := p99(took[path][0]), p99(took[path][1])
		half, of := took[path][1][rounds/2], took[path][0][rounds/2]
		b.Logf("%-16s p50 %6.2f → %6.2f ms, p99 %6.2f → %6.2f ms, ratio %.2f", path, ms(of), ms(half), ms(s), ms(l), float64(l)/float64(s))
		worst, middle, heaviest = max(worst, float64(l)/float64(s)), max(middle, float64(half)/float64(of)), max(heaviest, l)
	}
	b.ReportMetric(worst, "p99-big/small")
	b.ReportMetric(middle, "p50-big/small")
	b.ReportMetric(ms(heaviest), "heaviest-p99-ms")
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// painted clicks a button and says how many milliseconds later what came of it was painted.
const painted = `new Promise(done => {
	const want = %v, began = performance.now();
	const look = () => !!document.querySelector("#f-when-1") === want ? requestAnimationFrame(() => setTimeout(() => done(performance.now() - began))) : requestAnimationFrame(look);
	document.querySelector(%q).click();
	requestAnimationFrame(look);
})`

// BenchmarkPainted clicks 30 times in the editor of an alert what fetches a part of the form.
func BenchmarkPainted(b *testing.B) {
	d := pagesBench(b, 1000)
	t := openTab(b)
	t.enter(d.bridgeProcess)
	t.visit("/organizations/1/alerts/new")
	var took []float64
	for i := range 30 {
		selector := "#when-add"
		if i%2 == 1 {
			selector = `button[value="when-remove-1"]`
		}
		out, err := chromedp.Run(t.ctx, chromedp.Evaluate[float64](fmt.Sprintf(painted, i%2 == 0, selector), chromedp.EvalAwaitPromise))
		if err != nil {
			b.Fatal(err)
		}
		took = append(took, out)
	}
	slices.Sort(took)
	b.ReportMetric(took[len(took)/2], "click-painted-p50-ms")
	b.ReportMetric(took[len(took)*95/100], "click-painted-p95-ms")
}
