package setup_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"psabridge/app"
	"psabridge/app/settings"
	"psabridge/app/setup"
)

func (b *bench) entry(t *testing.T, id string) app.OrganizationSettings {
	t.Helper()
	doc, _, err := b.Document(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	entry, _ := settings.OrganizationByID(doc, "sync", id)
	return entry
}

func (b *bench) exported(t *testing.T) string {
	t.Helper()
	text, err := b.Export(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestApplyMappings(t *testing.T) {
	b := mappedBench(t)
	newcomer, contoso, fabrikam := b.row(t, "13").ID, b.row(t, "10").ID, b.row(t, "11").ID
	_, before, _ := b.Document(t.Context())
	rev, err := b.ApplyMappings(t.Context(), "person", []app.MappingChoice{
		{OrganizationID: newcomer, CompanyID: 130, AgreementID: 1300, Bill: []app.Meter{app.MeterStorage}, Products: map[app.Meter]string{app.MeterStorage: "OWN"}},
		{OrganizationID: contoso, Bill: []app.Meter{app.MeterAccounts, app.MeterStorage}},
		{OrganizationID: fabrikam, Bill: []app.Meter{}},
	})
	if err != nil || rev != before+1 {
		t.Fatalf("revision %d after %d: %v", rev, before, err)
	}
	for id, want := range map[string]app.OrganizationSettings{
		"13": {Source: "sync", ID: "13", Company: app.CompanyRef{ID: 130, Identifier: "Other"}, Agreement: app.AgreementRef{ID: 1300}, Bill: []app.Meter{app.MeterStorage}, Products: map[app.Meter]string{app.MeterStorage: "OWN"}},
		"10": {Source: "sync", ID: "10", Company: app.CompanyRef{ID: 100, Identifier: "Contoso"}, Agreement: app.AgreementRef{ID: 1000}, Bill: []app.Meter{app.MeterAccounts, app.MeterStorage}},
		"11": {Source: "sync", ID: "11", Company: app.CompanyRef{ID: 110, Identifier: "Fabrikam"}},
	} {
		if d := cmp.Diff(want, b.entry(t, id)); d != "" {
			t.Errorf("%s: %s", id, d)
		}
	}
	if again, err := b.ApplyMappings(t.Context(), "person", []app.MappingChoice{{OrganizationID: newcomer, Products: map[app.Meter]string{app.MeterStorage: ""}}}); err != nil || again != rev+1 || b.entry(t, "13").Products != nil {
		t.Errorf("the own product stays: %v, %+v", err, b.entry(t, "13"))
	}
}

// TestApplyMappingsRefuses: one choice that does not fit keeps all of them out, and the message names the organization.
func TestApplyMappingsRefuses(t *testing.T) {
	b := mappedBench(t)
	ok := app.MappingChoice{OrganizationID: b.row(t, "13").ID, CompanyID: 130}
	contoso, other := b.row(t, "10").ID, b.row(t, "14").ID
	b.edit(t, func(doc *app.Settings) {
		doc.Organizations = append(doc.Organizations, app.OrganizationSettings{Source: "sync", ID: "14", PSA: app.PSANone})
	})
	was := b.exported(t)
	for name, c := range map[string]struct {
		choice      app.MappingChoice
		field, says string
	}{
		"an unknown company":                      {app.MappingChoice{OrganizationID: contoso, CompanyID: 999}, "choices[1].company_id", "Contoso: ConnectWise has no company"},
		"an unknown agreement":                    {app.MappingChoice{OrganizationID: contoso, AgreementID: 999}, "choices[1].agreement_id", "Contoso: ConnectWise has no agreement"},
		"another company's agreement":             {app.MappingChoice{OrganizationID: contoso, AgreementID: 1300}, "choices[1].agreement_id", "Contoso: the agreement Other (#1300) belongs to Other, not to Contoso Ltd (#100)"},
		"another company under the old agreement": {app.MappingChoice{OrganizationID: contoso, CompanyID: 130}, "choices[1].agreement_id", "not to Other (#130)"},
		"an unknown product":                      {app.MappingChoice{OrganizationID: contoso, Products: map[app.Meter]string{app.MeterAccounts: "acc"}}, "choices[1].products.accounts", "Contoso: the catalog has no active product “acc”"},
		"one product for two meters":              {app.MappingChoice{OrganizationID: contoso, Bill: []app.Meter{app.MeterAccounts, app.MeterStorage}, Products: map[app.Meter]string{app.MeterStorage: "ACC"}}, "organizations[sync/10]", "Contoso: "},
		"an organization that does not exist":     {app.MappingChoice{OrganizationID: 999, CompanyID: 130}, "choices[1].organization_id", "no organization 999"},
		"an organization named twice":             {app.MappingChoice{OrganizationID: ok.OrganizationID, CompanyID: 100}, "choices[1].organization_id", "Newcomer is named twice"},
		"an organization without a connection":    {app.MappingChoice{OrganizationID: other, CompanyID: 130}, "choices[1].organization_id", "Another has no connection"},
		"a meter named twice":                     {app.MappingChoice{OrganizationID: contoso, Bill: []app.Meter{app.MeterAccounts, app.MeterAccounts}}, "organizations[sync/10].bill", "Contoso: accounts is named twice"},
		"an agreement on which nothing is billed": {app.MappingChoice{OrganizationID: b.row(t, "12").ID, CompanyID: 130, AgreementID: 1300}, "organizations[sync/12].bill", "Tailspin: An agreement is named"},
	} {
		_, err := b.ApplyMappings(t.Context(), "person", []app.MappingChoice{ok, c.choice})
		if code(err) != app.Invalid || !strings.Contains(app.ErrorMessage(err), c.says) || !strings.HasPrefix(fieldOf(err), c.field) {
			t.Errorf("%s: %v (field %q)", name, err, fieldOf(err))
		}
		if b.exported(t) != was {
			t.Errorf("%s: something was saved", name)
		}
	}
	if _, err := b.ApplyMappings(t.Context(), "person", nil); code(err) != app.Invalid {
		t.Errorf("nothing to do: %v", err)
	}
}

func TestRevertMappings(t *testing.T) {
	b := mappedBench(t)
	was := b.exported(t)
	contoso, newcomer := b.row(t, "10").ID, b.row(t, "13").ID
	rev, err := b.ApplyMappings(t.Context(), "person", []app.MappingChoice{{OrganizationID: contoso, Bill: []app.Meter{app.MeterStorage}}, {OrganizationID: newcomer, CompanyID: 130}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.ApplyMappings(t.Context(), "person", []app.MappingChoice{{OrganizationID: b.row(t, "14").ID, CompanyID: 120}}); err != nil {
		t.Fatal(err)
	}
	after := b.exported(t)
	b.edit(t, func(doc *app.Settings) {
		organization(doc, "13", func(o *app.OrganizationSettings) { o.Company = app.CompanyRef{ID: 120} })
	})
	changed := b.exported(t)
	if err := b.RevertMappings(t.Context(), "person", rev); code(err) != app.Conflict || !strings.Contains(app.ErrorMessage(err), "Newcomer") || b.exported(t) != changed {
		t.Errorf("a change since: %v", err)
	}
	b.edit(t, func(doc *app.Settings) {
		organization(doc, "13", func(o *app.OrganizationSettings) { o.Company = app.CompanyRef{ID: 130, Identifier: "Other"} })
	})
	if b.exported(t) != after {
		t.Fatal("the document is another")
	}
	if err := b.RevertMappings(t.Context(), "person", rev); err != nil {
		t.Fatal(err)
	}
	if b.entry(t, "14").Company.ID != 120 || b.entry(t, "13").Company.ID != 0 || len(b.entry(t, "10").Bill) != 1 || b.entry(t, "10").Bill[0] != app.MeterAccounts {
		t.Errorf("after the undo: %s", b.exported(t))
	}
	if b.exported(t) == was {
		t.Error("the later change is gone as well")
	}
	if err := b.RevertMappings(t.Context(), "person", rev); code(err) != app.Conflict {
		t.Errorf("undone twice: %v", err)
	}
	if err := b.RevertMappings(t.Context(), "person", 999); code(err) != app.NotFound {
		t.Errorf("err = %v", err)
	}
	b.edit(t, func(doc *app.Settings) { doc.Connections[0].Billing.PushDay = 3 })
	_, now, _ := b.Document(t.Context())
	if err := b.RevertMappings(t.Context(), "person", now); code(err) != app.Invalid {
		t.Errorf("a revision of other things: %v", err)
	}
	list, err := b.store.SettingsHistory(t.Context(), app.Page{Limit: 1, After: rev + 1})
	if err != nil || setup.MappingsChanged(list[0]) != 2 {
		t.Errorf("%+v, %v", list, err)
	}
}

// TestApplyThenRevertIsNothing: whatever is applied at once is applied once, and taken back leaves the settings as they were.
func TestApplyThenRevertIsNothing(t *testing.T) {
	b := mappedBench(t)
	l := usualLists()
	l.agreements = append(l.agreements, app.Agreement{ID: 1200, Name: "Tailspin", CompanyID: 120}, app.Agreement{ID: 1001, Name: "Second", CompanyID: 100})
	b.show(t, l)
	var ids []int64
	for _, id := range []string{"10", "11", "12", "13", "14"} {
		ids = append(ids, b.row(t, id).ID)
	}
	pick := rapid.Custom(func(t *rapid.T) app.MappingChoice {
		a := rapid.SampledFrom(append([]app.Agreement{{}}, l.agreements...)).Draw(t, "agreement")
		c := app.MappingChoice{CompanyID: a.CompanyID, AgreementID: a.ID}
		switch rapid.IntRange(0, 3).Draw(t, "bill") {
		case 0:
			c.Bill = []app.Meter{app.MeterAccounts}
		case 1:
			c.Bill = []app.Meter{app.MeterStorage, app.MeterAccounts}
		case 2:
			c.Bill = []app.Meter{}
		}
		if rapid.Bool().Draw(t, "own") {
			c.Products = map[app.Meter]string{app.MeterStorage: rapid.SampledFrom([]string{"", "OWN"}).Draw(t, "product")}
		}
		return c
	})
	rapid.Check(t, func(r *rapid.T) {
		chosen := rapid.SliceOfNDistinct(rapid.SampledFrom(ids), 1, len(ids), rapid.ID[int64]).Draw(r, "who")
		choices := make([]app.MappingChoice, len(chosen))
		for i, id := range chosen {
			choices[i] = pick.Draw(r, "choice")
			choices[i].OrganizationID = id
		}
		was := b.exported(t)
		_, before, _ := b.Document(t.Context())
		rev, err := b.ApplyMappings(t.Context(), "test", choices)
		if err != nil {
			if b.exported(t) != was {
				r.Fatalf("refused, and saved all the same: %v", err)
			}
			return
		}
		if rev != before && rev != before+1 {
			r.Fatalf("revision %d after %d", rev, before)
		}
		if again, err := b.ApplyMappings(t.Context(), "test", choices); err != nil || again != rev {
			r.Fatalf("applied twice: %d, %v", again, err)
		}
		if rev == before {
			return
		}
		if err := b.RevertMappings(t.Context(), "test", rev); err != nil {
			r.Fatal(err)
		}
		if d := cmp.Diff(was, b.exported(t)); d != "" {
			r.Fatal(d)
		}
	})
}

func TestEndMapping(t *testing.T) {
	b := mappedBench(t)
	contoso := b.row(t, "10").ID
	for reason, want := range map[string]app.Code{strings.Repeat(" ", 3): app.Invalid, strings.Repeat("x", 201): app.Invalid} {
		if err := b.EndMapping(t.Context(), "person", contoso, reason); code(err) != want {
			t.Errorf("%q: %v", reason, err)
		}
	}
	if err := b.EndMapping(t.Context(), "person", contoso, " contract\nended "); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(app.OrganizationSettings{Source: "sync", ID: "10", PSA: app.PSANone}, b.entry(t, "10")); d != "" {
		t.Error(d)
	}
	list, err := b.store.SettingsHistory(t.Context(), app.Page{Limit: 1})
	if err != nil || list[0].By != "person, Contoso left: contract ended" || setup.MappingsChanged(list[0]) != 1 {
		t.Errorf("%+v, %v", list, err)
	}
	got, err := b.Suggestions(t.Context(), "cw")
	if err != nil || slices.ContainsFunc(got, func(s setup.Suggestion) bool { return s.OrganizationID == contoso }) {
		t.Errorf("suggested again: %+v, %v", got, err)
	}
	if err := b.EndMapping(t.Context(), "person", contoso, "again"); code(err) != app.Invalid {
		t.Errorf("twice: %v", err)
	}
	if err := b.EndMapping(t.Context(), "person", 999, "x"); code(err) != app.NotFound {
		t.Errorf("err = %v", err)
	}
	if err := b.RevertMappings(t.Context(), "person", list[0].Rev); err != nil || b.entry(t, "10").Company.ID != 100 {
		t.Errorf("taken back: %v, %+v", err, b.entry(t, "10"))
	}
}

// TestEndMappingOfAParent: suborganizations that are customers of their own keep their connection.
func TestEndMappingOfAParent(t *testing.T) {
	b := mappedBench(t)
	b.edit(t, func(doc *app.Settings) {
		doc.Organizations = append(doc.Organizations, app.OrganizationSettings{Source: "sync", ID: "1", Company: app.CompanyRef{ID: 130}})
	})
	if err := b.EndMapping(t.Context(), "person", b.row(t, "1").ID, "sold"); err != nil {
		t.Fatal(err)
	}
	doc, _, _ := b.Document(t.Context())
	tree, err := b.store.Tree(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]string{"1": "", "10": "cw", "11": "cw", "12": "cw", "13": ""} {
		if e := settings.EffectiveOf(tree, doc, "sync", id); e.Connection != want {
			t.Errorf("%s is on %q, want %q", id, e.Connection, want)
		}
	}
}

func fieldOf(err error) string {
	if e, ok := errors.AsType[*app.Error](err); ok {
		return e.Field
	}
	return ""
}
