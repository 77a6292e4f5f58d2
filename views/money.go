package views

import (
	"strconv"
	"time"

	"psabridge/app"
	"psabridge/views/layout"
	"psabridge/views/ui"
)

// Money is the page that says where use and bill do not meet.
type Money struct {
	Shell       layout.Shell
	Connections []MoneyConnection
}

// MoneyConnection is what was found on one connection with its newest preview.
type MoneyConnection struct {
	Name    string
	Zone    *time.Location
	Enabled bool       // billing is on
	Plan    *app.Plan  // without lines; nil before the first
	Period  app.Period // that Look again is about
	Running bool       // it is being looked at
	Old     []string   // why what is shown may not be so any more, in sentences
	Groups  []MoneyGroup
	Lost    app.Money // a month: used and not billed, where prices are readable
	Over    app.Money // a month: billed and not used, likewise
	Missing int       // findings whose price is not readable
	All     int       // findings
	Settled int       // of these, what the preview writes or asks about already, and minimums as agreed
	Chart   *FlowChart
	// What was compared, for when nothing was found.
	Lines, Agreements, Organizations int
}

// MoneyGroup are the findings of one kind.
type MoneyGroup struct {
	Code    app.FindingCode
	Rows    []FindingRow
	More    int       // rows that are left out of a long page; the file has them
	Sum     app.Money // of the readable ones
	Missing int       // rows without a readable price
	N       int       // all of them
}

// FindingRow is one finding with the way to what mends it.
type FindingRow struct {
	app.Finding
	OrganizationURL string
	Fix             *ui.Action
}

// shared says how many of the findings need nothing done here.
func (c MoneyConnection) shared() string {
	if c.Settled == 0 {
		return ""
	}
	return ui.Count(c.All, "finding", "findings") + ". The preview writes or asks about " + ui.Int(c.Settled) + " of them; " + ui.Count(c.All-c.Settled, "is", "are") + " for you to mend."
}

// title is what a kind of finding is called.
func (g MoneyGroup) title() string {
	switch g.Code {
	case app.FindingUsedNotBilled:
		return "Used but not billed"
	case app.FindingBilledNotUsed:
		return "Billed but not used"
	case app.FindingUnmapped:
		return "Not matched to a company"
	case app.FindingNoAgreement:
		return "Agreement missing or wrong"
	case app.FindingDoubleLine:
		return "Two lines of one product"
	case app.FindingBelowMinimum:
		return "Below the minimum"
	}
	return string(g.Code)
}

// caption says what a kind of finding means for the money.
func (g MoneyGroup) caption() string {
	switch g.Code {
	case app.FindingUsedNotBilled:
		return "You pay the vendor for these, and the agreement bills fewer or none of them."
	case app.FindingBilledNotUsed:
		return "Your customer pays for these; the source shows less."
	case app.FindingUnmapped:
		return "These organizations use something, and nobody is billed for it."
	case app.FindingNoAgreement:
		return "Something is ticked to be billed, but there is no agreement that takes it."
	case app.FindingDoubleLine:
		return "An agreement bills one product twice. Nothing is written to either line until one is cancelled."
	case app.FindingBelowMinimum:
		return "Less is used than the minimum that is billed. Right where it was agreed."
	}
	return ""
}

// id is where the group stands on the page.
func (g MoneyGroup) id(connection string) string { return "found-" + connection + "-" + string(g.Code) }

// sum is the group's money in words.
func (g MoneyGroup) sum() string {
	switch {
	case g.Missing == g.N:
		return "price effect unknown"
	case g.Missing > 0:
		return ui.Amount(&g.Sum) + " a month, " + strconv.Itoa(g.Missing) + " unknown"
	}
	return ui.Amount(&g.Sum) + " a month"
}

// plain prints an amount without a sign.
func plain(m app.Money) string {
	out := ui.Amount(&m)
	if m.IsPositive() {
		return out[1:] // the plus sign is one byte
	}
	return out
}

// used and billed are the two quantities of a finding, each with a word where there is none.
func (r FindingRow) used() string { return quantityOr(r.Used, r.Unit, "not known") }

func (r FindingRow) billed() string { return quantityOr(r.Billed, r.Unit, "nothing") }

func quantityOr(q *app.Quantity, unit, none string) string {
	if q == nil {
		return none
	}
	return ui.Quantity(app.Quantity{Decimal: q.Round(2)}, unit)
}

// amount is what the finding is worth a month.
func (r FindingRow) amount() string {
	if r.Amount == nil {
		return "unknown"
	}
	return ui.Amount(r.Amount)
}

func (r FindingRow) who() string {
	if r.Organization.Name != "" {
		return r.Organization.Name
	}
	if r.Company.Name != "" {
		return r.Company.Name
	}
	return "Nobody is mapped"
}

// compared says what was looked at.
func (c MoneyConnection) compared() string {
	out := "Compared were " + ui.Count(c.Lines, "line", "lines") + " on " + ui.Count(c.Agreements, "agreement", "agreements") + " with the usage of " + ui.Count(c.Organizations, "organization", "organizations") + "."
	if c.Plan != nil && !c.Plan.Complete {
		out += " Not everything could be read, so this is not the whole answer."
	}
	return out
}
