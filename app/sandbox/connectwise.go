package sandbox

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"psabridge/app/sandbox/sample"
)

// defaultCodebase is where an on-premise ConnectWise serves its API, and what
// routes to the versioned codebase in the cloud.
const defaultCodebase = "v4_6_release/"

// Options are the manners of the vendors and, for Start, where they are served. The zero value is a well-behaved
// self-hosted ConnectWise and an x360Sync without two-step codes.
type Options struct {
	Now func() time.Time // the vendors' clock; nil is the real one

	// ConnectWise. What is also a field of Quirks stands here for short.
	Quirks            Quirks
	Version           string        // api-current-version; "" is 2025.8
	Cloud             bool          // versioned codebase, and 404 instead of 401 for wrong keys under the router
	SearchLag         time.Duration // how long a search does not see new tickets and agreements
	RequestsPerMinute int           // above it 429; 0: no limit
	ClockSkew         time.Duration // how wrong the Date header is
	TimeZone          string        // serverTimeZone; "" is "W. Europe Standard Time"
	Faults            []Fault       // the fault script to begin with
	Forbid            []string      // paths the role may not use, as in Fault.Path: 403
	ExcessRights      bool          // the role may read what it should not
	NoForwardOnlyLink bool          // endpoints exist that page forward without a Link

	// x360Sync. What is also a field of SyncQuirks stands here for short.
	SyncQuirks   SyncQuirks
	AuthCode     bool   // the account wants a two-step code
	ClientSecret bool   // the registered client has a secret
	PageSize     int    // 0 is 100
	Usage        string // what metrics/usage is: one of Usage…

	// Axcient.
	AxcientQuirks AxcientQuirks

	// Start only.
	MSP             *sample.MSP // the provider; nil builds one
	Seed            uint64      // of the provider built; 0 is 1
	Trouble         bool        // add to the provider built what sample.WithTrouble adds
	ConnectWisePort int         // 0: any free port
	X360SyncPort    int         // 0: any free port
	AxcientPort     int         // 0: any free port
	ChatPort        int         // of the webhook; 0: any free port
	Mail            MailOptions // of the mail server; without a User the sample's account may send
	Live            bool        // move the world from the start; Running.GoLive does it later
}

func (o Options) clock() func() time.Time {
	if o.Now != nil {
		return o.Now
	}
	return time.Now
}

// ConnectWise is a ConnectWise PSA server. It is an http.Handler and safe for
// concurrent use. The methods with plain verbs (EditQuantity, CloseTicketByHand)
// act as a person in ConnectWise would; the others look at what is stored.
type ConnectWise struct {
	vendor
	opts   Options
	routes []route
	limit  limiter

	mu         sync.Mutex
	quirks     Quirks
	codebase   string
	strict     bool // only the current codebase routes
	publicKey  string
	privateKey string
	tables     map[string]*table
	writes     []QuantityWrite
	mails      int
	serial     int
}

// NewConnectWise starts a ConnectWise with the provider's records in it. It
// panics where the options' quirks name something there is not; Start returns that.
func NewConnectWise(msp *sample.MSP, opts Options) *ConnectWise {
	quirks := opts.initialQuirks()
	if err := quirks.Validate(); err != nil {
		panic(err)
	}
	cw := &ConnectWise{
		vendor: vendor{now: opts.clock()}, opts: opts, quirks: quirks, codebase: defaultCodebase,
		publicKey: sample.PublicKey, privateKey: sample.PrivateKey, tables: map[string]*table{},
	}
	if opts.Cloud {
		cw.codebase = "v2025_1/"
	}
	cw.Faults.Add(opts.Faults...)
	cw.seed(msp)
	cw.routes = cw.routeTable()
	return cw
}

// Requests counts what was asked since the start or the last ForgetRequests.
func (cw *ConnectWise) Requests() int { return cw.log.total() }

// Log is what was asked, oldest first.
func (cw *ConnectWise) Log() []Request { return cw.log.all() }

// ForgetRequests sets the count to nothing.
func (cw *ConnectWise) ForgetRequests() { cw.log.clear() }

// SetCodebase moves the API, as an upgrade of the hosted product does. From
// then on only the new place routes.
func (cw *ConnectWise) SetCodebase(codebase string) {
	cw.mu.Lock()
	defer cw.mu.Unlock()
	cw.codebase, cw.strict = strings.TrimSuffix(codebase, "/")+"/", true
}

// SetKeys replaces the API member's keys: the old ones stop working at once.
func (cw *ConnectWise) SetKeys(public, private string) {
	cw.mu.Lock()
	defer cw.mu.Unlock()
	cw.publicKey, cw.privateKey = public, private
}

// ServeHTTP answers as ConnectWise.
func (cw *ConnectWise) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path, codebase := splitBase(r.URL.Path)
	cw.serve(w, r, path, func(unchanged bool) *answer { return cw.answer(r, path, codebase, unchanged) })
}

// splitBase takes the API's base off a path. Without one the codebase is "".
func splitBase(path string) (rest, codebase string) {
	if i := strings.Index(path, "/apis/3.0"); i > 0 && !strings.Contains(path[1:i], "/") {
		return path[i+len("/apis/3.0"):], path[1:i] + "/"
	}
	return path, ""
}

func (cw *ConnectWise) answer(r *http.Request, path, codebase string, unchanged bool) *answer {
	cw.mu.Lock()
	defer cw.mu.Unlock()
	a := cw.enter(r, path, codebase, unchanged)
	a.header.Set("Date", cw.now().Add(cw.quirks.ClockSkew).UTC().Format(http.TimeFormat))
	return a
}

// enter leads a request past the doors: what stands before the API, and then
// the API itself.
func (cw *ConnectWise) enter(r *http.Request, path, codebase string, unchanged bool) *answer {
	if id, ok := strings.CutPrefix(path, "/login/companyinfo/"); ok && codebase == "" {
		return cw.companyInfo(r, id)
	}
	if !cw.routed(codebase) || strings.Contains(path, "/apis/3.0") {
		return cannotRoute()
	}
	cw.serial++
	a := cw.limit.check(cw.now(), &cw.quirks)
	if a == nil {
		a = cw.withoutPrefix(r)
	}
	if a == nil {
		a = cw.openToAll(r, path)
	}
	if a == nil {
		a = cw.authenticate(r, codebase)
	}
	if a == nil {
		a = cw.route(r, path, unchanged)
	}
	a.header.Set("Api-Current-Version", cw.version())
	a.header.Set("X-Cw-Request-Id", fmt.Sprintf("%08x-sandbox", cw.serial))
	a.header.Set("X-Server-Name", "SANDBOX01")
	return a
}

func (cw *ConnectWise) version() string {
	if cw.opts.Version != "" {
		return cw.opts.Version
	}
	return "2025.8"
}

func (cw *ConnectWise) routed(codebase string) bool {
	return codebase == cw.codebase || codebase == defaultCodebase && !cw.strict
}
