// Package link is the one place where a page's path is written, so that a deep link in a ticket, a button and a route
// cannot drift apart. Paths are stable (contract: Pages).
package link

import (
	"net/url"
	"strconv"
)

// Pages without a parameter.
const (
	Overview      = "/"
	Setup         = "/setup"
	Organizations = "/organizations"
	Mapping       = "/mapping"
	Billing       = "/billing"
	Money         = "/money"
	Deliveries    = "/deliveries"
	Tickets       = "/tickets"
	Sources       = "/sources"
	Settings      = "/settings"
	Diagnostics   = "/diagnostics"
	About         = "/about"
	Rehearsal     = "/rehearsal"
	Notifications = "/settings/notifications"      // GET: the form; POST: save it
	NotifyTest    = "/settings/notifications/test" // POST: send a test notice by one channel
	SMTPPassword  = "/settings/notifications/keys" // POST: store the mail server's password or the webhook's address
)

// Guide is the page of one task of the setting-up.
func Guide(task string) string { return Setup + "/" + url.PathEscape(task) }

// Activity is an organization's Activity tab; id is our own row.
func Activity(id int64) string { return Organizations + "/" + num(id) + "/activity" }

// Alerts is an organization's Alerts tab.
func Alerts(id int64) string { return Organizations + "/" + num(id) + "/alerts" }

// Readings is an organization's Usage tab: its newest readings with what was counted.
func Readings(id int64) string { return Organizations + "/" + num(id) + "/readings" }

// OrganizationSettings is an organization's Settings › PSA tab.
func OrganizationSettings(id int64) string { return Organizations + "/" + num(id) + "/settings" }

// Month is the billing page of one connection and period ("2026-11").
func Month(connection, period string) string {
	return Billing + "/" + url.PathEscape(connection) + "/" + url.PathEscape(period)
}

// Push is the page of one push.
func Push(id int64) string { return Billing + "/pushes/" + num(id) }

// Evidence is the page that explains one line's quantity.
func Evidence(line int64) string { return Billing + "/lines/" + num(line) + "/evidence" }

// Delivery is the page of one delivery with its attempts.
func Delivery(id int64) string { return Deliveries + "/" + num(id) }

// Source is the page of one source.
func Source(name string) string { return Sources + "/" + url.PathEscape(name) }

// Connection is the page of one connection.
func Connection(name string) string { return "/connections/" + url.PathEscape(name) }

func num(id int64) string { return strconv.FormatInt(id, 10) }
