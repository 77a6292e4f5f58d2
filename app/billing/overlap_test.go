package billing_test

import (
	"slices"
	"strings"
	"testing"

	"psabridge/app"
	"psabridge/app/billing"
)

// twins is the office with a second organization on the same line: 12 accounts and 38.
func twins(o app.Organization) billing.Input {
	in := office()
	o.ID, o.State, o.Active = 9, app.OrganizationPresent, true
	second := in.Mappings[0]
	second.Organization = o
	in.Mappings = append(in.Mappings, second)
	in.Tree = append(in.Tree, o)
	r := reading(o.ExternalID, app.MeterAccounts, "38", app.UnitEach)
	r.Source, r.ID = o.Source, 32
	in.Readings = append(in.Readings, r)
	return in
}

// One customer who comes in twice, once read and once imported or under an id and under a name, is not billed twice
// without a word; two offices of one customer are no such thing.
func TestOneCustomerUnderTwoOrganizations(t *testing.T) {
	imported := app.Organization{Source: "feed", ExternalID: "88108", Name: "Contoso GmbH"}
	for name, tt := range map[string]struct {
		second app.Organization
		change func(*billing.Input)
		held   bool
	}{
		"from another source":             {second: imported, held: true},
		"of the same name":                {second: app.Organization{Source: "sync", ExternalID: "name:contoso", Name: " CONTOSO "}, held: true},
		"of a name that looks the same":   {second: app.Organization{Source: "sync", ExternalID: "4712", Name: "Con\u200btoso\u00a0"}, held: true},
		"of a name in other letters":      {second: app.Organization{Source: "sync", ExternalID: "4712", Name: "Contoso\u0301"}, change: called("Contosó"), held: true},
		"another office":                  {second: app.Organization{Source: "sync", ExternalID: "4712", Name: "Contoso West"}},
		"nothing used there":              {second: imported, change: func(in *billing.Input) { in.Readings[1].Quantity = q("0") }},
		"on an agreement of its own":      {second: imported, change: onAnotherAgreement},
		"let through before":              {second: imported, change: stood("37", app.DecisionReleased)},
		"let through and not asked since": {second: imported, change: stood("37", app.DecisionNone)},
		"counted nothing when it stood":   {second: imported, change: stood("0", app.DecisionNone), held: true},
		"corrected before":                {second: imported, change: stood("37", app.DecisionCorrected), held: true},
		"skipped before":                  {second: imported, change: stood("37", app.DecisionSkipped), held: true},
	} {
		t.Run(name, func(t *testing.T) {
			in := twins(tt.second)
			if tt.change != nil {
				tt.change(&in)
			}
			l := billing.Plan(in).Lines[0]
			i := slices.IndexFunc(l.Holds, func(h app.Hold) bool { return h.Code == app.HoldOverlap })
			if (i >= 0) != tt.held {
				t.Fatalf("planned %s, holds %v", l.After, holds(l))
			}
			if !tt.held {
				return
			}
			for _, want := range []string{"Contoso", strings.TrimSpace(tt.second.Name), "(12 each)", "(38 each)", "untick", "Release"} {
				if !strings.Contains(l.Holds[i].Message, want) {
					t.Errorf("%q does not say %q", l.Holds[i].Message, want)
				}
			}
			if err := billing.Releasable(l); err != nil {
				t.Errorf("two customers on one line cannot be released: %v", err)
			}
		})
	}
}

func called(name string) func(*billing.Input) {
	return func(in *billing.Input) { in.Mappings[0].Organization.Name = name }
}

func onAnotherAgreement(in *billing.Input) {
	in.Mappings[1].AgreementID = 13
	in.Actual.Agreements = append(in.Actual.Agreements, agreement(13, 250))
	in.Actual.Additions[13] = []app.Addition{}
}

// stood puts both organizations on the line as it was last written, the first with 12.
func stood(second string, decision app.Decision) func(*billing.Input) {
	return func(in *billing.Input) {
		line := app.Line{Agreement: app.Named{ID: 12}, ProductID: 500, Product: "X360-ACCOUNT", Decision: decision, State: app.LineDone}
		for i, quantity := range []string{"12", second} {
			o := in.Mappings[i].Organization
			line.Shares = append(line.Shares, app.Share{OrganizationID: o.ID, Source: o.Source, ExternalID: o.ExternalID, Name: o.Name, Quantity: q(quantity)})
		}
		in.Latest = []app.Line{line}
	}
}
