package alert

import (
	"strings"
	"time"

	"psabridge/app"
)

// momentaryFor is how long a momentary condition stands after its last repeat (T3).
const momentaryFor = 24 * time.Hour

// Stateful reports whether conditions of an event type hold until they recover (T3). The others are momentary: they
// end with their ticket, or a day after the last repeat. A type we do not know is stateful: whoever sends "problem"
// can send "recovery".
func Stateful(eventType string) bool {
	switch {
	case strings.HasPrefix(eventType, "activity."),
		strings.HasSuffix(eventType, ".added"),
		strings.HasSuffix(eventType, ".removed"),
		eventType == "signin.failures":
		return false
	}
	return true
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
	return defaultThreshold(eventType)
}

func defaultThreshold(eventType string) int {
	switch eventType {
	case app.TypeMachineUnreachable:
		return 5
	case app.TypeQuotaReached:
		return 80
	}
	return 0
}
