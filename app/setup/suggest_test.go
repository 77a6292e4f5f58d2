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
