package views

import (
	"time"

	"psabridge/app"
	"psabridge/views/layout"
)

// Diagnostics is whether everything that can be checked is good: what needs somebody, each connection's checks, the sources,
// and what is not sent.
type Diagnostics struct {
	Shell       layout.Shell
	Needs       []Need
	Connections []ConnectionDiagnosis
	Sources     []SourceDiagnosis
	Blocks      []app.Block
	Outbox      app.OutboxCounts
	Backups     Backups
	Machine     []app.CheckRow // of this computer
	Looking     bool           // it is looked at anew
	Computer    Computer
}

// ConnectionDiagnosis is one connection with its newest checks.
type ConnectionDiagnosis struct {
	Name   string
	Detail string // e.g. "na.myconnectwise.net / acme"
	LastOK time.Time
	Error  string
	Checks CheckList
	Role   []app.RoleRow
	// PerMinute is how many requests a minute are allowed.
	PerMinute int
}

// place is where the results of this connection stand.
func (c ConnectionDiagnosis) place() checksFor {
	return checksFor{Connection: c.Name, Back: "diagnostics", prefix: c.Name + "-", role: c.Name + "-role"}
}

// SourceDiagnosis is how reading one source goes.
type SourceDiagnosis struct {
	Name     string
	Detail   string
	LastOK   time.Time
	NextAt   time.Time
	Pushed   bool // an inbox: nobody reads it
	Error    string
	Complete bool
	Problems []string
}

func (m Diagnostics) running() bool {
	for _, c := range m.Connections {
		if c.Checks.Running {
			return true
		}
	}
	return m.Looking
}

// progress adds up the tests under way.
func (m Diagnostics) progress() (done, total int) {
	for _, c := range m.Connections {
		if c.Checks.Running {
			done, total = done+c.Checks.Done, total+c.Checks.Total
		}
	}
	return done, total
}

// changedSince is the moment the state of any check changed last.
func changedSince(c CheckList) (at time.Time) {
	for _, r := range c.Rows {
		if r.ChangedAt.After(at) {
			at = r.ChangedAt
		}
	}
	return at
}
