package views

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/views/layout"
	"psabridge/views/ui"
)

// Step is one line of a timeline: what happened, when, and what was said.
type Step struct {
	At    time.Time
	Tone  string // ok | warn | bad | hold | info; empty for none
	Icon  string
	Text  string // a sentence, or the rest of one that Label begins
	Label string // of the link before the text; empty for none
	Path  string
	Notes []string // lines below it
	Links []ui.Action
	Quote string // the other side's own words
	Sent  string // what was sent, without secrets; folded
	Ahead bool   // it has not happened yet
}

// newDay names the day that begins with a step; "" when it is the one of the step before, and when all is of today.
func newDay(steps []Step, i int, s layout.Shell) string {
	return dayRow(func(n int) time.Time { return steps[n].At }, i, s)
}

// dayRow names the day that begins with row i, by the times of the rows.
func dayRow(at func(int) time.Time, i int, s layout.Shell) string {
	day, before := at(i).In(s.Zone).Format(time.DateOnly), s.Now.In(s.Zone).Format(time.DateOnly)
	if i > 0 {
		before = at(i - 1).In(s.Zone).Format(time.DateOnly)
	}
	if day == before {
		return ""
	}
	head := ui.DayHead(at(i), s.Now, s.Zone)
	if zone := zoneLetters(at(i), s.Zone); zone != zoneLetters(s.Now, s.Zone) { // of the other half of the year
		head += ", " + zone
	}
	return head
}

// TouchSteps are what a person did to a ticket, as far as ConnectWise showed it: worked on it, closed or deleted it.
func TouchSteps(t app.Ticket, zone *time.Location) []Step {
	var out []Step
	if t.Touched && t.TouchedWhy != "" && !t.TouchedAt.IsZero() && !t.TouchedAt.Equal(t.ClosedAt) {
		out = append(out, Step{At: t.TouchedAt, Tone: "info", Icon: "user", Text: "A person works on it: " + t.TouchedWhy, Notes: []string{"From then on psabridge adds notes and never closes it."}})
	}
	if !t.Touched || t.RemoteID == 0 || t.ClosedAt.IsZero() || t.ScopeKey == app.TicketTestScope {
		return out
	}
	text := "Closed in ConnectWise"
	switch {
	case t.State == app.TicketUnknown:
		text = "Gone from ConnectWise"
	case t.ClosedBy != "":
		text += " by " + t.ClosedBy
	}
	return append(out, Step{At: t.ClosedAt, Tone: "info", Icon: "user", Text: text + ", noticed " + ui.Clock(t.ClosedAt, zone, false) + "."})
}

// receiver is who a delivery tells, in a sentence.
func receiver(d app.Delivery) string {
	if d.Kind == app.DeliverMail {
		return "The mail server"
	}
	return "ConnectWise"
}

// AttemptSteps are the tries at a delivery, and the next one while there is to be one.
func AttemptSteps(d app.DeliveryRow, attempts []app.Attempt, now time.Time) []Step {
	out := make([]Step, 0, len(attempts)+1)
	looks := 0
	for _, a := range attempts {
		s := Step{At: a.StartedAt, Tone: attemptTone(a), Icon: attemptIcon(a), Sent: Readable(a.Request)}
		if a.Outcome == "unknown" && a.IntentAt.IsZero() {
			looks++
			s.Text = "Look " + strconv.Itoa(looks) + ": not found yet."
		} else {
			s.Text = "Attempt " + strconv.Itoa(a.N) + ": " + attemptWords(d.Delivery, a)
		}
		words, quote := SplitWords(a.Error)
		s.Quote = quote
		if line := answerLine(a); line != "" {
			s.Notes = append(s.Notes, line)
		}
		if words != "" {
			s.Notes = append(s.Notes, words)
		}
		out = append(out, s)
	}
	return append(out, nextStep(d, len(attempts), now)...)
}

