package x360sync

import (
	"encoding/json"
	"testing"
	"time"

	"psabridge/app"
)

func TestHost(t *testing.T) {
	tests := []struct {
		pasted  string
		private bool
		want    string
	}{
		{"syncedtool.com", false, "https://syncedtool.com"},
		{"  https://acme.SyncedTool.com/ ", false, "https://acme.syncedtool.com"},
		{"https://acme.syncedtool.com/api/2", false, "https://acme.syncedtool.com"},
		{"https://acme.syncedtool.com/organization/12/dashboard?tab=1#x", false, "https://acme.syncedtool.com"},
		{"http://syncedtool.com", true, "https://syncedtool.com"},
		{"sync.example.com:8443", false, "https://sync.example.com:8443"},
		{"cloud.example.com.", false, "https://cloud.example.com"},
		{"http://127.0.0.1:9000", true, "http://127.0.0.1:9000"},
		{"http://127.0.0.1:9000/below/api/2/", true, "http://127.0.0.1:9000/below"},
		{"http://127.0.0.1:9000", false, "https://127.0.0.1:9000"},
		{"http://[::1]:9000", true, "http://[::1]:9000"},
		{"http://192.168.1.4", true, "https://192.168.1.4"},
		{"", false, ""},
		{"https://", false, ""},
		{"ftp://syncedtool.com", false, ""},
		{"sync ed.com", false, ""},
		{"https://me:secret@syncedtool.com", false, ""},
	}
	for _, tt := range tests {
		got, err := Host(tt.pasted, tt.private)
		if got != tt.want || (err != nil) != (tt.want == "") {
			t.Errorf("Host(%q, %t) = %q, %v; want %q", tt.pasted, tt.private, got, err, tt.want)
		}
		if err != nil && app.ErrorCode(err) != app.Invalid {
			t.Errorf("Host(%q): %v", tt.pasted, err)
		}
	}
}

func size(n int64) amount { return amount{bytes: n, known: true} }

func TestAmounts(t *testing.T) {
	for text, want := range map[string]amount{
		"107374182400": size(107374182400), `"107374182400"`: size(107374182400), `" 5 "`: size(5), "0": size(0), "1.5e3": size(1500),
		"null": {none: true}, `""`: {none: true}, `"100 GB"`: {}, `"unlimited"`: {}, "1.5": {}, "1e300": {}, "-3": size(-3),
	} {
		var got amount
		if err := json.Unmarshal([]byte(text), &got); err != nil || got != want {
			t.Errorf("%s: %+v, %v; want %+v", text, got, err, want)
		}
	}
	var a amount
	if json.Unmarshal([]byte(`{"bytes":1}`), &a) == nil {
		t.Error("an object counts as an amount")
	}
}

func TestStampsAreUTC(t *testing.T) {
	want := time.Date(2020, 1, 20, 10, 57, 44, 0, time.UTC)
	for _, text := range []string{`"2020-01-20T10:57:44"`, `"2020-01-20 10:57:44"`, `"2020-01-20T10:57:44Z"`, `"2020-01-20T12:57:44+02:00"`} {
		var got stamp
		if err := json.Unmarshal([]byte(text), &got); err != nil || !got.Equal(want) || got.Location() != time.UTC {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	got := stamp{want}
	if err := json.Unmarshal([]byte("null"), &got); err != nil || !got.IsZero() {
		t.Errorf("null: %v, %v", got, err)
	}
	if json.Unmarshal([]byte(`"yesterday"`), &got) == nil {
		t.Error("yesterday is a time")
	}
}

func TestConnection(t *testing.T) {
	at := func(minute int) stamp { return stamp{time.Date(2026, 11, 22, 8, minute, 0, 0, time.UTC)} }
	tests := []struct {
		name       string
		login, off stamp
		want       string
		since      stamp
	}{
		{"never seen", stamp{}, stamp{}, "", stamp{}},
		{"never away", at(1), stamp{}, app.Connected, at(1)},
		{"away", at(1), at(5), app.Disconnected, at(5)},
		{"away in the same second", at(5), at(5), app.Disconnected, at(5)},
		{"back", at(9), at(5), app.Connected, at(9)},
		{"away, sign-in unknown", stamp{}, at(5), app.Disconnected, at(5)},
	}
	for _, tt := range tests {
		yes, since, ok := machine{ID: "1", LastLogin: tt.login, LastDisconnect: tt.off}.connected()
		if ok != (tt.want != "") || ok && yes != (tt.want == app.Connected) || !since.Equal(tt.since.Time) {
			t.Errorf("%s: %t since %s, %t", tt.name, yes, since, ok)
		}
	}
}

func TestQuota(t *testing.T) {
	tests := []struct {
		used, limit amount
		want        string
	}{
		{size(50), size(100), "50"},
		{size(799), size(1000), "79"},
		{size(800), size(1000), "80"},
		{size(1500), size(1000), "150"},
		{size(0), size(10), "0"},
		{size(1 << 61), size(1 << 62), "50"},
		{size(5), amount{none: true}, ""},
		{amount{}, size(0), ""},
		{size(5), amount{}, app.Unknown},
		{size(5), size(-1), app.Unknown},
		{size(-5), size(10), app.Unknown},
		{amount{none: true}, size(10), app.Unknown},
		{amount{}, size(10), app.Unknown},
	}
	for _, tt := range tests {
		got, ok := quota("1", app.Object{}, tt.used, tt.limit)
		if got.Value != tt.want || ok != (tt.want != "") {
			t.Errorf("%+v of %+v: %q, want %q", tt.used, tt.limit, got.Value, tt.want)
		}
	}
}

func TestBookmark(t *testing.T) {
	at := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	for _, b := range []bookmark{{"900", at}, {"", at}} {
		if got := parseBookmark(b.String()); got != b {
			t.Errorf("%v", got)
		}
	}
	for _, text := range []string{"", "900", "../9@2026-11-22T08:00:00Z", "9@yesterday"} {
		if got := parseBookmark(text); !got.isZero() {
			t.Errorf("%q: %v", text, got)
		}
	}
}
