package main

import (
	"context"
	"net/http"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/sandbox"
)

// quick shortens the search for a ticket of unknown fate, which takes 15 minutes in real life.
var quick = []string{"allow_private_network: true\n    ticketing:", "allow_private_network: true\n    confirm: {searches: 3, over: 3s}\n    ticketing:"}

// TestBillingFromTheCommandLine is the whole month at a terminal, with no bridge running: import, secrets, sync, plan,
// push, and a second plan with nothing left to do.
func TestBillingFromTheCommandLine(t *testing.T) {
	t.Parallel()
	v := vendors(t)
	b := newProcess(t)
	b.configure(v)

	synced := decode[map[string]syncAnswer](t, b.must("", "sync", "--json"))
	// 25 customers and the MSP itself.
	if s := synced["sync"]; s.Organizations != 26 || !s.Complete || s.Readings == 0 {
		t.Fatalf("sync answered %+v", s)
	}

	plan := decode[planAnswer](t, b.must("", "billing", "plan", "--json"))
	if len(plan.Lines) == 0 || plan.Digest == "" || !plan.Complete {
		t.Fatalf("plan answered %+v", plan)
	}
	if n := len(v.ConnectWise.QuantityWrites()); n != 0 {
		t.Fatalf("making a plan wrote %d quantities", n)
	}

	// The first write to every line asks (M4). A script that does not release pushes nothing.
	if plan.Totals.Changed != 0 || plan.Totals.Held == 0 {
		t.Fatalf("before anything was confirmed %d lines would be written, %d held", plan.Totals.Changed, plan.Totals.Held)
	}

	d := b.serve()
	var released planAnswer
	in := map[string]any{"codes": []string{"first_touch"}, "reason": "checked against last month"}
	if err := d.api.call(t.Context(), http.MethodPost, "/billing/plans/"+plan.ID+"/release", in, &released); err != nil {
		t.Fatal(err)
	}
	if released.Digest == plan.Digest || released.Totals.Changed == 0 {
		t.Fatalf("releasing changed nothing: %+v", released.Totals)
	}
	if _, errs, code := b.run("", "billing", "push", "--digest", plan.Digest); code != 1 || !strings.Contains(errs, "billing plan") {
		t.Fatalf("a push by the old digest: exit %d, %s", code, errs)
	}

	push := decode[pushAnswer](t, b.must("", "billing", "push", "--digest", released.Digest, "--json"))
	if push.State != app.PushDone {
		t.Fatalf("push ended %s", push.State)
	}
	checkWrites(t, v, released)

	again := decode[planAnswer](t, b.must("", "billing", "plan", "--json"))
	if again.Totals.Changed != 0 {
		t.Errorf("a second plan would write %d lines", again.Totals.Changed)
	}
	for _, l := range again.Lines {
		if wasWritten(released, l) && l.Verdict != app.VerdictSame {
			t.Errorf("%s %s: %s after it was pushed: %v", l.Company.Name, l.Product, l.Verdict, l.Holds)
		}
	}
	if out := b.must("", "billing", "history"); !strings.Contains(out, "2") || !strings.Contains(out, "done") {
		t.Errorf("history says %q", out)
	}
}

// checkWrites holds ConnectWise's own audit trail against the plan: every changed line once, nothing else.
func checkWrites(t *testing.T, v *sandbox.Running, plan planAnswer) {
	t.Helper()
	want := map[string]string{}
	for _, l := range plan.Lines {
		if l.Verdict == app.VerdictUpdate || l.Verdict == app.VerdictCreate {
			want[key(int(l.Agreement.ID), l.Product)] = l.After.String()
		}
	}
	got := map[string]string{}
	for _, a := range v.ConnectWise.Additions(0) {
		for _, w := range v.ConnectWise.QuantityWrites() {
			if w.AdditionID == a.ID {
				k := key(a.AgreementID, a.Product)
				if _, twice := got[k]; twice {
					t.Errorf("%s was written twice", k)
				}
				got[k] = number(a.Quantity)
			}
		}
	}
	for k, q := range want {
		if got[k] != q {
			t.Errorf("%s holds %q at ConnectWise, the plan said %s", k, got[k], q)
		}
	}
	for k := range got {
		if want[k] == "" {
			t.Errorf("%s was written, the plan did not say so", k)
		}
	}
}

func wasWritten(plan planAnswer, line planLine) bool {
	for _, l := range plan.Lines {
		if l.Agreement.ID == line.Agreement.ID && l.Product == line.Product {
			return l.Verdict == app.VerdictUpdate || l.Verdict == app.VerdictCreate
		}
	}
	return false
}

