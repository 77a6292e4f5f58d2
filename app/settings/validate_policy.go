package settings

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"psabridge/app"
)

// longestBody is how long a ticket's template may be, in characters.
const longestBody = 16000

// policy judges how an alert's tickets live.
func (v *validator) policy(path string, t app.TicketPolicy) {
	for _, named := range []struct {
		key string
		ref app.Ref
	}{
		{"board", t.Board},
		{"type", t.Type},
		{"subtype", t.Subtype},
		{"item", t.Item},
		{"status", t.Status},
		{"closed_status", t.ClosedStatus},
		{"team", t.Team},
		{"source", t.Source},
		{"priority", t.Priority},
	} {
		v.ref(path+"."+named.key, named.ref)
	}
	v.optional(path+".per", t.Per, "object", "organization")
	v.optional(path+".comeback", t.Comeback, ComebackReopen, ComebackNew, ComebackNone)
	v.plain(path+".summary", t.Summary)
	v.template(path+".summary", t.Summary)
	v.body(path+".body", t.Body)
	if t.NoteEvery.D() > 7*24*time.Hour {
		v.add(path+".note_every", "%s is too long between two notes. Write at most 168h.", t.NoteEvery)
	}
	if t.ReopenWithin.D() > 90*24*time.Hour {
		v.add(path+".reopen_within", "%s is too long. Write at most 2160h (90 days).", t.ReopenWithin)
	}
}

func (v *validator) body(path, text string) {
	if n := utf8.RuneCountInString(text); n > longestBody {
		v.add(path, "The text has %d characters. Write at most %d.", n, longestBody)
		return
	}
	if strings.ContainsFunc(text, unseen) {
		v.add(path, "The text holds a character that cannot be seen. Type it again.")
	}
	v.template(path, text)
}

// unseen is a control character other than those that lay out a text.
func unseen(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' }

// template names everything a template says that nobody would understand, each with its place.
func (v *validator) template(path, text string) {
	_, wrong := app.ParseTemplate(text)
	for _, one := range wrong {
		v.add(path, "Character %d: %s", one.At+1, one.Message)
	}
}
