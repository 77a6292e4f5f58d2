package billing_test

import (
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
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
	accounts := listed(org.ExternalID, app.MeterAccounts, app.UnitEach, app.ObjectAccount, slices.Repeat([]int64{1}, rapid.IntRange(0, 30).Draw(t, "accounts")))
	accounts.Complete = rapid.IntRange(0, 9).Draw(t, "complete") > 0
	storage := listed(org.ExternalID, app.MeterStorage, app.UnitBytes, app.ObjectRoot, rapid.SliceOfN(rapid.Int64Range(0, 1<<40), 0, 4).Draw(t, "bytes"))
	in.Readings = append(in.Readings, accounts, storage)
	last := len(in.Mappings) - 1
	switch rapid.IntRange(0, 9).Draw(t, "besides") {
	case 0:
		in.Mappings[last].Exclude = []app.Exclusion{{Kind: app.ObjectAccount, ID: "0", Reason: "ours"}, {Kind: app.ObjectRoot, ID: "1"}}
	case 1:
		o := typed(org.ExternalID, app.MeterAccounts, strconv.Itoa(rapid.IntRange(0, 40).Draw(t, "typed")), app.UnitEach)
		in.Overrides = append(in.Overrides, o)
	case 2:
		o := typed(org.ExternalID, app.MeterStorage, rapid.SampledFrom([]string{"0", "0.25", "3.5"}).Draw(t, "typed"), app.UnitTB)
		in.Overrides = append(in.Overrides, o)
	}
}

// listed is a reading that names what it counted.
func listed(org string, m app.Meter, unit string, kind app.ObjectKind, amounts []int64) app.Reading {
	r := reading(org, m, "0", unit)
	for i, n := range amounts {
		r.Quantity = r.Quantity.Add(app.Q(n))
		r.Items = append(r.Items, app.EvidenceItem{Kind: kind, ExternalID: strconv.Itoa(i), Name: fmt.Sprint("Thing ", i), Amount: app.Q(n)})
	}
	return r
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
			id = createdID(l)
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

// createdID is the id ConnectWise gives a line that is created here.
func createdID(l app.Line) int64 { return 90000 + l.Agreement.ID*1000 + l.ProductID }

// agreed releases what a person may release, as a month that is gone through.
func agreed(p app.Plan) app.Plan {
	p = numbered(p)
	for _, l := range p.Lines {
		if l.Verdict != app.VerdictHold {
			continue
		}
		if released, err := billing.Decide(p, l.ID, app.DecisionReleased, nil, "", "ada"); err == nil {
			p = released
		}
	}
	return p
}

// Planning has no memory: the same input gives the same plan, and leaves the input as it was.
func TestPlanningTwiceChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := month(t)
		in.Previous = agreed(billing.Plan(in)).Lines
		one := billing.Plan(in)
		if d := cmp.Diff(one, billing.Plan(in)); d != "" {
			t.Fatal(d)
		}
		if again := billing.CarryReleases(one, billing.Plan(in)); again.Digest != one.Digest {
			t.Fatal("a new plan of the same month has another digest")
		}
	})
}

// What stands in the evidence of a line is what was counted, to the last digit.
func TestTheEvidenceSumsToTheQuantity(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for _, l := range billing.Plan(month(t)).Lines {
			if slices.ContainsFunc(l.Holds, func(h app.Hold) bool { return h.Code == app.HoldIncompleteReading }) {
				continue
			}
			var items, shares app.Quantity
			for _, i := range l.Items {
				if i.Excluded == "" {
					items = items.Add(i.Amount)
				}
			}
			for _, s := range l.Shares {
				shares = shares.Add(s.Quantity)
			}
			if !items.Equal(shares) || l.Verdict != app.VerdictSame && !l.After.Equal(billing.Round(shares, billing.RoundUp)) {
				t.Fatalf("%s: evidence %s, shares %s, planned %s", l.Product, items, shares, l.After)
			}
		}
	})
}

