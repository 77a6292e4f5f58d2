package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"psabridge/app"
)

type deliveriesCmd struct {
	List  deliveriesList  `cmd:"" help:"List what ConnectWise is or was told, and the e-mails of alerts."`
	Show  deliveriesShow  `cmd:"" help:"Show one delivery with every attempt."`
	Retry deliveriesRetry `cmd:"" help:"Try again: one delivery, all that stand as one does, those made since, or all that are parked."`
	Drop  deliveriesDrop  `cmd:"" help:"Give a delivery up, with a reason."`
	Link  deliveriesLink  `cmd:"" help:"Say which ConnectWise ticket a parked delivery already is."`
}

type deliveriesList struct {
	State      string `help:"waiting, sending, checking, done, parked or dropped; all when left out." enum:",waiting,sending,checking,done,parked,dropped" default:""`
	Kind       string `help:"ticket.create, ticket.note, ticket.test, agreement.write or alert.mail." enum:",ticket.create,ticket.note,ticket.test,agreement.write,alert.mail" default:""`
	Connection string `help:"Only those of this connection." placeholder:"NAME"`
	Like       string `help:"Only those that stand as this delivery does." placeholder:"ID"`
	Since      moment `help:"Only those made since. ${moment}" placeholder:"DATE"`
	Ticket     string `help:"Only those of this ticket, by its number in ConnectWise; id:NUMBER for its number here, where it has no other yet." placeholder:"NUMBER"`
	Limit      int    `help:"How many at most." default:"100"`
}

type deliveryLine struct {
	ID        string            `json:"id"`
	Kind      string            `json:"kind"`
	State     app.DeliveryState `json:"state"`
	Attempts  int               `json:"attempts"`
	NextAt    *time.Time        `json:"next_at"`
	CreatedAt time.Time         `json:"created_at"`
	DoneAt    *time.Time        `json:"done_at"`
	Subject   string            `json:"subject"`
	Message   string            `json:"message"`
	Ticket    *int64            `json:"ticket_number"`
	Log       []struct {
		N          int        `json:"n"`
		StartedAt  time.Time  `json:"started_at"`
		IntentAt   *time.Time `json:"intent_at"`
		Request    string     `json:"request"`
		Outcome    string     `json:"outcome"`
		Status     int        `json:"status"`
		Error      string     `json:"error"`
		FinishedAt *time.Time `json:"finished_at"`
	} `json:"attempt_log"`
}

// Run lists deliveries.
func (d deliveriesList) Run(ctx context.Context, g *globals, c console) error {
	return g.withBridge(ctx, c, func(cl *client) error { return d.ask(ctx, g, c, cl) })
}

func (d deliveriesList) ask(ctx context.Context, g *globals, c console, cl *client) error {
	if err := knownConnection(ctx, cl, d.Connection); err != nil {
		return err
	}
	ticket, err := d.ticketID(ctx, cl)
	if err != nil {
		return err
	}
	path := "/deliveries" + query("state", d.State, "kind", d.Kind, "connection", d.Connection, "like", d.Like, "since", d.Since.RFC3339(),
		"ticket", ticket, "limit", strconv.Itoa(d.Limit))
	return show(ctx, g, c, cl, path, func(w io.Writer, list listAnswer[deliveryLine]) {
		if len(list.Items) == 0 {
			_, _ = fmt.Fprintln(w, "There is none.")
			return
		}
		tw := tabwriter.NewWriter(w, 0, 2, 2, ' ', 0)
		for _, one := range list.Items {
			_, _ = fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\n", one.ID, shortTime(one.CreatedAt), one.State, one.Kind, ticketNumber(one.Ticket), one.Subject)
			if one.Message != "" && one.State != app.DeliveryDone {
				_, _ = fmt.Fprintf(tw, "\t%s\n", one.Message)
			}
		}
		_ = tw.Flush()
		list.more(w)
	})
}

