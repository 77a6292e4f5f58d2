package views

import (
	"strconv"
	"strings"
	"time"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/views/ui"
)

// CheckList is the newest result of the connection checks.
type CheckList struct {
	Running bool
	Done    int
	Total   int
	Rows    []app.CheckRow
	At      time.Time // when they were last made; zero when never
	// Outdated says that the settings or the keys were changed since: the results are about what is no more.
	Outdated bool
}

// Begin shows a test under way with what it found so far; the results before say about how many there will be.
func (c *CheckList) Begin(found []app.CheckRow) {
	c.Running, c.Outdated, c.Done, c.Total, c.Rows = true, false, len(found), max(len(c.Rows), len(found)+1), found
}

// checksFor says where results stand: on which connection, in which task of the guide, and under which ids.
type checksFor struct {
	Connection string // empty: no button tests anything
	Task       string // of the guide, to come back to; empty on the connection's own page
	Back       string // another page to come back to: diagnostics
	prefix     string // of the ids, where one check stands on a page more than once
	role       string // id of the role's text, where a page has more than one
}

// roleID is the element the copy buttons of the role table copy.
func (f checksFor) roleID() string {
	if f.role != "" {
		return f.role
	}
	return "role-text"
}

// again is the button that runs the tests once more.
func (f checksFor) again(label string) ui.Action {
	a := ui.Action{Label: label, Path: link.ConnectionTest(f.Connection), Post: true, Small: true, Icon: "refresh"}
	if f.Task != "" {
		a.Fields = append(a.Fields, ui.Choice{Value: "task", Label: f.Task})
	}
	if f.Back != "" {
		a.Fields = append(a.Fields, ui.Choice{Value: "back", Label: f.Back})
	}
	return a
}

// unprovenWords begin the message of a check that a read cannot prove.
const unprovenWords = "Not proven yet"

// standing is what a check comes to for the person who looks: a check that was skipped is either not proven yet, which
// waits for something to happen, or was not tried, which waits for another check.
func standingOf(r app.CheckRow) string {
	switch {
	case r.State != app.CheckSkipped:
		return string(r.State)
	case strings.HasPrefix(r.Message, unprovenWords):
		return "unproven"
	}
	return "untried"
}

// outdatedWords stand for every summary of results that are about what is no more.
const outdatedWords = "Not tested since you changed it"

// counts returns how many checks are good, need a look, failed and are not proven yet.
func (c CheckList) counts() (ok, warning, failed, unproven int) {
	for _, r := range c.Rows {
		switch standingOf(r) {
		case string(app.CheckOK):
			ok++
		case string(app.CheckWarning):
			warning++
		case string(app.CheckFailed):
			failed++
		case "unproven":
			unproven++
		}
	}
	return ok, warning, failed, unproven
}

// of returns the rows in one state.
func (c CheckList) of(state app.CheckState) (out []app.CheckRow) {
	for _, r := range c.Rows {
		if r.State == state {
			out = append(out, r)
		}
	}
	return out
}

// foldAbove is how many results may be good before they are folded: below it the fold hides more than it saves.
const foldAbove = 7

// foldGood takes what is good out of the results of a test that is done: there are some for each customer, and what needs
// somebody would stand among them.
func foldGood(rows []app.CheckRow, running bool) (shown, good []app.CheckRow) {
	for _, r := range rows {
		if r.State == app.CheckOK {
			good = append(good, r)
		} else {
			shown = append(shown, r)
		}
	}
	if running || len(good) <= foldAbove {
		return rows, nil
	}
	return shown, good
}

// headline is the worst of it in a few words.
func (c CheckList) headline() string {
	ok, warning, failed, unproven := c.counts()
	switch {
	case c.Outdated:
		return outdatedWords
	case failed > 0:
		return strconv.Itoa(failed) + " of " + ui.Count(len(c.Rows), "check", "checks") + " failed"
	case warning > 0:
		return strconv.Itoa(warning) + " to look at"
	case unproven > 0:
		return strconv.Itoa(ok) + " good, " + strconv.Itoa(unproven) + " not proven yet"
	}
	return "All good"
}

func (c CheckList) words() string {
	if c.Running {
		return strconv.Itoa(c.Done) + " of " + strconv.Itoa(max(c.Total, c.Done)) + " checks done"
	}
	if c.Outdated {
		return outdatedWords
	}
	ok, warning, failed, unproven := c.counts()
	var parts []string
	switch {
	case failed > 0:
		parts = append(parts, strconv.Itoa(failed)+" of "+ui.Count(len(c.Rows), "check", "checks")+" failed")
	case warning+unproven == 0:
		return "All " + strconv.Itoa(ok) + " checks are good"
	default:
		parts = append(parts, strconv.Itoa(ok)+" good")
	}
	if warning > 0 {
		parts = append(parts, strconv.Itoa(warning)+" to look at")
	}
	if unproven > 0 {
		parts = append(parts, strconv.Itoa(unproven)+" not proven yet")
	}
	return strings.Join(parts, ", ")
}

// took is how long a check took, in the unit a person can compare; nothing for one that asked nobody.
func took(d time.Duration) string {
	switch {
	case d <= 0:
		return ""
	case d < 100*time.Millisecond:
		return strconv.FormatInt(max(d.Milliseconds(), 1), 10) + " ms"
	}
	return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s"
}

func checkID(r app.CheckRow) string { return "chk-" + ui.FieldID(r.ID) }

// aboutRights says that a check is about the security role, whose table mends it.
func aboutRights(r app.CheckRow) bool { return strings.HasPrefix(r.ID, "right") }

func checkTone(r app.CheckRow) string {
	return map[string]string{"ok": "ok", "warning": "warn", "failed": "bad", "unproven": "info"}[standingOf(r)]
}

func checkIcon(r app.CheckRow) string {
	if icon, ok := map[string]string{"ok": "okc", "warning": "warn", "failed": "badc", "unproven": "look"}[standingOf(r)]; ok {
		return icon
	}
	return "ring"
}

// RoleText is the role as text to paste into a ticket or a mail: one line per right, columns by tabs.
func RoleText(rows []app.RoleRow) string {
	var b strings.Builder
	b.WriteString("Module\tFunction\tAdd\tEdit\tDelete\tInquire\tCustomize\n")
	for _, r := range rows {
		b.WriteString(strings.Join([]string{r.Module, r.Function, level(r.Add), level(r.Edit), level(r.Delete), level(r.Inquire), r.Customize}, "\t") + "\n")
	}
	return b.String()
}

func level(s string) string {
	if s == "" {
		return "None"
	}
	return s
}
