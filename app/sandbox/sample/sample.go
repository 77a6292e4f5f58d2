// Package sample is the data of one invented managed-service provider: the
// organizations it looks after in x360Sync and x360Cloud and the companies,
// agreements and boards it keeps in ConnectWise. It knows what exists and how it changes; how
// a vendor's server behaves is package sandbox. Nothing in it is random from
// run to run: the same seed and the same moment give the same provider.
package sample

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// MSP is one managed-service provider. Its x360Sync and x360Cloud half moves (people join,
// file servers disconnect) and is safe for concurrent use; its ConnectWise half
// is the starting point a sandbox copies, because from then on ConnectWise owns it.
type MSP struct {
	// PSA is what ConnectWise holds at the start. It does not change.
	PSA PSA

	seed  uint64
	start time.Time

	mu            sync.RWMutex
	random        *rand.Rand
	organizations map[int]*Organization
	persons       map[int]*Person
	machines      map[int]*Machine
	roots         map[int]*Root
	guests        map[int]*Guest
	activities    []Activity // oldest first, ids ascending
	mappings      []Mapping
	cloud         cloud
	nextID        map[string]int
}

// New builds the provider as it stands at now.
func New(seed uint64, now time.Time) *MSP {
	m := &MSP{
		seed:          seed,
		start:         now.UTC().Truncate(time.Second),
		random:        rand.New(rand.NewPCG(seed, 0x6e6f72646c69)), //nolint:gosec // chance that can be had again
		organizations: map[int]*Organization{},
		persons:       map[int]*Person{},
		machines:      map[int]*Machine{},
		roots:         map[int]*Root{},
		guests:        map[int]*Guest{},
		nextID:        map[string]int{"person": 21000, "machine": 132000, "root": 560000, "guest": 33000, "activity": 900000, "organization": 4800, "client": 88900, "user": 71000, "resource": 6200, "run": 430000, "mapping": 9100},
	}
	m.buildSync()
	m.PSA = m.buildPSA()
	m.buildHistory()
	m.buildMappings()
	m.buildCloud()
	return m
}

// Start is the moment the provider was built for.
func (m *MSP) Start() time.Time { return m.start }

func (m *MSP) id(kind string) int {
	m.nextID[kind]++
	return m.nextID[kind]
}

// byID copies the values of a table in the order of their ids, so that nobody
// outside holds a pointer into the moving world.
func byID[T any](table map[int]*T, keep func(*T) bool) []T {
	ids := make([]int, 0, len(table))
	for id, row := range table {
		if keep == nil || keep(row) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	rows := make([]T, len(ids))
	for i, id := range ids {
		rows[i] = *table[id]
	}
	return rows
}

// sortedIDs lists the keys of a table in order: map order would make the same seed differ.
func sortedIDs[T any](table map[int]*T) []int {
	ids := make([]int, 0, len(table))
	for id := range table {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, cmp.Compare[int])
	return ids
}
