package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"text/tabwriter"
	"time"

	"psabridge/app"
)

type alertsCmd struct {
	List       alertsList       `cmd:"" help:"List the alert rules in the order they are asked, with how often each was used."`
	Rehearse   alertsRehearse   `cmd:"" help:"Say what the rules, or others, would have done with what happened lately. Writes nothing, sends nothing."`
	Conditions alertsConditions `cmd:"" help:"List what holds."`
	Quiet      alertsQuiet      `cmd:"" help:"Keep a condition quiet until a date, or until it recovers."`
	Open       alertsOpen       `cmd:"" help:"End that quiet: a condition that still holds opens its ticket."`
}

type alertsList struct {
	Organization string `help:"Only the rules that are for this organization, with how often each was used there: ${organization}." placeholder:"NAME"`
}

type ruleLine struct {
	Name     string   `json:"name"`
	Position int      `json:"position"`
	Types    []string `json:"types"`
	For      app.For  `json:"for"`
	Via      app.Via  `json:"via"`
	Hits     struct {
		Days    int        `json:"days"`
		Events  int        `json:"events"`
		Tickets int        `json:"tickets"`
		LastAt  *time.Time `json:"last_at"`
	} `json:"hits"`
}

// Run lists the rules.
func (a alertsList) Run(ctx context.Context, g *globals, c console) error {
	return g.withBridge(ctx, c, func(cl *client) error { return a.ask(ctx, g, c, cl) })
}

func (a alertsList) ask(ctx context.Context, g *globals, c console, cl *client) error {
	organization, err := organizationID(ctx, cl, a.Organization)
	if err != nil {
		return err
	}
	return show(ctx, g, c, cl, "/rules"+query("organization", organization), func(w io.Writer, list listAnswer[ruleLine]) {
		if len(list.Items) == 0 {
			_, _ = fmt.Fprintln(w, "There is no alert yet. Starters are offered on the Alerts tab of an organization.")
			return
		}
		tw := tabwriter.NewWriter(w, 0, 2, 2, ' ', 0)
		for _, r := range list.Items {
			_, _ = fmt.Fprintf(tw, "%d\t%s\t%s\t%s\t%s\t%s\n", r.Position, r.Name, strings.Join(r.Types, ", "), forWords(r.For), viaWords(r.Via), r.hits())
		}
		_ = tw.Flush()
	})
}

func (r ruleLine) hits() string {
	if r.Hits.Events == 0 {
		return fmt.Sprintf("not used in %d days", r.Hits.Days)
	}
	return fmt.Sprintf("%s, %s in %d days", count(r.Hits.Events, "event"), count(r.Hits.Tickets, "ticket"), r.Hits.Days)
}

// forWords says whom a rule is for.
func forWords(f app.For) string {
	var parts []string
	if f.Source != "" {
		parts = append(parts, f.Source)
	}
	if f.Organization != "" {
		parts = append(parts, "organization "+f.Organization)
	}
	if f.Suborganizations {
		parts = append(parts, "with suborganizations")
	}
	if f.Object != "" {
		parts = append(parts, "object "+f.Object)
	}
	if len(parts) == 0 {
		return "everything"
	}
	return strings.Join(parts, " ")
}

// viaWords says who is told.
func viaWords(v app.Via) string {
	var parts []string
	if v.PSA {
		parts = append(parts, "PSA")
	}
	if len(v.Email) > 0 {
		parts = append(parts, strings.Join(v.Email, ", "))
	}
	if len(parts) == 0 {
		return "nobody"
	}
	return strings.Join(parts, ", ")
}

type alertsConditions struct {
	State        string `help:"waiting, open, quiet or cleared; all that hold when left out." enum:",waiting,open,quiet,cleared" default:""`
	All          bool   `help:"Also those that have recovered."`
	Organization string `help:"Only those of this organization: ${organization}." placeholder:"NAME"`
}

type conditionLine struct {
	ID           string `json:"id"`
	Organization struct {
		Name string `json:"name"`
	} `json:"organization"`
	Object struct {
		Name string `json:"name"`
	} `json:"object"`
	Type        string     `json:"type"`
	State       string     `json:"state"`
	Rule        string     `json:"rule"`
	Title       string     `json:"title"`
	Occurrences int        `json:"occurrences"`
	LastAt      time.Time  `json:"last_at"`
	AckUntil    *time.Time `json:"ack_until"`
}

