package settings

import (
	"slices"
	"strconv"

	"psabridge/app"
)

// Starters are the alerts a page proposes for a kind of source: few, because many tire whoever reads the tickets. They go to
// the PSA system and close by themselves where what was wrong recovers. f says whom they are for; that a source cannot be
// read is about all of its organizations.
func Starters(kind string, f app.For) []app.AlertRule {
	var all []app.AlertRule
	switch kind {
	case KindX360Sync:
		all = []app.AlertRule{
			starter("File server unreachable", f, app.SeverityCritical, app.When{Type: app.TypeMachineUnreachable, Minutes: 5}),
			starter("Storage almost full", f, app.SeverityWarning, app.When{Type: app.TypeQuotaReached, Percent: 80}, app.When{Type: app.TypeQuotaReached, Percent: 100}),
			starter("Sign-ins fail", f, app.SeverityWarning, app.When{Type: app.TypeSignInFailures, Times: 5}),
		}
	case KindAxcient:
		all = []app.AlertRule{
			starter("Backup failed", f, app.SeverityWarning, app.When{Type: app.TypeBackupFailed}),
			starter("Backup SLA missed", f, app.SeverityCritical, app.When{Type: app.TypeBackupSLAMissed}),
		}
	case KindInbox:
		return []app.AlertRule{starter("Backup problems", f, app.SeverityWarning, app.When{Type: "backup.*"})}
	default:
		return nil
	}
	return append(all, starter("Source cannot be read", app.For{Source: f.Source}, app.SeverityCritical, app.When{Type: app.TypeSourceUnreadable, Minutes: 15}))
}

func starter(name string, f app.For, severity app.Severity, when ...app.When) app.AlertRule {
	momentary := slices.ContainsFunc(EventTypes(), func(t EventType) bool { return t.Type == when[0].Type && t.Momentary })
	return app.AlertRule{Name: name, When: when, For: f, Via: app.Via{PSA: true}, Severity: severity, Ticket: app.TicketPolicy{AutoClose: !momentary}}
}

// FreeAlertName is a name no other alert of the document has: the one that is wanted, with the source or organization it is
// for beside it where that is taken, and with a number where that is taken too.
func FreeAlertName(doc app.Settings, wanted string, f app.For) string {
	taken := func(name string) bool {
		return slices.ContainsFunc(doc.Alerts, func(r app.AlertRule) bool { return r.Name == name })
	}
	name := wanted
	for _, beside := range []string{f.Source, f.Organization} {
		if taken(name) && beside != "" {
			name = wanted + " (" + beside + ")"
		}
	}
	for n := 2; taken(name); n++ {
		name = wanted + " " + strconv.Itoa(n)
	}
	return name
}
