package sandbox

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
)

// EndlessBody is an answer of 10 GB: a list that begins as it should and is
// never closed. A client has to stop by itself; nothing here holds more of it
// than a piece.
func EndlessBody() Fault { return Fault{Endless: 10 << 30} }

// DrippingBody is an answer that comes a byte at a time, whenever next says so.
// A test that never says so has a server that never gets on.
func DrippingBody(next <-chan struct{}) Fault { return Fault{Drip: next} }

// flood writes a list of records until size is reached or the client leaves.
func (a *answer) flood(w http.ResponseWriter, size int64) {
	maps.Copy(w.Header(), a.header)
	w.WriteHeader(a.status)
	head := `{"results":[`
	if bytes.HasPrefix(a.body, []byte("[")) {
		head = "["
	}
	sent, err := w.Write([]byte(head))
	for id, total := 1, int64(sent); err == nil && total < size; total += int64(sent) {
		var piece bytes.Buffer
		for range 500 {
			fmt.Fprintf(&piece, `{"type":"person","id":%d,"company_id":4711,"name":"One more"},`, id)
			id++
		}
		sent, err = w.Write(piece.Bytes())
	}
}

// drip writes one byte for each receive from next.
func (a *answer) drip(w http.ResponseWriter, r *http.Request, next <-chan struct{}) {
	maps.Copy(w.Header(), a.header)
	w.WriteHeader(a.status)
	line := http.NewResponseController(w)
	_ = line.Flush() // the client is waiting for the header already
	for i := range a.body {
		select {
		case <-r.Context().Done():
			return
		case _, open := <-next:
			if !open {
				_, _ = w.Write(a.body[i:])
				return
			}
		}
		if _, err := w.Write(a.body[i : i+1]); err != nil {
			return
		}
		_ = line.Flush()
	}
}
