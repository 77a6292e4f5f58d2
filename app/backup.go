package app

import (
	"strings"
	"time"
)

// Backup is one copy of the database.
type Backup struct {
	Name    string
	Path    string
	At      time.Time // when it was made
	Bytes   int64
	Kind    BackupKind
	Install string // whose it is; empty when it was not looked into
	Schema  int
	// Verified is true when it was opened and found whole: a file gets a backup's name only after that.
	Verified bool
	Problem  string // why it cannot be used
	Second   bool   // it lies in the second folder
	Counts   BackupCounts
}

// BackupKind is why a backup was made.
type BackupKind string

// The kinds of backups.
const (
	BackupDaily     BackupKind = "daily"
	BackupPush      BackupKind = "push"      // before a push was written
	BackupHand      BackupKind = "hand"      // a person or a script asked for it
	BackupMigration BackupKind = "migration" // before a newer program changed the database
)

// BackupCounts is what a copy holds, for the person who has to choose one.
type BackupCounts struct {
	Organizations int `json:"organizations"`
	Tickets       int `json:"tickets"`
	Pushes        int `json:"pushes"`
	Settings      int `json:"settings"` // revisions
	Ledger        int `json:"ledger"`
}

// Covers reports whether a copy made after c was counted holds at least as much of what only grows.
func (c BackupCounts) Covers(before BackupCounts) bool {
	return c.Settings >= before.Settings && c.Ledger >= before.Ledger && c.Pushes >= before.Pushes && c.Tickets >= before.Tickets
}

const (
	backupPrefix = "psabridge-"
	backupSuffix = ".db"
	backupStamp  = "20060102T150405Z"
)

// BackupName is the name of a backup: whose, when and why. Two machines may share a folder for their second copies.
func BackupName(install string, kind BackupKind, at time.Time) string {
	return backupPrefix + install + "-" + at.UTC().Format(backupStamp) + "-" + string(kind) + backupSuffix
}

// ParseBackupName reads a name of BackupName, or of a copy made before a migration; false for any other file.
func ParseBackupName(name string) (b Backup, ok bool) {
	body, isOurs := strings.CutPrefix(name, backupPrefix)
	body, isDB := strings.CutSuffix(body, backupSuffix)
	if !isOurs || !isDB {
		return Backup{}, false
	}
	parts := strings.Split(body, "-")
	b = Backup{Name: name, Verified: true}
	stamp := ""
	switch {
	case len(parts) == 4 && parts[1] == "before": // v18-before-v19-<time>
		stamp, b.Kind = parts[3], BackupMigration
	case len(parts) == 3:
		b.Install, stamp, b.Kind = parts[0], parts[1], BackupKind(parts[2])
	default:
		return Backup{}, false
	}
	at, err := time.Parse(backupStamp, stamp)
	b.At = at
	switch b.Kind {
	case BackupDaily, BackupPush, BackupHand, BackupMigration:
		return b, err == nil
	}
	return Backup{}, false
}

// Restore is one time this database was put back from a backup.
type Restore struct {
	ID       int64
	At       time.Time // when it was put in place
	BackupAt time.Time // what was known up to then
	File     string    // the backup's name
	Kept     string    // the folder with what was there before; empty when nothing was
	Why      RestoreReason
	// Stopped is how many agreements of open pushes are not written; Mails how many e-mails waited and wait for a person now.
	Stopped int
	Mails   int
	// Quantities is how many agreement lines hold another quantity than the backup knew.
	Quantities   int
	ReconciledAt time.Time // zero: nothing is sent yet
	Problem      string    // what keeps it from being reconciled
	// Found counts the tickets made after the backup that were found again; Loose those that stand for nothing we know.
	Found, Loose int
}

// RestoreReason is why the database is not the newest there was.
type RestoreReason string

// The reasons.
const (
	RestoreBackup  RestoreReason = "backup"   // a person put a backup back
	RestoreLostLog RestoreReason = "lost_log" // the -wal file with the newest changes was gone at a start
)

// Pending reports whether nothing may be sent yet.
func (r Restore) Pending() bool { return r.ID != 0 && r.ReconciledAt.IsZero() }

// doubtFor is how long after a restore what would be made is looked for first: what the forgotten days were about comes up
// again within it.
const doubtFor = 60 * 24 * time.Hour

// Doubts reports whether ConnectWise may still have what this database has forgotten.
func (r Restore) Doubts(now time.Time) bool {
	_, end := r.forgotten()
	return r.ID != 0 && (r.Pending() || now.Sub(end) < doubtFor)
}

// forgotten is the time this database knows nothing of, as wide as its dates allow: the clock was wrong where one that should be
// the later is the earlier, as on a computer whose battery is dead and that has not asked for the time yet.
func (r Restore) forgotten() (begin, end time.Time) {
	begin, end = r.BackupAt, r.At
	if end.Before(begin) {
		begin, end = end, begin
	}
	if end.Before(r.ReconciledAt) {
		end = r.ReconciledAt
	}
	return begin, end
}

// Forgot reports whether something was done before the restore, so that what came of it since may be forgotten.
func (r Restore) Forgot(at time.Time) bool {
	return r.ID != 0 && (!at.After(r.At) || !at.After(r.BackupAt))
}

// Forgets reports whether something that another computer dates may have been made in the time that is forgotten; its clock is
// another one.
func (r Restore) Forgets(at time.Time) bool {
	const apart = time.Hour
	begin, end := r.forgotten()
	return r.ID != 0 && !at.Before(begin.Add(-apart)) && !at.After(end.Add(apart))
}

// Between reports whether a month may have been pushed in the time that was forgotten: each month that was the current or
// the latest due one then. Until it is reconciled nobody knows where that time ends.
func (r Restore) Between(p Period, zone *time.Location) bool {
	begin, end := r.forgotten()
	if r.ID == 0 || p.Before(PeriodOf(begin, zone).Prev()) {
		return false
	}
	last := PeriodOf(end, zone)
	if r.At.Before(r.BackupAt) {
		last = last.Next() // by a clock that was wrong, so the end is a guess
	}
	return r.Pending() || !last.Before(p)
}

// FoundTicket is a ticket of ours that ConnectWise has and this database did not know.
type FoundTicket struct {
	Connection string
	RemoteID   int64
	XRef       string
	Summary    string
	CompanyID  int64
	Closed     bool // when it was found
	EnteredAt  time.Time
	TicketID   int64 // our row of it since; 0 while nothing we know is about it
}

// DiskTrouble is why nothing can be stored.
type DiskTrouble struct {
	Since   time.Time
	Message string
	// Broken is true when the disk failed rather than filled up: what it says it stored may not be there.
	Broken bool
}
