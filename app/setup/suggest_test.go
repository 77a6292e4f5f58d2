package setup_test

import (
	"fmt"
	"strconv"
	"testing"

	"psabridge/app"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
	"psabridge/app/setup"
)

func TestSuggestions(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	b.edit(t, func(doc *app.Settings) {
		doc.Organizations = append(doc.Organizations, app.OrganizationSettings{Source: "sync", ID: "9001", Company: app.CompanyRef{ID: 7, Identifier: "Kept"}})
	})
	b.edit(t, func(doc *app.Settings) { doc.Organizations = doc.Organizations[:len(doc.Organizations)-1] })
	b.override(overridden{companies: []app.Company{
		{ID: 1, Name: "Contoso GmbH"},
		{ID: 2, Name: "Müller & Söhne GmbH & Co. KG"},
		{ID: 3, Name: "Fabrikam"},
		{ID: 4, Name: "Northwind Traders"},
		{ID: 5, Name: "Twin"},
		{ID: 6, Name: "Twin"},
		{ID: 7, Name: "Renamed since"},
		{ID: 8, Name: "Asleep", Inactive: true},
		{ID: 9, Name: "GmbH"},
		{ID: 10, Name: "Two Rooms"},
		{ID: 11, Name: "Two Rooms", Inactive: true},
	}})
	b.organizations(t, strconv.Itoa(sample.MasterID), "Nordlicht", "9001", "Was mapped", "9002", "Contoso GmbH", "9003", "muller sohne", "9004", "Northwind Trader Inc.",
		"9005", "Twin", "9006", "Quite Another", "9007", "Asleep", "9008", "AG", "9009", "Two Rooms")
	got, err := b.Suggestions(t.Context(), "cw")
	if err != nil {
		t.Fatal(err)
	}
	type short struct {
		Organization string
		Company      int64
		Reason       setup.Reason
	}
	var all []short
	for _, s := range got {
		all = append(all, short{s.Organization, s.CompanyID, s.Reason})
		if s.OrganizationID == 0 || s.Score <= 0 || s.Score > 1 || s.Company == "" || s.Reason == setup.ReasonSimilar && s.Organization != "Twin" && s.Organization != "Two Rooms" && s.Score == 1 {
			t.Errorf("%+v", s)
		}
	}
	want := []short{
		{"Was mapped", 7, setup.ReasonSameID},
		{"Contoso GmbH", 1, setup.ReasonExact},
		{"muller sohne", 2, setup.ReasonNormalised},
		{"Northwind Trader Inc.", 4, setup.ReasonSimilar},
		{"Twin", 5, setup.ReasonSimilar},
		{"Twin", 6, setup.ReasonSimilar},
		{"Two Rooms", 10, setup.ReasonSimilar},
	}
	if fmt.Sprint(all) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v", all, want)
	}
	if doc, rev, _ := b.Document(t.Context()); rev != 3 || len(doc.Organizations) == 0 {
		t.Error("suggesting changed the settings")
	}
}

func TestSuggestionsAreOfOneConnection(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	b.organizations(t, strconv.Itoa(sample.MasterID), "Nordlicht", "9001", "Contoso GmbH")
	b.edit(t, func(doc *app.Settings) {
		doc.Organizations = append(doc.Organizations, app.OrganizationSettings{Source: "sync", ID: "9001", PSA: app.PSANone})
	})
	b.override(overridden{companies: []app.Company{{ID: 1, Name: "Contoso GmbH"}}})
	if got, err := b.Suggestions(t.Context(), "cw"); err != nil || len(got) != 0 {
		t.Errorf("%+v %v", got, err)
	}
}

// TestSuggestionsOfTheSameCustomerInAnotherSource: what a person said of a customer in one source is proposed in the
// others, and where it speaks against the company's name, both are.
func TestSuggestionsOfTheSameCustomerInAnotherSource(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	b.edit(t, func(doc *app.Settings) {
		doc.Sources = append(doc.Sources, app.SourceSettings{Name: "cloud", Kind: "axcient"})
		doc.Organizations = []app.OrganizationSettings{
			{Source: "sync", ID: "1", Company: app.CompanyRef{ID: 11}},
			{Source: "sync", ID: "2", Company: app.CompanyRef{ID: 12}},
			{Source: "sync", ID: "3", Company: app.CompanyRef{ID: 13}},
			{Source: "sync", ID: "4", Company: app.CompanyRef{ID: 14}},
		}
	})
	b.override(overridden{companies: []app.Company{
		{ID: 11, Name: "Quite Another Ltd"}, {ID: 12, Name: "Fabrikam"}, {ID: 13, Name: "Thirteen"}, {ID: 14, Name: "Asleep", Inactive: true}, {ID: 15, Name: "Tailspin"},
	}})
	b.organizations(t, strconv.Itoa(sample.MasterID), "Nordlicht", "1", "Contoso", "2", "Fabrikam", "3", "Tailspin", "4", "Dormant", "5", "Contoso")
	batch := app.Batch{Source: "cloud", ReadAt: b.now(), OrganizationsComplete: true, Organizations: []app.Organization{{Source: "cloud", ExternalID: app.SyntheticTop, Name: "Quite Another Ltd", State: app.OrganizationPresent}}}
	for id, name := range map[string]string{"a": "contoso gmbh", "b": "Fabrikam", "c": "Tailspin", "d": "Dormant"} {
		batch.Organizations = append(batch.Organizations, app.Organization{Source: "cloud", ExternalID: id, ParentExternalID: app.SyntheticTop, Name: name, State: app.OrganizationPresent})
	}
	if _, err := b.store.Ingest(t.Context(), batch, b.now(), func(app.AlertState) app.AlertDecision { return app.AlertDecision{} }); err != nil {
		t.Fatal(err)
	}
	got, err := b.Suggestions(t.Context(), "cw")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, s := range got {
		all = append(all, fmt.Sprintf("%s %d %s %q", s.Organization, s.CompanyID, s.Reason, s.Like))
	}
	want := []string{
		`Fabrikam 12 exact "Fabrikam of sync"`, `contoso gmbh 11 normalised "Contoso of sync"`,
		`Tailspin 13 similar "Tailspin of sync"`, `Tailspin 15 similar ""`,
	}
	if fmt.Sprint(all) != fmt.Sprint(want) {
		t.Errorf("got  %q\nwant %q", all, want)
	}
}
