package web

import (
	"testing"
	"time"

	"psabridge/app"
	"psabridge/views"
)

func TestCustomerFilesHaveReadableNames(t *testing.T) {
	for name, want := range map[string]string{
		"Bäckerei Öztürk & Söhne": "Backerei-Ozturk-Sohne-250-2026-11",
		"Straße/..\\Łódź":         "Strasse-Lodz-250-2026-11",
		"山田商店":                    "250-2026-11",
		"":                        "250-2026-11",
	} {
		f := views.CustomerFile{Company: app.Named{ID: 250, Name: name}, Period: app.Period{Year: 2026, Month: time.November}}
		if got := fileName(f); got != want {
			t.Errorf("the file of %q is called %s, want %s", name, got, want)
		}
	}
}
