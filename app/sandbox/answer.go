package sandbox

import (
	"encoding/json"
	"maps"
	"net/http"
)

// answer is what a vendor is about to say. It is built completely before the
// first byte leaves, so that a fault can still spoil it.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// object is a JSON object as ConnectWise keeps it: numbers are float64, as a
// double is what it stores them in.
type object = map[string]any

func jsonAnswer(status int, body any) *answer {
	data, err := json.Marshal(body)
	if err != nil {
		return textAnswer(http.StatusInternalServerError, "text/plain; charset=utf-8", "cannot encode the answer")
	}
	a := &answer{status: status, header: http.Header{}, body: data}
	a.header.Set("Content-Type", "application/json; charset=utf-8")
	return a
}

func textAnswer(status int, contentType, body string) *answer {
	a := &answer{status: status, header: http.Header{}, body: []byte(body)}
	a.header.Set("Content-Type", contentType)
	return a
}

func (a *answer) write(w http.ResponseWriter) {
	maps.Copy(w.Header(), a.header)
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body) // the client may be gone; that is its business
}