// TestAlertBecomesOneTicketThroughKill kills the process after ConnectWise committed a ticket and before its answer
// was read, the worst moment there is (RELIABILITY F03), and expects one ticket after the restart.
func TestAlertBecomesOneTicketThroughKill(t *testing.T) {
	t.Parallel()
	v := vendors(t)
	b := newProcess(t)
	d := b.serve()
	b.configure(v, quick...)
	b.must("", "sync") // the first read is history (T4)

	var once sync.Once
	killed := make(chan struct{})
	v.ConnectWise.Faults.Add(sandbox.Fault{Method: http.MethodPost, Path: "/service/tickets", Hook: func(*http.Request) {
		once.Do(func() { d.kill(); close(killed) })
	}})
	quiet := v.MSP.Organizations()[1]
	v.MSP.SetQuotaUsage(quiet.ID, 95, time.Now())
	b.run("", "sync") // ends with the process it talks to
	select {
	case <-killed:
	case <-time.After(time.Minute):
		t.Fatal("no ticket was ever posted" + b.log())
	}

	d = b.serve()
	d.eventually("the ticket is confirmed", func() bool {
		var out struct {
			Items []struct {
				Number *int64 `json:"number"`
				State  string `json:"state"`
			} `json:"items"`
		}
		d.get("/tickets", &out)
		return len(out.Items) == 1 && out.Items[0].Number != nil && out.Items[0].State == "open"
	})
	if got := v.ConnectWise.Tickets(); countTickets(got) != 1 {
		t.Fatalf("ConnectWise holds %d tickets of ours, want 1", countTickets(got))
	}
	if v.ConnectWise.Mails() != 0 {
		t.Error("somebody was mailed")
	}
}

func countTickets(all []sandbox.Ticket) int {
	n := 0
	for _, t := range all {
		if t.ExternalXRef != "" {
			n++
		}
	}
	return n
}

// TestStopsCleanlyOnASignal holds the promise that a stop takes less than five seconds and leaves nothing behind.
func TestStopsCleanlyOnASignal(t *testing.T) {
	t.Parallel()
	b := newProcess(t)
	d := b.serve()
	if err := d.interrupt(); err != nil {
		t.Fatalf("stopped with %v%s", err, d.log())
	}
	if _, err := readRunning(b.dir); err == nil {
		t.Error("run.json stayed behind")
	}
	if out := b.must("", "status"); !strings.Contains(out, "psabridge test") {
		t.Errorf("status without a running bridge said %q", out)
	}
}

// TestSecondStartShowsTheFirst starts twice on one folder.
func TestSecondStartShowsTheFirst(t *testing.T) {
	t.Parallel()
	b := newProcess(t)
	d := b.serve()
	out := b.must("", "serve")
	run, err := readRunning(b.dir)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out, "already running at "+run.Page) {
		t.Errorf("second start said %q", out)
	}
	if address := b.must("", "open", "--print"); !strings.HasPrefix(address, run.Page+"/launch?") {
		t.Errorf("open --print said %q", address)
	}
	if d.cmd.ProcessState != nil {
		t.Error("the first one ended")
	}
}

// TestStartsInTheSameSecond starts many at once on one fresh folder: one runs, the others find it (RELIABILITY F35).
func TestStartsInTheSameSecond(t *testing.T) {
	t.Parallel()
	b := newProcess(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	const starts = 50
	type end struct {
		out string
		err error
	}
	ended := make(chan end, starts)
	for range starts {
		go func() {
			out, err := b.command(ctx, "serve", "--port", "0").CombinedOutput()
			ended <- end{string(out), err}
		}()
	}
	for range starts - 1 {
		if one := <-ended; one.err != nil || !strings.Contains(one.out, "already running at http://") {
			t.Errorf("a start that did not win said %q: %v", one.out, one.err)
		}
	}
	if out := b.must("", "status"); !strings.Contains(out, "psabridge test") {
		t.Errorf("status says %q", out)
	}
	cancel() // kills the one that runs
	<-ended
	b.serve() // the lock of a dead one holds nobody up
}

// TestASyncedFolderIsTold starts where a program copies the data folder elsewhere (RELIABILITY F35): it runs, and says so.
func TestASyncedFolderIsTold(t *testing.T) {
	t.Parallel()
	b := newProcess(t)
	b.dir = filepath.Join(filepath.Dir(b.dir), "Dropbox", "psabridge")
	d := b.serve()
	var st struct {
		NeedsYou []struct{ Code, Message string } `json:"needs_you"`
	}
	d.get("/status", &st)
	if len(st.NeedsYou) == 0 || st.NeedsYou[0].Code != "data_folder" {
		t.Errorf("it says %+v", st.NeedsYou)
	}
	if !strings.Contains(d.log(), "Dropbox copies elsewhere") {
		t.Error("the log does not say it")
	}
}

// TestSecretsAreNotOnTheCommandLine looks where every user of the machine can look.
func TestSecretsAreNotOnTheCommandLine(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("ps"); err != nil {
		t.Skip("SKIP: no ps on this machine")
	}
	b := newProcess(t)
	d := b.serve()
	address := strings.TrimSpace(b.must("", "open", "--print"))
	_, token, _ := strings.Cut(address, "token=")
	out, err := exec.CommandContext(t.Context(), "ps", "-eww", "-o", "args=").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{d.api.token, token} {
		if secret == "" || strings.Contains(string(out), secret) {
			t.Errorf("%q can be read from the process list", secret)
		}
	}
}

func key(agreement int, product string) string {
	return product + " of agreement " + number(float64(agreement))
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