// answerLine says what kind of answer an attempt had.
func answerLine(a app.Attempt) string {
	var parts []string
	if a.Status != 0 {
		parts = append(parts, "Answer "+strconv.Itoa(a.Status))
	}
	if !a.FinishedAt.IsZero() && a.FinishedAt.Sub(a.StartedAt) >= time.Second {
		parts = append(parts, "after "+ui.Span(a.FinishedAt.Sub(a.StartedAt)))
	}
	if a.IntentAt.IsZero() && !a.FinishedAt.IsZero() && a.Outcome != "done" && a.Outcome != "unknown" {
		parts = append(parts, "nothing was sent")
	}
	if len(parts) == 0 {
		return ""
	}
	line := strings.Join(parts, ", ") + "."
	return strings.ToUpper(line[:1]) + line[1:]
}

// nextStep is what a delivery that moves by itself does next.
func nextStep(d app.DeliveryRow, made int, now time.Time) []Step {
	s := Step{At: d.NextAt, Icon: "clock", Ahead: true}
	switch {
	case d.State == app.DeliveryChecking:
		s.Text = "Next look whether " + receiver(d.Delivery) + " has it. Nothing is sent again before that is known."
	case d.State == app.DeliveryWaiting && made == 0:
		s.Text = "First try."
	case d.State == app.DeliveryWaiting:
		s.Text = "Next try."
	default:
		return nil
	}
	if !s.At.After(now) {
		s.At, s.Text = now, strings.TrimSuffix(s.Text, ".")+" now, as soon as its turn comes."
	}
	return []Step{s}
}

// attemptWords is how one try ended.
func attemptWords(d app.Delivery, a app.Attempt) string {
	switch a.Outcome {
	case "done":
		if d.Kind == app.DeliverMail {
			return "the mail server has taken it."
		}
		return "ConnectWise has it."
	case "unknown":
		return "sent, and no answer. It may have arrived."
	case "parked":
		return "refused; it waits for you."
	case "retry":
		return "did not work; tried again later."
	case "waited":
		return "put off; that counts as no failure."
	case "dropped":
		return "given up."
	}
	if a.FinishedAt.IsZero() {
		return "under way."
	}
	return a.Outcome
}

func attemptTone(a app.Attempt) string {
	return map[string]string{"done": "ok", "unknown": "warn", "parked": "hold", "retry": "warn", "waited": "info"}[a.Outcome]
}

func attemptIcon(a app.Attempt) string {
	if icon, ok := map[string]string{"done": "okc", "unknown": "look", "parked": "hold", "retry": "refresh", "waited": "wait", "dropped": "mute"}[a.Outcome]; ok {
		return icon
	}
	return "half"
}

// SplitWords parts what psabridge says of a refusal from the other side's own words, which stand behind “It says:”.
func SplitWords(message string) (ours, theirs string) {
	before, after, ok := strings.Cut(message, "It says: “")
	if !ok {
		return message, ""
	}
	theirs, rest, _ := strings.Cut(after, "”")
	return strings.TrimSpace(strings.TrimSpace(before) + " " + strings.TrimSpace(rest)), theirs
}

// Readable lays a request out over several lines; one that is not JSON stays as it is. A delivery that wrote several things
// keeps one request a line.
func Readable(request string) string {
	var out bytes.Buffer
	for line := range strings.Lines(request) {
		line = strings.TrimSpace(line)
		var b bytes.Buffer
		if json.Indent(&b, []byte(line), "", "  ") != nil {
			b.Reset()
			b.WriteString(line)
		}
		if out.Len() > 0 {
			out.WriteByte('\n')
		}
		out.Write(b.Bytes())
	}
	return out.String()
}

// EventSteps are the events of a condition, in the order received. Those that say the same one after the other are one line.
func EventSteps(events []app.EventRow) []Step {
	var out []Step
	for i := 0; i < len(events); {
		n := 1
		for i+n < len(events) && sameStep(events[i], events[i+n]) {
			n++
		}
		out = append(out, eventStep(events[i:i+n]))
		i += n
	}
	return out
}

