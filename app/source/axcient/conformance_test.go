package axcient_test

import (
	"fmt"
	"net/http"
	"strconv"
	"testing"

	"psabridge/app"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
	"psabridge/app/source"
	"psabridge/app/source/sourcetest"
)

// contoso is the client with the most users.
var contoso = strconv.Itoa(sample.CloudOf(4712))

func TestConformance(t *testing.T) {
	for _, dialect := range []string{sandbox.DialectPlain, sandbox.DialectWrapped} {
		t.Run("dialect "+dialect, func(t *testing.T) {
			sourcetest.Run(t, func(t *testing.T) sourcetest.Harness { return harness(t, dialect) })
		})
	}
}

func harness(t *testing.T, dialect string) sourcetest.Harness {
	w := newWorld(t, sandbox.AxcientQuirks{Dialect: dialect})
	return sourcetest.Harness{
		Source:  w.source(),
		Again:   func() source.Source { return w.source() },
		Secrets: []string{sample.AxcientKey},
		Meters:  []app.Meter{app.MeterProtectedSeats, app.MeterProtectedStorage},
		Remove: func() app.Object {
			u := w.msp.CloudUsers(sample.CloudOf(4712))[0]
			w.msp.RemoveCloudUser(u.ID)
			return app.Object{Kind: app.ObjectAccount, ExternalID: fmt.Sprintf("%s/%d", contoso, u.ID)}
		},
		Hide: func() string {
			w.server.SetQuirks(func(q *sandbox.AxcientQuirks) {
				q.Status = map[string]int{"/x360cloud/client/" + contoso + "/*": http.StatusForbidden}
			})
			return contoso
		},
		Lie: func() {
			w.server.SetQuirks(func(q *sandbox.AxcientQuirks) { q.Dialect, q.Totals = sandbox.DialectCamel, sandbox.TotalsBig })
		},
		Break: func() func() {
			f := sandbox.CaptivePortal()
			f.Times = -1
			w.server.Faults.Add(f)
			return w.server.Faults.Clear
		},
		CutAfter: w.line.CutAfter, Requests: w.line.Requests, TextNumbers: w.line.TextNumbers,
		Refuse:  func() { w.server.SetKey("another key") },
		SignIns: w.line.Requests,
	}
}
