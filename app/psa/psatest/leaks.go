package psatest

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
)

// printed is every way an error may end up in a log or on a page, its causes included.
func printed(err error) []string {
	var out []string
	for e := err; e != nil; e = errors.Unwrap(e) {
		j, _ := json.Marshal(e)
		out = append(out, e.Error(), fmt.Sprintf("%+v", e), fmt.Sprintf("%#v", e), string(j))
	}
	return out
}

// encoded is a secret as it may travel.
func encoded(s string) []string {
	return []string{s, url.QueryEscape(s), base64.StdEncoding.EncodeToString([]byte(s))}
}
