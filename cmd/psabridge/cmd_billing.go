package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"text/tabwriter"
	"time"

	"psabridge/app"
)

type billingCmd struct {
	Plan      billingPlan      `cmd:"" help:"Read usage and ConnectWise now and show what a push would change. Writes nothing."`
	Release   billingRelease   `cmd:"" help:"Release held lines by their numbers, or every line held by nothing but some codes."`
	Skip      billingSkip      `cmd:"" help:"Leave a line as it is this time."`
	Correct   billingCorrect   `cmd:"" help:"Set a line's quantity in place of what was counted, with a note."`
	Effective billingEffective `cmd:"" help:"Choose the day a line that would be created begins."`
	Evidence  billingEvidence  `cmd:"" help:"Show where a line's quantity comes from."`
	Push      billingPush      `cmd:"" help:"Push the plan shown: with --digest exactly that one, with --yes whatever is planned now. Held lines stay held."`
	Stop      billingStop      `cmd:"" help:"Stop a push after what is on its way; the rest is left as it is."`
	Undo      billingUndo      `cmd:"" help:"Restore what a push wrote, where our value still stands."`
	History   billingHistory   `cmd:"" help:"List the pushes."`
	Compare   billingCompare   `cmd:"" help:"Show what differs between two months."`
	Findings  billingFindings  `cmd:"" help:"Show where use and bill do not meet, by the newest plan."`
	Override  billingOverride  `cmd:"" help:"Type numbers in place of readings, for one month."`
	Customer  billingCustomer  `cmd:"" help:"Show what one customer may see of a push, or make the file to send along."`
}

type billingScope struct {
	Connection string `help:"Name of the ConnectWise connection; the only one when left out."`
	Period     string `help:"The month, e.g. 2026-11; the current one when left out." placeholder:"2026-11"`
}

type billingPlan struct{ billingScope }

type planAnswer struct {
	ID         string     `json:"id"`
	Connection string     `json:"connection"`
	Period     string     `json:"period"`
	Digest     string     `json:"digest"`
	UndoOf     *string    `json:"undo_of"`
	Complete   bool       `json:"complete"`
	Problems   []string   `json:"problems"`
	Lines      []planLine `json:"lines"`
	Findings   int        `json:"findings_count"`
	Totals     struct {
		Changed      int           `json:"changed"`
		Held         int           `json:"held"`
		AmountChange *app.Quantity `json:"amount_change"`
		Priced       app.Quantity  `json:"priced_change"`
		Unpriced     int           `json:"unpriced"`
	} `json:"totals"`
}

type planLine struct {
	ID        string        `json:"id"`
	Product   string        `json:"product_id"`
	Company   app.Named     `json:"company"`
	Agreement app.Named     `json:"agreement"`
	Before    *app.Quantity `json:"before"`
	After     app.Quantity  `json:"after"`
	Unit      string        `json:"unit"`
	Verdict   app.Verdict   `json:"verdict"`
	State     app.LineState `json:"state"`
	Holds     []app.Hold    `json:"holds"`
	Invoice   []string      `json:"invoice"`
	Decision  app.Decision  `json:"decision"`
	Note      string        `json:"note"`
	Begins    string        `json:"effective_date"`
	Shares    []struct {
		Name     string  `json:"name"`
		Override *string `json:"override"`
	} `json:"organizations"`
}

type pushAnswer struct {
	ID         string        `json:"id"`
	Connection string        `json:"connection"`
	Period     string        `json:"period"`
	State      app.PushState `json:"state"`
	Trigger    app.Trigger   `json:"trigger"`
	ApprovedAt time.Time     `json:"approved_at"`
	UndoOf     *string       `json:"undo_of"`
	Lines      []planLine    `json:"lines"`
}

// Run makes a plan and prints it.
func (b billingPlan) Run(ctx context.Context, g *globals, c console) error {
	return g.withBridge(ctx, c, func(cl *client) error {
		p, raw, err := b.plan(ctx, cl, g.teller(c))
		if err != nil {
			return err
		}
		return g.print(c, raw, func(w io.Writer) { p.print(w) })
	})
}

