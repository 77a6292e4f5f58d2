package app

import (
	"encoding/json"
	"strconv"
)

// Settings is the settings document (DESIGN §2.3): everything that is configured, no secrets, only own values.
// Inheritance is computed by app/settings, never stored.
type Settings struct {
	Version       int                    `yaml:"version" json:"version"`
	Sources       []SourceSettings       `yaml:"sources,omitempty" json:"sources,omitempty"`
	Connections   []ConnectionSettings   `yaml:"connections,omitempty" json:"connections,omitempty"`
	Organizations []OrganizationSettings `yaml:"organizations,omitempty" json:"organizations,omitempty"`
	Alerts        []AlertRule            `yaml:"alerts,omitempty" json:"alerts,omitempty"`
	Notify        NotifySettings         `yaml:"notify,omitempty" json:"notify,omitzero"`
}

// SourceSettings is one vendor account we read.
type SourceSettings struct {
	Name                string   `yaml:"name" json:"name"`
	Kind                string   `yaml:"kind" json:"kind"` // x360sync | axcient | inbox
	Host                string   `yaml:"host,omitempty" json:"host,omitempty"`
	Every               Duration `yaml:"every,omitempty" json:"every,omitempty"`
	TopOrganization     string   `yaml:"top_organization,omitempty" json:"top_organization,omitempty"`
	AllowPrivateNetwork bool     `yaml:"allow_private_network,omitempty" json:"allow_private_network,omitempty"`
	CAFile              string   `yaml:"ca_file,omitempty" json:"ca_file,omitempty"`
}

// ConnectionSettings is one ConnectWise account.
type ConnectionSettings struct {
	Name                string            `yaml:"name" json:"name"`
	System              string            `yaml:"system" json:"system"` // connectwise
	SiteURL             string            `yaml:"site_url" json:"site_url"`
	CompanyID           string            `yaml:"company_id" json:"company_id"`
	ClientID            string            `yaml:"client_id,omitempty" json:"client_id,omitempty"`
	AllowPrivateNetwork bool              `yaml:"allow_private_network,omitempty" json:"allow_private_network,omitempty"`
	CAFile              string            `yaml:"ca_file,omitempty" json:"ca_file,omitempty"`
	RequestsPerMinute   int               `yaml:"requests_per_minute,omitempty" json:"requests_per_minute,omitempty"`
	Confirm             ConfirmSettings   `yaml:"confirm,omitempty" json:"confirm,omitzero"`
	TimeZone            string            `yaml:"time_zone,omitempty" json:"time_zone,omitempty"` // IANA name; taken from the machine when the connection is first saved
	Ticketing           TicketingSettings `yaml:"ticketing,omitempty" json:"ticketing,omitzero"`
	Billing             BillingSettings   `yaml:"billing,omitempty" json:"billing,omitzero"`
}

// ConfirmSettings says how an unknown create is looked for (RELIABILITY §3).
type ConfirmSettings struct {
	Searches int      `yaml:"searches,omitempty" json:"searches,omitempty"` // default 5
	Over     Duration `yaml:"over,omitempty" json:"over,omitempty"`         // default 15m
}

// TicketingSettings are the service defaults of a connection; empty fields are left to ConnectWise.
type TicketingSettings struct {
	Enabled      bool             `yaml:"enabled" json:"enabled"`
	Board        Ref              `yaml:"board,omitempty" json:"board,omitzero"`
	Type         Ref              `yaml:"type,omitempty" json:"type,omitzero"`
	Subtype      Ref              `yaml:"subtype,omitempty" json:"subtype,omitzero"`
	Item         Ref              `yaml:"item,omitempty" json:"item,omitzero"`
	Status       Ref              `yaml:"status,omitempty" json:"status,omitzero"`
	ClosedStatus Ref              `yaml:"closed_status,omitempty" json:"closed_status,omitzero"`
	Team         Ref              `yaml:"team,omitempty" json:"team,omitzero"`
	Source       Ref              `yaml:"source,omitempty" json:"source,omitzero"`
	Priority     map[Severity]Ref `yaml:"priority,omitempty" json:"priority,omitempty"`
	// Automation lists what does not count as a person's hand on a ticket (T5).
	Automation Automation `yaml:"automation,omitempty" json:"automation,omitzero"`
	// AskAbove is how many new tickets may open within a quarter of an hour; what is above waits for a person's word. 0: no limit.
	AskAbove int `yaml:"ask_above,omitempty" json:"ask_above,omitempty"`
}