// Run lists conditions.
func (a alertsConditions) Run(ctx context.Context, g *globals, c console) error {
	return g.withBridge(ctx, c, func(cl *client) error { return a.ask(ctx, g, c, cl) })
}

func (a alertsConditions) ask(ctx context.Context, g *globals, c console, cl *client) error {
	var err error
	if a.Organization, err = organizationID(ctx, cl, a.Organization); err != nil {
		return err
	}
	if a.State == "" && !a.All {
		return a.holding(ctx, g, c, cl)
	}
	path := "/conditions" + query("state", a.State, "organization", a.Organization)
	return show(ctx, g, c, cl, path, printConditions)
}

// holding lists what holds: what is open, what waits, and what stays quiet.
func (a alertsConditions) holding(ctx context.Context, g *globals, c console, cl *client) error {
	all := listAnswer[json.RawMessage]{Items: []json.RawMessage{}}
	for _, state := range []app.ConditionState{app.ConditionOpen, app.ConditionWaiting, app.ConditionQuiet} {
		var one listAnswer[json.RawMessage]
		if err := cl.call(ctx, http.MethodGet, "/conditions"+query("state", string(state), "organization", a.Organization), nil, &one); err != nil {
			return err
		}
		all.Items = append(all.Items, one.Items...)
		if one.Next != nil {
			all.Next = one.Next
		}
	}
	raw, err := json.Marshal(all)
	if err != nil {
		return err
	}
	var list listAnswer[conditionLine]
	if err := json.Unmarshal(raw, &list); err != nil {
		return err
	}
	return g.print(c, json.RawMessage(raw), func(w io.Writer) { printConditions(w, list) })
}

func printConditions(w io.Writer, list listAnswer[conditionLine]) {
	if len(list.Items) == 0 {
		_, _ = fmt.Fprintln(w, "There is none.")
		return
	}
	tw := tabwriter.NewWriter(w, 0, 2, 2, ' ', 0)
	for _, one := range list.Items {
		_, _ = fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\n", one.ID, one.state(), one.Organization.Name, one.Title, timesOf(one.Occurrences), shortTime(one.LastAt))
	}
	_ = tw.Flush()
	list.more(w)
}

func (l conditionLine) state() string {
	if l.State == string(app.ConditionQuiet) && l.AckUntil != nil {
		return "quiet until " + shortTime(*l.AckUntil)
	}
	return l.State
}

func timesOf(n int) string {
	if n == 1 {
		return "once"
	}
	return count(n, "time")
}

type alertsQuiet struct {
	Condition string `arg:"" help:"The condition's id, as alerts conditions shows it."`
	Until     moment `help:"Until when; until it recovers when left out. ${moment}" placeholder:"DATE"`
}

// Run keeps a condition quiet.
func (a alertsQuiet) Run(ctx context.Context, g *globals, c console) error {
	return g.withBridge(ctx, c, func(cl *client) error { return a.ask(ctx, g, c, cl) })
}

func (a alertsQuiet) ask(ctx context.Context, g *globals, c console, cl *client) error {
	in, done, until := map[string]string{}, map[string]any{"id": a.Condition, "quiet": true, "until": nil}, "until it recovers"
	if !a.Until.IsZero() {
		in["until"], done["until"], until = a.Until.RFC3339(), a.Until.RFC3339(), "until "+shortTime(a.Until.Time)
	}
	if err := cl.call(ctx, http.MethodPost, "/conditions/"+url.PathEscape(a.Condition)+"/quiet", in, nil); err != nil {
		return err
	}
	return g.said(c, done, "Condition %s stays quiet %s.", a.Condition, until)
}

type alertsOpen struct {
	Condition string `arg:"" help:"The condition's id, as alerts conditions shows it."`
}

// Run ends the quiet of a condition.
func (a alertsOpen) Run(ctx context.Context, g *globals, c console) error {
	return g.withBridge(ctx, c, func(cl *client) error { return a.ask(ctx, g, c, cl) })
}

func (a alertsOpen) ask(ctx context.Context, g *globals, c console, cl *client) error {
	if err := cl.call(ctx, http.MethodPost, "/conditions/"+url.PathEscape(a.Condition)+"/open", nil, nil); err != nil {
		return err
	}
	return g.said(c, map[string]any{"id": a.Condition, "quiet": false}, "Condition %s is not quiet any more. If it still holds, its ticket opens.", a.Condition)
}
