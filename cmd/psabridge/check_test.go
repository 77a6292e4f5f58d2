package main

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/sandbox"
)

// TestCheckFromTheCommandLine is diagnostics at a terminal, without a bridge running and with one.
func TestCheckFromTheCommandLine(t *testing.T) {
	t.Parallel()
	v := vendors(t)
	b := newProcess(t)
	if out := b.must("", "check"); !strings.Contains(out, "No connection and no source is set up yet.") {
		t.Errorf("before anything is set up: %s", out)
	}
	b.configure(v, "billing:\n      enabled: true", "billing:\n      enabled: false")

	out := b.must("", "check") // exit 0: the features that are switched on work
	for _, words := range []string{"Connection cw", "Sources", "This computer", "ok", "ot proven yet", " 0 failed"} {
		if !strings.Contains(out, words) {
			t.Errorf("%q is missing in:\n%s", words, out)
		}
	}
	one := decode[checkAnswer](t, b.must("", "check", "cw", "--json"))
	if !one.OK || len(one.Checks) < 10 || one.Ticket != nil {
		t.Errorf("answered %+v", one)
	}
	for _, c := range one.Checks {
		if c.Connection != "cw" || c.Source != "" {
			t.Errorf("check %s is about %q %q", c.ID, c.Connection, c.Source)
		}
	}
	if _, errs, code := b.run("", "check", "nope"); code != 1 || !strings.Contains(errs, "no connection “nope”") {
		t.Errorf("an unknown connection: exit %d, %s", code, errs)
	}
	if _, errs, code := b.run("", "check", "--company", "3"); code != 1 || !strings.Contains(errs, "--test-ticket") {
		t.Errorf("a company without a test ticket: exit %d, %s", code, errs)
	}

	b.configure(v) // with billing, and some agreements of the sample are over
	b.serve()
	out, _, code := b.run("", "check")
	if code != 1 || !strings.Contains(out, "failed   The agreement of") || !strings.Contains(out, "is expired") || !strings.Contains(out, "To do:") {
		t.Errorf("expired agreements: exit %d\n%s", code, out)
	}
}

// TestTestTicketFromTheCommandLine opens one without the right to close, and goes on with the same when it is given.
func TestTestTicketFromTheCommandLine(t *testing.T) {
	t.Parallel()
	v := vendors(t)
	b := newProcess(t)
	b.configure(v, "billing:\n      enabled: true", "billing:\n      enabled: false")
	b.must("", "sync") // the company is the own organization's
	v.ConnectWise.SetQuirks(func(q *sandbox.Quirks) { q.Lacks = []string{"Service Desk ▸ Close Service Tickets ▸ Edit"} })
	out, _, code := b.run("", "check", "--test-ticket")
	for _, words := range []string{"created    done", "noted      done", "closed     failed", "Close Service Tickets ▸ Edit", "run the same command again"} {
		if !strings.Contains(out, words) {
			t.Errorf("%q is missing in:\n%s", words, out)
		}
	}
	if code != 1 {
		t.Errorf("exit %d", code)
	}
	v.ConnectWise.SetQuirks(func(q *sandbox.Quirks) { q.Lacks = nil })
	b.serve() // the rest through a running bridge
	a := decode[checkAnswer](t, b.must("", "check", "cw", "--test-ticket", "--json"))
	if a.Ticket == nil || a.Ticket.State != app.DeliveryDone || a.Ticket.Number == nil || a.Ticket.URL == nil {
		t.Fatalf("answered %+v", a.Ticket)
	}
	for _, c := range a.Checks {
		if strings.HasPrefix(c.ID, "right.tickets.") && c.State != app.CheckOK {
			t.Errorf("%s is %s after the test: %s", c.ID, c.State, c.Message)
		}
	}
	if n := countTickets(v.ConnectWise.Tickets()); n != 1 || v.ConnectWise.Mails() != 0 {
		t.Errorf("%d tickets, %d mails", n, v.ConnectWise.Mails())
	}
}

// TestTestTicketThroughKill kills the process after ConnectWise committed the note and before its answer was read: after the
// restart the same ticket is found with its note, closed and read back.
func TestTestTicketThroughKill(t *testing.T) {
	t.Parallel()
	v := vendors(t)
	b := newProcess(t)
	d := b.serve()
	b.configure(v, quick...)

	var once sync.Once
	killed := make(chan struct{})
	v.ConnectWise.Faults.Add(sandbox.Fault{Method: http.MethodPost, Path: "/service/tickets/*/notes", Hook: func(*http.Request) {
		once.Do(func() { d.kill(); close(killed) })
	}})
	b.run("", "check", "--test-ticket", "--company", "250") // ends with the process it talks to
	select {
	case <-killed:
	case <-time.After(time.Minute):
		t.Fatal("no note was ever written" + b.log())
	}

	d = b.serve()
	d.eventually("the test is over", func() bool {
		var one struct {
			State string     `json:"state"`
			Steps []struct{} `json:"test_steps"`
		}
		d.get("/deliveries/1", &one)
		return one.State == "done" && len(one.Steps) == len(app.TestSteps)
	})
	var ours []sandbox.Ticket
	for _, one := range v.ConnectWise.Tickets() {
		if one.ExternalXRef != "" {
			ours = append(ours, one)
		}
	}
	if len(ours) != 1 || !ours[0].Closed {
		t.Fatalf("ConnectWise holds %+v, want one closed ticket", ours)
	}
	notes := 0
	for _, n := range v.ConnectWise.Notes(ours[0].ID) {
		if strings.Contains(n.Text, "Test note by psabridge") {
			notes++
		}
	}
	if notes != 1 || v.ConnectWise.Mails() != 0 {
		t.Errorf("%d notes, %d mails", notes, v.ConnectWise.Mails())
	}
}
