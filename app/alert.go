package app

import (
	"strings"
	"time"
)

// Condition is something that holds: opened by a problem event, counted by repeats, cleared by a recovery.
// Its Key is hash(source, organization, object kind, object, event type) — never the text and never the rule (T2).
type Condition struct {
	ID             int64
	Key            string
	Episode        int // 1 for the first time this key held, then counting
	Source         string
	OrganizationID string // external id at the source
	Object         Object
	Type           string
	Severity       Severity
	Level          int // highest level reached in this episode
	Rule           string
	State          ConditionState
	// Wait is why a waiting condition has no ticket: history (behind the start question, T4), not_mapped, ticketing_off,
	// waiting, muted, no_rule, flood (a person is asked). On an open one, first: the ticket was not told of it yet; worsened: nor that its level rose;
	// date_came: nor that it still holds after its quiet. On a quiet one, acknowledged: a person wants that (AckUntil). On a cleared one, cleared: it
	// recovered, and its ticket is told when the quiet time is over and it has been calm for long enough; source_removed; or, where its object was only
	// not shown any more, how it stood before, because it goes on so when it is shown again soon.
	Wait        Reason
	Occurrences int
	FirstAt     time.Time
	LastAt      time.Time
	ClearedAt   time.Time // zero while it holds
	QuietUntil  time.Time // no note before this moment
	TicketID    int64     // our ticket row; 0 while there is none
	// TicketXRef names the ticket of a decision whose row may not exist yet; the store resolves it to TicketID when
	// that is 0. Empty: no new ticket. It is not stored.
	TicketXRef string
	FirstEvent string // source event id that opened the episode; part of the ticket's externalXRef
	// Comebacks is how often it came back soon after it had recovered, taken over from the episode before while the reopen
	// window lasts: the more it flaps, the longer it must be calm before its recovery is told.
	Comebacks int
	// Calm is how long all was well within the episode: it came back before its recovery was told, and went on.
	Calm time.Duration
	// LastOccurred is the newest OccurredAt of its problems, by the source's clock; zero when none said. A recovery that is
	// older came late and ends nothing.
	LastOccurred time.Time
	// AckUntil ends a quiet that a person asked for: when it still holds then, it opens. Zero: quiet until it recovers.
	AckUntil time.Time
	// Mailed is what those a rule tells by e-mail know: "" nothing, MailedOpen that it holds. MailQuietUntil is the quiet
	// time of the e-mails, MailThread the id of the episode's first message, or a mark of the rules where there is none yet.
	Mailed         MailState
	MailQuietUntil time.Time
	MailThread     string
	Title          string
	Text           string
}

// Thread is the Message-ID of the episode's first e-mail; empty when there is none. MailThread may also hold a mark.
func (c Condition) Thread() string {
	id, _, _ := strings.Cut(c.MailThread, " ")
	if !strings.Contains(id, "@") {
		return ""
	}
	return id
}

// ConditionState is where a condition stands. All but ConditionCleared hold.
type ConditionState string

// The states of a condition.
const (
	ConditionWaiting ConditionState = "waiting" // holds; no ticket yet: unmapped, ticketing off, or the rule's wait
	ConditionOpen    ConditionState = "open"    // holds and has a ticket
	ConditionQuiet   ConditionState = "quiet"   // holds; a person closed its ticket or answered "stay quiet"
	ConditionCleared ConditionState = "cleared"
)

// MailState is what has been told by e-mail.
type MailState string

// MailedOpen says that an e-mail told that the condition holds, and none that it is over.
const MailedOpen MailState = "open"

// Ticket links a condition to the ConnectWise ticket that stands for it.
type Ticket struct {
	ID         int64
	XRef       string // externalXRef at ConnectWise: <install>-<hash(scope key, first event of the episode)>
	ScopeKey   string // one open ticket per connection and scope key
	Connection string
	RemoteID   int64 // 0 until the create is settled
	Summary    string
	Board      string
	Status     string
	State      TicketState
	Touched    bool // a person worked on it (T5)
	// TouchedWhy is what the person did, as a sentence begins inside of one: "mkoch is its owner now."; empty when that is
	// not known. The first reason stays.
	TouchedWhy string
	TouchedAt  time.Time // when that was noticed
	ClosedBy   string    // who closed it at ConnectWise, when that was not us and ConnectWise says it
	ReopenedAt time.Time // the last time it was opened again
	ChangedAt  time.Time // when anything changed that a list shows
	OpenedAt   time.Time
	ClosedAt   time.Time
	// RemoteUpdatedAt is ConnectWise's own _info.lastUpdated of the newest answer we hold; a poll row not newer is ignored.
	RemoteUpdatedAt time.Time
	// PriorityID is the priority we last saw ourselves set; 0 is not known.
	PriorityID int64
	// Linked is true for a ticket that was there already and that a person named for ours: it does not carry XRef.
	// Owner is who it was assigned to when ConnectWise answered the create: a board's own assignment is nobody's touch (T5).
	Owner string
	// EnteredAt is when it was entered at ConnectWise, which nobody changes; zero when that is not known.
	Linked    bool
	EnteredAt time.Time
}

// TicketState is where a ticket stands, as far as we know.
type TicketState string

// The states of a ticket.
const (
	TicketPending TicketState = "pending" // decided here, not yet confirmed by ConnectWise
	TicketOpen    TicketState = "open"
	TicketClosed  TicketState = "closed"
	TicketUnknown TicketState = "unknown" // ConnectWise no longer shows it
)

