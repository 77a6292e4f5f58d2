package web

import (
	"testing"

	"psabridge/app"
)

// TestTwinsOfDerivedEvents: what the log says, too, is known by its words, whatever a server calls it.
func TestTwinsOfDerivedEvents(t *testing.T) {
	for eventType, want := range map[string]string{
		"activity.machine_disconnected": app.TypeMachineUnreachable,
		"activity.machine_connected":    app.TypeMachineUnreachable,
		"activity.login_failed":         app.TypeSignInFailures,
		"activity.failed_to_log_in":     app.TypeSignInFailures,
		"activity.person_created":       app.TypeAccountAdded,
		"activity.machine_deleted":      app.TypeMachineRemoved,
		"activity.share_created":        "",
		"activity.logged_in":            "",
		"activity.file_uploaded":        "",
		"machine.unreachable":           "",
		"veeam.job_failed":              "",
	} {
		if got := twinOf(eventType); got != want {
			t.Errorf("%s counts for %q, want %q", eventType, got, want)
		}
		if want != "" && typeTitle(want) == "" {
			t.Errorf("%s has no title", want)
		}
	}
	if got := typeTitle(app.TypeMachineUnreachable); got != "Machine not reachable" {
		t.Errorf("title %q", got)
	}
}
