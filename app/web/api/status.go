package api

import (
	"context"
	"time"
)

// Status is what the bridge is doing.
type Status struct {
	Version     string             `json:"version"`
	StartedAt   time.Time          `json:"started_at"`
	State       string             `json:"state" enum:"running,paused,needs_you"`
	NeedsYou    []Need             `json:"needs_you" nullable:"false"`
	Sources     []SourceStatus     `json:"sources" nullable:"false"`
	Connections []ConnectionStatus `json:"connections" nullable:"false"`
	Outbox      OutboxStatus       `json:"outbox"`
	Blocked     []Blocked          `json:"blocked" nullable:"false"`
	Billing     []BillingStatus    `json:"billing" nullable:"false"`
	// Tray and StartAtLogin are how the bridge is at home on its computer.
	Tray         string `json:"tray" doc:"shown, or none and why"`
	StartAtLogin bool   `json:"start_at_login"`
}

// Need is one thing that waits for a person.
type Need struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Page    string `json:"page" doc:"path of the page that mends it"`
}

// SourceStatus is how reading one source goes.
type SourceStatus struct {
	Name      string     `json:"name"`
	Kind      string     `json:"kind"`
	LastOKAt  *time.Time `json:"last_ok_at"`
	LastError string     `json:"last_error"`
	NextAt    *time.Time `json:"next_at"`
	Complete  bool       `json:"complete"`
}

// ConnectionStatus is how talking to one ConnectWise goes.
type ConnectionStatus struct {
	Name      string     `json:"name"`
	State     string     `json:"state" enum:"ok,unknown,down,blocked"`
	LastOKAt  *time.Time `json:"last_ok_at"`
	LastError string     `json:"last_error"`
}

// OutboxStatus counts deliveries.
type OutboxStatus struct {
	Waiting  int        `json:"waiting"`
	Sending  int        `json:"sending"`
	Checking int        `json:"checking"`
	Parked   int        `json:"parked"`
	OldestAt *time.Time `json:"oldest_at"`
}

// Blocked is a connection nothing is sent on.
type Blocked struct {
	Connection string `json:"connection"`
	Reason     string `json:"reason"`
}

// BillingStatus is where a connection's month stands.
type BillingStatus struct {
	Connection string     `json:"connection"`
	Period     string     `json:"period"`
	NextPushAt *time.Time `json:"next_push_at"`
	State      string     `json:"state" doc:"off, waiting, planned, writing, done or incomplete"`
}

type statusOutput struct{ Body Status }

func (s *server) status(ctx context.Context, _ *struct{}) (*statusOutput, error) {
	st, err := s.Status(ctx)
	if err != nil {
		return nil, s.fail(err)
	}
	return &statusOutput{Body: st}, nil
}

type pauseInput struct {
	Body struct {
		Until  *time.Time `json:"until,omitempty" doc:"left out: until resumed"`
		Reason string     `json:"reason,omitempty" maxLength:"500"`
	}
}

func (s *server) pause(ctx context.Context, in *pauseInput) (*struct{}, error) {
	var until time.Time
	if in.Body.Until != nil {
		until = *in.Body.Until
	}
	return s.done(s.Pause(ctx, until, in.Body.Reason))
}

func (s *server) resume(ctx context.Context, _ *struct{}) (*struct{}, error) {
	return s.done(s.Resume(ctx))
}

type launchOutput struct {
	Body struct {
		Address string `json:"address"`
	}
}

func (s *server) launch(context.Context, *struct{}) (*launchOutput, error) {
	var out launchOutput
	out.Body.Address = s.Launch()
	return &out, nil
}

// done answers a call without a result: 204, or the error.
func (s *server) done(err error) (*struct{}, error) {
	if err != nil {
		return nil, s.fail(err)
	}
	return nil, nil
}
