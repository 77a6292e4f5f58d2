package alert

import (
	"psabridge/app"
)

// Input is what decisions go by besides the state of the source.
type Input struct {
	Settings app.Settings
	Routes   Routes
}

// Route says where an organization's tickets go.
type Route struct {
	Connection string // effective connection; "" when there is none
	Mapped     bool   // the organization has a company there
	Ticketing  bool   // ticketing is enabled on the connection
	AskAbove   int    // how many new tickets it opens within a quarter of an hour without asking; 0: no limit
}

// Routes finds the route of an organization by its external id at the source.
type Routes func(source, organizationExternalID string) Route

func (in Input) route(source, organization string) Route {
	if in.Routes == nil {
		return Route{}
	}
	r := in.Routes(source, organization)
	r.Ticketing = r.Ticketing && r.Connection != ""
	return r
}
