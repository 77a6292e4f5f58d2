package views

import (
	"slices"
	"time"

	"psabridge/app"
	"psabridge/views/layout"
)

// Organizations is the tree of customers. Rows come in the order of the tree, the master first; with a filter that breaks
// the tree (not matched, problem, a search) they come flat, those not matched first.
type Organizations struct {
	Shell   layout.Shell
	Query   string
	Source  string // "" is all
	Show    string // "" is all; else unmapped | problem | trial | ignored
	Sources []string
	Counts  OrganizationCounts
	ReadAt  time.Time  // of the newest complete reading
	Period  app.Period // the column of the billing state; zero while billing is off
	Rows    []OrganizationRow
	Tree    bool // rows are a tree, to be folded; else they are a flat list
	// New are the organizations the source began to show, and nobody has said what they are; Later counts those put off.
	New   []NewOrganization
	Later int
	// Meters are the columns of usage; Other is whether some organization has a meter beside them.
	Meters []app.Meter
	Other  bool
	Kinds  map[string]string // kind of each source, by its name
}

// NewOrganization is one that waits for a word.
type NewOrganization struct {
	ID        int64
	Name      string
	Source    string
	Parent    string
	FirstSeen time.Time
	Waiting   int // alerts that wait for its mapping
}

// several reports that organizations of more than one source are shown, so that each has to say whose it is.
func (m Organizations) several() bool { return len(m.Sources) > 1 }

// source says in words where an organization comes from.
func (m Organizations) source(name string) string {
	return kindName(m.Kinds[name]) + " " + name
}

// others are the readings of a row that have no column of their own.
func (m Organizations) others(r OrganizationRow) (out []app.Reading) {
	for _, one := range r.Readings {
		if !slices.Contains(m.Meters, one.Meter) {
			out = append(out, one)
		}
	}
	return out
}

// synthetic reports the organization psabridge puts on top of a source that has no tree of its own.
func (r OrganizationRow) synthetic() bool { return r.ExternalID == app.SyntheticTop }

// OrganizationCounts are the numbers on the chips.
type OrganizationCounts struct {
	All, Unmapped, Problem, Trial, Ignored int
}

// OrganizationRow is one organization of the list.
type OrganizationRow struct {
	app.OrganizationRow
	Level             int        // 1 is the master
	Children          int        // direct ones that follow in Rows
	Company           *app.Named // its own; nil when it has none
	CompanyIdentifier string     // in ConnectWise, to be searched for
	CompanyInactive   bool
	FromParent        bool // has no own company, and what it uses is the parent's
	Billing           BillingState
	Settings          string // inherits | own | none | top
}

// BillingState is where an organization stands in the current month.
type BillingState string

// The billing states of an organization.
const (
	BillingNone        BillingState = ""          // not billed
	BillingReady       BillingState = "ready"     // a change is ready
	BillingSame        BillingState = "same"      // nothing would change
	BillingHeld        BillingState = "held"      // waits for a person
	BillingOnParent    BillingState = "on_parent" // counted on the parent's line
	BillingWritten     BillingState = "written"   // pushed this month
	BillingNoAgreement BillingState = "no_agreement"
	BillingNoPreview   BillingState = "no_preview" // billed, but no preview was made this month
)

// meter returns the newest own reading of a meter, nil when there is none.
func (r OrganizationRow) meter(m app.Meter) *app.Reading {
	for i := range r.Readings {
		if r.Readings[i].Meter == m {
			return &r.Readings[i]
		}
	}
	return nil
}

// OrganizationHead is what the pages of one organization share.
type OrganizationHead struct {
	ID      int64
	Name    string
	Path    []app.Named // from the master down to the parent; IDs are our rows
	State   string      // one sentence: where its alerts and its usage go
	Holding int         // conditions that hold now
	Ignored bool
	// CompanyURL opens the company in ConnectWise; empty without one.
	CompanyURL string
}
