package billing

import (
	"time"

	"psabridge/app"
)

// Input is everything a plan is made of. Two equal inputs give two equal plans.
type Input struct {
	Connection  string
	Period      app.Period
	Trigger     app.Trigger
	Now         time.Time
	Zone        *time.Location // the connection's; today is judged in it
	Settings    app.BillingSettings
	SettingsRev int64

	Mappings []Mapping
	Tree     []app.Organization // for who is below whom
	Readings []app.Reading      // one per organization, meter and basis, with items: the month's statement, else the newest (M9)
	Unread   map[string]string  // sources that could not be read now, with the sentence why
	Problems []string           // what else could not be read, for the person
	// ReadSince says, for the sources that were read for this plan, when that began. A reading from before was not in
	// what the source showed now.
	ReadSince map[string]time.Time
	// Pushed are the sources that are sent to us: nobody can read them again.
	Pushed map[string]bool
	// Overrides are what a person typed in place of readings, for Period; those of other months do not count.
	Overrides []app.Override
	// Unbilled are the organizations of the connection that bill nothing: without a company, or with one and nothing ticked.
	// Only Findings looks at them. Ignored, departed and never shown organizations, and those set to no PSA, are not among them.
	Unbilled []Mapping

	// Elsewhere are the mappings that are billed on other connections, for what would be billed there and here.
	Elsewhere []Mapping

	// Restored is the last time our memory was put back from a backup: a month it may have forgotten the push of asks.
	Restored app.Restore

	Actual   Actual
	Owned    []app.OwnedAddition
	Previous []app.Line // lines of the newest push before Period, with items: what a change is told against
	// Latest are the lines of the newest push of all, with their shares: who was on a line when it was last written.
	// Nil means Previous.
	Latest []app.Line
}

// Mapping is one organization's effective mapping on the connection: inheritance is already worked out.
type Mapping struct {
	Organization app.Organization
	Connection   string // of a mapping that is billed elsewhere
	Unseen       bool   // the settings name the organization, but its source has never shown it
	CompanyID    int64
	AgreementID  int64 // 0 while no agreement is chosen
	Bill         []app.Meter
	Products     map[app.Meter]string           // Product ID per meter
	Rules        map[app.Meter]app.QuantityRule // zero fields take the defaults
	Exclude      []app.Exclusion
}

// Actual is what ConnectWise holds right now.
type Actual struct {
	Companies  []app.Company
	Agreements []app.Agreement
	Products   []app.Product
	// Additions holds the additions of every agreement that could be read; an agreement that is missing could not.
	Additions map[int64][]app.Addition
	// Problem says why a whole list (companies, agreements or products) could not be read; every line is then held.
	Problem string
}

// orgKey identifies an organization across sources.
type orgKey struct{ source, id string }

func keyOf(o app.Organization) orgKey { return orgKey{o.Source, o.ExternalID} }

func shareKey(s app.Share) orgKey { return orgKey{s.Source, s.ExternalID} }

// lineKey groups what becomes one line. Without an agreement or a catalog item there is no real line yet: those are
// kept apart by organization and by Product ID, so that every hold names one thing to fix.
type lineKey struct {
	agreement int64
	product   int64
	name      string
	org       orgKey
}

// book is Input with everything looked up by id.
type book struct {
	Input
	today      time.Time // midnight UTC of today's calendar day in the connection's zone
	companies  map[int64]app.Company
	agreements map[int64]app.Agreement
	products   map[string][]app.Product
	productIDs map[int64]app.Product
	readings   map[readingKey]app.Reading
	overrides  map[usage]app.Override
	orgs       map[orgKey]app.Organization
	children   map[orgKey][]app.Organization
	owned      map[[2]int64][]app.OwnedAddition // by agreement and catalog item
	cycles     map[cycleOf]bool                 // what a person confirmed by a line before
	lastMonth  map[[2]int64]app.Line            // Previous
	latest     map[[2]int64]app.Line            // Latest
	items      map[productOn]int64              // catalog item of each Product ID in the latest push
	overlaps   map[usage]string
	missing    []string // organizations of which the sources had nothing to count
}

// productOn is a Product ID on an agreement.
type productOn struct {
	agreement int64
	product   string
}

// cycleOf is how often an agreement bills.
type cycleOf struct {
	agreement int64
	cycle     string
}

type readingKey struct {
	org   orgKey
	meter app.Meter
	basis app.Basis
}

func newBook(in Input) *book {
	b := &book{
		Input: in, today: Today(in.Now, in.Zone),
		companies:  map[int64]app.Company{},
		agreements: map[int64]app.Agreement{}, products: map[string][]app.Product{}, productIDs: map[int64]app.Product{},
		readings: map[readingKey]app.Reading{}, overrides: map[usage]app.Override{}, orgs: map[orgKey]app.Organization{}, children: map[orgKey][]app.Organization{},
		owned: map[[2]int64][]app.OwnedAddition{}, cycles: map[cycleOf]bool{}, lastMonth: map[[2]int64]app.Line{}, latest: map[[2]int64]app.Line{}, items: map[productOn]int64{},
	}
	for _, c := range in.Actual.Companies {
		b.companies[c.ID] = c
	}
	for _, a := range in.Actual.Agreements {
		b.agreements[a.ID] = a
	}
	for _, p := range in.Actual.Products {
		b.products[p.Identifier] = append(b.products[p.Identifier], p)
		b.productIDs[p.ID] = p
	}
	for _, r := range in.Readings {
		b.readings[readingKey{orgKey{r.Source, r.OrganizationID}, r.Meter, r.Basis}] = r
	}
	for _, o := range in.Overrides {
		if o.Period == in.Period {
			b.overrides[usage{orgKey{o.Source, o.OrganizationID}, o.Meter}] = o
		}
	}
	for _, o := range in.Tree {
		b.orgs[keyOf(o)] = o
		if o.ParentExternalID != "" {
			parent := orgKey{o.Source, o.ParentExternalID}
			b.children[parent] = append(b.children[parent], o)
		}
	}
	for _, o := range in.Owned {
		k := [2]int64{o.AgreementID, o.ProductID}
		b.owned[k] = append(b.owned[k], o)
		b.cycles[cycleOf{o.AgreementID, o.Cycle}] = b.cycles[cycleOf{o.AgreementID, o.Cycle}] || o.Confirmed
	}
	for _, l := range in.Previous {
		b.lastMonth[[2]int64{l.Agreement.ID, l.ProductID}] = l
	}
	if in.Latest == nil {
		in.Latest = in.Previous
	}
	for _, l := range in.Latest {
		b.latest[[2]int64{l.Agreement.ID, l.ProductID}] = l
		if l.ProductID != 0 {
			b.items[productOn{l.Agreement.ID, l.Product}] = l.ProductID
		}
	}
	b.overlaps = overlaps(b)
	return b
}

// Today returns the calendar day of now in loc as ConnectWise writes days: midnight UTC of the local day. Computing it
// in UTC would give tomorrow on an American evening.
func Today(now time.Time, loc *time.Location) time.Time {
	y, m, d := now.In(loc).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// NeedAdditions lists the agreements whose additions a plan of in must know: the mapped ones, and those that still
// carry a quantity we bill on.
func NeedAdditions(mappings []Mapping, owned []app.OwnedAddition) []int64 {
	seen := map[int64]bool{0: true}
	var ids []int64
	add := func(id int64) {
		if !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	for _, m := range mappings {
		if len(m.Bill) > 0 {
			add(m.AgreementID)
		}
	}
	for _, o := range owned {
		if !o.LastVerified.IsZero() {
			add(o.AgreementID)
		}
	}
	return ids
}