// An undo gives every line its old quantity back that nobody touched since, and leaves alone what somebody did.
func TestUndoOfAPushIsWhatWasThere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := month(t)
		p := agreed(billing.Plan(in))
		next := write(in, p)
		push := app.Push{ID: 1, Connection: p.Connection, Period: p.Period, Lines: slices.Clone(p.Lines)}
		touched := map[int64]app.Quantity{}
		for i := range push.Lines {
			l := &push.Lines[i]
			l.State = app.LineDone
			if l.Writes() && l.AdditionID == 0 {
				l.AdditionID = createdID(*l)
			}
			if l.Writes() && rapid.IntRange(0, 4).Draw(t, "by hand") == 0 {
				touched[l.AdditionID] = app.Q(int64(900 + i))
			}
		}
		for _, list := range next.Actual.Additions {
			for i := range list {
				if q, ok := touched[list[i].ID]; ok {
					list[i].Quantity = q
				}
			}
		}
		undo := billing.Undo(push, billing.Standing{Additions: next.Actual.Additions, Agreements: next.Actual.Agreements}, now, time.UTC)
		back := write(next, undo)
		was := quantities(in)
		for id, q := range quantities(back) {
			want := was[id] // what was not there is set to 0, not deleted
			if by, ok := touched[id]; ok {
				want = by
			}
			if !q.Equal(want) {
				t.Fatalf("#%d holds %s after the undo, want %s", id, q, want)
			}
		}
		again := billing.Undo(push, billing.Standing{Additions: back.Actual.Additions, Agreements: back.Actual.Agreements}, now, time.UTC)
		if slices.ContainsFunc(again.Lines, app.Line.Writes) {
			t.Fatal("the second undo writes")
		}
	})
}

func quantities(in billing.Input) map[int64]app.Quantity {
	found := map[int64]app.Quantity{}
	for _, list := range in.Actual.Additions {
		for _, a := range list {
			found[a.ID] = a.Quantity
		}
	}
	return found
}

// Pushing twice is pushing once: after everything that may be released was released and written, a second plan finds
// every written line the same.
func TestThePlanOfWhatWasPushedIsEmpty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := month(t)
		p := agreed(billing.Plan(in))
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

// No line is written from an incomplete reading in whose place nobody typed a number, below zero, or onto two candidates.
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
				if bad[s.ExternalID+string(l.Meter)] && s.Override == "" {
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

// Whatever a broken source says, no line goes down to 0 without a person: 0, nothing, a reading that is not complete, ten
// times as much, another unit, less than nothing, an answer of another month, a customer missing from the tree.
func TestF28ABrokenSourceNeverBillsZero(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := month(t)
		in.Overrides = nil
		billed := write(in, agreed(billing.Plan(in)))
		var broken []app.Reading
		for _, r := range billed.Readings {
			switch rapid.IntRange(0, 9).Draw(t, "fault") {
			case 0:
				continue
			case 1:
				r.Quantity, r.Items = app.Q(0), nil
			case 2:
				r.Complete = false
			case 3:
				r.Quantity = r.Quantity.Mul(app.Q(10))
			case 4:
				r.Unit = "errors"
			case 5:
				r.Quantity = app.Q(-1)
			case 6:
				r.Covers = period.Next()
			}
			broken = append(broken, r)
		}
		billed.Readings = broken
		for _, l := range billing.Plan(billed).Lines {
			if l.Writes() && !l.After.IsPositive() {
				t.Fatalf("%s on agreement %d is set to %s without a word: %+v", l.Product, l.Agreement.ID, l.After, l.Shares)
			}
			if l.Writes() && l.Before != nil && l.After.GreaterThanOrEqual(l.Before.Mul(app.Q(9)).Decimal) && l.After.Sub(*l.Before).GreaterThan(app.Q(5).Decimal) {
				t.Fatalf("%s is raised from %s to %s without a word", l.Product, l.Before, l.After)
			}
		}
	})
}
