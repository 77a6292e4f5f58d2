package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"psabridge/app"
)

// decided makes a call that answers a plan, and shows that.
func decided(ctx context.Context, g *globals, c console, cl *client, path string, in any, words func(planAnswer, io.Writer)) error {
	var raw json.RawMessage
	if err := cl.call(ctx, http.MethodPost, path, in, &raw); err != nil {
		return err
	}
	var p planAnswer
	if err := json.Unmarshal(raw, &p); err != nil || words == nil {
		return err
	}
	return g.print(c, raw, func(w io.Writer) { words(p, w) })
}

// about shows the lines that were decided on, how the plan stands, and what is next.
func about(ids ...string) func(planAnswer, io.Writer) {
	return func(p planAnswer, w io.Writer) {
		printLines(w, slices.DeleteFunc(slices.Clone(p.Lines), func(l planLine) bool { return !slices.Contains(ids, l.ID) }))
		_, _ = fmt.Fprintf(w, "Plan %s: %d to write, %d held.\n", p.ID, p.Totals.Changed, p.Totals.Held)
		p.next(w)
	}
}

func reasonIn(reason string) map[string]any {
	if reason == "" {
		return map[string]any{}
	}
	return map[string]any{"reason": reason}
}

type billingRelease struct {
	billingScope
	Lines  []string `arg:"" optional:"" help:"Numbers of the lines, as billing plan prints them." name:"line"`
	Codes  []string `help:"Release every line of the open plan that is held by nothing but these codes, e.g. first_touch." placeholder:"CODE"`
	Reason string   `help:"Why; it stays with the lines." placeholder:"TEXT"`
}

// Validate refuses a release of nothing in particular, and of two different things.
func (b billingRelease) Validate() error {
	if (len(b.Lines) > 0) == (len(b.Codes) > 0) {
		return errors.New("say what is released: the numbers of lines, or --codes CODE,…")
	}
	if len(b.Lines) > 0 && (b.Connection != "" || b.Period != "") {
		return errors.New("a line's number says its plan; leave --connection and --period out")
	}
	return nil
}

// Run releases held lines.
func (b billingRelease) Run(ctx context.Context, g *globals, c console) error {
	return g.withBridge(ctx, c, func(cl *client) error { return b.ask(ctx, g, c, cl) })
}

func (b billingRelease) ask(ctx context.Context, g *globals, c console, cl *client) error {
	if len(b.Codes) > 0 {
		return b.byCodes(ctx, g, c, cl)
	}
	for i, line := range b.Lines {
		show := about(b.Lines...)
		if i < len(b.Lines)-1 {
			show = nil
		}
		if err := decided(ctx, g, c, cl, "/billing/lines/"+url.PathEscape(line)+"/release", reasonIn(b.Reason), show); err != nil {
			return oneOf(err, line, b.Lines[:i])
		}
	}
	return nil
}

// oneOf says at which line several went wrong.
func oneOf(err error, line string, done []string) error {
	e, ok := errors.AsType[*app.Error](err)
	if !ok {
		return err
	}
	out := *e
	out.Message = "Line " + line + ": " + e.Message
	if len(done) > 0 {
		out.Message += " Released before it: " + strings.Join(done, ", ") + "."
	}
	return &out
}

func (b billingRelease) byCodes(ctx context.Context, g *globals, c console, cl *client) error {
	plan, err := b.open(ctx, cl)
	if err != nil {
		return err
	}
	in := reasonIn(b.Reason)
	in["codes"] = b.Codes
	return decided(ctx, g, c, cl, "/billing/plans/"+url.PathEscape(plan.ID)+"/release", in, func(p planAnswer, w io.Writer) {
		_, _ = fmt.Fprintf(w, "%s released.\n", count(plan.Totals.Held-p.Totals.Held, "line"))
		_, _ = fmt.Fprintf(w, "Plan %s: %d to write, %d held.\n", p.ID, p.Totals.Changed, p.Totals.Held)
		p.next(w)
	})
}

// open is the open plan of the month named, or of the month that was planned last.
func (b billingScope) open(ctx context.Context, cl *client) (planAnswer, error) {
	name, err := b.connection(ctx, cl)
	if err != nil {
		return planAnswer{}, err
	}
	var list listAnswer[planAnswer]
	if err := cl.call(ctx, http.MethodGet, "/billing/plans"+query("connection", name, "period", b.Period), nil, &list); err != nil {
		return planAnswer{}, err
	}
	if len(list.Items) == 0 {
		return planAnswer{}, app.Errorf(app.Conflict, "There is no open plan of %s. Make one with: psabridge billing plan", name)
	}
	return list.Items[0], nil
}

type billingSkip struct {
	Line   string `arg:"" help:"Number of the line, as billing plan prints it."`
	Reason string `help:"Why; it stays with the line." placeholder:"TEXT"`
}

// Run skips a line.
func (b billingSkip) Run(ctx context.Context, g *globals, c console) error {
	return g.withBridge(ctx, c, func(cl *client) error { return b.ask(ctx, g, c, cl) })
}

func (b billingSkip) ask(ctx context.Context, g *globals, c console, cl *client) error {
	return decided(ctx, g, c, cl, "/billing/lines/"+url.PathEscape(b.Line)+"/skip", reasonIn(b.Reason), about(b.Line))
}

