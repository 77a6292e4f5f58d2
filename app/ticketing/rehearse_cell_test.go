package ticketing

import (
	"maps"
	"slices"
	"testing"

	"psabridge/app"
)

// TestEveryStateHasItsCell: what is derived from a state must be judged where the state is kept.
func TestEveryStateHasItsCell(t *testing.T) {
	known := slices.Collect(maps.Values(stateTypes))
	for _, e := range app.EventTypes() {
		if !e.Momentary && e.Type != app.TypeSourceUnreadable && !slices.Contains(known, e.Type) {
			t.Errorf("a rehearsal does not know which state %s is derived from", e.Type)
		}
	}
}
