package main

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/sandbox/sample"
)

// TestRestoreSendsNothingTwice is RELIABILITY F33 with the real program: a backup, then tickets and a push, then back to the
// backup. No ticket is made twice, nothing is billed twice, and what may have been decided since asks.
func TestRestoreSendsNothingTwice(t *testing.T) {
	t.Parallel()
	v := vendors(t)
	b := newProcess(t)
	d := b.serve()
	b.configure(v, quick...)
	b.must("", "sync") // the first read is history (T4)
	orgs := v.MSP.Organizations()

	v.MSP.SetQuotaUsage(orgs[1].ID, 95, time.Now())
	b.must("", "sync")
	d.opened(1)
	made := decode[backupAnswer](t, b.must("", "backup", "--json"))
	if !made.Verified || made.Kind != string(app.BackupHand) || made.Bytes == 0 {
		t.Fatalf("backup answered %+v", made)
	}
	if _, errs, code := b.run("", "restore", made.File, "--yes"); code != 1 || !strings.Contains(errs, "Quit it first") {
		t.Errorf("a restore beside a running bridge: exit %d, %s", code, errs)
	}

	// What the backup does not know: two tickets and a push.
	v.MSP.SetQuotaUsage(orgs[2].ID, 96, time.Now())
	v.MSP.SetQuotaUsage(orgs[3].ID, 97, time.Now())
	b.must("", "sync")
	d.opened(3)
	plan := decode[planAnswer](t, b.must("", "billing", "plan", "--json"))
	var released planAnswer
	in := map[string]any{"codes": []string{"first_touch"}, "reason": "compared"}
	if err := d.api.call(t.Context(), http.MethodPost, "/billing/plans/"+plan.ID+"/release", in, &released); err != nil {
		t.Fatal(err)
	}
	if push := decode[pushAnswer](t, b.must("", "billing", "push", "--digest", released.Digest, "--json")); push.State != app.PushDone {
		t.Fatalf("push ended %s", push.State)
	}
	writes := len(v.ConnectWise.QuantityWrites())
	if list := decode[backupsAnswer](t, b.must("", "backup", "list", "--json")); len(list.Items) != 2 || list.Items[0].Kind != string(app.BackupPush) || len(list.Problems) != 0 {
		t.Errorf("the push was not backed up first: %+v", list)
	}
	if err := d.interrupt(); err != nil {
		t.Fatal(err)
	}

	if out, _, code := b.run("n\n", "restore", made.File); code != 1 || !strings.Contains(out, "asks ConnectWise") || !strings.Contains(out, "another computer") {
		t.Errorf("a restore nobody wanted: exit %d, %s", code, out)
	}
	out := b.must("", "restore", made.File, "--yes")
	if !strings.Contains(out, "is kept in") {
		t.Errorf("restore said %q", out)
	}
	d = b.serve()
	d.reconciled()
	list := decode[backupsAnswer](t, b.must("", "backup", "list", "--json"))
	if r := list.Restored; r == nil || r.Tickets != 2 {
		t.Fatalf("restored: %+v", r)
	}
	b.must("", "sync")
	d.eventually("the tickets are known again", func() bool { return d.tickets() == 3 })
	v.MSP.SetQuotaUsage(orgs[4].ID, 98, time.Now()) // new trouble goes out as ever
	b.must("", "sync")
	d.opened(4)
	if got := countTickets(v.ConnectWise.Tickets()); got != 4 {
		t.Errorf("ConnectWise holds %d tickets of ours, want 4", got)
	}

	again := decode[planAnswer](t, b.must("", "billing", "plan", "--json"))
	if again.Totals.Changed != 0 {
		t.Errorf("after the restore %d lines would be written without a word", again.Totals.Changed)
	}
	if _, _, code := b.run("", "billing", "push", "--yes"); code == 0 && len(v.ConnectWise.QuantityWrites()) != writes {
		t.Error("a push after the restore wrote something")
	}
	if n := len(v.ConnectWise.QuantityWrites()); n != writes {
		t.Errorf("%d quantities were written, %d before the restore", n, writes)
	}
	checkWrites(t, v, released)
	if v.ConnectWise.Mails() != 0 {
		t.Error("somebody was mailed")
	}
}

