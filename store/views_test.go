package store

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"psabridge/app"
)

func TestSavedViews(t *testing.T) {
	s, ctx := mustOpen(t, t.TempDir(), migrations), t.Context()
	save := func(page, name, query string) error {
		return s.SaveView(ctx, app.SavedView{Page: page, Name: name, Query: query})
	}
	for _, v := range []app.SavedView{{Page: "activity", Name: "  zebra   1 ", Query: "q=z"}, {Page: "activity", Name: "Ada", Query: "by=Ada"}, {Page: "other", Name: "Ada", Query: "x=1"}} {
		if err := s.SaveView(ctx, v); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{
		"": "Give the view a name", " \t": "Give the view a name", strings.Repeat("ä", 61): "61 letters", "ada": "called “ada” already", "zebra 1": "already",
	} {
		err := save("activity", name, "q=1")
		if app.ErrorCode(err) != app.Invalid || !strings.Contains(app.ErrorMessage(err), want) {
			t.Errorf("%q: %v, want %s", name, err, want)
		}
	}
	list, err := s.SavedViews(ctx, "activity")
	want := []app.SavedView{{Page: "activity", Name: "Ada", Query: "by=Ada"}, {Page: "activity", Name: "zebra 1", Query: "q=z"}}
	if diff := cmp.Diff(want, list, cmpopts.IgnoreFields(app.SavedView{}, "ID")); err != nil || diff != "" {
		t.Fatal(err, diff)
	}
	if err := s.RemoveView(ctx, list[0].ID); err != nil {
		t.Fatal(err)
	}
	if err := s.RemoveView(ctx, list[0].ID); err != nil {
		t.Error("what is gone already:", err)
	}
	if err := save("activity", strings.Repeat("ä", 60), "q=1"); err != nil {
		t.Error("60 letters:", err)
	}
	for i := range app.MaxSavedViews - 2 {
		if err := save("activity", fmt.Sprint("view ", i), "q=1"); err != nil {
			t.Fatal(err)
		}
	}
	if err := save("activity", "one too many", "q=1"); app.ErrorCode(err) != app.Invalid || !strings.Contains(app.ErrorMessage(err), "20 views") {
		t.Error(err)
	}
}
