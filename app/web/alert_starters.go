package web

import (
	"slices"
	"strings"

	"psabridge/app"
	"psabridge/app/settings"
	"psabridge/views"
)

// starterRules are the alerts proposed for the organization's source that nothing here covers yet, under names that are free.
func (o organizationPage) starterRules() (out []app.AlertRule) {
	src, ok := settings.SourceByName(o.doc, o.row.Source)
	if !ok {
		return nil
	}
	rules := o.applying()
	for _, rule := range settings.Starters(src.Kind, app.For{Source: o.row.Source, Organization: o.row.ExternalID, Suborganizations: true}) {
		if o.shadow(append(slices.Clip(rules), rule), len(rules)) != "" {
			continue
		}
		rule.Name = settings.FreeAlertName(o.doc, rule.Name, rule.For)
		out = append(out, rule)
	}
	return out
}

// starters are the proposals with their words.
func (o organizationPage) starters() (out []views.StarterAlert) {
	src, _ := settings.SourceByName(o.doc, o.row.Source)
	for _, rule := range o.starterRules() {
		rule = settings.RuleWithDefaults(rule)
		out = append(out, views.StarterAlert{
			Name: rule.Name,
			Text: views.WhenWords(rule.When, alertTypes(src.Kind)) + " → PSA System; " + strings.ToLower(scopeWords(rule.For)) + "; " + views.TicketWords(rule),
		})
	}
	return out
}
