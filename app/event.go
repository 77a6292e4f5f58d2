package app

import (
	"encoding/json"
	"time"
)

// Event is one immutable fact a source reported, or one we derived from what it shows.
type Event struct {
	ID             int64
	Source         string
	SourceEventID  string // unique in the source; a derived event's is made of type, object and onset
	OrganizationID string // external id at the source
	Object         Object
	Type           string // e.g. "machine.unreachable"; a recovery has the type of its problem
	State          EventState
	Severity       Severity
	Level          int       // what a derived event measured: percent, minutes, days, times; 0 when it has none
	OccurredAt     time.Time // by the source's clock
	ReceivedAt     time.Time // by ours; decisions go by this order (T4)
	Title          string
	Text           string
	Body           json.RawMessage // the source's own record; nil for derived events
}

// EventState says whether an event opens, clears or only tells.
type EventState string

// The states of an event.
const (
	Problem  EventState = "problem"
	Recovery EventState = "recovery"
	Info     EventState = "info"
)

// Severity orders alerts and picks the ticket's priority.
type Severity string

// The severities, least first.
const (
	SeverityInfo     Severity = "info"
	SeverityWarning  Severity = "warning"
	SeverityCritical Severity = "critical"
)

// Event types psabridge derives itself (contract psabridge-api, "Event types"). Activity rows are "activity.<slug>".
const (
	TypeMachineUnreachable  = "machine.unreachable"  // stateful; level: minutes
	TypeMachineUnseen       = "machine.unseen"       // stateful; level: days
	TypeQuotaReached        = "quota.reached"        // stateful; level: percent
	TypeSourceUnreadable    = "source.unreadable"    // stateful; level: minutes
	TypeAccountAdded        = "account.added"        // momentary, as are the others of its kind
	TypeAccountRemoved      = "account.removed"      //
	TypeMachineAdded        = "machine.added"        //
	TypeMachineRemoved      = "machine.removed"      //
	TypeOrganizationAdded   = "organization.added"   //
	TypeOrganizationRemoved = "organization.removed" //
	TypeOrganizationMoved   = "organization.moved"   // it hangs below another one than before
	TypeSignInFailures      = "signin.failures"      // momentary; level: times in a row
	TypeBackupSLAMissed     = "backup.sla_missed"    // stateful
	TypeBackupFailed        = "backup.failed"        // stateful
	TypeAccountUnprotected  = "account.unprotected"  // stateful
)

// EventOutcome is what became of an event, and why. The reason is named and shown (DESIGN: it explains itself).
type EventOutcome struct {
	EventID     int64
	Outcome     OutcomeKind
	Rule        string // name of the alert rule that decided; empty when none did
	Reason      Reason
	ConditionID int64 // 0 when the event belongs to no condition
}

// OutcomeKind is the short answer to "what became of it".
type OutcomeKind string

// The outcomes of an event.
const (
	OutcomeTicket     OutcomeKind = "ticket"     // opened a ticket
	OutcomeMerged     OutcomeKind = "merged"     // belongs to a condition that already stands
	OutcomeIgnored    OutcomeKind = "ignored"    // a rule said so, or it is history from before the start line
	OutcomeNoRule     OutcomeKind = "no_rule"    // no alert rule wants it
	OutcomeUnmapped   OutcomeKind = "unmapped"   // kept until the organization has a ConnectWise company
	OutcomeMail       OutcomeKind = "mail"       // told by e-mail alone, as its rule says
	OutcomeSuppressed OutcomeKind = "suppressed" // quiet time, maintenance window, recovered before it was sent
)

// Reason names a decision of the alert rules. It appears in the ticket, the log and the page.
type Reason string

// The reasons of app/alert.
const (
	ReasonFirst        Reason = "first"        // the condition opened
	ReasonCameBack     Reason = "came_back"    // it had recovered, and its ticket goes on or is opened again
	ReasonJoined       Reason = "joined"       // another one, for a ticket that stands for several
	ReasonWorsened     Reason = "worsened"     // same condition, higher level (80 % → 100 %)
	ReasonRepeated     Reason = "repeated"     // same condition, nothing new
	ReasonCleared      Reason = "cleared"      // it recovered
	ReasonNothingOpen  Reason = "nothing_open" // a recovery of nothing that stands
	ReasonHistory      Reason = "history"      // from before the start line (T4)
	ReasonWaiting      Reason = "waiting"      // waits the rule's minutes before it opens
	ReasonNotMapped    Reason = "not_mapped"   // no company
	ReasonTicketingOff Reason = "ticketing_off"
	ReasonNoRule       Reason = "no_rule"
	ReasonMuted        Reason = "muted"
	ReasonRecovered    Reason = "recovered_before_sent" // T8
	ReasonLateMapping  Reason = "late_mapping"          // the mapping appeared while it still held
	ReasonStart        Reason = "start"                 // a person answered the start question with "open" (T4)
	ReasonStayQuiet    Reason = "stay_quiet"            // a person acknowledged it, or the rule wants no second ticket
	ReasonNotViaPSA    Reason = "not_via_psa"           // the rule that decides does not tell the PSA system
	ReasonFlood        Reason = "flood"                 // more new tickets than the connection opens without asking
	ReasonStale        Reason = "stale"                 // by the source's own clock it is older than what is known of the same thing
	ReasonAcknowledged Reason = "acknowledged"          // a person wants it quiet until a date
	ReasonDateCame     Reason = "date_came"             // that date came and it still held
	// ReasonSourceRemoved ends what held when its source left the settings, or became one of another kind.
	ReasonSourceRemoved Reason = "source_removed"
)
