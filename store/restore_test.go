package store

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"psabridge/app"
)

// lived is a database with something in every table that a backup counts, of a given schema, closed.
func lived(t *testing.T, dir string, steps []migration) app.Install {
	t.Helper()
	ctx := t.Context()
	s, err := open(ctx, dir, at(monday), steps)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.db.ExecContext(ctx, oldRows); err != nil {
		t.Fatal(err)
	}
	if err := s.transact(ctx, func(tx *sql.Tx) error {
		d := app.Delivery{ID: 7, Connection: "cw", Attempt: 1}
		for i := range 3 {
			if err := appendLedger(ctx, tx, d, monday, app.LedgerEntry{Phase: app.LedgerOutcome, Object: "ticket x", By: "r", Note: strconv.Itoa(i)}); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	var in app.Install
	if err := s.db.QueryRowContext(ctx, "SELECT install_id, host_label FROM install").Scan(&in.ID, &in.HostLabel); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return in
}

var monday = time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)

// oldRows fit every schema there ever was: no column of theirs was made later or taken away.
const oldRows = `
	INSERT INTO settings_revisions (rev, at, by, document, diff) VALUES (1, '2026-11-01T06:00:00.000Z', 'Ada', x'7b7d', '[]');
	INSERT INTO organizations (id, source, external_id, parent_external_id, name, state, active, first_seen, last_seen)
		VALUES (2, 'sync', '7', '1', 'Contoso', 'present', 1, '2026-10-01T06:00:00.000Z', '2026-11-01T06:00:00.000Z');
	INSERT INTO tickets (id, xref, scope_key, connection, remote_id, summary, board, status, state, touched)
		VALUES (3, 'x', 'k', 'cw', 48001, 'Down', 'NOC', 'New', 'open', 1);
	INSERT INTO conditions (id, key, episode, source, organization, object_kind, object_id, object_name, type, severity, level, rule, state, wait,
			occurrences, first_at, last_at, ticket_id, first_event, title, text)
		VALUES (4, 'k', 1, 'sync', '7', 'machine', 'm1', 'FS01', 'machine.unreachable', 'critical', 5, 'r', 'open', '', 2,
			'2026-11-01T06:00:00.000Z', '2026-11-01T07:00:00.000Z', 3, 'e1', 'T', 'X');
	INSERT INTO readings (id, source, organization, meter, basis, day, covers, quantity, unit, complete, problem, method, as_of, newest)
		VALUES (1, 'sync', '7', 'accounts', 'own', '2026-11-01', '', '12', 'each', 1, '', 'list', '2026-11-01T06:00:00.000Z', 1);
	INSERT INTO plans (id, connection, period, trigger, state, digest, settings_rev, created_at, complete, problems)
		VALUES (1, 'cw', '2026-10', 'person', 'approved', 'd', 1, '2026-11-01T06:00:00.000Z', 1, '[]'),
			(2, 'cw', '2026-11', 'person', 'open', 'e', 1, '2026-11-01T06:00:00.000Z', 1, '[]');
	INSERT INTO lines (id, plan_id, meter, product, product_id, company_id, company, agreement_id, agreement, addition_id, before, after, unit, shares,
			verdict, state, holds, decision, decided_by, note, prorate, bill_customer, reason, error, method)
		VALUES (1, 1, 'accounts', 'X', 5, 250, 'Contoso', 12, 'Gold', 99, '10', '12', 'each', '[]', 'update', 'writing', '[]', '', '', '', 0, 'Billable', '', '', 'list');
	INSERT INTO pushes (id, plan_id, connection, period, trigger, state, approved_by, approved_at)
		VALUES (1, 1, 'cw', '2026-10', 'person', 'writing', 'Ada', '2026-11-01T06:00:00.000Z');
	INSERT INTO deliveries (id, dedup_key, lane, kind, connection, state, next_at, ticket_id, push_id, source, organization, subject, payload, created_at, done_at)
		VALUES (7, 'create:x', 'ticket:x', 'ticket.create', 'cw', 'done', '2026-11-01T06:00:00.000Z', 3, NULL, 'sync', '7', 'Down', '{}', '2026-11-01T06:00:00.000Z', '2026-11-01T06:00:01.000Z'),
			(8, 'push:1:agreement:12', 'agreement:cw:12', 'agreement.write', 'cw', 'waiting', '2026-11-01T06:00:00.000Z', NULL, 1, '', '', 'Gold', '{"agreement_id":12,"line_ids":[1]}', '2026-11-01T06:00:00.000Z', NULL),
			(9, 'note:x:1', 'ticket:x', 'ticket.note', 'cw', 'waiting', '2026-11-01T06:00:00.000Z', 3, NULL, 'sync', '7', 'Down', '{}', '2026-11-01T06:00:00.000Z', NULL);`

// TestEveryOlderSchemaComesUp opens databases as programs back to the first one left them (RELIABILITY F34): the same rows
// afterwards, the ledger's chain unbroken, and a verified copy of how it was.
func TestEveryOlderSchemaComesUp(t *testing.T) {
	for version := 1; version < len(migrations); version++ {
		if version%4 != 1 && version != len(migrations)-1 && os.Getenv("PSABRIDGE_ALL") == "" {
			continue
		}
		t.Run(fmt.Sprint("from ", version), func(t *testing.T) {
			dir, ctx := t.TempDir(), t.Context()
			lived(t, dir, migrations[:version])
			old := openRaw(t, files{dir: dir}.database())
			columns := columnsOf(ctx, t, old)
			for _, rebuilt := range []string{"additions", "source_starts", "organization_starts", "events"} {
				delete(columns, rebuilt) // steps that fill or narrow these are tested by themselves
			}
			rows := rowsOf(t, old, columns)
			_ = old.Close()

			s := mustOpen(t, dir, migrations)
			if diff := cmp.Diff(rows, rowsOf(t, s.db, columns)); diff != "" {
				t.Errorf("rows (-before +after):\n%s", diff)
			}
			if err := s.Verify(ctx); err != nil {
				t.Error(err)
			}
			list := Backups(files{dir: dir}.backups())
			if len(list) != 1 || list[0].Kind != app.BackupMigration {
				t.Fatalf("backups %+v, want one from before", list)
			}
			if b, err := Inspect(ctx, list[0].Path); err != nil || b.Schema != version || b.Counts != (app.BackupCounts{Organizations: 1, Tickets: 1, Pushes: 1, Settings: 1, Ledger: 3}) {
				t.Errorf("the copy is %+v (%v)", b, err)
			}
		})
	}
}

// TestOldBackupsRestore puts a backup of each older schema back: it is this program's schema then, and marked.
func TestOldBackupsRestore(t *testing.T) {
	for _, version := range []int{1, 7, 12, len(migrations)} {
		t.Run(fmt.Sprint("of ", version), func(t *testing.T) {
			from, dir, ctx := t.TempDir(), t.TempDir(), t.Context()
			in := lived(t, from, migrations[:version])
			out, err := Restore(ctx, dir, files{dir: from}.database(), at(monday.Add(240*time.Hour)))
			if err != nil {
				t.Fatal(err)
			}
			if out.Backup.Install != in.ID || out.Restore.Kept != "" {
				t.Errorf("restored %+v", out)
			}
			s := mustOpen(t, dir, migrations)
			held(t, s, monday)
		})
	}
}

// held checks what a restored database of lived looks like.
func held(t *testing.T, s *Store, known time.Time) {
	t.Helper()
	ctx := t.Context()
	in, err := s.Install(ctx)
	if err != nil || !in.Restoring {
		t.Errorf("install %+v (%v), want one that sends nothing", in, err)
	}
	r, err := s.LastRestore(ctx)
	if err != nil || !r.Pending() || r.Stopped != 1 || !r.BackupAt.Equal(known) {
		t.Errorf("restore %+v (%v)", r, err)
	}
	p, err := s.Push(ctx, 1)
	if err != nil || p.State != app.PushIncomplete || p.Lines[0].State != app.LineFailed {
		t.Errorf("the push that was being written is %s with a line %s (%v)", p.State, p.Lines[0].State, err)
	}
	if plan, err := s.Plan(ctx, 2); err != nil || plan.State != app.PlanSuperseded {
		t.Errorf("the open plan is %s (%v)", plan.State, err)
	}
	if d, err := s.Delivery(ctx, 9); err != nil || d.State != app.DeliveryChecking {
		t.Errorf("the note that waited is %s (%v), want one that is looked for first", d.State, err)
	}
	if err := s.Verify(ctx); err != nil {
		t.Error(err)
	}
}

func at(now time.Time) Options { return Options{Now: func() time.Time { return now }} }

func openRaw(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := pool(dsn(path, map[string][]string{"immutable": {"1"}}), 1)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func TestBackupIsWholeAndRestoredOnce(t *testing.T) {
	dir, ctx := t.TempDir(), t.Context()
	lived(t, dir, migrations)
	s, err := open(ctx, dir, at(monday), migrations)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "deep", "copy.db")
	b, err := s.Backup(ctx, path)
	if err != nil || !b.Verified || !b.At.Equal(monday) || b.Counts.Ledger != 3 || b.Bytes == 0 {
		t.Fatalf("backup %+v (%v)", b, err)
	}
	if _, err := s.Backup(ctx, path); app.ErrorCode(err) != app.Invalid {
		t.Errorf("a second backup over the first: %v", err)
	}
	if found, _ := os.ReadDir(filepath.Dir(path)); len(found) != 1 {
		t.Errorf("beside the backup there are %v", found)
	}
	// What comes later is not in the backup, and is kept.
	if err := s.SaveSecretRecord(ctx, app.SecretRecord{Name: "later", SetAt: monday}); err != nil {
		t.Fatal(err)
	}
	if err := s.SetSecondFolder(ctx, "/mnt/second"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	later := monday.Add(240 * time.Hour)
	out, err := Restore(ctx, dir, path, at(later))
	if err != nil {
		t.Fatal(err)
	}
	s = mustOpen(t, dir, migrations)
	held(t, s, monday)
	if _, err := s.SecretRecord(ctx, "later"); app.ErrorCode(err) != app.NotFound {
		t.Errorf("what came after the backup is there: %v", err)
	}
	if folder, err := s.SecondFolder(ctx); err != nil || folder != "/mnt/second" {
		t.Errorf("the second folder of this machine is %q (%v)", folder, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	// Back to what was there: nothing was deleted.
	if _, err := Restore(ctx, dir, filepath.Join(out.Restore.Kept, "psabridge.db"), at(later.Add(time.Hour))); err != nil {
		t.Fatal(err)
	}
	if _, err := mustOpen(t, dir, migrations).SecretRecord(ctx, "later"); err != nil {
		t.Errorf("what was kept aside is not whole: %v", err)
	}
}

// TestRestoreIsFinishedAfterACrash leaves a restore at each of its steps; the next start ends it, once.
func TestRestoreIsFinishedAfterACrash(t *testing.T) {
	backup, ctx := t.TempDir(), t.Context()
	want := lived(t, backup, migrations)
	for moved := range 4 { // database, -wal, -shm; the last crash is after all of them
		t.Run(fmt.Sprint(moved, " moved"), func(t *testing.T) {
			dir := t.TempDir()
			f := files{dir: dir}
			if err := mustOpen(t, dir, migrations).Close(); err != nil {
				t.Fatal(err)
			}
			for _, suffix := range []string{"-wal", "-shm"} {
				if err := os.WriteFile(f.database()+suffix, []byte("old"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			staged := f
			if err := staged.stageCopy(files{dir: backup}.database()); err != nil {
				t.Fatal(err)
			}
			now := monday.Add(time.Hour)
			if _, err := staged.prepareStaged(ctx, "x.db", now); err != nil {
				t.Fatal(err)
			}
			stamp := now.UTC().Format(asideStamp)
			if err := os.Rename(f.stage(), f.ready()+stamp); err != nil {
				t.Fatal(err)
			}
			for _, suffix := range besides[:min(moved, 3)] {
				if err := os.MkdirAll(f.aside(now), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.Rename(f.database()+suffix, filepath.Join(f.aside(now), "psabridge.db"+suffix)); err != nil {
					t.Fatal(err)
				}
			}
			s := mustOpen(t, dir, migrations)
			if in, err := s.Install(ctx); err != nil || in.ID != want.ID || !in.Restoring {
				t.Errorf("install %+v (%v), want the backup's", in, err)
			}
			for _, suffix := range besides[:3] {
				if _, err := os.Stat(filepath.Join(f.aside(now), "psabridge.db"+suffix)); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

func TestRestoreRefusesWhatIsNoBackup(t *testing.T) {
	good, ctx := t.TempDir(), t.Context()
	lived(t, good, migrations)
	whole, err := os.ReadFile(files{dir: good}.database())
	if err != nil {
		t.Fatal(err)
	}
	newer := t.TempDir()
	if err := mustOpen(t, newer, withLater).Close(); err != nil {
		t.Fatal(err)
	}
	write := func(content []byte) string {
		path := filepath.Join(t.TempDir(), "x.db")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	dir := t.TempDir()
	in := lived(t, dir, migrations)
	for name, c := range map[string]struct {
		file string
		code app.Code
	}{
		"missing":    {filepath.Join(dir, "none.db"), app.Invalid},
		"empty":      {write(nil), app.Invalid},
		"text":       {write([]byte(strings.Repeat("words ", 999))), app.Invalid},
		"cut off":    {write(whole[:len(whole)/2]), app.Invalid},
		"itself":     {files{dir: dir}.database(), app.Invalid},
		"of a newer": {files{dir: newer}.database(), app.Conflict},
	} {
		if _, err := Restore(ctx, dir, c.file, Options{}); app.ErrorCode(err) != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
		if left, _ := filepath.Glob(filepath.Join(dir, "*restor*")); len(left) != 0 {
			t.Errorf("%s left %v", name, left)
		}
	}
	s := mustOpen(t, dir, migrations)
	if now, err := s.Install(ctx); err != nil || now.ID != in.ID || now.Restoring {
		t.Errorf("after refusals install is %+v (%v)", now, err)
	}
}

// TestDamageNamesTheWayBack is RELIABILITY F32: whatever happened to the file, it is either used as the whole it is or refused
// untouched, and the refusal names the newest good backup with its command. An empty database is never made over it.
func TestDamageNamesTheWayBack(t *testing.T) {
	origin, ctx := t.TempDir(), t.Context()
	in := lived(t, origin, migrations)
	s, err := open(ctx, origin, at(monday), migrations)
	if err != nil {
		t.Fatal(err)
	}
	name := app.BackupName(in.ID, app.BackupDaily, monday)
	if _, err := s.Backup(ctx, filepath.Join(files{dir: origin}.backups(), name)); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(files{dir: origin}.database())
	if err != nil {
		t.Fatal(err)
	}
	// A newer backup that is damaged itself is not the one that is named.
	bad := filepath.Join(files{dir: origin}.backups(), app.BackupName(in.ID, app.BackupDaily, monday.Add(time.Hour)))
	if err := os.WriteFile(bad, whole[:9000], 0o600); err != nil {
		t.Fatal(err)
	}
	f := files{dir: origin}
	refused, used := 0, 0
	check := func(what string, content []byte) {
		if err := removeAll(f.database()); err != nil {
			t.Fatal(err)
		}
		if content != nil {
			if err := os.WriteFile(f.database(), content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		s, err := open(ctx, origin, at(monday), migrations)
		if err == nil {
			used++
			if got, err := s.Install(ctx); err != nil || len(got.ID) != len(in.ID) {
				t.Errorf("%s: opened as %+v (%v)", what, got, err)
			}
			_ = s.Close()
			return
		}
		refused++
		msg := app.ErrorMessage(err)
		if app.ErrorCode(err) == app.Unavailable && strings.Contains(msg, "another program") {
			return
		}
		if app.ErrorCode(err) != app.Unavailable || !strings.Contains(msg, `psabridge restore "`+filepath.Join(f.backups(), name)+`"`) {
			t.Errorf("%s: refused with %v", what, err)
		}
		after, err := os.ReadFile(f.database())
		if content == nil != (err != nil) || string(after) != string(content) {
			t.Errorf("%s: the file was changed (%v)", what, err)
		}
	}
	check("no file", nil)
	check("empty", []byte{})
	for _, size := range []int{1, 71, 4096, 5000, len(whole) / 2, len(whole) - 4096} {
		check(fmt.Sprint("cut to ", size), whole[:size])
	}
	places := 60
	if os.Getenv("PSABRIDGE_ALL") != "" {
		places = 200
	}
	for i := range places {
		flipped := append([]byte{}, whole...)
		flipped[i*len(whole)/places] ^= 0xff
		check(fmt.Sprint("byte ", i*len(whole)/places), flipped)
	}
	if refused < 10 || used == 0 {
		t.Errorf("%d refused, %d used", refused, used)
	}
}

// TestLostLogAsksConnectWiseFirst deletes the -wal of a database that was not closed: SQLite shows the older state without a
// word, and what was sent since must not be sent again.
func TestLostLogAsksConnectWiseFirst(t *testing.T) {
	dir, ctx := t.TempDir(), t.Context()
	f := files{dir: dir}
	lived(t, dir, migrations)
	s, err := open(ctx, dir, at(monday), migrations)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SaveSecretRecord(ctx, app.SecretRecord{Name: "newest", SetAt: monday}); err != nil {
		t.Fatal(err)
	}
	crashed := t.TempDir()
	for _, name := range []string{"psabridge.db", "psabridge.db-open", "psabridge.db-wal"} {
		if err := copyFile(filepath.Join(dir, name), filepath.Join(crashed, name)); err != nil {
			t.Fatal(err)
		}
	}
	_ = s.Close()
	if f.logIsLost() {
		t.Error("a clean stop looks like a lost -wal")
	}
	f = files{dir: crashed}
	if f.logIsLost() {
		t.Error("a crash looks like a lost -wal")
	}
	if err := os.Remove(f.database() + "-wal"); err != nil {
		t.Fatal(err)
	}
	was, _ := os.ReadFile(f.database())
	s, err = open(ctx, crashed, at(monday), migrations)
	if err != nil {
		t.Fatal(err)
	}
	in, err := s.Install(ctx)
	r, rerr := s.LastRestore(ctx)
	if err != nil || rerr != nil || !in.Restoring || r.Why != app.RestoreLostLog {
		t.Fatalf("install %+v, restore %+v (%v, %v)", in, r, err, rerr)
	}
	if kept, err := os.ReadFile(filepath.Join(r.Kept, "psabridge.db")); err != nil || string(kept) != string(was) {
		t.Errorf("what was found is not kept (%v)", err)
	}
	_ = s.Close()
	if in, err := mustOpen(t, crashed, migrations).Install(ctx); err != nil || !in.Restoring {
		t.Errorf("a second start forgot it: %+v (%v)", in, err)
	}
}

func TestReconciledOnce(t *testing.T) {
	dir, from, ctx := t.TempDir(), t.TempDir(), t.Context()
	lived(t, from, migrations)
	if _, err := Restore(ctx, dir, files{dir: from}.database(), at(monday.Add(time.Hour))); err != nil {
		t.Fatal(err)
	}
	s := mustOpen(t, dir, migrations)
	if err := s.SaveRestoreProblem(ctx, 1, "No keys."); err != nil {
		t.Fatal(err)
	}
	found := []app.FoundTicket{{Connection: "cw", RemoteID: 48001, XRef: "x"}, {Connection: "cw", RemoteID: 48002, XRef: "y", Summary: "Down", CompanyID: 250}}
	if err := s.SaveFound(ctx, 1, found, 2, time.Time{}); err != nil {
		t.Fatal(err)
	}
	if r, err := s.LastRestore(ctx); err != nil || !r.Pending() || r.Found != 2 || r.Loose != 1 || r.Quantities != 2 || r.Problem != "" {
		t.Errorf("restore %+v (%v)", r, err)
	}
	if err := s.SaveFound(ctx, 1, found, 2, monday.Add(2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	in, err := s.Install(ctx)
	if err != nil || in.Restoring {
		t.Errorf("install %+v (%v) once it is reconciled", in, err)
	}
	list, err := s.FoundTickets(ctx, "cw")
	if err != nil || len(list) != 2 || list[0].TicketID != 3 || list[1].TicketID != 0 {
		t.Errorf("found %+v (%v)", list, err)
	}
}

// TestTroubleStopsAndEnds: a full disk is tried again by itself; one that failed is believed only after the file was opened
// and checked anew.
func TestTroubleStopsAndEnds(t *testing.T) {
	dir, ctx := t.TempDir(), t.Context()
	s := mustOpen(t, dir, migrations)
	var pages int
	if err := s.db.QueryRowContext(ctx, "PRAGMA page_count").Scan(&pages); err != nil {
		t.Fatal(err)
	}
	limit := func(n int) {
		if _, err := s.db.ExecContext(ctx, fmt.Sprintf("PRAGMA max_page_count = %d", n)); err != nil {
			t.Fatal(err)
		}
	}
	limit(pages)
	var err error
	for i := 0; err == nil && i < 1000; i++ {
		err = s.SaveSecretRecord(ctx, app.SecretRecord{Name: strings.Repeat("x", 4000) + strconv.Itoa(i), SetAt: monday})
	}
	trouble, is := s.Trouble()
	if app.ErrorCode(err) != app.Unavailable || !is || trouble.Broken || !strings.Contains(trouble.Message, "full") {
		t.Fatalf("%v, trouble %+v", err, trouble)
	}
	limit(1 << 30)
	if err := s.Recover(ctx, monday); err != nil {
		t.Fatal(err)
	}
	if _, is := s.Trouble(); is {
		t.Error("the trouble outlives its cause")
	}

	s.mu.Lock()
	s.trouble = app.DiskTrouble{Since: monday, Message: diskFails, Broken: true}
	s.mu.Unlock()
	if err := s.SetSecondFolder(ctx, "x"); app.ErrorCode(err) != app.Unavailable {
		t.Errorf("a write on a failing disk: %v", err)
	}
	if _, _, err := s.Claim(context.WithoutCancel(ctx), monday, nil); app.ErrorCode(err) != app.Unavailable {
		t.Errorf("something was claimed from a failing disk: %v", err)
	}
	if err := s.Recover(ctx, monday); err != nil {
		t.Fatal(err)
	}
	if err := s.SetSecondFolder(ctx, "x"); err != nil {
		t.Error(err)
	}
}
