package ticketing

import (
	"cmp"
	"container/heap"
	"slices"
	"strings"
	"time"

	"psabridge/app"
	"psabridge/app/alert"
)

// waits are the moments at which rules want to be asked again though nothing happened.
type waits struct {
	levels map[string][]int // by type of what ages
	rules  map[string]app.AlertRule
	whole  []string // the types, or families of types, of which an organization has one ticket
}

func waitsOf(rules []app.AlertRule) waits {
	w := waits{levels: map[string][]int{}, rules: make(map[string]app.AlertRule, len(rules))}
	for _, t := range app.EventTypes() {
		if t.Level != app.LevelMinutes && t.Level != app.LevelDays {
			continue
		}
		levels := []int{t.Default}
		for _, r := range rules {
			for _, when := range r.When {
				if n := max(when.Percent, when.Minutes, when.Days, when.Times); n > 0 && named(when.Type, t.Type) {
					levels = append(levels, n)
				}
			}
		}
		slices.Sort(levels)
		w.levels[t.Type] = slices.Compact(levels)
	}
	for _, r := range rules {
		w.rules[r.Name] = r
		for _, when := range r.When {
			if r.Ticket.Per == "organization" {
				w.whole = append(w.whole, when.Type)
			}
		}
	}
	return w
}

// joins reports whether what happens to one object of an organization may concern the ticket of another.
func (w waits) joins(eventType string) bool {
	return slices.ContainsFunc(w.whole, func(name string) bool { return named(name, eventType) })
}

// named reports whether a rule that names a type, or a family like "backup.*", may mean another type.
func named(name, eventType string) bool {
	family, is := strings.CutSuffix(name, "*")
	return name == eventType || is && strings.HasPrefix(eventType, family)
}

// again is how often what waits for nothing that can be foreseen is asked.
const again = time.Minute

// schedule finds out when only time decides about a cell next.
func (p *replayed) schedule(c *cell) {
	due := time.Time{}
	consider := func(t time.Time) {
		if t.After(p.now) && (due.IsZero() || t.Before(due)) {
			due = t
		}
	}
	for _, o := range c.objects {
		p.agesOn(o, consider)
	}
	if c.eventType == app.TypeSourceUnreadable && p.outage != nil {
		for _, minutes := range p.waits.levels[c.eventType] {
			consider(p.outage.From.Add(time.Duration(minutes) * time.Minute))
		}
	}
	told := p.tellable(c)
	for i := range c.conditions {
		p.movesOn(&c.conditions[i], told[c.conditions[i].TicketID], consider)
	}
	p.due.set(c, due)
}

// agesOn names the moments at which a value reaches the levels a rule asks for.
func (p *replayed) agesOn(o app.ObjectState, consider func(time.Time)) {
	if !ages(o) {
		return
	}
	if o.What == app.StateConnection {
		if p.outage != nil {
			return // nobody looks
		}
		since := o.From
		if !o.Since.IsZero() && !o.Since.After(p.now) {
			since = o.Since
		}
		since = laterOf(since, p.steady)
		for _, minutes := range p.waits.levels[app.TypeMachineUnreachable] {
			consider(since.Add(time.Duration(minutes) * time.Minute))
		}
		return
	}
	day, err := time.Parse(time.DateOnly, o.Value)
	if err != nil {
		return
	}
	for _, days := range p.waits.levels[app.TypeMachineUnseen] {
		consider(day.AddDate(0, 0, days))
	}
}

// tellable is from when each ticket of a cell may be told of what was held back.
func (p *replayed) tellable(c *cell) map[int64]time.Time {
	from := map[int64]time.Time{}
	for i := range c.conditions {
		x := &c.conditions[i]
		from[x.TicketID] = laterOf(from[x.TicketID], x.QuietUntil)
		if untold(x) {
			from[x.TicketID] = laterOf(from[x.TicketID], alert.CalmAt(p.in, *x))
		}
	}
	return from
}

// untold reports whether a recovery is still to be told.
func untold(x *app.Condition) bool {
	return x.State == app.ConditionCleared && x.Wait == app.ReasonCleared
}

// movesOn names the moments at which a condition may do something by itself. Where none can be foreseen although it has
// something left to do, it is asked every minute.
func (p *replayed) movesOn(x *app.Condition, tellable time.Time, consider func(time.Time)) {
	r := p.waits.rules[x.Rule]
	switch {
	case x.State == app.ConditionWaiting && x.Wait == app.ReasonWaiting:
		p.orSoon(consider, laterOf(x.FirstAt, p.steady).Add(r.Wait.D()))
	case x.State == app.ConditionWaiting && x.Wait == app.ReasonMuted:
		p.orSoon(consider, muteEnds(r, p.now))
	case x.State == app.ConditionOpen && x.Wait != "":
		p.orSoon(consider, tellable)
	case untold(x):
		consider(alert.CalmAt(p.in, *x))
		p.orSoon(consider, tellable)
	}
	consider(x.MailQuietUntil)
	if x.State != app.ConditionCleared {
		consider(x.LastAt.Add(24 * time.Hour)) // what is momentary ends then (T3)
		consider(x.AckUntil)
	} else if x.Mailed == app.MailedOpen && p.now.Before(x.ClearedAt.Add(24*time.Hour)) {
		p.orSoon(consider, laterOf(x.MailQuietUntil, alert.CalmAt(p.in, *x)))
	}
}

func laterOf(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// orSoon considers a moment, or where it is past and yet something is left to do, the next minute.
func (p *replayed) orSoon(consider func(time.Time), t time.Time) {
	if !t.After(p.now) {
		t = p.now.Add(again)
	}
	consider(t)
}

// muteEnds is when the next maintenance window of a rule ends.
func muteEnds(r app.AlertRule, now time.Time) time.Time {
	var end time.Time
	for _, m := range r.Mute {
		if to, err := time.Parse(time.RFC3339, m.To); err == nil && to.After(now) && (end.IsZero() || to.Before(end)) {
			end = to
		}
	}
	return end
}

// dueHeap holds the cells that wait for a moment, the next one first.
type dueHeap []*cell

// Len implements heap.Interface, as do the next four.
func (h dueHeap) Len() int { return len(h) }

// Less orders by the moment, then by the order in which cells came up.
func (h dueHeap) Less(i, j int) bool {
	return cmp.Or(h[i].due.Compare(h[j].due), cmp.Compare(h[i].n, h[j].n)) < 0
}

// Swap exchanges two.
func (h dueHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].place, h[j].place = i+1, j+1
}

// Push adds one at the end.
func (h *dueHeap) Push(x any) {
	c := x.(*cell) //nolint:forcetypeassert // the heap holds nothing else
	*h = append(*h, c)
	c.place = len(*h)
}

// Pop takes the last one.
func (h *dueHeap) Pop() any {
	c := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	c.place = 0
	return c
}

// first is the cell that is due next; nil for none.
func (h dueHeap) first() *cell {
	if len(h) == 0 {
		return nil
	}
	return h[0]
}

// set changes when a cell is due; the zero time takes it out.
func (h *dueHeap) set(c *cell, due time.Time) {
	c.due = due
	switch {
	case c.place == 0 && due.IsZero():
	case c.place == 0:
		heap.Push(h, c)
	case due.IsZero():
		heap.Remove(h, c.place-1)
	default:
		heap.Fix(h, c.place-1)
	}
}
