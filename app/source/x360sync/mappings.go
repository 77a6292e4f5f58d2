package x360sync

import (
	"context"
	"maps"
	"slices"
	"sync"

	"psabridge/app"
)

// mapping is a folder of a file server that is tied to a root. https://<host>/api/2/machine/<id>/mappings
type mapping struct {
	ID ref `json:"id"`
}

func (m mapping) key() string { return string(m.ID) }

// readMappings says of every file server how many folders it maps. That is told as a detail of what is billed and never
// counts itself: where it cannot be read there is no detail, and when the server is in trouble nobody is asked any more.
func readMappings(ctx context.Context, api getter, f *fleet) (map[string]string, error) {
	var ids []string
	for _, id := range slices.SortedFunc(maps.Keys(f.owner), compareIDs) {
		if f.machines[id].kind() == kindServer {
			ids = append(ids, id)
		}
	}
	details := map[string]string{}
	var mu sync.Mutex
	failures, missing := 0, 0
	_ = each(ctx, ids, func(ctx context.Context, _ int, id string) error {
		l, err := list[mapping](ctx, api, "machine/"+id+"/mappings")
		mu.Lock()
		defer mu.Unlock()
		switch {
		case err != nil && (fatal(err) || tooMany(&failures, err)):
			return err
		case app.ErrorCode(err) == app.NotFound:
			if missing++; missing > 3 && len(details) == 0 {
				return err // a server that has no mappings
			}
		case err == nil && l.complete():
			details[id] = count(len(l.rows), "mapped folder", "mapped folders")
			if len(l.rows) == 0 {
				details[id] = "no mapped folder"
			}
		}
		return nil
	})
	return details, ctx.Err() // whatever else went wrong costs the details alone
}
