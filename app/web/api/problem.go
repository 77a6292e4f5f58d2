package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"psabridge/app"
)

// Problem is every error answer (RFC 9457), with a stable code and the field at fault.
type Problem struct { //nolint:errname // the name is in the API's document
	Type   string `json:"type" doc:"always about:blank"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail" doc:"what happened and what to do, for a person"`
	Code   string `json:"code" enum:"invalid,not_found,conflict,unauthorized,forbidden,rate_limited,unavailable,internal"`
	Field  string `json:"field,omitempty" doc:"the input at fault"`
	// Rows say of a file which rows are wrong.
	Rows []RowProblem `json:"rows,omitempty" doc:"the first hundred wrong rows of a file"`
}

// Error implements error.
func (p *Problem) Error() string { return p.Detail }

// GetStatus implements huma.StatusError.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType implements huma.ContentTypeFilter.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// statuses is the one table from our codes to HTTP.
var statuses = map[app.Code]int{
	app.Invalid:      http.StatusBadRequest,
	app.NotFound:     http.StatusNotFound,
	app.Conflict:     http.StatusConflict,
	app.Unauthorized: http.StatusUnauthorized,
	app.Forbidden:    http.StatusForbidden,
	app.RateLimited:  http.StatusTooManyRequests,
	app.Unavailable:  http.StatusServiceUnavailable,
	app.Internal:     http.StatusInternalServerError,
}

// fail turns an error of ours into the answer.
func (s *server) fail(err error) *Problem {
	code := app.ErrorCode(err)
	switch {
	case errors.Is(err, context.Canceled): // the caller hung up, or we stop
		s.Log.Info("api request ended early", "error", err)
	case code == app.Internal:
		s.Log.Error("api request failed", "error", err)
	}
	p := &Problem{Type: "about:blank", Detail: app.ErrorMessage(err), Code: string(code), Status: statuses[code]}
	if e, ok := errors.AsType[*app.Error](err); ok {
		p.Field = e.Field
		if e.Outcome != "" && (code == app.Unauthorized || code == app.Forbidden) {
			// The other side refused our keys, not this caller's token: 502, with the code that says so.
			p.Status = http.StatusBadGateway
		}
	}
	p.Title = http.StatusText(p.Status)
	return p
}

// problemOf turns huma's own refusals (validation, unknown keys, wrong media type) into our shape.
func problemOf(status int, msg string, errs ...error) huma.StatusError {
	p := &Problem{Type: "about:blank", Status: status, Detail: msg, Code: string(codeOf(status))}
	for _, err := range errs {
		if own, ok := errors.AsType[*Problem](err); ok {
			return own
		}
		if d, ok := errors.AsType[*huma.ErrorDetail](err); ok && p.Field == "" {
			p.Field = strings.TrimPrefix(strings.TrimPrefix(d.Location, "body."), "query.")
			p.Detail = sentence(d, p.Field)
			if name := missing(d); name != "" {
				p.Field, p.Detail = strings.TrimPrefix(p.Field+"."+name, "body."), name+" is missing. Add it."
			}
		}
	}
	if p.Status == http.StatusUnprocessableEntity {
		p.Status = http.StatusBadRequest
	}
	p.Title = http.StatusText(p.Status)
	return p
}

// missing is the property that should be there and is not. huma names what it is missing in.
func missing(d *huma.ErrorDetail) string {
	rest, is := strings.CutPrefix(d.Message, "expected required property ")
	name, _, ends := strings.Cut(rest, " to be present")
	if !is || !ends {
		return ""
	}
	return name
}

func sentence(d *huma.ErrorDetail, field string) string {
	switch {
	case strings.Contains(d.Message, "unexpected property"), strings.Contains(d.Message, "unknown"):
		return field + " is not known here. Leave it out."
	case field == "" || field == "body":
		return "The request cannot be read: " + d.Message + "."
	}
	return field + ": " + d.Message + "."
}

func codeOf(status int) app.Code {
	for code, s := range statuses {
		if s == status {
			return code
		}
	}
	switch {
	case status >= http.StatusInternalServerError:
		return app.Internal
	default:
		return app.Invalid
	}
}

// useProblems makes huma answer in our shape. huma keeps this as a package variable; there is one API in a process.
func useProblems(log *slog.Logger) {
	huma.NewError = func(status int, msg string, errs ...error) huma.StatusError {
		if status >= http.StatusInternalServerError {
			log.Error("api request failed", "status", status, "errors", errs)
			msg, errs = "Internal error. The log says more.", nil
		}
		return problemOf(status, msg, errs...)
	}
}
