package axcient

import (
	"context"
	"sync"
)

// parallel is how many requests are under way at once. The limit of the vendor is not known; small is polite.
const parallel = 4

// each calls do for every item, a few at a time, and returns the first error. After an error, or when ctx ends, the
// remaining items are not begun.
func each[T any](ctx context.Context, items []T, do func(ctx context.Context, item T) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	slots := make(chan struct{}, parallel)
	for _, item := range items {
		slots <- struct{}{}
		if ctx.Err() != nil {
			break
		}
		wg.Go(func() {
			defer func() { <-slots }()
			if err := do(ctx, item); err != nil {
				cancel(err)
			}
		})
	}
	wg.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}
