package web

import (
	"errors"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/settings"
	"psabridge/views/ui"
)

// form is what a page posted.
type form struct{ url.Values }

// readForm parses the body. What stands in the address is not part of a form.
func readForm(c echo.Context) (form, error) {
	if err := c.Request().ParseForm(); err != nil {
		return form{}, app.Wrap(err, app.Invalid, "The form is too large or was cut off. Open the page again and repeat it there.")
	}
	return form{c.Request().PostForm}, nil
}

// text is a typed value without the spaces that pasting adds.
func (f form) text(name string) string { return strings.TrimSpace(f.Get(name)) }

// ticked reports a checkbox.
func (f form) ticked(name string) bool { return f.Get(name) != "" }

// number is a hidden whole number; 0 when it is none.
func (f form) number(name string) int64 {
	n, err := strconv.ParseInt(f.text(name), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// length reads a duration; an empty one is left to the default.
func length(input, text string, into *app.Duration) error {
	if text == "" {
		return nil
	}
	if into.UnmarshalText([]byte(strings.ReplaceAll(text, " ", ""))) != nil {
		wrong := new(app.Duration).UnmarshalText([]byte(text)) // in the words that were typed
		return app.FieldErrorf(input, "%s", app.ErrorMessage(wrong))
	}
	return nil
}

// rowID reads the id in the path. Anything but a positive number leads nowhere.
func rowID(c echo.Context) (int64, error) { return idOf(c.Param("id")) }

func idOf(text string) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n <= 0 || strconv.FormatInt(n, 10) != text {
		return 0, echo.ErrNotFound
	}
	return n, nil
}

// edit changes the settings a form was made from. Somebody who saved in between is a conflict: what was looked at is
// not what would be changed.
func (s *Server) edit(c echo.Context, rev int64, back string, change func(*app.Settings) error) ([]app.Change, error) {
	ctx := c.Request().Context()
	seen, now, err := s.Settings.Document(ctx)
	if err != nil {
		return nil, err
	}
	stale := lookAgainError{app.Errorf(app.Conflict, "The settings were changed since this page was opened. Look at them again, then save."), back}
	if rev != now {
		return nil, stale
	}
	changes, _, err := s.Settings.Edit(ctx, person, func(doc *app.Settings) error {
		if !reflect.DeepEqual(*doc, seen) {
			return stale
		}
		return change(doc)
	})
	if app.ErrorCode(err) == app.Conflict {
		if _, ok := errors.AsType[lookAgainError](err); !ok {
			err = lookAgainError{err, back}
		}
	}
	return changes, err
}

// fieldErrors puts what is wrong beside the fields of a form. prefix is where the form's part stands in the settings
// document; names gives the input for a path below it where the two differ. What belongs to no input is about the form.
func fieldErrors(err error, prefix string, names map[string]string) ui.Errors {
	all := settings.Problems(err)
	if len(all) == 0 {
		if e, ok := errors.AsType[*app.Error](err); ok {
			all = []*app.Error{e}
		} else {
			return ui.Errors{{Message: app.ErrorMessage(err)}}
		}
	}
	var out ui.Errors
	for _, e := range all {
		tail, ours := strings.CutPrefix(e.Field, prefix)
		// A form's own input; that of a meter may have a point in it, and is named by itself.
		bare := e.Field != "" && (!strings.ContainsAny(e.Field, ".[") || names[e.Field] == e.Field)
		switch {
		case bare:
			out = append(out, ui.FieldError{Field: e.Field, Message: e.Message})
		case ours:
			out = append(out, ui.FieldError{Field: inputOf(strings.TrimPrefix(tail, "."), names), Message: e.Message})
		case e.Field != "":
			out = append(out, ui.FieldError{Message: e.Field + ": " + e.Message})
		default:
			out = append(out, ui.FieldError{Message: e.Message})
		}
	}
	return out
}

// itemErrors is fieldErrors for a new item of a list. One whose name is taken is called by its place, at.
func itemErrors(err error, list, name string, at int, inputs map[string]string) ui.Errors {
	out := fieldErrors(err, list+"["+name+"]", inputs)
	if slices.ContainsFunc(out, func(e ui.FieldError) bool { return e.Field != "" }) {
		return out
	}
	return fieldErrors(err, list+"["+strconv.Itoa(at)+"]", inputs)
}

// inputOf finds the input for a path: the longest name that begins it, else the path itself.
func inputOf(path string, names map[string]string) string {
	best, found := "", ""
	for begin, input := range names {
		if strings.HasPrefix(path, begin) && len(begin) >= len(best) {
			best, found = begin, input
		}
	}
	if found != "" {
		return found
	}
	return path
}
