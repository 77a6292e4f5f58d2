package settings

import (
	"slices"

	"psabridge/app"
)

// EventType is what is known of a type of events that psabridge makes itself.
type EventType = app.EventType

// EventTypes lists the types psabridge makes itself, in the order a page offers them. Activity rows and what is sent to
// an inbox have types beside these.
func EventTypes() []EventType { return app.EventTypes() }

// Sends reports whether a source of the document that a rule is for can show events of a type, or of a family of types.
// What is sent to an inbox nobody knows beforehand, and activity rows come from x360Sync.
func Sends(doc app.Settings, of app.For, pattern string) bool {
	return slices.ContainsFunc(doc.Sources, func(s app.SourceSettings) bool {
		return (of.Source == "" || of.Source == s.Name) && sends(s, pattern)
	})
}

func sends(s app.SourceSettings, pattern string) bool {
	if s.Pushed() || s.Kind == KindX360Sync && isActivity(pattern) {
		return true
	}
	return slices.ContainsFunc(EventTypes(), func(t EventType) bool {
		return covers(pattern, t.Type) && slices.Contains(t.Kinds, s.Kind)
	})
}
