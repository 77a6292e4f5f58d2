package main

import (
	"errors"
	"flag"
	"strconv"
	"strings"

	"psabridge/app/sandbox"
)

// sourceFlags are the manners of x360Sync and of the Axcient API that can be had
// from the command line. A flag that takes a list may be given more than once.
func sourceFlags(set *flag.FlagSet, q *sandbox.SyncQuirks, a *sandbox.AxcientQuirks) {
	signInFlags(set, q)
	readFlags(set, q)
	set.StringVar(&a.Dialect, "dialect", "", "how Axcient writes what nobody has documented: `word` wrapped, camel, title, odd, nulls or text_numbers; nothing said: plain names in a bare array")
	listVar(set, &a.Lacks, "key-lacks", "make the API key no good for this `product`: x360Cloud, Billing, x360Recover or x360Sync", plain)
	statusVar(set, &a.Status, "axcient-refuse", "always refuse this path of Axcient, as in \"/x360cloud/client/*/user=403\"")
	set.StringVar(&a.RetryAfter, "axcient-retry-after", "", "what a 429 or 503 of Axcient says in Retry-After")
	set.IntVar(&a.PageCap, "axcient-page-cap", 0, "the most rows of a page of Axcient (0: 100)")
	set.StringVar(&a.Totals, "axcient-totals", "", "how its totals lie: `word` missing, big, small, changing, text, zero or page")
	set.BoolVar(&a.Unpaged, "axcient-unpaged", false, "always give the whole list")
	set.StringVar(&a.Sizes, "axcient-sizes", "", "how sizes are written: `word` gb, text, null or absent; nothing said: bytes")
	set.StringVar(&a.Outcomes, "axcient-outcomes", "", "how outcomes of backups are written: `word` lower, upper or unknown")
	listVar(set, &a.HTMLPages, "axcient-html", "answer this `path` with a page for people", plain)
}

func signInFlags(set *flag.FlagSet, q *sandbox.SyncQuirks) {
	set.BoolVar(&q.ClientSecret, "client-secret", false, "the OAuth client of x360Sync has a secret")
	set.StringVar(&q.SecretIn, "secret-in", "", "where the secret has to be: `word` body or basic; nothing said: either")
	listVar(set, &q.Grants, "grant", "allow this `grant` and no other: password, refresh_token, authorization_code", plain)
	listVar(set, &q.RedirectURIs, "redirect-uri", "register this `address` to return to, and no other", plain)
	set.BoolVar(&q.AnyLoopbackPort, "any-loopback-port", false, "take a registered address on 127.0.0.1 with every port")
	set.BoolVar(&q.Deny, "deny-sign-in", false, "say no on the page to sign in at")
	set.BoolVar(&q.NewMachines, "new-machines", false, "know no guid again, so that each sign-in leaves a machine")
	set.IntVar(&q.AccessUses, "access-uses", 0, "end an access token after `N` requests (0: after an hour)")
	set.IntVar(&q.TokenDays, "token-days", 0, "end refresh tokens after `N` days (0: never)")
	set.BoolVar(&q.ReuseEndsAll, "reuse-ends-all", false, "a used refresh token that comes again ends the sign-in")
}

func readFlags(set *flag.FlagSet, q *sandbox.SyncQuirks) {
	statusVar(set, &q.Status, "sync-refuse", "always refuse this path of x360Sync below /api/2, as in \"/organization/4711*=403\"")
	set.StringVar(&q.RetryAfter, "sync-retry-after", "", "what a 429 or 503 of x360Sync says in Retry-After")
	set.IntVar(&q.PerMinute, "sync-per-minute", 0, "x360Sync's rate limit (0: none)")
	listVar(set, &q.HTMLPages, "sync-html", "answer this `path` with a page to sign in at", plain)
	listVar(set, &q.SamePage, "sync-same-page", "show the first page of this `path` whatever is asked", plain)
	listVar(set, &q.NeverEnds, "sync-never-ends", "let the list at this `path` go on for ever", plain)
	listVar(set, &q.ShortEnd, "sync-short-end", "end the list at this `path` three rows early", plain)
	set.IntVar(&q.PageSize, "sync-page-size", 0, "rows of a page of x360Sync (0: 100)")
	set.StringVar(&q.Totals, "sync-totals", "", "how its totals lie: `word` missing, big, small, changing, text, zero or page")
	listVar(set, &q.OwnOnly, "own-only", "let parents show nothing of their children in this `list`: persons, guests, machines, roots or activity", plain)
	set.BoolVar(&q.TextNumbers, "text-numbers", false, "write every number of x360Sync as text")
	set.StringVar(&q.Sizes, "sync-sizes", "", "how x360Sync writes sizes: `word` float, numeral, negative or null")
	set.StringVar(&q.Clock, "sync-clock", "", "how x360Sync writes moments: `word` zulu, offset, fraction or space")
	set.StringVar(&q.Order, "activity-order", "", "the order of the activity log: `word` ascending or shuffled; nothing said: newest first")
	set.StringVar(&q.Types, "activity-types", "", "what the list of activity types is: `word` absent, empty or strangers")
	set.StringVar(&q.Usage, "usage", "", "what the usage endpoint says: `word` absent, empty, understood, inclusive or misleading; nothing said: what nobody can know")
	set.StringVar(&q.Device, "machine-status", "", "what a machine's status says: `word` unavailable, boolean, text or contradicts")
}

// statusVar reads path=status.
func statusVar(set *flag.FlagSet, into *map[string]int, name, usage string) {
	set.Func(name, usage, func(s string) error {
		path, code, ok := strings.Cut(s, "=")
		n, err := strconv.Atoi(code)
		if !ok || path == "" || err != nil {
			return errors.New("not a path and a status, as in /organization/4711*=403")
		}
		if *into == nil {
			*into = map[string]int{}
		}
		(*into)[path] = n
		return nil
	})
}
