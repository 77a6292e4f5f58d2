package ui

import (
	"strings"
	"time"
)

// FieldError is what is wrong with one field of a form, in words for the person. An empty Field is about the form as a whole.
type FieldError struct {
	Field   string // the name of the input
	Message string
}

// Errors are what is wrong with a form, in the order of its fields. The summary and the fields show the same words.
type Errors []FieldError

// For returns the message of one field, or "".
func (e Errors) For(field string) string {
	for _, f := range e {
		if f.Field == field {
			return f.Message
		}
	}
	return ""
}

// Choice is one entry of a select, radio group or list of checkboxes.
type Choice struct {
	Value    string
	Label    string
	Hint     string
	Selected bool
	Disabled bool
}

// Choices makes plain choices, value and label in turn, with one of them selected.
func Choices(selected string, pairs ...string) []Choice {
	var out []Choice
	for i := 0; i+1 < len(pairs); i += 2 {
		out = append(out, Choice{Value: pairs[i], Label: pairs[i+1], Selected: pairs[i] == selected})
	}
	return out
}

// Action is something to click: a link, or a form with one button that posts. It always has a path; there are no dead buttons.
type Action struct {
	Label    string
	Path     string
	Post     bool
	Primary  bool
	Quiet    bool
	Small    bool
	External bool     // opens another system
	Icon     string   // name in icons.svg; empty for none
	Fields   []Choice // hidden fields of a post: Value is the name, Label the value
}

// SecretState says that a secret is stored, never what it is.
type SecretState struct {
	Set      bool
	SetAt    time.Time
	EndsWith string
	Rebind   bool // it was entered for another address and has to be entered again
}

// Field is one labelled input with its hint and its error.
type Field struct {
	Name        string
	ID          string // only when the same name stands on a page more than once
	Label       string
	Hint        string
	Value       string
	Type        string // input type; empty is text
	Placeholder string
	Error       string
	Mono        bool // an identifier: no spell check, no auto-complete
	Required    bool
	Rows        int    // more than 0 makes a textarea
	Min, Max    string // of a number or date
	Focus       bool   // the person came for this one
}

// FieldID is the id of an input by its name; the error summary links to it.
func FieldID(name string) string {
	return "f-" + strings.NewReplacer(".", "-", "[", "-", "]", "").Replace(name)
}

func (f Field) id() string {
	if f.ID != "" {
		return f.ID
	}
	return FieldID(f.Name)
}

// Pager leads through a list. Empty paths are not shown.
type Pager struct {
	Text  string // what is shown, e.g. "1–25 of 81"
	Newer string
	Older string
}

// Beat is one poll in a beat bar.
type Beat string

// The beats. The height says the same as the colour.
const (
	BeatOK   Beat = "ok"
	BeatSlow Beat = "warn"
	BeatBad  Beat = "bad"
	BeatNone Beat = "none"
)
