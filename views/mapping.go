package views

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/views/layout"
	"psabridge/views/ui"
)

// Mapping is the page on which organizations get their companies, agreements and ticks, many at once.
type Mapping struct {
	Shell       layout.Shell
	Connection  string
	Connections []string
	Revision    int64
	ReadAt      time.Time // of the companies; zero: never
	Companies   int
	Billing     bool // quantities are billed on the connection
	Filter      MappingFilter
	Sources     []string
	Counts      MappingCounts
	Repairs     []RepairRow
	Overlaps    []RepairRow
	Mends       int // repairs that one click mends
	Certain     int // organizations whose suggestion nobody needs to look at
	Opens       int // alerts that become tickets when they are all accepted
	Unmatched   []MatchRow
	Matched     []MappedRow
	Meters      []app.Meter // what can be ticked for many at once
	MatchedAll  int         // matched ones that pass the filter, on all pages
	History     []MappingChange
	Aside       int // ignored, or without a PSA system
	Pager       ui.Pager
	Errors      ui.Errors
}

// MappingFilter is what the page shows; it stands in the address.
type MappingFilter struct {
	Q      string // name, company or id
	Show   string // "" is all; else unmatched | matched | repair
	Source string
}

// Pairs are the filter as the address has it.
func (f MappingFilter) Pairs(connection string) []string {
	return []string{"connection", connection, "q", f.Q, "show", f.Show, "source", f.Source}
}

// MappingCounts are the numbers on the chips.
type MappingCounts struct{ All, Unmatched, Matched, Repair int }

// RepairRow is one mapping that is not borne out any more, with the ways out of it.
type RepairRow struct {
	app.Repair
	Key     string // names it in the form
	Actions []ui.Action
}

// MatchRow is an organization without a company.
type MatchRow struct {
	ID          int64
	Name        string
	Source      string
	Parent      string
	Waiting     int // alerts that open tickets once it is matched
	New         bool
	LaterUntil  time.Time
	Usage       []app.Reading
	Suggestions []MatchSuggestion
	Typed       string // in the field for another company
	Chosen      int64  // of the suggestions
	Ticked      bool
	Error       string
}

// MatchSuggestion is a company an organization probably is.
type MatchSuggestion struct {
	Company    app.Named
	Identifier string
	Why        string
	Certain    bool // the only one, and nobody needs to look
}

// certain is the suggestion nobody needs to look at, if there is one.
func (r MatchRow) certain() bool { return len(r.Suggestions) == 1 && r.Suggestions[0].Certain }

// MappedRow is an organization with a company.
type MappedRow struct {
	ID         int64
	Name       string
	Source     string
	Gone       bool
	Company    app.Named
	Identifier string
	Inactive   bool
	Agreements []app.Agreement // of the company; those that ended only where chosen
	Agreement  int64           // chosen
	Proposed   int64           // the only one that runs, where none is chosen
	Meters     []MappedMeter
	Repairs    int
	Ticked     bool
	Error      string
}

// MappedMeter is one tick of a row.
type MappedMeter struct {
	Meter   app.Meter
	Ticked  bool
	Product string // in effect
	Own     bool   // the Product ID is the organization's own
	Now     *app.Reading
}

// MappingChange is one change of mappings that can be taken back.
type MappingChange struct {
	Rev   int64
	At    time.Time
	By    string
	Count int // organizations it touched
}

// MappingCheck shows what a change of many mappings will do, before it does.
type MappingCheck struct {
	Shell      layout.Shell
	Connection string
	Revision   int64
	Rows       []MappingCheckRow
	Choices    string // the change itself, for the form
	Opens      int
	LeftOut    []string
	Back       string
}

// MappingCheckRow is one organization of it.
type MappingCheckRow struct {
	Organization app.Named
	Changes      []string
}

// CustomerLeft says what ending a mapping does.
type CustomerLeft struct {
	Shell        layout.Shell
	Organization OrganizationHead
	Company      app.Named
	Agreement    app.Named
	Bill         []app.Meter
	Mapped       bool // it has a mapping of its own
	Billing      bool
	Connection   string
	Lines        []LeftLine
	Standing     []LeftLine // billed by ConnectWise and never written by psabridge
	PushedAt     time.Time  // of the month the lines stand as they were written in; zero: never
	Holding      int
	Tickets      int // open ones
	Staying      []app.Named
	Reason       string
	Errors       ui.Errors
}

// LeftLine is a line at ConnectWise an organization is on.
type LeftLine struct {
	app.Line
	Own     app.Quantity // its share, in the line's unit
	Others  int          // how many stay on the line
	Remains app.Quantity // of the others together; 0 when nobody stays
	URL     string
}

func pickerLabel(c app.Named, identifier string) string {
	if identifier == "" || identifier == c.Name {
		return c.Name + " " + ui.ID(c.ID)
	}
	return c.Name + " – " + identifier + " " + ui.ID(c.ID)
}

// CompanyOption is how a company stands in the list below a text field, and what the field then says.
func CompanyOption(c app.Company) string {
	label := pickerLabel(app.Named{ID: c.ID, Name: c.Name}, c.Identifier)
	if c.Inactive {
		label += " (inactive)"
	}
	return label
}

func suggestionChoices(r MatchRow) []ui.Choice {
	out := []ui.Choice{{Label: "Choose one of " + ui.Int(len(r.Suggestions)), Selected: r.Chosen == 0}}
	for _, s := range r.Suggestions {
		out = append(out, ui.Choice{Value: num(s.Company.ID), Label: pickerLabel(s.Company, s.Identifier), Selected: r.Chosen == s.Company.ID})
	}
	return out
}

