package web

import (
	"testing"

	"psabridge/app"
)

func TestALengthIsQuotedAsItWasTyped(t *testing.T) {
	var d app.Duration
	if err := length("wait", "5 parsecs", &d); app.ErrorMessage(err) != `"5 parsecs" is not a duration. Write it as 90s, 2m or 24h.` {
		t.Error(err)
	}
	if err := length("wait", "1h 30m", &d); err != nil || d.String() != "1h30m" {
		t.Error(d, err)
	}
}

func TestWhoseAlertsWait(t *testing.T) {
	a, b := app.WaitingCount{Wait: app.ReasonNotMapped, Source: "sync", OrganizationID: "7", Organization: "Contoso"}, app.WaitingCount{Wait: app.ReasonNotMapped, Source: "sync", OrganizationID: "8"}
	for want, rows := range map[string][]app.WaitingCount{
		"":                              {{Wait: app.ReasonHistory, Organization: "Fabrikam"}},
		" of Contoso":                   {a, a},
		" of 8 and 1 more organization": {b, a},
	} {
		if got := waitingWhose(rows); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestTheTopOfAllOrganizations(t *testing.T) {
	one := []app.Organization{{Source: "sync", ExternalID: "2", ParentExternalID: "1", Name: "Contoso"}, {Source: "sync", ExternalID: "1", Name: "Nordlicht"}}
	if got := topsOf(one); got != "Nordlicht" {
		t.Errorf("one source: %q", got)
	}
	if got := topsOf(append(one, app.Organization{Source: "cloud", ExternalID: "1", Name: "x360Cloud"})); got != "2 sources" {
		t.Errorf("two: %q", got)
	}
	if got := topsOf(nil); got != "" {
		t.Errorf("none: %q", got)
	}
}
