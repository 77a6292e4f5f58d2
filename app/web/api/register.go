package api

import (
	"context"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

type handler[I, O any] = func(context.Context, *I) (*O, error)

func get[I, O any](a huma.API, path, summary string, h handler[I, O]) {
	huma.Register(a, operation(http.MethodGet, path, summary), h)
}

func post[I, O any](a huma.API, path, summary string, h handler[I, O]) {
	huma.Register(a, operation(http.MethodPost, path, summary), h)
}

func put[I, O any](a huma.API, path, summary string, h handler[I, O]) {
	huma.Register(a, operation(http.MethodPut, path, summary), h)
}

func del[I, O any](a huma.API, path, summary string, h handler[I, O]) {
	huma.Register(a, operation(http.MethodDelete, path, summary), h)
}

// created registers a call that starts something which goes on after the answer.
func created[I, O any](a huma.API, path, summary string, h handler[I, O]) {
	op := operation(http.MethodPost, path, summary)
	op.DefaultStatus = http.StatusAccepted
	huma.Register(a, op, h)
}

// long registers a call that answers 200 with its result, or 202 with a job when it takes longer than ?wait=.
func long[I any](a huma.API, method, path, summary string, h handler[I, longOutput], result any) {
	op := operation(method, path, summary)
	schemas := a.OpenAPI().Components.Schemas
	op.Responses = map[string]*huma.Response{
		"200": jsonResponse("The result", schemas.Schema(reflect.TypeOf(result), true, path)),
		"202": jsonResponse("It goes on; ask GET /jobs/{id}", schemas.Schema(reflect.TypeFor[JobRef](), true, "JobRef")),
	}
	huma.Register(a, op, h)
}

func jsonResponse(description string, s *huma.Schema) *huma.Response {
	return &huma.Response{Description: description, Content: map[string]*huma.MediaType{"application/json": {Schema: s}}}
}

func operation(method, path, summary string) huma.Operation {
	return huma.Operation{
		OperationID: operationID(method, path), Method: method, Path: path, Summary: summary,
		Errors: []int{400, 401, 403, 404, 409, 429, 500, 502, 503},
	}
}

// operationID is "post-billing-plans-id-release": stable as long as the path is.
func operationID(method, path string) string {
	clean := strings.NewReplacer("/", "-", "{", "", "}", "", ".", "-").Replace(path)
	return strings.ToLower(method) + clean
}
