package connectwise

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"psabridge/app"
	"psabridge/app/rest"
)

// notFound is the code of a 404 about a record: {"code":"NotFound","message":"Ticket 57919 not found"}. A path that the
// server does not have is {"code":"ConnectWiseApi","message":"The endpoint does not exist."}.
const notFound = "NotFound"

// namesRecord: the record that is not found is one we asked for.
func namesRecord(e *rest.StatusError, k call) bool {
	return e.Refusal.Code == notFound && slices.ContainsFunc(numbersIn(e.Refusal.Words), k.about)
}

// about reports whether an id is one of the path.
func (k call) about(id string) bool {
	return slices.ContainsFunc(k.records, func(r int64) bool { return num(r) == id })
}

// numbersIn are the words that are numbers, such as the id in "Ticket 57919 not found".
func numbersIn(words string) []string {
	var all []string
	for word := range strings.FieldsSeq(words) {
		word = strings.Trim(word, ".,;:'\"()")
		if word != "" && strings.Trim(word, "0123456789") == "" {
			all = append(all, word)
		}
	}
	return all
}

// refusedReference: something that the body of a write names is not found. It may be the record of the path all the same
// where no id says which; to be wrong about that only parks the write.
func refusedReference(e *rest.StatusError, k call) bool {
	return k.method != http.MethodGet && e.Refusal.Code == notFound && !namesRecord(e, k)
}

// absent says what a 404 means once the keys are known to be good. Only ConnectWise's own word that a record is not found
// means that one is gone: a server that lacks a path has the record all the same.
func (c *Client) absent(err error, k call) error {
	said, _ := errors.AsType[*rest.StatusError](err)
	e, _ := errors.AsType[*app.Error](err)
	better, path := *e, generic(k.path)
	switch {
	case refusedReference(said, k):
		better.Code = app.Invalid
		better.Message = "ConnectWise refused the request, because something it names is not there." + quoted(said)
	case said.Refusal.Code == notFound && len(numbersIn(said.Refusal.Words)) == 0:
		return c.explain(err, k)
	case said.Refusal.Code == notFound:
		better.Code = app.Unavailable
		better.Message = "ConnectWise answered about another record than the one that was asked for." + quoted(said)
	case said.Parsed:
		better.Code = app.Invalid
		better.Message = "This ConnectWise does not have " + path + ", which psabridge needs for this. Update ConnectWise, or ask whoever runs the server." + quoted(said)
	default:
		better.Code = app.Unavailable
		better.Message = "Something answered in place of ConnectWise that " + path + " does not exist. A firewall or proxy may be in the way."
	}
	return &better
}

// generic is a path with a star for each id, as it is spoken about.
func generic(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if p != "" && strings.Trim(p, "0123456789") == "" {
			parts[i] = "*"
		}
	}
	return "/" + strings.Join(parts, "/")
}
