package sandbox

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"time"
)

// What the usage endpoint can hold (x360sync §3, "Usage").
const (
	UsageOdd        = ""           // names and numbers nobody can know
	UsageAbsent     = "absent"     // 404
	UsageEmpty      = "empty"      // {}
	UsageUnderstood = "understood" // the true quantities of the organization alone, under names one may guess
	UsageInclusive  = "inclusive"  // the same, with everything below it
	UsageMisleading = "misleading" // as understood, but wrong for the organization MisledUsage
)

// MisledUsage is the organization UsageMisleading is wrong about.
const MisledUsage = 4722

// What machine/<id>/status can hold beside its id (x360sync §1 quirk 6, §4).
const (
	StatusBare        = ""            // nothing; 503 for mobile devices
	StatusUnavailable = "unavailable" // 503 for every machine
	StatusBoolean     = "boolean"     // "connected": whether it is
	StatusText        = "text"        // "status": online or offline
	StatusContradicts = "contradicts" // "connected": true, whatever the list of machines says
)

// Ways to write a moment (x360sync §1).
const (
	ClockNaive    = ""         // 2026-11-22T09:00:00, meaning UTC
	ClockZulu     = "zulu"     // with a Z
	ClockOffset   = "offset"   // two hours ahead, and saying so: +02:00
	ClockFraction = "fraction" // with microseconds, and no zone
	ClockSpace    = "space"    // with a space for the T
)

// Ways to write a size that SyncQuirks.Sizes adds to those of the Axcient API.
const (
	SizesFloat    = "float"    // 1.94562018508800e+14
	SizesNegative = "negative" // below nothing
	SizesNumeral  = "numeral"  // the number as text: "258338"
)

// What activity/types can be (x360sync §3).
const (
	TypesGood      = ""
	TypesAbsent    = "absent"    // 404
	TypesEmpty     = "empty"     // a list of nothing
	TypesStrangers = "strangers" // other types than those the rows have
)

// SyncQuirks are the manners of an x360Sync that can change while it runs; the
// zero value is the well-behaved one. Paths are those below /api/2, and whole
// for OAuth, as in Fault.Path; "*" stands for any characters. The numbers in the
// comments are sections of the contract x360sync; section 7 is the list of all.
type SyncQuirks struct {
	// Signing in (2).
	AuthCode        bool          // the account wants a two-step code
	ClientSecret    bool          // the registered client has a secret
	SecretIn        string        // where it has to be: "" either, "body", "basic"
	Grants          []string      // the grant types the client is allowed; none: all
	RedirectURIs    []string      // the addresses that are registered, to the letter; none: any
	AnyLoopbackPort bool          // a registered address on 127.0.0.1 is good with every port
	Deny            bool          // the person on the page to sign in says no: error=access_denied
	CodeOnce        bool          // a code that comes a second time ends what the first one gave (RFC 6749 §4.1.2)
	LockAfter       int           // wrong sign-ins in a row until the account is locked; 0: 4
	NewMachines     bool          // no guid is known again: each sign-in leaves a machine (1, quirk 2)
	AccessLife      time.Duration // of access tokens; 0: an hour
	AccessUses      int           // requests an access token is good for; 0: any number. It ends in the middle of a list.
	TokenDays       int           // days a refresh token is good for; 0: for ever
	DaysFromSignIn  bool          // the days count from the sign-in and not from the last refresh
	ReuseEndsAll    bool          // a refresh token that comes a second time ends all that followed from it
	NoRotation      bool          // a refresh gives no new refresh token, and the old one stays good

	// What is refused (1).
	Status       map[string]int // paths that are always refused so: 403, 404, 410, 429, 503
	RetryAfter   string         // of every 429, and of a 403 and 503 that stand for one; "": none
	PerMinute    int            // requests a minute; above it LimitStatus
	LimitStatus  int            // 0: 429; or 403, 503
	HTMLPages    []string       // paths that answer 200 with a page to sign in at
	Redirects    []string       // paths that lead to that page
	ProxyTrouble []string       // paths in front of which a proxy says 502, in HTML

	// Lists (1, "Pagination").
	PageSize  int      // 0: 100
	Totals    string   // one of Totals…
	TotalsOf  []string // the lists that is true of; none: all
	SamePage  []string // lists that show their first page whatever offset says
	ShortEnd  []string // lists that end three rows early; their total does not know
	NeverEnds []string // lists that go on with new rows for ever, and say so
	TwiceRows []string // lists whose pages begin with the last row of the page before
	EmptyPage []string // lists whose second page is empty

	// The tree (3), and what parents show of their children (1, quirks 1, 3, 4).
	OwnOnly  []string    // of "persons", "guests", "machines", "roots", "activity": those that hold nothing of the organizations below
	AllBelow bool        // an organization's children are all organizations below it
	Loops    map[int]int // organizations that are children of another one too, as in {4712: 4713}

	// Values (1, 4).
	TextNumbers bool   // every number is text
	Sizes       string // how sizes are written: "", SizesFloat, SizesNumeral, SizesNegative, SizesNull
	Clock       string // one of Clock…

	Order  string // of the activity log: one of Order…
	Types  string // one of Types…
	Usage  string // one of Usage…
	Device string // what machine/<id>/status says: one of Status…
	// MachineTypes are the machines whose machine_type is another than it should be, by id; "" is null.
	MachineTypes map[int]string
}

