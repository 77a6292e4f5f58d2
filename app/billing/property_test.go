package billing_test

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"psabridge/app"
	"psabridge/app/billing"
)

// month draws a connection with a handful of customers in all sorts of states.
func month(t *rapid.T) billing.Input {
	in := office()
	in.Mappings, in.Readings, in.Owned, in.Tree = nil, nil, nil, nil
	in.Actual.Companies, in.Actual.Agreements, in.Actual.Additions = nil, nil, map[int64][]app.Addition{}
	for i := range rapid.IntRange(1, 6).Draw(t, "customers") {
		id := int64(i + 1)
		in.Actual.Companies = append(in.Actual.Companies, app.Company{ID: 200 + id, Name: fmt.Sprintf("Customer %d", i), Inactive: rapid.IntRange(0, 9).Draw(t, "inactive") == 0})
		g := agreement(10+id, 200+id)
		if rapid.IntRange(0, 9).Draw(t, "quarterly") == 0 {
			g.BillingCycle = "Quarterly"
		}
		in.Actual.Agreements = append(in.Actual.Agreements, g)
		in.Actual.Additions[g.ID] = []app.Addition{}
		for j := range rapid.IntRange(1, 3).Draw(t, "organizations") {
			drawOrganization(t, &in, g, int64(i*10+j))
		}
		for item, name := range map[int64]string{500: "X360-ACCOUNT", 501: "X360-STORAGE"} {
			drawAdditions(t, &in, g.ID, item, name)
		}
	}
	return in
}

func drawOrganization(t *rapid.T, in *billing.Input, g app.Agreement, n int64) {
	org := app.Organization{ID: n + 1, Source: "sync", ExternalID: strconv.FormatInt(n, 10), Name: fmt.Sprintf("Org %d", n), State: app.OrganizationPresent}
	if rapid.IntRange(0, 9).Draw(t, "gone") == 0 {
		org.State = app.OrganizationGone
	}
	in.Tree = append(in.Tree, org)
	in.Mappings = append(in.Mappings, billing.Mapping{
		Organization: org, CompanyID: g.CompanyID, AgreementID: g.ID,
		Bill: []app.Meter{app.MeterAccounts, app.MeterStorage}, Products: in.Settings.Products,
	})
	accounts := reading(org.ExternalID, app.MeterAccounts, strconv.Itoa(rapid.IntRange(0, 30).Draw(t, "accounts")), app.UnitEach)
	accounts.Complete = rapid.IntRange(0, 9).Draw(t, "complete") > 0
	storage := reading(org.ExternalID, app.MeterStorage, strconv.FormatInt(rapid.Int64Range(0, 1<<42).Draw(t, "bytes"), 10), app.UnitBytes)
	in.Readings = append(in.Readings, accounts, storage)
}

func drawAdditions(t *rapid.T, in *billing.Input, agreement, item int64, name string) {
	for k := range rapid.IntRange(0, 2).Draw(t, "additions") {
		a := addition(agreement*100+item*10+int64(k), item, name, strconv.Itoa(rapid.IntRange(0, 40).Draw(t, "quantity")))
		a.AgreementID = agreement
		if rapid.Bool().Draw(t, "cancelled") {
			a.CancelledDate = date("2026-05-31")
		}
		in.Actual.Additions[agreement] = append(in.Actual.Additions[agreement], a)
		if rapid.Bool().Draw(t, "owned") {
			in.Owned = append(in.Owned, app.OwnedAddition{AdditionID: a.ID, AgreementID: agreement, ProductID: item, LastVerified: a.Quantity, Confirmed: rapid.Bool().Draw(t, "confirmed"), Method: "computed"})
		}
	}
}

// write does to ConnectWise what the plan says, and remembers it as the store would.
func write(in billing.Input, p app.Plan) billing.Input {
	next := in
	next.Actual.Additions = map[int64][]app.Addition{}
	for id, list := range in.Actual.Additions {
		next.Actual.Additions[id] = append([]app.Addition{}, list...)
	}
	next.Owned = append([]app.OwnedAddition{}, in.Owned...)
	for _, l := range p.Lines {
		if !l.Writes() {
			continue
		}
		list := next.Actual.Additions[l.Agreement.ID]
		id := l.AdditionID
		if id == 0 {
			id = 90000 + l.Agreement.ID*10 + l.ProductID
			list = append(list, app.Addition{ID: id, AgreementID: l.Agreement.ID, ProductID: l.ProductID, Product: l.Product, BillCustomer: "Billable"})
		}
		for i := range list {
			if list[i].ID == id {
				list[i].Quantity = l.After
			}
		}
		next.Actual.Additions[l.Agreement.ID] = list
		next.Owned = append([]app.OwnedAddition{{AdditionID: id, AgreementID: l.Agreement.ID, ProductID: l.ProductID, LastVerified: l.After, Confirmed: true, Method: l.Method}}, next.Owned...)
	}
	return next
}

