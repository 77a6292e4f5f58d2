package app

import "time"

// History is what is kept of one source between two moments, for a rehearsal.
type History struct {
	Source   string
	From, To time.Time
	// KeptSince is the oldest moment of which everything of this source is kept; later than From where less is kept than was
	// asked for. Where it is StartedAt, Events has what came with the first reading too, received a moment before.
	KeptSince     time.Time
	StartedAt     time.Time // the source's start line (T4)
	Starts        map[string]map[string]time.Time
	Organizations []Organization
	// States are the values of the objects, with those that held at From, in the order in which they began. Presence is left
	// out: what came of it is among Events.
	States []StateSpan
	// Events are the source's own and what psabridge derived whatever the rules say (something came, went or moved), in the
	// order received and without their Body. What it derived by the rules is left out, because it is derived again.
	Events []Event
	// Held are problems of the source's own from before From that nothing had ended by then.
	Held []Event
	// Outages are the times in which the source could not be read, as far as they were long enough to be told.
	Outages []Outage
}

// Outage is a time in which a source could not be read.
type Outage struct {
	From, To time.Time // To is zero while it goes on
	Text     string    // what the source, or the road to it, said
}

// StateSpan is a value an object had from one moment to another.
type StateSpan struct {
	ObjectState
	To time.Time // zero: it still has
}

// Rehearsal is what a set of alert rules would have done with what happened.
type Rehearsal struct {
	From, To   time.Time
	KeptSince  time.Time // later than From where not everything of each source is kept that far back
	Events     int
	Tickets    int // opened
	Reopened   int
	Notes      int
	AutoClosed int // of the tickets: closed by themselves
	Open       int // of the tickets: open at the end
	Mails      int
	// Asked are the conditions that would have waited for a person's word, because more opened at once than their connection
	// opens without asking. They are no tickets, and none of their events stayed quiet.
	Asked      int
	NoRule     int              // events no rule wanted
	Suppressed int              // events that stayed quiet: maintenance, a wait that ended before its time, quiet conditions
	Unmapped   []RehearsedShare // organizations without a company, with the tickets that would have waited for one
	ByRule     []RehearsedShare
	// ByOrganization has the busiest first.
	ByOrganization []RehearsedShare
	// Opened are the tickets, newest first, at most RehearsedMost.
	Opened []RehearsedTicket
	// Problems are sentences about rules that can match nothing, because whom they are for is not there.
	Problems []string
}

// RehearsedMost bounds the tickets a rehearsal names.
const RehearsedMost = 500

// RehearsedShare is the part of a rehearsal that is one rule's, or one organization's.
type RehearsedShare struct {
	Name           string // of the rule; of the organization
	OrganizationID int64  // our row; 0 for a rule
	Source         string // of the organization: two sources may name one alike
	Events         int
	Tickets        int
	AutoClosed     int
}

// RehearsedTicket is a ticket that would have been opened.
type RehearsedTicket struct {
	Key            string // tells tickets of two rehearsals apart: scope and the first event
	At             time.Time
	ClosedAt       time.Time // zero: still open at the end
	Rule           string
	OrganizationID int64 // our row
	Organization   string
	Object         Object
	Type           string
	Severity       Severity
	Summary        string
	Count          int // how often it was noticed
	Notes          int
}

// RehearsalDifference is what a change of the rules changes.
type RehearsalDifference struct {
	Before Rehearsal // by the rules as they are
	// More and Fewer are how many tickets the change adds and takes away.
	More, Fewer int
	Opened      []RehearsedTicket // those it adds, newest first, at most RehearsedMost
	NoLonger    []RehearsedTicket // those it takes away, likewise
}
