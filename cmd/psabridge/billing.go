package main

import (
	"context"
	"slices"

	"psabridge/app"
	"psabridge/app/settings"
	"psabridge/app/web/api"
)

// billingCalls are what the pages and the API ask of billing besides its plans and pushes.
func (b *bridge) billingCalls() api.BillingDeps {
	return api.BillingDeps{
		PlanUndo: b.pusher.PlanUndo, SetEffective: b.pusher.SetEffective,
		SaveOverrides: b.pusher.SaveOverrides, RemoveOverride: b.pusher.RemoveOverride, CustomerLeft: b.customerLeft,
		CustomerFile: func(ctx context.Context, push, company int64, kind string) ([]byte, error) {
			return b.pages.CustomerFileOf(ctx, push, company, kind) // the pages are made after this list
		},
	}
}

// customerLeft ends an organization's mapping, makes a plan of the month and releases in it what waits for nothing but that
// word (M6). The plan is to be pushed by whoever looked at it; it is empty where nothing of the organization was billed.
func (b *bridge) customerLeft(ctx context.Context, organization int64, reason, by string) (app.Plan, error) {
	doc, err := b.document(ctx)
	if err != nil {
		return app.Plan{}, err
	}
	tree, err := b.store.Tree(ctx)
	if err != nil {
		return app.Plan{}, err
	}
	at := slices.IndexFunc(tree, func(o app.Organization) bool { return o.ID == organization })
	if at < 0 {
		return app.Plan{}, app.Errorf(app.NotFound, "There is no organization %d.", organization)
	}
	o := tree[at]
	c, _ := settings.ConnectionByName(doc, settings.EffectiveOf(tree, doc, o.Source, o.ExternalID).Connection)
	if err := b.setup.EndMapping(ctx, by, organization, reason); err != nil || !c.Billing.Enabled {
		return app.Plan{}, err
	}
	plan, err := b.pusher.MakePlan(ctx, c.Name, app.Period{}, app.TriggerPerson, by)
	if err == nil {
		plan, _, err = b.pusher.ReleaseLeft(ctx, plan.ID, o.Source, o.ExternalID, reason, by)
	}
	if err != nil {
		return app.Plan{}, app.Wrap(err, app.ErrorCode(err), "The mapping of "+o.Name+" has ended, but its lines still stand in ConnectWise: "+app.ErrorMessage(err)+
			" Make a new plan then, and release them there.")
	}
	return plan, nil
}

// mappingCalls are what the pages and the API ask about many mappings at once.
func (b *bridge) mappingCalls() api.MappingDeps {
	return api.MappingDeps{Repairs: b.setup.Repairs, ApplyMappings: b.setup.ApplyMappings, RevertMappings: b.setup.RevertMappings}
}
