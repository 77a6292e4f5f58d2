package views

import (
	"path"
	"strings"
	"time"

	"psabridge/app"
	"psabridge/views/ui"
)

// Backups is the section about copies of the database.
type Backups struct {
	List          []app.Backup // newest first
	Folder        string
	Second        string
	SecondProblem string
	CheckedAt     time.Time // the database itself
	DataDir       string
	Restore       app.Restore // the last one; zero for none
	Words         string      // what it found
	MissingKeys   []string
	Loose         []LooseTicket
}

// LooseTicket is a ticket of the forgotten time that stands for nothing we know.
type LooseTicket struct {
	app.FoundTicket
	Address string
}

// backupsShown is how many rows stand there without unfolding.
const backupsShown = 8

var backupKinds = map[app.BackupKind]string{
	app.BackupDaily: "of the day", app.BackupPush: "before a push", app.BackupHand: "by hand", app.BackupMigration: "before an update",
}

// bytesWord is a size as a person reads it.
func bytesWord(n int64) string {
	if n < 1<<20 {
		return ui.Int(int(max(n>>10, 1))) + " kB"
	}
	return megabytes(n)
}

// restoreCommand is what puts a backup back, for a terminal.
func (m Backups) restoreCommand(b app.Backup) string {
	return `psabridge restore "` + b.Path + `" --data-dir "` + m.DataDir + `"`
}

// keyPage is a secret's page, where it is entered.
func keyPage(name string) string {
	kind, rest, _ := strings.Cut(name, "/")
	switch owner := path.Dir(rest); kind {
	case "connections":
		return "/connections/" + owner
	case "sources":
		return "/sources/" + owner
	}
	return "/settings/notifications"
}
