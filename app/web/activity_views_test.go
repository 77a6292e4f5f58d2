package web_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"psabridge/app"
)

// kept are the saved views of the activity page.
func (w *world) kept() []app.SavedView {
	w.t.Helper()
	list, err := w.store.Reader().SavedViews(w.t.Context(), "activity")
	w.must(err)
	return list
}

func TestSavedViewsOfActivity(t *testing.T) {
	w := furnished(t)
	at := fmt.Sprintf("/organizations/%d/activity", w.org)
	org := strconv.FormatInt(w.org, 10)
	if page := w.get(at).want(t, http.StatusOK); strings.Contains(page.body, "Save this view") {
		t.Error("offers to save what is not filtered")
	}
	if page := w.get(at+"?q=FS01&on=machine").want(t, http.StatusOK); !strings.Contains(page.body, "Save this view") {
		t.Error("does not offer to save the filter")
	}
	for _, tt := range []struct {
		name string
		form []string
		to   string
		said string
		kept int
	}{
		{"the filters we know", []string{"organization", org, "name", `  Servers "><b>`, "q", "FS01", "on", "machine", "after", "12", "x", "&y=1"}, at + "?on=machine&q=FS01", "The view is saved", 1},
		{"the same name again", []string{"organization", org, "name", `servers "><b>`, "q", "other"}, at + "?q=other", "called", 1},
		{"nothing filtered", []string{"organization", org, "name", "All", "x", "1"}, at, "nothing to save", 1},
		{"no name", []string{"organization", org, "name", " ", "q", "a&b=c"}, at + "?q=a%26b%3Dc", "Give the view a name", 1},
	} {
		w.post("/activity/views", tt.form...).to(t, tt.to)
		if page := w.get(tt.to).want(t, http.StatusOK); !strings.Contains(page.body, tt.said) {
			t.Errorf("%s: the page does not say %q", tt.name, tt.said)
		}
		if n := len(w.kept()); n != tt.kept {
			t.Errorf("%s: %d views are kept, want %d", tt.name, n, tt.kept)
		}
	}
	one := w.kept()[0]
	if one.Query != "on=machine&q=FS01" {
		t.Errorf("kept %q", one.Query)
	}
	master := fmt.Sprintf("/organizations/%d/activity", w.master) // a view is for every organization
	page := w.get(master+"?"+one.Query).want(t, http.StatusOK)
	if !strings.Contains(page.body, `href="`+master+`?on=machine&amp;q=FS01" aria-current="true"`) || strings.Contains(page.body, "Save this view") {
		t.Error("the saved view is not marked as the one that is looked at")
	}
	for name, form := range map[string][]string{"no organization": {"name", "x", "q", "y"}, "one that is gone": {"organization", "999", "name", "x", "q", "y"}} {
		if got := w.post("/activity/views", form...); got.status != http.StatusNotFound {
			t.Errorf("%s: %d", name, got.status)
		}
	}
	w.post(fmt.Sprintf("/activity/views/%d/delete", one.ID), "organization", org).to(t, at)
	if len(w.kept()) != 0 {
		t.Error("the view is still there")
	}
}
