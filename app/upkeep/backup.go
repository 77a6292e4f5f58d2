package upkeep

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"psabridge/app"
)

const (
	daily = 24 * time.Hour
	// settled is how long a bridge runs before it looks after itself: a start is quick, and one that ends soon writes nothing.
	settled = 10 * time.Minute
	// again is when a backup that failed is tried once more.
	again = time.Hour
	// weekly is how often the whole file is checked.
	weekly = 7 * 24 * time.Hour
)

// BackUp makes a backup now: in the folder for backups or, where file names one, there. A second copy goes to the second
// folder; when that cannot be reached the backup stands all the same. invalid: the file exists. unavailable: the disk has not
// enough space, or cannot be written.
func (u *Upkeep) BackUp(ctx context.Context, kind app.BackupKind, file string) (app.Backup, error) {
	u.one.Lock()
	defer u.one.Unlock()
	b, err := u.make(ctx, kind, file)
	u.set(&u.last, u.Now(), err)
	if err != nil {
		u.Log.WarnContext(ctx, "no backup was made", "kind", string(kind), "error", err)
		return app.Backup{}, err
	}
	u.Log.InfoContext(ctx, "backup made", "kind", string(kind), "file", b.Name, "bytes", b.Bytes)
	if file == "" {
		u.copySecond(ctx, b)
		u.tidy(ctx, u.Folder, b.Install)
	}
	return b, nil
}

func (u *Upkeep) make(ctx context.Context, kind app.BackupKind, file string) (app.Backup, error) {
	in, err := u.Store.Install(ctx)
	if err != nil {
		return app.Backup{}, err
	}
	path := file
	if path == "" {
		path = u.freePath(in.ID, kind)
	}
	if !filepath.IsAbs(path) {
		return app.Backup{}, app.FieldErrorf("file", "Name the file with its whole path.")
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return app.Backup{}, app.Wrap(err, app.Unavailable, "The folder "+filepath.Dir(path)+" cannot be made.")
	}
	if err := u.space(filepath.Dir(path)); err != nil {
		return app.Backup{}, err
	}
	b, err := u.Store.Backup(ctx, path)
	b.Kind = kind
	return b, err
}

// freePath is the usual path of a backup. A name tells seconds, and two pushes may be due in the same one: the later takes the next
// second that is free.
func (u *Upkeep) freePath(install string, kind app.BackupKind) string {
	for at := u.Now(); ; at = at.Add(time.Second) {
		path := filepath.Join(u.Folder, app.BackupName(install, kind, at))
		if _, err := os.Lstat(path); err != nil {
			return path
		}
	}
}

// space refuses a copy that would take what the bridge needs itself: as much again has to stay free.
func (u *Upkeep) space(folder string) error {
	free, err := u.Free(folder)
	size := u.Size()
	if err != nil || free >= 2*size {
		return nil //nolint:nilerr // a disk that does not say how much is free is simply tried
	}
	return app.Errorf(app.Unavailable, "No backup was made: the disk of %s has %s free, and a backup of %s needs twice that. Free some space, or move old backups away.", folder, megabytes(free), megabytes(size))
}

func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/(1<<20)) }

// copySecond copies a backup to the second folder and checks the copy. It is a warning when it fails, never a refusal. A folder that
// does not answer, as one on a share whose server is gone, is not waited for long: a push waits for this.
func (u *Upkeep) copySecond(ctx context.Context, b app.Backup) {
	folder, err := u.Store.SecondFolder(ctx)
	if err == nil && folder == "" {
		u.mu.Lock()
		u.second = attempt{}
		u.mu.Unlock()
		return
	}
	ctx = context.WithoutCancel(ctx) // a slow one goes on when nobody waits any more
	ended := false
	u.farCopy.do(u.Patience, func() {
		if err == nil {
			err = u.copyTo(ctx, b, folder)
		}
		if err != nil {
			u.Log.WarnContext(ctx, "the second copy was not made", "error", err)
			err = app.Wrap(err, app.Unavailable, "The second copy could not be written to "+folder+": "+reason(err)+" The backup in the data folder is there. Is the disk connected?")
		} else {
			u.tidy(ctx, folder, b.Install)
		}
		u.mu.Lock()
		defer u.mu.Unlock()
		u.second, ended = u.second.ended(u.Now(), err), true
	})
	u.mu.Lock()
	defer u.mu.Unlock()
	if !ended {
		u.second = u.second.ended(u.Now(), app.Errorf(app.Unavailable, "The second copy is not there yet: %s answers slowly, or not at all. The backup in the data folder is there. Is the disk connected?", folder))
	}
}

