package push

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"psabridge/app"
	"psabridge/app/billing"
	"psabridge/app/outbox"
	"psabridge/app/psa"
	"psabridge/app/settings"
)

// checkDelays are the pauses before an unknown outcome is looked into: the first look comes at once, because reading
// the quantity decides it; then rarer, while answers keep missing.
var checkDelays = []time.Duration{0, 15 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}

// mostChecks is how often a line is written anew after a look showed that it still holds the old quantity, before a
// person is asked.
const mostChecks = 8

// Write is the outbox.Handler of agreement.write: it reads the agreement's additions again, stops lines that someone
// changed, and writes the others one by one. Lines that are settled already are left alone, so it can be called again
// after a crash at any point.
func (p *Pusher) Write(ctx context.Context, d app.Delivery, intend outbox.Intend) (app.Settlement, error) {
	st := app.Settlement{DeliveryID: d.ID, Attempt: d.Attempt, At: p.Now(), State: app.DeliveryDone}
	w, err := p.begin(ctx, d)
	if err != nil || len(w.lines) == 0 {
		return st, err
	}
	w.intend = intend
	if w.allWait() {
		_, w.behind = w.before(w.lines[0])
		w.wait(&st, d)
		return st, nil
	}
	additions, err := w.client.Additions(ctx, w.agreement)
	switch {
	case app.ErrorCode(err) == app.NotFound:
		w.failAll(p.Now(), "The agreement no longer exists in ConnectWise. Nothing was written.")
		err = nil
	case err == nil:
		err = w.all(ctx, additions, p.Now)
	}
	st.At, st.Lines, st.Ledger = p.Now(), w.moved, w.ledger
	if err != nil {
		return st, err
	}
	w.settle(&st, d)
	return st, nil
}

// writing is one attempt at an agreement.
type writing struct {
	client    psa.Client
	agreement int64
	lines     []app.Line     // not settled yet, updates before creates
	sent      map[int64]bool // lines that may have reached ConnectWise without an answer
	by        string
	intend    outbox.Intend

	moved   []app.Line
	ledger  []app.LedgerEntry
	tied    []app.Line // the lines of the push that organizations moved between; none when no line here is one
	behind  app.Line   // the line that others here wait for; its zero value: none do
	stale   string     // why nothing is written any more
	unknown error      // a write without an answer: stop and look
	unsure  string     // a create that cannot be found: a person must look
}

func (p *Pusher) begin(ctx context.Context, d app.Delivery) (*writing, error) {
	var payload app.AgreementPayload
	if err := json.Unmarshal(d.Payload, &payload); err != nil {
		return nil, app.Wrap(err, app.Internal, "The payload of a delivery cannot be read.")
	}
	push, err := p.Store.PushLines(ctx, d.PushID, payload.LineIDs)
	if err != nil {
		return nil, err
	}
	w := &writing{agreement: payload.AgreementID, by: push.ApprovedBy, sent: map[int64]bool{}}
	for _, l := range push.Lines {
		if l.State == app.LinePlanned || l.State == app.LineWriting || l.State == app.LineUnknown {
			w.lines = append(w.lines, l)
		}
	}
	slices.SortStableFunc(w.lines, func(a, b app.Line) int { return cmp.Compare(place(a), place(b)) })
	if len(w.lines) == 0 {
		return w, nil
	}
	if w.stale, err = p.stale(ctx, push); err != nil {
		return nil, err
	}
	if err := w.tie(ctx, p.Store, d.PushID); err != nil {
		return nil, err
	}
	if slices.ContainsFunc(w.lines, func(l app.Line) bool { return l.State == app.LineUnknown }) {
		attempts, err := p.Store.Attempts(ctx, d.ID)
		if err != nil {
			return nil, err
		}
		w.sent = sentLines(attempts)
	}
	w.client, err = p.Client(ctx, d.Connection)
	return w, err
}

// place orders the lines of an agreement: what goes down first, what is created last.
func place(l app.Line) int {
	switch {
	case goesDown(l):
		return 0
	case l.Before != nil:
		return 1
	}
	return 2
}

// stale says why a push is written no more: what it rests on is older than a plan may be. An answer that never came is
// still looked for.
func (p *Pusher) stale(ctx context.Context, push app.Push) (string, error) {
	doc, _, err := p.Settings(ctx)
	if err != nil {
		return "", err
	}
	c, _ := settings.ConnectionByName(doc, push.Connection)
	if p.Now().Sub(push.ApprovedAt).Abs() <= billing.MaxAge(c.Billing) {
		return "", nil
	}
	return fmt.Sprintf("The push was approved on %s and could not be written until now; usage and invoices may have moved on. Nothing was written; make a new plan.",
		push.ApprovedAt.In(settings.Location(c)).Format("2 January 2006 at 15:04")), nil
}

