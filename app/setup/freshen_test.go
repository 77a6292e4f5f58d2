package setup_test

import (
	"net/http"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/sandbox"
)

func TestFreshenReadsOnceADayAndRetriesGently(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	b.cw.ForgetRequests()
	fresh := func(want string) int {
		t.Helper()
		before := b.cw.Requests()
		if err := b.Freshen(t.Context(), b.now()); err != nil {
			t.Fatalf("%s: %v", want, err)
		}
		return b.cw.Requests() - before
	}
	if fresh("first") == 0 {
		t.Fatal("drop-downs that were never read were not read")
	}
	if n := fresh("again"); n != 0 {
		t.Errorf("fresh drop-downs cost %d requests", n)
	}
	b.advance(23 * time.Hour)
	if n := fresh("within a day"); n != 0 {
		t.Errorf("drop-downs of the day cost %d requests", n)
	}
	b.advance(2 * time.Hour)
	b.cw.Faults.Add(sandbox.Fault{Method: http.MethodGet, Status: http.StatusInternalServerError, Times: -1})
	if fresh("a day later, ConnectWise away") == 0 {
		t.Error("day-old drop-downs were not read")
	}
	if n := fresh("right after a failure"); n != 0 {
		t.Errorf("a ConnectWise that is away was asked again at once, %d times", n)
	}
	if rows, _, err := b.store.Options(t.Context(), "cw", app.ListCompanies, 0); err != nil || len(rows) == 0 {
		t.Errorf("the old companies are gone: %d, %v", len(rows), err)
	}
	b.cw.Faults.Clear()
	b.advance(16 * time.Minute)
	if fresh("after a while") == 0 {
		t.Error("not tried again")
	}
}
