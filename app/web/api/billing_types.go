package api

import (
	"time"

	"psabridge/app"
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
	Note            *string      `json:"note"`
}

// Share is one organization's part of a line.
type Share struct {
	ID       ID     `json:"id"`
	Name     string `json:"name"`
	Quantity Number `json:"quantity"`
}

// Hold is why a line waits for a person.
type Hold struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

func line(l app.Line) Line {
	out := Line{
		ID: id(l.ID), Organizations: []Share{}, Meter: string(l.Meter), ProductID: l.Product, Company: named(l.Company),
		Agreement: named(l.Agreement), AdditionID: remoteOrNil(l.AdditionID), Before: maybe(l.Before), After: number(l.After),
		Unit: l.Unit, Verdict: string(l.Verdict), State: string(l.State), Holds: []Hold{}, UnitPrice: maybe(l.UnitPrice),
		AmountChange: maybe(l.AmountChange), NextInvoiceDate: dateOrNil(l.NextInvoice), Note: textOrNil(noteOf(l)),
	}
	for _, s := range l.Shares {
		out.Organizations = append(out.Organizations, Share{ID: id(s.OrganizationID), Name: s.Name, Quantity: number(s.Quantity)})
	}
	for _, h := range l.Holds {
		out.Holds = append(out.Holds, Hold{Code: string(h.Code), Message: h.Message})
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

func lines(in []app.Line) []Line {
	out := make([]Line, 0, len(in))
	for _, l := range in {
		out = append(out, line(l))
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
	Complete   bool      `json:"complete" doc:"false when something could not be read; its lines are held"`
	Lines      []Line    `json:"lines" nullable:"false"`
	Totals     Totals    `json:"totals"`
}

// Totals sum a plan up.
type Totals struct {
	Changed      int          `json:"changed"`
	Held         int          `json:"held"`
	AmountChange NumberOrNull `json:"amount_change" doc:"null when the price effect of some changed line is unknown"`
}

func planOf(p app.Plan) Plan {
	return Plan{
		ID: id(p.ID), Connection: p.Connection, Period: p.Period.String(), Digest: p.Digest, CreatedAt: p.CreatedAt.UTC(),
		Complete: p.Complete, Lines: lines(p.Lines), Totals: totals(p.Lines),
	}
}

func totals(ls []app.Line) Totals {
	t, sum, known := Totals{}, app.Money{}, true
	for _, l := range ls {
		switch {
		case l.Verdict == app.VerdictHold:
			t.Held++
		case l.Writes():
			t.Changed++
			if l.AmountChange == nil {
				known = false
			} else {
				sum = sum.Add(*l.AmountChange)
			}
		}
	}
	if known {
		t.AmountChange = maybe(&sum)
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
	Lines      []Line     `json:"lines" nullable:"false"`
}

func pushOf(p app.Push) Push {
	return Push{
		ID: id(p.ID), PlanID: id(p.PlanID), Connection: p.Connection, Period: p.Period.String(), State: string(p.State),
		Trigger: string(p.Trigger), ApprovedAt: timeOrNil(p.ApprovedAt), Lines: lines(p.Lines),
	}
}