// all goes through the lines. It stops at the first write without an answer, and at the first refusal that is about
// the connection rather than the line; what came before is kept.
func (w *writing) all(ctx context.Context, additions []app.Addition, now func() time.Time) error {
	for _, l := range w.lines {
		what, a, why := compare(l, additions, l.State == app.LineUnknown && w.sent[l.ID])
		switch what {
		case stepHolds:
			l.AdditionID = a.ID
			w.done(l, now(), "ConnectWise holds it already.")
		case stepChange:
			w.stop(l, app.LineChangedUnderneath, why, now())
		case stepUnsure:
			l.State, l.Error = app.LineUnknown, why
			w.moved = append(w.moved, l)
			w.unsure = why
		case stepWrite:
			if err := w.mayWrite(ctx, l, now); err != nil {
				return err
			}
		}
		if w.unknown != nil {
			return nil //nolint:nilerr // kept in w.unknown, and the lines after it wait
		}
	}
	return nil
}

// mayWrite writes a line, unless it is too late for it or what it is tied to comes first.
func (w *writing) mayWrite(ctx context.Context, l app.Line, now func() time.Time) error {
	if w.stale != "" {
		w.stop(l, app.LineChangedUnderneath, w.stale, now())
		return nil
	}
	switch f, other := w.before(l); f {
	case fateWaits:
		w.behind = other
		return nil
	case fateTorn:
		w.stop(l, app.LineChangedUnderneath, torn(other), now())
		return nil
	case fateFree:
	}
	return w.write(ctx, l, now)
}

// write sends one line and compares the answer with what was asked.
func (w *writing) write(ctx context.Context, l app.Line, now func() time.Time) error {
	if err := w.intend(ctx, requestOf(l), w.entry(l)); err != nil {
		return err
	}
	a, err := w.send(ctx, l)
	if err == nil {
		err = checkAnswer(l, a)
	}
	switch {
	case err == nil:
		l.AdditionID = a.ID
		w.done(l, now(), "")
	case app.ErrorOutcome(err) == app.OutcomeUnknown:
		l.State, l.Error = app.LineUnknown, app.ErrorMessage(err)
		w.moved = append(w.moved, l)
		w.unknown = err
	case refusesLine(err):
		w.stop(l, app.LineFailed, app.ErrorMessage(err), now())
	default:
		w.ledger = append(w.ledger, w.outcome(l, "Not written: "+app.ErrorMessage(err)))
		return err
	}
	return nil
}

func (w *writing) send(ctx context.Context, l app.Line) (app.Addition, error) {
	if l.Before != nil {
		return w.client.SetQuantity(ctx, w.agreement, l.AdditionID, l.After)
	}
	return w.client.CreateAddition(ctx, w.agreement, app.NewAddition{
		ProductID: l.ProductID, Quantity: l.After, BillCustomer: l.BillCustomer, EffectiveDate: l.EffectiveDate,
	})
}

// checkAnswer compares once more, whatever the adapter did: ConnectWise is known to say yes without doing it.
func checkAnswer(l app.Line, a app.Addition) error {
	if a.ID == 0 || l.AdditionID != 0 && a.ID != l.AdditionID {
		return &app.Error{Code: app.Conflict, Outcome: app.OutcomeNone, Message: fmt.Sprintf("ConnectWise answered about line #%d when #%d was meant. Look at the agreement.", a.ID, l.AdditionID)}
	}
	if what := otherwise(l, a); what != "" {
		return &app.Error{Code: app.Conflict, Outcome: app.OutcomeNone, Message: fmt.Sprintf("ConnectWise took the quantity, but line #%d %s. Look at the agreement, then make a new plan.", a.ID, what)}
	}
	if !a.Quantity.Equal(l.After) {
		return &app.Error{Code: app.Conflict, Outcome: app.OutcomeNone, Message: fmt.Sprintf("ConnectWise said yes but holds %s instead of %s on line #%d. Look at the agreement, then make a new plan.", a.Quantity, l.After, a.ID)}
	}
	return nil
}

