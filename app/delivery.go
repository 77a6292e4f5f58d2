package app

import (
	"encoding/json"
	"time"
)

// Delivery is one outbox row: something ConnectWise must be told, exactly once in effect.
type Delivery struct {
	ID         int64
	DedupKey   string
	Lane       string // deliveries of one lane go one after the other
	Kind       DeliveryKind
	Connection string
	State      DeliveryState
	Attempt    int // number of the attempt under way or last made; the fence of Settle
	Failures   int // attempts that failed and count; the pause before the next try grows with it, unlike Attempt
	NextAt     time.Time
	TicketID   int64 // 0 when it is not about a ticket
	PushID     int64 // 0 when it is not about a push
	Payload    json.RawMessage
	Reason     string // why it is parked or was dropped, for the person
	ErrorCode  Code   // of the last attempt; "" when it succeeded or none was made
	ErrorField string // the setting at fault then, as Error.Field names it; "" when none was
	CreatedAt  time.Time
	DoneAt     time.Time
	// Intended is true when the newest attempt committed an intent: bytes may have reached ConnectWise.
	Intended bool
	// Checks is how often we looked for the effect of an unknown outcome without finding it; CheckSince when we began.
	Checks     int
	CheckSince time.Time
	// Deferrals is how often the other side answered that it is to be asked again later; DeferredSince when it first did.
	Deferrals     int
	DeferredSince time.Time
}

// DeliveryKind picks the handler.
type DeliveryKind string

// The kinds of deliveries.
const (
	DeliverTicketCreate DeliveryKind = "ticket.create"
	DeliverTicketNote   DeliveryKind = "ticket.note" // payload.Close: note, then close unless touched
	DeliverAgreement    DeliveryKind = "agreement.write"
	DeliverMail         DeliveryKind = "alert.mail"  // an alert by e-mail, MailPayload
	DeliverTicketTest   DeliveryKind = "ticket.test" // a marked ticket on demand: created, noted, closed, read back
)

// DeliveryState is where a delivery stands.
type DeliveryState string

// The states of a delivery. Waiting, sending and checking move by themselves; parked waits for a person; done and
// dropped are final.
const (
	DeliveryWaiting  DeliveryState = "waiting"
	DeliverySending  DeliveryState = "sending"
	DeliveryChecking DeliveryState = "checking" // outcome unknown: we look before we try again
	DeliveryDone     DeliveryState = "done"
	DeliveryParked   DeliveryState = "parked"
	DeliveryDropped  DeliveryState = "dropped"
)

// Attempt is one try at a delivery.
type Attempt struct {
	N          int
	StartedAt  time.Time
	IntentAt   time.Time // zero when it ended before anything was sent
	Request    string    // what was going to be sent, without secrets
	Outcome    string    // done | retry | unknown | parked | dropped
	Status     int       // HTTP status, 0 when there was no answer
	Code       Code
	Error      string // for the person
	FinishedAt time.Time
}

// Intent is committed before the first byte of a write goes out: an attempt without one certainly changed nothing.
type Intent struct {
	DeliveryID int64
	Attempt    int
	At         time.Time
	Request    string // readable JSON of what will be sent
	Ledger     LedgerEntry
}

// Settlement ends an attempt. The store writes all of it in one transaction, and refuses it as a Conflict when
// Attempt is not the delivery's current one.
type Settlement struct {
	DeliveryID int64
	Attempt    int
	At         time.Time
	State      DeliveryState // where the delivery goes: done, waiting, checking, parked or dropped
	NextAt     time.Time     // for waiting and checking
	Code       Code          // "" on success
	Field      string        // the setting at fault, as Error.Field names it; "" when none is
	Message    string        // for the person; also the reason when parked or dropped
	Checks     int           // for checking
	// Uncounted is true for a wait that is nobody's failure (rate limit, blocked connection): the attempt does not count.
	Uncounted bool
	// Answered is true when the other side answered and only put this delivery off, or refused it: that says nothing against
	// the connection, and certainly nothing was written.
	Answered bool
	Ticket   *Ticket       // the ticket row as it stands now; nil when unchanged
	Lines    []Line        // lines of a push as they stand now
	Ledger   []LedgerEntry // outcomes
	Status   int           // HTTP status of the answer that decided, where an error says so; 0: none
}

// LedgerEntry is one line of the append-only record of everything written to ConnectWise.
type LedgerEntry struct {
	Seq        int64
	At         time.Time
	Phase      LedgerPhase
	Connection string
	Object     string // e.g. "ticket 48211", "agreement 12 addition 9904 X360-ACCOUNT"
	Before     string
	After      string
	RemoteID   int64
	DeliveryID int64
	Attempt    int
	By         string // person | schedule | api | alert rule name
	Note       string
}

// LedgerPhase tells an intention from what came of it.
type LedgerPhase string

// The phases of a ledger line.
const (
	LedgerIntent  LedgerPhase = "intent"
	LedgerOutcome LedgerPhase = "outcome"
)

// Block says why nothing is sent on a connection for now: wrong keys, or ConnectWise asked us to wait.
type Block struct {
	Connection string
	Code       Code
	Reason     string
	Until      time.Time // zero: until a probe succeeds or the settings change
	Since      time.Time
}
