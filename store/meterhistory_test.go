package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"psabridge/app"
	"psabridge/store"
	"psabridge/store/storetest"
)

var (
	september = november.Prev().Prev()
	october   = november.Prev()
)

// counted is a complete reading of accounts of organization 7.
func counted(at time.Time, q string) app.Reading {
	return app.Reading{
		Source: "sync", OrganizationID: "7", Meter: app.MeterAccounts, Basis: app.BasisOwn, Quantity: app.MustQuantity(q), Unit: app.UnitEach,
		Complete: true, Method: app.MethodComputed, AsOf: at,
	}
}

func keepReadings(t *testing.T, s *store.Store, list ...app.Reading) {
	t.Helper()
	for _, r := range list { // one by one, as the days bring them
		must(t, s.SaveReadings(t.Context(), "sync", []app.Reading{r}, r.AsOf))
	}
}

// pushed approves a plan of one line of organization 7 and writes it.
func pushed(t *testing.T, s *store.Store, period app.Period, after string, shares ...string) app.Push {
	t.Helper()
	l := line(12, 5, 9904, app.VerdictUpdate)
	l.After, l.Shares = app.MustQuantity(after), nil
	for i, q := range shares {
		l.Shares = append(l.Shares, app.Share{OrganizationID: int64(2 + i), ExternalID: itoa(int64(7 + i)), Source: "sync", Quantity: app.MustQuantity(q)})
	}
	p := plan(l)
	p.Period = period
	push := approve(t, s, savePlan(t, s, p))
	settleAgreement(t, s, push, app.LineDone)
	return push
}

// history is what MeterHistory says of organization 7, short: period, read, billed.
func history(t *testing.T, s *store.Store, organization string, since app.Period) (out []string) {
	t.Helper()
	list, err := s.MeterHistory(t.Context(), "sync", organization, since)
	must(t, err)
	show := func(q *app.Quantity) string {
		if q == nil {
			return "-"
		}
		return q.String()
	}
	for _, m := range list {
		text := m.Period.String() + " " + string(m.Meter) + " " + string(m.Basis) + " read " + show(m.Read) + m.Unit + " billed " + show(m.Billed) + m.BilledUnit
		if m.Statement {
			text += " statement"
		}
		out = append(out, text)
	}
	return out
}

func wantHistory(t *testing.T, got []string, want ...string) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func day(p app.Period, d int) time.Time { return time.Date(p.Year, p.Month, d, 12, 0, 0, 0, time.UTC) }

// The last complete reading of a month is the month's, whatever came after it.
func TestMeterHistoryReadsTheMonthsLast(t *testing.T) {
	s := storetest.Open(t)
	broken := counted(day(october, 31), "0")
	broken.Complete, broken.Problem = false, "Answer 502"
	inclusive := counted(day(november, 2), "20")
	inclusive.Basis = app.BasisInclusive
	keepReadings(t, s, counted(day(september.Prev(), 30), "7"), counted(day(september, 3), "8"), counted(day(september, 29), "9"), counted(day(october, 30), "10.5"), broken,
		counted(day(november, 2), "11"), inclusive)
	wantHistory(t, history(t, s, "7", september),
		"2026-09 accounts own read 9each billed -", "2026-10 accounts own read 10.5each billed -",
		"2026-11 accounts inclusive read 20each billed -", "2026-11 accounts own read 11each billed -")
	wantHistory(t, history(t, s, "8", september))
}

// A statement is the month it covers, not the month it came in, and stands for what was read in it.
func TestMeterHistoryTakesTheStatement(t *testing.T) {
	s := storetest.Open(t)
	statement := counted(day(november, 3), "12")
	statement.Covers = october
	corrected := statement
	corrected.AsOf, corrected.Quantity = day(november, 4), app.Q(13)
	keepReadings(t, s, counted(day(october, 30), "10"), statement, corrected)
	wantHistory(t, history(t, s, "7", september), "2026-10 accounts own read 13each billed - statement")
}

