package x360sync

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"time"

	"psabridge/app"
)

// statusAtMost is how many machines one pull asks for their status. The first one asks all: what it shows is history, and
// has to be right at once.
const statusAtMost = 20

// dispute is a server whose record says disconnected and whose status said otherwise, or was not asked yet.
type dispute struct {
	since     time.Time // of the disconnection its record tells of
	asked     time.Time
	connected bool // what the status said last
}

// disputed returns the servers that their records show as disconnected although they say themselves that they are
// connected. Only those are asked of which we have not said yet that they are away: what the status says of the others
// changes nothing, and a quiet pull asks nobody. When there are more than one pull asks, those come first that were
// asked the longest time ago, and of these those that are away the longest; until it is their turn, the others are in
// dispute, too.
//
// The fields of a status are not documented. One that plainly says connected counts; no answer — 503 is usual for a
// machine that is off — agrees with the record, and so does everything else.
func (p *pull) disputed(ctx context.Context, f *fleet) (map[string]bool, error) {
	s := p.source
	var doubtful []string
	s.mu.Lock()
	known := map[string]dispute{}
	for id, m := range f.machines {
		yes, since, seen := m.connected()
		if m.kind() != kindServer || !seen || yes || f.owner[id] == "" || p.marks.get(streamDown, id) == since.UTC().Format(time.RFC3339Nano) {
			continue
		}
		if d := s.disputes[id]; d.since.Equal(since) {
			known[id] = d
		} else {
			known[id] = dispute{since: since}
		}
		doubtful = append(doubtful, id)
	}
	s.mu.Unlock()
	slices.SortFunc(doubtful, func(a, b string) int {
		return cmp.Or(known[a].asked.Compare(known[b].asked), known[a].since.Compare(known[b].since), compareIDs(a, b))
	})
	turn := doubtful
	if len(p.marks) > 0 {
		turn = doubtful[:min(len(doubtful), statusAtMost)]
	}
	if err := p.askStatus(ctx, turn, known); err != nil {
		return nil, err
	}
	out := map[string]bool{}
	for id, d := range known {
		if d.connected || d.asked.IsZero() {
			out[id] = true
		} else {
			delete(known, id)
		}
	}
	s.mu.Lock()
	s.disputes = known
	s.mu.Unlock()
	return out, nil
}

// askStatus asks machines whether they are connected. Whatever goes wrong is no answer; when too much does, the rest is
// not asked.
func (p *pull) askStatus(ctx context.Context, ids []string, known map[string]dispute) error {
	for _, id := range ids {
		d := known[id]
		d.asked, d.connected = p.now, false
		known[id] = d
	}
	var mu sync.Mutex
	failures := 0
	err := each(ctx, ids, func(ctx context.Context, _ int, id string) error {
		var status map[string]json.RawMessage
		err := p.source.session.get(ctx, "machine/"+id+"/status", nil, &status)
		mu.Lock()
		defer mu.Unlock()
		d := known[id]
		d.connected = err == nil && saysConnected(status)
		known[id] = d
		if err != nil && app.ErrorStatus(err) != 503 && (fatal(err) || tooMany(&failures, err)) {
			return err
		}
		return nil
	})
	if app.ErrorCode(err) == app.Unauthorized || ctx.Err() != nil {
		return err // nothing else can be read either
	}
	return nil
}

// saysConnected reports whether a status plainly says so: yes in a field named for it, and no in none.
func saysConnected(status map[string]json.RawMessage) bool {
	yes := false
	for name, raw := range status {
		switch strings.ToLower(name) {
		case "connected", "is_connected", "online", "is_online":
			var f flag
			_ = f.UnmarshalJSON(raw) // never fails
			if f.known && !f.yes {
				return false
			}
			yes = yes || f.yes
		case "status", "state", "connection", "connection_status":
			var text string
			if json.Unmarshal(raw, &text) != nil {
				continue
			}
			switch strings.ToLower(strings.TrimSpace(text)) {
			case "connected", "online":
				yes = true
			case "disconnected", "offline", "not connected":
				return false
			}
		}
	}
	return yes
}
