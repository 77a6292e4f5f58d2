package alert

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"psabridge/app"
)

// summaryLimit is what ConnectWise takes as a ticket's summary, in characters.
const summaryLimit = 100

// words says what a derived event says, in the aspect's words.
func (a *aspect) words(e app.Event, value string) (title, text string) {
	w := a.problem
	if e.State == app.Recovery {
		w = a.recovery
	}
	return fillIn(w.title, e, value), strings.TrimSpace(fillIn(w.text, e, value))
}

// fillIn replaces what stands in braces, once: a name may hold braces too.
func fillIn(template string, e app.Event, value string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(template, "{")
		name, after, closed := strings.Cut(rest, "}")
		if !found || !closed {
			b.WriteString(template)
			return b.String()
		}
		b.WriteString(before)
		switch name {
		case "object":
			b.WriteString(objectName(e.Object))
		case "level":
			b.WriteString(measured(e.Type, e.Level))
		case "value":
			b.WriteString(shownValue(value))
		case "since":
			b.WriteString("Since " + moment(e.OccurredAt) + ".")
		}
		template = after
	}
}

// measured prints a level with its unit: "5 minutes", "80 %".
func measured(eventType string, level int) string {
	unit := types[eventType].Level
	switch {
	case unit == app.LevelPercent:
		return strconv.Itoa(level) + " %"
	case level == 1:
		return "1 " + strings.TrimSuffix(unit, "s")
	}
	return strconv.Itoa(level) + " " + unit
}

// shownValue prints a day as a person reads it, and today for what is connected; everything else as it stands.
func shownValue(value string) string {
	if value == app.Connected {
		return "just now"
	}
	if day := dayOf(value); !day.IsZero() {
		return "on " + day.Format("2 Jan 2006")
	}
	return value
}

func moment(at time.Time) string { return at.UTC().Format("2 Jan 2006 15:04 MST") }

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

// why is the sentence a new ticket has below its body; most reasons need none.
func why(reason app.Reason) string {
	switch reason {
	case app.ReasonLateMapping:
		return "It was noticed before the organization had a company; it still holds."
	case app.ReasonStart:
		return "It held already when monitoring began."
	case app.ReasonFlood:
		return "It was held back because many tickets opened at once; a person had it opened."
	default:
		return ""
	}
}

// below puts a sentence under a text.
func below(text, sentence string) string {
	if sentence == "" {
		return text
	}
	return text + "\n\n" + sentence
}

func worsenedText(c app.Condition) string {
	return strings.TrimSpace("It got worse: " + sentence(c.Title) + " " + c.Text)
}

func alsoText(c app.Condition) string {
	return strings.TrimSpace("Also: " + sentence(c.Title) + " " + c.Text)
}

// A ticket that stands for thousands names the first of them: nobody reads the rest, and ConnectWise takes no book.
const (
	textLimit  = 16 << 10
	namesLimit = 50
	andMore    = "\n\nAnd more of the same."
)

// alongside adds one more to a text, as long as it stays readable.
func alongside(text, also string) string {
	switch {
	case len(text)+len(also) <= textLimit:
		return text + "\n\n" + also
	case strings.HasSuffix(text, andMore):
		return text
	}
	return text + andMore
}

func comebackText(c app.Condition) string {
	return strings.TrimSpace("It came back: " + sentence(c.Title) + " " + c.Text)
}

// clearedText gives the facts of all that a ticket, or a thread of e-mails, stood for: how long, how often, and for
// several objects which.
func clearedText(c *condition, group []*condition) string {
	from, times, comebacks, known := c.FirstAt, 0, 0, map[string]bool{}
	for _, other := range group {
		from = earlier(from, other.FirstAt)
		times += other.Occurrences
		comebacks = max(comebacks, other.Comebacks)
		known[objectName(other.Object)] = true
	}
	if times == 0 {
		times = c.Occurrences
	}
	verb := "it lasted"
	if a := byType[c.Type]; a != nil && a.lasted != "" {
		verb = a.lasted
	}
	text := fmt.Sprintf("%s at %s: %s %s, %s.", ended(c), moment(c.ClearedAt), verb, lasted(c.ClearedAt.Sub(from)), count(times))
	if comebacks > 0 {
		text += " It came and went " + count(comebacks+1) + "."
	}
	if names := slices.Sorted(maps.Keys(known)); len(names) > namesLimit {
		text += fmt.Sprintf(" All of these: %s and %d more.", strings.Join(names[:namesLimit], ", "), len(names)-namesLimit)
	} else if len(names) > 1 {
		text += " All of these: " + strings.Join(names, ", ") + "."
	}
	return text
}

// ended says in a word how a condition ended.
func ended(c *condition) string {
	switch {
	case c.Wait == app.ReasonSourceRemoved:
		return "Not watched any more, because its source was removed,"
	case c.Text == goneText:
		return "Not shown by the source any more"
	}
	return "Recovered"
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
