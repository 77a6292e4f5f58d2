package views_test

import (
	"strings"
	"testing"

	"psabridge/app"
	"psabridge/views"
)

// TestDoneStepSaysOnceHowItIsKnown: in the line it is folded to, and not again inside.
func TestDoneStepSaysOnceHowItIsKnown(t *testing.T) {
	task := app.GuideTask{ID: "start", Title: "Test", Steps: []app.GuideStep{
		{ID: "test_ticket", Title: "Create a test ticket", State: app.TaskDone, Note: "A test ticket was closed."},
		{ID: "on", Title: "Switch on", State: app.TaskProblem, Note: "Nothing is enabled."},
	}}
	var out strings.Builder
	if err := views.SetupTaskPage(views.SetupTask{Shell: shell("", ""), Tasks: []app.GuideTask{task}, Task: task}).Render(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	for _, note := range []string{"A test ticket was closed.", "Nothing is enabled."} {
		if n := strings.Count(out.String(), note); n != 1 {
			t.Errorf("%q stands %d times on the page", note, n)
		}
	}
}
