package sample

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// The pace of what happens beside x360Sync's own changes: later and less often,
// so that neither takes the other's place.
const (
	firstCloud  = 75 * time.Second
	cloudEvery  = 150 * time.Second
	cloudFailed = 6 * time.Minute // until the next backup succeeds
	selectAfter = 9 * time.Minute // until somebody protects a user who joined
	firstWrong  = 100 * time.Second
	wrongEvery  = 6 * time.Minute
	wrongTimes  = 4 // failed sign-ins in a row
	wrongPause  = 8 * time.Second
)

// sideTrack is a sequence of changes with a clock and a chance of its own, so
// that the main sequence is the same with it and without it.
type sideTrack struct {
	next   time.Time
	every  time.Duration
	random *rand.Rand
	count  int
	later  []planned // in the order of their moments
	step   func(t *sideTrack, at time.Time) Change
}

func (t *sideTrack) first() time.Time {
	if len(t.later) > 0 && !t.later[0].at.After(t.next) {
		return t.later[0].at
	}
	return t.next
}

// forward does what first promised.
func (t *sideTrack) forward(at time.Time) Change {
	if len(t.later) > 0 && !t.later[0].at.After(t.next) {
		p := t.later[0]
		t.later = t.later[1:]
		return p.do(at)
	}
	t.next = at.Add(t.every)
	t.count++
	return t.step(t, at)
}

func (t *sideTrack) plan(at time.Time, do func(time.Time) Change) {
	i, _ := slices.BinarySearchFunc(t.later, at, func(p planned, at time.Time) int {
		if p.at.After(at) {
			return 1
		}
		return -1 // what was planned first for one moment comes first
	})
	t.later = slices.Insert(t.later, i, planned{at, do})
}

// cloudTrack moves x360Cloud: a backup fails and recovers, somebody joins and
// is not protected, a backup misses its SLA.
func cloudTrack(m *MSP, now time.Time) *sideTrack {
	return &sideTrack{
		next: now.Add(firstCloud), every: cloudEvery, random: rand.New(rand.NewPCG(m.seed, 0x73696465)), //nolint:gosec // chance that can be had again
		step: func(t *sideTrack, at time.Time) Change {
			switch t.count % 3 {
			case 1:
				return m.cloudBackup(t, at, OutcomeFailed, false, "the cloud backup of %s failed")
			case 2:
				return m.cloudJoin(t, at)
			}
			return m.cloudBackup(t, at, OutcomePartial, true, "the cloud backup of %s missed its SLA")
		},
	}
}

// healthy are the clients whose last backup was a good one and on time.
func (m *MSP) healthy() []CloudClient {
	var good []CloudClient
	for _, c := range m.CloudClients() {
		if runs := m.CloudRuns(c.ID); len(runs) > 0 && runs[0].Outcome == OutcomeSuccess && !runs[0].SLAMissed {
			good = append(good, c)
		}
	}
	return good
}

func (m *MSP) cloudBackup(t *sideTrack, at time.Time, outcome string, missed bool, words string) Change {
	good := m.healthy()
	if len(good) == 0 {
		return Change{at, "every cloud backup has its trouble already"}
	}
	c := good[t.random.IntN(len(good))]
	m.RunBackup(c.ID, outcome, missed, at)
	t.plan(at.Add(cloudFailed), func(at time.Time) Change {
		m.RunBackup(c.ID, OutcomeSuccess, false, at)
		return Change{at, fmt.Sprintf("the cloud backup of %s is good again", c.Name)}
	})
	return Change{at, fmt.Sprintf(words, c.Name)}
}

func (m *MSP) cloudJoin(t *sideTrack, at time.Time) Change {
	clients := m.CloudClients()
	c := clients[t.random.IntN(len(clients))]
	u := m.AddCloudUser(c.ID, firstNames[t.random.IntN(len(firstNames))], lastNames[t.random.IntN(len(lastNames))])
	t.plan(at.Add(selectAfter), func(at time.Time) Change {
		m.ChangeCloudUser(u.ID, func(u *CloudUser) { u.Selected, u.Bytes = true, GiB/2 })
		return Change{at, fmt.Sprintf("%s of %s is protected now", u.Name, c.Name)}
	})
	return Change{at, fmt.Sprintf("%s joined %s and is not protected in the cloud", u.Name, c.Name)}
}

// signInTrack lets somebody type a wrong password a few times, and then the right one.
func signInTrack(m *MSP, now time.Time) *sideTrack {
	return &sideTrack{
		next: now.Add(firstWrong), every: wrongEvery, random: rand.New(rand.NewPCG(m.seed, 0x7369676e)), //nolint:gosec // chance that can be had again
		step: func(t *sideTrack, at time.Time) Change {
			people := m.Persons(MasterID)
			p := people[t.random.IntN(len(people))]
			for n := 1; n < wrongTimes; n++ {
				t.plan(at.Add(time.Duration(n)*wrongPause), func(at time.Time) Change { return m.signIn(p, false, at) })
			}
			t.plan(at.Add(wrongTimes*wrongPause), func(at time.Time) Change { return m.signIn(p, true, at) })
			return m.signIn(p, false, at)
		},
	}
}

// signIn writes what the log holds of somebody who signs in, or fails to.
func (m *MSP) signIn(p Person, good bool, at time.Time) Change {
	row := Activity{
		TypeID: TypeSignInFailed, ActorType: "person", ActorText: p.Email, ActorCompanyID: p.CompanyID, ActorPersonID: p.ID, ActionText: "failed to log in",
		ActedOnType: "person", ActedOnText: p.Email, ActedOnCompanyID: p.CompanyID, ActedOnPersonID: p.ID,
	}
	words := p.Email + " could not sign in"
	if good {
		row.TypeID, row.ActionText, words = TypeSignedIn, "logged in", p.Email+" signed in"
	}
	m.AddActivity(row, at)
	return Change{at, words}
}
