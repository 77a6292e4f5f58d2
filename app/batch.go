package app

import "time"

// Batch is everything one pull of a source showed: facts for the alert rules.
type Batch struct {
	Source string
	ReadAt time.Time
	// Organizations is the whole tree below the top organization; only when OrganizationsComplete may one that is
	// missing be taken for gone.
	Organizations         []Organization
	OrganizationsComplete bool
	// States holds the current values of the objects of every organization that could be read.
	States []ObjectState
	// Unread lists the external ids of organizations whose objects could not be read completely; nothing about them is cleared.
	Unread []string
	Events []Event
	Marks  []Mark
	// Pushed is true for what was sent to us: it is never the whole of a source, so nothing that is missing from it is gone,
	// and nothing that comes with the first one is history, because it happened after somebody began to send (T4).
	Pushed bool
	// Problems are sentences for the person about what could not be read.
	Problems []string
}

// Complete reports whether everything could be read.
func (b Batch) Complete() bool {
	return b.OrganizationsComplete && len(b.Unread) == 0 && len(b.Problems) == 0
}

// Mark is how far one stream of a source has been read.
type Mark struct {
	Stream     string // e.g. "activity"
	ExternalID string // the organization it belongs to
	Value      string // opaque to all but the adapter
}

// IngestResult counts what a batch brought.
type IngestResult struct {
	Organizations int
	Events        int // fresh ones, derived included
	Stored        int // fresh ones of those the batch brought; the others it brought were known already
	Outcomes      map[OutcomeKind]int
	Deliveries    int
}
