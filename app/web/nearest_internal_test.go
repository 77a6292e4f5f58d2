package web

import (
	"testing"

	"psabridge/app"
)

func TestNearest(t *testing.T) {
	boards := []app.Option{{Name: "Alerts (NOC)"}, {Name: "Service"}, {Name: "Service Desk"}, {Name: "Old alerts", Inactive: true}, {Name: "Φύλαξη"}}
	for name, want := range map[string]string{
		"alerts noc": "Alerts (NOC)", // case and signs
		"Servise":    "Service",      // mistyped
		"Alerts":     "Alerts (NOC)", // a part
		"Service":    "",             // there is one of that name
		"Serv":       "",             // two have it
		"Φυλαξη":     "Φύλαξη",
		"Billing":    "", "": "", "—": "",
	} {
		if got := nearest(boards, name); got != want {
			t.Errorf("nearest to %q is %q, want %q", name, got, want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"a", "", 1}, {"kitten", "sitting", 3}, {"board", "borad", 2}, {"ä", "a", 1}} {
		if got := distance(tt.a, tt.b); got != tt.want || distance(tt.b, tt.a) != tt.want {
			t.Errorf("%q and %q are %d apart, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}
