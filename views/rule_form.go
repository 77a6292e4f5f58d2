package views

import (
	"psabridge/app"
	"psabridge/views/ui"
)

// RuleForm is one meter's quantity rule as typed or stored; an empty field takes what Base says. Input names are Prefix, the
// word in the comment and the meter.
type RuleForm struct {
	Prefix  string // "own_" for an organization's own rule, "" for a connection's
	Meter   app.Meter
	Unit    string // rule_unit_: each | GB | TB
	Round   string // rule_round_: up | nearest | down | 2
	Minimum string // rule_minimum_
	Basis   string // rule_basis_: own | inclusive
	FSE     string // rule_fse_: count | flag
	Trials  string // rule_trials_: yes | no

	Base  app.QuantityRule // what an empty field comes to
	Words string           // what holds now, in words; empty when there is nothing to say
}

// input is the name of one of the inputs.
func (r RuleForm) input(field string) string {
	return r.Prefix + "rule_" + field + "_" + string(r.Meter)
}

// RuleInput is the name of the input of one field of a meter's rule; without a field it is the rule as a whole.
func RuleInput(prefix, field string, m app.Meter) string {
	if field == "" {
		return prefix + "rule_" + string(m)
	}
	return RuleForm{Prefix: prefix, Meter: m}.input(field)
}

// whole is the id the summary of errors leads to when the rule as a whole is wrong.
func (r RuleForm) whole() string { return RuleInput(r.Prefix, "", r.Meter) }

// Own reports whether any field has a value of its own.
func (r RuleForm) Own() bool {
	return r.Unit+r.Round+r.Minimum+r.Basis+r.FSE+r.Trials != ""
}

// wrong reports whether one of the errors is about the rule.
func (r RuleForm) wrong(e ui.Errors) bool {
	for _, field := range []string{"unit", "round", "minimum", "basis", "fse", "trials"} {
		if e.For(r.input(field)) != "" {
			return true
		}
	}
	return e.For(r.whole()) != ""
}

// baseWord is what stands before a value that is not the rule's own.
func (r RuleForm) baseWord(word string) string {
	if r.Prefix == "" {
		return "Default: " + word
	}
	return "Connection’s: " + word
}

// units are those a meter can be billed in; what only an inbox knows can be any.
func (r RuleForm) units() []string {
	var out []string
	switch r.Meter {
	case app.MeterStorage, app.MeterProtectedStorage:
		out = []string{app.UnitGB, app.UnitTB}
	case app.MeterAccounts, app.MeterFileServer, app.MeterGuests, app.MeterProtectedSeats:
		out = []string{app.UnitEach}
	default:
		out = []string{app.UnitEach, app.UnitGB, app.UnitTB}
	}
	for _, u := range out {
		if u == r.Unit || r.Unit == "" {
			return out
		}
	}
	return append(out, r.Unit) // one that does not fit is shown, so that it can be changed
}

func unitWords(u string) string {
	switch u {
	case "":
		return "as it is read"
	case app.UnitEach:
		return "each"
	}
	return u
}

func (r RuleForm) unitChoices() []ui.Choice {
	out := []ui.Choice{{Label: r.baseWord(unitWords(r.Base.Unit)), Selected: r.Unit == ""}}
	for _, u := range r.units() {
		out = append(out, ui.Choice{Value: u, Label: unitWords(u), Selected: u == r.Unit})
	}
	return out
}

// choices puts what an empty field comes to before the values of its own. Pairs are values and words.
func (r RuleForm) choices(selected, base string, pairs ...string) []ui.Choice {
	word := ""
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i] == base {
			word = pairs[i+1]
		}
	}
	return append([]ui.Choice{{Label: r.baseWord(word), Selected: selected == ""}}, ui.Choices(selected, pairs...)...)
}

func (r RuleForm) roundChoices() []ui.Choice {
	return r.choices(r.Round, r.Base.Round, "up", "up", "nearest", "to the nearest whole", "down", "down", "2", "to two decimals")
}

func (r RuleForm) basisChoices() []ui.Choice {
	return r.choices(r.Basis, string(r.Base.Basis), string(app.BasisOwn), "alone", string(app.BasisInclusive), "with suborganizations")
}

func (r RuleForm) fseChoices() []ui.Choice {
	return r.choices(r.FSE, r.Base.FSE, "count", "the number of servers", "flag", "1 when there is any")
}

func (r RuleForm) trialChoices() []ui.Choice {
	base := Yes
	if r.Base.Trials != nil && !*r.Base.Trials {
		base = No
	}
	return r.choices(r.Trials, base, Yes, "counted", No, "not counted")
}

// minimumHint is what is shown in the empty field.
func (r RuleForm) minimumHint() string {
	if r.Base.Minimum == nil {
		return "none"
	}
	return r.Base.Minimum.String()
}

// The answers of a field that can also be left to what is above it.
const (
	Yes = "yes"
	No  = "no"
)
