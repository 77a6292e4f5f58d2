package setup_test

import (
	"net/http"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
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

// The night reads the companies anew, which makes the catalog and the boards no younger.
func TestFreshenReadsAllEveryDayBesideTheNight(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	for end := b.now().Add(3 * 24 * time.Hour); b.now().Before(end); b.advance(20 * time.Minute) {
		if err := b.Freshen(t.Context(), b.now()); err != nil {
			t.Fatal(err)
		}
		if err := b.Nightly(t.Context(), b.now(), nil); err != nil {
			t.Fatal(err)
		}
	}
	for list, board := range map[app.OptionList]int64{
		app.ListCompanies: 0, app.ListAgreements: 0, app.ListProducts: 0, app.ListBoards: 0, app.ListPriorities: 0, app.ListCompanyStatuses: 0, app.ListTypes: sample.BoardAlerts,
	} {
		_, read, err := b.store.Options(t.Context(), "cw", list, board)
		if age := b.now().Sub(read); err != nil || age > 25*time.Hour {
			t.Errorf("%s is %v old, %v", list, age, err)
		}
	}
}

func TestFreshenBeginsAgainAfterAReloadThatBrokeOff(t *testing.T) {
	b := sampled(t, sandbox.Options{})
	b.cw.Faults.Add(sandbox.Fault{Path: "/finance/agreements", Times: -1, Status: http.StatusInternalServerError})
	if err := b.Freshen(t.Context(), b.now()); err != nil {
		t.Fatal(err)
	}
	b.cw.Faults.Clear()
	b.advance(30 * time.Minute)
	if err := b.Freshen(t.Context(), b.now()); err != nil {
		t.Fatal(err)
	}
	if _, at, err := b.store.Options(t.Context(), "cw", app.ListCompanyStatuses, 0); err != nil || at.IsZero() {
		t.Errorf("the last list was read at %v, %v", at, err)
	}
}

// A right that is missing is missing in a quarter of an hour too, so the whole is not read again for it.
func TestFreshenReadsTheRestOfWhatTheRoleMayNotSee(t *testing.T) {
	b := sampled(t, sandbox.Options{Quirks: sandbox.Quirks{Lacks: []string{"Finance ▸ Agreements ▸ Inquire"}}})
	if _, err := b.Reload(t.Context(), "cw"); code(err) != app.Forbidden {
		t.Errorf("err = %v", err)
	}
	if rows, _, err := b.store.Options(t.Context(), "cw", app.ListBoards, 0); err != nil || len(rows) == 0 {
		t.Errorf("%d boards, %v", len(rows), err)
	}
	b.cw.ForgetRequests()
	b.advance(time.Hour)
	if err := b.Freshen(t.Context(), b.now()); err != nil || b.cw.Requests() != 0 {
		t.Errorf("%d requests, %v", b.cw.Requests(), err)
	}
}