// exact is a quantity as a person types it on a command line: digits, with a point before decimals.
type exact struct{ app.Quantity }

// UnmarshalText reads one.
func (e *exact) UnmarshalText(b []byte) error {
	d, err := decimal.NewFromString(string(b))
	if err != nil || strings.ContainsAny(string(b), "eE") {
		return fmt.Errorf("%q is no quantity; write it like 43 or 43.5", string(b))
	}
	e.Quantity = app.Quantity{Decimal: d}
	return nil
}

type billingCorrect struct {
	Line     string `arg:"" help:"Number of the line, as billing plan prints it."`
	Quantity exact  `arg:"" help:"What it shall become, e.g. 43 or 43.5."`
	Note     string `required:"" help:"Why; somebody will ask in a year." placeholder:"TEXT"`
}

// Run corrects a line.
func (b billingCorrect) Run(ctx context.Context, g *globals, c console) error {
	return g.withBridge(ctx, c, func(cl *client) error { return b.ask(ctx, g, c, cl) })
}

func (b billingCorrect) ask(ctx context.Context, g *globals, c console, cl *client) error {
	in := map[string]any{"quantity": b.Quantity.Quantity, "note": b.Note}
	return decided(ctx, g, c, cl, "/billing/lines/"+url.PathEscape(b.Line)+"/correct", in, about(b.Line))
}

type billingEffective struct {
	Line string `arg:"" help:"Number of the line, as billing plan prints it."`
	Date string `arg:"" optional:"" help:"The day, e.g. 2026-11-30; the day the rule says when left out."`
}

// Run chooses a line's day.
func (b billingEffective) Run(ctx context.Context, g *globals, c console) error {
	return g.withBridge(ctx, c, func(cl *client) error { return b.ask(ctx, g, c, cl) })
}

func (b billingEffective) ask(ctx context.Context, g *globals, c console, cl *client) error {
	in := map[string]any{"date": nil}
	if b.Date != "" {
		in["date"] = b.Date
	}
	return decided(ctx, g, c, cl, "/billing/lines/"+url.PathEscape(b.Line)+"/effective", in, about(b.Line))
}

type billingEvidence struct {
	Line string `arg:"" help:"Number of the line, as billing plan prints it."`
}

// evidenceAnswer is where a line's quantity comes from.
type evidenceAnswer struct {
	Before    *app.Quantity `json:"before"`
	Quantity  app.Quantity  `json:"quantity"`
	Unit      string        `json:"unit"`
	Rule      string        `json:"rule"`
	ReadAt    *time.Time    `json:"read_at"`
	Overrides []struct {
		Name     string       `json:"name"`
		Quantity app.Quantity `json:"quantity"`
		Note     string       `json:"note"`
		Text     string       `json:"text"`
	} `json:"overrides"`
	Shares []struct {
		Name     string       `json:"name"`
		Quantity app.Quantity `json:"quantity"`
	} `json:"organizations"`
	Items  []countedItem `json:"items"`
	Change struct {
		Previous *app.Quantity `json:"previous_quantity"`
		Added    []countedItem `json:"added"`
		Removed  []countedItem `json:"removed"`
		Grown    []countedItem `json:"grown"`
	} `json:"change"`
}

type countedItem struct {
	Kind     string       `json:"kind"`
	Name     string       `json:"name"`
	Amount   app.Quantity `json:"amount"`
	Excluded string       `json:"excluded"`
}

// Run shows a line's evidence.
func (b billingEvidence) Run(ctx context.Context, g *globals, c console) error {
	return g.withBridge(ctx, c, func(cl *client) error { return b.ask(ctx, g, c, cl) })
}

func (b billingEvidence) ask(ctx context.Context, g *globals, c console, cl *client) error {
	return show(ctx, g, c, cl, "/billing/lines/"+url.PathEscape(b.Line)+"/evidence", func(w io.Writer, e evidenceAnswer) { e.print(w) })
}

func (e evidenceAnswer) print(w io.Writer) {
	p := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format+"\n", args...) }
	p("%s → %s %s", quantity(e.Before), e.Quantity, e.Unit)
	if e.Rule != "" {
		p("Rule: %s", e.Rule)
	}
	if e.ReadAt != nil {
		p("Read: %s", shortTime(*e.ReadAt))
	}
	for _, s := range e.Shares {
		p("  %s: %s %s", s.Name, s.Quantity.Round(2), e.Unit)
	}
	for _, o := range e.Overrides {
		p("Override of %s: %s, %s (%s)", o.Name, o.Quantity, o.Note, o.Text)
	}
	if e.Change.Previous != nil {
		p("Billed the month before: %s", *e.Change.Previous)
	}
	printItems(w, "  + ", e.Change.Added)
	printItems(w, "  − ", e.Change.Removed)
	printItems(w, "  ± ", e.Change.Grown)
	p("Counted: %s", count(len(e.Items), "item"))
	printItems(w, "  ", e.Items)
}

func printItems(w io.Writer, mark string, items []countedItem) {
	for _, i := range items {
		left := ""
		if i.Excluded != "" {
			left = ", left out: " + i.Excluded
		}
		_, _ = fmt.Fprintf(w, "%s%s %s%s\n", mark, i.Amount.Round(2), i.Name, left)
	}
}
