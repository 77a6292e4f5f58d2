package ticketing

import "time"

// lately is how far the rules look back for a flood of tickets.
const lately = 15 * time.Minute

// opening is a ticket decided on a connection.
type opening struct {
	connection string
	at         time.Time
}

// openings are the tickets that one set of rules decided lately, in the order of time. All sources share them, as they share
// the limits of their connections.
type openings struct{ list []opening }

func (o *openings) add(connection string, at time.Time) {
	o.list = append(o.list, opening{connection, at})
}

// counts counts them by connection, and forgets those that are too old to matter from now on.
func (o *openings) counts(now time.Time) map[string]int {
	i := 0
	for i < len(o.list) && o.list[i].at.Before(now.Add(-lately)) {
		i++
	}
	o.list = o.list[i:]
	counts := map[string]int{}
	for _, one := range o.list {
		counts[one.connection]++
	}
	return counts
}
