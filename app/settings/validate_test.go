package settings_test

import (
	"strings"
	"testing"

	"psabridge/app"
	"psabridge/app/settings"
)

const head = `version: 1
sources: [{name: sync, kind: x360sync}]
connections: [{name: cw, system: connectwise, site_url: na.myconnectwise.net, company_id: acme, billing: {enabled: true, products: {accounts: A, storage: S}}}]
`

func TestValidateRefuses(t *testing.T) {
	connection := func(more string) string {
		return "version: 1\nconnections: [{name: cw, system: connectwise, site_url: na.myconnectwise.net, company_id: acme, " + more + "}]\n"
	}
	rule := func(more string) string { return head + "alerts: [{name: A, via: {psa: true}, " + more + "}]\n" }
	for name, test := range map[string]struct{ document, field, says string }{
		"no version":             {"sources: []", "version", "must be 1"},
		"source name":            {"version: 1\nsources: [{name: a b, kind: x360sync}]", "sources[a b].name", "cannot be a name"},
		"source name missing":    {"version: 1\nsources: [{kind: x360sync}]", "sources[0].name", "missing"},
		"source twice":           {"version: 1\nsources: [{name: a, kind: x360sync}, {name: a, kind: x360sync}]", "sources[1].name", "used twice"},
		"unknown kind":           {"version: 1\nsources: [{name: a, kind: dropbox}]", "sources[a].kind", "x360sync"},
		"host without tls":       {"version: 1\nsources: [{name: a, kind: x360sync, host: \"http://example.com\"}]", "sources[a].host", "unencrypted"},
		"too often":              {"version: 1\nsources: [{name: a, kind: x360sync, every: 10ms}]", "sources[a].every", "from 1s to 24h"},
		"connection inherit":     {strings.Replace(connection("client_id: x"), "name: cw", "name: inherit", 1), "connections[inherit].name", "another name"},
		"unknown system":         {strings.Replace(connection("client_id: x"), "system: connectwise", "system: halo", 1), "connections[cw].system", "connectwise"},
		"no site":                {"version: 1\nconnections: [{name: cw, system: connectwise, company_id: a}]", "connections[cw].site_url", "missing"},
		"private site":           {"version: 1\nconnections: [{name: cw, system: connectwise, site_url: 192.168.0.9, company_id: a}]", "connections[cw].site_url", "allow_private_network"},
		"company is an address":  {"version: 1\nconnections: [{name: cw, system: connectwise, site_url: cw.example.com, company_id: \"https://x\"}]", "connections[cw].company_id", "sign-in"},
		"client id":              {connection("client_id: \"a b\""), "connections[cw].client_id", "space"},
		"requests":               {connection("requests_per_minute: -1"), "connections[cw].requests_per_minute", "1 to 10000"},
		"searches":               {connection("confirm: {searches: 1000}"), "connections[cw].confirm.searches", "1 to 100"},
		"search window":          {connection("confirm: {over: 25h}"), "connections[cw].confirm.over", "24h"},
		"time zone":              {connection("time_zone: Berlin"), "connections[cw].time_zone", "Europe/Berlin"},
		"local time zone":        {connection("time_zone: Local"), "connections[cw].time_zone", "Europe/Berlin"},
		"priority of what":       {connection("ticketing: {enabled: true, priority: {urgent: P1}}"), "connections[cw].ticketing.priority.urgent", "info, warning or critical"},
		"negative id":            {connection("ticketing: {enabled: true, board: {id: -3}}"), "connections[cw].ticketing.board.id", "count from 1"},
		"push at":                {connection("billing: {enabled: true, push_at: \"6:00\"}"), "connections[cw].billing.push_at", "06:00"},
		"approval":               {connection("billing: {enabled: true, approval: never}"), "connections[cw].billing.approval", "ask or automatic"},
		"product with space":     {connection("billing: {enabled: true, products: {storage: \"S \"}}"), "connections[cw].billing.products.storage", "ends with a space"},
		"product empty":          {connection("billing: {enabled: true, products: {storage: \"\"}}"), "connections[cw].billing.products.storage", "empty"},
		"product for two meters": {connection("billing: {enabled: true, products: {storage: S, accounts: S}}"), "connections[cw].billing.products.storage", "product of its own"},
		"meter hold":             {connection("billing: {enabled: true, products: {hold: S}}"), "connections[cw].billing.products.hold", "not a meter"},
		"unit":                   {connection("billing: {enabled: true, rules: {storage: {unit: GiB}}}"), "connections[cw].billing.rules.storage.unit", "each, GB or TB"},
		"round":                  {connection("billing: {enabled: true, rules: {storage: {round: 3}}}"), "connections[cw].billing.rules.storage.round", "up, nearest, down or 2"},
		"minimum":                {connection("billing: {enabled: true, rules: {storage: {minimum: -3}}}"), "connections[cw].billing.rules.storage.minimum", "negative"},
		"limit":                  {connection("billing: {enabled: true, rules: {hold: {amount: -3}}}"), "connections[cw].billing.rules.hold.amount", "negative"},
		"organization's source":  {head + "organizations: [{source: snc, id: 1}]", "organizations[snc/1].source", "no source \"snc\""},
		"organization twice":     {head + "organizations: [{source: sync, id: 1}, {source: sync, id: 1}]", "organizations[1].id", "second time"},
		"organization's psa":     {head + "organizations: [{source: sync, id: 1, psa: wc}]", "organizations[sync/1].psa", "no connection \"wc\""},
		"identifier alone":       {head + "organizations: [{source: sync, id: 1, company: {identifier: X}}]", "organizations[sync/1].company.id", "record id"},
		"agreement alone":        {head + "organizations: [{source: sync, id: 1, agreement: {id: 3}}]", "organizations[sync/1].company", "no company"},
		"nothing billed":         {head + "organizations: [{source: sync, id: 1, company: {id: 2}, agreement: {id: 3}}]", "organizations[sync/1].bill", "at least one"},
		"billed twice":           {head + "organizations: [{source: sync, id: 1, bill: [storage, storage]}]", "organizations[sync/1].bill[1]", "twice"},
		"exclusion of what":      {head + "organizations: [{source: sync, id: 1, exclude: [{kind: organization, id: 3, reason: x}]}]", "organizations[sync/1].exclude[0].kind", "account, machine, root, guest or resource"},
		"exclusion why":          {head + "organizations: [{source: sync, id: 1, exclude: [{kind: account, id: 3}]}]", "organizations[sync/1].exclude[0].reason", "in a year"},
		"overridden into one": {
			head + "organizations: [{source: sync, id: 1, company: {id: 2}, agreement: {id: 3}, bill: [accounts, storage], products: {storage: A}}]",
			"organizations[sync/1].products.storage", "Two meters cannot share a line",
		},
		"two organizations into one": {
			head + "organizations: [{source: sync, id: 1, company: {id: 2}, agreement: {id: 3}, bill: [accounts]}, {source: sync, id: 2, company: {id: 2}, agreement: {id: 3}, bill: [storage], products: {storage: A}}]",
			"organizations[sync/2].products.storage", "is accounts of organization [sync/1] and would be storage of organization [sync/2]",
		},
		"two rules on one line": {
			head + "organizations: [{source: sync, id: 1, company: {id: 2}, agreement: {id: 3}, bill: [storage]}, {source: sync, id: 2, company: {id: 2}, agreement: {id: 3}, bill: [storage], quantity_rules: {storage: {round: down}}}]",
			"organizations[sync/2].quantity_rules.storage", "Make the rules the same",
		},
		"alert without name":    {head + "alerts: [{when: [machine.unreachable], via: {psa: true}}]", "alerts[0].name", "needs a name"},
		"alert without when":    {rule("when: []"), "alerts[A].when", "no event type"},
		"unknown type":          {rule("when: [machine.unreachabel]"), "alerts[A].when[0].type", "machine.unreachable"},
		"unknown family":        {rule("when: [maschine.*]"), "alerts[A].when[0].type", "families"},
		"wrong level":           {rule("when: [{type: quota.reached, minutes: 5}]"), "alerts[A].when[0].minutes", "Write percent instead"},
		"level without":         {rule("when: [{type: activity.login, times: 5}]"), "alerts[A].when[0].times", "no level"},
		"for unknown source":    {rule("when: [quota.reached], for: {source: x}"), "alerts[A].for.source", "no source"},
		"below nothing":         {rule("when: [quota.reached], for: {suborganizations: true}"), "alerts[A].for.organization", "which organization"},
		"email without server":  {strings.Replace(rule("when: [quota.reached]"), "psa: true", "psa: true, email: [bob@example.com]", 1), "alerts[A].via.email", "no mail server"},
		"a type named twice":    {rule("when: [{type: quota.reached, percent: 80}, {type: quota.reached, percent: 80}]"), "alerts[A].when[1]", "twice"},
		"level beyond all":      {rule("when: [{type: machine.unreachable, minutes: 100000}]"), "alerts[A].when[0].minutes", "1 to 44640"},
		"level below zero":      {rule("when: [{type: machine.unreachable, minutes: -1}]"), "alerts[A].when[0].minutes", "1 or more"},
		"unknown variable":      {rule("when: [quota.reached], ticket: {summary: \"Help {objekt}\"}"), "alerts[A].ticket.summary", "Character 6: There is no variable {objekt}"},
		"brace in the body":     {rule("when: [quota.reached], ticket: {body: \"a\\n{object\"}"), "alerts[A].ticket.body", "Character 3: A { is not closed"},
		"summary of two lines":  {rule("when: [quota.reached], ticket: {summary: \"a\\nb\"}"), "alerts[A].ticket.summary", "cannot be seen"},
		"endless body":          {rule("when: [quota.reached], ticket: {body: \"" + strings.Repeat("ä", 16001) + "\"}"), "alerts[A].ticket.body", "16001 characters"},
		"bell in the body":      {rule("when: [quota.reached], ticket: {body: \"a\\ab\"}"), "alerts[A].ticket.body", "cannot be seen"},
		"closed status by id":   {rule("when: [quota.reached], ticket: {closed_status: {id: -3}}"), "alerts[A].ticket.closed_status.id", "count from 1"},
		"source by id":          {rule("when: [quota.reached], ticket: {source: {id: -3}}"), "alerts[A].ticket.source.id", "count from 1"},
		"comeback":              {rule("when: [quota.reached], ticket: {comeback: again}"), "alerts[A].ticket.comeback", "reopen, new or none"},
		"quiet for a month":     {rule("when: [quota.reached], ticket: {note_every: 720h}"), "alerts[A].ticket.note_every", "168h"},
		"ask above":             {connection("ticketing: {enabled: true, ask_above: -1}"), "connections[cw].ticketing.ask_above", "no limit"},
		"nameless member":       {connection("ticketing: {enabled: true, automation: {members: [\" \"]}}"), "connections[cw].ticketing.automation.members[0]", "empty"},
		"status listed twice":   {connection("ticketing: {enabled: true, automation: {statuses: [Assigned, assigned]}}"), "connections[cw].ticketing.automation.statuses[1]", "twice"},
		"connection e-mail":     {strings.Replace(connection("client_id: x"), "name: cw", "name: E-Mail", 1), "connections[E-Mail].name", "by e-mail"},
		"a type nothing makes":  {rule("when: [machine.stolen]"), "alerts[A].when[0].type", "not an event type"},
		"unseen by minutes":     {rule("when: [{type: machine.unseen, minutes: 5}]"), "alerts[A].when[0].minutes", "Write days instead"},
		"failures by percent":   {rule("when: [{type: signin.failures, percent: 5}]"), "alerts[A].when[0].percent", "Write times instead"},
		"level of a moment":     {rule("when: [{type: account.added, times: 5}]"), "alerts[A].when[0].times", "leave it out"},
		"level of a family":     {rule("when: [{type: machine.*, days: 5}]"), "alerts[A].when[0].days", "no level"},
		"sent without inbox":    {rule("when: [veeam.job_failed]"), "alerts[A].when[0].type", "With an inbox"},
		"every type at once":    {strings.Replace(rule("when: [\"*\"]"), "sources: [", "sources: [{name: in, kind: inbox}, ", 1), "alerts[A].when[0].type", "not an event type"},
		"sent to another":       {strings.Replace(rule("when: [veeam.*], for: {source: sync}"), "sources: [", "sources: [{name: in, kind: inbox}, ", 1), "alerts[A].when[0].type", "sent to an inbox only"},
		"level of what is sent": {strings.Replace(rule("when: [{type: veeam.failed, times: 2}]"), "sources: [", "sources: [{name: in, kind: inbox}, ", 1), "alerts[A].when[0].times", "no level"},
		"inbox with host":       {"version: 1\nsources: [{name: a, kind: inbox, host: \"https://x.example.com\"}]", "sources[a].host", "not read but sent to"},
		"inbox with every":      {"version: 1\nsources: [{name: a, kind: inbox, every: 2m}]", "sources[a].every", "has no every"},
		"inbox with a top":      {"version: 1\nsources: [{name: a, kind: inbox, top_organization: \"4\"}]", "sources[a].top_organization", "Leave it out"},
		"inbox with authority":  {"version: 1\nsources: [{name: a, kind: inbox, ca_file: /x.pem}]", "sources[a].ca_file", "Leave it out"},
		"inbox in private":      {"version: 1\nsources: [{name: a, kind: inbox, allow_private_network: true}]", "sources[a].allow_private_network", "Leave it out"},
		"cloud with a top":      {"version: 1\nsources: [{name: a, kind: axcient, top_organization: \"4\"}]", "sources[a].top_organization", "API key"},
		"cloud without tls":     {"version: 1\nsources: [{name: a, kind: axcient, host: \"http://axapi.axcient.com/x360cloud\"}]", "sources[a].host", "unencrypted"},
		"cloud with a query":    {"version: 1\nsources: [{name: a, kind: axcient, host: \"https://axapi.axcient.com/x360cloud/client?limit=1\"}]", "sources[a].host", "?limit=1"},
		"meter of nobody":       {head + "organizations: [{source: sync, id: 1, bill: [\"Seats!\"]}]", "organizations[sync/1].bill[0]", "protected_seats and protected_storage"},
		"a page's own name":     {"version: 1\nconnections: [{name: pushes, system: connectwise, site_url: na.myconnectwise.net, company_id: a}]", "connections[pushes].name", "pages"},
		"severity":              {rule("when: [quota.reached], severity: high"), "alerts[A].severity", "critical"},
		"per":                   {rule("when: [quota.reached], ticket: {per: day}"), "alerts[A].ticket.per", "object or organization"},
		"window upside down":    {rule("when: [quota.reached], mute: [{from: 2026-11-05T22:00:00Z, to: 2026-11-05T21:00:00Z, reason: x}]"), "alerts[A].mute[0].to", "ends before"},
		"window without date":   {rule("when: [quota.reached], mute: [{from: tomorrow, to: 2026-11-05T21:00:00Z, reason: x}]"), "alerts[A].mute[0].from", "point in time"},
	} {
		t.Run(name, func(t *testing.T) {
			err := settings.Validate(parse(t, test.document))
			all := settings.Problems(err)
			if len(all) != 1 || app.ErrorCode(err) != app.Invalid {
				t.Fatalf("problems = %v, want one", err)
			}
			if all[0].Field != test.field || !strings.Contains(all[0].Message, test.says) {
				t.Errorf("got %s: %s\nwant %s: …%s…", all[0].Field, all[0].Message, test.field, test.says)
			}
		})
	}
}

