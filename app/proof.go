package app

import "time"

// Proof is what one delivery showed of the rights of a connection's role. No harmless read shows a right to write.
type Proof struct {
	DeliveryID int64
	Kind       DeliveryKind
	Done       bool   // it was written by us; false: it is parked because a right is missing
	Created    bool   // of an agreement: an addition was created, not only a quantity set
	Closing    bool   // of a note or test ticket: it closed the ticket, or was on its way to
	Request    string // of the last write that was tried, as kept with the attempt; "" when none was
	Words      string // why it is parked, ConnectWise's own words among them
	At         time.Time
}
