package outbox

import (
	"context"
	"time"

	"psabridge/app"
)

// Intend commits what is about to be sent, with its ledger line, before the first byte goes out. When it returns an
// error nothing may be sent: the handler returns that error as it is.
type Intend = func(ctx context.Context, request string, entry app.LedgerEntry) error

// Handler makes one attempt at a delivery.
//
// It may write to the other side only after intend succeeded, once per intend. With a nil error the settlement says where
// the delivery goes; its delivery, attempt and time are filled in here. With an error the fate of the delivery follows
// from the error and from whether there was an intent, and the settlement's Ticket, Lines and Ledger are stored anyway.
// A settlement with a Code counts for the connection as an error with it would; with Answered it counts as an answer.
// A delivery in state checking had an intent without a known outcome: the handler looks for its effect first, and
// while looking fails it stays in checking.
type Handler func(ctx context.Context, d app.Delivery, intend Intend) (app.Settlement, error)

// Store is the part of the store the outbox works on.
type Store interface {
	Install(ctx context.Context) (app.Install, error)
	Claim(ctx context.Context, now time.Time, blocked []string) (app.Delivery, bool, error)
	NextDue(ctx context.Context, blocked []string) (time.Time, bool, error)
	Intent(ctx context.Context, in app.Intent) error
	Settle(ctx context.Context, st app.Settlement) error
	WakeConnection(ctx context.Context, connection string, now time.Time) (int, error)
}
