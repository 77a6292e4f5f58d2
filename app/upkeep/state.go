package upkeep

import (
	"context"
	"time"

	"psabridge/app"
)

// State is how upkeep stands, for the page and the terminal.
type State struct {
	Backups []app.Backup // newest first, of both folders
	Folder  string
	Second  string // the second folder; empty when none is set
	// BackupProblem is why no backup is made, SecondProblem why none is copied, FileProblem what is wrong with the database and
	// DiskProblem why nothing can be stored; each "" when all is well, and since when it stands.
	BackupProblem, SecondProblem, FileProblem, DiskProblem Problem
	VerifiedAt                                             time.Time // of the database itself
	Restore                                                app.Restore
	Found                                                  []app.FoundTicket // after the last restore
}

// Problem is one thing that is wrong.
type Problem struct {
	Message string
	Since   time.Time
}

// State tells how everything stands. It opens no backup.
func (u *Upkeep) State(ctx context.Context) (st State, err error) {
	st = u.Problems()
	st.Folder = u.Folder
	if st.Second, err = u.Store.SecondFolder(ctx); err != nil {
		return st, err
	}
	if st.VerifiedAt, err = u.Store.VerifiedAt(ctx); err != nil {
		return st, err
	}
	if st.Restore, err = u.Store.LastRestore(ctx); err != nil {
		return st, err
	}
	if st.Restore.ID != 0 {
		if st.Found, err = u.Store.FoundTickets(ctx, ""); err != nil {
			return st, err
		}
	}
	st.Backups = u.backups(st.Second)
	return st, nil
}

func (u *Upkeep) backups(second string) []app.Backup {
	list := u.List(u.Folder)
	at := map[string]int{}
	for i, b := range list {
		at[b.Name] = i
	}
	if second == "" {
		return list
	}
	for _, b := range u.inSecond(second) {
		if i, both := at[b.Name]; both {
			list[i].Second = true
		}
	}
	return list
}

// inSecond lists the backups of the second folder; of one that does not answer, as they were seen last.
func (u *Upkeep) inSecond(folder string) []app.Backup {
	u.farLook.do(min(lookPatience, u.Patience), func() {
		list := u.List(folder)
		u.mu.Lock()
		defer u.mu.Unlock()
		u.there = list
	})
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.there
}

// Problems is what is wrong, from memory alone: every page asks for it.
func (u *Upkeep) Problems() (st State) {
	u.mu.Lock()
	st.BackupProblem, st.SecondProblem, st.FileProblem = u.last.asProblem(), u.second.asProblem(), u.check.asProblem()
	st.Restore = u.restore
	u.mu.Unlock()
	if t, is := u.Store.Trouble(); is {
		st.DiskProblem = Problem{Message: t.Message, Since: t.Since}
	}
	return st
}

func (a attempt) asProblem() Problem { return Problem{Message: a.problem, Since: a.since} }

// Disk tries, while nothing could be stored, whether it can again.
func (u *Upkeep) Disk(ctx context.Context, now time.Time) error {
	if _, is := u.Store.Trouble(); !is {
		return nil
	}
	err := u.Store.Recover(ctx, now)
	if err == nil {
		u.Wake()
	}
	return err
}
