package alert

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"psabridge/app"
)

// perOrganization is the value of TicketPolicy.Per that gives all objects of an organization one ticket.
const perOrganization = "organization"

// Key is a condition's key (T2). It holds neither text nor rule: both may change while the condition stands.
func Key(source, organization string, o app.Object, eventType string) string {
	return hash(source, organization, string(o.Kind), o.ExternalID, eventType)
}

// ScopeKey is what one open ticket stands for: the condition itself, or all conditions of its type in the organization.
func ScopeKey(c app.Condition, per string) string {
	if per == perOrganization {
		return hash(c.Source, c.OrganizationID, "per", perOrganization, c.Type)
	}
	return c.Key
}

// XRef is a ticket's externalXRef. It is made only of things a restored backup still knows or reads again, so that a
// ticket can be found when our row of it is lost.
func XRef(install, scopeKey, firstEvent string) string {
	return install + "-" + hash(scopeKey, firstEvent)
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

// hash joins with a byte no id contains, so that ("a","bc") and ("ab","c") differ.
func hash(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:16])
}
