package api

import (
	"context"
	"time"

	"psabridge/app"
	"psabridge/app/billing"
)

// MonthChange is one line in two months, as it stood at ConnectWise after each month's pushes.
type MonthChange struct {
	Company   Named        `json:"company"`
	Agreement Named        `json:"agreement"`
	Meter     string       `json:"meter"`
	ProductID string       `json:"product_id"`
	Unit      string       `json:"unit"`
	Before    NumberOrNull `json:"before" doc:"null: the line was not there"`
	After     NumberOrNull `json:"after" doc:"null: the line is not there any more"`
	Amount    NumberOrNull `json:"amount_change" doc:"the difference a month at the later price; null when no price is readable"`
	Reason    string       `json:"reason" doc:"by name"`
}

type compareInput struct {
	Paging
	Connection string `query:"connection" required:"true" maxLength:"64"`
	From       string `query:"from" required:"true" example:"2026-10"`
	To         string `query:"to" required:"true" example:"2026-11"`
}

// compare lists what differs between what stood at ConnectWise after two months.
func (s *server) compare(ctx context.Context, in *compareInput) (*listOutput[MonthChange], error) {
	rows, err := s.compared(ctx, in)
	if err != nil {
		return nil, s.fail(err)
	}
	all := make([]MonthChange, 0, len(rows))
	for _, c := range rows {
		all = append(all, MonthChange{
			Company: named(c.Company), Agreement: named(c.Agreement), Meter: string(c.Meter), ProductID: c.Product, Unit: c.Unit,
			Before: maybe(c.Before), After: maybe(c.After), Amount: maybe(c.Amount), Reason: c.Reason,
		})
	}
	return paged(s, all, in.Paging)
}

func (s *server) compared(ctx context.Context, in *compareInput) ([]app.MonthChange, error) {
	from, err := periodOf("from", in.From)
	if err != nil {
		return nil, err
	}
	to, err := periodOf("to", in.To)
	if err != nil {
		return nil, err
	}
	if to.Before(from) {
		return nil, app.FieldErrorf("to", "%s is before %s. Name the earlier month as from.", to, from)
	}
	doc, _, err := s.Settings.Document(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := connections(doc, in.Connection); err != nil {
		return nil, err
	}
	before, err := s.Read.LastPlannedLines(ctx, in.Connection, from.Next())
	if err != nil {
		return nil, err
	}
	if len(before) == 0 {
		return nil, app.FieldErrorf("from", "Nothing was pushed up to %s, so how the lines stood then is not known. Name a month that was pushed.", from)
	}
	after, err := s.Read.LastPlannedLines(ctx, in.Connection, to.Next())
	if err != nil {
		return nil, err
	}
	return billing.CompareMonths(before, after), nil
}

// MeterMonth is what one meter of one organization came to in one month.
type MeterMonth struct {
	Meter      string       `json:"meter"`
	Basis      string       `json:"basis" enum:"own,inclusive"`
	Period     string       `json:"period" example:"2026-11"`
	Read       NumberOrNull `json:"read" doc:"the month's last complete reading, or the statement that covers it; null: there is none"`
	Unit       string       `json:"unit" doc:"of read"`
	ReadAt     *time.Time   `json:"read_at"`
	Statement  bool         `json:"statement" doc:"read is a statement that covers the month"`
	Billed     NumberOrNull `json:"billed" doc:"its share in what the month's newest push wrote; null: nothing was"`
	BilledUnit *string      `json:"billed_unit"`
}

// historyMonths is how far back an organization's history goes: a year and the same month of the year before.
const historyMonths = 13

func (s *server) history(ctx context.Context, in *RowInput) (*listOutput[MeterMonth], error) {
	n, err := in.ID.parse("id")
	if err != nil {
		return nil, s.fail(err)
	}
	o, err := s.Read.Organization(ctx, n)
	if err != nil {
		return nil, s.fail(err)
	}
	p, err := s.places(ctx)
	if err != nil {
		return nil, s.fail(err)
	}
	since := p.current(o.Source, o.ExternalID)
	for range historyMonths - 1 {
		since = since.Prev()
	}
	rows, err := s.Read.MeterHistory(ctx, o.Source, o.ExternalID, since)
	if err != nil {
		return nil, s.fail(err)
	}
	return newList(rows, app.Page{}, meterMonth, nil), nil
}

func meterMonth(m app.MeterMonth) MeterMonth {
	return MeterMonth{
		Meter: string(m.Meter), Basis: string(m.Basis), Period: m.Period.String(), Read: maybe(m.Read), Unit: m.Unit, ReadAt: timeOrNil(m.ReadAt),
		Statement: m.Statement, Billed: maybe(m.Billed), BilledUnit: textOrNil(m.BilledUnit),
	}
}

type effectiveInput struct {
	RowInput
	Body struct {
		Date *string `json:"date" format:"date" doc:"the day the line begins; null: the day the rule says"`
	}
}

// setEffective chooses the day a line that would be created begins (M8).
func (s *server) setEffective(ctx context.Context, in *effectiveInput) (*planOutput, error) {
	n, err := in.ID.parse("id")
	if err != nil {
		return nil, s.fail(err)
	}
	var day time.Time
	if in.Body.Date != nil {
		if day, err = time.Parse(time.DateOnly, *in.Body.Date); err != nil {
			return nil, s.fail(app.FieldErrorf("date", "%q is no day. Write it as 2026-11-30.", *in.Body.Date))
		}
	}
	plan, err := s.SetEffective(ctx, n, day, caller)
	if err != nil {
		return nil, s.fail(renamed(renamed(err, "effective", "date"), "line", "id"))
	}
	return s.answerPlan(ctx, plan, nil)
}
