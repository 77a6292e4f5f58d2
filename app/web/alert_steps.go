package web

import (
	"slices"
	"strconv"
	"strings"

	"psabridge/views"
)

// The lists of the form that a step can change.
const (
	partWhen = "when"
	partMute = "mute"
)

// changeRows does what a button of one of the form's lists asks for, and says which list it was; "" for another step.
func changeRows(step string, f *views.AlertForm) string {
	part, what, _ := strings.Cut(step, "-")
	switch {
	case part == partWhen && what == "add":
		f.When = append(f.When, views.WhenField{})
	case part == partWhen:
		f.When = without(f.When, what)
	case part == partMute && what == "add":
		f.Mute = append(f.Mute, views.MuteField{})
	case part == partMute:
		f.Mute = without(f.Mute, what)
	case step == "": // another type was chosen: the list is shown with its level
		return partWhen
	default:
		return ""
	}
	return part
}

// without is a list without the entry that "remove-2" names.
func without[T any](list []T, what string) []T {
	n, err := strconv.Atoi(strings.TrimPrefix(what, "remove-"))
	if err != nil || n < 0 || n >= len(list) || !strings.HasPrefix(what, "remove-") {
		return list
	}
	return slices.Delete(list, n, n+1)
}
