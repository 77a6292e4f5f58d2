package upkeep

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/secret"
)

func facts() Facts {
	at := time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)
	return Facts{
		Now: at, Started: at.Add(-100 * time.Hour), Free: 40 << 30, Verified: at.Add(-3 * 24 * time.Hour), NewestBackup: at.Add(-5 * time.Hour),
		Clocks:    []app.CheckRow{{ID: "clock", State: app.CheckOK, Message: "1s apart."}},
		Listening: []string{"127.0.0.1:7360", "[::1]:7360"}, KeysIn: "this computer's keychain", KeysNum: 3, LogPath: "psabridge.log",
	}
}

func TestAHealthyComputer(t *testing.T) {
	rows := Judge(facts())
	if len(rows) != 12 {
		t.Errorf("%d checks", len(rows))
	}
	seen := map[string]bool{}
	for _, r := range rows {
		if r.State != app.CheckOK || r.Message == "" || r.Fix != "" || !strings.HasPrefix(r.ID, MachinePrefix) || seen[r.ID] {
			t.Errorf("%+v", r)
		}
		seen[r.ID] = true
	}
}

// TestEveryTroubleSaysWhatToDo: each thing that can be wrong is one row that names it and the way out.
func TestEveryTroubleSaysWhatToDo(t *testing.T) {
	for name, one := range map[string]struct {
		id    string
		wrong func(*Facts)
		state app.CheckState
		says  string
	}{
		"clock apart": {"clock", func(f *Facts) {
			f.Clocks = append(f.Clocks, app.CheckRow{State: app.CheckWarning, Message: "11m apart", Fix: "Turn on automatic time."})
		}, app.CheckWarning, "11m apart"},
		"clock not known":   {"clock", func(f *Facts) { f.Clocks = nil }, app.CheckSkipped, "None was yet"},
		"disk low":          {"disk", func(f *Facts) { f.Free = 500 << 20 }, app.CheckWarning, "500.0 MB"},
		"disk short":        {"disk", func(f *Facts) { f.Free = 5 << 20 }, app.CheckFailed, "5.0 MB"},
		"disk full":         {"disk", func(f *Facts) { f.Disk.Message = "Nothing can be stored." }, app.CheckFailed, "Nothing can be stored"},
		"disk silent":       {"disk", func(f *Facts) { f.FreeErr = errors.ErrUnsupported }, app.CheckSkipped, "does not say"},
		"database broken":   {"database", func(f *Facts) { f.Database.Message = "The database is damaged." }, app.CheckFailed, "damaged"},
		"database old":      {"database", func(f *Facts) { f.Verified = f.Now.Add(-30 * 24 * time.Hour) }, app.CheckWarning, "30 days"},
		"backup fails":      {"backup", func(f *Facts) { f.BackupProblem.Message = "No backup was made." }, app.CheckFailed, "No backup"},
		"backup old":        {"backup", func(f *Facts) { f.NewestBackup = f.Now.Add(-72 * time.Hour) }, app.CheckWarning, "3 days"},
		"no backup":         {"backup", func(f *Facts) { f.NewestBackup = time.Time{} }, app.CheckWarning, "none"},
		"no backup yet":     {"backup", func(f *Facts) { f.NewestBackup, f.Started = time.Time{}, f.Now }, app.CheckSkipped, "first hour"},
		"keychain locked":   {"keychain", func(f *Facts) { f.Keys = secret.Trouble{Kind: secret.Locked, Message: "It is locked."} }, app.CheckFailed, "locked"},
		"keys lost":         {"keychain", func(f *Facts) { f.Keys = secret.Trouble{Kind: secret.Lost, Message: "Enter again: x."} }, app.CheckFailed, "Enter again"},
		"open to the net":   {"loopback", func(f *Facts) { f.Listening = append(f.Listening, "0.0.0.0:7360") }, app.CheckFailed, "0.0.0.0:7360"},
		"open to others":    {"files", func(f *Facts) { f.Open = []string{"psabridge.db"} }, app.CheckFailed, "psabridge.db"},
		"was open":          {"files", func(f *Facts) { f.Repaired = []string{"api.token"} }, app.CheckWarning, "put right"},
		"on a share":        {"folder", func(f *Facts) { f.Folder = "It lies on a network drive." }, app.CheckWarning, "network drive"},
		"waits":             {"queue", func(f *Facts) { f.Oldest = f.Now.Add(-3 * time.Hour) }, app.CheckWarning, "3 hours"},
		"waits, paused":     {"queue", func(f *Facts) { f.Oldest, f.Paused = f.Now.Add(-3*time.Hour), true }, app.CheckWarning, "paused"},
		"log not writeable": {"log", func(f *Facts) { f.LogErr = errors.ErrUnsupported }, app.CheckFailed, "psabridge.log"},
	} {
		f := facts()
		one.wrong(&f)
		found := false
		for _, r := range Judge(f) {
			if r.ID != MachinePrefix+one.id {
				continue
			}
			found = true
			if r.State != one.state || !strings.Contains(r.Message, one.says) {
				t.Errorf("%s: %+v", name, r)
			}
			if (r.Fix == "") == (r.State == app.CheckWarning || r.State == app.CheckFailed) {
				t.Errorf("%s: what is to be done? %+v", name, r)
			}
		}
		if !found {
			t.Errorf("%s: no check %s", name, one.id)
		}
	}
}

func TestSelfTestRemembersSinceWhen(t *testing.T) {
	f := facts()
	test := &SelfTest{Facts: func(context.Context, bool) (Facts, error) { return f, nil }}
	since := func(id string) time.Time {
		rows, err := test.Rows(t.Context(), false)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			if r.ID == MachinePrefix+id {
				return r.ChangedAt
			}
		}
		return time.Time{}
	}
	begin := f.Now
	if at := since("disk"); !at.Equal(begin) {
		t.Errorf("since %v", at)
	}
	f.Now = begin.Add(time.Hour)
	if at := since("disk"); !at.Equal(begin) {
		t.Errorf("an hour later since %v", at)
	}
	if got := test.Wrong(); len(got) != 0 {
		t.Errorf("wrong: %+v", got)
	}
	f.Free = 0
	if at := since("disk"); !at.Equal(f.Now) {
		t.Errorf("full since %v", at)
	}
	f.Database.Message = "The database is damaged."
	if got := test.Wrong(); len(got) != 1 || got[0].ID != MachinePrefix+"disk" {
		t.Errorf("wrong: %+v", got)
	}
	f.Disk.Message = "Nothing can be stored."
	since("disk")
	if got := test.Wrong(); len(got) != 0 {
		t.Errorf("what is told elsewhere is told twice: %+v", got)
	}
}
