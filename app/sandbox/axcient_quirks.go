package sandbox

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// The products an API key can be good for, in the words of the page that makes
// one (x360sync §5).
const (
	ProductCloud   = "x360Cloud"
	ProductBilling = "Billing"
	ProductRecover = "x360Recover"
	ProductSync    = "x360Sync"
)

// The ways in which this fake writes what nobody has documented. All names in
// them are invented, save those that are known as filters: type, backup_status,
// status, selected_for_protection and email (x360sync §5). A client that reads
// one of them has not read the real API.
const (
	DialectPlain       = ""             // snake_case objects in a bare array
	DialectWrapped     = "wrapped"      // {"results":[…],"total":n} of clients and users, {"data":[…],"count":n} of the rest; one record in {"data":{…}}
	DialectCamel       = "camel"        // camelCase, in {"items":[…],"totalCount":n}
	DialectTitle       = "title"        // the words of the portal's reports, "Protection Status", in {"rows":[…]}
	DialectOdd         = "odd"          // names nobody can know, apart from id and name
	DialectNulls       = "nulls"        // in {"results":[…],"total":n}; whatever is not an id or a name is null
	DialectTextNumbers = "text_numbers" // in {"results":[…],"total":"n"}; every number is text
)

// Lies a total can tell.
const (
	TotalsTrue     = ""
	TotalsMissing  = "missing"
	TotalsBig      = "big"      // three more than there are
	TotalsSmall    = "small"    // three less
	TotalsChanging = "changing" // one more with each page
	TotalsText     = "text"
	TotalsZero     = "zero"
	TotalsPage     = "page" // what the page holds, not the list
)

// Answers a list can have instead of its rows, or around them; all have a good status.
const (
	AnswerHollow  = "hollow"  // {"results":null,"errors":[]}
	AnswerForeign = "foreign" // {"licensed":{"items":[…]},"shared":[]}
	AnswerInside  = "inside"  // {"data":{"items":[…]},"errors":[]}: unusual, and good
	AnswerErrors  = "errors"  // {"results":[],"errors":[{"code":"TIMEOUT"}]}
	AnswerFailed  = "failed"  // {"success":false,"data":[]}
	AnswerStatus  = "status"  // {"status":"error","data":[…]}, with the rows of the page
)

// What a page can say of those after it, besides a total. Where the dialect has no
// envelope only the headers can be seen.
const (
	MarkersNone      = ""
	MarkersPages     = "pages"     // "page" and "total_pages"
	MarkersMore      = "more"      // "has_more"
	MarkersLast      = "last"      // "last"
	MarkersTruncated = "truncated" // "truncated"
	MarkersDeep      = "deep"      // the total and the pages in meta.pagination
	MarkersHeader    = "header"    // X-Total-Count
	MarkersRange     = "range"     // Content-Range, and 206 unless the page is the list
)

// PageByNumber is a server that pages by page and size; limit and offset mean nothing
// to it. Without a size a page has 20 rows, or PageCap.
const PageByNumber = "number"

// Orders of rows in which time plays a part.
const (
	OrderNewest    = ""
	OrderAscending = "ascending"
	OrderShuffled  = "shuffled"
)

// Ways to write a size.
const (
	SizesBytes  = ""
	SizesGB     = "gb"     // decimals of 1024³
	SizesText   = "text"   // "12.34 GB"
	SizesNull   = "null"   // the field is there and empty
	SizesAbsent = "absent" // the field is not there
)

// AxcientQuirks are the manners of the Axcient API that can change while it
// runs; the zero value is the well-behaved one. Lists of paths are of whole
// paths, such as /x360cloud/client/*/user, and "*" stands for any characters.
// All of it belongs to section 5 of the contract x360sync.
type AxcientQuirks struct {
	Dialect string            // one of Dialect…
	Fields  map[string]string // other names of single fields, as in {"user.selected_for_protection": "sfp"}; "": the field is left out

	Lacks           []string       // products the key is not good for: 403 application/problem+json
	HTMLRefusal     bool           // a 401 is {"code":401,"msg":"Unauthorized"} and says it is HTML
	NotFound404     bool           // an unknown path is a 404 and not a 401
	Status          map[string]int // paths that are always refused so: 403, 404, 410, 429, 503
	RetryAfter      string         // of every 429 and 503, as it is; "": none
	HTMLPages       []string       // paths that answer 200 with a page for people
	Redirects       []string       // paths that lead to a page to sign in at
	NoBackupHistory bool           // backup_status is one object with the last backup, not a list

	PageCap     int      // the most rows of a page, whatever limit says; 0: 100
	Totals      string   // one of Totals…, where the dialect has totals
	Unpaged     bool     // limit and offset mean nothing: always the whole list
	SamePage    []string // lists that show their first page whatever offset says
	ShortEnd    []string // lists that end three rows early; their total does not know
	Duplicated  []string // lists whose pages begin with the last row of the page before
	Links       string   // where the next page is said: "", "header", "field", "elsewhere": in a field, on another host
	IgnoreQuery bool     // filters mean nothing

	PageBy    string            // "" or PageByNumber
	Markers   string            // one of Markers…
	EmptyPage []string          // lists whose second page is empty and goes on: by the link, where there are Links
	Answers   map[string]string // lists that are answered otherwise, each in one of the ways Answer…

	TextIDs  bool   // ids are text
	Sizes    string // one of Sizes…
	Yes      string // how true is written: "" true, "text" "true", "words" "Yes", "number" 1
	Outcomes string // how an outcome is written: "" the product's words, "lower", "upper" (with _), "unknown": a word nobody knows where it would say Failed
	Order    string // of backups: one of Order…
}

