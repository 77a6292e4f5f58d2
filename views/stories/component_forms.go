package stories

import (
	"time"

	"github.com/a-h/templ"

	"psabridge/views/ui"
)

// forms are the components of form.templ.
func forms() []Component {
	return []Component{
		{"Summary", summaries()},
		{"Wrong", []Case{
			{"message", ui.Wrong("wrong.one", "Enter the site URL, for example na.myconnectwise.net")},
			{"none", ui.Wrong("wrong.two", "")},
			{"their words", ui.Wrong("wrong.three", "ConnectWise: “"+markup+"”")},
		}},
		{"Input", inputs("in", ui.Input)},
		{"Bare", inputs("bare", func(f ui.Field) templ.Component {
			return in(`<label>`, templ.Join(plain(f.Label+" "), ui.Bare(f)))
		})},
		{"Pick", picks()},
		{"Select", []Case{
			{"chosen", labelled("select.one", ui.Select("select.one", statuses("New"), ""))},
			{"wrong", labelled("select.two", templ.Join(ui.Select("select.two", statuses(""), "Choose a status that exists on board NOC."), ui.Wrong("select.two", "Choose a status that exists on board NOC.")))},
			{"focused", labelled("select.three", ui.Select("select.three", statuses(""), "", templ.Attributes{"data-first": true}))},
			{"nothing to choose", labelled("select.four", ui.Select("select.four", nil, ""))},
		}},
		{"Radios", []Case{
			{"chosen", ui.Radios("radios.one", "Mode", modes("own", ""))},
			{"none chosen", ui.Radios("radios.two", "Mode", modes("", ""))},
			{"one not possible", ui.Radios("radios.three", "Mode", modes("off", "own"))},
			{"right to left", ui.Radios("radios.four", "Company", []ui.Choice{{Value: "1", Label: rtl, Hint: "#250, " + rtlMixed}, {Value: "2", Label: word64, Hint: name64}})},
		}},
		{"Check", checks(ui.Check, "check")},
		{"Switch", checks(ui.Switch, "switch")},
		{"Hidden", []Case{{"a value", ui.Hidden("revision", "12")}, {"markup", ui.Hidden("like", markup)}}},
		{"Secret", secrets()},
	}
}

func summaries() []Case {
	fields := ui.Errors{{Field: "summary.site", Message: "Enter the site URL, for example na.myconnectwise.net"}, {Message: "The settings were changed by somebody else. Look at them, then save again."}}
	target := ui.Input(ui.Field{Name: "summary.site", Label: "Site URL", Error: fields[0].Message})
	named := ui.Input(ui.Field{Name: "x", ID: "row-7", Label: "Quantity", Error: "“1,000” is not a plain number."})
	return []Case{
		{"nothing wrong", ui.Summary(nil)},
		{"a field and the form", templ.Join(ui.Summary(fields), target)},
		{"an id of its own", templ.Join(ui.Summary(ui.Errors{{Field: "x", Message: "“1,000” is not a plain number."}}, func(string) string { return "row-7" }), named)},
		{"long words of theirs", ui.Summary(ui.Errors{{Message: word64 + " " + rtl + " " + markup}})},
	}
}

func inputs(prefix string, view func(ui.Field) templ.Component) []Case {
	field := func(id string, change func(*ui.Field)) templ.Component {
		f := ui.Field{Name: prefix + "." + id, Label: "Site URL"}
		change(&f)
		return view(f)
	}
	wrong := "Enter the site URL, for example na.myconnectwise.net"
	return append([]Case{
		{"empty", field("empty", func(f *ui.Field) { f.Placeholder = "na.myconnectwise.net" })},
		{"hint", field("hint", func(f *ui.Field) { f.Hint, f.Value = "As your browser shows it", "na.myconnectwise.net" })},
		{"wrong", field("wrong", func(f *ui.Field) { f.Value, f.Error = "htp:/", wrong })},
		{"required identifier", field("mono", func(f *ui.Field) { f.Mono, f.Required, f.Value = true, true, "acme+k3v9" })},
		{"number", field("number", func(f *ui.Field) { f.Type, f.Min, f.Max, f.Value = "number", "0", "100", "50" })},
		{"text area", field("rows", func(f *ui.Field) { f.Rows, f.Value = 4, "version: 1\nconnections: {}\n" })},
		{"text area, wrong", field("rows-wrong", func(f *ui.Field) { f.Rows, f.Value, f.Error = 2, markup, "Line 1: unknown key." })},
	}, edges(func(text, id string) templ.Component {
		return field(id, func(f *ui.Field) { f.Label, f.Hint, f.Value = text, text, text })
	})...)
}

