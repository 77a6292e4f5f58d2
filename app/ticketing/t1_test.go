package ticketing_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/sandbox"
)

// TestT1NobodyIsMailed goes through everything that is ever written about a ticket, and reads every body that went out: no
// write may make ConnectWise tell anybody, and the address of the local page stands in internal text alone.
func TestT1NobodyIsMailed(t *testing.T) {
	w := newWorld(t, sandbox.Options{}, workflow)
	w.problem() // create
	w.deliver(0)
	w.set(w.clock.Add(20 * time.Minute))
	worse := w.event(app.Problem)
	worse.Severity = app.SeverityCritical
	w.poll(worse) // note and priority
	w.deliver(0)
	w.set(w.clock.Add(20 * time.Minute))
	w.recovery() // note and close
	w.deliver(0)
	w.set(w.clock.Add(20 * time.Minute))
	w.problem() // reopen and note
	w.deliver(0)
	if err := w.vendor.ConnectWise.MergeTicket(w.only().ID, w.make("")); err != nil {
		t.Fatal(err)
	}
	w.set(w.clock.Add(time.Hour))
	w.recovery() // note of the parent
	w.tick(time.Hour)
	w.deliver(0)
	w.start() // a test ticket: create, note, close
	w.deliver(0)
	kinds := map[string]int{}
	for _, s := range w.wire.bodies() {
		kinds[heard(t, s)]++
	}
	if kinds["create"] < 2 || kinds["note"] < 4 || kinds["change"] < 4 {
		t.Errorf("not everything was written: %v", kinds)
	}
	if n := w.vendor.ConnectWise.Mails(); n != 0 {
		t.Errorf("%d mails went out", n)
	}
	for _, ticket := range w.vendor.ConnectWise.Tickets() {
		for _, n := range w.vendor.ConnectWise.Notes(ticket.ID) {
			if n.Kind != "internal" && strings.Contains(n.Text, "localhost") {
				t.Errorf("ticket %d shows the local address to the customer: %q", ticket.ID, n.Text)
			}
		}
	}
}

// heard judges one write and says what it was.
func heard(t *testing.T, s sentBody) string {
	t.Helper()
	where := strings.TrimSuffix(s.method+" "+s.path, "/")
	switch {
	case strings.HasSuffix(where, "/search"):
		return "search"
	case strings.HasPrefix(where, "PATCH"):
		var changes []struct {
			Path  string `json:"path"`
			Value any    `json:"value"`
		}
		if err := json.Unmarshal([]byte(s.body), &changes); err != nil {
			t.Fatal(err)
		}
		silent := false
		for _, c := range changes {
			silent = silent || c.Path == "processNotifications" && c.Value == false
		}
		if !silent || strings.Contains(s.body, "localhost") {
			t.Errorf("%s %s", where, s.body)
		}
		return "change"
	}
	var o map[string]any
	if err := json.Unmarshal([]byte(s.body), &o); err != nil {
		t.Fatal(err)
	}
	off := []string{"processNotifications"}
	kind, internal := "note", "text"
	if strings.HasSuffix(where, "/service/tickets") {
		off, kind, internal = append(off, "automaticEmailContactFlag", "automaticEmailResourceFlag", "automaticEmailCcFlag"), "create", "initialInternalAnalysis"
	} else if o["internalAnalysisFlag"] != true || o["detailDescriptionFlag"] != false || o["resolutionFlag"] != false {
		t.Errorf("not an internal note: %s", s.body)
	}
	for _, name := range off {
		if o[name] != false {
			t.Errorf("%s: %s is %v", where, name, o[name])
		}
	}
	delete(o, internal)
	for name, v := range o {
		if text, _ := v.(string); strings.Contains(text, "localhost") || strings.Contains(text, "/deliveries/") {
			t.Errorf("%s: %s holds the local address: %q", where, name, text)
		}
	}
	return kind
}
