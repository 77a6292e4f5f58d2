package alert

import "psabridge/app"

// perOrganization is the value of TicketPolicy.Per that gives all objects of an organization one ticket.
const perOrganization = "organization"

// Key is a condition's key (T2). It holds neither text nor rule: both may change while the condition stands.
func Key(source, organization string, o app.Object, eventType string) string {
	return app.SubjectKey(source, organization, o, eventType)
}

// ScopeKey is what one open ticket stands for: the condition itself, or all conditions of its type in the organization.
func ScopeKey(c app.Condition, per string) string {
	if per == perOrganization {
		return app.HashKey(c.Source, c.OrganizationID, "per", perOrganization, c.Type)
	}
	return c.Key
}

// XRef is a ticket's externalXRef. It is made only of things a restored backup still knows or reads again, so that a
// ticket can be found when our row of it is lost.
func XRef(install, scopeKey, firstEvent string) string {
	return install + "-" + app.HashKey(scopeKey, firstEvent)
}

// place is a condition's key in our hands: what Key makes of it takes time, and there are thousands.
type place struct {
	organization string
	kind         app.ObjectKind
	object       string
	eventType    string
}

func placeOf(organization string, o app.Object, eventType string) place {
	return place{organization, o.Kind, o.ExternalID, eventType}
}