// reason is an error in words: of a file, what the system says.
func reason(err error) string {
	if m := app.ErrorMessage(err); app.ErrorCode(err) != app.Internal {
		return m
	}
	return err.Error() + "."
}

func (u *Upkeep) copyTo(ctx context.Context, b app.Backup, folder string) error {
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return app.Errorf(app.Unavailable, "There is no such folder.") // making it would fill the place where a disk is mounted
	}
	if err := u.space(folder); err != nil {
		return err
	}
	// While the folder did not answer, a newer backup may have taken this one's place.
	if newest := u.List(u.Folder); len(newest) > 0 && !exists(b.Path) {
		b = newest[0]
	}
	to := filepath.Join(folder, b.Name)
	part := to + unfinished
	defer os.Remove(part)
	if err := copyFile(b.Path, part); err != nil {
		return err
	}
	if _, err := u.Inspect(ctx, part); err != nil {
		return err
	}
	return os.Rename(part, to)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// tidy removes the backups of this installation that are not kept any more, and what a copy that was cut short left.
func (u *Upkeep) tidy(ctx context.Context, folder, install string) {
	left, _ := filepath.Glob(filepath.Join(globbed(folder), "psabridge-"+install+"-*.db"+unfinished+"*"))
	for _, path := range left {
		if err := os.Remove(path); err != nil {
			u.Log.WarnContext(ctx, "half a backup was not removed", "file", filepath.Base(path), "error", err)
		}
	}
	for _, b := range Surplus(u.List(folder), install) {
		if err := os.Remove(b.Path); err != nil {
			u.Log.WarnContext(ctx, "an old backup was not removed", "file", b.Name, "error", err)
		}
	}
}

// How many backups of a kind are kept: the newest of each of so many days, and of each of so many months.
const (
	keepDays   = 14
	keepMonths = 13
	keepByHand = 10
)

// Surplus picks what need not be kept: of each kind all but the newest of the newest 14 days and of the newest 13 months. Of
// those a person made the newest 10 stay whatever their day: one made before something was tried is not taken by the one after. The
// backups of other installations, which may lie in the same folder, are none of our business.
func Surplus(list []app.Backup, install string) (out []app.Backup) {
	kinds := map[app.BackupKind][]app.Backup{}
	for _, b := range list {
		if b.Install == install || b.Kind == app.BackupMigration && b.Install == "" {
			kinds[b.Kind] = append(kinds[b.Kind], b)
		}
	}
	for _, of := range kinds {
		slices.SortFunc(of, func(a, b app.Backup) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.Name, a.Name)) })
		days, months := map[string]bool{}, map[string]bool{}
		for i, b := range of {
			keepDay := newestOf(days, b.At.UTC().Format(time.DateOnly), keepDays)
			keepMonth := newestOf(months, b.At.UTC().Format("2006-01"), keepMonths)
			if !keepDay && !keepMonth && (b.Kind != app.BackupHand || i >= keepByHand) {
				out = append(out, b)
			}
		}
	}
	return out
}

// newestOf reports whether this is the first of its span, and one of the first n spans.
func newestOf(seen map[string]bool, span string, n int) bool {
	if seen[span] || len(seen) >= n {
		return false
	}
	seen[span] = true
	return true
}