// Automation are members and statuses that ConnectWise's own workflow rules use: a note, an owner or a status of theirs does
// not count as a person's (T5). Names compare without regard to case.
type Automation struct {
	Members  []string `yaml:"members,omitempty" json:"members,omitempty"`   // member identifiers
	Statuses []string `yaml:"statuses,omitempty" json:"statuses,omitempty"` // status names
}

// IsZero reports whether nothing is listed.
func (a Automation) IsZero() bool { return len(a.Members) == 0 && len(a.Statuses) == 0 }

// BillingSettings say what is billed, when and how carefully.
type BillingSettings struct {
	Enabled  bool             `yaml:"enabled" json:"enabled"`
	PushDay  PushDay          `yaml:"push_day,omitempty" json:"push_day,omitzero"`
	PushAt   string           `yaml:"push_at,omitempty" json:"push_at,omitempty"` // "06:00" in the connection's zone
	Approval string           `yaml:"approval,omitempty" json:"approval,omitempty"`
	Products map[Meter]string `yaml:"products,omitempty" json:"products,omitempty"`
	Rules    BillingRules     `yaml:"rules,omitempty" json:"rules,omitzero"`
	MaxAge   Duration         `yaml:"max_age,omitempty" json:"max_age,omitempty"` // oldest reading a plan may use; default 24h
}

// Approval modes.
const (
	ApprovalAsk       = "ask"
	ApprovalAutomatic = "automatic"
)

// BillingRules are the quantity rules by meter, and the limits beyond which a change is held. In the document they
// stand in one map, meters beside the key "hold".
type BillingRules struct {
	Meters map[Meter]QuantityRule
	Hold   HoldLimits
}

// QuantityRule turns a reading into a quantity. Zero fields take the defaults of app/billing.
type QuantityRule struct {
	Unit    string    `yaml:"unit,omitempty" json:"unit,omitempty"`   // each | GB | TB
	Round   string    `yaml:"round,omitempty" json:"round,omitempty"` // up | nearest | down | 2
	Minimum *Quantity `yaml:"minimum,omitempty" json:"minimum,omitempty"`
	Basis   Basis     `yaml:"basis,omitempty" json:"basis,omitempty"`   // own | inclusive
	FSE     string    `yaml:"fse,omitempty" json:"fse,omitempty"`       // count | flag
	Trials  *bool     `yaml:"trials,omitempty" json:"trials,omitempty"` // whether trial organizations count; default true
}

// HoldLimits bound what goes through without a person. A change is held only when it exceeds both Percent and Units.
type HoldLimits struct {
	Percent *int      `yaml:"percent,omitempty" json:"percent,omitempty"` // default 50
	Units   *Quantity `yaml:"units,omitempty" json:"units,omitempty"`     // default 5
	Amount  *Money    `yaml:"amount,omitempty" json:"amount,omitempty"`   // default none
}

// exact is a *Quantity for printing. The YAML library takes a pointer to 0 for "not set" and would leave it out, but a
// limit of 0 is not the default.
type exact struct{ q Quantity }

// MarshalYAML prints the number.
func (e exact) MarshalYAML() (any, error) { return e.q.MarshalYAML() }

func exactly(q *Quantity) *exact {
	if q == nil {
		return nil
	}
	return &exact{*q}
}

