package main

import "psabridge/app/web/api"

// billingCalls are what the pages and the API ask of billing besides its plans and pushes.
func (b *bridge) billingCalls() api.BillingDeps { return api.BillingDeps{} }

// mappingCalls are what the pages and the API ask about many mappings at once.
func (b *bridge) mappingCalls() api.MappingDeps {
	return api.MappingDeps{Repairs: b.setup.Repairs, ApplyMappings: b.setup.ApplyMappings, RevertMappings: b.setup.RevertMappings}
}
