package x360sync

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"

	"psabridge/app"
)

// fake is the signed-in server as a table of paths: lists of rows, or an error.
type fake struct {
	mu      sync.Mutex
	lists   map[string][]string // path → rows as JSON
	objects map[string]string
	errs    map[string]error // path, or path@offset → error
	total   func(path string, offset, total int) any
	size    int
	calls   int
	asked   map[string]int
	before  func(path string, offset int)
}

func newFake() *fake {
	return &fake{lists: map[string][]string{}, objects: map[string]string{}, errs: map[string]error{}, size: pageSize, asked: map[string]int{}}
}

func (f *fake) get(_ context.Context, path string, query url.Values, into any) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	offset, _ := strconv.Atoi(query.Get("offset"))
	f.calls++
	f.asked[path]++
	if f.before != nil {
		f.before(path, offset)
	}
	for _, key := range []string{path, path + "@" + strconv.Itoa(offset)} {
		if err := f.errs[key]; err != nil {
			return err
		}
	}
	if text, ok := f.objects[path]; ok {
		return json.Unmarshal([]byte(text), into)
	}
	rows, ok := f.lists[path]
	if !ok && !strings.HasPrefix(path, "organization/") {
		return app.Errorf(app.NotFound, "no such path")
	}
	var total any = len(rows)
	if f.total != nil {
		total = f.total(path, offset, len(rows))
	}
	page := rows[min(offset, len(rows)):min(offset+f.size, len(rows))]
	text := `{"results":[` + strings.Join(page, ",") + `]`
	if total != nil {
		b, _ := json.Marshal(total)
		text += `,"total":` + string(b)
	}
	return json.Unmarshal([]byte(text+"}"), into)
}

func (f *fake) org(parent, id string) {
	path := "organization/" + parent + "/organizations"
	f.lists[path] = append(f.lists[path], `{"id":`+id+`,"parent_id":`+parent+`,"name":"Org `+id+`"}`)
}

// add puts a row into an organization's list.
func (f *fake) add(organization, what string, rows ...string) {
	path := "organization/" + organization + "/" + what
	f.lists[path] = append(f.lists[path], rows...)
}

func (f *fake) tree(t *testing.T) *tree {
	t.Helper()
	tr, err := readTree(t.Context(), f, organization{ID: "1", Name: "Top"})
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

var (
	errForbidden   = app.Errorf(app.Forbidden, "forbidden")
	errGone        = app.Errorf(app.NotFound, "gone")
	errUnavailable = app.Errorf(app.Unavailable, "the server is down")
)