// AlertState is everything the alert rules may know. The store reads it in the transaction that writes the decision.
type AlertState struct {
	Now       time.Time
	Source    string
	InstallID string
	FirstRead bool // the source was never read completely before: what it shows now is history (T4)
	// StartedAt is when the first complete reading of this source was stored; zero while FirstRead.
	StartedAt time.Time
	// Starts are the start lines within a source, by organization and State… name: when the organization first showed
	// that, or as StateReadable when it could first be read completely. What the first look shows is history (T4).
	Starts map[string]map[string]time.Time
	// GapRestart is true when the last poll is more than two intervals ago: "for N minutes" starts again at Now (T8).
	GapRestart bool
	// SteadySince is since when the source was polled without such a gap; "for N minutes" counts from here at the earliest.
	SteadySince time.Time
	// Complete says whether the last reading is known at all; while it is not, nothing is cleared.
	Complete bool
	// Unread holds the organizations that the last reading did not show completely: nothing of theirs is cleared. One
	// that is neither here nor in the tree is gone.
	Unread        map[string]bool
	Organizations []Organization
	Objects       []ObjectState // current values of every object of the source
	Conditions    []Condition   // those that hold, and those cleared within the longest reopen window
	Gone          []AlertRule   // what was removed from the settings of the rules that conditions name, as it last was
	Tickets       []Ticket      // of those conditions
	// Appeared and Vanished are the presences (StatePresent) that began and that ended with this batch. ReadBefore holds
	// the organizations that were readable before it: only what appears there was added.
	Appeared   []ObjectState
	Vanished   []ObjectState
	ReadBefore map[string]bool
	// Moved are the organizations that hang below another one since this batch.
	Moved []OrganizationMove
	// FailingSince is since when the source could not be read at all; zero while it can, and while nobody tried.
	FailingSince time.Time
	// FailingText is what the source, or the road to it, said.
	FailingText string
	// RecoveredAt is the newest OccurredAt of a recovery received so far, by condition key, of the keys that Fresh has problems
	// of: a problem that is older came late and is over. RecoveredHeard is when we received that recovery. Recoveries without
	// a time of their own, or with one that cannot be, are not among them.
	RecoveredAt    map[string]time.Time
	RecoveredHeard map[string]time.Time
	// OpenedLately is how many tickets were decided within the last quarter of an hour, by connection.
	OpenedLately map[string]int
	// CreateWaiting holds the ticket rows whose create has not been sent yet (delivery state waiting), so that a
	// recovery can take it back (T8).
	CreateWaiting map[int64]bool
	// Fresh are the source's events of this batch that were not stored before, in the order received.
	Fresh []Event
}

// AlertDecision is what the rules decided; the store writes it as it stands.
// Rows that do not exist yet are referred to by their natural keys: a condition by Key and Episode, a ticket by XRef.
type AlertDecision struct {
	Derived    []Event           // events we derive; stored ON CONFLICT DO NOTHING by SourceEventID
	Outcomes   []DecidedOutcome  // one for each fresh and derived event
	Conditions []Condition       // inserted (ID 0) or updated whole (ID set)
	Tickets    []Ticket          // new ticket rows (ID 0) in state pending
	Deliveries []DecidedDelivery // to be told to ConnectWise
	// Dropped names waiting creates that need not be sent any more, by ticket row, with the reason.
	Dropped map[int64]Reason
}

// DecidedOutcome is an EventOutcome whose rows may not exist yet.
type DecidedOutcome struct {
	SourceEventID string
	Outcome       OutcomeKind
	Rule          string
	Reason        Reason
	ConditionKey  string // "" when the event belongs to none
	Episode       int
}

// DecidedDelivery is a delivery for a ticket that may not exist yet, or an e-mail.
type DecidedDelivery struct {
	DedupKey   string // unique for ever: deciding the same twice adds nothing
	Kind       DeliveryKind
	Connection string // MailConnection for an e-mail
	TicketXRef string // empty for an e-mail
	Payload    TicketPayload
	Mail       *MailPayload // of DeliverMail, in place of Payload
	Lane       string       // of an e-mail: those about one condition go one after the other; tickets have their own
}

// TicketPayload is what a ticket delivery has to say. Names are resolved to ConnectWise ids when it is sent.
type TicketPayload struct {
	Rule           string   `json:"rule"`
	Reason         Reason   `json:"reason"`
	Source         string   `json:"source"`
	OrganizationID string   `json:"organization_id"` // external id at the source
	Organization   string   `json:"organization"`
	Object         Object   `json:"object"`
	Type           string   `json:"type"`
	Severity       Severity `json:"severity"`
	Summary        string   `json:"summary"` // at most 100 characters
	Text           string   `json:"text"`
	Close          bool     `json:"close,omitempty"`  // note, then close unless a person touched the ticket (T5)
	Reopen         bool     `json:"reopen,omitempty"` // open the ticket we closed again, then note (T7)
	// Double asks a person to merge a ticket that ConnectWise has more than once; it writes nothing.
	Double bool `json:"double,omitempty"`
	// CompanyID and By belong to a test ticket: the company a person chose, and who it was.
	CompanyID int64  `json:"company_id,omitempty"`
	By        string `json:"by,omitempty"`
}