// TestAnotherComputerTakesOver moves to an empty folder: nothing is sent before the keys are entered again, and which ones is
// said.
func TestAnotherComputerTakesOver(t *testing.T) {
	t.Parallel()
	v := vendors(t)
	old := newProcess(t)
	d := old.serve()
	old.configure(v, quick...)
	old.must("", "sync")
	org := v.MSP.Organizations()[1]
	v.MSP.SetQuotaUsage(org.ID, 95, time.Now())
	old.must("", "sync")
	d.opened(1)
	second := t.TempDir()
	old.must("", "backup", "--second", second)
	made := decode[backupAnswer](t, old.must("", "backup", "--json"))
	if err := d.interrupt(); err != nil {
		t.Fatal(err)
	}

	b := newProcess(t)
	b.must("", "restore", filepath.Join(second, made.Name), "--yes", "--json")
	d = b.serve()
	d.eventually("it says which keys are missing", func() bool {
		var list backupsAnswer
		d.get("/backups", &list)
		return list.Restored != nil && strings.Contains(strings.Join(list.Restored.MissingKeys, " "), "private_key") && strings.Contains(list.Restored.Problem, "private_key")
	})
	var st struct {
		NeedsYou []struct {
			Code string `json:"code"`
		} `json:"needs_you"`
	}
	d.get("/status", &st)
	var needs []string
	for _, n := range st.NeedsYou {
		needs = append(needs, n.Code)
	}
	if !slices.Contains(needs, "restored") {
		t.Errorf("it needs %+v", st.NeedsYou)
	}
	for _, s := range sample.Secrets() {
		b.must(s.Value+"\n", "secret", "set", s.Name)
	}
	d.reconciled()
	if got := countTickets(v.ConnectWise.Tickets()); got != 1 {
		t.Errorf("ConnectWise holds %d tickets of ours, want 1", got)
	}
	if n := d.tickets(); n != 1 {
		t.Errorf("the other computer knows %d tickets", n)
	}
}

// TestDamagedDatabaseSaysTheWayBack starts on a damaged database, and follows what it says.
func TestDamagedDatabaseSaysTheWayBack(t *testing.T) {
	t.Parallel()
	b := newProcess(t)
	b.must("", "status") // makes the database
	made := decode[backupAnswer](t, b.must("", "backup", "--json"))
	file := filepath.Join(b.dir, "psabridge.db")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, errs, code := b.run("", "serve", "--port", "0")
	if code != 1 || !strings.Contains(errs, `psabridge restore "`+made.File+`"`) {
		t.Fatalf("exit %d, %s", code, errs)
	}
	if info, err := os.Stat(file); err != nil || info.Size() != 0 {
		t.Errorf("the damaged file was changed: %v", err)
	}
	b.must("", "restore", made.File, "--yes")
	b.must("", "status")
}

// opened waits until ConnectWise has n tickets of ours and all of them are settled here.
func (d *daemon) opened(n int) {
	d.t.Helper()
	d.eventually("the tickets are made", func() bool { return d.tickets() == n })
}

// tickets counts the tickets with a number.
func (d *daemon) tickets() (n int) {
	d.t.Helper()
	var out struct {
		Items []struct {
			Number *int64 `json:"number"`
		} `json:"items"`
	}
	d.get("/tickets", &out)
	for _, one := range out.Items {
		if one.Number != nil {
			n++
		}
	}
	return n
}

// reconciled waits until ConnectWise was asked.
func (d *daemon) reconciled() {
	d.t.Helper()
	d.eventually("ConnectWise was asked what was made since the backup", func() bool {
		var list backupsAnswer
		d.get("/backups", &list)
		return list.Restored != nil && list.Restored.ReconciledAt != nil
	})
}
