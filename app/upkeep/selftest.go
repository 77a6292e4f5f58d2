package upkeep

import (
	"context"
	"strings"
	"sync"
	"time"

	"psabridge/app"
	"psabridge/app/secret"
)

// MachinePrefix begins the id of every check of this computer.
const MachinePrefix = "machine."

// Facts are what the self-test judges. Nothing in them is asked twice: who collects them says how.
type Facts struct {
	Now     time.Time
	Started time.Time

	Clocks   []app.CheckRow // the newest comparison of the clocks with each connection
	Free     int64          // bytes on the disk of the data folder
	FreeErr  error
	Database Problem // what is wrong with it
	Verified time.Time
	Disk     Problem // why nothing can be stored

	NewestBackup  time.Time
	BackupProblem Problem
	NoBackups     bool // nothing is backed up here: a demo

	Keys    secret.Trouble // no Kind: the keychain answers
	KeysIn  string         // where they are kept, in words
	KeysNum int            // how many are kept

	Listening []string // the addresses the page and the API answer on
	Open      []string // files of ours others may read
	Repaired  []string // files that others could read, and cannot any more
	OpenErr   error
	Folder    string            // what is wrong with where the data folder lies
	Proxies   map[string]string // proxy by host we talk to, where one is used

	Oldest  time.Time // of the deliveries that wait to be sent; zero: none does
	Paused  bool
	SleptAt time.Time // when the machine woke last; zero: not seen since the start
	Slept   time.Duration
	LogErr  error // why the log cannot be written
	LogPath string
}

// SelfTest are the checks of this computer. They ask no vendor. It is safe for concurrent use.
type SelfTest struct {
	// Facts collects what is known. look: a person or the night wants it looked at now; else nothing is touched, and what was
	// looked at last stands.
	Facts func(ctx context.Context, look bool) (Facts, error)

	mu    sync.Mutex
	since map[string]known // by id
	wrong []app.CheckRow   // at the last look, and told by nothing else
}

// known is a result with the moment from which it stands.
type known struct {
	state app.CheckState
	at    time.Time
}

// Rows are the results now. With look everything is looked at anew.
func (t *SelfTest) Rows(ctx context.Context, look bool) ([]app.CheckRow, error) {
	f, err := t.Facts(ctx, look)
	if err != nil {
		return nil, err
	}
	rows := Judge(f)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.since == nil {
		t.since = map[string]known{}
	}
	for i, r := range rows {
		was, seen := t.since[r.ID]
		if !seen || was.state != r.State {
			was = known{r.State, f.Now}
			t.since[r.ID] = was
		}
		rows[i].ChangedAt = was.at
	}
	t.wrong = untold(f, rows)
	return rows, nil
}

// Wrong is what the last look found wrong and nothing else tells a person. It asks nobody: every page wants to know.
func (t *SelfTest) Wrong() []app.CheckRow {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.wrong
}

// untold leaves out what is fine, and what is told where it is found: of connections, keys, backups, the database and the folder.
func untold(f Facts, rows []app.CheckRow) (out []app.CheckRow) {
	for _, r := range rows {
		if r.State != app.CheckFailed && r.State != app.CheckWarning {
			continue
		}
		switch strings.TrimPrefix(r.ID, MachinePrefix) {
		case "disk":
			if f.Disk.Message == "" {
				out = append(out, r)
			}
		case "loopback", "files", "log":
			out = append(out, r)
		}
	}
	return out
}

// Judge makes every check of this computer from what is known.
func Judge(f Facts) []app.CheckRow {
	return []app.CheckRow{
		clockCheck(f), diskCheck(f), databaseCheck(f), backupCheck(f), keychainCheck(f), loopbackCheck(f), filesCheck(f), folderCheck(f),
		proxyCheck(f), queueCheck(f), sleepCheck(f), logCheck(f),
	}
}

// row makes one result.
func row(id, title string, state app.CheckState, message, fix string) app.CheckRow {
	return app.CheckRow{ID: MachinePrefix + id, Title: title, State: state, Message: message, Fix: fix}
}
