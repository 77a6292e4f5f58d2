package billing

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"psabridge/app"
)

// CustomerFile is what one customer may see of a push: their own quantities that stand on an agreement, and where each came
// from. It holds no price, nothing of another customer, and no word that was written for the house.
type CustomerFile struct {
	Connection string
	Push       int64
	Period     app.Period
	Company    app.Named
	At         time.Time // when the push was approved
	Undo       bool      // the push gave old quantities back
	Undone     bool      // the push was undone since
	Lines      []CustomerLine
}

// CustomerLine is one agreement and product of a customer's file.
type CustomerLine struct {
	Agreement string
	Meter     app.Meter
	Product   string
	Unit      string
	Before    *app.Quantity // nil: there was no line
	After     app.Quantity  // what it became
	WrittenAt time.Time     // zero when it held After already
	Effective time.Time     // of a line that was made
	Rule      string        // how the shares became After, in words
	Shares    []app.Share
	Items     []app.EvidenceItem
	Corrected bool // a person set After in place of what was counted; the note on it is ours
	// Change is against the line as it stood the month before; empty where that is not known.
	Change Difference
}

// Customers lists the companies a push has something to tell, by name.
func Customers(push app.Push) []app.Named {
	var out []app.Named
	for _, l := range push.Lines {
		if theirs(l, l.Company.ID) && !slices.ContainsFunc(out, func(n app.Named) bool { return n.ID == l.Company.ID }) {
			out = append(out, l.Company)
		}
	}
	slices.SortStableFunc(out, func(a, b app.Named) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// CustomerFileOf makes the file of one company. The push's lines must have their evidence; previous are the lines that
// stood before the push's month, with theirs, and may be nil. It reports false when the push has nothing of the company.
func CustomerFileOf(push app.Push, previous []app.Line, company int64) (CustomerFile, bool) {
	f := CustomerFile{Connection: push.Connection, Push: push.ID, Period: push.Period, At: push.ApprovedAt, Undo: push.UndoOf != 0, Undone: push.State == app.PushUndone}
	was := byItem(previous)
	for _, l := range push.Lines {
		if !theirs(l, company) {
			continue
		}
		f.Company = l.Company
		line := customerLine(l)
		if f.Undo {
			line.Shares, line.Items, line.Rule = nil, nil, "" // they made the number that was taken back
		}
		if old, ok := was[itemKey(l)]; ok && l.ProductID != 0 && old.Company.ID == company && !overridden(old) && !overridden(l) {
			line.Change = Compare(old.Items, l.Items)
		}
		f.Lines = append(f.Lines, line)
	}
	return f, len(f.Lines) > 0
}

// theirs reports whether a line may be shown to a company: what was written, or found right. What was held or skipped is
// billed to nobody, and a mapping that contradicts itself may carry the usage of somebody else's organization.
func theirs(l app.Line, company int64) bool {
	return company != 0 && l.Company.ID == company && l.State == app.LineDone && !hasHold(l, app.HoldMappingBroken)
}

// typedByHand stands in a customer's file for the reason of a number that was typed in place of a reading.
const typedByHand = "typed by hand"

func customerLine(l app.Line) CustomerLine {
	c := CustomerLine{
		Agreement: l.Agreement.Name, Meter: l.Meter, Product: l.Product, Unit: l.Unit, Before: l.Before, After: l.After,
		WrittenAt: l.WrittenAt, Rule: l.Rule, Shares: slices.Clone(l.Shares), Items: slices.Clone(l.Items),
		Corrected: l.Decision == app.DecisionCorrected,
	}
	if created(l) {
		c.Effective = l.EffectiveDate
	}
	for i, s := range c.Shares {
		c.Shares[i].OrganizationID, c.Shares[i].ReadingID = 0, 0 // ours, and nothing to a customer
		if s.Override != "" {
			c.Shares[i].Override = typedByHand
		}
	}
	return c
}
