package app

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Variable is a name a template may hold in braces, e.g. {object}.
type Variable struct {
	Name string
	Text string // what stands there, a few words
}

// Variables are what a ticket's summary and body may name, in the order a page lists them. There is none for the local
// page: its link belongs into internal text alone (T1).
func Variables() []Variable {
	return []Variable{
		{"title", "what happened, as the event says it"},
		{"text", "its details; empty when it has none"},
		{"organization", "name of the organization"},
		{"organization_id", "its id at the source"},
		{"object", "name of the account or machine"},
		{"object_kind", "machine, account, organization …"},
		{"object_id", "its id at the source"},
		{"event", "type of the event"},
		{"severity", "info, warning or critical"},
		{"level", "minutes, percent, days or times, with the unit"},
		{"first_seen", "when it was noticed first, UTC"},
		{"last_seen", "when it was noticed last, UTC"},
		{"count", "how often it was noticed"},
		{"rule", "name of the alert"},
		{"source", "name of the source"},
	}
}

// DefaultSummary and DefaultBody are what a rule without templates writes.
const (
	DefaultSummary = "{title} – {organization}"
	DefaultBody    = "{title}\n{text}\n\nOrganization: {organization}\nObject: {object_kind} {object}\nEvent: {event}\n" +
		"First seen: {first_seen}\nLast seen: {last_seen}\nCount: {count}\nAlert: {rule}"
)

// Template is a parsed summary or body.
type Template struct{ parts []templatePart }

type templatePart struct{ text, variable string }

// TemplateProblem is one thing wrong with a template.
type TemplateProblem struct {
	At      int    // in characters from the start
	Message string // for the person: what is wrong and what to write
}

// ParseTemplate reads a template. Variables stand in braces, {object} or {{object}}; a brace means nothing else. It returns
// everything that is wrong at once, in the order of the text, and a template that shows what it did not understand as typed.
func ParseTemplate(text string) (Template, []TemplateProblem) {
	var t Template
	var wrong []TemplateProblem
	at := 0
	for text != "" {
		n := strings.IndexAny(text, "{}")
		if n < 0 {
			n = len(text)
		}
		if n == 0 {
			variable, width, problem := readVariable(text)
			if problem != "" {
				wrong = append(wrong, TemplateProblem{At: at, Message: problem})
				t.parts = append(t.parts, templatePart{text: text[:width]})
			} else {
				t.parts = append(t.parts, templatePart{variable: variable})
			}
			n = width
		} else {
			t.parts = append(t.parts, templatePart{text: text[:n]})
		}
		at += utf8.RuneCountInString(text[:n])
		text = text[n:]
	}
	return t, wrong
}

// readVariable reads what begins with a brace: the variable, how many bytes it took, and what is wrong with it.
func readVariable(text string) (variable string, width int, problem string) {
	open := len(text) - len(strings.TrimLeft(text, "{"))
	if open == 0 {
		return "", 1, "A } stands alone. Braces are for variables only, such as {object}."
	}
	end := strings.IndexAny(text[open:], "{}\n")
	closing := strings.Repeat("}", open)
	if open > 2 || end < 0 || !strings.HasPrefix(text[open+end:], closing) {
		return "", open, "A { is not closed. Write a variable as {object}; braces are for variables only."
	}
	name := strings.ToLower(strings.TrimSpace(text[open : open+end]))
	width = open + end + open
	names := make([]string, 0, len(Variables()))
	for _, v := range Variables() {
		names = append(names, v.Name)
	}
	if !slices.Contains(names, name) {
		return "", width, fmt.Sprintf("There is no variable {%s}. Known are {%s}.", name, strings.Join(names, "}, {"))
	}
	return name, width, ""
}

// Fill writes the template with the values of its variables. A value is never read as a template: a name may hold braces.
func (t Template) Fill(value func(variable string) string) string {
	var b strings.Builder
	for _, p := range t.parts {
		if p.variable == "" {
			b.WriteString(p.text)
			continue
		}
		b.WriteString(value(p.variable))
	}
	return b.String()
}
