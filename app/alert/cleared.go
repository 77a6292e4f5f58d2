package alert

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"psabridge/app"
)

// clearedText gives the facts of all that a ticket, or a thread of e-mails, stood for: how long, how often, and for
// several objects which. The hours in which all was well do not count.
func clearedText(c *condition, group []*condition) string {
	text := fmt.Sprintf("%s at %s: %s.", ended(c), moment(c.ClearedAt), howLong(c, group))
	comebacks, known := 0, map[string]bool{}
	for _, other := range group {
		comebacks = max(comebacks, other.Comebacks)
		known[objectName(other.Object)] = true
	}
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

// howLong says "down 12 min", and where it was well in between "down 17 min in all, 2 times since 22 Nov 2026 20:08 UTC".
func howLong(c *condition, group []*condition) string {
	times := 0
	for _, other := range group {
		times += other.Occurrences
	}
	if times == 0 {
		times, group = c.Occurrences, []*condition{c}
	}
	verb := "it lasted"
	if a := byType[c.Type]; a != nil && a.lasted != "" {
		verb = a.lasted
	}
	total, from, gaps := inTrouble(c, group)
	switch {
	case gaps:
		return fmt.Sprintf("%s %s in all, %s since %s", verb, lasted(total), count(times), moment(from))
	case times == 1:
		return verb + " " + lasted(total)
	}
	return fmt.Sprintf("%s %s, seen %s", verb, lasted(total), count(times))
}

// inTrouble is how long at least one of the conditions held, since when, and whether all was well in between.
func inTrouble(c *condition, group []*condition) (total time.Duration, from time.Time, gaps bool) {
	spans := spansOf(c, group)
	from = spans[0].from
	until := from
	for _, s := range spans {
		gaps = gaps || s.from.After(until)
		if s.until.After(until) {
			total += s.until.Sub(later(s.from, until))
			until = s.until
		}
	}
	if calm := calmWithin(group); calm > 0 && calm < total {
		return total - calm, from, true
	}
	return total, from, gaps
}

// span is a time in which something held.
type span struct{ from, until time.Time }

// spansOf are the times of the conditions, the earliest first. What ran out was over with its last event, and what a
// clock put back since makes end before it began lasted no time at all.
func spansOf(c *condition, group []*condition) []span {
	spans := make([]span, 0, len(group))
	for _, other := range group {
		s := span{other.FirstAt, other.ClearedAt}
		switch {
		case other.ranOut():
			s.until = other.LastAt
		case s.until.IsZero():
			s.until = c.ClearedAt
		}
		s.until = later(s.from, s.until)
		spans = append(spans, s)
	}
	slices.SortFunc(spans, func(a, b span) int { return cmp.Or(a.from.Compare(b.from), a.until.Compare(b.until)) })
	return spans
}

// calmWithin is how long all was well within episodes that went on. It is known of one object only: of several,
// another may have been in trouble meanwhile.
func calmWithin(group []*condition) time.Duration {
	var calm time.Duration
	for _, other := range group {
		if other.Key != group[0].Key {
			return 0
		}
		calm += other.Calm
	}
	return calm
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
