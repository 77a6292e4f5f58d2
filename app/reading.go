package app

import "time"

// Meter is what is counted. Inbox sources may send any; these the vendors have.
type Meter string

// The meters of x360Sync and of x360Cloud.
const (
	MeterAccounts   Meter = "accounts"    // x360Sync: persons of the organization; guests never count
	MeterStorage    Meter = "storage"     // x360Sync: bytes in the organization's roots
	MeterFileServer Meter = "file_server" // x360Sync: machines of type server
	MeterGuests     Meter = "guests"      // x360Sync: people outside who were given a share

	MeterProtectedSeats   Meter = "protected_seats"   // x360Cloud: users that are protected
	MeterProtectedStorage Meter = "protected_storage" // x360Cloud: bytes or GB that are protected, where it says so
)

// Units of readings and of quantity rules. 1 GB = 1024³ bytes, as the vendor prints it.
const (
	UnitEach  = "each"
	UnitBytes = "bytes"
	UnitGB    = "GB"
	UnitTB    = "TB"
)

// Basis says whether a reading covers the organization alone or with everything below it.
type Basis string

// The bases of a reading.
const (
	BasisOwn       Basis = "own"
	BasisInclusive Basis = "inclusive"
)

// Reading is what one meter of one organization showed. It is complete or it is not; an incomplete one never bills.
type Reading struct {
	ID             int64
	Source         string
	OrganizationID string // external id at the source
	Meter          Meter
	Basis          Basis
	Quantity       Quantity
	Unit           string // each | bytes | GB | TB
	Complete       bool
	Problem        string // why it is not complete, for the person
	Method         string // how it was counted: "computed" or "usage endpoint"; a change holds the line (M4)
	AsOf           time.Time
	Covers         Period // zero: the usage as read at AsOf
	Items          []EvidenceItem
}

// EvidenceItem is one thing that was counted.
type EvidenceItem struct {
	Kind       ObjectKind `json:"kind"`
	ExternalID string     `json:"external_id"`
	Name       string     `json:"name"`
	Amount     Quantity   `json:"amount"`
	Excluded   string     `json:"excluded,omitempty"` // the reason it was left out (M10); empty when it counts
	Detail     string     `json:"detail,omitempty"`   // something more about it, e.g. "3 mapped folders"
}

// Usage is one whole reading of what is used at a source.
type Usage struct {
	Readings []Reading
	// Raw is what the source answered where its fields are not documented.
	Raw []RawRecord
	// Problems are sentences for the person about what could not be read and belongs to no reading.
	Problems []string
}

// The ways a reading was got, in Reading.Method. A change of the way holds the line (M4).
const (
	MethodComputed = "computed"       // counted from the lists
	MethodUsage    = "usage endpoint" // what the source says of itself
	MethodSent     = "sent"           // came in as JSON
	MethodFile     = "file"           // came in with a file
)