// Validate tells what in the quirks names nothing there is.
func (q *SyncQuirks) Validate() error {
	for _, list := range q.OwnOnly {
		if err := oneOf("OwnOnly", list, ownLists); err != nil {
			return err
		}
	}
	for _, grant := range q.Grants {
		if err := oneOf("Grants", grant, grants); err != nil {
			return err
		}
	}
	for _, raw := range q.RedirectURIs {
		if u, err := url.Parse(raw); err != nil || u.Host == "" || u.Fragment != "" {
			return fmt.Errorf("sandbox: RedirectURIs: %q is no whole address", raw)
		}
	}
	if q.PageSize < 0 || q.LockAfter < 0 || q.AccessLife < 0 || q.AccessUses < 0 || q.TokenDays < 0 || q.PerMinute < 0 {
		return errors.New("sandbox: a number below 0")
	}
	return errors.Join(
		checkStatus(q.Status), oneOf("LimitStatus", itoa(q.LimitStatus), []string{"0", "429", "403", "503"}),
		oneOf("SecretIn", q.SecretIn, []string{"", "body", "basic"}), oneOf("Totals", q.Totals, totals), oneOf("Order", q.Order, orders),
		oneOf("Sizes", q.Sizes, []string{SizesBytes, SizesFloat, SizesNumeral, SizesNegative, SizesNull}),
		oneOf("Clock", q.Clock, []string{ClockNaive, ClockZulu, ClockOffset, ClockFraction, ClockSpace}),
		oneOf("Types", q.Types, []string{TypesGood, TypesAbsent, TypesEmpty, TypesStrangers}),
		oneOf("Usage", q.Usage, []string{UsageOdd, UsageAbsent, UsageEmpty, UsageUnderstood, UsageInclusive, UsageMisleading}),
		oneOf("Device", q.Device, []string{StatusBare, StatusUnavailable, StatusBoolean, StatusText, StatusContradicts}),
	)
}

var (
	ownLists = []string{"persons", "guests", "machines", "roots", "activity"}
	grants   = []string{"password", "refresh_token", "authorization_code"}
)

// clone keeps the quirks of one server out of the hands of another.
func (q *SyncQuirks) clone() SyncQuirks {
	c := *q
	for _, list := range []*[]string{&c.Grants, &c.RedirectURIs, &c.HTMLPages, &c.Redirects, &c.ProxyTrouble, &c.TotalsOf, &c.SamePage, &c.ShortEnd, &c.NeverEnds, &c.TwiceRows, &c.EmptyPage, &c.OwnOnly} {
		*list = slices.Clone(*list)
	}
	c.Status, c.Loops, c.MachineTypes = maps.Clone(c.Status), maps.Clone(c.Loops), maps.Clone(c.MachineTypes)
	return c
}

// initialSyncQuirks are the quirks with the shorthands of the options in them.
func (o Options) initialSyncQuirks() SyncQuirks {
	q := o.SyncQuirks.clone()
	q.AuthCode = q.AuthCode || o.AuthCode
	q.ClientSecret = q.ClientSecret || o.ClientSecret
	q.PageSize = cmp.Or(q.PageSize, o.PageSize)
	q.Usage = cmp.Or(q.Usage, o.Usage)
	return q
}

// SetQuirks changes the manners of the server from the next request on. It
// panics where a quirk names something there is not: that is a misspelt test.
func (x *X360Sync) SetQuirks(change func(*SyncQuirks)) {
	x.mu.Lock()
	defer x.mu.Unlock()
	next := x.quirks.clone()
	change(&next)
	if err := next.Validate(); err != nil {
		panic(err)
	}
	x.quirks = next.clone()
}
