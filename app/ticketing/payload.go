package ticketing

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"

	"psabridge/app"
)

// markStart is how everything we write begins its last words; a note with it is ours.
const markStart = "[psabridge "

func payload(d app.Delivery) (app.TicketPayload, error) {
	var p app.TicketPayload
	if err := json.Unmarshal(d.Payload, &p); err != nil {
		return p, app.Wrap(err, app.Internal, "The payload of a delivery cannot be read.")
	}
	return p, nil
}

// mark ends a note with its delivery, so that it is found again after an unknown outcome (T6). The row's number alone
// would not do: after a restore another delivery gets it.
func mark(d app.Delivery) string {
	sum := sha256.Sum256([]byte(d.DedupKey))
	return markStart + strconv.FormatInt(d.ID, 10) + "-" + hex.EncodeToString(sum[:4]) + "]"
}

// marked is a text with its mark. ConnectWise may show the line break as a space.
func marked(text string, d app.Delivery) string {
	return strings.TrimSpace(text) + "\n" + mark(d)
}

// isOurs reports whether a note ends with a mark of ours, and isThis whether it is the one of this delivery. A person who
// quotes one of our notes goes on after it, and who books time on it is a person in any case.
func isOurs(n app.TicketNote) bool {
	text := strings.TrimSpace(n.Text)
	_, end, found := strings.Cut(text[max(strings.LastIndex(text, markStart), 0):], markStart)
	return found && !n.TimeEntry && strings.HasSuffix(end, "]") && strings.Count(end, "]") == 1
}

func isThis(n app.TicketNote, d app.Delivery) bool {
	return strings.HasSuffix(strings.TrimSpace(n.Text), mark(d))
}

// readable is what an attempt keeps of its request, for the person who looks at it later.
func readable(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return "{}"
	}
	return string(b)
}
