package billing_test

import (
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/billing"
)

// Nobody can read an inbox again: what a person can do is send something.
func TestHoldsOfAnInboxSayWhatToSend(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*billing.Input)
		want   string
	}{
		"missing from the file": {func(in *billing.Input) { in.Readings = nil }, "Import a file or send a reading"},
		"a wrong row": {
			func(in *billing.Input) { in.Readings[0].Complete, in.Readings[0].Problem = false, "Row 17 is wrong." },
			"Import the corrected file",
		},
		"too old":     {func(in *billing.Input) { in.Readings[0].AsOf = now.Add(-25 * time.Hour) }, "Import a newer file or send a newer reading."},
		"still ahead": {func(in *billing.Input) { in.Readings[0].AsOf = now.AddDate(1, 0, 0) }, "Import a newer file or send a newer reading."},
		"never sent":  {func(in *billing.Input) { in.Mappings[0].Unseen = true }, "Import a file or send a reading"},
	} {
		t.Run(name, func(t *testing.T) {
			in := office()
			tt.change(&in)
			read := billing.Plan(in).Lines[0]
			in.Pushed = map[string]bool{"sync": true}
			sent := billing.Plan(in).Lines[0]
			for _, l := range []app.Line{read, sent} {
				if l.Verdict != app.VerdictHold || len(l.Holds) != 1 || l.Holds[0].Code != app.HoldIncompleteReading || !l.After.Equal(*l.Before) {
					t.Fatalf("%s %s → %s, holds %v", l.Verdict, l.Before, l.After, l.Holds)
				}
			}
			if got := sent.Holds[0].Message; !strings.Contains(got, tt.want) || strings.Contains(strings.ToLower(got), "read the source") {
				t.Errorf("of an inbox it says %q", got)
			}
			if got := read.Holds[0].Message; strings.Contains(got, "Import") || strings.Contains(got, "send") {
				t.Errorf("of a source that is read it says %q", got)
			}
		})
	}
}

// The statement of the month before bills, however old; another month's is asked about (M9).
func TestM9Statements(t *testing.T) {
	october := period.Prev()
	for name, tt := range map[string]struct {
		covers app.Period
		want   []app.HoldCode
	}{
		"the month before":       {october, nil},
		"the one before that":    {october.Prev(), []app.HoldCode{app.HoldWrongPeriod}},
		"the month that goes on": {period, []app.HoldCode{app.HoldWrongPeriod}},
		"a year ago":             {app.Period{Year: october.Year - 1, Month: october.Month}, []app.HoldCode{app.HoldWrongPeriod}},
	} {
		in := office()
		in.Pushed = map[string]bool{"sync": true}
		in.Readings[0].Covers, in.Readings[0].AsOf = tt.covers, tt.covers.Next().Start(time.UTC).Add(-time.Second)
		if in.Readings[0].AsOf.After(now) {
			in.Readings[0].AsOf = now
		}
		l := billing.Plan(in).Lines[0]
		if got := holds(l); len(got) != len(tt.want) || len(got) > 0 && got[0] != tt.want[0] || !l.After.Equal(q("12")) {
			t.Errorf("%s: planned %s, holds %v, want %v", name, l.After, got, tt.want)
		}
	}
}

func TestUnitsOfMeters(t *testing.T) {
	for meter, want := range map[app.Meter]string{
		app.MeterAccounts: app.UnitEach, app.MeterGuests: app.UnitEach, app.MeterFileServer: app.UnitEach, app.MeterProtectedSeats: app.UnitEach,
		app.MeterStorage: app.UnitGB, app.MeterProtectedStorage: app.UnitGB, "licences": "",
	} {
		if got := billing.Defaults(app.QuantityRule{}, meter).Unit; got != want {
			t.Errorf("%s is billed in %q, want %q", meter, got, want)
		}
	}
	// A meter only an inbox knows is billed in the unit it was sent in; bytes become what a person reads.
	for unit, want := range map[string]string{"licences": "licences", app.UnitBytes: app.UnitGB, app.UnitTB: app.UnitTB, "": app.UnitEach} {
		in := office()
		in.Mappings[0].Bill = []app.Meter{"seats"}
		in.Mappings[0].Products = map[app.Meter]string{"seats": "X360-ACCOUNT"}
		in.Readings[0].Meter, in.Readings[0].Unit = "seats", unit
		if l := billing.Plan(in).Lines[0]; l.Unit != want {
			t.Errorf("sent in %q, billed in %q, want %q", unit, l.Unit, want)
		}
	}
}
