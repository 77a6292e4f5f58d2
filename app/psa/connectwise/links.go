package connectwise

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// links is what an answer's Link header says (RFC 8288). Only whether there is a next page, and the number of the last
// one, are read from it: the host in it is not the one to call, and the query in it is not to be trusted to be ours.
type links struct {
	any  bool // there is a Link at all; some endpoints send none
	next bool
	last int // number of the last page; 0 when it does not say
}

var oneLink = regexp.MustCompile(`<([^<>]*)>\s*;\s*rel\s*=\s*"?([A-Za-z ]+)"?`)

func linksOf(h http.Header) links {
	var l links
	for _, found := range oneLink.FindAllStringSubmatch(strings.Join(h.Values("Link"), ", "), -1) {
		l.any = true
		switch strings.ToLower(strings.TrimSpace(found[2])) {
		case "next":
			l.next = true
		case "last":
			if u, err := url.Parse(found[1]); err == nil {
				l.last, _ = strconv.Atoi(u.Query().Get("page"))
			}
		}
	}
	return l
}
