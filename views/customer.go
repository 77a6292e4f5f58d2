package views

import (
	"time"

	"psabridge/app"
	"psabridge/views/ui"
)

// CustomerFile is what one customer may see of a push: a page that prints well, or a file that stands alone. It holds no
// price and nothing of another customer.
type CustomerFile struct {
	Push    int64
	Period  app.Period
	Company app.Named
	At      time.Time
	Zone    *time.Location
	Undo    bool
	Undone  bool // the push was undone since
	Lines   []CustomerLine
	// Alone is true for the file: its style is inside, it runs nothing, and it leads nowhere.
	Alone bool
}

// CustomerLine is one product of a customer with where its number came from.
type CustomerLine struct {
	Agreement string
	Meter     app.Meter
	Product   string
	Unit      string
	Before    *app.Quantity // nil: there was no line
	After     app.Quantity
	WrittenAt time.Time
	Effective time.Time // of a line that was made
	Rule      string
	Shares    []app.Share
	Items     []app.EvidenceItem
	Corrected bool // a person set the number in place of what was counted
	Changes   []ItemChange
}

// change says a customer's line against the one before: "40 → 43".
func (l CustomerLine) change() string {
	if l.Before == nil {
		return ui.Quantity(l.After, l.Unit) + ", new"
	}
	if l.Before.Equal(l.After) {
		return ui.Quantity(l.After, l.Unit) + ", as before"
	}
	return ui.Quantity(*l.Before, l.Unit) + " → " + ui.Quantity(l.After, l.Unit)
}

// state says whether the number stands on the agreement.
func (l CustomerLine) state(zone *time.Location) string {
	out := "This quantity stands on the agreement."
	if !l.WrittenAt.IsZero() {
		out = "This quantity stands on the agreement since " + l.WrittenAt.In(zone).Format("2 January 2006") + "."
	}
	if !l.Effective.IsZero() {
		out += " The line counts from " + l.Effective.UTC().Format("2 January 2006") + "."
	}
	return out
}
