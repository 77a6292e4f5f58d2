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
	if q.PageCap < 0 {
		return errors.New("sandbox: PageCap: it cannot be less than 0")
	}
	return errors.Join(
		checkStatus(q.Status),
		oneOf("Totals", q.Totals, totals), oneOf("Links", q.Links, []string{"", "header", "field", "elsewhere"}), oneOf("Sizes", q.Sizes, []string{SizesBytes, SizesGB, SizesText, SizesNull, SizesAbsent}),
		oneOf("Yes", q.Yes, []string{"", "text", "words", "number"}), oneOf("Outcomes", q.Outcomes, []string{"", "lower", "upper", "unknown"}),
		oneOf("Order", q.Order, orders),
	)
}

var (
	axcientProducts = []string{ProductCloud, ProductBilling, ProductRecover, ProductSync}
	totals          = []string{TotalsTrue, TotalsMissing, TotalsBig, TotalsSmall, TotalsChanging, TotalsText, TotalsZero, TotalsPage}
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

// statusFor is the status that stands for a path, 0 when none does; of several
// patterns the first in the order of the alphabet counts.
func statusFor(status map[string]int, path string) int {
	for _, pattern := range sortedNames(status) {
		if glob(pattern, path) {
			return status[pattern]
		}
	}
	return 0
}

// clone keeps the quirks of one server out of the hands of another.
func (q *AxcientQuirks) clone() AxcientQuirks {
	c := *q
	for _, list := range []*[]string{&c.Lacks, &c.HTMLPages, &c.Redirects, &c.SamePage, &c.ShortEnd, &c.Duplicated} {
		*list = slices.Clone(*list)
	}
	c.Fields, c.Status = maps.Clone(c.Fields), maps.Clone(c.Status)
	return c
}
