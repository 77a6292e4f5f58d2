package stories

import (
	"context"
	"io"

	"github.com/a-h/templ"

	"psabridge/views/ui"
)

// living are the components of live.templ.
func living() []Component {
	form := func(c ...templ.Component) templ.Component {
		return in(`<form method="post" action="/organizations">`, templ.Join(c...))
	}
	return []Component{
		{"Step", append([]Case{
			{"plain", form(ui.Step("add", "Add another"))},
			{"fetches its part", form(ui.Step("add", "Add another", ui.Live("/organizations", "this", "")))},
		}, edges(func(text, _ string) templ.Component { return form(ui.Step("remove", "Remove “"+text+"”")) })...)},
		{"FirstStep", []Case{{"for nobody’s eye", form(ui.FirstStep("save"))}}},
		{"SelectAt", []Case{
			{"chosen", at("at-one", ui.SelectAt("board", "at-one", statuses("New"), ""))},
			{"wrong", at("at-two", ui.SelectAt("board", "at-two", statuses(""), "", templ.Attributes{"data-row": "2"}))},
		}},
		{"Template", slots()},
		{"Variable", []Case{
			{"short", ui.Variable("{{organization}}")},
			{"long", ui.Variable("{{object.properties.last_connected_at_in_the_organizations_zone}}")},
		}},
	}
}

func slots() []Case {
	field := func(id string, change func(*ui.Field)) templ.Component {
		f := ui.Field{Name: "template." + id, Label: "Summary", Value: "{{organization}}: {{object}} is not reachable"}
		change(&f)
		return ui.Template(f, templ.Attributes{"maxlength": "100"})
	}
	return append([]Case{
		{"line", field("line", func(f *ui.Field) { f.Hint = "At most 100 characters" })},
		{"text", field("text", func(f *ui.Field) { f.Rows = 3 })},
		{"wrong", field("wrong", func(f *ui.Field) { f.Value, f.Error = "{{organisation}}", "There is no variable “organisation”." })},
	}, edges(func(text, id string) templ.Component {
		return field(id, func(f *ui.Field) { f.Label, f.Value = text, text })
	})...)
}

func at(id string, c templ.Component) templ.Component {
	return templ.Join(in(`<label for="`+id+`">`, plain("Status")), c)
}

// plain is a text.
func plain(text string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, templ.EscapeString(text))
		return err
	})
}
