package axcient

import (
	"cmp"
	"slices"
	"time"

	"psabridge/app"
)

// stale is how long after its last backup a service still counts among those of an organization: one that was switched
// off while it failed must not fail for ever.
const stale = 48 * time.Hour

// outcome is one row of an organization's backup status.
type outcome struct {
	at    time.Time // zero when the row has no time
	part  string    // the service or object it is about; "" for the whole organization
	value string
	sla   string
	why   string // what was not understood
}

func readOutcome(o object) outcome {
	r := outcome{part: o.text(fieldPart)}
	if v, ok := o.find(fieldTime); ok {
		r.at = v.moment()
	}
	v, ok := o.find(fieldOutcome)
	switch {
	case !ok:
		r.why = "no field says how the backup went (fields seen: " + o.seen() + ")"
	default:
		if r.value = outcomeOf(v.text()); r.value == "" {
			r.why = notUnderstood(v)
		}
	}
	var why string
	if r.sla, why = sla(o); why != "" {
		r.why = why
	}
	return r
}

// verdict is what an organization's outcomes come to.
type verdict struct {
	value   string
	sla     string
	since   time.Time // when the value began, as far as the rows tell; zero when it is not known
	problem string
}

// judge finds what holds now: the newest outcome of the organization, or the gravest of the newest ones of its services.
func judge(rows []outcome) verdict {
	if len(rows) == 0 {
		return verdict{}
	}
	if !alike(rows) && slices.ContainsFunc(rows, func(r outcome) bool { return r.at.IsZero() }) {
		return verdict{problem: cmp.Or(rows[0].why, "the entries have no time, so nobody can tell which is the newest")}
	}
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, func(a, b outcome) int { return b.at.Compare(a.at) })
	parts := map[string][]outcome{}
	for _, r := range rows {
		if len(parts[r.part]) > 0 || !r.at.Before(rows[0].at.Add(-stale)) {
			parts[r.part] = append(parts[r.part], r)
		}
	}
	v, worst := verdict{}, -1
	for _, list := range parts {
		one := newest(list)
		if one.problem != "" {
			v.problem = one.problem
		}
		if one.sla != "" && v.sla != app.SLAMissed {
			v.sla = one.sla
		}
		if g := gravity(one.value); g > worst || g == worst && one.since.Before(v.since) {
			worst, v.value, v.since = g, one.value, one.since
		}
	}
	return v
}

func alike(rows []outcome) bool {
	return !slices.ContainsFunc(rows, func(r outcome) bool { return r.value != rows[0].value || r.sla != rows[0].sla || r.why != "" })
}

// newest judges the rows of one service, sorted newest first. Of several rows of one moment the gravest counts.
func newest(rows []outcome) verdict {
	v := verdict{value: rows[0].value}
	for _, r := range rows {
		if !r.at.Equal(rows[0].at) {
			break
		}
		if gravity(r.value) > gravity(v.value) {
			v.value = r.value
		}
		if r.sla != "" && v.sla != app.SLAMissed {
			v.sla = r.sla
		}
		v.problem = cmp.Or(v.problem, r.why)
	}
	var since time.Time
	for _, r := range rows {
		if r.value == v.value {
			since = r.at
		} else if r.at.Before(rows[0].at) {
			v.since = since // another outcome came before: here it began
			break
		}
	}
	return v
}
