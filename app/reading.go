package app

import "time"

// Meter is what is counted. Inbox sources may send any; these three x360Sync has.
type Meter string

// The meters of x360Sync.
const (
	MeterAccounts   Meter = "accounts"    // persons of the organization; guests never count
	MeterStorage    Meter = "storage"     // bytes in the organization's roots
	MeterFileServer Meter = "file_server" // machines of type server
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
}
