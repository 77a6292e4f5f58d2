package web

import (
	"regexp"
	"slices"

	"psabridge/app"
	"psabridge/views"
	"psabridge/views/ui"
)

// alertInputs are the inputs of the parts of a rule; those of its lists are found by their place.
var alertInputs = map[string]string{
	"name": "name", "for": "for", "for.object": "object", "via": "via", "via.email": "notify", "severity": "severity", "wait": "wait",
	"ticket.board": "board", "ticket.type": "type", "ticket.subtype": "subtype", "ticket.item": "item", "ticket.status": "status",
	"ticket.closed_status": "closed_status", "ticket.team": "team", "ticket.priority": "priority", "ticket.source": "source",
	"ticket.summary": "summary", "ticket.body": "body", "ticket.per": "per", "ticket.note_every": "note_every",
	"ticket.reopen_within": "reopen_within", "ticket.comeback": "comeback",
}

var (
	whenType  = regexp.MustCompile(`^when\[(\d+)\](\.type)?$`)
	whenLevel = regexp.MustCompile(`^when\[(\d+)\]\.(percent|minutes|days|times)$`)
	muteInput = regexp.MustCompile(`^mute\[(\d+)\]\.(from|to|reason)$`)
)

// alertErrors finds the inputs of what the settings' own checks say. A name that is taken is a matter of the name, wherever
// the rule would stand.
func alertErrors(err error, doc app.Settings, rule app.AlertRule, fresh bool, rows int) ui.Errors {
	if fresh && slices.ContainsFunc(doc.Alerts, func(r app.AlertRule) bool { return r.Name == rule.Name }) {
		return ui.Errors{{Field: "name", Message: "There is an alert of this name already. Names are how conditions refer to it; choose another."}}
	}
	out := fieldErrors(err, "alerts["+rule.Name+"]", alertInputs)
	for i := range out {
		f := &out[i].Field
		switch {
		case whenType.MatchString(*f):
			*f = whenType.ReplaceAllString(*f, "when[$1]")
			if *f == views.Nth("when", rows) { // behind those of the list stands the one that was typed
				*f = "when_other"
			}
		case whenLevel.MatchString(*f):
			*f = whenLevel.ReplaceAllString(*f, "level[$1]")
		case muteInput.MatchString(*f):
			*f = muteInput.ReplaceAllString(*f, "mute_$2[$1]")
		}
	}
	return out
}