func mappedAgreements(r MappedRow) []ui.Choice {
	selected := r.Agreement
	if selected == 0 {
		selected = r.Proposed
	}
	var out []ui.Choice
	if r.Agreement == 0 {
		label := "None"
		if len(r.Agreements) > 1 {
			label = "Choose one of " + ui.Int(len(r.Agreements))
		}
		out = append(out, ui.Choice{Label: label, Selected: selected == 0})
	}
	known := r.Agreement == 0
	for _, a := range r.Agreements {
		known = known || a.ID == r.Agreement
		out = append(out, ui.Choice{Value: num(a.ID), Label: agreementLabel(a), Selected: a.ID == selected})
	}
	if !known {
		out = append(out, ui.Choice{Value: num(r.Agreement), Label: ui.ID(r.Agreement) + " (not of this company)", Selected: true})
	}
	return out
}

func num(id int64) string { return strconv.FormatInt(id, 10) }

// mappedHint says what a tick would bill.
func mappedHint(m MappedMeter) string {
	switch {
	case m.Now == nil:
		return ""
	case !m.Now.Complete:
		return "unknown"
	}
	return ui.Quantity(m.Now.Quantity, m.Now.Unit)
}

func (m Mapping) chip(show string) string {
	f := m.Filter
	f.Show = show
	return link.With(link.Mapping, f.Pairs(m.Connection)...)
}

// several reports that organizations of more than one source are shown, so that each has to say whose it is.
func (m Mapping) several() bool { return len(m.Sources) > 1 }

// filtered reports that something is left out of the lists.
func (m Mapping) filtered() bool {
	return m.Filter.Q != "" || m.Filter.Show != "" || m.Filter.Source != ""
}

// usageWords is what an organization without a company uses: what is not billed while it has none.
func usageWords(list []app.Reading) string {
	list = slices.DeleteFunc(slices.Clone(list), func(r app.Reading) bool { return !r.Complete || r.Quantity.IsZero() })
	if len(list) == 0 {
		return ""
	}
	return strings.Join(otherWords(list), ", ")
}

func opensWords(n int) string {
	return ui.Count(n, "alert that waits becomes a ticket", "alerts that wait become tickets")
}

// MeterWords names meters in a sentence.
func MeterWords(list []app.Meter) string {
	words := make([]string, 0, len(list))
	for _, m := range list {
		words = append(words, MeterWord(m))
	}
	if last := len(words) - 1; last > 0 {
		words = append(words[:last-1], words[last-1]+" and "+words[last])
	}
	return strings.Join(words, ", ")
}

// mostRepairs is how many repairs stand above the lists; the others are a click away.
const mostRepairs = 10

func shownRepairs(m Mapping, list []RepairRow) []RepairRow {
	if m.Filter.Show == "repair" {
		return list
	}
	return list[:min(len(list), mostRepairs)]
}

// repairTitle says what is wrong, and with whom.
func repairTitle(r RepairRow) string {
	what := map[app.RepairCode]string{
		app.RepairCompanyGone: "company is gone", app.RepairCompanyInactive: "company is inactive", app.RepairAgreementGone: "agreement is gone",
		app.RepairAgreementEnded: "agreement has ended", app.RepairAgreementMoved: "agreement belongs to another company", app.RepairNoAgreement: "no agreement is chosen",
		app.RepairProductGone: "Product ID is gone", app.RepairProductInactive: "product is inactive", app.RepairProductBundle: "product is a bundle",
		app.RepairOverlap: "billed twice", app.RepairGone: "gone at the source",
	}[r.Code]
	who := r.Organization.Name
	if who == "" {
		who = "Connection"
	}
	if r.Meter != "" {
		what += " (" + MeterWord(r.Meter) + ")"
	}
	return who + ": " + what
}

func certainLabel(n int) string {
	if n == 1 {
		return "Accept the certain one"
	}
	return "Accept all " + ui.Int(n) + " certain ones"
}

func suggestedID(s MatchSuggestion) string {
	if s.Identifier == "" || s.Identifier == s.Company.Name {
		return ui.ID(s.Company.ID)
	}
	return s.Identifier + " " + ui.ID(s.Company.ID)
}

// matchFacts is what speaks for matching an organization soon.
func matchFacts(r MatchRow, usage string) string {
	var out []string
	if r.Parent != "" {
		out = append(out, "below "+r.Parent)
	}
	if usage != "" {
		out = append(out, usage)
	}
	if r.Waiting > 0 {
		out = append(out, ui.Count(r.Waiting, "alert waits", "alerts wait"))
	}
	return strings.Join(out, " · ")
}

// typedAttributes have the list of companies follow what is typed; without the script the text is looked up when it is sent.
func typedAttributes(m Mapping, r MatchRow) templ.Attributes {
	a := templ.Attributes{
		"hx-get": link.With(link.MappingCompanies, "connection", m.Connection), "hx-trigger": ui.OnTyping, "hx-target": "#companies", "hx-swap": "innerHTML",
		"autocomplete": "off", "spellcheck": "false",
	}
	if r.Error != "" {
		a["aria-invalid"], a["aria-describedby"] = "true", ui.FieldID("company-"+num(r.ID))+"-e"
	}
	return a
}

// mappingAnchor is where an error is seen: at its field.
func mappingAnchor(field string) string { return ui.FieldID(field) }

func asideVerb(n int) string {
	if n == 1 {
		return "has"
	}
	return "have"
}
