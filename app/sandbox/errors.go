package sandbox

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// problem is one entry of the errors list of a ConnectWise refusal.
type problem struct{ code, message, field string }

func errorBody(code, message string) object {
	return object{"code": code, "message": message, "errors": nil}
}

func noEndpoint() *answer {
	return jsonAnswer(http.StatusNotFound, object{"code": "ConnectWiseApi", "message": "The endpoint does not exist."})
}

func notFound(what string, id int) *answer {
	return jsonAnswer(http.StatusNotFound, object{"code": codeNotFound, "message": fmt.Sprintf("%s %d not found", what, id)})
}

// codeNotFound says that a record is not found, in the path or, with NoRef404,
// in the body.
const codeNotFound = "NotFound"

// dangling is a reference in a body that leads nowhere.
func (q *Quirks) dangling(field string, named any, words string) problem {
	if o, ok := named.(object); ok && q.NoRef404 {
		return problem{codeNotFound, fmt.Sprintf("%s%s %d not found", strings.ToUpper(field[:1]), field[1:], number(o, "id")), field}
	}
	return problem{"InvalidField", words, field}
}

// forbidden is what a role without the right gets. The vendor's body for it is
// not recorded anywhere, so it says as little as possible.
func forbidden() *answer {
	return jsonAnswer(http.StatusForbidden, errorBody("Forbidden", "You do not have the required security permissions to perform this action."))
}

func badRequest(code, message string) *answer {
	return jsonAnswer(http.StatusBadRequest, object{"code": code, "message": message})
}

// invalid refuses a record, naming every field at fault. A reference that is
// not found in the words of NoRef404 is refused alone.
func invalid(resource string, problems ...problem) *answer {
	if i := slices.IndexFunc(problems, func(p problem) bool { return p.code == codeNotFound }); i >= 0 {
		return jsonAnswer(http.StatusNotFound, object{"code": codeNotFound, "message": problems[i].message})
	}
	list := make([]object, len(problems))
	for i, p := range problems {
		list[i] = object{"code": p.code, "message": p.message, "resource": resource, "field": p.field}
	}
	return jsonAnswer(http.StatusBadRequest, object{"code": "InvalidObject", "message": resource + " object is invalid", "errors": list})
}

func missing(field string) problem {
	return problem{"MissingRequiredField", fmt.Sprintf("The %s field is required.", field), field}
}