// MarshalYAML prints the rule with a minimum of 0 if it has one.
func (r QuantityRule) MarshalYAML() (any, error) {
	return struct {
		Unit    string `yaml:"unit,omitempty"`
		Round   string `yaml:"round,omitempty"`
		Minimum *exact `yaml:"minimum,omitempty"`
		Basis   Basis  `yaml:"basis,omitempty"`
		FSE     string `yaml:"fse,omitempty"`
		Trials  *bool  `yaml:"trials,omitempty"`
	}{r.Unit, r.Round, exactly(r.Minimum), r.Basis, r.FSE, r.Trials}, nil
}

// MarshalYAML prints the limits, those of 0 too.
func (h HoldLimits) MarshalYAML() (any, error) {
	return struct {
		Percent *int   `yaml:"percent,omitempty"`
		Units   *exact `yaml:"units,omitempty"`
		Amount  *exact `yaml:"amount,omitempty"`
	}{h.Percent, exactly(h.Units), exactly(h.Amount)}, nil
}

// OrganizationSettings are one organization's own values.
type OrganizationSettings struct {
	Source        string                 `yaml:"source" json:"source"`
	ID            string                 `yaml:"id" json:"id"`                       // external id at the source
	PSA           string                 `yaml:"psa,omitempty" json:"psa,omitempty"` // inherit | none | <connection name>; empty = inherit
	Company       CompanyRef             `yaml:"company,omitempty" json:"company,omitzero"`
	Agreement     AgreementRef           `yaml:"agreement,omitempty" json:"agreement,omitzero"`
	Bill          []Meter                `yaml:"bill,omitempty" json:"bill,omitempty"`
	Products      map[Meter]string       `yaml:"products,omitempty" json:"products,omitempty"`
	QuantityRules map[Meter]QuantityRule `yaml:"quantity_rules,omitempty" json:"quantity_rules,omitempty"`
	Exclude       []Exclusion            `yaml:"exclude,omitempty" json:"exclude,omitempty"`
}

// PSA modes that are not a connection's name.
const (
	PSAInherit = "inherit"
	PSANone    = "none"
)

// CompanyRef names a ConnectWise company by record id; the identifier is only shown.
type CompanyRef struct {
	ID         int64  `yaml:"id" json:"id"`
	Identifier string `yaml:"identifier,omitempty" json:"identifier,omitempty"`
}

// AgreementRef names a ConnectWise agreement by record id.
type AgreementRef struct {
	ID int64 `yaml:"id" json:"id"`
}

// Exclusion leaves one thing out of the count, with a reason (M10).
type Exclusion struct {
	Kind   ObjectKind `yaml:"kind" json:"kind"`
	ID     string     `yaml:"id" json:"id"`
	Reason string     `yaml:"reason" json:"reason"`
}

// AlertRule is "When … For … Via"; the page calls it Alert. The first rule that wants an event decides.
type AlertRule struct {
	Name     string       `yaml:"name" json:"name"`
	When     []When       `yaml:"when" json:"when"`
	For      For          `yaml:"for,omitempty" json:"for,omitzero"`
	Via      Via          `yaml:"via" json:"via"`
	Severity Severity     `yaml:"severity,omitempty" json:"severity,omitempty"`
	Wait     Duration     `yaml:"wait,omitempty" json:"wait,omitempty"` // hold this long before a ticket opens
	Ticket   TicketPolicy `yaml:"ticket,omitempty" json:"ticket,omitzero"`
	Mute     []Mute       `yaml:"mute,omitempty" json:"mute,omitempty"`
}

// When names an event type and the level from which it counts. Zero levels take the type's default
// (machine.unreachable 5 minutes, quota.reached 80 percent).
type When struct {
	Type    string `yaml:"type" json:"type"`
	Percent int    `yaml:"percent,omitempty" json:"percent,omitempty"`
	Minutes int    `yaml:"minutes,omitempty" json:"minutes,omitempty"`
	Days    int    `yaml:"days,omitempty" json:"days,omitempty"`
	Times   int    `yaml:"times,omitempty" json:"times,omitempty"`
}

