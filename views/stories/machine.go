package stories

import (
	"strconv"
	"time"

	"psabridge/app"
	"psabridge/views"
	"psabridge/views/layout"
)

func machineChecks(bad bool) []app.CheckRow {
	rows := []app.CheckRow{
		{ID: "machine.clock", Title: "The clock agrees with the servers", State: app.CheckOK, Message: "The clocks agree to within five minutes.", ChangedAt: ago(30 * time.Hour)},
		{ID: "machine.disk", Title: "The disk has space", State: app.CheckOK, Message: "214 GB are free.", ChangedAt: ago(30 * time.Hour)},
		{ID: "machine.backup", Title: "There is a new backup", State: app.CheckSkipped, Message: "The first one is made within the first hour.", ChangedAt: ago(time.Minute)},
	}
	if bad {
		rows[1] = app.CheckRow{ID: "machine.disk", Title: "The disk has space", State: app.CheckFailed, Message: "12.0 MB are free.", Fix: "Free some space on the disk of the data folder. psabridge goes on by itself then; nothing is lost.", ChangedAt: ago(time.Hour)}
		rows[2] = app.CheckRow{ID: "machine.files", Title: "Only you can read the data folder", State: app.CheckWarning, Message: "Other users of this computer could read api.token. That was put right.", Fix: "If somebody else may have looked: enter new keys, at ConnectWise and at the sources.", ChangedAt: ago(time.Hour)}
	}
	return rows
}

func logPage(s layout.Shell, n int, long, bad bool) views.Log {
	m := views.Log{Shell: s, Levels: []string{"debug", "info", "warn", "error"}, Now: "info", Follow: n > 100}
	if bad {
		m.Now, m.Until, m.Level, m.Text = "debug", now.Add(40*time.Minute), "warn", "cw"
	}
	for i := range n {
		l := views.LogLine{At: ago(time.Duration(i) * time.Minute), Level: "info", Message: "source read", Rest: "source=sync organizations=26 events=" + strconv.Itoa(i)}
		switch {
		case long:
			l.Rest = "error=" + word64 + word64
		case bad && i%2 == 0:
			l = views.LogLine{At: l.At, Level: "error", Bad: true, Message: "attempt ended", Rest: `component=outbox delivery=7 error="ConnectWise answered 502"`}
		case bad:
			l = views.LogLine{At: l.At, Level: "warn", Warn: true, Message: "connection answers slowly", Rest: "connection=cw"}
		}
		m.Lines = append(m.Lines, l)
	}
	return m
}

func supportPage(s layout.Shell, n int) views.Support {
	m := views.Support{Shell: s, Name: "psabridge-support-2026-11-21-0906.zip", Bytes: int64(n+9) << 10}
	for _, name := range []string{"README.txt", "about.json", "settings.yaml", "log/psabridge.log"} {
		m.Files = append(m.Files, views.SupportFile{Name: name, About: "What this is", Bytes: int64(n) << 10})
	}
	return m
}
