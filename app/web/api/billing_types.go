package api

import (
	"time"

	"psabridge/app"
	"psabridge/app/billing"
	"psabridge/app/settings"
)

// Line is one agreement × product of a plan or push.
type Line struct {
	ID              ID           `json:"id"`
	Organizations   []Share      `json:"organizations" nullable:"false"`
	Meter           string       `json:"meter"`
	ProductID       string       `json:"product_id" doc:"the ConnectWise catalog identifier"`
	Company         Named        `json:"company"`
	Agreement       Named        `json:"agreement"`
	AdditionID      *int64       `json:"addition_id"`
	Before          NumberOrNull `json:"before"`
	After           Number       `json:"after"`
	Unit            string       `json:"unit"`
	Verdict         string       `json:"verdict" enum:"update,create,same,hold,skipped"`
	State           string       `json:"state" enum:"planned,writing,done,changed_underneath,unknown,failed"`
	Holds           []Hold       `json:"holds" nullable:"false"`
	UnitPrice       NumberOrNull `json:"unit_price"`
	AmountChange    NumberOrNull `json:"amount_change"`
	NextInvoiceDate *string      `json:"next_invoice_date" format:"date"`
	Invoice         []string     `json:"invoice" nullable:"false" doc:"what the change means for the customer's invoices, in sentences; none for a line that is not written"`
	EffectiveDate   *string      `json:"effective_date" format:"date" doc:"of a line that would be created: the day it begins"`
	EffectiveBy     *string      `json:"effective_by" doc:"who set that day; null when it follows the rule"`
	Rule            string       `json:"rule" doc:"the quantity rule that made after, in words; empty for lines from before rules were kept"`
	Decision        *string      `json:"decision" enum:"released,skipped,corrected" doc:"what was said about a held line; its holds stay with it"`
	DecidedBy       *string      `json:"decided_by"`
	Note            *string      `json:"note"`
}

// Share is one organization's part of a line.
type Share struct {
	ID       ID     `json:"id"`
	Name     string `json:"name"`
	Quantity Number `json:"quantity"`
	// Override says why a person typed this quantity in place of a reading.
	Override *string `json:"override" doc:"the note of the person who typed this quantity in place of a reading; null when it was read"`
}

// Hold is why a line waits for a person.
type Hold struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// invoices says what lines mean for invoices, by the day it is where the connection is.
type invoices struct {
	now  time.Time
	zone *time.Location
	// open is true for the lines of an open plan, none for those of an undo.
	open, none bool
}

// words are about lines that would be written, as things stand now, and lines that were, as things stood then.
func (i invoices) words(l app.Line) []string {
	at := i.now
	if !l.WrittenAt.IsZero() {
		at = l.WrittenAt
	}
	if i.none || !l.Writes() || !i.open && l.State != app.LineDone {
		return []string{}
	}
	return append([]string{}, billing.InvoiceWords(l, at, i.zone)...)
}

func line(l app.Line, inv invoices) Line {
	out := Line{
		ID: id(l.ID), Organizations: shares(l), Meter: string(l.Meter), ProductID: l.Product, Company: named(l.Company),
		Agreement: named(l.Agreement), AdditionID: remoteOrNil(l.AdditionID), Before: maybe(l.Before), After: number(l.After),
		Unit: l.Unit, Verdict: string(l.Verdict), State: string(l.State), Holds: []Hold{}, UnitPrice: maybe(l.UnitPrice),
		AmountChange: maybe(l.AmountChange), NextInvoiceDate: dateOrNil(l.NextInvoice), Invoice: inv.words(l), Rule: l.Rule,
		EffectiveDate: dateOrNil(l.EffectiveDate), EffectiveBy: textOrNil(l.EffectiveBy),
		Decision: textOrNil(string(l.Decision)), DecidedBy: textOrNil(l.DecidedBy), Note: textOrNil(noteOf(l)),
	}
	for _, h := range l.Holds {
		out.Holds = append(out.Holds, Hold{Code: string(h.Code), Message: h.Message})
	}
	return out
}

func shares(l app.Line) []Share {
	out := make([]Share, 0, len(l.Shares))
	for _, s := range l.Shares {
		out = append(out, Share{ID: id(s.OrganizationID), Name: s.Name, Quantity: number(s.Quantity), Override: textOrNil(s.Override)})
	}
	return out
}

