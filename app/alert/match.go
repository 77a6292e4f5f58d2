package alert

import (
	"psabridge/app"
)

// subject is what a rule is asked about.
type subject struct {
	source       string
	organization string
	object       app.Object
	eventType    string
}

func (s subject) place() place { return placeOf(s.organization, s.object, s.eventType) }

// match is a rule that wants a subject, and the highest of its levels that was reached. A nil rule: none wants it.
type match struct {
	rule  *app.AlertRule
	level int
}

// firstMatch asks the rules in order; the first that wants the subject decides.
func (w *world) firstMatch(s subject, measured int) match {
	for i := range w.in.Settings.Alerts {
		if m := w.wants(&w.in.Settings.Alerts[i], s, measured); m.rule != nil {
			return m
		}
	}
	return match{}
}

// ruleAt is firstMatch for an event or condition with a level. One without a level was judged by whoever sent it, so it
// is worth a ticket at every level a rule may ask for.
func (w *world) ruleAt(s subject, level int) match {
	return w.firstMatch(s, judged(level))
}

func judged(level int) int {
	if level == 0 {
		return anyLevel
	}
	return level
}

func (w *world) wants(r *app.AlertRule, s subject, measured int) match {
	if !w.isFor(r.For, s) {
		return match{}
	}
	best := match{}
	for _, when := range r.When {
		if !typeMatches(when.Type, s.eventType) {
			continue
		}
		if at := threshold(when, s.eventType); measured >= at && (best.rule == nil || at > best.level) {
			best = match{rule: r, level: at}
		}
	}
	return best
}

func (w *world) isFor(f app.For, s subject) bool {
	if f.Source != "" && f.Source != s.source {
		return false
	}
	if f.Object != "" && f.Object != s.object.ExternalID {
		return false
	}
	if f.Organization == "" || f.Organization == s.organization {
		return true
	}
	return f.Suborganizations && w.isBelow(s.organization, f.Organization)
}

// isBelow walks up the tree; it stops at a parent seen before, so a broken tree cannot hang it.
func (w *world) isBelow(organization, ancestor string) bool {
	for range len(w.organizations) {
		parent := w.organizations[organization].ParentExternalID
		if parent == "" {
			return false
		}
		if parent == ancestor {
			return true
		}
		organization = parent
	}
	return false
}
