package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"go.yaml.in/yaml/v4"

	"psabridge/app"
)

type alertsRehearse struct {
	Rules string `help:"File with other rules: a settings document, or the list under its alerts alone; - = standard input. The rules as they are when left out." placeholder:"FILE"`
	Days  int    `help:"How many days to look back, 1 to 90." default:"30"`
}

type rehearsalAnswer struct {
	From        time.Time           `json:"from"`
	To          time.Time           `json:"to"`
	KeptSince   time.Time           `json:"kept_since"`
	Events      int                 `json:"events"`
	Tickets     int                 `json:"tickets"`
	AutoClosed  int                 `json:"auto_closed"`
	Reopened    int                 `json:"reopened"`
	Notes       int                 `json:"notes"`
	Mails       int                 `json:"mails"`
	Asked       int                 `json:"asked"`
	Problems    []string            `json:"problems"`
	Unmapped    int                 `json:"unmapped_organizations"`
	ByRule      []rehearsedRule     `json:"by_rule"`
	ByCustomers []rehearsedCustomer `json:"by_organization"`
	Difference  *struct {
		Before struct {
			Tickets int `json:"tickets"`
		} `json:"before"`
		More     int               `json:"opened_count"`
		Fewer    int               `json:"no_longer_count"`
		Opened   []rehearsedTicket `json:"opened"`
		NoLonger []rehearsedTicket `json:"no_longer"`
	} `json:"difference"`
}

type rehearsedRule struct {
	Rule       string `json:"rule"`
	Events     int    `json:"events"`
	Tickets    int    `json:"tickets"`
	AutoClosed int    `json:"auto_closed"`
}

type rehearsedCustomer struct {
	Organization struct {
		Name string `json:"name"`
	} `json:"organization"`
	Source  string `json:"source"`
	Events  int    `json:"events"`
	Tickets int    `json:"tickets"`
}

type rehearsedTicket struct {
	At           time.Time `json:"at"`
	Rule         string    `json:"rule"`
	Summary      string    `json:"summary"`
	Organization struct {
		Name string `json:"name"`
	} `json:"organization"`
}

// daysKept is how far back is looked at most: activity is kept no longer.
const daysKept = 90

// Validate refuses days nobody can look back.
func (a alertsRehearse) Validate() error {
	if a.Days < 1 || a.Days > daysKept {
		return fmt.Errorf("--days is 1 to %d, not %d", daysKept, a.Days)
	}
	return nil
}

// Run rehearses.
func (a alertsRehearse) Run(ctx context.Context, g *globals, c console) error {
	in := map[string]any{"days": a.Days}
	if a.Rules != "" {
		b, err := readInput(c, a.Rules)
		if err != nil {
			return err
		}
		if in["rules"], err = rulesIn(b); err != nil {
			return err
		}
	}
	return g.withBridge(ctx, c, func(cl *client) error {
		var raw json.RawMessage
		if err := cl.long(ctx, "/rules/rehearse", in, &raw, g.teller(c)); err != nil {
			return err
		}
		var r rehearsalAnswer
		if err := json.Unmarshal(raw, &r); err != nil {
			return err
		}
		return g.print(c, raw, r.print)
	})
}

// rulesIn finds the rules of a file: the list itself, or what a settings document has under alerts. What they say is judged
// by the bridge.
func rulesIn(file []byte) (any, error) {
	var v any
	if err := yaml.Unmarshal(file, &v); err != nil {
		return nil, app.Wrap(err, app.Invalid, "The file with the rules cannot be read as YAML or JSON.")
	}
	switch v := v.(type) {
	case []any:
		return v, nil
	case map[string]any:
		if list, ok := v["alerts"]; ok && list != nil {
			return list, nil
		}
		if v["version"] != nil {
			return []any{}, nil // a document without alerts
		}
	}
	return nil, app.FieldErrorf("rules", "There are no rules in that file. Give a list of alerts, or a settings document.")
}

// listedMost is how many tickets and customers a terminal is shown.
const listedMost = 10

func (r rehearsalAnswer) print(w io.Writer) {
	asked := ""
	if r.Asked > 0 {
		asked = fmt.Sprintf(", %d would wait for your word", r.Asked)
	}
	_, _ = fmt.Fprintf(w, "%s → %s%s, %d would have closed by themselves, %s.\n",
		count(r.Events, "event"), count(r.Tickets, "ticket"), asked, r.AutoClosed, count(r.Unmapped, "organization")+" unmapped")
	_, _ = fmt.Fprintf(w, "%s to %s; %s, %d reopened, %s.\n", shortTime(r.From), shortTime(r.To), count(r.Notes, "note"), r.Reopened, count(r.Mails, "e-mail"))
	if r.KeptSince.After(r.From) {
		_, _ = fmt.Fprintf(w, "Not everything of each source is kept from before %s.\n", shortTime(r.KeptSince))
	}
	for _, text := range r.Problems {
		_, _ = fmt.Fprintf(w, "! %s\n", text)
	}
	tw := tabwriter.NewWriter(w, 0, 2, 2, ' ', 0)
	_, _ = fmt.Fprintln(tw, "\nAlert\tEvents\tTickets\tClosed by themselves")
	for _, rule := range r.ByRule {
		_, _ = fmt.Fprintf(tw, "%s\t%d\t%d\t%d\n", rule.Rule, rule.Events, rule.Tickets, rule.AutoClosed)
	}
	_, _ = fmt.Fprintln(tw, "\nOrganization\tEvents\tTickets")
	for _, o := range r.ByCustomers[:min(len(r.ByCustomers), listedMost)] {
		_, _ = fmt.Fprintf(tw, "%s\t%d\t%d\n", r.customerName(o), o.Events, o.Tickets)
	}
	_ = tw.Flush()
	if more := len(r.ByCustomers) - listedMost; more > 0 {
		_, _ = fmt.Fprintf(w, "and %d more.\n", more)
	}
	if r.Difference != nil {
		_, _ = fmt.Fprintf(w, "\nThe rules as they are: %s.\n", count(r.Difference.Before.Tickets, "ticket"))
		printRehearsed(w, "more", r.Difference.Opened, r.Difference.More)
		printRehearsed(w, "fewer", r.Difference.NoLonger, r.Difference.Fewer)
	}
}

// customerName names an organization, with its source where another one is named alike.
func (r rehearsalAnswer) customerName(o rehearsedCustomer) string {
	alike := 0
	for _, other := range r.ByCustomers {
		if other.Organization.Name == o.Organization.Name {
			alike++
		}
	}
	if alike < 2 {
		return o.Organization.Name
	}
	return o.Organization.Name + " (" + o.Source + ")"
}

func printRehearsed(w io.Writer, which string, tickets []rehearsedTicket, all int) {
	shown := min(len(tickets), listedMost)
	newest := ""
	if all > shown {
		newest = ", the newest first"
	}
	_, _ = fmt.Fprintf(w, "%d %s with these%s:\n", all, which, newest)
	tw := tabwriter.NewWriter(w, 0, 2, 2, ' ', 0)
	for _, t := range tickets[:shown] {
		_, _ = fmt.Fprintf(tw, "  %s\t%s\t%s\t%s\n", shortTime(t.At), t.Organization.Name, t.Summary, t.Rule)
	}
	_ = tw.Flush()
	if more := all - shown; more > 0 {
		_, _ = fmt.Fprintf(w, "  and %d more.\n", more)
	}
}
