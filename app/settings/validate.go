package settings

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"psabridge/app"
)

// The kinds of sources.
const (
	KindX360Sync = app.KindX360Sync // Axcient x360Sync
	KindAxcient  = app.KindAxcient  // the Axcient public API, for x360Cloud
	KindInbox    = app.KindInbox
)

// SystemConnectWise is the system of a ConnectWise PSA connection.
const SystemConnectWise = "connectwise"

var (
	kinds   = []string{KindX360Sync, KindAxcient, KindInbox}
	systems = []string{SystemConnectWise}

	// nameShape keeps names usable in page paths, names of secrets and outbox lanes.
	nameShape  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$`)
	meterShape = regexp.MustCompile(`^[a-z0-9][a-z0-9_.-]{0,39}$`)
)

// Validate judges a document by itself and lists everything that is wrong with it, each with the path of the field and
// what to do. What only ConnectWise can tell is left to the checks.
func Validate(doc app.Settings) error {
	v := validator{doc: doc}
	if doc.Version != Version {
		v.add("version", "The version must be %d.", Version)
	}
	v.sources()
	v.connections()
	v.organizations()
	v.lines()
	v.alerts()
	v.notify("notify", doc.Notify)
	return v.err()
}

// validator collects problems of one document.
type validator struct {
	problems
	doc app.Settings
}

func (v *validator) sources() {
	seen := make(map[string]bool)
	for i, s := range v.doc.Sources {
		path := item("sources", s.Name, i, seen)
		v.name(path, s.Name, seen)
		v.oneOf(path+".kind", s.Kind, kinds)
		v.ofKind(path, s)
		if s.Every != 0 && !s.Pushed() {
			v.between(path+".every", s.Every.D(), time.Second, 24*time.Hour)
		}
		v.plain(path+".top_organization", s.TopOrganization)
	}
}

// ofKind judges what only some kinds of sources have. A key that would be ignored is refused: somebody relies on it.
func (v *validator) ofKind(path string, s app.SourceSettings) {
	switch s.Kind {
	case KindX360Sync:
		v.address(path+".host", SourceWithDefaults(s).Host, s.AllowPrivateNetwork)
	case KindAxcient:
		if _, err := AddressWithPath(SourceWithDefaults(s).Host, s.AllowPrivateNetwork); err != nil {
			v.add(path+".host", "%s", app.ErrorMessage(err))
		}
		if s.TopOrganization != "" {
			v.add(path+".top_organization", "x360Cloud has no organization on top: its API key decides which clients are read. Leave it out.")
		}
	case KindInbox:
		for _, given := range []struct {
			key string
			is  bool
		}{
			{"host", s.Host != ""},
			{"every", s.Every != 0},
			{"top_organization", s.TopOrganization != ""},
			{"allow_private_network", s.AllowPrivateNetwork},
			{"ca_file", s.CAFile != ""},
		} {
			if given.is {
				v.add(path+"."+given.key, "An inbox is not read but sent to, so it has no %s. Leave it out.", given.key)
			}
		}
	}
}

func (v *validator) connections() {
	seen, tenants := make(map[string]bool), make(map[string]string)
	for i, c := range v.doc.Connections {
		path := item("connections", c.Name, i, seen)
		v.name(path, c.Name, seen)
		if c.Name == app.PSAInherit || c.Name == app.PSANone {
			v.add(path+".name", "A connection cannot be called %q; the word has a meaning in mappings. Choose another name.", c.Name)
		}
		if strings.EqualFold(c.Name, app.MailConnection) {
			v.add(path+".name", "A connection cannot be called %q; that is what deliveries by e-mail are listed under. Choose another name.", c.Name)
		}
		v.oneOf(path+".system", c.System, systems)
		v.address(path+".site_url", c.SiteURL, c.AllowPrivateNetwork)
		v.account(path, c)
		if other, twice := tenants[tenant(c)]; twice {
			v.add(path+".company_id", "The connections %s and %s lead to the same ConnectWise company. Two would write the same lines twice; remove one.", other, c.Name)
		}
		tenants[tenant(c)] = c.Name
		v.limits(path, c)
		v.ticketing(path+".ticketing", c.Ticketing)
		v.billing(path+".billing", c.Billing)
	}
}

func (v *validator) account(path string, c app.ConnectionSettings) {
	switch {
	case c.CompanyID == "":
		v.add(path+".company_id", "The company ID is missing. It is the one typed at the ConnectWise sign-in.")
	case strings.ContainsFunc(c.CompanyID, unicode.IsSpace), strings.ContainsAny(c.CompanyID, "+:/?#"):
		v.add(path+".company_id", "%q is not a company ID. It is the one typed at the ConnectWise sign-in, without spaces or address.", c.CompanyID)
	}
	if strings.ContainsFunc(c.ClientID, func(r rune) bool { return r <= ' ' || r > '~' }) || len(c.ClientID) > 100 {
		v.add(path+".client_id", "The client ID holds a space or a strange character. Copy it again from developer.connectwise.com.")
	}
}

func (v *validator) limits(path string, c app.ConnectionSettings) {
	if c.RequestsPerMinute < 0 || c.RequestsPerMinute > 10000 {
		v.add(path+".requests_per_minute", "%d is out of range. Write 1 to 10000, or leave it out for 900.", c.RequestsPerMinute)
	}
	if c.Confirm.Searches < 0 || c.Confirm.Searches > 100 {
		v.add(path+".confirm.searches", "%d is out of range. Write 1 to 100, or leave it out for 5.", c.Confirm.Searches)
	}
	if c.Confirm.Over.D() > 24*time.Hour {
		v.add(path+".confirm.over", "%s is too long. Write at most 24h, or leave it out for 15m.", c.Confirm.Over)
	}
	if _, err := time.LoadLocation(c.TimeZone); err != nil || c.TimeZone == "Local" {
		v.add(path+".time_zone", "%q is not a time zone. Write it as Europe/Berlin or America/New_York.", c.TimeZone)
	}
}

func (v *validator) ticketing(path string, t app.TicketingSettings) {
	v.ref(path+".board", t.Board)
	v.ref(path+".type", t.Type)
	v.ref(path+".subtype", t.Subtype)
	v.ref(path+".item", t.Item)
	if t.Type.IsZero() && !t.Subtype.IsZero() {
		v.add(path+".subtype", "A subtype belongs to a type. Name the type too.")
	}
	if t.Subtype.IsZero() && !t.Item.IsZero() {
		v.add(path+".item", "An item belongs to a subtype. Name the subtype too.")
	}
	v.ref(path+".status", t.Status)
	v.ref(path+".closed_status", t.ClosedStatus)
	v.ref(path+".team", t.Team)
	v.ref(path+".source", t.Source)
	for _, severity := range slices.Sorted(maps.Keys(t.Priority)) {
		v.severity(path+".priority."+string(severity), severity)
		v.ref(path+".priority."+string(severity), t.Priority[severity])
	}
	v.listed(path+".automation.members", t.Automation.Members)
	v.listed(path+".automation.statuses", t.Automation.Statuses)
	if t.AskAbove < 0 || t.AskAbove > 10000 {
		v.add(path+".ask_above", "%d is out of range. Write 1 to 10000 new tickets within a quarter of an hour, or leave it out for no limit.", t.AskAbove)
	}
}

// listed judges a list of names of ConnectWise, which compare without regard to case.
func (v *validator) listed(path string, names []string) {
	var seen []string
	for i, name := range names {
		at := path + "[" + strconv.Itoa(i) + "]"
		key := strings.ToLower(strings.TrimSpace(name))
		switch {
		case key == "":
			v.add(at, "The name is empty. Remove it.")
		case slices.Contains(seen, key):
			v.add(at, "%s stands here twice. Name it once.", cutShort(name))
		default:
			v.plain(at, name)
		}
		seen = append(seen, key)
	}
}

func (v *validator) billing(path string, b app.BillingSettings) {
	if b.PushDay < 0 || b.PushDay > app.LastDay {
		v.add(path+".push_day", "The push day is a day of the month, 1 to 31, or last.")
	}
	if b.PushAt != "" {
		if at, err := time.Parse("15:04", b.PushAt); err != nil || at.Format("15:04") != b.PushAt {
			v.add(path+".push_at", "%q is not a time of day. Write it as \"06:00\".", b.PushAt)
		}
	}
	if b.Approval != "" {
		v.oneOf(path+".approval", b.Approval, []string{app.ApprovalAsk, app.ApprovalAutomatic})
	}
	if b.MaxAge != 0 {
		v.between(path+".max_age", b.MaxAge.D(), time.Minute, 31*24*time.Hour)
	}
	v.products(path+".products", b.Products)
	v.distinct(path+".products", b.Products)
	v.rules(path+".rules", b.Rules.Meters)
	v.hold(path+".rules.hold", b.Rules.Hold)
}

func (v *validator) hold(path string, h app.HoldLimits) {
	if h.Percent != nil && *h.Percent < 0 {
		v.add(path+".percent", "The limit cannot be negative. 0 holds every change that also exceeds the units.")
	}
	if h.Units != nil && h.Units.IsNegative() {
		v.add(path+".units", "The limit cannot be negative. 0 holds every change that also exceeds the percent.")
	}
	if h.Amount != nil && h.Amount.IsNegative() {
		v.add(path+".amount", "The limit cannot be negative. Leave it out for no limit.")
	}
}

// products checks the Product IDs by themselves. They are matched exactly, so a space at the end is not forgiven but named.
func (v *validator) products(path string, products map[app.Meter]string) {
	for _, meter := range sortedMeters(products) {
		product, at := products[meter], path+"."+string(meter)
		v.meter(at, meter)
		switch {
		case product == "":
			v.add(at, "The Product ID is empty. Leave the meter out if it is not billed.")
		case strings.TrimSpace(product) != product:
			v.add(at, "The Product ID %q begins or ends with a space. Copy it exactly from the ConnectWise catalog.", product)
		default:
			v.plain(at, product)
		}
	}
}

// distinct refuses one product for two meters (M5): on an agreement the second would overwrite the first.
func (v *validator) distinct(path string, products map[app.Meter]string) {
	by := make(map[string]app.Meter)
	for _, meter := range sortedMeters(products) {
		product := products[meter]
		if first, twice := by[product]; twice && product != "" {
			v.add(path+"."+string(meter), "%s and %s have the same product %s, so one would overwrite the other. Give each meter a product of its own.", first, meter, product)
		}
		by[product] = meter
	}
}

func (v *validator) rules(path string, rules map[app.Meter]app.QuantityRule) {
	for _, meter := range sortedMeters(rules) {
		rule, at := rules[meter], path+"."+string(meter)
		v.meter(at, meter)
		v.optional(at+".unit", rule.Unit, app.UnitEach, app.UnitGB, app.UnitTB)
		v.optional(at+".round", rule.Round, "up", "nearest", "down", "2")
		v.optional(at+".basis", string(rule.Basis), string(app.BasisOwn), string(app.BasisInclusive))
		v.optional(at+".fse", rule.FSE, "count", "flag")
		if rule.Minimum != nil && rule.Minimum.IsNegative() {
			v.add(at+".minimum", "The minimum cannot be negative.")
		}
	}
}

func (v *validator) meter(path string, meter app.Meter) {
	if !meterShape.MatchString(string(meter)) || meter == "hold" {
		v.add(path, "%q is not a meter. x360Sync has %s; x360Cloud has %s; an inbox has those that are sent to it, in small letters, digits, dots, hyphens and underscores.",
			meter, andList(syncMeters), andList(cloudMeters))
	}
}

func (v *validator) name(path, name string, seen map[string]bool) {
	switch {
	case name == "":
		v.add(path+".name", "The name is missing.")
	case !nameShape.MatchString(name):
		v.add(path+".name", "%q cannot be a name. Use up to 40 letters without accents, digits, dots, hyphens and underscores.", name)
	case name == "pushes" || name == "lines":
		v.add(path+".name", "The name %q is taken by pages of psabridge. Choose another.", name)
	case seen[name]:
		v.add(path+".name", "The name %q is used twice. Names are how everything else refers to it; choose another.", name)
	}
	seen[name] = true
}

func (v *validator) address(path, address string, allowPrivate bool) {
	if _, err := Address(address, allowPrivate); err != nil {
		v.add(path, "%s", app.ErrorMessage(err))
	}
}

func (v *validator) ref(path string, r app.Ref) {
	if r.ID < 0 {
		v.add(path+".id", "%d is not a record id of ConnectWise. They count from 1.", r.ID)
	}
	v.plain(path, r.Name)
}

func (v *validator) severity(path string, s app.Severity) {
	v.oneOf(path, string(s), []string{string(app.SeverityInfo), string(app.SeverityWarning), string(app.SeverityCritical)})
}

// plain refuses control characters and absurd lengths, which come with text copied from elsewhere.
func (v *validator) plain(path, text string) {
	if len(text) > 200 || strings.ContainsFunc(text, unicode.IsControl) {
		v.add(path, "The text is too long or holds a character that cannot be seen. Type it again.")
	}
}

func (v *validator) oneOf(path, given string, known []string) {
	if !slices.Contains(known, given) {
		v.add(path, "%q is not known here. Write %s.", given, orList(known))
	}
}

func (v *validator) optional(path, given string, known ...string) {
	if given != "" {
		v.oneOf(path, given, known)
	}
}

func (v *validator) between(path string, d, low, high time.Duration) {
	if d < low || d > high {
		v.add(path, "%s is out of range. Write something from %s to %s.", app.Duration(d), app.Duration(low), app.Duration(high))
	}
}

// item is the path of a list's item: by name, or by position when the name is missing or taken.
func item(list, name string, i int, seen map[string]bool) string {
	if name == "" || seen[name] {
		return fmt.Sprintf("%s[%d]", list, i)
	}
	return list + "[" + name + "]"
}

// The meters of the vendors we read, for sentences.
var (
	syncMeters  = []string{string(app.MeterAccounts), string(app.MeterStorage), string(app.MeterFileServer), string(app.MeterGuests)}
	cloudMeters = []string{string(app.MeterProtectedSeats), string(app.MeterProtectedStorage)}
)

func andList(words []string) string {
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

func orList(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

func sortedMeters[V any](m map[app.Meter]V) []app.Meter {
	return slices.Sorted(maps.Keys(m))
}