func (b billingScope) plan(ctx context.Context, cl *client, tell func(string)) (planAnswer, json.RawMessage, error) {
	var p planAnswer
	name, err := b.connection(ctx, cl)
	if err != nil {
		return p, nil, err
	}
	in := map[string]string{"connection": name}
	if b.Period != "" {
		in["period"] = b.Period
	}
	var raw json.RawMessage
	if err := cl.long(ctx, "/billing/plans", in, &raw, tell); err != nil {
		return p, nil, err
	}
	return p, raw, json.Unmarshal(raw, &p)
}

// connection is the one named, or the only one there is. With several it is never guessed.
func (b billingScope) connection(ctx context.Context, cl *client) (string, error) {
	if b.Connection != "" {
		return b.Connection, nil
	}
	var st statusAnswer
	if err := cl.call(ctx, http.MethodGet, "/status", nil, &st); err != nil {
		return "", err
	}
	switch n := len(st.Connections); n {
	case 0:
		return "", app.FieldErrorf("connection", "There is no ConnectWise connection yet. Set one up on the page: psabridge open")
	case 1:
		return st.Connections[0].Name, nil
	default:
		return "", app.FieldErrorf("connection", "There are %d ConnectWise connections. Name one with --connection.", n)
	}
}

func quantity(q *app.Quantity) string {
	if q == nil {
		return "none"
	}
	return q.String()
}

type billingPush struct {
	billingScope
	Digest string `help:"Digest of the plan that was looked at; refused when anything changed since." placeholder:"DIGEST"`
	Yes    bool   `help:"Plan now and push what it says. Releases no held line."`
}

// Run approves a plan and waits until it is written. Exit code 1 when a line could not be written.
func (b billingPush) Run(ctx context.Context, g *globals, c console) error {
	if b.Yes == (b.Digest != "") {
		return app.FieldErrorf("digest", "Say which plan to push: --digest with the digest that billing plan printed, or --yes for whatever is planned now.")
	}
	return g.withSending(ctx, c, func(cl *client) error {
		plan, err := b.chosen(ctx, cl, g.teller(c))
		if err != nil {
			return err
		}
		var p pushAnswer
		in := map[string]string{"plan_id": plan.ID, "digest": plan.Digest}
		if err := cl.call(ctx, http.MethodPost, "/billing/pushes", in, &p); err != nil {
			return err
		}
		return finishPush(ctx, g, c, cl, p.ID)
	})
}

// chosen is the plan to push: made now, or the current one when its digest is the one that was looked at.
func (b billingPush) chosen(ctx context.Context, cl *client, tell func(string)) (planAnswer, error) {
	if b.Yes {
		p, _, err := b.plan(ctx, cl, tell)
		return p, err
	}
	name, err := b.connection(ctx, cl)
	if err != nil {
		return planAnswer{}, err
	}
	query := url.Values{"connection": {name}, "digest": {b.Digest}}
	var out struct {
		Items []planAnswer `json:"items"`
	}
	if err := cl.call(ctx, http.MethodGet, "/billing/plans?"+query.Encode(), nil, &out); err != nil {
		return planAnswer{}, err
	}
	if len(out.Items) != 1 {
		return planAnswer{}, app.Errorf(app.Conflict, "No open plan has this digest any more. Make a new one with: psabridge billing plan")
	}
	return out.Items[0], nil
}

// finishPush waits until a push is written. Approving is quick; writing is the outbox's.
func finishPush(ctx context.Context, g *globals, c console, cl *client, id string) error {
	tick, tell, began := time.NewTicker(lookEvery), g.teller(c), time.Now()
	defer tick.Stop()
	for {
		var raw json.RawMessage
		if err := cl.call(ctx, http.MethodGet, "/billing/pushes/"+id, nil, &raw); err != nil {
			return pushStopped(ctx, id, err)
		}
		var p pushAnswer
		if err := json.Unmarshal(raw, &p); err != nil {
			return err
		}
		if p.State != app.PushWriting {
			if err := g.print(c, raw, func(w io.Writer) { p.print(w) }); err != nil {
				return err
			}
			if p.State == app.PushIncomplete {
				return errPrinted
			}
			return nil
		}
		if time.Since(began) > quietFor {
			tell(p.progress())
		}
		select {
		case <-ctx.Done():
			return pushStopped(ctx, id, ctx.Err())
		case <-tick.C:
		}
	}
}

func pushStopped(ctx context.Context, id string, err error) error {
	if ctx.Err() == nil {
		return err
	}
	return app.Errorf(app.Unavailable, "Stopped waiting. The push %s goes on when psabridge runs; look with: psabridge billing history", id)
}

