package app

import "time"

// Override is a number that a person typed or pasted for one organization, meter and billing month, in place of what the
// source showed. The month's plans count it and say so; with the month it is over.
type Override struct {
	Source         string
	OrganizationID string // external id at the source
	Meter          Meter
	Period         Period   // the billing month whose plans count it (M1)
	Quantity       Quantity // before the quantity rule: not rounded, without the minimum
	Unit           string   // each | bytes | GB | TB
	Note           string   // why, for whoever asks in a year; never empty
	By             string
	At             time.Time
}

// MethodOverride is how an overridden share was counted, for its evidence. It is never pinned to a line (M4).
const MethodOverride = "override"

// KindOverride is the kind of the one piece of evidence an overridden share has.
const KindOverride ObjectKind = "override"
