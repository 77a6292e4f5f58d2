package views

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"psabridge/app"
	"psabridge/views/layout"
	"psabridge/views/ui"
)

// Month is the billing page of one connection and period: the preview with its decisions.
type Month struct {
	Shell       layout.Shell
	Connection  string
	Connections []string // all with billing, for switching; more than one shows the switch
	Period      app.Period
	Periods     []app.Period // that can be looked at, oldest first
	Zone        *time.Location
	Enabled     bool // billing is on for this connection
	CanPlan     bool // only the current or the latest due period can be planned (M1)
	DueAt       time.Time
	Past        bool // the month is over; what is planned for it bills the usage of today
	Approval    string
	Plan        *app.Plan // newest of the period, without lines; nil when none was made
	Readings    []ReadingAge
	Filter      LineFilter
	Counts      LineCounts
	Amount      *app.Money // of the lines that would be written; nil when none has a known price
	Unpriced    int        // lines to be written whose price effect is unknown
	Rows        []LineRow  // after the filter, in the order to be shown; lines of one company stand together
	Pager       ui.Pager
	Pushes      []PushRow   // of this period, newest first
	Overrides   int         // numbers typed in place of readings that count in this month
	Stale       bool        // some of them changed after the preview was made
	Findings    int         // where use and bill do not meet and no line of the newest preview mends or asks about it
	AllFindings int         // these and the ones its lines mend or ask about
	Meters      []app.Meter // that some line is counted by, in the order of their names
	Late        []string    // in words, what comes too late for which invoice
}

// ReadingAge is how old the usage of a source is.
type ReadingAge struct {
	Source   string
	ReadAt   time.Time
	Complete bool
	Problem  string
}

// LineFilter is what the address asks for.
type LineFilter struct {
	Q     string // q: company, product or agreement
	Meter string // meter
	Show  string // show: "" = changed and held, held, changed, new, same, all
	Order string // order: "" = held first then company, amount, company
}

// LineCounts count the lines of a plan before the filter.
type LineCounts struct {
	All, Held, Changed, New, Same, Skipped int
	FirstTouch                             int // held for nothing but that psabridge never wrote them (M4)
}

// LineRow is a line with what the page shows beside it.
type LineRow struct {
	app.Line
	CompanyIdentifier string
	CompanyURL        string // page of the company's organization; empty when several share the line
	Organizations     int
	Released          bool        // a person let it go; it will be written
	CanRelease        bool        // every hold may be released; some need the cause fixed first
	CanCorrect        bool        // it is certain what a corrected quantity would be written to
	Fixes             []ui.Action // where the cause is fixed
	Typed             CorrectForm
	Invoice           []string // what the change means for the customer's invoices, in sentences
	Late              bool     // it comes too late for the next one
	CanDate           bool     // it would be created, and from when is ours to say (M8)
}

// CorrectForm are the values typed for one line: quantity and note of a correction, or the day a new line begins.
type CorrectForm struct {
	Quantity string
	Note     string
	Day      string // as the browser sends it: 2026-11-22
	Errors   ui.Errors
}

// PushCheck is the page before a push: exactly what will be written, and the button that does it.
type PushCheck struct {
	Shell      layout.Shell
	Connection string
	Target     string // e.g. "na.myconnectwise.net / acme"
	Period     app.Period
	Zone       *time.Location
	PlanID     int64
	Digest     string
	PlannedAt  time.Time
	Writes     []LineRow // to be written
	Skipped    []LineRow // held or skipped, with their reason
	Same       int
	Amount     *app.Money
	Unpriced   int
	Late       []string // in words, what comes too late for which invoice
	Errors     ui.Errors
}

// PushView is one push: its progress while it is written, its result afterwards.
type PushView struct {
	Shell    layout.Shell
	Push     app.Push // with its lines
	Zone     *time.Location
	Rows     []LineRow  // the lines to be shown, in order
	Held     int        // held in the preview, not part of the push
	Skipped  int        // skipped there by a person, likewise
	Amount   *app.Money // of the lines that were written; nil when none of their prices is known
	Unpriced int        // lines that were written whose price effect is unknown
	Undo     UndoState
	// Silent says that ConnectWise has not answered for a while; empty while it does.
	Silent string
	// UndoneBy is the push that undid this one; 0 while none did.
	UndoneBy int64
	// Customers are the companies there is a file to send along of.
	Customers []app.Named
}

// UndoState says whether a push can be undone.
type UndoState struct {
	Possible bool
	Why      string // why not, or what will be left out
	Lines    int    // lines that would be restored
}

// Pushes is the history of pushes.
type Pushes struct {
	Shell       layout.Shell
	Connection  string   // the filter; empty is all
	Connections []string // to choose from
	Period      string   // the filter; empty is all
	Periods     []app.Period
	Rows        []PushRow
	Pager       ui.Pager
	Month       string // address of the current month
}