func TestValidateAccepts(t *testing.T) {
	const inbox = "version: 1\nsources: [{name: in, kind: inbox}, {name: sync, kind: x360sync}, {name: cloud, kind: axcient}]\n"
	for name, document := range map[string]string{
		"an inbox, its types and its families": inbox + "alerts: [{name: A, when: [veeam.job_failed, disk.*], for: {source: in}, via: {psa: true}}, {name: B, when: [veeam.*], via: {psa: true}}]",
		"the organizations of an inbox":        inbox + "organizations: [{source: in, id: \"psabridge:top\", company: {id: 2}}, {source: in, id: \"name:contoso ag\", company: {id: 3}, agreement: {id: 4}, bill: [backup_seats, veeam.vms], exclude: [{kind: job, id: \"7\", reason: theirs}]}]",
		"alerts for a customer of an inbox":    inbox + "alerts: [{name: A, when: [disk.full], for: {source: in, organization: \"psabridge:top\", suborganizations: true}, via: {psa: true}}]",
		"guests left out":                      head + "organizations: [{source: sync, id: 1, exclude: [{kind: guest, id: 3, reason: x}, {kind: resource, id: 4, reason: y}]}]",
		"x360Cloud below a path":               "version: 1\nsources: [{name: a, kind: axcient, host: \"https://axapi.axcient.com/x360cloud/\"}, {name: b, kind: axcient, host: \"http://127.0.0.1:80/x360cloud\", allow_private_network: true}]",
		"meters of every vendor":               inbox + "connections: [{name: cw, system: connectwise, site_url: na.myconnectwise.net, company_id: acme, billing: {enabled: true, products: {guests: G, protected_seats: P, protected_storage: S, veeam.vms: V}, rules: {protected_storage: {unit: TB}, veeam.vms: {round: nearest}}}}]",
		"every level":                          head + "alerts: [{name: A, when: [{type: machine.unseen, days: 14}, {type: signin.failures, times: 3}, {type: source.unreadable, minutes: 60}, backup.sla_missed, \"backup.*\", account.unprotected, organization.moved], via: {psa: true}}]",
		"nothing yet":                          "version: 1",
		"alerts by e-mail":                     head + mailServer + "alerts: [{name: A, when: [quota.reached], via: {psa: false, email: [noc@example.com, jürgen@münchen.example]}}]",
		"an alert that tells nobody":           head + "alerts: [{name: A, when: [quota.reached], for: {organization: \"4\"}, via: {psa: false}}]",
		"templates":                            head + "alerts: [{name: A, when: [quota.reached], via: {psa: true}, ticket: {summary: \"{title} – {{ Object }}\", body: \"{text}\\r\\n\\tSeen {count} times\\n\"}}]",
		"automation":                           "version: 1\nconnections: [{name: cw, system: connectwise, site_url: na.myconnectwise.net, company_id: a, ticketing: {enabled: true, ask_above: 20, automation: {members: [Workflow], statuses: [Assigned, Workflow]}}}]",
		"families":                             head + "alerts: [{name: A, when: [machine.*, activity.*, activity.user-login, {type: quota.reached, percent: 90}], via: {psa: true}}]",
		"loopback":                             "version: 1\nconnections: [{name: cw, system: connectwise, site_url: \"http://127.0.0.1:80\", company_id: a, allow_private_network: true}]",
		"same rules written differently": head + "organizations: [{source: sync, id: 1, company: {id: 2}, agreement: {id: 3}, bill: [storage], quantity_rules: {storage: {minimum: 1.0}}}," +
			" {source: sync, id: 2, company: {id: 2}, agreement: {id: 3}, bill: [storage], quantity_rules: {storage: {minimum: 1}}}]",
		"a rule and the same one left out": head + "organizations: [{source: sync, id: 1, company: {id: 2}, agreement: {id: 3}, bill: [storage], products: {storage: A}, quantity_rules: {storage: {unit: GB, round: up, basis: own, trials: true}}}," +
			" {source: sync, id: 2, company: {id: 2}, agreement: {id: 3}, bill: [storage], products: {storage: A}}]",
		"one product on two agreements": head + "organizations: [{source: sync, id: 1, company: {id: 2}, agreement: {id: 3}, bill: [storage], products: {storage: A}, quantity_rules: {storage: {round: down}}}," +
			" {source: sync, id: 2, company: {id: 2}, agreement: {id: 4}, bill: [storage], products: {storage: A}}]",
	} {
		if err := settings.Validate(parse(t, document)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestM13TwoConnectionsToOneTenant(t *testing.T) {
	doc := parse(t, `version: 1
connections:
- {name: a, system: connectwise, site_url: na.myconnectwise.net, company_id: acme}
- {name: b, system: connectwise, site_url: "https://API-na.myconnectwise.net:443/v4_6_release", company_id: ACME}
- {name: c, system: connectwise, site_url: na.myconnectwise.net, company_id: other}
`)
	all := settings.Problems(settings.Validate(doc))
	if len(all) != 1 || all[0].Field != "connections[b].company_id" || !strings.Contains(all[0].Message, "a and b") {
		t.Errorf("problems = %v", all)
	}
}

func TestAddress(t *testing.T) {
	for _, test := range []struct {
		raw     string
		private bool
		want    string // "" is refused
	}{
		{"na.myconnectwise.net", false, "https://na.myconnectwise.net"},
		{" https://NA.myconnectwise.net/v4_6_release/services?x=y ", false, "https://na.myconnectwise.net"},
		{"https://cw.example.com:8443/", false, "https://cw.example.com:8443"},
		{"https://cw.example.com:443", false, "https://cw.example.com"},
		{"http://cw.example.com", true, ""},
		{"http://127.0.0.1:8080", true, "http://127.0.0.1:8080"},
		{"http://127.0.0.1:8080", false, ""},
		{"http://[::1]:8080", true, "http://[::1]:8080"},
		{"10.0.0.5", false, ""},
		{"10.0.0.5", true, "https://10.0.0.5"},
		{"http://10.0.0.5", true, ""},
		{"localhost", false, ""},
		{"cw.localhost:99", true, "https://cw.localhost:99"},
		{"https://user:pass@cw.example.com", true, ""},
		{"ftp://cw.example.com", true, ""},
		{"https://", true, ""},
		{"", true, ""},
		{"not an address", true, ""},
	} {
		got, err := settings.Address(test.raw, test.private)
		if got != test.want || (err == nil) != (test.want != "") {
			t.Errorf("Address(%q, %v) = %q, %v, want %q", test.raw, test.private, got, err, test.want)
		}
		if err != nil && strings.Contains(err.Error(), "pass") && strings.Contains(err.Error(), "user:") {
			t.Errorf("the error repeats a password: %v", err)
		}
	}
	if settings.Host("https://NA.myconnectwise.net/x") != "na.myconnectwise.net" || settings.Host("::") != "" {
		t.Error("Host does not give the host alone")
	}
}

func TestAddressWithPath(t *testing.T) {
	for _, test := range []struct{ raw, want string }{
		{"axapi.axcient.com", "https://axapi.axcient.com"},
		{" https://AXAPI.axcient.com:443/x360Cloud/ ", "https://axapi.axcient.com/x360Cloud"},
		{"https://axapi.axcient.com/a/b", "https://axapi.axcient.com/a/b"},
		{"https://axapi.axcient.com/a#b", ""},
		{"https://axapi.axcient.com/a?b", ""},
		{"http://axapi.axcient.com/a", ""},
		{"https://u:p@axapi.axcient.com/a", ""},
		{"", ""},
	} {
		got, err := settings.AddressWithPath(test.raw, false)
		if got != test.want || (err == nil) != (test.want != "") {
			t.Errorf("AddressWithPath(%q) = %q, %v, want %q", test.raw, got, err, test.want)
		}
	}
	if settings.Host("https://axapi.axcient.com/x360cloud") != "axapi.axcient.com" {
		t.Error("a secret is bound to more than the host")
	}
}

func TestEventTypes(t *testing.T) {
	units := map[string]bool{"": true, "percent": true, "minutes": true, "days": true, "times": true}
	seen := map[string]bool{}
	for _, e := range settings.EventTypes() {
		if seen[e.Type] || !units[e.Level] || (e.Level == "") != (e.Default == 0) || len(e.Kinds) == 0 || !strings.HasSuffix(e.Text, ".") {
			t.Errorf("%+v", e)
		}
		seen[e.Type] = true
		rule := head + "alerts: [{name: A, when: [" + e.Type + "], via: {psa: true}}]"
		if err := settings.Validate(parse(t, rule)); err != nil {
			t.Errorf("%s: %v", e.Type, err)
		}
	}
}

func TestSends(t *testing.T) {
	doc := parse(t, "version: 1\nsources: [{name: sync, kind: x360sync}, {name: cloud, kind: axcient}, {name: in, kind: inbox}]")
	for _, test := range []struct {
		source, pattern string
		want            bool
	}{
		{"", "backup.failed", true},
		{"sync", "backup.failed", false},
		{"cloud", "backup.*", true},
		{"cloud", "machine.*", false},
		{"cloud", "activity.login", false},
		{"sync", "activity.*", true},
		{"in", "backup.failed", true},
		{"in", "disk.*", true},
		{"cloud", "source.unreadable", true},
		{"gone", "machine.*", false},
	} {
		if got := settings.Sends(doc, app.For{Source: test.source}, test.pattern); got != test.want {
			t.Errorf("%q sends %s: %v", test.source, test.pattern, got)
		}
	}
}

// Each field of a rule tells two organizations on one line apart (M5), and the message names both of them.
func TestOneLineHasOneRule(t *testing.T) {
	for _, rule := range []string{"unit: TB", "round: nearest", "minimum: 5", "basis: inclusive", "trials: false", "fse: flag"} {
		doc := parse(t, head+"organizations: [{source: sync, id: 1, company: {id: 2}, agreement: {id: 3}, bill: [storage], products: {storage: A}},"+
			" {source: sync, id: 2, company: {id: 2}, agreement: {id: 3}, bill: [storage], products: {storage: A}, quantity_rules: {storage: {"+rule+"}}}]")
		all := settings.Problems(settings.Validate(doc))
		if len(all) != 1 || all[0].Field != "organizations[sync/2].quantity_rules.storage" || !strings.Contains(all[0].Message, "Organizations [sync/1] and [sync/2] share the line A on agreement 3") {
			t.Errorf("%s: %v", rule, all)
		}
	}
}

func TestCountable(t *testing.T) {
	sync, box := app.SourceSettings{Kind: settings.KindX360Sync}, app.SourceSettings{Kind: settings.KindInbox}
	for _, test := range []struct {
		kind   app.ObjectKind
		source app.SourceSettings
		want   bool
	}{{app.ObjectAccount, sync, true}, {app.ObjectOrganization, sync, false}, {"", sync, false}, {"mailbox", sync, false}, {"mailbox", box, true}, {"", box, false}} {
		if got := settings.Countable(test.kind, test.source); got != test.want {
			t.Errorf("%q of %s: %v", test.kind, test.source.Kind, got)
		}
	}
}
