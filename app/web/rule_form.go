package web

import (
	"strings"

	"psabridge/app"
	"psabridge/app/billing"
	"psabridge/views"
	"psabridge/views/ui"
)

// ownRule is the prefix of the inputs of an organization's own rules; a connection's have none.
const ownRule = "own_"

// storedRule is a meter's rule as the settings have it. base is what an empty field comes to.
func storedRule(prefix string, m app.Meter, own, base app.QuantityRule) views.RuleForm {
	r := views.RuleForm{Prefix: prefix, Meter: m, Unit: own.Unit, Round: own.Round, Basis: string(own.Basis), FSE: own.FSE, Base: billing.Defaults(base, m)}
	if own.Minimum != nil {
		r.Minimum = own.Minimum.String()
	}
	if own.Trials != nil {
		r.Trials = views.No
		if *own.Trials {
			r.Trials = views.Yes
		}
	}
	return r
}

// typedRule is the rule as it was typed. What the form did not have stays as it is stored.
func typedRule(f form, stored views.RuleForm) views.RuleForm {
	typed := stored
	for name, into := range map[string]*string{
		"unit": &typed.Unit, "round": &typed.Round, "minimum": &typed.Minimum, "basis": &typed.Basis, "fse": &typed.FSE, "trials": &typed.Trials,
	} {
		if input := views.RuleInput(stored.Prefix, name, stored.Meter); f.Has(input) {
			*into = f.text(input)
		}
	}
	return typed
}

// quantityRule turns a form into a rule; only what it sets itself is in it.
func quantityRule(r views.RuleForm) (app.QuantityRule, ui.Errors) {
	rule := app.QuantityRule{Unit: r.Unit, Round: r.Round, Basis: app.Basis(r.Basis), FSE: r.FSE}
	var wrong ui.Errors
	if r.Minimum != "" {
		q, err := typedNumber("minimum", r.Minimum)
		if err != nil {
			wrong = append(wrong, ui.FieldError{Field: views.RuleInput(r.Prefix, "minimum", r.Meter), Message: app.ErrorMessage(err)})
		}
		rule.Minimum = &q
	}
	switch r.Trials {
	case "":
	case views.Yes, views.No:
		rule.Trials = new(r.Trials == views.Yes)
	default:
		wrong = append(wrong, ui.FieldError{Field: views.RuleInput(r.Prefix, "trials", r.Meter), Message: "Choose whether organizations on trial are counted."})
	}
	return rule, wrong
}

// putRule keeps a rule of its own, or none when it says nothing.
func putRule(rules map[app.Meter]app.QuantityRule, m app.Meter, rule app.QuantityRule) map[app.Meter]app.QuantityRule {
	if rule == (app.QuantityRule{}) {
		delete(rules, m)
		if len(rules) == 0 {
			return nil
		}
		return rules
	}
	if rules == nil {
		rules = map[app.Meter]app.QuantityRule{}
	}
	rules[m] = rule
	return rules
}

// ruleInputs gives the input for each path of a meter's rule below where the rules stand in the settings.
func ruleInputs(into map[string]string, at, prefix string, m app.Meter) {
	path := at + "." + string(m)
	into[path] = views.RuleInput(prefix, "", m)
	for _, field := range []string{"unit", "round", "minimum", "basis", "fse", "trials"} {
		input := views.RuleInput(prefix, field, m)
		into[path+"."+field], into[input] = input, input
	}
}

// counted says how a meter is billed, for comparing before and after: nothing when it has no product.
func counted(m app.Meter, product string, rule app.QuantityRule) string {
	if product == "" {
		return ""
	}
	return product + ", " + billing.RuleText(rule, m)
}

// countedAnew lists in words what is billed otherwise than before.
func countedAnew(meters []app.Meter, before, after func(app.Meter) string) (out []string) {
	for _, m := range meters {
		was, is := before(m), after(m)
		switch {
		case was == is:
		case is == "":
			out = append(out, views.MeterName(m)+" is not billed any more.")
		default:
			out = append(out, views.MeterName(m)+" is billed as "+is+".")
		}
	}
	return out
}

// sentences puts what there is to say behind each other.
func sentences(list ...string) string {
	var said []string
	for _, s := range list {
		if s != "" {
			said = append(said, s)
		}
	}
	return strings.Join(said, " ")
}
