package alert

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"psabridge/app"
)

// summaryLimit is what ConnectWise takes as a ticket's summary, in characters.
const summaryLimit = 100

// derivedText says in words what a derived event says.
func derivedText(e app.Event, value string) (title, text string) {
	name := objectName(e.Object)
	since := "Since " + e.OccurredAt.UTC().Format("2 Jan 2006 15:04 MST") + "."
	switch {
	case e.Type == app.TypeMachineUnreachable && e.State == app.Recovery:
		return name + " is connected again", since
	case e.Type == app.TypeMachineUnreachable:
		return fmt.Sprintf("%s has been unreachable for %s", name, minutes(e.Level)), since
	case e.State == app.Recovery:
		return fmt.Sprintf("%s uses %s %% of its quota again", name, value), ""
	}
	return fmt.Sprintf("%s has reached %d %% of its quota", name, e.Level), "It uses " + value + " % now."
}

func minutes(n int) string {
	if n == 1 {
		return "1 minute"
	}
	return strconv.Itoa(n) + " minutes"
}

func objectName(o app.Object) string {
	name := o.Name
	if name == "" {
		name = o.ExternalID
	}
	if o.Kind == "" {
		return name
	}
	kind := string(o.Kind)
	return strings.ToUpper(kind[:1]) + kind[1:] + " " + name
}

// summary is the rule's template filled in, or the title with the organization's name.
func (w *world) summary(c app.Condition, r *app.AlertRule) string {
	text := strings.TrimSpace(r.Ticket.Summary)
	switch {
	case text != "":
	case c.Object.Kind == app.ObjectOrganization:
		text = "{title}" // which names the organization already
	default:
		text = "{title} – {organization}"
	}
	return cut(w.fill(text, c), summaryLimit)
}

// fill replaces the named variables. A name it does not know stays as it was typed, so that the mistake is seen.
func (w *world) fill(template string, c app.Condition) string {
	values := [][2]string{
		{"title", c.Title},
		{"text", c.Text},
		{"organization", w.organizationName(c.OrganizationID)},
		{"object", c.Object.Name},
		{"type", c.Type},
		{"severity", string(c.Severity)},
		{"level", strconv.Itoa(c.Level)},
		{"rule", c.Rule},
		{"source", c.Source},
	}
	var pairs []string
	for _, v := range values {
		pairs = append(pairs, "{{"+v[0]+"}}", v[1], "{"+v[0]+"}", v[1])
	}
	return strings.NewReplacer(pairs...).Replace(template)
}

func (w *world) ticketText(c app.Condition, reason app.Reason) string {
	lines := []string{sentence(c.Title)}
	if c.Text != "" {
		lines = append(lines, c.Text)
	}
	lines = append(lines, "", "Organization: "+w.organizationName(c.OrganizationID))
	if c.Object.Kind != "" {
		lines = append(lines, "Object: "+objectName(c.Object))
	}
	lines = append(lines, "Alert: "+c.Rule, "Noticed: "+c.FirstAt.UTC().Format("2 Jan 2006 15:04 MST"))
	switch reason {
	case app.ReasonLateMapping:
		lines = append(lines, "It was noticed before the organization had a company; it still holds.")
	case app.ReasonStart:
		lines = append(lines, "It held already when monitoring began.")
	default: // the other reasons need no word in a new ticket
	}
	return strings.Join(lines, "\n")
}

func worsenedText(c app.Condition) string {
	return strings.TrimSpace("It got worse: " + sentence(c.Title) + " " + c.Text)
}

func alsoText(c app.Condition) string {
	return strings.TrimSpace("Also: " + sentence(c.Title) + " " + c.Text)
}

func comebackText(c app.Condition) string {
	return strings.TrimSpace("It came back: " + sentence(c.Title) + " " + c.Text)
}

// clearedText gives the facts of the whole ticket: how long, how often, and for several objects which.
func (w *world) clearedText(c *condition) string {
	from, times, names := c.FirstAt, 0, []string{}
	for _, other := range w.linked[c.TicketXRef] {
		if other.FirstAt.Before(from) {
			from = other.FirstAt
		}
		times += other.Occurrences
		if n := objectName(other.Object); !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	if times == 0 {
		times = c.Occurrences
	}
	verb := "it lasted"
	if c.Type == app.TypeMachineUnreachable {
		verb = "down"
	}
	ended := "Recovered"
	if c.Text == goneText {
		ended = "Not shown by the source any more"
	}
	text := fmt.Sprintf("%s at %s: %s %s, %s.", ended, c.ClearedAt.UTC().Format("2 Jan 2006 15:04 MST"), verb,
		lasted(c.ClearedAt.Sub(from)), count(times))
	if len(names) > 1 {
		slices.Sort(names)
		text += " All of these: " + strings.Join(names, ", ") + "."
	}
	return text
}

func count(n int) string {
	if n == 1 {
		return "once"
	}
	return strconv.Itoa(n) + " times"
}

// lasted prints a duration as a person says it: "3 h 12 min".
func lasted(d time.Duration) string {
	m := int(d / time.Minute)
	switch {
	case m < 1:
		return "less than a minute"
	case m < 60:
		return fmt.Sprintf("%d min", m)
	case m < 48*60:
		return fmt.Sprintf("%d h %d min", m/60, m%60)
	}
	return fmt.Sprintf("%d days %d h", m/(24*60), m/60%24)
}

func sentence(s string) string {
	if s == "" || strings.HasSuffix(s, ".") {
		return s
	}
	return s + "."
}

// cut shortens by characters, never inside one, and shows that it did. Line breaks have no place in a summary.
func cut(s string, limit int) string {
	r := []rune(strings.Join(strings.Fields(s), " "))
	if len(r) <= limit {
		return string(r)
	}
	return string(r[:limit-1]) + "…"
}

func itoa(n int) string { return strconv.Itoa(n) }
