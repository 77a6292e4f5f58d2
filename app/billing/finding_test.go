package billing_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"psabridge/app"
	"psabridge/app/billing"
)

// unbilled adds an organization that bills nothing and uses 21 accounts.
func unbilled(in *billing.Input, company int64) {
	o := app.Organization{ID: 9, Source: "sync", ExternalID: "4720", ParentExternalID: "1", Name: "Fabrikam", State: app.OrganizationPresent}
	in.Tree = append(in.Tree, o)
	in.Unbilled = append(in.Unbilled, billing.Mapping{Organization: o, CompanyID: company, Products: map[app.Meter]string{app.MeterAccounts: "X360-ACCOUNT"}})
	in.Readings = append(in.Readings, reading("4720", app.MeterAccounts, "21", app.UnitEach))
}

// right makes the office's line the same, so that nothing but the change under test is found.
func right(in *billing.Input) {
	in.Readings[0].Quantity = q("10")
	in.Mappings[0].Products = map[app.Meter]string{app.MeterAccounts: "X360-ACCOUNT"}
}

// Each case says what is found, as code, organization, used, billed and amount; "?" is not known.
func TestFindings(t *testing.T) {
	storage := func(in *billing.Input) {
		in.Mappings[0].Products[app.MeterStorage] = "X360-STORAGE"
		in.Readings = append(in.Readings, reading("4711", app.MeterStorage, "107374182401", app.UnitBytes)) // a byte more than 100 GB
	}
	byHand := func(quantity string) func(*billing.Input) {
		return func(in *billing.Input) {
			storage(in)
			a := addition(9930, 501, "X360-STORAGE", quantity)
			in.Actual.Additions[12] = append(in.Actual.Additions[12], a)
		}
	}
	minimum := func(in *billing.Input) {
		in.Mappings[0].Rules = map[app.Meter]app.QuantityRule{app.MeterAccounts: {Minimum: money("10")}}
		in.Readings[0].Quantity = q("7")
	}
	for name, c := range map[string]struct {
		change func(*billing.Input)
		want   string
		say    string
	}{
		"nothing":                {nothing, "", ""},
		"rises":                  {func(in *billing.Input) { in.Readings[0].Quantity = q("12") }, "used_not_billed Contoso 12 10 8", "10 are billed, and 12 are used. Push the month"},
		"falls":                  {func(in *billing.Input) { in.Readings[0].Quantity = q("9") }, "billed_not_used Contoso 9 10 -4", "Push the month"},
		"falls to nothing, held": {func(in *billing.Input) { in.Readings[0].Quantity = q("0") }, "billed_not_used Contoso 0 10 -40", "waits for you: Usage fell"},
		"rises, price unknown":   {func(in *billing.Input) { in.Readings[0].Quantity = q("12"); in.Actual.Additions[12][0].UnitPrice = nil }, "used_not_billed Contoso 12 10 ?", ""},
		"rises, less included": {func(in *billing.Input) {
			in.Readings[0].Quantity = q("12")
			in.Actual.Additions[12][0].LessIncluded = q("5")
		}, "used_not_billed Contoso 12 10 ?", ""},
		"rises, do not bill": {func(in *billing.Input) {
			in.Readings[0].Quantity = q("12")
			in.Actual.Additions[12][0].BillCustomer = "DoNotBill"
		}, "used_not_billed Contoso 12 10 ?", ""},
		"no line": {func(in *billing.Input) { in.Owned, in.Actual.Additions[12] = nil, []app.Addition{} }, "used_not_billed Contoso 10 ? 50", "no line bills them. The line waits for you: The agreement has no line"},
		"no line, no catalog price": {func(in *billing.Input) {
			in.Owned, in.Actual.Additions[12] = nil, []app.Addition{}
			in.Actual.Products[0].Price = q("0")
		}, "used_not_billed Contoso 10 ? ?", ""},
		"line cancelled":         {func(in *billing.Input) { in.Actual.Additions[12][0].CancelledDate = date("2026-11-01") }, "used_not_billed Contoso 10 ? 40", "cancelled or gone"},
		"reading incomplete":     {func(in *billing.Input) { in.Readings[0].Complete = false }, "", ""},
		"organization gone":      {func(in *billing.Input) { in.Mappings[0].Organization.State = app.OrganizationGone }, "billed_not_used Contoso 0 10 -40", "no longer shown"},
		"nobody mapped any more": {func(in *billing.Input) { in.Mappings = nil }, "billed_not_used Contoso Ltd 0 10 -40", "Nobody is mapped"},
		"nobody, does not run":   {func(in *billing.Input) { in.Mappings = nil; in.Actual.Agreements[0].Cancelled = true }, "", ""},
		"below the minimum":      {minimum, "below_minimum Contoso 7 10 -12", "7 are used, and the minimum of 10 is billed"},
		"at the minimum":         {func(in *billing.Input) { minimum(in); in.Readings[0].Quantity = q("10") }, "", ""},
		"rises to the minimum":   {func(in *billing.Input) { minimum(in); in.Actual.Additions[12][0].Quantity = q("5") }, "below_minimum Contoso 7 5 -12", ""},

		"no agreement": {func(in *billing.Input) { in.Mappings[0].AgreementID, in.Owned = 0, nil }, "no_agreement Contoso 10 ? 50; billed_not_used Contoso Ltd ? 10 -40", "has no agreement"},
		"no agreement, not read": {func(in *billing.Input) {
			in.Mappings[0].AgreementID, in.Owned, in.Readings = 0, nil, nil
			in.Actual.Additions = nil
		}, "no_agreement Contoso ? ? ?", ""},
		"no agreement, nothing used": {func(in *billing.Input) {
			in.Mappings[0].AgreementID, in.Owned, in.Actual.Additions = 0, nil, nil
			in.Readings[0].Quantity = q("0")
		}, "", ""},
		"agreement cancelled, same":  {func(in *billing.Input) { in.Actual.Agreements[0].Cancelled = true }, "no_agreement Contoso 10 10 40", "is cancelled. Make it active again"},
		"agreement cancelled, rises": {func(in *billing.Input) { in.Actual.Agreements[0].Cancelled = true; in.Readings[0].Quantity = q("12") }, "no_agreement Contoso 12 10 48", "is cancelled"},
		"agreement of another":       {func(in *billing.Input) { in.Actual.Agreements[0].CompanyID = 251 }, "no_agreement Contoso 10 ? 40", "belongs to"},
		"agreement not started":      {func(in *billing.Input) { in.Actual.Agreements[0].StartDate = date("2027-01-01") }, "no_agreement Contoso 10 10 40", "starts on"},
		"agreement deleted":          {func(in *billing.Input) { in.Actual.Agreements, in.Owned, in.Actual.Additions = nil, nil, nil }, "no_agreement Contoso 10 ? 50", "no longer exists"},
		"ConnectWise unread":         {func(in *billing.Input) { in.Actual = billing.Actual{Problem: "no answer"} }, "", ""},
		"product not found": {func(in *billing.Input) {
			in.Actual.Products, in.Owned, in.Actual.Additions[12] = nil, nil, []app.Addition{}
		}, "used_not_billed Contoso 10 ? ?", "not in the ConnectWise catalog"},
		"product renamed, ours bills": {func(in *billing.Input) {
			in.Actual.Products[0].Identifier = "X360-USERS"
			in.Readings[0].Quantity = q("12")
		}, "used_not_billed Contoso 12 10 8", "not in the ConnectWise catalog"},
		"product renamed, the same": {func(in *billing.Input) { in.Actual.Products[0].Identifier = "X360-USERS" }, "", ""},
		"two lines": {func(in *billing.Input) {
			in.Actual.Additions[12] = append(in.Actual.Additions[12], addition(9905, 500, "X360-ACCOUNT", "3"))
		}, "double_line Contoso 10 13 -12", "2 open lines"},
		"two lines, two prices": {func(in *billing.Input) {
			in.Actual.Additions[12] = append(in.Actual.Additions[12], addition(9905, 500, "X360-ACCOUNT", "3"))
			in.Actual.Additions[12][1].UnitPrice = money("5")
		}, "double_line Contoso 10 13 ?", ""},
		"two meters on one line": {func(in *billing.Input) {
			storage(in)
			in.Mappings[0].Bill = append(in.Mappings[0].Bill, app.MeterStorage)
			in.Mappings[0].Products[app.MeterStorage] = "X360-ACCOUNT"
		}, "used_not_billed Contoso ? ? ?", "neither can be told apart"},

		"meter not ticked":             {storage, "used_not_billed Contoso 101 ? 505", "101 GB are used, and storage is not ticked"},
		"not ticked, nothing used":     {func(in *billing.Input) { storage(in); in.Readings[1].Quantity = q("0") }, "", ""},
		"not ticked, incomplete":       {func(in *billing.Input) { storage(in); in.Readings[1].Complete = false }, "", ""},
		"not ticked, no Product ID":    {func(in *billing.Input) { storage(in); in.Mappings[0].Products[app.MeterStorage] = "" }, "", ""},
		"not ticked, billed by hand":   {byHand("60"), "used_not_billed Contoso 101 60 164", "kept by hand bills 60"},
		"not ticked, by hand too much": {byHand("110"), "billed_not_used Contoso 101 110 -36", ""},
		"not ticked, by hand right":    {byHand("101"), "", ""},
		"matched, nothing ticked":      {func(in *billing.Input) { unbilled(in, 251) }, "used_not_billed Fabrikam 21 ? 105", "Tick it"},
		"not matched":                  {func(in *billing.Input) { unbilled(in, 0) }, "unmapped Fabrikam 21 ? 105", "has no ConnectWise company. Match it"},
		"not matched, nothing used":    {func(in *billing.Input) { unbilled(in, 0); in.Readings[1].Quantity = q("0") }, "", ""},
		"not matched, source unread":   {func(in *billing.Input) { unbilled(in, 0); in.Unread = map[string]string{"sync": "no answer"} }, "", ""},
		"not matched, billed above": {func(in *billing.Input) {
			unbilled(in, 0)
			in.Tree[2].ParentExternalID = "4711"
			in.Mappings[0].Rules = map[app.Meter]app.QuantityRule{app.MeterAccounts: {Basis: app.BasisInclusive}}
			in.Readings[0].Basis = app.BasisInclusive
		}, "", ""},
		"the MSP itself": {func(in *billing.Input) {
			in.Unbilled = []billing.Mapping{{Organization: in.Tree[0], Products: in.Settings.Products}}
			in.Readings = append(in.Readings, reading("1", app.MeterAccounts, "5", app.UnitEach))
		}, "", ""},
		"a company missing": {func(in *billing.Input) { in.Mappings[0].CompanyID = 0 }, "unmapped Contoso 10 ? 40", "has no ConnectWise company"},
		"billed for nobody": {func(in *billing.Input) {
			in.Actual.Agreements = append(in.Actual.Agreements, agreement(13, 251))
			a := addition(9940, 500, "X360-ACCOUNT", "6")
			a.AgreementID = 13
			in.Actual.Additions[13] = []app.Addition{a}
		}, "billed_not_used Contoso Ltd ? 6 -24", "no organization is billed there"},
		"another vendor's product": {func(in *billing.Input) {
			in.Actual.Additions[12] = append(in.Actual.Additions[12], addition(9950, 700, "MS-365", "30"))
		}, "", ""},
		"free for nobody": {func(in *billing.Input) {
			a := addition(9930, 501, "X360-STORAGE", "5")
			a.BillCustomer = "NoCharge"
			in.Actual.Additions[12] = append(in.Actual.Additions[12], a)
		}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			in := office()
			right(&in)
			c.change(&in)
			found := billing.Plan(in).Findings
			var got []string
			for _, f := range found {
				who := f.Organization.Name
				if who == "" {
					who = f.Company.Name
				}
				got = append(got, fmt.Sprintf("%s %s %s %s %s", f.Code, who, or(f.Used), or(f.Billed), or(f.Amount)))
				if len(strings.Fields(f.Message)) < 8 || !strings.HasSuffix(f.Message, ".") {
					t.Errorf("%s says only %q", f.Code, f.Message)
				}
			}
			slices.Sort(got)
			want := strings.Split(c.want, "; ")
			slices.Sort(want)
			if strings.Join(got, "; ") != strings.Join(want, "; ") {
				t.Errorf("found %q, want %q", got, want)
			}
			if c.say != "" && !slices.ContainsFunc(found, func(f app.Finding) bool { return strings.Contains(f.Message, c.say) }) {
				t.Errorf("nothing says %q: %+v", c.say, found)
			}
		})
	}
}

