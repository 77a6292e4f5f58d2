package upkeep

import (
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"
	"time"

	"psabridge/app"
	"psabridge/app/secret"
)

// What the self-test calls little, old and long.
const (
	diskLow   = 1 << 30
	diskShort = 200 << 20
	backupOld = 48 * time.Hour
	verifyOld = 15 * 24 * time.Hour
	queueLong = time.Hour
)

// clockCheck repeats what the checks of the connections found: they compare with ConnectWise's clock, and no other server we talk to
// matters as much.
func clockCheck(f Facts) app.CheckRow {
	const title = "The clock agrees with the servers"
	worst := app.CheckRow{State: app.CheckSkipped}
	for _, c := range f.Clocks {
		switch {
		case c.State == app.CheckFailed, c.State == app.CheckWarning && worst.State != app.CheckFailed,
			c.State == app.CheckOK && worst.State == app.CheckSkipped:
			worst = c
		}
	}
	if worst.State == app.CheckSkipped {
		return row("clock", title, app.CheckSkipped, "It is compared when a connection is tested. None was yet.", "")
	}
	return row("clock", title, worst.State, worst.Message, worst.Fix)
}

func diskCheck(f Facts) app.CheckRow {
	const title = "The disk has space"
	const free = "Free some space on the disk of the data folder. psabridge goes on by itself then; nothing is lost."
	switch {
	case f.Disk.Message != "":
		return row("disk", title, app.CheckFailed, f.Disk.Message, free)
	case f.FreeErr != nil:
		return row("disk", title, app.CheckSkipped, "This disk does not say how much is free.", "")
	case f.Free < diskShort:
		return row("disk", title, app.CheckFailed, megabytes(f.Free)+" are free.", free)
	case f.Free < diskLow:
		return row("disk", title, app.CheckWarning, megabytes(f.Free)+" are free.", "Free some space before it runs out: nothing is read or sent while nothing can be stored.")
	}
	return row("disk", title, app.CheckOK, fmt.Sprintf("%.0f GB are free.", float64(f.Free)/(1<<30)), "")
}

func databaseCheck(f Facts) app.CheckRow {
	const title = "The database is whole"
	switch {
	case f.Database.Message != "":
		return row("database", title, app.CheckFailed, f.Database.Message, "Stop psabridge and put the newest backup back: psabridge restore.")
	case f.Verified.IsZero():
		return row("database", title, app.CheckOK, "Its quick check at the start was good. All of it is checked every week, and by “Run all checks”.", "")
	case f.Now.Sub(f.Verified) > verifyOld:
		return row("database", title, app.CheckWarning, "All of it was checked last "+ago(f.Now.Sub(f.Verified))+" ago.", "Run all checks, or leave psabridge running: it does so every week.")
	}
	return row("database", title, app.CheckOK, "Its quick check at the start was good, and all of it was checked "+ago(f.Now.Sub(f.Verified))+" ago.", "")
}

func backupCheck(f Facts) app.CheckRow {
	const title = "There is a new backup"
	const fix = "Back up now, on the Diagnostics page or with: psabridge backup"
	switch {
	case f.NoBackups:
		return row("backup", title, app.CheckSkipped, "A demo is not backed up.", "")
	case f.BackupProblem.Message != "":
		return row("backup", title, app.CheckFailed, f.BackupProblem.Message, fix)
	case f.NewestBackup.IsZero() && f.Now.Sub(f.Started) < backupOld:
		return row("backup", title, app.CheckSkipped, "The first one is made within the first hour.", "")
	case f.NewestBackup.IsZero():
		return row("backup", title, app.CheckWarning, "There is none.", fix)
	case f.Now.Sub(f.NewestBackup) > backupOld:
		return row("backup", title, app.CheckWarning, "The newest is from "+ago(f.Now.Sub(f.NewestBackup))+" ago. One is made each day while psabridge runs.", fix)
	}
	return row("backup", title, app.CheckOK, "The newest is from "+ago(f.Now.Sub(f.NewestBackup))+" ago.", "")
}

func keychainCheck(f Facts) app.CheckRow {
	const title = "The keys can be had"
	switch f.Keys.Kind {
	case "":
		return row("keychain", title, app.CheckOK, keysWords(f), "")
	case secret.Lost, secret.Moved:
		return row("keychain", title, app.CheckFailed, f.Keys.Message, "Enter them on the page of the connection or source, or with: psabridge secret set NAME")
	case secret.Locked, secret.Missing, secret.Silent, secret.Refused:
	}
	return row("keychain", title, app.CheckFailed, f.Keys.Message, "Then run the checks again, or press Try again on the Overview.")
}