// Pushing twice is pushing once: after everything that may be released was released and written, a second plan finds
// every written line the same.
func TestTheSecondPlanWritesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := month(t)
		p := billing.Plan(in)
		for i := range p.Lines {
			p.Lines[i].ID = int64(i + 1)
		}
		for i := range p.Lines {
			if p.Lines[i].Verdict != app.VerdictHold {
				continue
			}
			if released, err := billing.Decide(p, p.Lines[i].ID, app.DecisionReleased, nil, "", "ada"); err == nil {
				p = released
			}
		}
		second := billing.Plan(write(in, p))
		written := map[app.LineKey]bool{}
		for _, l := range p.Lines {
			written[l.Key("cw")] = l.Writes()
		}
		for _, l := range second.Lines {
			if l.Writes() || written[l.Key("cw")] && l.Verdict != app.VerdictSame {
				t.Fatalf("second plan: %s %v -> %s, holds %v", l.Verdict, l.Before, l.After, l.Holds)
			}
		}
	})
}

// No line is written from an incomplete reading, below zero, or onto two candidates.
func TestNoWrongBill(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := month(t)
		bad := map[string]bool{}
		for _, r := range in.Readings {
			if !r.Complete {
				bad[r.OrganizationID+string(r.Meter)] = true
			}
		}
		keys := map[app.LineKey]bool{}
		for _, l := range billing.Plan(in).Lines {
			if keys[l.Key("cw")] {
				t.Fatalf("two lines for %+v", l.Key("cw"))
			}
			keys[l.Key("cw")] = true
			if !l.Writes() {
				continue
			}
			if l.After.IsNegative() || len(l.Holds) > 0 || l.Verdict == app.VerdictCreate {
				t.Fatalf("writes %s, %s, holds %v", l.After, l.Verdict, l.Holds)
			}
			for _, s := range l.Shares {
				if bad[s.ExternalID+string(l.Meter)] {
					t.Fatalf("line of %s is written though its reading is incomplete", s.Name)
				}
			}
		}
	})
}

// One rounding of the sum: never more than one above the exact sum, and never below it.
func TestRoundedOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for _, l := range billing.Plan(month(t)).Lines {
			var sum app.Quantity
			for _, s := range l.Shares {
				sum = sum.Add(s.Quantity)
			}
			over := l.After.Sub(sum)
			if l.Verdict != app.VerdictHold && (over.IsNegative() || over.GreaterThanOrEqual(app.Q(1).Decimal)) {
				t.Fatalf("shares sum to %s, planned %s", sum, l.After)
			}
		}
	})
}

// The digest names the content: equal inputs, equal digests whatever the order; every decision gives another.
func TestDigestFollowsTheContent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := month(t)
		p := billing.Plan(in)
		in.Now = in.Now.Add(time.Minute)
		if again := billing.Plan(in); again.Digest != p.Digest {
			t.Fatal("the same content a minute later has another digest")
		}
		seen := map[string]bool{p.Digest: true}
		for i := range p.Lines {
			p.Lines[i].ID = int64(i + 1)
		}
		for _, l := range p.Lines {
			for _, d := range []app.Decision{app.DecisionReleased, app.DecisionSkipped, app.DecisionCorrected} {
				decided, err := billing.Decide(p, l.ID, d, money("77"), "note", "ada")
				if err != nil {
					continue
				}
				if d != app.DecisionReleased && seen[decided.Digest] {
					t.Fatalf("%s of line %d left the digest as it was", d, l.ID)
				}
				seen[decided.Digest] = true
			}
		}
		p.SettingsRev++
		if seen[billing.Digest(p)] {
			t.Fatal("another settings revision, the same digest")
		}
	})
}