// PushRow is one push in a list.
type PushRow struct {
	app.Push      // without lines
	Zone          *time.Location
	Lines         int
	Written       int
	Failed        int
	Amount        *app.Money
	Unpriced      int
	UndoneBy      int64
	ApprovedWords string // by whom, in words
}

// Evidence explains one line's quantity.
type Evidence struct {
	Shell      layout.Shell
	Connection string
	Period     app.Period
	Zone       *time.Location
	Line       app.Line // with Items
	Rule       string   // in words: unit, rounding, minimum, basis
	Shares     []ShareRow
	Changes    []ItemChange // against the month before, by name
	Previous   *app.Quantity
	PushID     int64    // the push the line was part of; 0 while it is planned
	Invoice    []string // what the change means for the customer's invoices, in sentences
	LastWrite  *app.OwnedAddition
	LastPushAt time.Time
}

// ItemChange is one thing that came, went or changed between two months.
type ItemChange struct {
	What   string // added, gone, changed
	Icon   string
	Name   string
	Amount string // signed, with its unit
}

// ShareRow is one organization's part with the reading it came from.
type ShareRow struct {
	app.Share
	Unit    string
	Reading *app.Reading
	Items   []app.EvidenceItem
	Typed   string // who typed the number, when, and in place of what; empty when it was read
}

// effect is what the page says about the price of a line (M11).
func effect(l app.Line) string {
	if !l.Changes() {
		return "none"
	}
	return ui.Amount(l.AmountChange)
}

// was prints the quantity before, "none" when there is no line in ConnectWise yet, and why there is no one number.
func was(l app.Line) string {
	switch {
	case l.Before == nil && holds(l, app.HoldAmbiguousAddition):
		return "two lines"
	case l.Before == nil && holds(l, app.HoldAdditionCancelled):
		return "cancelled"
	case l.Before == nil:
		return "none"
	}
	return ui.Quantity(*l.Before, l.Unit)
}

// will prints the quantity after; a reading that is not complete has none.
func will(l app.Line) string {
	if holds(l, app.HoldIncompleteReading) && l.Decision != app.DecisionCorrected {
		return "unknown"
	}
	return ui.Quantity(l.After, l.Unit)
}

// change prints the difference; a line that would be created starts at nothing.
func change(l app.Line) string {
	if will(l) == "unknown" || l.Before == nil && was(l) != "none" {
		return "–"
	}
	if l.Before == nil {
		return ui.Signed(l.After)
	}
	return ui.Signed(l.After.Sub(*l.Before))
}

func holds(l app.Line, code app.HoldCode) bool {
	for _, h := range l.Holds {
		if h.Code == code {
			return true
		}
	}
	return false
}

// holdTitles are the short names of what holds a line. This is the one place for them.
var holdTitles = map[app.HoldCode]string{
	app.HoldIncompleteReading:   "Not complete",
	app.HoldFellToZero:          "Fell to zero",
	app.HoldBigChange:           "Big change",
	app.HoldOrganizationGone:    "Organization gone",
	app.HoldCompanyInactive:     "Company inactive",
	app.HoldNoAgreement:         "No agreement",
	app.HoldAgreementInactive:   "Agreement inactive",
	app.HoldAgreementNotStarted: "Not started",
	app.HoldProductNotFound:     "No such product",
	app.HoldProductInactive:     "Product inactive",
	app.HoldProductBundle:       "Product is a bundle",
	app.HoldAmbiguousAddition:   "Two lines",
	app.HoldAdditionCancelled:   "Line cancelled",
	app.HoldEditedSince:         "Edited since",
	app.HoldOverlap:             "Billed twice",
	app.HoldUnitMismatch:        "Unit differs",
	app.HoldFirstTouch:          "First write",
	app.HoldNoPrice:             "No price",
	app.HoldMethodChanged:       "Counted differently",
	app.HoldShareLeft:           "Share left",
	app.HoldUnmatchedBelow:      "Not matched below",
	app.HoldMappingBroken:       "Mapping broken",
	app.HoldCycleNotMonthly:     "Not monthly",
	app.HoldWrongPeriod:         "Wrong period",
	app.HoldAlreadyInvoiced:     "Already invoiced",
	app.HoldRestored:            "After a restore",
}

// HoldTitle is the short name of what holds a line.
func HoldTitle(code app.HoldCode) string {
	if w, ok := holdTitles[code]; ok {
		return w
	}
	return "Held"
}

// mainHold is what holds a line: the first hold that is more than that psabridge never wrote it.
func mainHold(l app.Line) app.Hold {
	for _, h := range l.Holds {
		if h.Code != app.HoldFirstTouch {
			return h
		}
	}
	if len(l.Holds) > 0 {
		return l.Holds[0]
	}
	return app.Hold{}
}

