package push

import (
	"context"
	"strings"

	"psabridge/app"
)

// Bounds of what a person may type in place of readings.
const (
	mostOverrides = 2000
	longestNote   = 500
)

// SaveOverrides stores numbers that a person typed or pasted in place of readings, all or none, and says who and when.
// Plans of their months made before do not count them and can not be approved any more.
//
// invalid names the row and what is wrong with it, e.g. field overrides[3].quantity.
func (p *Pusher) SaveOverrides(ctx context.Context, overrides []app.Override, by string) error {
	switch {
	case len(overrides) == 0:
		return app.FieldErrorf("overrides", "There is no number to save.")
	case len(overrides) > mostOverrides:
		return app.FieldErrorf("overrides", "These are %d numbers; at most %d are taken at once. Save them in parts.", len(overrides), mostOverrides)
	}
	check, err := p.typing(ctx)
	if err != nil {
		return err
	}
	now := p.Now()
	rows := make([]app.Override, len(overrides))
	for i, o := range overrides {
		o.Note, o.By, o.At = strings.TrimSpace(o.Note), by, now
		if err := check.row(i, o); err != nil {
			return err
		}
		rows[i] = o
	}
	if err := p.Store.SaveOverrides(ctx, rows); err != nil {
		return err
	}
	p.Log.InfoContext(ctx, "overrides saved", "count", len(rows), "by", by)
	return nil
}

// RemoveOverride takes away what a person typed, by its source, organization, meter and period; the month's plans count
// the reading again. not_found: there is none. conflict: its month is over, and what was counted stays as it was counted.
func (p *Pusher) RemoveOverride(ctx context.Context, o app.Override, by string) error {
	check, err := p.typing(ctx)
	if err != nil {
		return err
	}
	if !check.anywhere(o.Period) {
		return app.Errorf(app.Conflict, "%s cannot be planned any more, so nothing typed for it can be taken away.", o.Period)
	}
	o.Note, o.By, o.At = strings.TrimSpace(o.Note), by, check.now
	if err := p.Store.RemoveOverride(ctx, o); err != nil {
		return err
	}
	p.Log.InfoContext(ctx, "override removed", "source", o.Source, "organization", o.OrganizationID, "meter", string(o.Meter), "period", o.Period.String(), "by", by)
	return nil
}
