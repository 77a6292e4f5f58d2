package ui

import (
	"maps"

	"github.com/a-h/templ"
)

// described marks a wrong field for those who hear the page.
func described(name, message string) templ.Attributes { return describedAt(FieldID(name), message) }

func describedAt(id, message string) templ.Attributes {
	if message == "" {
		return nil
	}
	return templ.Attributes{"aria-invalid": "true", "aria-describedby": id + "-e"}
}

// machine keeps the browser from correcting or remembering what is an identifier or a secret. Pasting stays allowed.
func machine(on bool) templ.Attributes {
	if !on {
		return nil
	}
	return templ.Attributes{"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}
}

func optional(name, value string) templ.Attributes {
	if value == "" {
		return nil
	}
	return templ.Attributes{name: value}
}

// secretType is dots, unless what is typed is no secret while it is typed, such as a user name.
func secretType(t string) string {
	if t == "" {
		return "password"
	}
	return t
}

func secretHint(hint string) string {
	if hint == "" {
		return "Goes to the keychain of this computer and is never shown again."
	}
	return hint
}

// Focused puts the cursor into a drop-down a person came for; nil when he did not.
func Focused(on bool) templ.Attributes {
	if !on {
		return nil
	}
	return templ.Attributes{"autofocus": true}
}

// merge puts attributes together; later ones win.
func merge(all []templ.Attributes) templ.Attributes {
	out := templ.Attributes{}
	for _, a := range all {
		maps.Copy(out, a)
	}
	return out
}

func anchor(field string, at []func(string) string) string {
	if len(at) > 0 {
		return at[0](field)
	}
	return FieldID(field)
}