// progress is how far a push is that is being written.
func (p pushAnswer) progress() string {
	done, all := 0, 0
	for _, l := range p.Lines {
		if l.Verdict == app.VerdictUpdate || l.Verdict == app.VerdictCreate {
			all++
			if l.State != app.LinePlanned && l.State != app.LineWriting {
				done++
			}
		}
	}
	return fmt.Sprintf("%d of %d lines written", done, all)
}

func (p pushAnswer) print(w io.Writer) {
	done, held := 0, 0
	for _, l := range p.Lines {
		switch {
		case l.Verdict == app.VerdictHold:
			held++
		case l.State == app.LineDone && (l.Verdict == app.VerdictUpdate || l.Verdict == app.VerdictCreate):
			done++
			_, _ = fmt.Fprintf(w, "  %s, %s: %s → %s %s\n", l.Company.Name, l.Product, quantity(l.Before), l.After.String(), l.Unit)
		case l.State != app.LineDone && l.State != app.LinePlanned:
			_, _ = fmt.Fprintf(w, "  %s, %s: %s %s\n", l.Company.Name, l.Product, l.State, l.Note)
		}
	}
	_, _ = fmt.Fprintf(w, "Push %s of %s: %s, %s written.\n", p.ID, p.Period, p.State, count(done, "line"))
	if held > 0 {
		_, _ = fmt.Fprintf(w, "Left as it is: %s. Look with: psabridge billing plan\n", count(held, "held line"))
	}
}

type billingUndo struct {
	Push   string `arg:"" help:"Number of the push, as billing history prints it."`
	DryRun bool   `help:"Only show what would be restored. It is pushed by its digest, like any plan."`
}

// Run undoes a push and waits until it is written, or only shows what that would restore.
func (b billingUndo) Run(ctx context.Context, g *globals, c console) error {
	if b.DryRun {
		return g.withBridge(ctx, c, func(cl *client) error {
			return decided(ctx, g, c, cl, "/billing/pushes/"+url.PathEscape(b.Push)+"/undo?dry_run=true", nil, planAnswer.print)
		})
	}
	return g.withSending(ctx, c, func(cl *client) error {
		var p pushAnswer
		if err := cl.call(ctx, http.MethodPost, "/billing/pushes/"+url.PathEscape(b.Push)+"/undo", nil, &p); err != nil {
			return err
		}
		return finishPush(ctx, g, c, cl, p.ID)
	})
}

type billingStop struct {
	Push string `arg:"" help:"Number of the push that is being written."`
}

// Run stops a push after what is on its way to ConnectWise, and waits until that has ended.
func (b billingStop) Run(ctx context.Context, g *globals, c console) error {
	return g.withSending(ctx, c, func(cl *client) error {
		var p pushAnswer
		if err := cl.call(ctx, http.MethodPost, "/billing/pushes/"+url.PathEscape(b.Push)+"/stop", nil, &p); err != nil {
			return err
		}
		return finishPush(ctx, g, c, cl, p.ID)
	})
}

type billingHistory struct{ billingScope }

// Run lists the pushes, newest first.
func (b billingHistory) Run(ctx context.Context, g *globals, c console) error {
	return g.withBridge(ctx, c, func(cl *client) error {
		if err := knownConnection(ctx, cl, b.Connection); err != nil {
			return err
		}
		path := "/billing/pushes" + query("connection", b.Connection, "period", b.Period)
		return show(ctx, g, c, cl, path, func(w io.Writer, list listAnswer[pushAnswer]) {
			printHistory(w, list.Items)
			list.more(w)
		})
	})
}

func printHistory(w io.Writer, pushes []pushAnswer) {
	if len(pushes) == 0 {
		_, _ = fmt.Fprintln(w, "Nothing was pushed yet.")
	}
	tw := tabwriter.NewWriter(w, 0, 2, 2, ' ', 0)
	for _, p := range pushes {
		what := ""
		if p.UndoOf != nil {
			what = "undoes " + *p.UndoOf
		}
		_, _ = fmt.Fprintf(tw, "%s\t%s\t%s\t%s\tby %s\t%s\t%s\n", p.ID, p.Period, p.Connection, p.State, p.Trigger, shortTime(p.ApprovedAt), what)
	}
	_ = tw.Flush()
}
