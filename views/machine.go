package views

import (
	"net/url"
	"time"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/views/layout"
)

// Log is the newest of the log.
type Log struct {
	Shell  layout.Shell
	Level  string // what is shown: this and worse
	Text   string
	Follow bool
	Lines  []LogLine
	Levels []string
	Now    string    // what is logged
	Until  time.Time // when that goes back; zero: it is as at the start
}

// LogLine is one line of the log.
type LogLine struct {
	At        time.Time
	Level     string
	Message   string
	Rest      string
	Bad, Warn bool
}

// address is this page again, followed or not.
func (m Log) address(follow bool) string {
	q := url.Values{}
	if m.Level != "" {
		q.Set("level", m.Level)
	}
	if m.Text != "" {
		q.Set("q", m.Text)
	}
	if follow {
		q.Set("follow", "1")
	}
	if len(q) == 0 {
		return link.Log
	}
	return link.Log + "?" + q.Encode()
}

func (m Log) shown() string {
	if m.Level == "" {
		return "info"
	}
	return m.Level
}

// tone is how a line stands out.
func (l LogLine) tone() string {
	switch {
	case l.Bad:
		return "bad"
	case l.Warn:
		return "warn"
	}
	return ""
}

// levelWords say what a level shows.
var levelWords = map[string]string{
	"debug": "Everything", "info": "What happens", "warn": "Warnings and errors", "error": "Errors",
}

// Support is what a support bundle would hold.
type Support struct {
	Shell layout.Shell
	Name  string
	Bytes int64 // of the ZIP
	Files []SupportFile
}

// SupportFile is one file of it.
type SupportFile struct {
	Name, About string
	Bytes       int64
}

// machineBad are the checks of this computer somebody has to look at.
func machineBad(rows []app.CheckRow) (out []app.CheckRow) {
	for _, r := range rows {
		if r.State == app.CheckFailed || r.State == app.CheckWarning {
			out = append(out, r)
		}
	}
	return out
}
