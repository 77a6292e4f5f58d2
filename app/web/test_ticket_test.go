package web_test

import (
	"net/http"
	"strings"
	"testing"

	"psabridge/app"
)

// TestTheTestTicketPromisesWhatItDoes: without a chosen status it is closed with the board's own, and on a board without
// one it is not closed at all.
func TestTheTestTicketPromisesWhatItDoes(t *testing.T) {
	const (
		chosen   = "then closed and read back."
		byBoard  = "then closed with the board’s own closed status and read back."
		notAtAll = "but cannot be closed"
	)
	open := app.OptionRow{ID: 10, Name: "New", Body: []byte(`{"id":10,"name":"New"}`)}
	retired := app.OptionRow{ID: 12, Name: "Closed", Body: []byte(`{"id":12,"name":"Closed","closed":true,"inactive":true}`)}
	for name, tc := range map[string]struct {
		board, status string
		statuses      []app.OptionRow // of the board Alerts; nil leaves what is there
		want          string
	}{
		"a status is chosen":         {board: "Alerts", status: "Closed", want: chosen},
		"none is chosen":             {board: "Alerts", want: byBoard},
		"no board is chosen":         {want: byBoard},
		"the board was not read yet": {board: "NOC", want: byBoard},
		"no status closes":           {board: "Alerts", statuses: []app.OptionRow{open}, want: notAtAll},
		"none that is active closes": {board: "Alerts", status: "Closed", statuses: []app.OptionRow{open, retired}, want: notAtAll},
	} {
		t.Run(name, func(t *testing.T) {
			w := furnished(t)
			_, rev := w.doc()
			w.post("/connections/cw/ticketing", "step", "save", "board", tc.board, "closed_status", tc.status, "revision", rev).to(t, "/connections/cw#ticketing")
			if tc.statuses != nil {
				w.must(w.store.SaveOptions(t.Context(), "cw", app.ListStatuses, 1, tc.statuses, w.now))
			}
			page := w.get("/connections/cw").want(t, http.StatusOK).body
			for _, words := range []string{chosen, byBoard, notAtAll} {
				if strings.Contains(page, words) != (words == tc.want) {
					t.Errorf("%q is said: %t", words, words != tc.want)
				}
			}
		})
	}
}
