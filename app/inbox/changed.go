package inbox

import (
	"bytes"
	"fmt"
	"net/url"
	"strings"
	"time"

	"psabridge/app"
)

// ownID marks the source event id of an event that came with an id of its own; the others have a hash of what they say.
const ownID = "id:"

// sourceEventID is the id an event is stored by. What the sender calls it is unique at most among the events of one program
// at one customer: the job 7 of another customer is another job.
func sourceEventID(shape, organization, id string) string {
	return ownID + url.PathEscape(shape) + "/" + url.PathEscape(organization) + "/" + id
}

// senderID is what the sender calls an event that came with an id of its own.
func senderID(stored string) string {
	if parts := strings.SplitN(stored, "/", 3); len(parts) == 3 {
		return parts[2]
	}
	return stored
}

// Again returns the source event ids of events that came with an id of their own. Only they can come again with other words.
func Again(events []app.Event) []string {
	var ids []string
	for _, e := range events {
		if strings.HasPrefix(e.SourceEventID, ownID) {
			ids = append(ids, e.SourceEventID)
		}
	}
	return ids
}

// Changed returns the ids, as the sender gave them, of events that say something else than what is stored by their id.
func Changed(events []app.Event, stored map[string]app.Event) []string {
	var ids []string
	for _, e := range events {
		if was, known := stored[e.SourceEventID]; known && !saysTheSame(was, e) {
			ids = append(ids, senderID(e.SourceEventID))
		}
	}
	return ids
}

// saysTheSame compares two events of one id, which are of one customer. When something happened counts only where the sender said it, and was believed;
// else all that was sent is compared. A name may be written differently the second time.
func saysTheSame(a, b app.Event) bool {
	if a.Object.Kind != b.Object.Kind || a.Object.ExternalID != b.Object.ExternalID ||
		a.Type != b.Type || a.State != b.State || a.Severity != b.Severity || a.Title != b.Title || a.Text != b.Text {
		return false
	}
	if dated(a) && dated(b) {
		return sameMoment(a.OccurredAt, b.OccurredAt)
	}
	return bytes.Equal(a.Body, b.Body)
}

// dated reports whether the event has a time of the sender's, not ours for want of one.
func dated(e app.Event) bool { return !sameMoment(e.OccurredAt, e.ReceivedAt) }

// sameMoment compares as exactly as times are stored.
func sameMoment(a, b time.Time) bool {
	return a.Truncate(time.Millisecond).Equal(b.Truncate(time.Millisecond))
}

// ChangedProblem says what is wrong with events of a known id that say something else; empty when there are none.
func ChangedProblem(ids []string) string {
	const named = 3
	if len(ids) == 0 {
		return ""
	}
	list := strings.Join(ids[:min(len(ids), named)], ", ")
	if more := len(ids) - named; more > 0 {
		list += fmt.Sprintf(" and %d more", more)
	}
	return plural(len(ids), "event was", "events were") + " not stored, because another one came with the same id before and said something else: " + list +
		". Give every event an id of its own, or none and its time; what fails and recovers is told by its object, not by the id."
}
