package views

import (
	"time"

	"psabridge/app"
	"psabridge/views/layout"
	"psabridge/views/ui"
)

// Overview is the first page: is it running, does it need me, what happened last.
type Overview struct {
	Shell         layout.Shell
	Master        string // name of the master organization; empty before the first reading
	Organizations int
	Target        string          // where tickets go, e.g. "na.myconnectwise.net / acme"; empty before it is set up
	Tasks         []app.GuideTask // of setting up; those that are left are shown until the first thing works
	Working       bool            // ticketing or billing is switched on somewhere: the rail alone says what is left
	StartLine     *StartQuestion
	Needs         []Need
	Backlog       app.Backlog
	Outbox        app.OutboxCounts
	NextPush      *NextPush // nil while billing is off
	Connections   []ConnectionRow
	Recent        []Happening // newest first
}

// StartQuestion asks what to do with conditions that held before ticketing was switched on (T4).
type StartQuestion struct {
	Holding    int
	Connection string // limits the answer to one connection; empty for all
	Rule       string // limits the answer to one rule; empty for all
	Sample     []string
}

// Need is one thing that waits for a person, with the button that helps.
type Need struct {
	Tone    string // hold | warn | bad | info
	Icon    string
	Title   string
	Text    string
	Since   time.Time
	Actions []ui.Action
}

// NextPush is the month's billing of one connection, as far as it has come.
type NextPush struct {
	Connection string
	Period     app.Period
	DueAt      time.Time
	Zone       *time.Location
	Approval   string // app.ApprovalAsk or app.ApprovalAutomatic
	Planned    bool   // a preview exists
	Changes    int
	Held       int
	Amount     *app.Money // nil when any price is unknown
	Done       bool       // the period was pushed
}

// ConnectionRow is a vendor we read or write, with how its last polls went.
type ConnectionRow struct {
	Name   string
	Detail string // e.g. "syncedtool.com, every 2 min"
	Path   string
	LastOK time.Time
	Error  string // of the last try; empty when it was good
	Beats  []ui.Beat
}

// Happening is one line of "what happened last".
type Happening struct {
	At    time.Time
	Tone  string
	Icon  string
	Text  string
	Hint  string
	Label string // of the link behind the text; empty for none
	Path  string
}
