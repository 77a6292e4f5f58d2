package sandbox

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"psabridge/app/sandbox/sample"
)

// defaultCodebase is where an on-premise ConnectWise serves its API, and what
// routes to the versioned codebase in the cloud.
const defaultCodebase = "v4_6_release/"

// Options are the manners of both vendors and, for Start, where they are served. The zero value is a well-behaved
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
	Forbid            []string      // paths the role may not use, as in Fault.Path: 403
	ExcessRights      bool          // the role may read what it should not
	NoForwardOnlyLink bool          // endpoints exist that page forward without a Link

	// x360Sync.
	AuthCode     bool   // the account wants a two-step code
	ClientSecret bool   // the registered client has a secret
	PageSize     int    // 0 is 100
	Usage        string // what metrics/usage is: "" unknown fields, "absent" 404, "empty"

	// Start only.
	MSP             *sample.MSP // the provider; nil builds one
	Seed            uint64      // of the provider built; 0 is 1
	ConnectWisePort int         // 0: any free port
	X360SyncPort    int         // 0: any free port
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
	cw.limit.perMinute = opts.RequestsPerMinute
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
	cw.serve(w, r, path, func(unchanged bool) *answer {
		a := cw.answer(r, path, codebase, unchanged)
		a.header.Set("Date", cw.now().Add(cw.opts.ClockSkew).UTC().Format(http.TimeFormat))
		return a
	})
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
	if id, ok := strings.CutPrefix(path, "/login/companyinfo/"); ok && codebase == "" {
		return cw.companyInfo(r, id)
	}
	if !cw.routed(codebase) || strings.Contains(path, "/apis/3.0") {
		return textAnswer(http.StatusBadRequest, "text/plain; charset=utf-8", "Cannot route. Codebase/company is invalid")
	}
	cw.serial++
	a := cw.limit.check(cw.now())
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

// companyInfo answers without authentication, and 200 null for an unknown company.
func (cw *ConnectWise) companyInfo(r *http.Request, id string) *answer {
	if r.Method != http.MethodGet {
		return jsonAnswer(http.StatusMethodNotAllowed, errorBody("ConnectWiseApi", "The method is not allowed."))
	}
	if !strings.EqualFold(id, sample.CompanyID) {
		return jsonAnswer(http.StatusOK, nil)
	}
	cloud := "False"
	if cw.opts.Cloud {
		cloud = "True"
	}
	return jsonAnswer(http.StatusOK, object{
		"CompanyName": sample.MasterName, "Codebase": cw.codebase, "VersionCode": "v" + cw.version(), "VersionNumber": "v4.6.103872",
		"CompanyID": sample.CompanyID, "IsCloud": cloud, "SiteUrl": r.Host, "AllowedOrigins": []string{},
	})
}

// authenticate checks keys and client id; nil is good. In the cloud the router
// hides wrong keys behind a 404.
func (cw *ConnectWise) authenticate(r *http.Request, codebase string) *answer {
	want := "Basic " + base64.StdEncoding.EncodeToString([]byte(sample.CompanyID+"+"+cw.publicKey+":"+cw.privateKey))
	if r.Header.Get("Authorization") != want {
		if cw.opts.Cloud && codebase == defaultCodebase {
			return noEndpoint()
		}
		return jsonAnswer(http.StatusUnauthorized, errorBody("ConnectWiseApi", "UserNotAuthenticated"))
	}
	if strings.TrimSpace(r.Header.Get("ClientId")) == "" {
		return jsonAnswer(http.StatusUnauthorized, errorBody("Unauthorized", "A valid clientId header is required."))
	}
	return nil
}

// limiter counts requests in windows of a minute.
type limiter struct {
	perMinute int
	window    time.Time
	used      int
}

func (l *limiter) check(now time.Time) *answer {
	if l.perMinute == 0 {
		return nil
	}
	if now.Sub(l.window) >= time.Minute || now.Before(l.window) {
		l.window, l.used = now, 0
	}
	l.used++
	if l.used <= l.perMinute {
		return nil
	}
	wait := int((time.Minute - now.Sub(l.window)).Seconds()) + 1
	a := jsonAnswer(http.StatusTooManyRequests, object{"error": "ConnectWiseAPI", "message": fmt.Sprintf("Too many requests. Please try again in %d seconds.", wait)})
	a.header.Set("Retry-After", strconv.Itoa(wait))
	return a
}
