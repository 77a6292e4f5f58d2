package settings

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"psabridge/app"
)

// levels names the level each type has that psabridge makes; types without one are "".
var levels = func() map[string]string {
	by := make(map[string]string)
	for _, t := range EventTypes() {
		by[t.Type] = t.Level
	}
	return by
}()

var typeShape = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*(\.[a-z0-9][a-z0-9_-]*)*(\.\*)?$`)

func (v *validator) alerts() {
	seen := make(map[string]bool)
	for i, r := range v.doc.Alerts {
		path := item("alerts", r.Name, i, seen)
		switch {
		case strings.TrimSpace(r.Name) == "":
			v.add(path+".name", "The alert needs a name.")
		case seen[r.Name]:
			v.add(path+".name", "The alert %q stands here twice. Names are how conditions refer to it; choose another.", r.Name)
		}
		seen[r.Name] = true
		v.plain(path+".name", r.Name)
		v.when(path+".when", r)
		v.forWhom(path+".for", r.For)
		v.email(path+".via.email", r.Via.Email)
		if r.Severity != "" {
			v.severity(path+".severity", r.Severity)
		}
		if r.Wait.D() > 7*24*time.Hour {
			v.add(path+".wait", "%s is too long to wait with a ticket. Write at most 168h.", r.Wait)
		}
		v.policy(path+".ticket", r.Ticket)
		v.mutes(path+".mute", r.Mute)
	}
}

// email judges whom an alert writes to. An alert that tells nobody at all is allowed: it is how an organization is left out
// of what the alerts after it would tell.
func (v *validator) email(path string, to []string) {
	v.addresses(path, to)
	if len(to) > 0 && v.doc.Notify.Email.SMTP.Host == "" {
		v.add(path, "There is no mail server to send it by. Set one up under Settings ▸ Notifications (notify.email.smtp), or leave the addresses out.")
	}
}

func (v *validator) when(path string, r app.AlertRule) {
	if len(r.When) == 0 {
		v.add(path, "The alert says no event type. Write for example [machine.unreachable].")
	}
	for i, w := range r.When {
		at := fmt.Sprintf("%s[%d]", path, i)
		switch {
		case knownType(w.Type), typeShape.MatchString(w.Type) && v.sentTo(r.For.Source):
		case typeShape.MatchString(w.Type) && v.sentTo(""):
			v.add(at+".type", "%q is not an event type of %s. Types of their own are sent to an inbox only: name one in for.source, or leave it out.", w.Type, r.For.Source)
		default:
			v.add(at+".type", "%q is not an event type. Known are %s, activity.<type> and families such as machine.*. With an inbox among the sources any other that is sent to it will do.",
				w.Type, orList(derivedTypes()))
		}
		v.level(at, w)
		if slices.Contains(r.When[:i], w) {
			v.add(at, "The event type %s stands here twice. Name it once.", w.Type)
		}
	}
}

// sentTo reports whether a source is an inbox, where anything may be sent; "" is any source of the document.
func (v *validator) sentTo(source string) bool {
	return slices.ContainsFunc(v.doc.Sources, func(s app.SourceSettings) bool { return s.Pushed() && (source == "" || s.Name == source) })
}

// knownType accepts derived types, activity rows and families of either. Another word would be an alert that never fires.
func knownType(t string) bool {
	if !typeShape.MatchString(t) {
		return false
	}
	return isActivity(t) || slices.ContainsFunc(derivedTypes(), func(known string) bool { return covers(t, known) })
}

func isActivity(t string) bool { return strings.HasPrefix(t, "activity.") }

// covers reports whether a pattern is a type, or a family it belongs to.
func covers(pattern, eventType string) bool {
	family, isFamily := strings.CutSuffix(pattern, "*")
	return pattern == eventType || isFamily && strings.HasPrefix(eventType, family)
}

func derivedTypes() []string {
	types := make([]string, 0, len(levels))
	for t := range levels {
		types = append(types, t)
	}
	slices.Sort(types)
	return types
}

// mostLevel is the highest level of each unit that anybody can mean.
var mostLevel = map[string]int{app.LevelPercent: 1000, app.LevelMinutes: 31 * 24 * 60, app.LevelDays: 3650, app.LevelTimes: 10000}

// level refuses a level the type does not have, because it would be ignored.
func (v *validator) level(path string, w app.When) {
	given := map[string]int{app.LevelPercent: w.Percent, app.LevelMinutes: w.Minutes, app.LevelDays: w.Days, app.LevelTimes: w.Times}
	for _, unit := range []string{app.LevelPercent, app.LevelMinutes, app.LevelDays, app.LevelTimes} {
		n := given[unit]
		own, derived := levels[w.Type]
		switch {
		case n < 0:
			v.add(path+"."+unit, "%d is out of range. The level is 1 or more.", n)
		case n > 0 && derived && own != unit:
			v.add(path+"."+unit, "%s is not measured in %s.%s", w.Type, unit, levelHint(own))
		case n > mostLevel[unit]:
			v.add(path+"."+unit, "%d is out of range. Write 1 to %d.", n, mostLevel[unit])
		case n > 0 && !derived:
			v.add(path+"."+unit, "%s has no level. Leave %s out.", w.Type, unit)
		}
	}
}

func levelHint(own string) string {
	if own == "" {
		return " It has no level; leave it out."
	}
	return " Write " + own + " instead."
}

func (v *validator) forWhom(path string, f app.For) {
	if _, known := SourceByName(v.doc, f.Source); !known && f.Source != "" {
		v.add(path+".source", "There is no source %q in this document. Add it, or correct the name.", f.Source)
	}
	if f.Organization != "" && f.Source == "" && len(v.doc.Sources) > 1 {
		v.add(path+".source", "There are several sources, so the organization %s needs its source beside it.", f.Organization)
	}
	if f.Suborganizations && f.Organization == "" {
		v.add(path+".organization", "Suborganizations of which organization? Name it, or leave suborganizations out for all.")
	}
}

func (v *validator) mutes(path string, all []app.Mute) {
	for i, m := range all {
		at := fmt.Sprintf("%s[%d]", path, i)
		from, fromErr := time.Parse(time.RFC3339, m.From)
		to, toErr := time.Parse(time.RFC3339, m.To)
		switch {
		case fromErr != nil:
			v.add(at+".from", "%q is not a point in time. Write it as 2026-11-05T22:00:00Z.", m.From)
		case toErr != nil:
			v.add(at+".to", "%q is not a point in time. Write it as 2026-11-05T22:00:00Z.", m.To)
		case !to.After(from):
			v.add(at+".to", "The window ends before it begins.")
		}
		if strings.TrimSpace(m.Reason) == "" {
			v.add(at+".reason", "The reason is missing. It is shown beside every alert that stayed quiet.")
		}
	}
}