// knownConnection refuses a connection that is mistyped: a list of nothing would look as if all were well.
func knownConnection(ctx context.Context, cl *client, name string) error {
	if name == "" || name == app.MailConnection {
		return nil
	}
	var st statusAnswer
	if err := cl.call(ctx, http.MethodGet, "/status", nil, &st); err != nil {
		return err
	}
	var names []string
	for _, one := range st.Connections {
		names = append(names, one.Name)
	}
	return knownName("connection", name, names)
}

// knownSource is the same for a source.
func knownSource(ctx context.Context, cl *client, name string) error {
	if name == "" {
		return nil
	}
	var st statusAnswer
	if err := cl.call(ctx, http.MethodGet, "/status", nil, &st); err != nil {
		return err
	}
	var names []string
	for _, one := range st.Sources {
		names = append(names, one.Name)
	}
	return knownName("source", name, names)
}

func knownName(what, name string, names []string) error {
	switch {
	case slices.Contains(names, name):
		return nil
	case len(names) == 0:
		return app.FieldErrorf(what, "There is no %s %q, and no other one.", what, name)
	}
	return app.FieldErrorf(what, "There is no %s %q. There is: %s.", what, name, strings.Join(names, ", "))
}

// ticketID is our id of the ticket a person named by its number in ConnectWise.
func (d deliveriesList) ticketID(ctx context.Context, cl *client) (string, error) {
	if ours, ok := strings.CutPrefix(d.Ticket, "id:"); ok || d.Ticket == "" {
		return ours, nil
	}
	number := strings.TrimPrefix(d.Ticket, "#")
	if n, err := strconv.ParseInt(number, 10, 64); err != nil || n < 1 {
		return "", app.FieldErrorf("ticket", "%q is no number of a ticket. Write it as ConnectWise shows it, e.g. 48211.", d.Ticket)
	}
	var list listAnswer[struct {
		ID         string `json:"id"`
		Connection string `json:"connection"`
	}]
	if err := cl.call(ctx, http.MethodGet, "/tickets"+query("number", number), nil, &list); err != nil {
		return "", err
	}
	var found []string
	id := ""
	for _, t := range list.Items {
		if d.Connection == "" || t.Connection == d.Connection {
			id = t.ID
			found = append(found, t.Connection)
		}
	}
	switch len(found) {
	case 0:
		return "", app.FieldErrorf("ticket", "psabridge knows no ticket #%s. The page of tickets lists those it opened.", number)
	case 1:
		return id, nil
	}
	return "", app.FieldErrorf("ticket", "#%s is a ticket of %s. Say which with --connection.", number, strings.Join(found, " and of "))
}

func ticketNumber(n *int64) string {
	if n == nil {
		return ""
	}
	return "#" + strconv.FormatInt(*n, 10)
}

type deliveriesShow struct {
	ID string `arg:"" help:"The delivery's id, as deliveries list shows it."`
}

// Run shows one delivery.
func (d deliveriesShow) Run(ctx context.Context, g *globals, c console) error {
	return g.withBridge(ctx, c, func(cl *client) error { return d.ask(ctx, g, c, cl) })
}

func (d deliveriesShow) ask(ctx context.Context, g *globals, c console, cl *client) error {
	return show(ctx, g, c, cl, "/deliveries/"+url.PathEscape(d.ID), func(w io.Writer, one deliveryLine) { one.print(w) })
}

func (l deliveryLine) print(w io.Writer) {
	p := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format+"\n", args...) }
	p("%s %s: %s, made %s", l.Kind, l.ID, l.State, shortTime(l.CreatedAt))
	p("  %s", l.Subject)
	if l.Ticket != nil {
		p("  ticket %s", ticketNumber(l.Ticket))
	}
	if l.Message != "" {
		p("  %s", l.Message)
	}
	if l.NextAt != nil {
		p("  next try %s", shortTime(*l.NextAt))
	}
	for _, a := range l.Log {
		sent := "nothing was sent"
		if a.IntentAt != nil {
			sent = a.Request
		}
		p("  attempt %d, %s: %s, %s%s", a.N, shortTime(a.StartedAt), sent, orUnknown(a.Outcome), because(a.Error))
	}
}

func orUnknown(outcome string) string {
	if outcome == "" {
		return "under way"
	}
	return outcome
}

