package main

import (
	"strings"
	"testing"
	"time"
)

// TestLookingSendsNothing: with no bridge running, a command that only looks or decides leaves what waits to the next start.
// Whoever stopped the bridge because it opened too much would otherwise send all of it by looking at the list.
func TestLookingSendsNothing(t *testing.T) {
	t.Parallel()
	v := vendors(t)
	b := newProcess(t)
	b.configure(v)
	v.MSP.SetQuotaUsage(v.MSP.Organizations()[1].ID, 95, time.Now())
	b.must("", "sync") // the first read is history (T4), and waits for a word
	held := decode[struct {
		Items []struct {
			ID string `json:"id"`
		} `json:"items"`
	}](t, b.must("", "alerts", "conditions", "--json"))
	if len(held.Items) == 0 {
		t.Fatal("nothing holds")
	}
	b.must("", "alerts", "open", held.Items[0].ID)
	for range 2 {
		if out := b.must("", "status"); !strings.Contains(out, ": not running") || !strings.Contains(out, "1 waiting") {
			t.Errorf("status says:\n%s", out)
		}
		if out := b.must("", "deliveries", "list"); !strings.Contains(out, "waiting") {
			t.Errorf("the list says:\n%s", out)
		}
	}
	if n := countTickets(v.ConnectWise.Tickets()); n != 0 {
		t.Fatalf("looking opened %d tickets", n)
	}
	d := b.serve()
	d.eventually("its ticket", func() bool { return countTickets(v.ConnectWise.Tickets()) == 1 })
}
