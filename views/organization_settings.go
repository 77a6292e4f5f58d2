package views

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"psabridge/app"
	"psabridge/views/layout"
	"psabridge/views/ui"
)

// OrganizationSettings is an organization's Settings › PSA tab: the mode, the mapping, and, where it has a connection of its
// own, that connection.
type OrganizationSettings struct {
	Shell        layout.Shell
	Organization OrganizationHead
	Form         MappingForm
	Effective    EffectivePSA
	Master       bool // it has no parent: inherit is not offered
	Children     int  // organizations below that inherit from this one
	Companies    []app.Company
	CompaniesAt  time.Time // when the list was read; zero when never
	// Agreements are those of the chosen company.
	Agreements []app.Agreement
	Meters     []MeterChoice
	Catalogue  []app.Product // for the list of suggestions; active ones
	Items      int           // things the newest usage lists that could be left out, those on the form and others
	Unlisted   bool          // usage was read, but it does not list what it counted
	Mapped     bool          // a company is chosen here: it can be said that the customer left
	Mend       Mend          // what a person came to this page for; zero when he just came
	Waiting    int           // alerts that wait for a company here: saving opens a ticket for each
	Revision   int64         // of the settings the form was made from; a changed one is a conflict
	// Connection is shown below the mapping: the organization's own one, or the first to be made on the master.
	Connection *Connection
}

// EffectivePSA is what the mode comes to.
type EffectivePSA struct {
	Connection string // name; empty when there is none
	Target     string // e.g. "na.myconnectwise.net / acme"
	From       string // the organization it comes from; empty when it is its own
	FromURL    string
	None       bool
}

// MappingForm are the values as they were typed or stored. Input names are the words in the comments.
type MappingForm struct {
	Mode      string                 // psa: inherit | own | none
	Company   string                 // company: record id; empty for none
	Agreement string                 // agreement: record id; empty for none
	Bill      []app.Meter            // bill: one per ticked meter
	Products  map[app.Meter]string   // own_product_<meter>; empty takes the connection's
	Rules     map[app.Meter]RuleForm // own_rule_…
	Exclude   []ExclusionRow
	Find      string // find: what to look for among what was counted
	Errors    ui.Errors
}

// picking reports whether somebody ticked something that is not left out yet.
func (f MappingForm) picking() bool {
	return slices.ContainsFunc(f.Exclude, func(r ExclusionRow) bool { return r.Left && !r.Stored })
}

// MeterChoice is one product that can be billed.
type MeterChoice struct {
	Meter     app.Meter
	ProductID string // in effect; empty when neither the organization nor the connection names one
	Own       bool   // the Product ID or a field of the rule is this organization's own
	Now       *app.Reading
	UnitPrice *app.Money
	Rule      string // in words, e.g. "GB, rounded up, own"

	Product string // own_product_<meter>: as typed or stored
	Base    string // the connection's Product ID; empty when it names none
	Form    RuleForm
	Open    bool // what is its own is shown
}

// Wrong reports whether one of the errors is about what is the organization's own.
func (c MeterChoice) Wrong(e ui.Errors) bool { return c.Form.wrong(e) || e.For(c.input()) != "" }

func (c MeterChoice) input() string { return "own_product_" + string(c.Meter) }

func baseProduct(c MeterChoice) string {
	if c.Base == "" {
		return "The connection names none"
	}
	return "Empty takes the connection’s, " + c.Base
}

func (f MappingForm) bills(m app.Meter) bool {
	return slices.Contains(f.Bill, m)
}

// MeterName is a meter as people say it; the vendor's own words where it has some.
func MeterName(m app.Meter) string {
	switch m {
	case app.MeterAccounts:
		return "Accounts"
	case app.MeterStorage:
		return "Storage"
	case app.MeterFileServer:
		return "File Server Enablement"
	case app.MeterGuests:
		return "Guests"
	case app.MeterProtectedSeats:
		return "Protected seats"
	case app.MeterProtectedStorage:
		return "Protected storage"
	}
	return string(m)
}

// MeterWord is a meter in a sentence behind its quantity: "12 accounts".
func MeterWord(m app.Meter) string {
	switch m {
	case app.MeterFileServer:
		return "file servers"
	case app.MeterAccounts, app.MeterStorage, app.MeterGuests, app.MeterProtectedSeats, app.MeterProtectedStorage:
		return strings.ToLower(MeterName(m))
	}
	return string(m)
}

func companyChoices(companies []app.Company, selected string) []ui.Choice {
	out := []ui.Choice{{Label: "None", Selected: selected == ""}}
	known := selected == ""
	for _, c := range companies {
		id := strconv.FormatInt(c.ID, 10)
		if c.Deleted && id != selected {
			continue // in the recycle bin: never offered, shown only while it is still chosen
		}
		label := c.Name + " – " + c.Identifier + " #" + id
		switch {
		case c.Deleted:
			label += " (in the recycle bin)"
		case c.Inactive:
			label += " (inactive)"
		}
		known = known || id == selected
		out = append(out, ui.Choice{Value: id, Label: label, Selected: id == selected})
	}
	if !known {
		out = append(out, ui.Choice{Value: selected, Label: "#" + selected + " (not in the list)", Selected: true})
	}
	return out
}

func agreementChoices(agreements []app.Agreement, selected string) []ui.Choice {
	out := []ui.Choice{{Label: "None", Selected: selected == ""}}
	known := selected == ""
	for _, a := range agreements {
		id := strconv.FormatInt(a.ID, 10)
		known = known || id == selected
		out = append(out, ui.Choice{Value: id, Label: agreementLabel(a), Selected: id == selected})
	}
	if !known {
		out = append(out, ui.Choice{Value: selected, Label: "#" + selected + " (not of this company)", Selected: true})
	}
	return out
}

func agreementLabel(a app.Agreement) string {
	label := a.Name + " #" + strconv.FormatInt(a.ID, 10)
	if a.Type != "" {
		label += " – " + a.Type
	}
	if a.Cancelled {
		return label + " (cancelled)"
	}
	if a.Status != "" && a.Status != "Active" {
		return label + " (" + a.Status + ")"
	}
	return label
}

func (m OrganizationSettings) agreement() *app.Agreement {
	for i := range m.Agreements {
		if strconv.FormatInt(m.Agreements[i].ID, 10) == m.Form.Agreement {
			return &m.Agreements[i]
		}
	}
	return nil
}
