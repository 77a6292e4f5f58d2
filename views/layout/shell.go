// Package layout is the frame around every page: the rail, the health line, the pause switch and what must be said on
// top of any page.
package layout

import (
	"strconv"
	"time"

	"psabridge/app/link"
	"psabridge/views/ui"
)

// State is what the bridge as a whole is doing.
type State string

// The states of the bridge.
const (
	Running  State = "running"
	NeedsYou State = "needs_you"
	Paused   State = "paused"
	Blocked  State = "blocked"  // some connection refuses us, or there is no network
	Starting State = "starting" // nothing was read yet
)

// Shell is what every page shows around its own content.
type Shell struct {
	Title   string // of the page, without the product's name
	Wrong   bool   // the page shows a form with errors: "Error: " goes before the title
	Current string // the rail entry that is marked: one of the paths in link
	Now     time.Time
	Zone    *time.Location // of this computer; billing pages use their connection's beside it

	State       State
	LastCheck   time.Time // of any source; zero before the first
	NextCheck   time.Time
	Connections []Health
	NeedsYou    int
	Counts      map[string]int // things that need somebody, by rail path
	PausedUntil time.Time      // zero while paused: until somebody resumes
	PauseReason string
	Demo        bool
	SettingUp   bool    // some task of the guide is left: it stands in the rail
	Notice      *Notice // what the last action did; shown once
	Search      string  // what was searched for
	Help        string  // the topic of the help that is about this page; empty leads to all of them
	Helping     bool    // this page is a page of the help itself
	Still       bool    // times stay as rendered: the page is a picture, not a live one
}

// Health is one connection in the health line.
type Health struct {
	Name string // e.g. ConnectWise
	OK   bool
	Text string // what is wrong, when it is not OK
}

// Notice says what an action did.
type Notice struct {
	Tone string // ok | info | warn | bad
	Text string
	Undo *ui.Action
}

// entry is one line of the rail.
type entry struct {
	path, icon, name string
}

// Pages that do not exist yet are not in the rail: a link that leads nowhere is worse than none.
var (
	railTop = []entry{
		{link.Overview, "overview", "Overview"},
		{link.Organizations, "orgs", "Organizations"},
		{link.Mapping, "mapping", "Mapping"},
		{link.Billing, "billing", "Billing"},
		{link.Money, "money", "Money"},
		{link.Tickets, "ticket", "Tickets"},
		{link.Deliveries, "deliveries", "Deliveries"},
		{link.Sources, "sources", "Sources"},
		{link.Connections, "server", "ConnectWise"},
		{link.Diagnostics, "diag", "Diagnostics"},
	}
	railEnd = []entry{
		{link.Settings, "settings", "Settings"},
		{link.About, "info", "About"},
	}
)

// setupEntry leads the rail until everything is set up.
var setupEntry = entry{link.Setup, "check", "Set up"}

// top are the entries of the rail for the person's daily work.
func top(s Shell) []entry {
	if s.SettingUp || s.Current == link.Setup {
		return append([]entry{setupEntry}, railTop...)
	}
	return railTop
}

// fullTitle is the title as the browser shows it: how many things wait, whether something is wrong, the page, the product.
func fullTitle(s Shell) string {
	t := s.Title + " – psabridge"
	if s.Wrong {
		t = "Error: " + t
	}
	if s.NeedsYou > 0 {
		t = "(" + strconv.Itoa(s.NeedsYou) + ") " + t
	}
	return t
}

// frame names the coloured frame around the page, if there is one.
func frame(s Shell) string {
	switch {
	case s.State == Paused:
		return "paused"
	case s.State == Blocked:
		return "blocked"
	case s.Demo:
		return "demo"
	}
	return ""
}

// stateWord is the first word of the health line.
func stateWord(s State) string {
	switch s {
	case Paused:
		return "Paused"
	case Blocked:
		return "Cannot send"
	case Starting:
		return "Starting"
	case NeedsYou, Running:
	}
	return "Running"
}

// Word is the first word of the top line, for whoever says it elsewhere.
func (s Shell) Word() string { return stateWord(s.State) }

func stateLook(s State) (tone, icon string) {
	switch s {
	case Paused:
		return "warn", "pause"
	case Blocked:
		return "bad", "badc"
	case Starting:
		return "info", "half"
	case NeedsYou, Running:
	}
	return "ok", "okc"
}

func pauseTitle(s Shell) string {
	if s.PausedUntil.IsZero() {
		return "Paused until you resume."
	}
	return "Paused until " + ui.Moment(s.PausedUntil, s.Now, s.Zone) + "."
}

// helpPath is the help for a page.
func helpPath(s Shell) string {
	if s.Help == "" || s.Helping {
		return link.HelpTopics
	}
	return link.Help(s.Help)
}

// helpFor says to who cannot see where the link stands what it is about.
func helpFor(s Shell) string {
	if s.Help == "" || s.Helping {
		return "for every page"
	}
	return "for this page"
}

func noticeIcon(tone string) string {
	switch tone {
	case "ok":
		return "okc"
	case "bad":
		return "badc"
	case "warn":
		return "warn"
	}
	return "info"
}
