package views

import (
	"context"
	"io"
	"strings"

	"github.com/a-h/templ"
)

// helpWords writes a text of the help: `this` is code, *this* is what a button or a field is called. It is a component and
// not a template because a template would put spaces between the runs.
func helpWords(text string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, helpHTML(text))
		return err
	})
}

// helpHTML is the markup of a text. A mark that is not closed stays as it is.
func helpHTML(text string) string {
	var b strings.Builder
	for text != "" {
		i := strings.IndexAny(text, "`*")
		if i < 0 {
			break
		}
		n := strings.IndexByte(text[i+1:], text[i])
		if n < 0 {
			break
		}
		tag := "strong"
		if text[i] == '`' {
			tag = "code"
		}
		b.WriteString(templ.EscapeString(text[:i]))
		b.WriteString("<" + tag + ">" + templ.EscapeString(text[i+1:i+1+n]) + "</" + tag + ">")
		text = text[i+n+2:]
	}
	return b.String() + templ.EscapeString(text)
}