// An organization that has the line to itself was billed what the line says; one that shares it, its share, to the last digit.
func TestMeterHistoryOfWhatWasBilled(t *testing.T) {
	s := storetest.Open(t)
	pushed(t, s, september, "5", "3.2")
	pushed(t, s, october, "220", "211.123456789012345678", "8.5")
	pushed(t, s, november, "12", "12")
	pushed(t, s, november, "13", "13") // a late release of the same month
	wantHistory(t, history(t, s, "7", september),
		"2026-09 accounts own read - billed 5each", "2026-10 accounts own read - billed 211.123456789012345678each", "2026-11 accounts own read - billed 13each")
	wantHistory(t, history(t, s, "8", october), "2026-10 accounts own read - billed 8.5each")
	// Beside what was read of it; an inclusive reading is not what an own line billed.
	inclusive := counted(day(november, 3), "99")
	inclusive.Basis = app.BasisInclusive
	keepReadings(t, s, counted(day(november, 3), "13"), inclusive)
	wantHistory(t, history(t, s, "7", november), "2026-11 accounts inclusive read 99each billed -", "2026-11 accounts own read 13each billed 13each")
}

// What was undone was not billed; what the push before it wrote stands again.
func TestMeterHistoryForgetsWhatWasUndone(t *testing.T) {
	s := storetest.Open(t)
	first := pushed(t, s, november, "12", "12")
	second := pushed(t, s, november, "13", "13")
	undoPush(t, s, second, app.VerdictUpdate)
	wantHistory(t, history(t, s, "7", november), "2026-11 accounts own read - billed 12each")
	undoPush(t, s, first, app.VerdictUpdate)
	wantHistory(t, history(t, s, "7", november))
}

// A line that was held, or whose write failed, billed nobody.
func TestMeterHistoryOfWhatWasNotWritten(t *testing.T) {
	s := storetest.Open(t)
	push := approve(t, s, savePlan(t, s, plan(line(12, 5, 9904, app.VerdictUpdate), line(13, 5, 9905, app.VerdictHold))))
	settleAgreement(t, s, push, app.LineFailed)
	wantHistory(t, history(t, s, "7", november))
}

// A plan's findings are counted where a person should look; an undo's are about nothing.
func TestFindingsOfTheNewestPlan(t *testing.T) {
	s, ctx := storetest.Open(t), t.Context()
	_, err := s.NewestPlan(ctx, "cw")
	wantCode(t, err, app.NotFound)
	if n, err := s.CountFindings(ctx, "cw"); n != 0 || err != nil {
		t.Errorf("%d, %v before the first plan", n, err)
	}
	p := plan(line(12, 5, 9904, app.VerdictUpdate))
	mended := app.Finding{Code: app.FindingUsedNotBilled, Agreement: app.Named{ID: 12}, Product: "X360-ACCOUNT", Message: "a push of the plan writes it"}
	other := mended
	other.Product, other.Message = "X360-GB", "no line of the plan is about it"
	p.Findings = []app.Finding{mended, other, {Code: app.FindingUnmapped, Message: "a"}, {Code: app.FindingBelowMinimum, Message: "b"}, {Code: app.FindingDoubleLine, Agreement: app.Named{ID: 12}, Product: "X360-ACCOUNT", Message: "c"}}
	push := approve(t, s, savePlan(t, s, p))
	settleAgreement(t, s, push, app.LineDone)
	undoPush(t, s, push, app.VerdictUpdate)
	got, err := s.NewestPlan(ctx, "cw")
	if d := cmp.Diff(p.Findings, got.Findings); d != "" || err != nil || len(got.Lines) != 0 {
		t.Errorf("%s, %v", d, err)
	}
	if n, err := s.CountFindings(ctx, "cw"); n != 3 || err != nil {
		t.Errorf("%d findings, %v", n, err)
	}
	if n, _ := s.CountFindings(ctx, "other"); n != 0 {
		t.Errorf("%d findings of another connection", n)
	}
}
