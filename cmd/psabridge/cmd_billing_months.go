package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"text/tabwriter"

	"psabridge/app"
)

type billingCompare struct {
	From       string `arg:"" help:"The earlier month, e.g. 2026-10."`
	To         string `arg:"" help:"The later month, e.g. 2026-11."`
	Connection string `help:"Name of the ConnectWise connection; the only one when left out."`
}

// changeAnswer is one line in two months.
type changeAnswer struct {
	Company   app.Named     `json:"company"`
	Agreement app.Named     `json:"agreement"`
	Product   string        `json:"product_id"`
	Unit      string        `json:"unit"`
	Before    *app.Quantity `json:"before"`
	After     *app.Quantity `json:"after"`
	Amount    *app.Quantity `json:"amount_change"`
	Reason    string        `json:"reason"`
}

// Run compares two months.
func (b billingCompare) Run(ctx context.Context, g *globals, c console) error {
	return g.withBridge(ctx, c, func(cl *client) error { return b.ask(ctx, g, c, cl) })
}

func (b billingCompare) ask(ctx context.Context, g *globals, c console, cl *client) error {
	name, err := billingScope{Connection: b.Connection}.connection(ctx, cl)
	if err != nil {
		return err
	}
	path := "/billing/compare" + query("connection", name, "from", b.From, "to", b.To, "limit", "1000")
	return show(ctx, g, c, cl, path, func(w io.Writer, list listAnswer[changeAnswer]) {
		if len(list.Items) == 0 {
			_, _ = fmt.Fprintln(w, "Nothing differs.")
		}
		tw := tabwriter.NewWriter(w, 0, 2, 2, ' ', 0)
		for _, r := range list.Items {
			price := "price effect unknown"
			if r.Amount != nil {
				price = signed(*r.Amount)
			}
			_, _ = fmt.Fprintf(tw, "%s\t%s\t%s\t%s → %s %s\t%s\t%s\n", r.Company.Name, r.Agreement.Name, r.Product, quantity(r.Before), quantity(r.After), r.Unit, price, r.Reason)
		}
		_ = tw.Flush()
		list.more(w)
	})
}

type billingFindings struct {
	Connection string `help:"Name of the ConnectWise connection; all when left out."`
}

type findingAnswer struct {
	Code         string        `json:"code"`
	Organization string        `json:"organization"`
	Company      *app.Named    `json:"company"`
	Amount       *app.Quantity `json:"amount"`
	Message      string        `json:"message"`
}

// Run lists the findings.
func (b billingFindings) Run(ctx context.Context, g *globals, c console) error {
	return g.withBridge(ctx, c, func(cl *client) error { return b.ask(ctx, g, c, cl) })
}

func (b billingFindings) ask(ctx context.Context, g *globals, c console, cl *client) error {
	return show(ctx, g, c, cl, "/billing/findings"+query("connection", b.Connection, "limit", "1000"), func(w io.Writer, list listAnswer[findingAnswer]) {
		if len(list.Items) == 0 {
			_, _ = fmt.Fprintln(w, "Nothing was found by the newest plan. A new one is made with: psabridge billing plan")
		}
		for _, f := range list.Items {
			who := f.Organization
			if who == "" && f.Company != nil {
				who = f.Company.Name
			}
			price := "price effect unknown"
			if f.Amount != nil {
				price = signed(*f.Amount) + " a month"
			}
			_, _ = fmt.Fprintf(w, "%s, %s, %s\n  %s\n", strings.ReplaceAll(f.Code, "_", " "), who, price, f.Message)
		}
		list.more(w)
	})
}

type billingCustomer struct {
	Push    string `arg:"" help:"Number of the push, as billing history prints it."`
	Company string `arg:"" optional:"" help:"The company's record id in ConnectWise, or its name. Left out, those of the push are listed."`
	CSV     bool   `name:"csv" help:"Print the file to send along as CSV."`
	HTML    bool   `name:"html" help:"Print the file to send along as a page that stands alone."`
}

