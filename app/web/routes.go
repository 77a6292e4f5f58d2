package web

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"psabridge/app/link"
	"psabridge/static"
)

// access is who may use a route.
type access string

// The classes. There is no third: everything that is not open needs a session.
const (
	anyone   access = "open"
	signedIn access = "session"
)

// launchPath exchanges a launch token for a session.
const launchPath = "/launch"

// route is one line of the list below.
type route struct {
	method string
	path   string
	access access
	handle echo.HandlerFunc
}

const (
	get  = http.MethodGet
	post = http.MethodPost
)

// routes is every address there is. A GET answers HEAD too, the launch aside.
func (s *Server) routes() []route {
	return []route{
		{get, launchPath, anyone, s.launch},
		{get, static.Prefix + "*", anyone, echo.WrapHandler(static.Handler())},

		{get, link.Overview, signedIn, s.overview},
		{get, link.LiveHealth, signedIn, s.liveHealth},
		{post, link.Pause, signedIn, s.pause},
		{post, link.Resume, signedIn, s.resume},
		{post, link.SignOut, signedIn, s.signOut},
		{post, link.StartLine, signedIn, s.answerStart},

		{get, link.Setup, signedIn, s.setup},
		{get, "/setup/:task", signedIn, s.setupTask},
		{post, link.Confirm, signedIn, s.confirm},
		{get, link.Diagnostics, signedIn, s.diagnostics},
		{post, link.RunChecks, signedIn, s.runChecks},
		{get, link.Backups, signedIn, s.toBackups},
		{post, link.Backups, signedIn, s.backUp},
		{post, link.SecondFolder, signedIn, s.setSecond},
		{get, link.Log, signedIn, s.log},
		{post, link.LogLevel, signedIn, s.setLogLevel},
		{get, link.Support, signedIn, s.support},
		{post, link.Support, signedIn, s.saveSupport},
		{post, link.AskKeychain, signedIn, s.askKeychain},
		{post, link.LoginOn, signedIn, s.loginOn},
		{post, link.LoginOff, signedIn, s.loginOff},

		{get, link.Organizations, signedIn, s.organizations},
		{get, "/organizations/:id/activity", signedIn, s.activity},
		{get, "/organizations/:id/activity.csv", signedIn, s.activityCSV},
		{post, link.ActivityViews, signedIn, s.saveActivityView},
		{post, "/activity/views/:id/delete", signedIn, s.removeActivityView},
		{get, "/organizations/:id/alerts", signedIn, s.alerts},
		{post, "/organizations/:id/alerts/delete", signedIn, s.deleteAlert},
		{post, "/organizations/:id/alerts/move", signedIn, s.moveAlert},
		{post, "/organizations/:id/alerts/mute", signedIn, s.muteAlert},
		{post, "/organizations/:id/alerts/starters", signedIn, s.addStarters},
		{get, newPath, signedIn, s.editAlert},
		{post, newPath, signedIn, s.saveAlert},
		{get, editPath, signedIn, s.editAlert},
		{post, editPath, signedIn, s.saveAlert},
		{post, "/organizations/:id/alerts/rows", signedIn, s.alertRowsPart},
		{post, "/organizations/:id/alerts/lists", signedIn, s.alertLists},
		{post, "/organizations/:id/alerts/preview", signedIn, s.alertPreview},
		{post, "/organizations/:id/alerts/rehearsal", signedIn, s.alertRehearsal},
		{get, link.Rehearsal, signedIn, s.rehearsalPage},
		{get, "/organizations/:id/readings", signedIn, s.readings},
		{post, "/organizations/:id/ignore", signedIn, s.ignoreOrganization},
		{post, "/organizations/:id/later", signedIn, s.putOffOrganization},
		{post, "/organizations/:id/ask", signedIn, s.askOrganization},
		{get, "/organizations/:id/settings", signedIn, s.organizationSettings},
		{post, "/organizations/:id/settings", signedIn, s.saveOrganization},
		{get, "/organizations/:id/settings/agreements", signedIn, s.agreements},

		{get, "/organizations/:id/left", signedIn, s.customerLeft},
		{post, "/organizations/:id/left", signedIn, s.endCustomer},

		{get, link.Mapping, signedIn, s.mapping},
		{post, link.Mapping, signedIn, s.saveMappings},
		{get, link.MappingCompanies, signedIn, s.mappingCompanies},
		{post, link.MappingRevert, signedIn, s.revertMappings},

		{get, link.Billing, signedIn, s.billing},
		{get, link.Pushes, signedIn, s.pushes},
		{post, link.Pushes, signedIn, s.startPush},
		{get, "/billing/pushes/:id", signedIn, s.push},
		{get, "/billing/pushes/:id/progress", signedIn, s.pushProgress},
		{get, "/billing/pushes/:id/undo", signedIn, s.undoCheck},
		{post, "/billing/pushes/:id/undo", signedIn, s.planUndo},
		{post, "/billing/pushes/:id/stop", signedIn, s.stopPush},
		{get, "/billing/pushes/:id/customers.zip", signedIn, s.customersZIP},
		{get, "/billing/pushes/:id/customers/:company", signedIn, s.customerFile},
		{get, link.Compare, signedIn, s.compare},
		{get, link.CompareCSV, signedIn, s.compareCSV},
		{get, "/billing/lines/:id/evidence", signedIn, s.evidence},
		{post, "/billing/lines/:id/release", signedIn, s.releaseLine},
		{post, "/billing/lines/:id/skip", signedIn, s.skipLine},
		{post, "/billing/lines/:id/correct", signedIn, s.correctLine},
		{post, "/billing/lines/:id/effective", signedIn, s.setEffective},
		{get, "/billing/:connection/:period", signedIn, s.month},
		{post, "/billing/:connection/:period/plan", signedIn, s.makePlan},
		{post, "/billing/:connection/:period/release-first", signedIn, s.releaseFirst},
		{get, "/billing/:connection/:period/push", signedIn, s.pushCheck},
		{get, "/billing/:connection/:period/overrides", signedIn, s.overrides},
		{post, "/billing/:connection/:period/overrides", signedIn, s.saveOverrides},
		{post, "/billing/:connection/:period/overrides/remove", signedIn, s.removeOverride},

		{get, link.Money, signedIn, s.money},
		{post, link.MoneyLook, signedIn, s.lookAgain},
		{get, link.MoneyCSV, signedIn, s.moneyCSV},

		{get, link.Deliveries, signedIn, s.deliveries},
		{post, link.RetryParked, signedIn, s.retryParked},
		{get, "/deliveries/:id", signedIn, s.delivery},
		{post, "/deliveries/:id/retry", signedIn, s.retryDelivery},
		{post, "/deliveries/:id/drop", signedIn, s.dropDelivery},
		{post, "/deliveries/:id/link", signedIn, s.linkDelivery},
		{post, "/deliveries/:id/fix", signedIn, s.fixDelivery},
		{post, "/deliveries/:id/retry-like", signedIn, s.retryLike},
		{get, link.Tickets, signedIn, s.tickets},
		{get, "/tickets/:id", signedIn, s.ticket},
		{get, "/conditions/:id", signedIn, s.condition},
		{post, "/conditions/:id/quiet", signedIn, s.quietCondition},
		{post, "/conditions/:id/open", signedIn, s.openCondition},

		{get, link.Connections, signedIn, s.connections},
		{post, link.Connections, signedIn, s.addConnection},
		{get, "/connections/:name", signedIn, s.connection},
		{post, "/connections/:name", signedIn, s.saveConnection},
		{get, "/connections/:name/test", signedIn, s.connectionChecks},
		{post, "/connections/:name/test", signedIn, s.testConnection},
		{post, "/connections/:name/reload", signedIn, s.reloadConnection},
		{post, "/connections/:name/ticketing", signedIn, s.saveTicketing},
		{post, "/connections/:name/billing", signedIn, s.saveBilling},
		{get, "/connections/:name/test-ticket", signedIn, s.testTicketState},
		{post, "/connections/:name/test-ticket", signedIn, s.startTestTicket},

		{get, link.Sources, signedIn, s.sources},
		{post, link.Sources, signedIn, s.addSource},
		{post, link.CheckAll, signedIn, s.checkAll},
		{get, "/sources/:name", signedIn, s.source},
		{post, "/sources/:name", signedIn, s.saveSource},
		{post, "/sources/:name/check", signedIn, s.checkSource},
		{get, "/sources/:name/progress", signedIn, s.progress},
		{get, "/sources/:name/remove", signedIn, s.sourceRemoval},
		{post, "/sources/:name/remove", signedIn, s.removeSource},
		{get, "/sources/:name/sign-in", signedIn, s.signInPage},
		{post, "/sources/:name/sign-in", signedIn, s.startSignIn},
		{get, link.SignInReturn, signedIn, s.signInReturn},
		{post, "/sources/:name/tokens", signedIn, s.makeToken},
		{post, "/sources/:name/tokens/:token/revoke", signedIn, s.revokeToken},
		{get, "/sources/:name/import", signedIn, s.importStart},
		{post, "/sources/:name/import", signedIn, s.stageImport},
		{get, "/sources/:name/import/:file", signedIn, s.importPreview},
		{post, "/sources/:name/import/:file", signedIn, s.importFile},

		{get, link.Settings, signedIn, s.settingsPage},
		{post, link.Settings, signedIn, s.saveSettings},
		{get, link.SettingsFile, signedIn, s.settingsFile},
		{get, link.Notifications, signedIn, s.notifications},
		{post, link.Notifications, signedIn, s.saveNotifications},
		{post, link.NotifyTest, signedIn, s.testNotice},
		{post, link.SMTPPassword, signedIn, s.notifySecret},
		{get, link.About, signedIn, s.about},
		{get, link.HelpTopics, signedIn, s.helpList},
		{get, "/help/:topic", signedIn, s.helpTopic},
	}
}

// Open reports whether a page path needs no session. It is the guard's OpenPages, read off the list above.
func (s *Server) Open(path string) bool {
	for _, r := range s.routes() {
		prefix, tree := strings.CutSuffix(r.path, "*")
		if r.access == anyone && (path == r.path || tree && strings.HasPrefix(path, prefix)) {
			return true
		}
	}
	return false
}
