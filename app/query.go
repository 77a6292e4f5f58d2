package app

import "time"

// Page is a cut of a list: at most Limit rows (0 = 100) after the row whose cursor is After (0 = from the start).
// Lists are newest first unless they say otherwise.
type Page struct {
	Limit int
	After int64
}

// Size returns Limit within its bounds, 1 to 1000.
func (p Page) Size() int {
	if p.Limit <= 0 {
		return 100
	}
	return min(p.Limit, 1000)
}

// OrganizationFilter picks organizations; empty fields pick all. Organizations are listed by source, then name.
type OrganizationFilter struct {
	Source string
	Query  string // part of the name, any case
	Mapped *bool  // has a company of its own
}

// OrganizationRow is an organization with what a list shows beside it.
type OrganizationRow struct {
	Organization
	Mapping    *MappingRow // its own entry; nil when it has none
	ParentID   int64       // our row; 0 for the top
	Readings   []Reading   // newest of each meter, own basis, without items
	Alerts7d   int
	Holding    int // conditions that hold now
	WaitingFor int // of those, how many wait for a mapping
	// New is true when the source showed it for the first time after its own first complete reading, nobody mapped or
	// ignored it, and nobody put it off: the page asks what it is.
	New bool
}

// EventFilter picks events; empty fields pick all.
type EventFilter struct {
	OrganizationID int64 // our row
	Type           string
	ObjectKind     ObjectKind
	Query          string // part of title, text or object name
	Since          time.Time
	Page           Page
}

// EventRow is an event with what became of it.
type EventRow struct {
	Event
	Organization Named // our row
	Outcome      EventOutcome
	TicketID     int64 // our row; 0 without
	TicketNumber int64 // at ConnectWise; 0 without
}

// ConditionFilter picks conditions; empty fields pick all.
type ConditionFilter struct {
	OrganizationID int64 // our row
	State          ConditionState
	TicketID       int64 // our row
	Page           Page
}

// ConditionStory is one condition with everything that happened to it, oldest first.
type ConditionStory struct {
	Condition
	Organization Named      // our row
	Ticket       *TicketRow // nil while there is none
	Events       []EventRow // the newest ones, at most 200
	EventCount   int
	Deliveries   []DeliveryRow // of its ticket and its e-mails
	Attempts     map[int64][]Attempt
}

// RuleHits is how much one alert rule decided on lately.
type RuleHits struct {
	Rule    string
	Events  int // it decided on
	Tickets int // of those, how many opened one
	Mails   int // of those, how many were told by e-mail alone
	LastAt  time.Time
}

// TicketFilter picks tickets; empty fields pick all.
type TicketFilter struct {
	Connection string
	State      TicketState
	Touched    bool   // only those a person worked on
	Query      string // part of the summary, or the number
	Number     int64  // the one ConnectWise has under this number, of each connection; 0 for all
	Recent     bool   // what changed last first, instead of what is newest
	Page       Page
}

// TicketRow is a ticket with its conditions.
type TicketRow struct {
	Ticket
	Organization Named // of its first condition; zero when it is not known
	Conditions   []Condition
	Occurrences  int
}

// DeliveryFilter picks deliveries; empty fields pick all.
type DeliveryFilter struct {
	Connection string
	State      DeliveryState
	Kind       DeliveryKind
	Closing    *bool     // only notes that close their ticket, or only those that do not
	PushID     int64     // those of one push
	TicketID   int64     // our row
	LikeID     int64     // those that ended their last attempt as this delivery did: same connection, kind, state, code and reason
	Since      time.Time // made since
	Query      string    // part of the subject, organization or ticket number
	Page       Page
}

// RetryFilter picks what a person wants tried again at once; empty fields pick all. Only what waits, checks or is parked.
type RetryFilter struct {
	State  DeliveryState // parked where it is empty
	LikeID int64         // as DeliveryFilter.LikeID
	Since  time.Time     // made since
}

// DeliveryStates counts deliveries by state, within a filter whose State is left aside.
type DeliveryStates map[DeliveryState]int

// DeliveryRow is a delivery with what a list shows beside it.
type DeliveryRow struct {
	Delivery
	Subject      string // summary of the ticket, or name of the agreement
	Organization Named  // our row; zero for pushes
	TicketNumber int64
}

// OutboxCounts is how many deliveries stand where.
type OutboxCounts struct {
	Waiting  int
	Sending  int
	Checking int
	Parked   int
	Done24h  int
	OldestAt time.Time // of those not finished; zero when none
}

// Backlog is what waits for a person or a mapping, counted.
type Backlog struct {
	Parked          int
	ParkedByReason  map[string]int
	StartLine       int // conditions behind the start question (T4)
	WaitingMapping  int // conditions that wait for a mapping
	Unmapped        int // organizations without a company, master and ignored ones aside
	TicketsOpen     int
	TicketsTouched  int
	Opened24h       int
	Closed24h       int
	Merged24h       int
	Suppressed24h   int
	EventsByHour24h [24]int // oldest first
}

// PushFilter picks pushes; empty fields pick all.
type PushFilter struct {
	Connection string
	Period     Period
	Page       Page
}

// WaitingCount counts the conditions of one organization and rule that wait for a person for the same reason.
type WaitingCount struct {
	Wait           Reason
	Source         string
	OrganizationID string // external id at the source
	Organization   string // empty when the source does not show it any more
	Rule           string
	N              int
}

// UnusedType is a type of events of a source that no alert rule wanted.
type UnusedType struct {
	Source string
	Type   string
	Seen   int
	LastAt time.Time
}
