package views

import (
	"strconv"
	"strings"
	"time"

	"psabridge/app"
	"psabridge/views/layout"
	"psabridge/views/ui"
)

// Overview is the first page: is it running, does it need me, what happened last.
type Overview struct {
	Shell         layout.Shell
	Master        string // name of the master organization, or how many sources there are; empty before the first reading
	Organizations int
	Target        string          // where tickets go, e.g. "na.myconnectwise.net / acme"; empty before it is set up
	Tasks         []app.GuideTask // of setting up; those that are left are shown until the first thing works
	Working       bool            // ticketing or billing is switched on somewhere: the rail alone says what is left
	Questions     []StartQuestion // what waits behind the start question: history first, then what is too much at once
	Needs         []Need
	Backlog       app.Backlog
	Outbox        app.OutboxCounts
	NextPush      *NextPush // nil while billing is off
	Connections   []ConnectionRow
	Recent        []Happening // newest first
}

// StartQuestion asks what to do with conditions that held before ticketing was switched on (T4), or that are more at once
// than the connection opens without asking.
type StartQuestion struct {
	Why        app.Reason // app.ReasonHistory or app.ReasonFlood
	Holding    int
	Connection string          // limits the answer to one connection; empty for all
	Rule       string          // limits the answer to one rule; empty for all
	Held       []HeldCondition // all that is known of them, newest first
}

// HeldCondition is a condition that waits behind a start question, with the name of its organization.
type HeldCondition struct {
	app.Condition
	Organization string
}

// Of a start question namedAtOnce conditions are named, and so many more when the list is opened.
const (
	namedAtOnce = 5
	namedAtAll  = 300
)

func (q StartQuestion) first() []HeldCondition { return q.Held[:min(len(q.Held), namedAtOnce)] }

func (q StartQuestion) rest() []HeldCondition {
	return q.Held[min(len(q.Held), namedAtOnce):min(len(q.Held), namedAtAll)]
}

// more is what the list is opened by.
func (q StartQuestion) more() string {
	out := "And " + ui.Int(q.Holding-namedAtOnce) + " more"
	if q.Holding > namedAtAll {
		out += ", the newest " + ui.Int(namedAtAll-namedAtOnce) + " of them"
	}
	return out
}

// newest is the last condition the question was asked about: what begins later was not seen, and is not answered.
func (q StartQuestion) newest() (id int64) {
	for _, h := range q.Held {
		id = max(id, h.ID)
	}
	return id
}

// Title says how many wait, and for what.
func (q StartQuestion) Title() string {
	if q.Why == app.ReasonFlood {
		out := ui.Count(q.Holding, "more ticket", "more tickets") + " would have opened"
		if q.Rule != "" {
			out += " for “" + q.Rule + "”"
		}
		return out + "."
	}
	return ui.Count(q.Holding, "condition", "conditions") + " from before you switched on."
}

func (q StartQuestion) text() string {
	if q.Why == app.ReasonFlood {
		return "More came at once than this connection opens without asking, so psabridge stopped there. Opening makes one ticket for each; staying quiet keeps them without a ticket until they recover."
	}
	return "They are history unless you say otherwise. Opening makes one ticket for each; staying quiet keeps them without a ticket until they recover."
}

// QuestionID is where a start question stands on the page; the first is where links from elsewhere lead.
func QuestionID(i int) string {
	if i == 0 {
		return "start"
	}
	return "start-" + strconv.Itoa(i+1)
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

// sending says how what is to be sent stands.
func (m Overview) sending() string {
	var parts []string
	if n := m.Outbox.Checking; n > 0 {
		parts = append(parts, ui.Int(n)+" being checked")
	}
	if n := m.Outbox.Parked; n > 0 {
		parts = append(parts, ui.Int(n)+" "+map[bool]string{true: "needs", false: "need"}[n == 1]+" you")
	}
	if len(parts) == 0 {
		return "nothing is stuck"
	}
	return strings.Join(parts, " · ")
}
