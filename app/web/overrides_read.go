package web

import (
	"fmt"
	"slices"
	"strings"

	"psabridge/app"
	"psabridge/app/billing"
	"psabridge/app/inbox"
	"psabridge/views"
	"psabridge/views/ui"
)

// whose finds the organization a person means: by the label it is offered under, its id at the source, or its name. wrong
// says why it is not one organization.
func (k *customers) whose(text string) (found customer, wrong string) {
	if strings.TrimSpace(text) == "" {
		return customer{}, "Say whose number this is: the organization’s name, or its id."
	}
	for _, like := range []func(customer) bool{
		func(c customer) bool { return inbox.Same(c.label, text) },
		func(c customer) bool { return c.ExternalID == strings.TrimSpace(text) },
		func(c customer) bool { return inbox.Same(c.Name, text) },
	} {
		var hits []customer
		for _, c := range k.all {
			if like(c) {
				hits = append(hits, c)
			}
		}
		if len(hits) == 1 {
			return hits[0], ""
		}
		if len(hits) > 1 {
			return customer{}, fmt.Sprintf("%s organizations are called “%s”. Write the id instead: %s.", ui.Int(len(hits)), text, idsOf(hits))
		}
	}
	wrong = fmt.Sprintf("No organization on connection %s is called “%s”.", k.page.connection.Name, text)
	if near := k.nearest(text); near != "" {
		wrong += " Did you mean “" + near + "”?"
	}
	return customer{}, wrong
}

func (k *customers) nearest(text string) string {
	names := make([]app.Option, 0, len(k.all))
	for _, c := range k.all {
		names = append(names, app.Option{Name: c.label})
	}
	return nearest(names, text)
}

// idsOf are the ids of organizations that share a name; with their source where the id is shared too.
func idsOf(list []customer) string {
	var out []string
	for _, c := range list {
		out = append(out, c.ExternalID)
	}
	if slices.Sort(out); len(slices.Compact(slices.Clone(out))) < len(out) {
		out = nil
		for _, c := range list {
			out = append(out, c.label)
		}
	}
	return strings.Join(out, " or ")
}

// meter finds a meter by its name or by what the pages call it.
func (k *customers) meter(text string) (m app.Meter, wrong string) {
	known := make([]string, 0, len(k.meters))
	for _, m := range k.meters {
		if inbox.Same(string(m), text) || inbox.Same(views.MeterName(m), text) || inbox.Same(views.MeterWord(m), text) {
			return m, ""
		}
		known = append(known, string(m))
	}
	if strings.TrimSpace(text) == "" {
		return "", "Say which meter: " + strings.Join(known, ", ") + "."
	}
	return "", fmt.Sprintf("“%s” is not a meter that is billed or read here. There is %s.", text, strings.Join(known, ", "))
}

// unit is the unit of a typed number: the one that was said, else the one the line is billed in.
func (k *customers) unit(c customer, m app.Meter, said string) (unit, wrong string) {
	billed := billing.Defaults(c.rules.Rules[m], m).Unit
	if billed == "" {
		billed = k.readings[usage{c.Source, c.ExternalID, m}].Unit
	}
	if billed == "" {
		billed = app.UnitEach
	}
	if said == "" {
		return billed, ""
	}
	if _, ok := billing.Convert(app.Q(1), said, billed); !ok {
		return "", fmt.Sprintf("%s is billed in %s here, and “%s” cannot be converted to it.", views.MeterName(m), billed, said)
	}
	return said, ""
}
