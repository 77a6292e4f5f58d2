package sandbox

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Quirks are the manners of a ConnectWise that can change while it runs; the
// zero value is the well-behaved one. Where a field lists paths they are those
// below apis/3.0, and "*" stands for any characters, as in Fault.Path. The
// numbers in the comments are sections of the contract.
type Quirks struct {
	// The role of the API member (11).
	Lacks        []string // rights it has not, in the words of Rights
	Grants       []string // modules it may read and should not, in the words of ExcessModules
	ExcessRights bool     // it may read all of those
	Forbid       []string // paths it may not use, whatever the rights say: 403
	NoRoutes     []string // paths this server does not have: "The endpoint does not exist." (4.1)

	// What stands before the API (1, 2).
	HiddenLookup   bool          // companyinfo is a 404 page, as where an administrator closed it
	OldLookup      bool          // companyinfo without SiteUrl and AllowedOrigins, as in the guide
	BoolIsCloud    bool          // IsCloud is true or false, not "True" or "False"
	SiteURL        string        // SiteUrl of companyinfo; "" is the host that was called
	AllowedOrigins []string      // of companyinfo
	APIPrefix      bool          // a host that does not begin with api- is refused: "SSL is required."
	ClientID403    bool          // a client id that is missing or unknown is a 403 and no 401
	ClientIDs      []string      // the client ids that are known; none: any
	OpenInfo       bool          // /system/info answers without keys, as on-premise
	WeakInfo       bool          // /system/info is refused to a weak role as if the keys were wrong (9)
	ClockSkew      time.Duration // how wrong the Date header is

	// The rate limit (4.1).
	RequestsPerMinute int    // above it 429; 0: no limit
	RetryAfter        string // what the 429 says: RetryAfterSeconds, RetryAfterDate, RetryAfterNone, or any other text as it is
	CloudflareLimit   bool   // the 429 is the proxy's page and not ConnectWise's JSON

	// Reading lists (3.1, 3.2).
	SearchLag         time.Duration  // how long a search does not see new tickets and agreements
	PageCap           map[string]int // the most rows a page of these paths has, whatever pageSize says; never above 1000
	NoForwardOnly     []string       // paths that take no notice of the header pagination-type
	NoForwardOnlyLink bool           // forward-only pages carry no Link, as of some endpoints
	NoLink            []string       // paths without any Link
	IgnoreConditions  []string       // paths that show everything, whatever the conditions say
	SamePage          []string       // paths that show their first page whatever page is asked for

	// Writing (1, 4, 5).
	False200       []string       // paths a PATCH of which changes nothing and is answered 200
	SecureLocation bool           // the Location of a 201 is https, as hardly anywhere
	NoNulls        bool           // a null in the body of a POST is refused
	LooseDates     bool           // any form of a date is taken, and the time of day of a day is cut off
	NewLimits      bool           // the longer names of 2026.4: a company's identifier and name, a ticket's site name
	Limits         map[string]int // the longest text of a field, in UTF-16 units, as in {"ticket.summary": 60}
	NoNotifyPatch  bool           // a ticket's PATCH does not know processNotifications
	OwnerOfNew     string         // the member that every board gives its new tickets to by itself, by identifier
	NoRef404       bool           // a reference in a body that leads nowhere is a 404, "Company 250 not found", and no 400
}

// Validate tells what in the quirks names nothing there is.
func (q *Quirks) Validate() error {
	if err := q.checkRole(); err != nil {
		return err
	}
	for path, rows := range q.PageCap {
		if rows < 1 || rows > maxPageSize {
			return fmt.Errorf("sandbox: PageCap: %d rows for %s; 1 to %d are possible", rows, path, maxPageSize)
		}
	}
	for field := range q.Limits {
		if !isText(field) {
			return fmt.Errorf("sandbox: Limits: there is no text %s", field)
		}
	}
	return nil
}

// clone keeps the quirks of one server out of the hands of another.
func (q *Quirks) clone() Quirks {
	c := *q
	for _, list := range c.lists() {
		*list = slices.Clone(*list)
	}
	c.PageCap, c.Limits = maps.Clone(c.PageCap), maps.Clone(c.Limits)
	return c
}

func (q *Quirks) lists() []*[]string {
	return []*[]string{&q.Lacks, &q.Grants, &q.Forbid, &q.NoRoutes, &q.AllowedOrigins, &q.ClientIDs, &q.NoForwardOnly, &q.NoLink, &q.IgnoreConditions, &q.SamePage, &q.False200}
}

// named tells whether one of the patterns names the path.
func named(patterns []string, path string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return glob(pattern, path) })
}

// initialQuirks are the quirks with the shorthands of the options in them.
func (o Options) initialQuirks() Quirks {
	q := o.Quirks.clone()
	q.Forbid = append(q.Forbid, o.Forbid...)
	q.ExcessRights = q.ExcessRights || o.ExcessRights
	q.NoForwardOnlyLink = q.NoForwardOnlyLink || o.NoForwardOnlyLink
	q.SearchLag = cmp.Or(q.SearchLag, o.SearchLag)
	q.ClockSkew = cmp.Or(q.ClockSkew, o.ClockSkew)
	q.RequestsPerMinute = cmp.Or(q.RequestsPerMinute, o.RequestsPerMinute)
	return q
}

// SetQuirks changes the manners of the server from the next request on. It
// panics where a quirk names something there is not: that is a misspelt test.
func (cw *ConnectWise) SetQuirks(change func(*Quirks)) {
	cw.mu.Lock()
	defer cw.mu.Unlock()
	next := cw.quirks.clone()
	change(&next)
	if err := next.Validate(); err != nil {
		panic(err)
	}
	cw.quirks = next.clone()
}