// Daily makes the backup of the day, and checks the whole file once a week. With nothing due it reads a folder's names.
func (u *Upkeep) Daily(ctx context.Context, now time.Time) error {
	if now.Sub(u.began) < settled {
		return nil
	}
	if t := u.get(&u.daily); now.Sub(t.at).Abs() >= again && u.dailyDue(now) {
		_, err := u.BackUp(ctx, app.BackupDaily, "")
		u.set(&u.daily, now, err)
		if err != nil {
			return err
		}
	}
	return u.checkWeekly(ctx, now)
}

// dailyDue reports whether the newest daily backup is a day old. One of a time to come was made by a clock that was ahead.
func (u *Upkeep) dailyDue(now time.Time) bool {
	for _, b := range u.List(u.Folder) {
		if ago := now.Sub(b.At); b.Kind == app.BackupDaily && ago >= 0 {
			return ago >= daily
		}
	}
	return true
}

func (u *Upkeep) checkWeekly(ctx context.Context, now time.Time) error {
	at, err := u.Store.VerifiedAt(ctx)
	if err != nil || now.Sub(at).Abs() < weekly || now.Sub(u.get(&u.check).at).Abs() < daily {
		return err
	}
	return u.CheckNow(ctx)
}

// CheckNow reads and checks every byte of the database. unavailable: it is damaged, which Problems says too from then on.
func (u *Upkeep) CheckNow(ctx context.Context) error {
	err := u.Store.Verify(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	now := u.Now()
	u.set(&u.check, now, err)
	if err != nil {
		u.Log.ErrorContext(ctx, "the database is damaged", "error", err)
		return err
	}
	return u.Store.SaveVerified(ctx, now)
}

// NewestBackup is when the newest backup in the folder for backups was made; zero when there is none.
func (u *Upkeep) NewestBackup() (at time.Time) {
	if list := u.List(u.Folder); len(list) > 0 {
		at = list[0].At
	}
	return at
}

// SetSecond sets the folder for second copies and copies the newest backup there, so that a wrong path is known at once. Empty
// ends it.
func (u *Upkeep) SetSecond(ctx context.Context, folder string) error {
	u.one.Lock()
	defer u.one.Unlock()
	if folder != "" {
		if !filepath.IsAbs(folder) {
			return app.FieldErrorf("second", "Name the folder with its whole path.")
		}
		if err := u.reachable(folder); err != nil {
			return err
		}
	}
	if err := u.Store.SetSecondFolder(ctx, folder); err != nil {
		return err
	}
	u.mu.Lock()
	u.second = attempt{}
	u.mu.Unlock()
	if list := u.List(u.Folder); folder != "" && len(list) > 0 {
		u.copySecond(ctx, list[0])
		if p := u.get(&u.second).problem; p != "" {
			return app.FieldErrorf("second", "%s", p)
		}
	}
	return nil
}

// reachable refuses a folder that cannot take second copies.
func (u *Upkeep) reachable(folder string) error {
	answer := make(chan error, 1)
	answered := u.farLook.do(u.Patience, func() {
		var err error
		if info, serr := os.Stat(folder); serr != nil || !info.IsDir() {
			err = app.FieldErrorf("second", "There is no folder %s. Make it first, or connect its disk.", folder)
		} else if same, serr := sameFolder(folder, u.Folder); serr == nil && same {
			err = app.FieldErrorf("second", "That is the folder the backups are in already. Choose one on another disk.")
		}
		answer <- err
	})
	if !answered {
		return app.FieldErrorf("second", "The folder %s does not answer. Connect its disk, or choose another one.", folder)
	}
	return <-answer
}

func sameFolder(a, b string) (bool, error) {
	one, err := os.Stat(a)
	if err != nil {
		return false, err
	}
	other, err := os.Stat(b)
	return err == nil && os.SameFile(one, other), err
}
