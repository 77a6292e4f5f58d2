package main

import (
	"errors"
	"flag"
	"strconv"
	"strings"

	"psabridge/app/sandbox"
)

// quirkFlags are the manners of ConnectWise that can be had from the command
// line. A flag that takes a list may be given more than once.
func quirkFlags(set *flag.FlagSet, q *sandbox.Quirks) {
	listVar(set, &q.Lacks, "lacks", "take this `right` from the role, as in \"Finance > Agreements > Edit\" or \"Service / Priority\"; a wrong one lists them all", right)
	listVar(set, &q.Grants, "grants", "let the role read this `module`, which it should not, as in \"System > Member Maintenance\"; a wrong one lists them all", right)
	set.BoolVar(&q.ExcessRights, "excess-rights", false, "let the role read all it should not")
	listVar(set, &q.Forbid, "forbid", "answer 403 to this `path` below apis/3.0; * stands for anything", plain)
	listVar(set, &q.NoRoutes, "no-route", "do not have this `path`: the endpoint does not exist", plain)
	listVar(set, &q.False200, "false-200", "answer 200 to a change of this `path` and change nothing", plain)
	set.Func("page-cap", "give at most `N` rows a page, whatever is asked for", func(s string) error {
		n, err := strconv.Atoi(s)
		if err != nil {
			return errors.New("not a number")
		}
		q.PageCap = map[string]int{"*": n}
		return nil
	})
	listVar(set, &q.NoLink, "no-link", "send no Link header with this `path`", plain)
	listVar(set, &q.NoForwardOnly, "no-forward-only", "take no notice of forward-only paging on this `path`", plain)
	listVar(set, &q.IgnoreConditions, "ignore-conditions", "take no notice of conditions on this `path`", plain)
	set.BoolVar(&q.HiddenLookup, "hidden-lookup", false, "answer 404 to the lookup of the company")
	set.StringVar(&q.SiteURL, "site-url", "", "the `host` the lookup names as the site's own")
	set.BoolVar(&q.APIPrefix, "api-prefix", false, "refuse a host that does not begin with api-: SSL is required")
	listVar(set, &q.ClientIDs, "client-id", "know this client `id` and no other", plain)
	set.BoolVar(&q.ClientID403, "client-id-403", false, "refuse a missing or unknown client id with 403 and not 401")
	set.DurationVar(&q.ClockSkew, "clock-skew", 0, "how wrong the Date header is")
	set.StringVar(&q.RetryAfter, "retry-after", sandbox.RetryAfterSeconds, "what a 429 says: date, none, or any other `text` as it is; nothing said: seconds")
	set.BoolVar(&q.CloudflareLimit, "cloudflare", false, "make a 429 the page of the proxy in front")
	set.BoolVar(&q.NoNulls, "no-nulls", false, "refuse a null in a new record")
	set.BoolVar(&q.NoNotifyPatch, "no-notify-patch", false, "do not know processNotifications in a change of a ticket")
	set.BoolVar(&q.NoRef404, "no-ref-404", false, "refuse a reference that leads nowhere with 404 and not 400")
}

func listVar(set *flag.FlagSet, list *[]string, name, usage string, read func(string) string) {
	set.Func(name, usage, func(s string) error {
		*list = append(*list, read(s))
		return nil
	})
}

func plain(s string) string { return s }

// right lets a right be typed on any keyboard.
func right(s string) string { return strings.ReplaceAll(s, " > ", " ▸ ") }
