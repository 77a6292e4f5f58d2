package intake

import (
	"context"
	"net/http/httptrace"
	"sync/atomic"

	"psabridge/app"
)

// calls counts the requests that go out while a source is read, those that are repeated too.
type calls struct{ n atomic.Int64 }

// watch returns the context to read with.
func (c *calls) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) { c.n.Add(1) }})
}

func (c *calls) made() int { return int(c.n.Load()) }

// count keeps how a reading went. That it could not be kept is no fault of the reading.
func (in *Intake) count(ctx context.Context, r *reader, err error, made int) {
	if in.deps.Polled == nil {
		return
	}
	p := app.Poll{Source: r.name, At: r.started, OK: err == nil, Complete: r.result.Complete, Calls: made}
	if kept := in.deps.Polled(ctx, p); kept != nil {
		in.deps.Logger.WarnContext(ctx, "poll not counted", "source", r.name, "error", kept)
	}
}
