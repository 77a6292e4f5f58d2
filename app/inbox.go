package app

import (
	"encoding/json"
	"time"
)

// KindInbox is the kind of a source nobody reads: what happens there is sent to us, or imported from a file.
const KindInbox = "inbox"

// SyntheticTop is the external id of the organization psabridge puts on top of a source that has no tree of its own, so
// that every tree has one top to set things on. No customer may be called so.
const SyntheticTop = "psabridge:top"

// Pushed reports whether the source is sent to us instead of being read.
func (s SourceSettings) Pushed() bool { return s.Kind == KindInbox }

// Received says what came of events or readings that were sent to an inbox.
type Received struct {
	Accepted      int `json:"accepted"`   // stored, and not known before
	Duplicates    int `json:"duplicates"` // known already, and sent again as they were
	Organizations int `json:"organizations"`

	// Events that were not stored because another one with their id said something else: how many, which, and what to do.
	Changed    int      `json:"changed,omitempty"`
	ChangedIDs []string `json:"changed_ids,omitempty"`
	Problem    string   `json:"problem,omitempty"`
}

// The ways to treat rows of a file that say the same customer and meter.
const (
	DuplicatesSum  = "sum"  // they are parts of one quantity
	DuplicatesLast = "last" // the later row replaces the earlier one
)

// CSVMapping says how the columns of a file become readings. A column is named by its header as the file writes it; an
// empty name means that the file has no such column.
type CSVMapping struct {
	Shape string `json:"shape,omitempty"` // a ready-made mapping, e.g. "psabridge" or "x360cloud_usage"; empty: the columns below

	CustomerID   string `json:"customer_id,omitempty"`
	CustomerName string `json:"customer_name,omitempty"`
	Meter        string `json:"meter,omitempty"`
	Quantity     string `json:"quantity,omitempty"` // empty: every row counts 1
	Unit         string `json:"unit,omitempty"`
	AsOf         string `json:"as_of,omitempty"`
	Covers       string `json:"covers,omitempty"`
	ItemID       string `json:"item_id,omitempty"`   // what was counted: the evidence of a row
	ItemName     string `json:"item_name,omitempty"` //
	Only         string `json:"only,omitempty"`      // column that says whether a row counts at all
	OnlyValue    string `json:"only_value,omitempty"`

	// What holds for every row where the file has no column for it. A column wins over these.
	Fixed CSVFixed `json:"fixed,omitzero"`

	Duplicates string `json:"duplicates,omitempty"` // sum (default) or last
	Decimal    string `json:"decimal,omitempty"`    // "," or "."; empty: found out, and asked for when it cannot be
	// Complete says that a customer who is not in the file used nothing. Without it such a customer has no reading.
	Complete bool `json:"complete,omitempty"`
	// Partial stores what is right although some rows are wrong; customers with a wrong row get an incomplete reading.
	Partial bool `json:"partial,omitempty"`
}

// CSVFixed are the values a file leaves out.
type CSVFixed struct {
	CustomerID   string    `json:"customer_id,omitempty"`
	CustomerName string    `json:"customer_name,omitempty"`
	Meter        Meter     `json:"meter,omitempty"`
	Unit         string    `json:"unit,omitempty"`
	AsOf         time.Time `json:"as_of,omitzero"`
	Covers       Period    `json:"covers,omitzero"`
}

// CSVPreview is what a file would become, before anything is stored.
type CSVPreview struct {
	File       string
	Encoding   string // e.g. "UTF-8", "UTF-16 LE", "Windows-1252"
	Separator  string // as a person calls it: comma, semicolon, tab, pipe
	Columns    []string
	Above      int        // rows above the header that hold something, such as titles; they are left out
	Rows       [][]string // the first five, as they stand in the file
	HeaderHash string     // under which a mapping is remembered
	Mapping    CSVMapping // remembered, ready-made or guessed; what was asked for when something was
	Remembered bool
	Guessed    bool

	ImportCounts
	Readings []Reading // the first five
	// Customers are the external ids of everybody in the file, and Names what it calls them.
	Customers []string
	Names     map[string]string
	Totals    []MeterTotal
	Zeroed    []Organization // customers that are not in the file and would be set to 0 (Complete)
}

// ImportCounts count the rows of a file.
type ImportCounts struct {
	Rows          int // with content, the header aside
	Blank         int
	TotalRows     int // recognised as sums of the rows above and left out
	Duplicate     int
	Left          int // left out because Only says so
	Organizations int
	ReadingsMade  int
	Wrong         int          // rows with an error
	Problems      []RowProblem // the first hundred
}

// RowProblem is what is wrong with one row of a file.
type RowProblem struct {
	Line    int    `json:"line"` // of the file, from 1
	Column  string `json:"column"`
	Message string `json:"message"` // what is wrong and what to write
}

// MeterTotal is the sum of a meter over a whole file.
type MeterTotal struct {
	Meter    Meter
	Unit     string
	Quantity Quantity
}

// Import is one file, or one call, that brought readings into an inbox.
type Import struct {
	ID     int64
	Source string
	At     time.Time
	By     string
	File   string // name; "" for JSON
	Covers Period // zero when the readings are of a moment or of several months
	ImportCounts
}

// InboxToken lets a program send to one inbox source and do nothing else. The token itself is shown once and not kept.
type InboxToken struct {
	ID        int64
	Source    string
	Name      string // what it is for
	EndsWith  string
	CreatedAt time.Time
	RevokedAt time.Time // zero while it is good
}

// RawRecord is what a source answered where its fields are not documented. It is kept to be looked at; nothing is
// billed by it unless Understood.
type RawRecord struct {
	Source         string
	OrganizationID string // external id
	What           string // e.g. "metrics/usage"
	ReadAt         time.Time
	Body           json.RawMessage
	Understood     bool
	Note           string // how it was understood, or why it was not, for the person
}

// MeterSeen is a meter that some organization of a source has a reading of.
type MeterSeen struct {
	Source        string
	Meter         Meter
	Unit          string
	Organizations int
}
