package api

import (
	"context"
	"slices"
	"time"

	"psabridge/app"
	"psabridge/app/billing"
)

// Evidence is where a line's quantity comes from.
type Evidence struct {
	Before    NumberOrNull   `json:"before" doc:"what ConnectWise held when the line was planned; null when there was no line"`
	Quantity  Number         `json:"quantity"`
	Unit      string         `json:"unit"`
	Rule      string         `json:"rule" doc:"the quantity rule as it was then, in words; empty for lines from before rules were kept"`
	Basis     *string        `json:"basis" enum:"own,inclusive" doc:"null when the readings are not kept any more, or there were none"`
	ReadAt    *time.Time     `json:"read_at" doc:"when the oldest of its readings was read; null when there were none, or nothing of them is kept"`
	Shares    []Share        `json:"organizations" nullable:"false"`
	Overrides []LineOverride `json:"overrides" nullable:"false" doc:"what a person typed in place of readings"`
	Items     []EvidenceItem `json:"items" nullable:"false"`
	Change    EvidenceChange `json:"change"`
}

// LineOverride is a share of a line that a person typed.
type LineOverride struct {
	OrganizationID ID     `json:"organization_id"`
	Name           string `json:"name"`
	Quantity       Number `json:"quantity"`
	Note           string `json:"note"`
	Text           string `json:"text" doc:"who typed it, when, and in place of what"`
}

// EvidenceChange is what came, went and changed since the line stood the month before.
type EvidenceChange struct {
	PreviousQuantity NumberOrNull   `json:"previous_quantity" doc:"what was billed the month before; null when nothing was"`
	Added            []EvidenceItem `json:"added" nullable:"false"`
	Removed          []EvidenceItem `json:"removed" nullable:"false"`
	Grown            []EvidenceItem `json:"grown" nullable:"false" doc:"what was there before and has another amount now; the amount is the difference"`
	Text             string         `json:"text"`
}

type evidenceOutput struct{ Body Evidence }

func (s *server) evidence(ctx context.Context, in *RowInput) (*evidenceOutput, error) {
	n, err := in.ID.parse("id")
	if err != nil {
		return nil, s.fail(err)
	}
	l, err := s.Read.LineEvidence(ctx, n)
	if err != nil {
		return nil, s.fail(err)
	}
	out := Evidence{
		Before: maybe(l.Before), Quantity: number(l.After), Unit: l.Unit, Rule: l.Rule, Shares: shares(l), Overrides: overridesOf(l),
		Items: evidenceItems(l.Items),
	}
	if err := s.readAt(ctx, l, &out); err != nil {
		return nil, s.fail(err)
	}
	if out.Change, err = s.change(ctx, l); err != nil {
		return nil, s.fail(err)
	}
	return &evidenceOutput{Body: out}, nil
}

func evidenceItems(in []app.EvidenceItem) []EvidenceItem {
	out := make([]EvidenceItem, 0, len(in))
	for _, i := range in {
		out = append(out, evidenceItem(i))
	}
	return out
}

// overridesOf lists what was typed for a line. Each has one piece of evidence, which says who typed it.
func overridesOf(l app.Line) []LineOverride {
	out, items := []LineOverride{}, slices.Clone(l.Items)
	for _, sh := range l.Shares {
		if sh.Override == "" {
			continue
		}
		o := LineOverride{OrganizationID: id(sh.OrganizationID), Name: sh.Name, Quantity: number(sh.Quantity), Note: sh.Override}
		at := slices.IndexFunc(items, func(i app.EvidenceItem) bool {
			return i.Kind == app.KindOverride && i.Name == sh.Override && i.Amount.Equal(sh.Quantity)
		})
		if at >= 0 {
			o.Text = items[at].Detail
			items = slices.Delete(items, at, at+1)
		}
		out = append(out, o)
	}
	return out
}

// oldest remembers when the oldest reading of the line was taken.
func (e *Evidence) oldest(at time.Time) {
	if at = at.UTC(); !at.IsZero() && (e.ReadAt == nil || at.Before(*e.ReadAt)) {
		e.ReadAt = &at
	}
}

// readAt says when the line was read, as its shares keep it, and how. The row of a reading holds the last one of its day, so
// its time counts only for lines of before shares kept it.
func (s *server) readAt(ctx context.Context, l app.Line, out *Evidence) error {
	for _, sh := range l.Shares {
		if sh.ReadingID == 0 || sh.Override != "" {
			continue
		}
		out.oldest(sh.ReadAt)
		newest, statements, err := s.Read.OrganizationReadings(ctx, sh.Source, sh.ExternalID)
		if err != nil {
			return err
		}
		for _, r := range append(newest, statements...) {
			if r.ID != sh.ReadingID {
				continue
			}
			if sh.ReadAt.IsZero() {
				out.oldest(r.AsOf)
			}
			out.Basis = textOrNil(string(r.Basis))
		}
	}
	return nil
}

// change compares a line with what stood the month before. A typed number has no names to compare.
func (s *server) change(ctx context.Context, l app.Line) (EvidenceChange, error) {
	out := EvidenceChange{Added: []EvidenceItem{}, Removed: []EvidenceItem{}, Grown: []EvidenceItem{}, Text: l.Reason}
	plan, err := s.Read.Plan(ctx, l.PlanID)
	if err != nil {
		return out, err
	}
	before, err := s.Read.LastPlannedLines(ctx, plan.Connection, plan.Period)
	if err != nil {
		return out, err
	}
	at := slices.IndexFunc(before, func(b app.Line) bool { return b.Key(plan.Connection) == l.Key(plan.Connection) })
	if at < 0 {
		return out, nil
	}
	was := before[at]
	out.PreviousQuantity = maybe(&was.After)
	if len(overridesOf(l))+len(overridesOf(was)) == 0 {
		d := billing.Compare(was.Items, l.Items)
		out.Added, out.Removed, out.Grown = evidenceItems(d.Added), evidenceItems(d.Removed), evidenceItems(d.Grown)
	}
	return out, nil
}
