package app_test

import (
	"testing"

	"psabridge/app"
)

func TestLevelWords(t *testing.T) {
	for _, tc := range []struct {
		eventType string
		n         int
		want      string
	}{
		{app.TypeQuotaReached, 80, "80 %"},
		{app.TypeMachineUnreachable, 5, "5 minutes"},
		{app.TypeMachineUnseen, 1, "1 day"},
		{app.TypeSignInFailures, 1, "1 time"},
		{"disk.nearly_full", 7, "7"},
	} {
		if got := app.LevelWords(app.LevelOf(tc.eventType), tc.n); got != tc.want {
			t.Errorf("%s of %s: %q, want %q", tc.want, tc.eventType, got, tc.want)
		}
	}
}
