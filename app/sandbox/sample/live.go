package sample

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// The pace of the moving world. The first change comes while somebody still
// looks at the first page; the rest slowly enough to be read.
const (
	firstChange  = 10 * time.Second
	changeEvery  = 40 * time.Second
	stayDown     = 7 * time.Minute // longer than the five minutes the starter rule waits
	flapFor      = 25 * time.Second
	quotaRecover = 5 * time.Minute
)

// Change is something that happened in the moving world, in words.
type Change struct {
	At   time.Time
	Text string
}

// Live moves a provider while you watch. Advance is all there is: the same
// seed and the same sequence of moments make the same changes.
type Live struct {
	msp *MSP

	mu     sync.Mutex
	random *rand.Rand
	next   time.Time
	count  int
	later  []planned
	quota  int
	beside []*sideTrack
}

type planned struct {
	at time.Time
	do func(time.Time) Change
}

// NewLive starts the world's clock at now.
func NewLive(msp *MSP, now time.Time) *Live {
	return &Live{
		msp: msp, random: rand.New(rand.NewPCG(msp.seed, 0x6d6f7665)), next: now.Add(firstChange), //nolint:gosec // chance that can be had again
		beside: []*sideTrack{cloudTrack(msp, now), signInTrack(msp, now)},
	}
}

// Advance makes everything happen that is due by now, and says what it was.
func (l *Live) Advance(now time.Time) []Change {
	l.mu.Lock()
	defer l.mu.Unlock()
	var done []Change
	for {
		at, do := l.due(now)
		if do == nil && !l.next.After(now) {
			at, do = l.next, l.forward
		}
		for _, t := range l.beside {
			if first := t.first(); !first.After(now) && (do == nil || first.Before(at)) {
				at, do = first, t.forward
			}
		}
		if do == nil {
			return done
		}
		done = append(done, do(at))
	}
}

// forward makes the next regular change.
func (l *Live) forward(at time.Time) Change {
	l.next = at.Add(changeEvery)
	return l.step(at)
}

// due is the earliest planned change that comes before the next step. Doing it takes it out of the plan.
func (l *Live) due(now time.Time) (time.Time, func(time.Time) Change) {
	first := -1
	for i, p := range l.later {
		if !p.at.After(now) && !p.at.After(l.next) && (first < 0 || p.at.Before(l.later[first].at)) {
			first = i
		}
	}
	if first < 0 {
		return time.Time{}, nil
	}
	p := l.later[first]
	return p.at, func(at time.Time) Change {
		l.later = append(l.later[:first], l.later[first+1:]...)
		return p.do(at)
	}
}

func (l *Live) plan(at time.Time, do func(time.Time) Change) {
	l.later = append(l.later, planned{at, do})
}

// step goes round the kinds of change; the first is one that opens a ticket.
func (l *Live) step(at time.Time) Change {
	l.count++
	switch l.count % 6 {
	case 1, 4:
		return l.fillQuota(at)
	case 2, 5:
		return l.loseServer(at)
	case 3:
		return l.join(at)
	default:
		return l.flap(at)
	}
}

func (l *Live) loseServer(at time.Time) Change {
	d, ok := l.upServer()
	if !ok {
		return l.everyday(at)
	}
	l.msp.Disconnect(d.ID, at)
	l.plan(at.Add(stayDown+time.Duration(l.random.IntN(120))*time.Second), func(at time.Time) Change {
		l.msp.Reconnect(d.ID, at)
		return Change{at, d.DNSName + " is back"}
	})
	return Change{at, d.DNSName + " lost its connection"}
}

func (l *Live) flap(at time.Time) Change {
	d, ok := l.upServer()
	if !ok {
		return l.everyday(at)
	}
	l.msp.Disconnect(d.ID, at)
	l.plan(at.Add(flapFor), func(at time.Time) Change {
		l.msp.Reconnect(d.ID, at)
		return Change{at, d.DNSName + " is back after a moment"}
	})
	return Change{at, d.DNSName + " lost its connection for a moment"}
}

func (l *Live) fillQuota(at time.Time) Change {
	with := []int{}
	for _, c := range customers {
		if o, ok := l.msp.Organization(c.id); ok && !o.Deleted && o.Quota > 0 && l.msp.OwnStorage(c.id)*100 < o.Quota*80 && !c.trial && !c.unmapped {
			with = append(with, c.id)
		}
	}
	if len(with) == 0 {
		return l.everyday(at)
	}
	l.quota++
	id := with[(l.quota*5)%len(with)]
	o, _ := l.msp.Organization(id)
	before := int(l.msp.OwnStorage(id) * 100 / o.Quota)
	l.msp.SetQuotaUsage(id, 84, at)
	l.plan(at.Add(quotaRecover), func(at time.Time) Change {
		l.msp.SetQuotaUsage(id, before, at)
		return Change{at, o.Name + " made room again"}
	})
	return Change{at, o.Name + " uses 84 % of its quota"}
}

func (l *Live) join(at time.Time) Change {
	c := customers[l.random.IntN(len(customers))]
	p := l.msp.AddPerson(c.id, firstNames[l.random.IntN(len(firstNames))], lastNames[l.random.IntN(len(lastNames))], at)
	return Change{at, fmt.Sprintf("%s %s joined %s", p.FirstName, p.LastName, c.name)}
}

func (l *Live) everyday(at time.Time) Change {
	people := l.msp.Persons(MasterID)
	p := people[l.random.IntN(len(people))]
	l.msp.GrowRoot(p.RootID, int64(64+l.random.IntN(512))<<20)
	l.msp.AddActivity(Activity{
		TypeID: TypeFileUploaded, ActorType: "person", ActorText: p.Email, ActorCompanyID: p.CompanyID, ActorPersonID: p.ID, ActionText: "uploaded",
		ActedOnType: "root", ActedOnText: p.FirstName + " " + p.LastName, ActedOnCompanyID: p.CompanyID, ActedOnRootID: p.RootID,
	}, at)
	return Change{at, p.Email + " uploaded files"}
}

func (l *Live) upServer() (Machine, bool) {
	var up []Machine
	for _, d := range l.msp.Servers() {
		if !d.Down() && !unmapped(d.CompanyID) {
			up = append(up, d)
		}
	}
	if len(up) == 0 {
		return Machine{}, false
	}
	return up[l.random.IntN(len(up))], true
}

func unmapped(organization int) bool {
	for _, c := range customers {
		if c.id == organization {
			return c.unmapped
		}
	}
	return true
}

// Run advances the world every second by the wall clock until the context ends.
func (l *Live) Run(ctx context.Context, now func() time.Time, changed func(Change)) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			for _, c := range l.Advance(now()) {
				if changed != nil {
					changed(c)
				}
			}
		}
	}
}