func loopbackCheck(f Facts) app.CheckRow {
	const title = "Only this computer can reach the page"
	var strange []string
	for _, a := range f.Listening {
		host, _, err := net.SplitHostPort(a)
		if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
			strange = append(strange, a)
		}
	}
	switch {
	case len(strange) > 0:
		return row("loopback", title, app.CheckFailed, "It answers on "+strings.Join(strange, ", ")+", which other computers can reach.", "Stop psabridge and report this: it is a defect.")
	case len(f.Listening) == 0:
		return row("loopback", title, app.CheckSkipped, "Nothing listens.", "")
	case len(f.Listening) == 1:
		return row("loopback", title, app.CheckOK, "It answers on "+f.Listening[0]+". This computer has no ::1.", "")
	}
	return row("loopback", title, app.CheckOK, "It answers on "+strings.Join(f.Listening, " and ")+".", "")
}

// filesShown is how many files a sentence names.
const filesShown = 5

func filesCheck(f Facts) app.CheckRow {
	const title = "Only you can read the data folder"
	switch {
	case f.OpenErr != nil:
		return row("files", title, app.CheckWarning, "The folder could not be looked through.", "Check that it belongs to you alone.")
	case len(f.Open) > 0:
		return row("files", title, app.CheckFailed, "Other users of this computer can read "+some(f.Open)+", and that could not be changed.", "Make the data folder belong to you, or move it to a disk that knows owners, with --data-dir.")
	case len(f.Repaired) > 0:
		return row("files", title, app.CheckWarning, "Other users of this computer could read "+some(f.Repaired)+". That was put right.", "If somebody else may have looked: enter new keys, at ConnectWise and at the sources.")
	}
	return row("files", title, app.CheckOK, "Nobody else has a right to any of its files.", "")
}

func some(names []string) string {
	if more := len(names) - filesShown; more > 0 {
		return strings.Join(names[:filesShown], ", ") + fmt.Sprintf(" and %d more", more)
	}
	return strings.Join(names, ", ")
}

func folderCheck(f Facts) app.CheckRow {
	const title = "The data folder lies on a disk of this computer"
	if f.Folder != "" {
		return row("folder", title, app.CheckWarning, f.Folder, "Move it: quit psabridge, move the folder, start with --data-dir.")
	}
	return row("folder", title, app.CheckOK, "It is on no network drive and in no folder a known program copies elsewhere.", "")
}

func proxyCheck(f Facts) app.CheckRow {
	const title = "The way to the servers"
	if len(f.Proxies) == 0 {
		return row("proxy", title, app.CheckOK, "No proxy is used.", "")
	}
	var ways []string
	for _, host := range slices.Sorted(maps.Keys(f.Proxies)) {
		ways = append(ways, host+" by "+f.Proxies[host])
	}
	return row("proxy", title, app.CheckOK, "A proxy of this computer is used: "+strings.Join(ways, ", ")+". It has to let the requests through unchanged.", "")
}

func queueCheck(f Facts) app.CheckRow {
	const title = "Nothing waits for long to be sent"
	age := f.Now.Sub(f.Oldest)
	switch {
	case f.Oldest.IsZero():
		return row("queue", title, app.CheckOK, "Nothing waits.", "")
	case age < queueLong:
		return row("queue", title, app.CheckOK, "The oldest waits for "+ago(age)+".", "")
	case f.Paused:
		return row("queue", title, app.CheckWarning, "The oldest waits for "+ago(age)+", because sending is paused.", "Resume it when you are done.")
	}
	return row("queue", title, app.CheckWarning, "The oldest waits for "+ago(age)+".", "See why under Deliveries.")
}

func sleepCheck(f Facts) app.CheckRow {
	const title = "The computer stays awake"
	if f.SleptAt.IsZero() {
		return row("sleep", title, app.CheckOK, "It was not seen to sleep since psabridge was started.", "")
	}
	return row("sleep", title, app.CheckOK, "It was last away for "+ago(f.Slept)+", until "+ago(f.Now.Sub(f.SleptAt))+" ago: asleep, or its clock was set. What was missed was read then.", "")
}

func logCheck(f Facts) app.CheckRow {
	const title = "The log can be written"
	if f.LogErr != nil {
		return row("log", title, app.CheckFailed, "It cannot: "+f.LogPath+".", "Check that the file belongs to you and the disk has space.")
	}
	return row("log", title, app.CheckOK, f.LogPath, "")
}

// ago is a span in words that are exact enough to judge it.
func ago(d time.Duration) string {
	one := func(n int, unit string) string {
		if n == 1 {
			return "1 " + unit
		}
		return fmt.Sprintf("%d %ss", n, unit)
	}
	switch {
	case d < time.Minute:
		return one(int(max(d, 0).Seconds()), "second")
	case d < time.Hour:
		return one(int(d.Minutes()), "minute")
	case d < 48*time.Hour:
		return one(int(d.Hours()), "hour")
	}
	return one(int(d.Hours()/24), "day")
}

func keysWords(f Facts) string {
	if f.KeysNum == 0 {
		return "None is stored yet. They go into " + f.KeysIn + "."
	}
	return fmt.Sprintf("%d are kept in %s.", f.KeysNum, f.KeysIn)
}
