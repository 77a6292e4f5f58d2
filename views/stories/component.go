package stories

import (
	"context"
	"io"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"psabridge/views/ui"
)

// Component is one part of the kit in each of its states.
type Component struct {
	Name  string // as in package ui
	Cases []Case
}

// Case is one state of a component.
type Case struct {
	Name string
	View templ.Component
}

// Texts that break layouts: what people and vendors really call things, and what nobody should.
const (
	name64   = "Freiwillige Feuerwehr und Katastrophenschutz Altmühltal-Nord eV."
	word64   = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeam"
	rtl      = "مخبز دمشق (الفرع 24)"
	rtlMixed = "Contoso – שלום 12 – Haifa"
	markup   = `</option><script>alert(1)</script> & "quoted"`
)

// edges are the cases that every component with a text of somebody else's has.
func edges(view func(text, id string) templ.Component) []Case {
	return []Case{
		{"64 characters", view(name64, "long")},
		{"one word of 65 characters", view(word64, "word")},
		{"right to left", view(rtl, "rtl")},
		{"right to left inside", view(rtlMixed, "mixed")},
		{"markup", view(markup, "markup")},
	}
}

// Components are all parts of the kit, in the order of its files.
func Components() []Component {
	return slices.Concat(parts(), forms(), living(), plots())
}

// in puts a component where it belongs: a cell needs its table, a chip its list.
func in(open string, c templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if _, err := io.WriteString(w, open); err != nil {
			return err
		}
		if err := c.Render(ctx, w); err != nil {
			return err
		}
		tags := strings.Split(open, "<")
		for i := len(tags) - 1; i > 0; i-- {
			tag, _, _ := strings.Cut(strings.TrimSuffix(tags[i], ">"), " ")
			if _, err := io.WriteString(w, "</"+tag+">"); err != nil {
				return err
			}
		}
		return nil
	})
}

// with gives a component its children.
func with(c templ.Component, text string) templ.Component {
	p := templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, "<p>"+templ.EscapeString(text)+"</p>")
		return err
	})
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return c.Render(templ.WithChildren(ctx, p), w)
	})
}

// row shows components one beside the other.
func row(all ...templ.Component) templ.Component {
	return in(`<div class="btns">`, templ.Join(all...))
}

func action(label string, change func(*ui.Action)) templ.Component {
	a := ui.Action{Label: label, Path: "/organizations"}
	if change != nil {
		change(&a)
	}
	return ui.Do(a)
}