// Validate tells what in the quirks names nothing there is.
func (q *AxcientQuirks) Validate() error {
	if _, ok := dialects[q.Dialect]; !ok {
		return unknownWord("Dialect", q.Dialect, sortedNames(dialects))
	}
	for _, p := range q.Lacks {
		if !slices.Contains(axcientProducts, p) {
			return unknownWord("Lacks", p, axcientProducts)
		}
	}
	for field := range q.Fields {
		if !isAxcientField(field) {
			return fmt.Errorf("sandbox: Fields: there is no field %q; it is a list and a name, as in user.status", field)
		}
	}
	for path, answer := range q.Answers {
		if err := oneOf("Answers: "+path, answer, answers); err != nil {
			return err
		}
	}
	if q.PageCap < 0 {
		return errors.New("sandbox: PageCap: it cannot be less than 0")
	}
	return errors.Join(
		checkStatus(q.Status),
		oneOf("Totals", q.Totals, totals), oneOf("Links", q.Links, []string{"", "header", "field", "elsewhere"}), oneOf("Sizes", q.Sizes, []string{SizesBytes, SizesGB, SizesText, SizesNull, SizesAbsent}),
		oneOf("Yes", q.Yes, []string{"", "text", "words", "number"}), oneOf("Outcomes", q.Outcomes, []string{"", "lower", "upper", "unknown"}),
		oneOf("Order", q.Order, orders), oneOf("PageBy", q.PageBy, []string{"", PageByNumber}), oneOf("Markers", q.Markers, markers),
	)
}

var (
	axcientProducts = []string{ProductCloud, ProductBilling, ProductRecover, ProductSync}
	totals          = []string{TotalsTrue, TotalsMissing, TotalsBig, TotalsSmall, TotalsChanging, TotalsText, TotalsZero, TotalsPage}
	markers         = []string{MarkersNone, MarkersPages, MarkersMore, MarkersLast, MarkersTruncated, MarkersDeep, MarkersHeader, MarkersRange}
	answers         = []string{AnswerHollow, AnswerForeign, AnswerInside, AnswerErrors, AnswerFailed, AnswerStatus}
	orders          = []string{OrderNewest, OrderAscending, OrderShuffled}
)

func oneOf(field, word string, words []string) error {
	if slices.Contains(words, word) {
		return nil
	}
	return unknownWord(field, word, words)
}

func unknownWord(field, word string, words []string) error {
	known := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return w == "" })
	return fmt.Errorf("sandbox: %s: there is no %q; possible are %s", field, word, strings.Join(known, ", "))
}

func checkStatus(status map[string]int) error {
	for path, code := range status {
		if code < 400 || code > 599 {
			return fmt.Errorf("sandbox: Status: %d for %s is no refusal", code, path)
		}
	}
	return nil
}

// statusFor is the status that stands for a path, 0 when none does.
func statusFor(status map[string]int, path string) int { return forPath(status, path) }

// forPath is what stands for a path, nothing when nothing does; of several patterns
// the first in the order of the alphabet counts.
func forPath[T any](by map[string]T, path string) (one T) {
	for _, pattern := range sortedNames(by) {
		if glob(pattern, path) {
			return by[pattern]
		}
	}
	return one
}

// clone keeps the quirks of one server out of the hands of another.
func (q *AxcientQuirks) clone() AxcientQuirks {
	c := *q
	for _, list := range []*[]string{&c.Lacks, &c.HTMLPages, &c.Redirects, &c.SamePage, &c.ShortEnd, &c.Duplicated, &c.EmptyPage} {
		*list = slices.Clone(*list)
	}
	c.Fields, c.Status, c.Answers = maps.Clone(c.Fields), maps.Clone(c.Status), maps.Clone(c.Answers)
	return c
}
