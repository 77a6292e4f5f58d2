package push

import "context"

type progressKey struct{}

// WithProgress returns a context under which MakePlan says how far it is, for example to a job.Progress's Set. It may
// be called from several goroutines, one after the other.
func WithProgress(ctx context.Context, report func(done, total int, text string)) context.Context {
	return context.WithValue(ctx, progressKey{}, report)
}

func progress(ctx context.Context, done, total int, text string) {
	if report, ok := ctx.Value(progressKey{}).(func(done, total int, text string)); ok {
		report(done, total, text)
	}
}
