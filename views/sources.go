package views

import (
	"time"

	"psabridge/app"
	"psabridge/views/layout"
	"psabridge/views/ui"
)

// Sources is a card for each vendor account we read, and the form for a new one. One source's own page is the same with
// one card.
type Sources struct {
	Shell   layout.Shell
	Cards   []SourceCard
	Add     *SourceForm  // nil where a source cannot be added
	Unused  []UnusedType // activity types seen and not used by a rule
	Only    string       // the source whose own page this is; empty for all
	Heading string       // one sentence: how they are doing
}

// SourceCard is one source.
type SourceCard struct {
	Name     string
	Kind     string // x360sync
	Host     string
	Every    time.Duration
	LastOK   time.Time // last complete reading
	NextAt   time.Time
	Reading  bool // a reading is under way
	Error    string
	Problems []string // what the last reading could not read
	Complete bool
	Beats    []ui.Beat
	Brings   string // e.g. "25 organizations, 624 accounts, 41 machines"
	Waiting  int    // events that wait for a mapping
	Form     SourceForm
}

// SourceForm are the values as typed or stored; what is secret never comes back. Input names are the words in the comments.
type SourceForm struct {
	Name            string // name; only when New
	New             bool
	Kind            string // kind
	Host            string // host
	Every           string // every: duration, e.g. 2m
	TopOrganization string // top_organization
	AllowPrivate    bool   // allow_private_network
	Secrets         []SecretField
	Errors          ui.Errors
	Open            bool // the form is unfolded: it has errors, or the source cannot sign in
	Revision        int64
}

// SecretField is one write-only value of a source: client_id, client_secret, username, password or auth_code.
type SecretField struct {
	Name  string
	Label string
	Hint  string
	State ui.SecretState
	Plain bool // not secret enough for dots while it is typed, e.g. a one-time code
}

// UnusedType is an activity type no rule uses.
type UnusedType struct {
	Type   string
	Source string
	Seen   int
	LastAt time.Time
	Path   string // where a rule is made of it
}

// SettingsView is the settings document as text, with a preview of what a new one would change.
type SettingsView struct {
	Shell     layout.Shell
	Document  string // as stored, or as typed when it could not be saved
	Revision  int64
	Previewed bool // Changes are what saving Document would do
	Changes   []app.Change
	Errors    ui.Errors // of the document; field "document"
	History   []RevisionRow
}

// RevisionRow is one stored state of the settings.
type RevisionRow struct {
	Rev     int64
	At      time.Time
	By      string
	Changes []app.Change
}

// About is what this program is.
type About struct {
	Shell    layout.Shell
	Version  string
	Commit   string
	Built    string
	Go       string
	DataDir  string
	DBBytes  int64
	KeysIn   string   // where the keys are kept, in words
	TalksTo  []string // hosts, from the settings
	Page     string   // address of the page
	Started  time.Time
	Licences []Licence
}

// Licence names a part that is not ours.
type Licence struct {
	Name, Version, Kind string
}

// Problem is a page that says what went wrong. Shell is nil where nobody is signed in.
type Problem struct {
	Shell   *layout.Shell
	Status  int
	Title   string
	Text    string
	Actions []ui.Action
}
