package alert

import (
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
	return app.LevelWords(types[eventType].Level, level)
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
