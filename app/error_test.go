package app

import (
	"errors"
	"fmt"
	"testing"
)

type answered int

func (a answered) Error() string   { return "an answer" }
func (a answered) HTTPStatus() int { return int(a) }

func TestErrorStatus(t *testing.T) {
	for _, tc := range []struct {
		err  error
		want int
	}{
		{nil, 0},
		{errors.New("no answer"), 0},
		{Errorf(Invalid, "no cause"), 0},
		{Wrap(answered(409), Conflict, "in use"), 409},
		{fmt.Errorf("more: %w", &Error{Code: Forbidden, Err: fmt.Errorf("cause: %w", answered(403))}), 403},
	} {
		if got := ErrorStatus(tc.err); got != tc.want {
			t.Errorf("%v: %d, want %d", tc.err, got, tc.want)
		}
	}
}
