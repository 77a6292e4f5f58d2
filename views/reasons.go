package views

import "psabridge/app"

// reasonPhrases are the words for every named decision of the alert rules, as they stand behind "stayed quiet:" or in a
// timeline. This is the one place for them: a reason without words would be a decision nobody can follow.
var reasonPhrases = map[app.Reason]string{
	app.ReasonFirst:         "noticed for the first time",
	app.ReasonCameBack:      "it came back soon after it was over",
	app.ReasonJoined:        "another one for the same ticket",
	app.ReasonWorsened:      "it got worse",
	app.ReasonRepeated:      "the same again, nothing new",
	app.ReasonCleared:       "it recovered",
	app.ReasonNothingOpen:   "a recovery of nothing that stands",
	app.ReasonHistory:       "history: from before you switched on",
	app.ReasonWaiting:       "waits for the rule’s minutes",
	app.ReasonNotMapped:     "the organization has no company in ConnectWise",
	app.ReasonTicketingOff:  "ticketing is disabled on its connection",
	app.ReasonNoRule:        "no alert wants it",
	app.ReasonMuted:         "in a maintenance window",
	app.ReasonRecovered:     "recovered before a ticket was sent",
	app.ReasonLateMapping:   "a company was chosen while it still held",
	app.ReasonStart:         "somebody chose to open what held before",
	app.ReasonStayQuiet:     "stays quiet: a person closed its ticket, or said so",
	app.ReasonNotViaPSA:     "the rule that decides does not tell ConnectWise",
	app.ReasonFlood:         "more new tickets at once than open without asking",
	app.ReasonStale:         "older than what is known of the same thing",
	app.ReasonAcknowledged:  "somebody wants it quiet until a date",
	app.ReasonDateCame:      "the date it was to be quiet until came, and it still held",
	app.ReasonSourceRemoved: "its source was removed",
}

// ReasonWords says a reason of the alert rules in words, small letters, without a full stop.
func ReasonWords(r app.Reason) string {
	if words, ok := reasonPhrases[r]; ok {
		return words
	}
	return string(r)
}

// outcomeWords is what became of an event, in the words a timeline begins with.
func outcomeWords(o app.OutcomeKind) string {
	switch o {
	case app.OutcomeTicket:
		return "opened a ticket"
	case app.OutcomeMerged:
		return "added to what stands"
	case app.OutcomeMail:
		return "told by e-mail"
	case app.OutcomeUnmapped:
		return "kept until the organization has a company"
	case app.OutcomeNoRule:
		return "no alert"
	case app.OutcomeIgnored:
		return "ignored"
	case app.OutcomeSuppressed:
		return "stayed quiet"
	}
	return "not decided yet"
}

// mergedWords says how an event was added to what already stands.
func mergedWords(reason app.Reason) string {
	switch reason { //nolint:exhaustive // the other reasons add without a word of their own
	case app.ReasonCleared:
		return "recovered, told"
	case app.ReasonWorsened:
		return "worsened, noted on"
	case app.ReasonCameBack:
		return "came back on"
	}
	return "added to"
}