func sameStep(a, b app.EventRow) bool {
	return a.Title == b.Title && a.State == b.State && a.Outcome.Outcome == b.Outcome.Outcome && a.Outcome.Reason == b.Outcome.Reason && a.Outcome.Rule == b.Outcome.Rule
}

func eventStep(same []app.EventRow) Step {
	first, last := same[0], same[len(same)-1]
	s := Step{At: first.ReceivedAt, Text: first.Title, Tone: eventTone(first.Event), Icon: eventSymbol(first.Event)}
	line := sentence(outcomeWords(first.Outcome.Outcome))
	if words := ReasonWords(first.Outcome.Reason); words != "" {
		line = strings.TrimSuffix(line, ".") + ": " + words + "."
	}
	if first.Outcome.Rule != "" {
		line += " Alert “" + first.Outcome.Rule + "”."
	}
	s.Notes = append(s.Notes, line)
	if len(same) > 1 {
		s.Notes = append(s.Notes, "Noticed "+ui.Count(len(same), "time", "times")+" like this, over "+ui.Span(last.ReceivedAt.Sub(first.ReceivedAt))+".")
	}
	return s
}

// sentence makes words a sentence.
func sentence(words string) string {
	if words == "" {
		return ""
	}
	return strings.ToUpper(words[:1]) + strings.TrimSuffix(words[1:], ".") + "."
}

func eventTone(e app.Event) string {
	switch {
	case e.State == app.Recovery:
		return "ok"
	case e.State == app.Problem && e.Severity == app.SeverityCritical:
		return "bad"
	case e.State == app.Problem:
		return "warn"
	}
	return ""
}

func eventSymbol(e app.Event) string {
	switch {
	case e.State == app.Recovery:
		return "okc"
	case e.State == app.Problem && e.Severity == app.SeverityCritical:
		return "badc"
	case e.State == app.Problem:
		return "warn"
	case e.Object.Kind == app.ObjectMachine:
		return "server"
	case e.Object.Kind == app.ObjectAccount:
		return "user"
	}
	return "info"
}

// notClosed is how the ledger says that a recovery was noted and its ticket left open, because a person worked on it.
const notClosed = "Not closed"

// DeliveryStep is a delivery as one line of its condition's or ticket's story, with what the ledger says came of it.
func DeliveryStep(d app.DeliveryRow, attempts []app.Attempt, ledger []app.LedgerEntry) Step {
	tone, icon, word := stateLook(d.State)
	s := Step{At: d.CreatedAt, Tone: tone, Icon: icon, Label: KindWords(d.Delivery), Path: link.Delivery(d.ID)}
	if tone == "plain" {
		s.Tone = ""
	}
	switch d.State {
	case app.DeliveryDone:
		s.At, s.Tone, s.Icon, s.Text = d.DoneAt, "ok", "okc", "sent."
	case app.DeliveryDropped:
		s.At, s.Text = d.DoneAt, "given up."
	case app.DeliveryParked:
		s.Text = "waits for you."
	case app.DeliveryChecking:
		s.Text = "no answer; being looked for."
	case app.DeliveryWaiting, app.DeliverySending:
		s.Text = strings.ToLower(word) + "."
	}
	if d.Reason != "" {
		s.Notes = append(s.Notes, d.Reason)
	}
	if n := len(attempts); n > 1 || n == 1 && d.State != app.DeliveryDone {
		s.Notes = append(s.Notes, ui.Count(n, "attempt", "attempts")+".")
	}
	for _, e := range ledger {
		if e.Phase != app.LedgerOutcome || e.Note == "" {
			continue
		}
		if strings.HasPrefix(e.Note, notClosed) && d.State == app.DeliveryDone {
			s.Tone, s.Icon, s.Label, s.Text = "info", "info", "Recovery", "noted; the ticket stays open."
		}
		if e.Note != d.Reason {
			s.Notes = append(s.Notes, e.Note)
		}
	}
	return s
}
