package ui

import "github.com/a-h/templ"

// Live are the attributes by which a control of a form fetches a part of its page anew: the form is posted to path as it
// stands typed, and the answer takes the place of target. Nothing is saved by that. Without the script the control is what
// it is in HTML. trigger is an event of htmx; empty is what the control does by itself.
func Live(path, target, trigger string) templ.Attributes {
	a := templ.Attributes{"hx-post": path, "hx-target": target, "hx-swap": "outerMorph"}
	if trigger != "" {
		a["hx-trigger"] = trigger
	}
	return a
}

// OnTyping is the trigger of an input whose answer follows the typing: half a second after the last key.
const OnTyping = "input changed delay:500ms"

// OnChange is the trigger of a control whose answer follows a choice.
const OnChange = "change"

// OnForm is the trigger of a part that follows what is chosen anywhere in the form with an id.
func OnForm(id string) string { return "change from:#" + id + " delay:300ms" }

// Poll are the attributes by which a part of a page that is under way asks for itself every second, until an answer has
// none of them. With vals it posts those, else it gets.
func Poll(path, vals string) templ.Attributes {
	a := templ.Attributes{"hx-trigger": "every 1s", "hx-swap": "outerMorph"}
	if vals == "" {
		a["hx-get"] = path
		return a
	}
	a["hx-post"], a["hx-vals"] = path, vals
	return a
}
