package inbox

import (
	"fmt"
	"strings"

	"psabridge/app"
)

// shown is how many problems one message spells out; the rest is counted.
const shown = 10

// problems is everything found wrong with what was sent, in its order.
type problems []*app.Error

func (p *problems) add(path, format string, args ...any) {
	*p = append(*p, app.FieldErrorf(path, format, args...))
}

// err returns the problems as one Invalid error, or nil when there are none.
func (p problems) err() error {
	if len(p) == 0 {
		return nil
	}
	first := p[0]
	if len(p) == 1 {
		return first
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d things need a correction; nothing was taken.", len(p))
	for _, e := range p[:min(len(p), shown)] {
		b.WriteString("\n" + e.Field + ": " + e.Message)
	}
	if more := len(p) - shown; more > 0 {
		fmt.Fprintf(&b, "\nAnd %d more.", more)
	}
	return &app.Error{Code: app.Invalid, Field: first.Field, Message: b.String()}
}