// For limits a rule to some organizations or one object; left out it is for everything.
type For struct {
	Source           string `yaml:"source,omitempty" json:"source,omitempty"`
	Organization     string `yaml:"organization,omitempty" json:"organization,omitempty"`
	Suborganizations bool   `yaml:"suborganizations,omitempty" json:"suborganizations,omitempty"`
	Object           string `yaml:"object,omitempty" json:"object,omitempty"`
}

// Via says who is told.
type Via struct {
	PSA   bool     `yaml:"psa" json:"psa"`
	Email []string `yaml:"email,omitempty" json:"email,omitempty"`
}

// TicketPolicy says how a rule's tickets live; its service fields override the connection's.
type TicketPolicy struct {
	Board        Ref      `yaml:"board,omitempty" json:"board,omitzero"`
	Type         Ref      `yaml:"type,omitempty" json:"type,omitzero"`
	Subtype      Ref      `yaml:"subtype,omitempty" json:"subtype,omitzero"`
	Item         Ref      `yaml:"item,omitempty" json:"item,omitzero"`
	Status       Ref      `yaml:"status,omitempty" json:"status,omitzero"`
	ClosedStatus Ref      `yaml:"closed_status,omitempty" json:"closed_status,omitzero"`
	Team         Ref      `yaml:"team,omitempty" json:"team,omitzero"`
	Source       Ref      `yaml:"source,omitempty" json:"source,omitzero"`
	Priority     Ref      `yaml:"priority,omitempty" json:"priority,omitzero"`
	Summary      string   `yaml:"summary,omitempty" json:"summary,omitempty"`       // template (ParseTemplate); empty: the title and the organization
	Body         string   `yaml:"body,omitempty" json:"body,omitempty"`             // template; empty: DefaultBody
	Per          string   `yaml:"per,omitempty" json:"per,omitempty"`               // object (default) | organization
	NoteEvery    Duration `yaml:"note_every,omitempty" json:"note_every,omitempty"` // default 15m
	AutoClose    bool     `yaml:"auto_close,omitempty" json:"auto_close,omitempty"`
	ReopenWithin Duration `yaml:"reopen_within,omitempty" json:"reopen_within,omitempty"` // default 24h
	Comeback     string   `yaml:"comeback,omitempty" json:"comeback,omitempty"`           // reopen (default) | new | none
}

// Mute is one maintenance window.
type Mute struct {
	From   string `yaml:"from" json:"from"` // RFC 3339
	To     string `yaml:"to" json:"to"`
	Reason string `yaml:"reason" json:"reason"`
}

// Ref names a ConnectWise record by name, or by {id: …}. The checks resolve names; ids win.
type Ref struct {
	ID   int64
	Name string
}

// IsZero reports whether nothing was named; then ConnectWise's own default applies.
func (r Ref) IsZero() bool { return r == Ref{} }

// String prints the name, or "#12".
func (r Ref) String() string {
	if r.Name == "" && r.ID != 0 {
		return "#" + strconv.FormatInt(r.ID, 10)
	}
	return r.Name
}

type refByID struct {
	ID   int64  `yaml:"id" json:"id"`
	Name string `yaml:"name,omitempty" json:"name,omitempty"`
}

// MarshalYAML prints a name as a string and an id as a map.
func (r Ref) MarshalYAML() (any, error) {
	if r.ID != 0 {
		return refByID(r), nil
	}
	return r.Name, nil
}

// UnmarshalYAML reads what MarshalYAML prints.
func (r *Ref) UnmarshalYAML(unmarshal func(any) error) error {
	var name string
	if err := unmarshal(&name); err == nil {
		*r = Ref{Name: name}
		return nil
	}
	var by refByID
	if err := unmarshal(&by); err != nil {
		return err
	}
	*r = Ref(by)
	return nil
}