type deliveriesRetry struct {
	ID     string `arg:"" optional:"" help:"The delivery's id, as deliveries list shows it."`
	Like   string `help:"All that stand as this delivery does: same connection, kind and refusal." placeholder:"ID"`
	Since  moment `help:"Those made since, parked ones unless --like says otherwise. ${moment}" placeholder:"DATE"`
	Parked bool   `help:"All that are parked."`
}

// Validate refuses a retry of nothing in particular, and of two different things.
func (d deliveriesRetry) Validate() error {
	several := d.Like != "" || d.Parked || !d.Since.IsZero()
	switch {
	case d.ID == "" && !several:
		return errors.New("say what is tried again: an id, --like ID, --since DATE or --parked")
	case d.ID != "" && several:
		return errors.New("an id is one delivery; leave --like, --since and --parked out")
	}
	return nil
}

// Run tries deliveries again.
func (d deliveriesRetry) Run(ctx context.Context, g *globals, c console) error {
	return g.withSending(ctx, c, func(cl *client) error { return d.ask(ctx, g, c, cl) })
}

func (d deliveriesRetry) ask(ctx context.Context, g *globals, c console, cl *client) error {
	if d.ID != "" {
		if err := cl.call(ctx, http.MethodPost, "/deliveries/"+url.PathEscape(d.ID)+"/retry", nil, nil); err != nil {
			return err
		}
		return g.said(c, map[string]any{"id": d.ID, "retried": 1}, "Delivery %s is tried again.", d.ID)
	}
	state := ""
	if d.Parked {
		state = string(app.DeliveryParked)
	}
	var out struct {
		Retried int `json:"retried"`
	}
	if err := cl.call(ctx, http.MethodPost, "/deliveries/retry"+query("state", state, "like", d.Like, "since", d.Since.RFC3339()), nil, &out); err != nil {
		return err
	}
	return g.print(c, out, func(w io.Writer) {
		verb := "are"
		if out.Retried == 1 {
			verb = "is"
		}
		_, _ = fmt.Fprintf(w, "%s %s tried again.\n", deliveryCount(out.Retried), verb)
	})
}

func deliveryCount(n int) string {
	switch n {
	case 0:
		return "No deliveries"
	case 1:
		return "1 delivery"
	}
	return strconv.Itoa(n) + " deliveries"
}

type deliveriesDrop struct {
	ID     string `arg:"" help:"The delivery's id, as deliveries list shows it."`
	Reason string `required:"" help:"Why nobody needs it; it is kept beside the delivery." placeholder:"TEXT"`
}

// Run gives a delivery up.
func (d deliveriesDrop) Run(ctx context.Context, g *globals, c console) error {
	return g.withBridge(ctx, c, func(cl *client) error { return d.ask(ctx, g, c, cl) })
}

func (d deliveriesDrop) ask(ctx context.Context, g *globals, c console, cl *client) error {
	if err := cl.call(ctx, http.MethodPost, "/deliveries/"+url.PathEscape(d.ID)+"/drop", map[string]string{"reason": d.Reason}, nil); err != nil {
		return err
	}
	return g.said(c, map[string]any{"id": d.ID, "state": app.DeliveryDropped}, "Delivery %s is dropped.", d.ID)
}

type deliveriesLink struct {
	ID     string `arg:"" help:"The delivery's id, as deliveries list shows it."`
	Ticket int64  `arg:"" help:"Number of the ConnectWise ticket."`
}

// Run links a delivery to a ticket that is there.
func (d deliveriesLink) Run(ctx context.Context, g *globals, c console) error {
	return g.withSending(ctx, c, func(cl *client) error { return d.ask(ctx, g, c, cl) })
}

func (d deliveriesLink) ask(ctx context.Context, g *globals, c console, cl *client) error {
	if err := cl.call(ctx, http.MethodPost, "/deliveries/"+url.PathEscape(d.ID)+"/link", map[string]int64{"ticket": d.Ticket}, nil); err != nil {
		return err
	}
	return g.said(c, map[string]any{"id": d.ID, "ticket_number": d.Ticket}, "Delivery %s is ticket #%d.", d.ID, d.Ticket)
}
