package job_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"psabridge/app"
	"psabridge/app/job"
)

func TestJobEnds(t *testing.T) {
	broken := errors.New("no")
	tests := []struct {
		name  string
		work  func(context.Context, *job.Progress) (any, error)
		state job.State
		code  app.Code
	}{
		{"done", func(context.Context, *job.Progress) (any, error) { return 7, nil }, job.Done, ""},
		{"failed", func(context.Context, *job.Progress) (any, error) { return nil, broken }, job.Failed, app.Internal},
		{"panicked", func(context.Context, *job.Progress) (any, error) { panic("secret") }, job.Failed, app.Internal},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			jobs := job.New(nil, nil)
			id := jobs.Start(t.Context(), tt.name, tt.work)
			got, err := jobs.Wait(t.Context(), id, time.Minute)
			if err != nil || got.State != tt.state || app.ErrorCode(got.Err) != tt.code {
				t.Fatalf("got %+v, %v; want state %s, code %q", got, err, tt.state, tt.code)
			}
			if got.FinishedAt.IsZero() || got.Kind != tt.name {
				t.Errorf("job ended without its end or its kind: %+v", got)
			}
		})
	}
}

func TestProgressIsSeenWhileRunning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		jobs := job.New(nil, nil)
		goOn := make(chan struct{})
		id := jobs.Start(t.Context(), "count", func(_ context.Context, p *job.Progress) (any, error) {
			p.Set(1, 3, "one")
			p.Step("two")
			p.Part("a part")
			<-goOn
			return "all", nil
		})
		got, err := jobs.Wait(t.Context(), id, 5*time.Second)
		if err != nil || got.State != job.Running || got.Done != 2 || got.Total != 3 || got.Text != "two" || got.Result != "a part" {
			t.Fatalf("while running: %+v, %v", got, err)
		}
		close(goOn)
		got, err = jobs.Wait(t.Context(), id, time.Hour)
		if err != nil || got.State != job.Done || got.Result != "all" {
			t.Fatalf("at the end: %+v, %v", got, err)
		}
	})
}

func TestCancelAndStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		jobs := job.New(nil, nil)
		until := func(ctx context.Context, _ *job.Progress) (any, error) { <-ctx.Done(); return nil, ctx.Err() }
		one, two := jobs.Start(t.Context(), "one", until), jobs.Start(t.Context(), "two", until)
		if !jobs.Cancel(one) || jobs.Cancel("nobody") {
			t.Fatal("Cancel knows the wrong jobs")
		}
		if got, _ := jobs.Wait(t.Context(), one, time.Minute); got.State != job.Cancelled || app.ErrorCode(got.Err) != app.Conflict {
			t.Fatalf("cancelled job: %+v", got)
		}
		if got, _ := jobs.Get(two); got.State != job.Running {
			t.Fatalf("the other job was touched: %+v", got)
		}
		if err := jobs.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got, _ := jobs.Get(two); got.State != job.Cancelled {
			t.Fatalf("after Stop: %+v", got)
		}
		late := jobs.Start(t.Context(), "late", until)
		if got, _ := jobs.Wait(t.Context(), late, time.Minute); got.State != job.Cancelled {
			t.Fatalf("started after Stop: %+v", got)
		}
	})
}

func TestStopIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		jobs := job.New(nil, nil)
		stubborn := make(chan struct{})
		jobs.Start(t.Context(), "stubborn", func(context.Context, *job.Progress) (any, error) { <-stubborn; return nil, nil })
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := jobs.Stop(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("Stop with a job that does not listen: %v", err)
		}
		close(stubborn)
		synctest.Wait()
	})
}

func TestEndedJobsAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		jobs := job.New(nil, nil)
		nothing := func(context.Context, *job.Progress) (any, error) { return nil, nil }
		first := jobs.Start(t.Context(), "first", nothing)
		synctest.Wait()
		for range 150 {
			time.Sleep(time.Millisecond)
			jobs.Start(t.Context(), "many", nothing)
			synctest.Wait()
		}
		if _, ok := jobs.Get(first); ok {
			t.Error("more than a hundred ended jobs are kept")
		}
		if n := len(jobs.List()); n != 100 {
			t.Errorf("%d jobs are kept, want 100", n)
		}
		time.Sleep(2 * time.Hour)
		if n := len(jobs.List()); n != 0 {
			t.Errorf("%d jobs are kept after two hours", n)
		}
		if _, err := jobs.Wait(t.Context(), first, 0); app.ErrorCode(err) != app.NotFound {
			t.Errorf("waiting for a forgotten job: %v", err)
		}
	})
}
