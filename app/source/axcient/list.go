package axcient

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"

	"psabridge/app"
)

// kind is what a list holds, as its path says it.
type kind string

const (
	clients   kind = "client"
	users     kind = "user"
	resources kind = "shared_resource"
	statuses  kind = "backup_status"
)

// inWords is what a person calls the list.
func (k kind) inWords() string {
	return map[kind]string{clients: "clients", users: "users", resources: "shared resources", statuses: "backup status"}[k]
}

// asked is how many rows are asked for at once. That limit and offset mean what they mean at the sister API x360Recover
// is not certain, so nothing hangs on it: see reader.
const asked = 100

// maxPages ends a list that never ends: 200,000 rows.
const maxPages = 2000

// listing is what came of reading a list to its end.
type listing struct {
	rows  []object
	calls int
	// problem says why the list may lack something; empty when it is complete.
	problem string
	// cut is how many rows the one page had that the server shows whatever it is asked for, when that is a size that pages
	// have; 0 otherwise.
	cut int
	// odd is the first thing that was not understood, to be looked at; nil when all was.
	odd json.RawMessage
}

// settle decides whether a list that looks like one page of several is whole: it is when the server showed a longer page
// of the same kind.
func (h *habits) settle(k kind, cut int) (problem string) {
	if cut == 0 || h.longer(k, cut) && !h.hasGaps(k) {
		return ""
	}
	return fmt.Sprintf("The server shows the same page of %d entries again and again, so nobody can tell whether the list is whole.", cut)
}

// getter is the API: GET of a path below x360Cloud.
type getter interface {
	get(ctx context.Context, path string, query url.Values) (answer, error)
}

// list reads a whole list. An error means that nothing useful was read; a list that is not complete is returned with its
// problem, because what it shows is true all the same. sure asks on behind the end of a list that does not say how long
// it is; without it a short page is taken for the end, unless this server was seen to send short pages in between.
func list(ctx context.Context, api getter, h *habits, path string, what kind, sure bool) (listing, error) {
	r := &reader{api: api, habits: h, path: path, what: what, sure: sure, seen: map[string]json.RawMessage{}, twins: map[string]int{}}
	for query := query(0); query != nil; {
		a, err := api.get(ctx, path, query)
		r.out.calls++
		switch {
		case err != nil && r.pages == 0 && !r.plain && app.ErrorCode(err) == app.Invalid:
			r.plain, query = true, url.Values{} // it may not know limit and offset
			continue
		case err == nil:
			query, err = r.take(a)
		}
		if err != nil {
			if r.pages == 0 || fatal(err) {
				return listing{calls: r.out.calls, odd: r.out.odd}, err
			}
			r.fail(app.ErrorMessage(err))
			break
		}
	}
	r.end()
	return r.out, nil
}

// plainID reports whether an id may stand in a path as it is.
func plainID(id string) bool {
	for _, c := range []byte(id) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '-' && c != '_' && c != '=' && c != '~' {
			return false
		}
	}
	return id != "" && len(id) <= 100
}

// fatal reports whether an error concerns everything, not one organization: then the whole pull fails with it.
func fatal(err error) bool {
	switch app.ErrorCode(err) {
	case app.Forbidden, app.NotFound, app.Unavailable, app.Invalid, app.Conflict:
		return false
	default: // a key that ended, being asked to wait, our own defect
		return true
	}
}