// heldTitle is the short name of what holds a line.
func heldTitle(l app.Line) string { return HoldTitle(mainHold(l).Code) }

// why is the short reason in a row: the change by name, else how much was counted.
func why(l app.Line) string {
	if l.Reason != "" {
		return l.Reason
	}
	if len(l.Shares) > 1 {
		return strconv.Itoa(len(l.Shares)) + " organizations"
	}
	return "evidence"
}

func releaseLabel(l app.Line) string {
	if len(l.Holds) == 1 && l.Holds[0].Code == app.HoldFirstTouch {
		return "Confirm"
	}
	return "Release"
}

// releasable reports whether a line waits for a word that lets it go. A corrected one was decided on.
func (r LineRow) releasable() bool {
	return r.CanRelease && r.Decision != app.DecisionReleased && r.Decision != app.DecisionCorrected
}

func others(n int) string {
	if n == 1 {
		return "The other one does"
	}
	return "The other " + ui.Int(n) + " do"
}

// groups cuts rows into runs of one company.
func groups(rows []LineRow) [][]LineRow {
	var out [][]LineRow
	for _, r := range rows {
		if n := len(out); n > 0 && out[n-1][0].Company.ID == r.Company.ID && out[n-1][0].Company.Name == r.Company.Name {
			out[n-1] = append(out[n-1], r)
			continue
		}
		out = append(out, []LineRow{r})
	}
	return out
}

func groupHint(rows []LineRow) string {
	var parts []string
	if rows[0].CompanyIdentifier != "" {
		parts = append(parts, rows[0].CompanyIdentifier)
	}
	if rows[0].Company.ID != 0 {
		parts = append(parts, ui.ID(rows[0].Company.ID))
	}
	most := 0
	for _, r := range rows {
		most = max(most, len(r.Shares))
	}
	if most > 1 {
		parts = append(parts, strconv.Itoa(most)+" organizations on one line")
	}
	return strings.Join(parts, " · ")
}

// open reports whether the preview shown may still be decided on and pushed; a pushed one is only looked at.
func (m Month) open() bool { return m.CanPlan && m.Plan != nil && m.Plan.State == app.PlanOpen }

// meterChoices are the meters a person can look at alone.
func (m Month) meterChoices() []ui.Choice {
	pairs := []string{"", "All meters"}
	for _, meter := range m.Meters {
		pairs = append(pairs, string(meter), MeterName(meter))
	}
	return ui.Choices(m.Filter.Meter, pairs...)
}

// settledFindings says how many more the Money page shows than there are to mend.
func (m Month) settledFindings() string {
	if n := m.AllFindings - m.Findings; n > 0 {
		return "and " + ui.Int(n) + " settled or asked about here"
	}
	return ""
}

func (m Month) path(show string) []string {
	return []string{"q", m.Filter.Q, "meter", m.Filter.Meter, "order", m.Filter.Order, "show", show}
}

// progress counts how far a push is.
func (p PushView) progress() (done, total int, now *app.Line) {
	for i := range p.Push.Lines {
		l := &p.Push.Lines[i]
		if !l.Writes() {
			continue
		}
		total++
		switch l.State {
		case app.LineDone, app.LineChangedUnderneath, app.LineFailed:
			done++
		case app.LineWriting, app.LineUnknown:
			if now == nil {
				now = l
			}
		case app.LinePlanned:
		}
	}
	return done, total, now
}

// settledShown is how many of the newest lines a push shows while it is written: what fetches itself every second stays small.
const settledShown = 8

// settled are the lines that ended last, newest first.
func (p PushView) settled() []app.Line {
	var out []app.Line
	for _, l := range p.Push.Lines {
		if l.Writes() && (l.State == app.LineDone || l.State == app.LineChangedUnderneath || l.State == app.LineFailed) {
			out = append(out, l)
		}
	}
	slices.SortStableFunc(out, func(a, b app.Line) int { return b.WrittenAt.Compare(a.WrittenAt) })
	return out[:min(len(out), settledShown)]
}

// inState counts the written lines of a push in one state.
func (p PushView) inState(s app.LineState) int {
	n := 0
	for _, l := range p.Push.Lines {
		if l.Writes() && l.State == s {
			n++
		}
	}
	return n
}

// trouble are the lines of an ended push that need a look.
func (p PushView) trouble() []app.Line {
	var out []app.Line
	for _, l := range p.Push.Lines {
		if l.State == app.LineChangedUnderneath || l.State == app.LineFailed || l.State == app.LineUnknown && p.Push.State != app.PushWriting {
			out = append(out, l)
		}
	}
	return out
}

func triggerWords(t app.Trigger) string {
	switch t {
	case app.TriggerSchedule:
		return "by the push date"
	case app.TriggerAPI:
		return "over the local API"
	case app.TriggerPerson:
	}
	return "by hand"
}
