package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"text/tabwriter"

	"psabridge/app"
	"psabridge/app/upkeep"
)

type checkCmd struct {
	Connection string `arg:"" optional:"" help:"Name of the connection; every connection and source when left out."`
	TestTicket bool   `help:"First open one marked test ticket on the connection: created, noted, closed, read back; nobody is mailed. It proves the rights no read can prove."`
	Company    int64  `help:"ConnectWise company the test ticket is opened for; your own organization's when left out." placeholder:"ID"`
}

type checkLine struct {
	ID         string         `json:"id"`
	Title      string         `json:"title"`
	State      app.CheckState `json:"state"`
	Message    string         `json:"message"`
	Fix        string         `json:"fix"`
	TookMS     int64          `json:"took_ms"`
	Connection string         `json:"connection,omitempty"`
	Source     string         `json:"source,omitempty"`
}

type testTicketLine struct {
	DeliveryID string            `json:"delivery_id"`
	State      app.DeliveryState `json:"state"`
	Number     *int64            `json:"ticket_number"`
	URL        *string           `json:"ticket_url"`
	Message    string            `json:"message"`
	Steps      []struct {
		Step  app.TestStep      `json:"step"`
		State app.TestStepState `json:"state"`
	} `json:"steps"`
}

type checkAnswer struct {
	OK     bool            `json:"ok"`
	Checks []checkLine     `json:"checks"`
	Ticket *testTicketLine `json:"test_ticket,omitempty"`
}

// Run runs the checks, after the test ticket when one is asked for: what it proves, they show.
func (c checkCmd) Run(ctx context.Context, g *globals, con console) error {
	if c.Company != 0 && !c.TestTicket {
		return app.FieldErrorf("company", "--company is the company of the test ticket. Add --test-ticket.")
	}
	with := g.withBridge
	if c.TestTicket {
		with = g.withSending
	}
	return with(ctx, con, func(cl *client) error {
		ticket, err := c.openTicket(ctx, cl)
		if err != nil {
			return err
		}
		path := "/checks"
		if c.Connection != "" {
			path += "?connection=" + url.QueryEscape(c.Connection)
		}
		var a checkAnswer
		if err := cl.long(ctx, path, nil, &a, g.teller(con)); err != nil {
			return err
		}
		a.Ticket = ticket
		a.OK = a.OK && (ticket == nil || ticket.State == app.DeliveryDone)
		if err := g.print(con, a, a.print); err != nil {
			return err
		}
		if !a.OK {
			return errPrinted
		}
		return nil
	})
}

// testWait is how many seconds a test ticket is waited for.
const testWait = "60"

func (c checkCmd) openTicket(ctx context.Context, cl *client) (*testTicketLine, error) {
	if !c.TestTicket {
		return nil, nil
	}
	name, err := billingScope{Connection: c.Connection}.connection(ctx, cl)
	if err != nil {
		return nil, err
	}
	in := map[string]int64{}
	if c.Company != 0 {
		in["company_id"] = c.Company
	}
	var raw json.RawMessage
	if err := cl.call(ctx, http.MethodPost, "/connections/"+url.PathEscape(name)+"/test-ticket?wait="+testWait, in, &raw); err != nil {
		return nil, cl.stopped(ctx, err)
	}
	var t testTicketLine
	return &t, json.Unmarshal(raw, &t)
}

func (a checkAnswer) print(w io.Writer) {
	if a.Ticket != nil {
		a.Ticket.print(w)
	}
	if !slices.ContainsFunc(a.Checks, func(l checkLine) bool { return l.Connection != "" || l.Source != "" }) {
		_, _ = fmt.Fprintln(w, "No connection and no source is set up yet.")
	}
	count := map[app.CheckState]int{}
	for i, l := range a.Checks {
		if i == 0 || l.group() != a.Checks[i-1].group() {
			_, _ = fmt.Fprintln(w, l.group())
		}
		count[l.State]++
		l.print(w)
	}
	_, _ = fmt.Fprintf(w, "%d checks: %d ok, %d failed, %d to look at, %d skipped or not proven yet.\n", len(a.Checks),
		count[app.CheckOK], count[app.CheckFailed], count[app.CheckWarning], count[app.CheckSkipped])
}

func (l checkLine) group() string {
	switch {
	case l.Source != "":
		return "Sources"
	case strings.HasPrefix(l.ID, upkeep.MachinePrefix):
		return "This computer"
	case l.Connection == "":
		return "Notices"
	}
	return "Connection " + l.Connection
}

func (l checkLine) print(w io.Writer) {
	_, _ = fmt.Fprintf(w, "  %-8s %s\n", l.State, l.Title)
	if l.Message != "" {
		_, _ = fmt.Fprintf(w, "           %s\n", l.Message)
	}
	if l.Fix != "" && l.State != app.CheckOK {
		_, _ = fmt.Fprintf(w, "           To do: %s\n", l.Fix)
	}
}

// stepWords are the steps of a test ticket as a terminal shows them.
var stepWords = map[app.TestStep]string{
	app.TestCreate: "created", app.TestNote: "noted", app.TestClose: "closed", app.TestReadBack: "read back",
}

func (t testTicketLine) print(w io.Writer) {
	_, _ = fmt.Fprintln(w, "Test ticket")
	tw := tabwriter.NewWriter(w, 0, 2, 1, ' ', 0)
	for _, s := range t.Steps {
		_, _ = fmt.Fprintf(tw, "  %s\t %s\n", stepWords[s.Step], s.State)
	}
	_ = tw.Flush()
	if t.Message != "" {
		_, _ = fmt.Fprintln(w, "  "+t.Message)
	}
	if t.URL != nil {
		_, _ = fmt.Fprintln(w, "  "+*t.URL)
	}
	switch t.State {
	case app.DeliveryWaiting, app.DeliverySending, app.DeliveryChecking:
		_, _ = fmt.Fprintln(w, "  It is not over yet and goes on by itself while psabridge runs.")
	case app.DeliveryParked:
		_, _ = fmt.Fprintln(w, "  When that is mended, run the same command again; it goes on with this ticket.")
	case app.DeliveryDone, app.DeliveryDropped:
	}
}
