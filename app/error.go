package app

import (
	"errors"
	"fmt"
	"time"
)

// Code says what kind of failure an Error is. The JSON API prints it; one table in app/web turns it into an
// HTTP status and one in app/outbox into the fate of a delivery.
type Code string

// The codes are stable: scripts match on them.
const (
	Invalid      Code = "invalid"      // what was given cannot be used; Field names it
	NotFound     Code = "not_found"    // the thing named does not exist
	Conflict     Code = "conflict"     // the thing changed since it was read, or already exists
	Unauthorized Code = "unauthorized" // keys or token are not accepted
	Forbidden    Code = "forbidden"    // keys are accepted but lack the right
	RateLimited  Code = "rate_limited" // asked to wait; RetryAfter says how long
	Unavailable  Code = "unavailable"  // the other side cannot be reached or does not answer properly
	Internal     Code = "internal"     // our own defect; Message is never shown, "Internal error" is
)

// Outcome says what is known about the effect of a request that failed. It is set once, in app/rest.
type Outcome string

// The outcomes of a failed request.
const (
	// OutcomeNone: the request certainly had no effect: no connection was obtained, or a parsed refusal came back.
	OutcomeNone Outcome = "none"
	// OutcomeUnknown: bytes were sent and no answer could be read; the effect may have happened.
	OutcomeUnknown Outcome = "unknown"
)

// Error is the one error type that crosses package borders.
type Error struct {
	Code Code
	// Message is for the person: what happened, what it means, what to do.
	Message string
	// Field names the input at fault, e.g. "connections[0].site_url"; empty when no single one is.
	Field string
	// Outcome is empty for errors that are not about a request to somebody else.
	Outcome Outcome
	// RetryAfter is how long the other side asked us to wait; zero when it did not say.
	RetryAfter time.Duration
	// Err is the cause, for the log only. It must not hold a secret.
	Err error
}

// Error implements error. It is the log's text: the cause is part of it.
func (e *Error) Error() string {
	s := string(e.Code) + ": " + e.Message
	if e.Field != "" {
		s = string(e.Code) + ": " + e.Field + ": " + e.Message
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an Error with a formatted message for the person and no cause.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// FieldErrorf makes an Invalid error about one named field.
func FieldErrorf(field, format string, args ...any) *Error {
	return &Error{Code: Invalid, Field: field, Message: fmt.Sprintf(format, args...)}
}

// Wrap makes an Error from a cause, with the sentence a person may read.
func Wrap(err error, code Code, message string) *Error {
	return &Error{Code: code, Message: message, Err: err}
}

// ErrorCode returns the code of the first Error in err's chain; Internal for any other non-nil error, "" for nil.
func ErrorCode(err error) Code {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return Internal
}

// ErrorMessage returns what a person may read about err. An error that is not ours, or Internal, says no more than that.
func ErrorMessage(err error) string {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok && e.Code != Internal {
		return e.Message
	}
	return "Internal error. The log says more."
}

// ErrorOutcome returns what is known about the effect of the failed request; OutcomeUnknown when nothing says so,
// because assuming "nothing happened" is what doubles a ticket.
func ErrorOutcome(err error) Outcome {
	if e, ok := errors.AsType[*Error](err); ok && e.Outcome != "" {
		return e.Outcome
	}
	return OutcomeUnknown
}

// ErrorField returns the input or setting at fault; "" when no single one is.
func ErrorField(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Field
	}
	return ""
}

// worded is an error that knows the other side's own words.
type worded interface {
	error
	VendorWords() string
}

// ErrorWords returns what the other side itself said, for a sentence that says more than ErrorMessage; "" when it said
// nothing.
func ErrorWords(err error) string {
	if e, ok := errors.AsType[worded](err); ok {
		return e.VendorWords()
	}
	return ""
}

// statused is an error that knows the HTTP status of the answer it is about. It is asked for by its method, so that this
// package needs to know none of those that make one.
type statused interface {
	error
	HTTPStatus() int
}

// ErrorStatus returns the HTTP status of the answer that err is about; 0 when no answer came or nothing says so.
func ErrorStatus(err error) int {
	if e, ok := errors.AsType[statused](err); ok {
		return e.HTTPStatus()
	}
	return 0
}
