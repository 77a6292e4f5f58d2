package app

import "time"

// MeterMonth is what one meter of one organization came to in one month: the last complete reading, and what was billed.
type MeterMonth struct {
	Meter  Meter
	Basis  Basis
	Unit   string // of Read
	Period Period
	Read   *Quantity // nil: no complete reading in the month
	ReadAt time.Time
	// Statement is true when Read is a statement that covers the month (M9).
	Statement  bool
	Billed     *Quantity // what the month's newest push wrote for it alone, else its share in that; nil: nothing was
	BilledUnit string
}

// MonthChange is one line in two months, as it stood at ConnectWise after each month's pushes.
type MonthChange struct {
	Company   Named
	Agreement Named
	Meter     Meter
	Product   string
	Unit      string
	Before    *Quantity // nil: the line was not there
	After     *Quantity // nil: the line is not there any more
	Amount    *Money    // the difference a month at the later price; nil when no price is readable
	Reason    string    // by name, e.g. "+ Ada Lovelace, − Reception"
}