// otherwise says what an answer shows besides the quantity that is not as planned; "" when all is.
func otherwise(l app.Line, a app.Addition) string {
	switch {
	case l.ProductID != 0 && a.ProductID != l.ProductID:
		return fmt.Sprintf("is a line of %s, not of %s", a.Product, l.Product)
	case a.BillCustomer != l.BillCustomer:
		return fmt.Sprintf("is set to %s, not to %s", a.BillCustomer, l.BillCustomer)
	case !a.CancelledDate.Equal(l.CancelledDate):
		return "has another cancelled date than the plan saw"
	case l.Before == nil && !l.EffectiveDate.IsZero() && a.EffectiveDate.Format(time.DateOnly) != l.EffectiveDate.Format(time.DateOnly):
		return fmt.Sprintf("begins on %s, not on %s", a.EffectiveDate.Format("2 January 2006"), l.EffectiveDate.Format("2 January 2006"))
	}
	return ""
}

// refusesLine reports whether a refusal is about this line alone; all others are about the connection, its rights or
// its rate, and the delivery waits with the line unwritten.
func refusesLine(err error) bool {
	switch app.ErrorCode(err) {
	case app.Invalid, app.NotFound, app.Conflict:
		return true
	case app.Unauthorized, app.Forbidden, app.RateLimited, app.Unavailable, app.Internal:
	}
	return false
}

func (w *writing) done(l app.Line, at time.Time, note string) {
	l.State, l.Error, l.WrittenAt = app.LineDone, "", at
	w.moved = append(w.moved, l)
	w.ledger = append(w.ledger, w.outcome(l, note))
}

func (w *writing) stop(l app.Line, state app.LineState, why string, at time.Time) {
	l.State, l.Error, l.WrittenAt = state, why, time.Time{}
	w.moved = append(w.moved, l)
	e := w.outcome(l, why)
	e.At = at
	w.ledger = append(w.ledger, e)
}

func (w *writing) failAll(at time.Time, why string) {
	for _, l := range w.lines {
		w.stop(l, app.LineFailed, why, at)
	}
}

// settle says where the delivery goes once every line was tried.
func (w *writing) settle(st *app.Settlement, d app.Delivery) {
	switch {
	case w.unknown != nil:
		st.Status = app.ErrorStatus(w.unknown)
		checks := 0
		if d.State == app.DeliveryChecking && !w.advanced() {
			checks = d.Checks + 1
		}
		if checks >= mostChecks {
			st.State, st.Code, st.Message = app.DeliveryParked, app.ErrorCode(w.unknown), w.stuck(checks)
			return
		}
		st.State, st.Checks, st.NextAt = app.DeliveryChecking, checks, st.At.Add(checkDelay(checks))
		st.Code, st.Message = app.ErrorCode(w.unknown), app.ErrorMessage(w.unknown)
	case w.unsure != "":
		st.State, st.Code, st.Message = app.DeliveryParked, app.Conflict, w.unsure
	case w.behind.ID != 0:
		w.wait(st, d)
	default:
		st.State = app.DeliveryDone
	}
}

// advanced reports whether some line was settled by this attempt.
func (w *writing) advanced() bool {
	return slices.ContainsFunc(w.moved, func(l app.Line) bool { return l.State != app.LineUnknown })
}

// stuck says that ConnectWise neither takes a line nor refuses it.
func (w *writing) stuck(checks int) string {
	l := w.moved[len(w.moved)-1] // an unknown outcome ends the attempt
	held := "is not there"
	if l.Before != nil {
		held = "still holds " + l.Before.String()
	}
	return fmt.Sprintf("The line of %s on agreement %s was sent %d times without a clear answer, and each look showed that it %s. The last answer: %s Look at the line in ConnectWise, then retry, or drop this and make a new plan.",
		l.Product, l.Agreement.Name, checks+1, held, app.ErrorMessage(w.unknown))
}

func checkDelay(checks int) time.Duration {
	return checkDelays[min(checks, len(checkDelays)-1)]
}

// entry is the ledger line of an intent.
func (w *writing) entry(l app.Line) app.LedgerEntry {
	e := app.LedgerEntry{Object: object(w.agreement, l), After: l.After.String(), RemoteID: l.AdditionID, By: w.by}
	if l.Before != nil {
		e.Before = l.Before.String()
	}
	return e
}

func (w *writing) outcome(l app.Line, note string) app.LedgerEntry {
	e := w.entry(l)
	e.Phase, e.Note = app.LedgerOutcome, note
	return e
}

func object(agreement int64, l app.Line) string {
	if l.AdditionID == 0 {
		return fmt.Sprintf("agreement %d new addition %s", agreement, l.Product)
	}
	return fmt.Sprintf("agreement %d addition %d %s", agreement, l.AdditionID, l.Product)
}
