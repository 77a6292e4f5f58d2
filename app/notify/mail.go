package notify

import (
	"context"
	"encoding/json"
	"errors"
	"net/mail"
	"slices"
	"strings"
	"time"

	"psabridge/app"
	"psabridge/app/channel"
	"psabridge/app/outbox"
)

// resends are the waits before a message is sent again that went out without an answer. Losing an alert is worse than doubling
// it: the copy carries the same Message-ID, and most mail programs show it once. After the last one a person must look.
var resends = []time.Duration{time.Minute, 10 * time.Minute, 45 * time.Minute}

// deferrals are the waits after the server answered that a message is to come again later; the last one repeats.
var deferrals = []time.Duration{
	time.Minute, 4 * time.Minute, 10 * time.Minute, 15 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour,
}

const (
	// patience is how often the server may put off some receivers before the others get the message without them.
	patience = 5
	// A message that nobody got is put off for this long and so often at least; then a person must look. Both, because a night
	// without network is no answer of the server's, and a person may have it tried again at once.
	deferFor, deferLeast = 24 * time.Hour, 12
)

const resent = "Sent again because no answer had come: it may have arrived twice, with the same Message-ID."

// Mail sends an alert by e-mail. It is the outbox's handler of app.DeliverMail.
//
// A message without an answer cannot be looked for, as a ticket can: it is sent again, at most three times within an hour, and
// then parked. A message whose attempt was cut short by a crash is sent again too.
func (n *Notify) Mail(ctx context.Context, d app.Delivery, intend outbox.Intend) (app.Settlement, error) {
	var p app.MailPayload
	if json.Unmarshal(d.Payload, &p) != nil {
		return app.Settlement{State: app.DeliveryParked, Code: app.Internal, Message: "This e-mail cannot be read any more. Please report it, and drop it."}, nil //nolint:nilerr // it is parked
	}
	doc, err := n.Settings(ctx)
	if err != nil {
		return app.Settlement{}, err
	}
	if d.State != app.DeliveryChecking { // nobody has it yet
		p.To = receivers(doc, p)
	}
	c, s, err := n.mailer(ctx)
	if err != nil {
		return app.Settlement{}, err
	}
	if err := addressed(p.To); err != nil {
		return app.Settlement{}, err
	}
	request, err := readable(p, s)
	if err != nil {
		return app.Settlement{}, err
	}
	if err := intend(ctx, request, entry(p)); err != nil {
		return app.Settlement{}, err
	}
	err = c.Send(ctx, channel.Message{
		To: p.To, Title: p.Subject, Text: p.Text, ID: p.MessageID, ReplyTo: p.InReplyTo, WithoutLate: d.Deferrals >= patience,
	})
	return n.settled(d, p, err)
}

// settled says what becomes of the delivery.
func (n *Notify) settled(d app.Delivery, p app.MailPayload, err error) (app.Settlement, error) {
	if partly, ok := errors.AsType[*channel.PartlyError](err); ok {
		return done(d, p, partly.Message), nil
	}
	if err == nil {
		return done(d, p, ""), nil
	}
	if app.ErrorOutcome(err) == app.OutcomeUnknown {
		return n.unanswered(d, p, err), nil
	}
	e := entry(p)
	e.Phase, e.Note = app.LedgerOutcome, "Not sent. "+app.ErrorMessage(err)
	if _, later := errors.AsType[*channel.DeferredError](err); later {
		st := n.deferred(d, err)
		st.Ledger = []app.LedgerEntry{e}
		return st, nil
	}
	return app.Settlement{Ledger: []app.LedgerEntry{e}}, located(app.ChannelEmail, err)
}

// receivers are those of the alert as it is now: who was corrected since is not written to. When it names nobody any more, those
// it was decided for.
func receivers(doc app.Settings, p app.MailPayload) []string {
	at := slices.IndexFunc(doc.Alerts, func(r app.AlertRule) bool { return r.Name == p.Rule })
	if at < 0 || len(doc.Alerts[at].Via.Email) == 0 {
		return p.To
	}
	return slices.Clone(doc.Alerts[at].Via.Email)
}

// deferred plans the next try of a message that the server put off. It is about this message: others go on.
func (n *Notify) deferred(d app.Delivery, err error) app.Settlement {
	now := n.Now()
	st := app.Settlement{Code: app.ErrorCode(err), Message: app.ErrorMessage(err), Answered: true, Uncounted: true, Checks: d.Checks}
	if d.Deferrals+1 >= deferLeast && !d.DeferredSince.IsZero() && now.Sub(d.DeferredSince) >= deferFor {
		st.State, st.Uncounted = app.DeliveryParked, false
		st.Message += " It has said so for a day, so this is not tried any more. Correct the address in the alert, or have the mailbox mended, then try it again."
		return st
	}
	st.State, st.NextAt = app.DeliveryWaiting, now.Add(deferrals[min(d.Deferrals, len(deferrals)-1)])
	if d.State == app.DeliveryChecking { // an earlier copy may have arrived
		st.State = app.DeliveryChecking
	}
	return st
}

// done ends the delivery. note says whom it did not reach, and stays with it.
func done(d app.Delivery, p app.MailPayload, note string) app.Settlement {
	e := entry(p)
	e.Phase, e.Note = app.LedgerOutcome, note
	if d.State == app.DeliveryChecking {
		e.Note = strings.TrimSpace(resent + " " + note)
	}
	return app.Settlement{State: app.DeliveryDone, Message: note, Ledger: []app.LedgerEntry{e}}
}

// unanswered plans the next copy, or hands the message to a person.
func (n *Notify) unanswered(d app.Delivery, p app.MailPayload, err error) app.Settlement {
	e := entry(p)
	e.Phase, e.Note = app.LedgerOutcome, app.ErrorMessage(err)
	st := app.Settlement{Code: app.ErrorCode(err), Ledger: []app.LedgerEntry{e}}
	if d.Checks >= len(resends) {
		st.State = app.DeliveryParked
		st.Message = app.ErrorMessage(err) + " It was sent several times without an answer. Look into the mailbox: drop it when it is there, else try it again."
		return st
	}
	st.State, st.Checks, st.NextAt = app.DeliveryChecking, d.Checks+1, n.Now().Add(resends[d.Checks])
	st.Message = app.ErrorMessage(err) + " It is sent again with the same Message-ID; most mail programs show both as one."
	return st
}

// addressed refuses what is no address before anything is on record as sent.
func addressed(to []string) error {
	if len(to) == 0 {
		return none(app.Errorf(app.Invalid, "This alert names nobody to write to."))
	}
	for _, one := range to {
		if a, err := mail.ParseAddress(one); err != nil || a.Address != one {
			return none(app.Errorf(app.Invalid, "%q is not an e-mail address. Correct the alert; what comes next goes to the right one.", one))
		}
	}
	return nil
}

// readable is what is about to be sent, for people; there is no secret in it.
func readable(p app.MailPayload, s app.NotifySettings) (string, error) {
	b, err := json.MarshalIndent(map[string]any{
		"server": s.Email.SMTP.Host, "from": s.Email.SMTP.From, "to": p.To, "subject": p.Subject, "text": p.Text,
		"message_id": p.MessageID, "in_reply_to": p.InReplyTo,
	}, "", "  ")
	return string(b), err
}

func entry(p app.MailPayload) app.LedgerEntry {
	return app.LedgerEntry{Object: "e-mail to " + strings.Join(p.To, ", "), After: p.Subject, By: p.Rule}
}
