package main

import (
	"database/sql"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite" // to make a database from the future

	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
)

// refused runs a command that must fail with exit code 1 and a sentence holding all the words.
func (b *bridgeProcess) refused(stdin string, words []string, args ...string) {
	b.t.Helper()
	out, errs, code := b.run(stdin, args...)
	if code != exitWrong {
		b.t.Errorf("%v: exit %d, want 1\n%s%s", args, code, out, errs)
	}
	for _, w := range words {
		if !strings.Contains(errs, w) {
			b.t.Errorf("%v does not say %q:\n%s", args, w, errs)
		}
	}
	if strings.Contains(errs, "goroutine") || strings.Contains(errs, ".go:") {
		b.t.Errorf("%v shows its insides:\n%s", args, errs)
	}
}

func TestNewerDatabaseIsRefusedUntouched(t *testing.T) {
	t.Parallel()
	b := newProcess(t)
	b.must("", "status")
	path := filepath.Join(b.dir, "psabridge.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), "PRAGMA user_version = 999"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b.refused("", []string{"999", "newer"}, "serve", "--port", "0")
	after, err := os.ReadFile(path)
	if err != nil || string(before) != string(after) {
		t.Errorf("the newer database was changed (%v)", err)
	}
}

func TestBrokenSettingsChangeNothing(t *testing.T) {
	t.Parallel()
	v := vendors(t)
	b := newProcess(t)
	b.serve()
	b.configure(v)
	before := b.must("", "settings", "export")
	for name, broken := range map[string]struct {
		doc   string
		words []string
	}{
		"unknown key":  {strings.Replace(before, "push_day:", "push_dya:", 1), []string{"push_dya", "Line"}},
		"not yaml":     {"version: 1\nsources: [", []string{"Line"}},
		"bad push day": {strings.Replace(before, "push_day: last", "push_day: 32", 1), []string{"push_day", "31"}},
		"http outside": {strings.Replace(before, v.ConnectWiseURL, "http://na.myconnectwise.net", 1), []string{"site_url", "https"}},
	} {
		t.Run(name, func(*testing.T) {
			b.refused(broken.doc, broken.words, "settings", "import", "-")
		})
	}
	if after := b.must("", "settings", "export"); after != before {
		t.Errorf("a refused import changed the settings:\n%s", after)
	}
}

// TestWrongKeyBlocksAndTheRightOneResumes: with wrong keys nothing is lost and nothing is hammered; the right key lets
// the alert become its one ticket.
func TestWrongKeyBlocksAndTheRightOneResumes(t *testing.T) {
	t.Parallel()
	v := vendors(t)
	b := newProcess(t)
	d := b.serve()
	b.configure(v, quick...)
	b.must("", "sync")
	b.must("wrong-key-0123456789", "secret", "set", "connections/cw/private_key")
	v.MSP.SetQuotaUsage(v.MSP.Organizations()[1].ID, 95, time.Now())
	b.must("", "sync")
	var st statusAnswer
	d.eventually("the connection is blocked", func() bool {
		d.get("/status", &st)
		return st.Outbox.Waiting == 1 && len(st.NeedsYou) > 0
	})
	var test struct {
		OK     bool `json:"ok"`
		Checks []struct{ ID, State, Message, Fix string }
	}
	if err := d.api.call(t.Context(), http.MethodPost, "/connections/cw/test?wait=60", nil, &test); err != nil {
		t.Fatal(err)
	}
	for _, c := range test.Checks {
		if c.ID == "keys" && (c.State != "failed" || c.Fix == "") {
			t.Errorf("the keys check says %+v", c)
		}
	}
	if test.OK {
		t.Error("the test passed with a wrong key")
	}
	for _, s := range sample.Secrets() {
		if s.Name == "connections/cw/private_key" {
			b.must(s.Value, "secret", "set", s.Name)
		}
	}
	d.eventually("the ticket is there", func() bool { return countTickets(v.ConnectWise.Tickets()) == 1 })
}

func TestDeadConnectWiseIsSaidInWords(t *testing.T) {
	t.Parallel()
	v := vendors(t)
	b := newProcess(t)
	d := b.serve()
	b.configure(v, quick...)
	b.must("", "sync")
	v.ConnectWise.Faults.Add(sandbox.Fault{Status: http.StatusBadGateway, Body: "<html>bad gateway</html>", Times: -1})
	out, _, code := b.run("", "billing", "plan", "--json")
	if code == exitDone {
		plan := decode[planAnswer](t, out)
		if plan.Complete || plan.Totals.Changed != 0 {
			t.Errorf("with ConnectWise dead a plan would write %d lines (complete: %v)", plan.Totals.Changed, plan.Complete)
		}
	}
	v.ConnectWise.Faults.Clear()
	v.ConnectWise.Faults.Add(sandbox.Fault{Method: http.MethodPost, Path: "/service/tickets", Status: http.StatusBadGateway, Body: "<html>bad gateway</html>"})
	v.MSP.SetQuotaUsage(v.MSP.Organizations()[1].ID, 95, time.Now())
	b.must("", "sync")
	d.eventually("the ticket arrives although ConnectWise did not answer at first", func() bool {
		return v.ConnectWise.Faults.Pending() == 0 && countTickets(v.ConnectWise.Tickets()) == 1
	})
}

func TestKeychainTroubleIsSaidInWords(t *testing.T) {
	t.Parallel()
	v := vendors(t)
	b := newProcess(t)
	d := b.serve()
	b.configure(v)
	if err := d.interrupt(); err != nil {
		t.Fatal(err)
	}
	t.Run("wrong passphrase", func(t *testing.T) {
		cmd := b.command(t.Context(), "status")
		cmd.Env = append(cmd.Env, "PSABRIDGE_PASSPHRASE=wrong")
		out, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(out), "passphrase") {
			t.Errorf("%v: %s", err, out)
		}
	})
	t.Run("no Secret Service", func(t *testing.T) {
		cmd := b.command(t.Context(), "secret", "set", "connections/cw/public_key")
		for i, a := range cmd.Args {
			if a == "file" {
				cmd.Args[i] = "os"
			}
		}
		cmd.Env = append(cmd.Env, "DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent")
		cmd.Stdin = strings.NewReader("a-key-0123456789")
		out, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(out), "--keys file") {
			t.Errorf("%v: %s", err, out)
		}
	})
}