// Validate refuses two kinds of file at once, and a file of nobody.
func (b billingCustomer) Validate() error {
	switch {
	case b.CSV && b.HTML:
		return errors.New("a file is CSV or HTML; leave one of --csv and --html out")
	case b.Company == "" && (b.CSV || b.HTML):
		return errors.New("say whose file: the company's id or name")
	}
	return nil
}

type customerAnswer struct {
	Company app.Named `json:"company"`
	Period  string    `json:"period"`
	Undone  bool      `json:"undone"`
	Lines   []struct {
		Agreement string        `json:"agreement"`
		Product   string        `json:"product_id"`
		Unit      string        `json:"unit"`
		Before    *app.Quantity `json:"before"`
		After     app.Quantity  `json:"after"`
		Rule      string        `json:"rule"`
		Corrected bool          `json:"corrected"`
		Shares    []struct {
			Name     string       `json:"name"`
			Quantity app.Quantity `json:"quantity"`
			Override string       `json:"override"`
		} `json:"organizations"`
		Items []countedItem `json:"items"`
	} `json:"lines"`
}

// Run shows a customer's part of a push.
func (b billingCustomer) Run(ctx context.Context, g *globals, c console) error {
	return g.withBridge(ctx, c, func(cl *client) error { return b.ask(ctx, g, c, cl) })
}

func (b billingCustomer) ask(ctx context.Context, g *globals, c console, cl *client) error {
	base := "/billing/pushes/" + url.PathEscape(b.Push) + "/customers"
	if b.Company == "" {
		return show(ctx, g, c, cl, base, func(w io.Writer, list listAnswer[app.Named]) {
			for _, n := range list.Items {
				_, _ = fmt.Fprintf(w, "%d  %s\n", n.ID, n.Name)
			}
		})
	}
	company, err := b.company(ctx, cl, base)
	if err != nil {
		return err
	}
	path := base + "/" + strconv.FormatInt(company, 10)
	if !b.CSV && !b.HTML {
		return show(ctx, g, c, cl, path, func(w io.Writer, a customerAnswer) { a.print(w) })
	}
	kind := ".csv"
	if b.HTML {
		kind = ".html"
	}
	file, err := cl.raw(ctx, http.MethodGet, path+kind, "", "*/*", nil)
	if err != nil {
		return err
	}
	_, err = c.out.Write(file)
	return err
}

// company finds the one that is meant among those of the push.
func (b billingCustomer) company(ctx context.Context, cl *client, base string) (int64, error) {
	if n, err := strconv.ParseInt(b.Company, 10, 64); err == nil {
		return n, nil
	}
	var list listAnswer[app.Named]
	if err := cl.call(ctx, http.MethodGet, base, nil, &list); err != nil {
		return 0, err
	}
	var found []app.Named
	for _, n := range list.Items {
		if strings.EqualFold(n.Name, strings.TrimSpace(b.Company)) {
			found = append(found, n)
		}
	}
	if len(found) == 1 {
		return found[0].ID, nil
	}
	return 0, app.FieldErrorf("company", "%s of push %s are called %q. List them with: psabridge billing customer %s", count(len(found), "customer"), b.Push, b.Company, b.Push)
}

func (a customerAnswer) print(w io.Writer) {
	p := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format+"\n", args...) }
	p("%s, %s", a.Company.Name, a.Period)
	if a.Undone {
		p("This was undone since: the quantities do not stand.")
	}
	for _, l := range a.Lines {
		p("%s, %s: %s → %s %s", l.Agreement, l.Product, quantity(l.Before), l.After, l.Unit)
		if l.Corrected {
			p("  corrected by hand")
		}
		if l.Rule != "" {
			p("  %s", l.Rule)
		}
		for _, s := range l.Shares {
			typed := ""
			if s.Override != "" {
				typed = ", " + s.Override
			}
			p("  %s: %s%s", s.Name, s.Quantity.Round(2), typed)
		}
		printItems(w, "    ", l.Items)
	}
}