// MarshalJSON prints the same shapes in JSON.
func (r Ref) MarshalJSON() ([]byte, error) {
	v, _ := r.MarshalYAML()
	return json.Marshal(v)
}

// UnmarshalJSON reads what MarshalJSON prints.
func (r *Ref) UnmarshalJSON(b []byte) error {
	return r.UnmarshalYAML(func(v any) error { return json.Unmarshal(b, v) })
}

// MarshalYAML prints the rules as one map with "hold" beside the meters.
func (b BillingRules) MarshalYAML() (any, error) {
	m := make(map[string]any, len(b.Meters)+1)
	for meter, rule := range b.Meters {
		m[string(meter)] = rule
	}
	if b.Hold != (HoldLimits{}) {
		m["hold"] = b.Hold
	}
	return m, nil
}

// rulesDocument is the shape of BillingRules in the document.
type rulesDocument struct {
	Hold   HoldLimits              `yaml:"hold"`
	Meters map[string]QuantityRule `yaml:",inline"` // the library wants plain string keys here
}

// UnmarshalYAML reads what MarshalYAML prints. A key that is not "hold" is a meter.
func (b *BillingRules) UnmarshalYAML(unmarshal func(any) error) error {
	var doc rulesDocument
	if err := unmarshal(&doc); err != nil {
		return err
	}
	*b = BillingRules{Hold: doc.Hold}
	if len(doc.Meters) > 0 {
		b.Meters = make(map[Meter]QuantityRule, len(doc.Meters))
	}
	for meter, rule := range doc.Meters {
		b.Meters[Meter(meter)] = rule
	}
	return nil
}

// MarshalJSON prints the same shape in JSON.
func (b BillingRules) MarshalJSON() ([]byte, error) {
	v, _ := b.MarshalYAML()
	return json.Marshal(v)
}

// IsZero reports whether no rule is set.
func (b BillingRules) IsZero() bool { return len(b.Meters) == 0 && b.Hold == (HoldLimits{}) }

// MarshalYAML prints a bare type when it has no level.
func (w When) MarshalYAML() (any, error) {
	if w == (When{Type: w.Type}) {
		return w.Type, nil
	}
	type plain When
	return plain(w), nil
}

// UnmarshalYAML reads a bare type or a map.
func (w *When) UnmarshalYAML(unmarshal func(any) error) error {
	var typ string
	if err := unmarshal(&typ); err == nil {
		*w = When{Type: typ}
		return nil
	}
	type plain When
	return unmarshal((*plain)(w))
}

// MarshalJSON prints the same shapes in JSON.
func (w When) MarshalJSON() ([]byte, error) {
	v, _ := w.MarshalYAML()
	return json.Marshal(v)
}

// PushDay is the day of the month a push is due: 1–31, or LastDay. A day the month lacks means its last day.
type PushDay int

// LastDay is the push day "last".
const LastDay PushDay = 32

// MarshalText prints "31" or "last".
func (d PushDay) MarshalText() ([]byte, error) {
	if d == LastDay {
		return []byte("last"), nil
	}
	return []byte(strconv.Itoa(int(d))), nil
}

// MarshalYAML prints a number or "last".
func (d PushDay) MarshalYAML() (any, error) {
	if d == LastDay {
		return "last", nil
	}
	return int(d), nil
}

// MarshalJSON prints a number or "last".
func (d PushDay) MarshalJSON() ([]byte, error) {
	v, _ := d.MarshalYAML()
	return json.Marshal(v)
}

// UnmarshalText reads 1–31 or "last"; anything else is Invalid.
func (d *PushDay) UnmarshalText(b []byte) error {
	if string(b) == "last" {
		*d = LastDay
		return nil
	}
	n, err := strconv.Atoi(string(b))
	if err != nil || n < 1 || n > 31 {
		return Errorf(Invalid, "push_day is %q. It is a day of the month, 1 to 31, or last.", b)
	}
	*d = PushDay(n)
	return nil
}
