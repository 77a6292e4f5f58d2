package alert

import (
	"strconv"
	"time"

	"psabridge/app"
)

// verdict is what a value of a state says.
type verdict int

const (
	silent  verdict = iota // nothing: the value is not known, or stands between good and bad
	bad                    // it holds, from the level measured on; below it nothing is known to be good again
	counted                // it holds from the level measured on, and below every level it is over
	fine                   // it is over
)

// aspect is one thing that goes wrong and recovers: the state it is seen by, what its values mean, and the words for it.
// Its level and default stand in app.EventTypes.
type aspect struct {
	what      string // a State… name; empty when it is seen by something else
	eventType string
	judge     func(w *world, o app.ObjectState) (verdict, int)

	severity app.Severity // where the rule names none
	critical int          // the level from which it is critical; 0: never
	// comesBack is true where a value that began after the last word means that it was over in between.
	comesBack bool
	// reachedAt says when a level was reached, where that is later than when we read the value; nil: with the value.
	reachedAt func(o app.ObjectState, level int) time.Time

	problem, recovery wording
	gone              string // the title when the object is not shown any more
	lasted            string // "down" in "down 3 h 12 min"
}

// wording is a title and a text. {object}, {level}, {value} and {since} are filled in.
type wording struct{ title, text string }

var aspects = []aspect{
	{
		what: app.StateConnection, eventType: app.TypeMachineUnreachable, judge: (*world).connection, severity: app.SeverityWarning, comesBack: true,
		problem:  wording{"{object} has been unreachable for {level}", "{since}"},
		recovery: wording{"{object} is connected again", "{since}"},
		lasted:   "down",
	},
	{
		what: app.StateLastSeen, eventType: app.TypeMachineUnseen, judge: (*world).lastSeen, severity: app.SeverityWarning, comesBack: true,
		reachedAt: func(o app.ObjectState, level int) time.Time { return dayOf(o.Value).AddDate(0, 0, level) },
		problem:   wording{"{object} has not been seen for {level}", "Its last sign of life was {value}."},
		recovery:  wording{"{object} was seen again", "Its last sign of life is {value}."},
		lasted:    "noticed for",
	},
	{
		what: app.StateQuota, eventType: app.TypeQuotaReached, judge: (*world).quota, severity: app.SeverityWarning, critical: 100,
		problem:  wording{"{object} has reached {level} of its quota", "It uses {value} % now."},
		recovery: wording{"{object} uses {value} % of its quota again", ""},
		gone:     "{object} has no quota any more",
	},
	{
		what: app.StateBackup, eventType: app.TypeBackupFailed, judge: either(app.BackupFailed, app.BackupSuccess), severity: app.SeverityWarning,
		problem:  wording{"{object}: the backup failed", "x360Cloud shows the backup status Failed. {since}"},
		recovery: wording{"{object}: the backup succeeded again", "x360Cloud shows the backup status Success. {since}"},
	},
	{
		what: app.StateSLA, eventType: app.TypeBackupSLAMissed, judge: either(app.SLAMissed, app.SLAMet), severity: app.SeverityWarning,
		problem:  wording{"{object} missed its backup SLA", "x360Cloud shows the backup SLA as missed. {since}"},
		recovery: wording{"{object} meets its backup SLA again", "{since}"},
	},
	{
		what: app.StateProtection, eventType: app.TypeAccountUnprotected, judge: either(app.Unprotected, app.Protected), severity: app.SeverityInfo,
		problem:  wording{"{object} is not protected", "x360Cloud does not back it up: the user is active and not selected for protection. {since}"},
		recovery: wording{"{object} is protected again", "{since}"},
	},
	{
		eventType: app.TypeSourceUnreadable, severity: app.SeverityWarning,
		problem:  wording{"{object} has not been readable for {level}", "{value} {since}"},
		recovery: wording{"{object} is read again", ""},
		lasted:   "unreadable for",
	},
}

var (
	byState = index(func(a *aspect) string { return a.what })
	byType  = index(func(a *aspect) string { return a.eventType })
)

func index(name func(*aspect) string) map[string]*aspect {
	by := make(map[string]*aspect, len(aspects))
	for i := range aspects {
		if key := name(&aspects[i]); key != "" {
			by[key] = &aspects[i]
		}
	}
	return by
}

// either judges a state that is good or bad by name. Words between them, and those nobody knows, say neither.
func either(wrong, right string) func(*world, app.ObjectState) (verdict, int) {
	return func(_ *world, o app.ObjectState) (verdict, int) {
		switch o.Value {
		case wrong:
			return bad, 0
		case right:
			return fine, 0
		}
		return silent, 0
	}
}

// connection counts the minutes a machine is away. During a poll gap nothing is derived: nobody looked, so nobody knows.
func (w *world) connection(o app.ObjectState) (verdict, int) {
	if o.Value != app.Disconnected {
		return fine, 0
	}
	since := later(w.past(onset(o, w.s.Now)), w.s.SteadySince)
	if w.s.GapRestart || since.IsZero() { // zero: our clock was put back, and nobody counted since
		return silent, 0
	}
	return bad, int(w.s.Now.Sub(since) / time.Minute)
}

// lastSeen counts the days since a machine's last sign of life. Of an organization that was not read the day stands
// still, so it says nothing there.
func (w *world) lastSeen(o app.ObjectState) (verdict, int) {
	if o.Value == app.Connected {
		return fine, 0
	}
	day := dayOf(o.Value)
	if day.IsZero() || w.s.GapRestart || !w.mayClear(o.OrganizationID) {
		return silent, 0
	}
	return counted, max(0, int(w.s.Now.UTC().Truncate(24*time.Hour).Sub(day)/(24*time.Hour)))
}

// quota takes the percent in use; a source that showed no number says neither.
func (*world) quota(o app.ObjectState) (verdict, int) {
	percent, err := strconv.Atoi(o.Value)
	if err != nil {
		return silent, 0
	}
	return counted, percent
}

// dayOf reads the day of a state; zero when it is none.
func dayOf(value string) time.Time {
	day, err := time.Parse(time.DateOnly, value)
	if err != nil {
		return time.Time{}
	}
	return day
}
