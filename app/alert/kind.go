package alert

import (
	"strings"
	"time"

	"psabridge/app"
)

// momentaryFor is how long a momentary condition stands after its last repeat (T3).
const momentaryFor = 24 * time.Hour

// types is what is known of the types psabridge makes itself, by name.
var types = func() map[string]app.EventType {
	by := map[string]app.EventType{}
	for _, t := range app.EventTypes() {
		by[t.Type] = t
	}
	return by
}()

// Stateful reports whether conditions of an event type hold until they recover (T3). The others are momentary: they
// end with their ticket, or a day after the last repeat. A type we do not know is stateful: whoever sends "problem"
// can send "recovery".
func Stateful(eventType string) bool {
	if t, ours := types[eventType]; ours {
		return !t.Momentary
	}
	return !strings.HasPrefix(eventType, "activity.") && !strings.HasSuffix(eventType, ".added") && !strings.HasSuffix(eventType, ".removed")
}

// toldPrefix marks the first event of an episode that information opened, of a type that has problems too: nothing
// holds, so no recovery will end it. No id begins with a tab.
const toldPrefix = "\tinfo/"

// Momentary reports whether a condition ends with its ticket, or a day after the last repeat: by its type, or because
// nothing more than information opened it.
func Momentary(c app.Condition) bool {
	return !Stateful(c.Type) || strings.HasPrefix(c.FirstEvent, toldPrefix)
}

// firstEvent is how a condition remembers the event that opened it.
func firstEvent(f fact) string {
	if f.State == app.Info && Stateful(f.Type) {
		return toldPrefix + f.SourceEventID
	}
	return f.SourceEventID
}

// typeMatches compares an event type with a rule's; "backup.*" names a family.
func typeMatches(pattern, eventType string) bool {
	if family, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasSuffix(family, ".") && strings.HasPrefix(eventType, family)
	}
	return pattern == eventType
}

// threshold is the level from which an event of a type counts.
func threshold(w app.When, eventType string) int {
	if n := max(w.Percent, w.Minutes, w.Days, w.Times); n > 0 {
		return n
	}
	return types[eventType].Default
}
