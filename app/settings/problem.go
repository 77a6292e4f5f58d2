package settings

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"psabridge/app"
)

// shown is how many problems one message spells out; the rest is counted.
const shown = 10

// problems is everything found wrong with a document. It stands behind the one app.Error that is returned, so that a
// page can put each sentence beside its field while the API and the command line print them together.
type problems []*app.Error

// Error counts the problems. Their sentences are in the message of the app.Error around them.
func (p problems) Error() string { return fmt.Sprintf("problems found: %d", len(p)) }

// Problems returns every single problem behind an error of Parse or Validate, in document order; nil for other errors.
func Problems(err error) []*app.Error {
	if all, ok := errors.AsType[problems](err); ok {
		return slices.Clone(all)
	}
	return nil
}

// add notes a problem at a path.
func (p *problems) add(path, format string, args ...any) {
	*p = append(*p, app.FieldErrorf(path, format, args...))
}

// err returns the problems as one Invalid error, or nil when there are none.
func (p problems) err() error {
	if len(p) == 0 {
		return nil
	}
	return &app.Error{Code: app.Invalid, Field: p[0].Field, Message: p.message(), Err: p}
}

func (p problems) message() string {
	if len(p) == 1 {
		return p[0].Message
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d things in the settings need a correction.", len(p))
	for _, e := range p[:min(len(p), shown)] {
		b.WriteString("\n")
		if e.Field != "" {
			b.WriteString(e.Field + ": ")
		}
		b.WriteString(e.Message)
	}
	if more := len(p) - shown; more > 0 {
		fmt.Fprintf(&b, "\nAnd %d more.", more)
	}
	return b.String()
}
