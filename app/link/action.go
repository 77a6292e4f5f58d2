package link

import "net/url"

// Actions without a parameter. Every one of them is a POST, unless its comment says otherwise.
const (
	Pause         = "/pause"            // pause sending
	Resume        = "/resume"           // send again
	SignOut       = "/sign-out"         // end this browser's session
	CheckAll      = "/sources/check"    // read every source now
	StartLine     = "/start"            // answer the start question (T4)
	RetryParked   = "/deliveries/retry" // retry every parked delivery
	Pushes        = "/billing/pushes"   // GET: history; POST: start the push that was looked at
	Compare       = "/billing/compare"  // GET: two months beside each other
	CompareCSV    = "/billing/compare.csv"
	Connections   = "/connections"                // GET: all connections and the form for a new one; POST: add it
	ConnectionAdd = Connections + "?add"          // the same with the form open
	SettingsFile  = "/settings.yaml"              // GET: the document as a file
	LiveHealth    = "/live/health"                // GET: the health line alone
	Confirm       = "/setup/confirm"              // say that something no call can prove is done, or take that back
	RunChecks     = "/diagnostics/run"            // run every check of every connection now
	Backups       = "/diagnostics/backups"        // GET: the page where they stand; POST: make one now
	SecondFolder  = "/diagnostics/backups/second" // set the folder for second copies
	Log           = "/diagnostics/log"            // GET: the newest of the log
	LogLevel      = "/diagnostics/log/level"      // log more or less for a while
	Support       = "/diagnostics/support"        // GET: what a support bundle would hold; POST: the file
	AskKeychain   = "/diagnostics/keychain"       // ask the keychain again
	ActivityViews = "/activity/views"             // POST: keep what activity is filtered by under a name
	LoginOn       = "/diagnostics/login/on"
	LoginOff      = "/diagnostics/login/off"
	// SignInReturn is where a vendor sends the browser back to after a sign-in on its own page (GET). It is registered at
	// the vendor as http://127.0.0.1:<port>/sign-in/return; the guard leads it to the same path of the pages.
	SignInReturn = "/sign-in/return"
)

// ActivityViewRemove takes a saved view of activity away (POST).
func ActivityViewRemove(id int64) string { return ActivityViews + "/" + num(id) + "/delete" }

// ActivityCSV is an organization's activity as a file.
func ActivityCSV(id int64) string { return Organizations + "/" + num(id) + "/activity.csv" }

// DeleteAlert removes one alert rule; the form names it.
func DeleteAlert(id int64) string { return Alerts(id) + "/delete" }

// Agreements is the part of an organization's settings that depends on the company, for one company.
func Agreements(id int64) string { return OrganizationSettings(id) + "/agreements" }

// ConnectionTest runs the checks of a connection again; GET shows the newest results alone.
func ConnectionTest(name string) string { return Connection(name) + "/test" }

// ConnectionReload reads the options of a connection from ConnectWise again.
func ConnectionReload(name string) string { return Connection(name) + "/reload" }

// ConnectionTestTicket opens the marked test ticket of a connection.
func ConnectionTestTicket(name string) string { return Connection(name) + "/test-ticket" }

// ConnectionTicketing saves a connection's service defaults.
func ConnectionTicketing(name string) string { return Connection(name) + "/ticketing" }

// ConnectionBilling saves a connection's billing settings.
func ConnectionBilling(name string) string { return Connection(name) + "/billing" }

// MakePlan makes a new preview of a month.
func MakePlan(connection, period string) string { return Month(connection, period) + "/plan" }

// ReleaseFirst releases every line of a month's preview that is held only because psabridge never wrote it before (M4).
func ReleaseFirst(connection, period string) string {
	return Month(connection, period) + "/release-first"
}

// PushCheck is the page that shows what a push will write, before it does.
func PushCheck(connection, period string) string { return Month(connection, period) + "/push" }

// MonthCSV is the current preview of a month as a file.
func MonthCSV(connection, period string) string { return Month(connection, period) + ".csv" }

// PushCSV is one push as a file.
func PushCSV(id int64) string { return Push(id) + ".csv" }

// PushProgress is the part of a push's page that changes while it is written.
func PushProgress(id int64) string { return Push(id) + "/progress" }

// PushUndo works out what undoing a push would restore (POST); the plan is shown at the same address (UndoCheck).
func PushUndo(id int64) string { return Push(id) + "/undo" }

// PushStop ends a push after what is on its way (POST).
func PushStop(id int64) string { return Push(id) + "/stop" }

// UndoCheck shows what an undo that was worked out would restore, before it does; the query names its plan (GET).
func UndoCheck(push int64) string { return PushUndo(push) }

// CustomerFile is what one customer may see of a push: a page that prints well.
func CustomerFile(push, company int64) string { return Push(push) + "/customers/" + num(company) }

// CustomerHTML is that page as a file of its own, to be sent along.
func CustomerHTML(push, company int64) string { return CustomerFile(push, company) + ".html" }

// CustomerCSV is the same as a table.
func CustomerCSV(push, company int64) string { return CustomerFile(push, company) + ".csv" }

// CustomersZIP is the files of every customer of a push.
func CustomersZIP(push int64) string { return Push(push) + "/customers.zip" }

// MonthOverrides is the page of what was typed in place of readings in a month (GET); POST saves, or previews what was pasted.
func MonthOverrides(connection, period string) string {
	return Month(connection, period) + "/overrides"
}

