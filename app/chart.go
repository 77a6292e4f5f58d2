package app

import "time"

// TicketFlow is what became of alerts and tickets in a stretch of time.
type TicketFlow struct {
	Slot
	Known  bool // psabridge was there
	Opened int  // tickets
	Merged int  // alerts that were counted on a ticket
	Closed int  // tickets
}

// DeliveryFlow counts the deliveries that were made in a stretch of time by where they stand now.
type DeliveryFlow struct {
	Slot
	Known   bool // psabridge was there
	Sent    int
	Waiting int // or being sent, or checked
	Parked  int
	Dropped int
}

// Poll is how one reading of a source went.
type Poll struct {
	Source   string
	At       time.Time // it began
	OK       bool
	Complete bool // it showed everything
	Calls    int  // that were made for it
}

// PollFlow counts the polls of a source in a stretch of time; without any nothing is known of it.
type PollFlow struct {
	Slot
	OK         int
	Incomplete int // read, but not everything
	Failed     int
	Calls      int
}

// Polls is how many there were.
func (f PollFlow) Polls() int { return f.OK + f.Incomplete + f.Failed }

// FoundMonth is what the newest plan of a month found: where use and bill did not meet.
type FoundMonth struct {
	Period  Period
	PlanID  int64
	Lost    Money // a month: used and not billed, where prices are readable
	Over    Money // a month: billed and not used, likewise
	Found   int   // findings, those aside that are billed at the minimum as agreed
	Missing int   // of those, how many have no readable price
}