func picks() []Case {
	return append([]Case{
		{"chosen", ui.Pick("pick.one", "Status", "Of board NOC", statuses("New"), "")},
		{"wrong", ui.Pick("pick.two", "Status", "", statuses(""), "Choose a status that exists on board NOC.")},
		{"nothing to choose", ui.Pick("pick.three", "Status", "ConnectWise was not read yet", nil, "")},
	}, edges(func(text, id string) templ.Component {
		return ui.Pick("pick."+id, text, text, []ui.Choice{{Value: "1", Label: text, Selected: true}}, text)
	})...)
}

func statuses(selected string) []ui.Choice {
	return append(ui.Choices(selected, "", "Choose …", "New", "New", ">Closed", ">Closed"), ui.Choice{Value: "old", Label: "Gone from ConnectWise", Disabled: true})
}

func modes(selected, disabled string) []ui.Choice {
	out := ui.Choices(selected, "inherit", "Inherit", "own", "Own", "off", "Off")
	out[0].Hint = "Goes where its parent goes: " + name64
	for i := range out {
		out[i].Disabled = out[i].Value == disabled
	}
	return out
}

func checks(view func(string, ui.Choice) templ.Component, prefix string) []Case {
	return append([]Case{
		{"off", view(prefix+".off", ui.Choice{Value: "on", Label: "Open tickets"})},
		{"on", view(prefix+".on", ui.Choice{Value: "on", Label: "Open tickets", Hint: "From the start line on", Selected: true})},
		{"not possible", view(prefix+".no", ui.Choice{Value: "on", Label: "Open tickets", Disabled: true})},
	}, edges(func(text, id string) templ.Component {
		return view(prefix+"."+id, ui.Choice{Value: text, Label: text, Hint: text})
	})...)
}

func secrets() []Case {
	secret := func(id string, s ui.SecretState, change func(*ui.Field)) templ.Component {
		f := ui.Field{Name: "secret." + id, Label: "Private key"}
		if change != nil {
			change(&f)
		}
		return in(`<form method="post" action="/settings">`, ui.Secret(f, s, now, zone))
	}
	set := ui.SecretState{Set: true, SetAt: ago(23 * 24 * time.Hour)}
	ends, rebind := set, set
	ends.EndsWith, rebind.Rebind = "4f", true
	return []Case{
		{"not set", secret("none", ui.SecretState{}, nil)},
		{"not set, with a hint", secret("hint", ui.SecretState{}, func(f *ui.Field) { f.Hint = "Shown once by ConnectWise" })},
		{"set", secret("set", set, nil)},
		{"set, its end known", secret("ends", ends, nil)},
		{"entered for another address", secret("rebind", rebind, nil)},
		{"no secret while typed", secret("user", ui.SecretState{}, func(f *ui.Field) { f.Label, f.Type = "User name", "text" })},
		{"wrong", secret("wrong", ends, func(f *ui.Field) { f.Error = "ConnectWise refuses these keys." })},
	}
}

// labelled is a control whose label stands elsewhere.
func labelled(name string, c templ.Component) templ.Component {
	return templ.Join(in(`<label for="`+ui.FieldID(name)+`">`, plain("Status")), c)
}