// noteOf is what a script should read about a line: what went wrong before what somebody wrote.
func noteOf(l app.Line) string {
	if l.Error != "" {
		return l.Error
	}
	return l.Note
}

func lines(in []app.Line, inv invoices) []Line {
	out := make([]Line, 0, len(in))
	for _, l := range in {
		out = append(out, line(l, inv))
	}
	return out
}

// Plan is what a push would change.
type Plan struct {
	ID         ID        `json:"id"`
	Connection string    `json:"connection"`
	Period     string    `json:"period" example:"2026-11"`
	Digest     string    `json:"digest" doc:"names exactly this plan with its decisions; a push wants it"`
	CreatedAt  time.Time `json:"created_at"`
	State      string    `json:"state" enum:"open,approved,superseded" doc:"open: it can be decided on and pushed"`
	UndoOf     *ID       `json:"undo_of" doc:"the push it would undo; null for the plan of a month"`
	Complete   bool      `json:"complete" doc:"false when something could not be read; its lines are held"`
	Problems   []string  `json:"problems" nullable:"false" doc:"what could not be read"`
	Lines      []Line    `json:"lines" nullable:"false"`
	Totals     Totals    `json:"totals"`
	Findings   int       `json:"findings_count" doc:"where use and bill do not meet: GET /billing/findings"`
}

// Totals sum a plan up.
type Totals struct {
	Changed      int          `json:"changed"`
	Held         int          `json:"held"`
	AmountChange NumberOrNull `json:"amount_change" doc:"a month; null when the price effect of some changed line is unknown"`
	Priced       Number       `json:"priced_change" doc:"a month, of the changed lines whose price effect is known; the pages show this"`
	Unpriced     int          `json:"unpriced" doc:"changed lines whose price effect is unknown"`
}

func planOf(p app.Plan, doc app.Settings, now time.Time) Plan {
	inv := invoices{now: now, zone: zoneOf(doc, p.Connection), open: p.State == app.PlanOpen, none: p.UndoOf != 0}
	return Plan{
		ID: id(p.ID), Connection: p.Connection, Period: p.Period.String(), Digest: p.Digest, CreatedAt: p.CreatedAt.UTC(), State: string(p.State),
		UndoOf: idOrNil(p.UndoOf), Complete: p.Complete, Problems: append([]string{}, p.Problems...), Lines: lines(p.Lines, inv), Totals: totals(p.Lines),
		Findings: len(p.Findings),
	}
}

// zoneOf is where a connection counts its days.
func zoneOf(doc app.Settings, connection string) *time.Location {
	c, _ := settings.ConnectionByName(doc, connection)
	return settings.Location(c)
}

func totals(ls []app.Line) Totals {
	changed, held, sum := billing.Totals(ls)
	t := Totals{Changed: changed, Held: held, Unpriced: billing.Unpriced(ls)}
	if sum != nil {
		t.Priced = number(*sum)
	}
	if t.Unpriced == 0 {
		t.AmountChange = maybe(sum)
	}
	return t
}

// Push is an approved plan being written, or written.
type Push struct {
	ID         ID         `json:"id"`
	PlanID     ID         `json:"plan_id"`
	Connection string     `json:"connection"`
	Period     string     `json:"period" example:"2026-11"`
	State      string     `json:"state" enum:"writing,done,incomplete,undone"`
	Trigger    string     `json:"trigger" enum:"person,schedule,api"`
	ApprovedAt *time.Time `json:"approved_at"`
	UndoOf     *ID        `json:"undo_of" doc:"the push it undoes; null otherwise"`
	Lines      []Line     `json:"lines" nullable:"false"`
}

func pushOf(p app.Push, doc app.Settings, now time.Time) Push {
	inv := invoices{now: now, zone: zoneOf(doc, p.Connection), none: p.UndoOf != 0}
	return Push{
		ID: id(p.ID), PlanID: id(p.PlanID), Connection: p.Connection, Period: p.Period.String(), State: string(p.State),
		Trigger: string(p.Trigger), ApprovedAt: timeOrNil(p.ApprovedAt), UndoOf: idOrNil(p.UndoOf), Lines: lines(p.Lines, inv),
	}
}
