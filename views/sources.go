package views

import (
	"time"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/views/layout"
	"psabridge/views/ui"
)

// Sources is a card for each vendor account we read and each inbox, and the way to another one: first its kind, then its
// form.
type Sources struct {
	Shell   layout.Shell
	Cards   []SourceCard
	Add     *SourceForm  // the form of a new source, once its kind is chosen
	Unused  []UnusedType // activity types seen and not used by a rule
	Heading string       // one sentence: how they are doing
}

// SourceCard is how one source is doing.
type SourceCard struct {
	Name     string
	Kind     string // x360sync | axcient | inbox
	Host     string // empty for an inbox
	Every    time.Duration
	LastOK   time.Time // last complete reading, or last thing received
	NextAt   time.Time
	Reading  bool // a reading is under way
	Error    string
	Refused  bool     // the vendor does not accept the sign-in: a person has to enter it again
	Problems []string // what the last reading could not read
	Complete bool
	Beats    []ui.Beat
	Brings   string // e.g. "25 organizations, 624 accounts, 41 machines"
	// Unmatched are the organizations without a company, and Waiting the alerts that wait for one.
	Unmatched, Waiting int
	SignIn             SignInFacts
}

// SignInFacts say how old a source's sign-in is. What it is made of is never known here.
type SignInFacts struct {
	EnteredAt time.Time // the newest thing a person entered for it; zero when nothing was
	RenewedAt time.Time // when the vendor last gave a new one; zero when it never did, or when the kind has none
}

// inbox reports a source nobody reads.
func (c SourceCard) inbox() bool { return c.Kind == app.KindInbox }

// SourceForm are the values as typed or stored; what is secret never comes back. Input names are the words in the comments.
type SourceForm struct {
	Name            string // name; only when New
	New             bool
	Kind            string // kind
	Host            string // host
	Every           string // every: duration, e.g. 2m
	TopOrganization string // top_organization
	AllowPrivate    bool   // allow_private_network
	CAFile          string // ca_file
	Secrets         []SecretField
	Errors          ui.Errors
	Open            bool // the form is unfolded: it has errors, or the source cannot sign in
	Revision        int64
	// Way is how to sign in: vendor on the vendor's own page, else with a user name and password. One at a time is shown.
	Way string
	// Redirect is the address a client that signs in on the vendor's page is registered with; empty where that is not possible.
	Redirect string
}

// SecretField is one write-only value of a source.
type SecretField struct {
	Name  string // client_id | client_secret | username | password | auth_code | api_key
	Label string
	Hint  string
	State ui.SecretState
	Plain bool // typed in the clear: a user name, a client ID, a code that is good once
}

// secret returns one of the form's fields; the zero field when the kind does not have it.
func (f SourceForm) secret(name string) SecretField {
	for _, one := range f.Secrets {
		if one.Name == name {
			return one
		}
	}
	return SecretField{Name: name}
}

// vendor reports that the form is for signing in on the vendor's own page.
func (f SourceForm) vendor() bool { return f.Way == "vendor" }

// path is the same form for another way to sign in.
func (f SourceForm) path(way string) string {
	if f.New {
		return link.With(link.Sources, "kind", f.Kind, "way", way) + "#add"
	}
	if way == "" {
		way = "password"
	}
	return link.With(link.Source(f.Name), "way", way) + "#settings"
}

// has reports that a value is stored.
func (f SourceForm) has(name string) bool { return f.secret(name).State.Set }

// advanced reports that something in the folded part of the form is wrong or not as usual.
func (f SourceForm) advanced() bool {
	for _, name := range []string{"every", "top_organization", "ca_file", "allow_private_network"} {
		if f.Errors.For(name) != "" {
			return true
		}
	}
	return f.Errors.For("host") != "" || f.AllowPrivate // an address may be wrong for want of the box that allows it
}

// SourceView is one source's own page.
type SourceView struct {
	Shell    layout.Shell
	Card     SourceCard
	Form     SourceForm
	Progress SourceProgress
	Notes    []string // what the vendor lets us know of the sign-in, e.g. a permission its key lacks
	Count    int      // organizations it shows
	Meters   []MeterSum
	Raw      []RawRow
	RawMore  int // raw records that are kept and not shown
	Unused   []UnusedType
	Inbox    *Inbox     // nil for a source that is read
	Chart    *FlowChart // of its polls; nil for an inbox
	SignIn   bool       // a person can sign in on the vendor's own page
}

// MeterSum is what a source's newest readings of one meter come to.
type MeterSum struct {
	Meter         app.Meter
	Quantity      app.Quantity // of the complete ones
	Unit          string
	Organizations int // with a complete reading
	Unknown       int // with one that is not complete
	AsOf          time.Time
}

// SourceProgress is the step log of the reading under way, or of the last one.
type SourceProgress struct {
	Name    string
	Now     time.Time
	Zone    *time.Location
	Running bool
	Steps   []SourceStep
	Result  string // one sentence, once it has ended; empty when nothing was read since the start
	Tone    string // of Result: ok | warn | bad
}

// SourceStep is what a reading found out, and when.
type SourceStep struct {
	At   time.Time
	Text string
}

// RawRow is what a source answered where its fields are not documented.
type RawRow struct {
	Organization app.Named // our row; its name alone when it is gone
	What         string
	ReadAt       time.Time
	Body         string
	Understood   bool
	Note         string
}

// SourceRemoval is what depends on a source, before it is removed.
type SourceRemoval struct {
	Shell         layout.Shell
	Name, Kind    string
	Revision      int64
	Organizations int
	Mapped        int      // of those, how many have a company
	Billed        []string // meters that some organization bills, in words
	Rules         []string // alerts for this source alone; they are removed with it
	Readings      int      // newest ones
	Open          int      // conditions that hold
	Tokens        int      // inbox: programs that may send
	Imports       int      // inbox: files and calls
	SignedIn      bool     // there is a sign-in to end at the vendor
	Blocked       string   // why it cannot be removed now; empty when it can
}

// VendorSignIn leads to the vendor's own sign-in page. It is a plain link: the policy lets no form leave this page.
type VendorSignIn struct {
	Shell    layout.Shell
	Name     string
	Kind     string
	URL      string // at the vendor; empty when it has to be begun again
	Host     string // whose page it is
	Redirect string
	Until    time.Time
	Error    string // why it cannot be begun
}

// SignInEnded is where a sign-in that came back is told of when nothing was done with it.
type SignInEnded struct {
	Shell layout.Shell
	Title string
	Text  string
	Path  string // where to begin again
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
	KeysGo    []string  // whose keys that deletes from the keychain
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
