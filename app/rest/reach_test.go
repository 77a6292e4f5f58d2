package rest

import (
	"errors"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestReach: where a guarded connection may end, judged by the address and not by its name.
func TestReach(t *testing.T) {
	here := httptest.NewServer(nil)
	defer here.Close()
	local := here.Listener.Addr().String()
	for _, tc := range []struct {
		reach   Reach
		address string
		refused bool
	}{
		{ReachPublic, local, true},
		{ReachAll, local, false},
		{ReachPrivate, local, false},
		{ReachPrivate, "192.0.2.1:25", true},
		{ReachPrivate, "93.184.215.14:25", true},
		{ReachAll, "169.254.169.254:80", true},
		{ReachPrivate, "169.254.169.254:80", true},
		{ReachPrivate, "100.100.100.200:80", true},
	} {
		conn, err := Dialer(tc.reach).DialContext(t.Context(), "tcp", tc.address)
		if err == nil {
			_ = conn.Close()
		}
		if RefusedByGuard(err) != tc.refused || !tc.refused && err != nil {
			t.Errorf("reach %d to %s: %v", tc.reach, tc.address, err)
		}
	}
}

func TestHide(t *testing.T) {
	said := Hide("535 5.7.8 canary-pass is wrong,\r\nas is Y2FuYXJ5LXBhc3M=", 80, "canary-pass")
	if said != "535 5.7.8 ••• is wrong, as is •••" {
		t.Errorf("%q", said)
	}
	err := HideCause(errors.Join(io.EOF, errors.New("canary-pass")), "canary-pass")
	if strings.Contains(err.Error(), "canary") || !errors.Is(err, io.EOF) {
		t.Errorf("%v", err)
	}
}
