package push

import (
	"context"

	"psabridge/app"
)

// stopped is what a line says that a person stopped before it was written.
const stopped = "The push was stopped by a person before this line was written. A new preview has it again."

// Stop ends a push after what is on its way: agreements it has not begun are left as they are. Errors: not_found, and conflict
// when it is not being written or nothing of it is left to stop.
func (p *Pusher) Stop(ctx context.Context, pushID int64, by string) (app.Push, error) {
	n, err := p.Store.StopPush(ctx, pushID, stopped, by, p.Now())
	if err != nil {
		return app.Push{}, err
	}
	p.Log.InfoContext(ctx, "push stopped", "push", pushID, "by", by, "agreements_left", n)
	return p.Store.Push(ctx, pushID)
}
