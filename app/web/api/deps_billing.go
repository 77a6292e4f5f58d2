package api

import (
	"context"
	"time"

	"psabridge/app"
)

// BillingDeps are what the calls about billing need besides the rest. What is left out answers not_found.
type BillingDeps struct {
	// PlanUndo works out what undoing a push would restore, as an open plan that Approve takes.
	PlanUndo func(ctx context.Context, push int64, by string) (app.Plan, error)
	// SetEffective sets the day a line that would be created begins (M8); zero takes the rule's day again.
	SetEffective func(ctx context.Context, line int64, day time.Time, by string) (app.Plan, error)
	// SaveOverrides stores numbers a person typed for a billing month, all or none. By and At are filled in.
	SaveOverrides func(ctx context.Context, overrides []app.Override, by string) error
	// RemoveOverride takes one away, by its source, organization, meter and period.
	RemoveOverride func(ctx context.Context, o app.Override, by string) error
	// CustomerLeft ends an organization's mapping and makes a plan in which its lines are released, where nothing but its
	// leaving holds them (M6). It writes nothing to ConnectWise.
	CustomerLeft func(ctx context.Context, organization int64, reason, by string) (app.Plan, error)
	// CustomerFile is what one customer may see of a push, as a file to send along: kind is csv or html.
	CustomerFile func(ctx context.Context, push, company int64, kind string) ([]byte, error)
}

// MappingDeps are what the calls about mappings need besides the rest. What is left out answers not_found.
type MappingDeps struct {
	// Repairs lists the mappings on a connection that ConnectWise does not bear out any more, by what was read of it last.
	Repairs func(ctx context.Context, connection string) ([]app.Repair, error)
	// ApplyMappings makes many mappings in one revision of the settings, all or none, and returns it.
	ApplyMappings func(ctx context.Context, by string, choices []app.MappingChoice) (rev int64, err error)
	// RevertMappings takes a revision of ApplyMappings back, where nothing it set was changed since; conflict otherwise.
	RevertMappings func(ctx context.Context, by string, rev int64) error
}

// Fill puts an answer in place of what was left out.
func (d *BillingDeps) Fill() {
	none := app.Errorf(app.NotFound, "This bridge does not do that.")
	if d.PlanUndo == nil {
		d.PlanUndo = func(context.Context, int64, string) (app.Plan, error) { return app.Plan{}, none }
	}
	if d.SetEffective == nil {
		d.SetEffective = func(context.Context, int64, time.Time, string) (app.Plan, error) { return app.Plan{}, none }
	}
	if d.SaveOverrides == nil {
		d.SaveOverrides = func(context.Context, []app.Override, string) error { return none }
	}
	if d.RemoveOverride == nil {
		d.RemoveOverride = func(context.Context, app.Override, string) error { return none }
	}
	if d.CustomerLeft == nil {
		d.CustomerLeft = func(context.Context, int64, string, string) (app.Plan, error) { return app.Plan{}, none }
	}
	if d.CustomerFile == nil {
		d.CustomerFile = func(context.Context, int64, int64, string) ([]byte, error) { return nil, none }
	}
}

// Fill puts an answer in place of what was left out.
func (d *MappingDeps) Fill() {
	none := app.Errorf(app.NotFound, "This bridge does not do that.")
	if d.Repairs == nil {
		d.Repairs = func(context.Context, string) ([]app.Repair, error) { return nil, none }
	}
	if d.ApplyMappings == nil {
		d.ApplyMappings = func(context.Context, string, []app.MappingChoice) (int64, error) { return 0, none }
	}
	if d.RevertMappings == nil {
		d.RevertMappings = func(context.Context, string, int64) error { return none }
	}
}
