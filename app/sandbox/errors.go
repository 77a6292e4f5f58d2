package sandbox

import (
	"fmt"
	"net/http"
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
	return jsonAnswer(http.StatusNotFound, object{"code": "NotFound", "message": fmt.Sprintf("%s %d not found", what, id)})
}

// forbidden is what a role without the right gets. The vendor's body for it is
// not recorded anywhere, so it says as little as possible.
func forbidden() *answer {
	return jsonAnswer(http.StatusForbidden, errorBody("Forbidden", "You do not have the required security permissions to perform this action."))
}

func badRequest(code, message string) *answer {
	return jsonAnswer(http.StatusBadRequest, object{"code": code, "message": message})
}

// invalid refuses a record, naming every field at fault.
func invalid(resource string, problems ...problem) *answer {
	list := make([]object, len(problems))
	for i, p := range problems {
		list[i] = object{"code": p.code, "message": p.message, "resource": resource, "field": p.field}
	}
	return jsonAnswer(http.StatusBadRequest, object{"code": "InvalidObject", "message": resource + " object is invalid", "errors": list})
}

func missing(field string) problem {
	return problem{"MissingRequiredField", fmt.Sprintf("The %s field is required.", field), field}
}