// OverrideRemove takes one of them away (POST); the form names it.
func OverrideRemove(connection, period string) string {
	return MonthOverrides(connection, period) + "/remove"
}

// LineEffective sets the day from which a line that would be created counts (POST).
func LineEffective(id int64) string { return line(id, "effective") }

// ReleaseLine lets a held line go.
func ReleaseLine(id int64) string { return line(id, "release") }

// CorrectLine sets a held line's quantity by hand.
func CorrectLine(id int64) string { return line(id, "correct") }

// SkipLine leaves a line out of this push.
func SkipLine(id int64) string { return line(id, "skip") }

// RetryDelivery sends a parked delivery again.
func RetryDelivery(id int64) string { return Delivery(id) + "/retry" }

// DropDelivery gives a delivery up, with a reason.
func DropDelivery(id int64) string { return Delivery(id) + "/drop" }

// LinkDelivery says which ticket stands for a delivery.
func LinkDelivery(id int64) string { return Delivery(id) + "/link" } //nolint:revive // link is what it does

// CheckSource reads one source now.
func CheckSource(name string) string { return Source(name) + "/check" }

// SourceProgress is the step log of a reading under way, or of the last one: the part of a source's page that changes.
func SourceProgress(name string) string { return Source(name) + "/progress" }

// SourceSignIn begins to sign in on the vendor's own page.
func SourceSignIn(name string) string { return Source(name) + "/sign-in" }

// SourceRemove shows what depends on a source (GET), and removes it (POST).
func SourceRemove(name string) string { return Source(name) + "/remove" }

// SourceImport takes a file for an inbox: GET shows the form, POST takes the file.
func SourceImport(name string) string { return Source(name) + "/import" }

// SourceImportFile is a file that was taken and not imported yet: GET previews it, POST previews it with other columns or
// imports it.
func SourceImportFile(name, id string) string { return SourceImport(name) + "/" + url.PathEscape(id) }

// SourceTokens makes a token that may send to an inbox and do nothing else.
func SourceTokens(name string) string { return Source(name) + "/tokens" }

// SourceTokenRevoke ends one of them.
func SourceTokenRevoke(name string, id int64) string {
	return SourceTokens(name) + "/" + num(id) + "/revoke"
}

// OrganizationIgnore never asks again what an organization is.
func OrganizationIgnore(id int64) string { return Organizations + "/" + num(id) + "/ignore" }

// OrganizationLater asks again in a week.
func OrganizationLater(id int64) string { return Organizations + "/" + num(id) + "/later" }

// OrganizationAsk takes back what OrganizationIgnore and OrganizationLater did.
func OrganizationAsk(id int64) string { return Organizations + "/" + num(id) + "/ask" }

// With adds a query to a path, leaving out what is empty.
func With(path string, pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

func line(id int64, what string) string { return Billing + "/lines/" + num(id) + "/" + what }

// FixDelivery reads the lists of ConnectWise anew that a parked delivery's setting is chosen from, and leads to that
// setting.
func FixDelivery(id int64) string { return Delivery(id) + "/fix" }

// RetryLike tries every delivery again that failed as this one did.
func RetryLike(id int64) string { return Delivery(id) + "/retry-like" }

// Ticket is the page of one of our tickets; id is our own row.
func Ticket(id int64) string { return Tickets + "/" + num(id) }

// Condition is the page of one condition: what happened, and what became of it.
func Condition(id int64) string { return "/conditions/" + num(id) }

// ConditionQuiet keeps a condition quiet until a date, or until it recovers (POST).
func ConditionQuiet(id int64) string { return Condition(id) + "/quiet" }

// ConditionOpen ends that quiet: a condition that still holds opens its ticket (POST).
func ConditionOpen(id int64) string { return Condition(id) + "/open" }

// AlertNew is the form for a new alert of an organization (GET); POST makes it.
func AlertNew(id int64) string { return Alerts(id) + "/new" }

// AlertEdit is the form of one alert, named by the query (GET); POST saves it.
func AlertEdit(id int64, rule string) string { return With(Alerts(id)+"/edit", "name", rule) }

// AlertMove moves an alert up or down in the order in which they are asked; the form names it and says where.
func AlertMove(id int64) string { return Alerts(id) + "/move" }

// AlertOverride is the form for an own copy of an inherited alert for an organization, to be changed there. Saving it puts
// the copy before the alert it was made of.
func AlertOverride(id int64, rule string) string { return With(AlertNew(id), "override", rule) }

// AlertMute keeps an alert quiet until a moment, or ends that (POST).
func AlertMute(id int64) string { return Alerts(id) + "/mute" }

// AlertStarters adds the starter alerts a person ticked.
func AlertStarters(id int64) string { return Alerts(id) + "/starters" }

// AlertRows is the part of an alert's form that lists its event types, or its maintenance windows, with one more or one less
// (POST without effect).
func AlertRows(id int64) string { return Alerts(id) + "/rows" }

// AlertLists is the part of an alert's form that depends on the board, for the board as typed (POST without effect: lists
// that were never read are read).
func AlertLists(id int64) string { return Alerts(id) + "/lists" }

// AlertPreview is the part of an alert's form that shows its templates on a real event, or what is wrong with them (POST
// without effect: the form is too long for an address).
func AlertPreview(id int64) string { return Alerts(id) + "/preview" }

// AlertRehearsal is the part of an alert's form that shows what the alert as typed would have done (POST without effect).
func AlertRehearsal(id int64) string { return Alerts(id) + "/rehearsal" }