func or(q *app.Quantity) string {
	if q == nil {
		return "?"
	}
	return q.String()
}

// Two organizations that share an agreement are compared with the line that is kept by hand together.
func TestFindingsOfAHandKeptLineThatTwoShare(t *testing.T) {
	in := office()
	right(&in)
	for i, id := range []string{"4720", "4721"} {
		o := app.Organization{ID: int64(20 + i), Source: "sync", ExternalID: id, Name: "Site " + id, State: app.OrganizationPresent}
		in.Unbilled = append(in.Unbilled, billing.Mapping{Organization: o, CompanyID: 250, AgreementID: 12, Products: map[app.Meter]string{app.MeterStorage: "X360-STORAGE"}})
		r := reading(id, app.MeterStorage, "4", app.UnitGB)
		in.Readings = append(in.Readings, r)
	}
	in.Actual.Additions[12] = append(in.Actual.Additions[12], addition(9930, 501, "X360-STORAGE", "5"))
	found := billing.Plan(in).Findings
	if len(found) != 1 || !found[0].Used.Equal(q("8")) || !found[0].Amount.Equal(q("12")) || found[0].Organization.Name != "Site 4720 and 1 more" {
		t.Errorf("%+v", found)
	}
}

// Nobody is told twice of one thing, whatever the month looks like, and what is found does not change the digest.
func TestFindingsAreNotDoubled(t *testing.T) {
	in := office()
	in.Mappings[0].Bill = append(in.Mappings[0].Bill, app.MeterStorage)
	unbilled(&in, 0)
	p := billing.Plan(in)
	seen := map[string]bool{}
	for _, f := range p.Findings {
		k := fmt.Sprint(f.Organization.ID, f.Meter)
		if seen[k] {
			t.Errorf("%s twice", k)
		}
		seen[k] = true
	}
	if again := billing.Findings(in, p); len(again) != len(p.Findings) {
		t.Errorf("asked again there are %d, not %d", len(again), len(p.Findings))
	}
	bare := p
	bare.Findings = nil
	if billing.Digest(bare) != p.Digest {
		t.Error("findings are part of the digest")
	}
}
