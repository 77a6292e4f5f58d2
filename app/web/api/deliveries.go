package api

import (
	"context"
	"strings"
	"time"

	"psabridge/app"
)

// Delivery is something ConnectWise is or was told, or an e-mail of an alert.
type Delivery struct {
	ID        ID                `json:"id"`
	Kind      string            `json:"kind"`
	Key       string            `json:"key"`
	State     string            `json:"state" enum:"waiting,sending,checking,done,parked,dropped"`
	Attempts  int               `json:"attempts"`
	NextAt    *time.Time        `json:"next_at"`
	LastError OrNull[LastError] `json:"last_error"`
	CreatedAt time.Time         `json:"created_at"`
	DoneAt    *time.Time        `json:"done_at"`
	Subject   string            `json:"subject"`
	Message   string            `json:"message" doc:"what it says of itself last, for a person"`
	Ticket    *int64            `json:"ticket_number"`
	Steps     []TestStep        `json:"test_steps,omitempty" doc:"only when one test ticket is asked for"`
	Log       []Attempt         `json:"attempt_log,omitempty" doc:"only when one delivery is asked for"`
}

// LastError is why a delivery is not done yet.
type LastError struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Field   string `json:"field,omitempty" doc:"the setting at fault"`
}

// Attempt is one try.
type Attempt struct {
	N          int        `json:"n"`
	StartedAt  time.Time  `json:"started_at"`
	IntentAt   *time.Time `json:"intent_at" doc:"null: nothing was sent"`
	Request    string     `json:"request"`
	Outcome    string     `json:"outcome"`
	Status     int        `json:"status"`
	Error      string     `json:"error"`
	FinishedAt *time.Time `json:"finished_at"`
}

func delivery(r app.DeliveryRow) Delivery {
	d := Delivery{
		ID: id(r.ID), Kind: string(r.Kind), Key: r.DedupKey, State: string(r.State), Attempts: r.Attempt,
		CreatedAt: r.CreatedAt.UTC(), DoneAt: timeOrNil(r.DoneAt), Subject: r.Subject, Message: r.Reason, Ticket: remoteOrNil(r.TicketNumber),
	}
	if r.State == app.DeliveryWaiting || r.State == app.DeliveryChecking {
		d.NextAt = timeOrNil(r.NextAt)
	}
	if r.State != app.DeliveryDone && (r.ErrorCode != "" || r.Reason != "") {
		d.LastError = some(LastError{Code: string(r.ErrorCode), Message: r.Reason, Field: r.ErrorField})
	}
	return d
}

func attemptLog(attempts []app.Attempt) []Attempt {
	var out []Attempt
	for _, a := range attempts {
		out = append(out, Attempt{
			N: a.N, StartedAt: a.StartedAt.UTC(), IntentAt: timeOrNil(a.IntentAt), Request: a.Request, Outcome: a.Outcome, Status: a.Status,
			Error: a.Error, FinishedAt: timeOrNil(a.FinishedAt),
		})
	}
	return out
}

type deliveriesInput struct {
	Paging
	State      string `query:"state" enum:"waiting,sending,checking,done,parked,dropped"`
	Kind       string `query:"kind" enum:"ticket.create,ticket.note,ticket.test,agreement.write,alert.mail"`
	Connection string `query:"connection" maxLength:"64"`
	Alike
	Ticket ID `query:"ticket" maxLength:"20" doc:"those of one ticket; the id of ours, not its number"`
}

// Alike are the query parameters that pick deliveries by what befell them.
type Alike struct {
	Like  ID        `query:"like" maxLength:"20" doc:"those that stand as this delivery does: same connection, kind, state and refusal"`
	Since time.Time `query:"since" doc:"those made since"`
}

func (s *server) deliveries(ctx context.Context, in *deliveriesInput) (*listOutput[Delivery], error) {
	page, err := in.page()
	if err != nil {
		return nil, s.fail(err)
	}
	f := app.DeliveryFilter{
		Connection: in.Connection, State: app.DeliveryState(in.State), Kind: app.DeliveryKind(in.Kind), Since: in.Since, Page: page,
	}
	if f.LikeID, err = in.Like.optional("like"); err != nil {
		return nil, s.fail(err)
	}
	if f.TicketID, err = in.Ticket.optional("ticket"); err != nil {
		return nil, s.fail(err)
	}
	rows, err := s.Read.Deliveries(ctx, f)
	if err != nil {
		return nil, s.fail(err)
	}
	return newList(rows, page, delivery, func(r app.DeliveryRow) int64 { return r.ID }), nil
}

type deliveryOutput struct{ Body Delivery }

func (s *server) delivery(ctx context.Context, in *RowInput) (*deliveryOutput, error) {
	n, err := in.ID.parse("id")
	if err != nil {
		return nil, s.fail(err)
	}
	row, err := s.Read.Delivery(ctx, n)
	if err != nil {
		return nil, s.fail(err)
	}
	attempts, err := s.Read.Attempts(ctx, n)
	if err != nil {
		return nil, s.fail(err)
	}
	out := delivery(row)
	out.Log = attemptLog(attempts)
	if row.Kind == app.DeliverTicketTest {
		_, p, err := s.TestTickets.TestProgress(ctx, n)
		if err != nil {
			return nil, s.fail(err)
		}
		out.Steps = testSteps(p)
	}
	return &deliveryOutput{Body: out}, nil
}

type countOutput struct {
	Body struct {
		Retried int `json:"retried"`
	}
}

type retryInput struct {
	State string `query:"state" enum:"parked,waiting,checking" doc:"left out: those that stand as the delivery of like does, else the parked ones"`
	Alike
}

// retryMatching tries everything again that the query picks.
func (s *server) retryMatching(ctx context.Context, in *retryInput) (*countOutput, error) {
	f := app.RetryFilter{State: app.DeliveryState(in.State), Since: in.Since}
	var err error
	if f.LikeID, err = in.Like.optional("like"); err != nil {
		return nil, s.fail(err)
	}
	n, err := s.Outbox.RetryMatching(ctx, f, caller)
	if err != nil {
		return nil, s.fail(err)
	}
	var out countOutput
	out.Body.Retried = n
	return &out, nil
}

func (s *server) retry(ctx context.Context, in *RowInput) (*struct{}, error) {
	n, err := in.ID.parse("id")
	if err == nil {
		err = s.Outbox.Retry(ctx, n, caller)
	}
	return s.done(err)
}

func (s *server) drop(ctx context.Context, in *struct {
	RowInput
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"500"`
	}
},
) (*struct{}, error) {
	n, err := in.ID.parse("id")
	reason := strings.TrimSpace(in.Body.Reason)
	if err == nil && reason == "" {
		err = app.FieldErrorf("reason", "Say why. Somebody will ask why this was never sent.")
	}
	if err == nil {
		err = s.Outbox.Drop(ctx, n, reason, caller)
	}
	return s.done(err)
}

func (s *server) linkTicket(ctx context.Context, in *struct {
	RowInput
	Body struct {
		Ticket int64 `json:"ticket" minimum:"1" doc:"number of the ConnectWise ticket"`
	}
},
) (*struct{}, error) {
	n, err := in.ID.parse("id")
	if err == nil {
		err = s.Outbox.Link(ctx, n, in.Body.Ticket, caller)
	}
	return s.done(err)
}
