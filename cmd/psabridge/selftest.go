package main

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"psabridge/app"
	"psabridge/app/machine"
	"psabridge/app/settings"
	"psabridge/app/setup"
	"psabridge/app/upkeep"
	"psabridge/app/web/api"
)

// How often this computer is looked at by itself: all of it, and what is quickly seen, such as the space on the disk.
const (
	computerEvery = 24 * time.Hour
	glanceEvery   = time.Hour
)

// looked is what was seen of this computer at the last look, and when it slept.
type looked struct {
	mu      sync.Mutex
	at      time.Time // all of it
	glanced time.Time
	files   machine.Permissions
	filesE  error
	sleptAt time.Time
	slept   time.Duration
}

// woke notes that the machine was away.
func (l *looked) woke(now time.Time, gap time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sleptAt, l.slept = now, gap
}

// wireMachine makes what looks at this computer, and what tells of it.
func (b *bridge) wireMachine(context.Context) error {
	b.selfTest = &upkeep.SelfTest{Facts: b.facts}
	b.support = b.newSupport()
	return nil
}

func (b *bridge) machineCalls() api.MachineDeps {
	return api.MachineDeps{SelfTest: b.selfTest, Logbook: b.journal.book, Support: b.support, Keychain: b.vault, KeysBack: b.keysBack}
}

// keysBack lets everything that had no keys try again.
func (b *bridge) keysBack(ctx context.Context) {
	doc, err := b.document(ctx)
	if err != nil {
		b.log.WarnContext(ctx, "settings were not read", "error", err)
		return
	}
	c := setup.Changed{Connections: []string{app.MailConnection}}
	for _, one := range doc.Connections {
		c.Connections = append(c.Connections, one.Name)
	}
	for _, one := range doc.Sources {
		c.Sources = append(c.Sources, one.Name)
	}
	b.changed(ctx, c)
}

// lookAtComputer looks at this computer by itself: once an hour at what is quickly seen, once a day at who may read the data folder
// and whether every key is where it should be, and none that nobody has a use for any more.
func (b *bridge) lookAtComputer(ctx context.Context, now time.Time) error {
	b.looked.mu.Lock()
	at, glanced := b.looked.at, b.looked.glanced
	b.looked.mu.Unlock()
	if now.Sub(glanced).Abs() < glanceEvery {
		return nil
	}
	b.looked.mu.Lock()
	b.looked.glanced = now
	b.looked.mu.Unlock()
	if now.Sub(at).Abs() >= computerEvery {
		b.lookAtFiles(now)
		if _, _, err := b.vault.Look(ctx, false); err != nil {
			return err
		}
		if err := b.setup.ForgetOrphans(ctx); err != nil {
			return err
		}
	}
	_, err := b.selfTest.Rows(ctx, false)
	return err
}

func (b *bridge) lookAtFiles(now time.Time) {
	files, err := machine.Files(b.opts.Dir, true)
	if len(files.Repaired) > 0 {
		b.log.Warn("files could be read by other users", "files", strings.Join(files.Repaired, " "))
	}
	b.looked.mu.Lock()
	defer b.looked.mu.Unlock()
	b.looked.at, b.looked.files, b.looked.filesE = now, files, err
}

// facts collects what the self-test judges.
func (b *bridge) facts(ctx context.Context, look bool) (f upkeep.Facts, err error) {
	f = upkeep.Facts{
		Now: time.Now(), Started: b.startedAt, NoBackups: b.opts.Demo, KeysIn: b.keysIn(), Listening: b.opts.Listening, Folder: b.home.folder,
		LogErr: b.journal.file.failed(), LogPath: b.journal.book.Path,
	}
	if look {
		if err := b.lookNow(ctx, f.Now); err != nil {
			return f, err
		}
	}
	b.lookedFacts(&f)
	b.upkeepFacts(&f)
	f.Free, f.FreeErr = machine.FreeBytes(b.opts.Dir)
	f.Keys, _ = b.vault.Trouble()
	return f, b.storedFacts(ctx, &f)
}

// lookNow looks at what takes a while: every byte of the database, every file, every key.
func (b *bridge) lookNow(ctx context.Context, now time.Time) error {
	b.lookAtFiles(now)
	if _, _, err := b.vault.Look(ctx, true); err != nil {
		return err
	}
	if err := b.upkeep.CheckNow(ctx); err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return nil
}

func (b *bridge) lookedFacts(f *upkeep.Facts) {
	b.looked.mu.Lock()
	never := b.looked.at.IsZero()
	b.looked.mu.Unlock()
	if never {
		b.lookAtFiles(f.Now)
	}
	b.looked.mu.Lock()
	defer b.looked.mu.Unlock()
	f.Open, f.Repaired, f.OpenErr = b.looked.files.Open, b.looked.files.Repaired, b.looked.filesE
	f.SleptAt, f.Slept = b.looked.sleptAt, b.looked.slept
}

func (b *bridge) upkeepFacts(f *upkeep.Facts) {
	st := b.upkeep.Problems()
	f.Database, f.Disk, f.BackupProblem = st.FileProblem, st.DiskProblem, st.BackupProblem
	f.NewestBackup = b.upkeep.NewestBackup()
}

// storedFacts are what the database knows.
func (b *bridge) storedFacts(ctx context.Context, f *upkeep.Facts) error {
	doc, err := b.document(ctx)
	if err != nil {
		return err
	}
	f.Proxies = proxies(doc)
	rows, err := b.store.Checks(ctx, "")
	if err != nil {
		return err
	}
	for _, r := range rows {
		if _, known := settings.ConnectionByName(doc, r.Connection); known && r.ID == setup.ClockCheck {
			f.Clocks = append(f.Clocks, r)
		}
	}
	if f.Verified, err = b.store.VerifiedAt(ctx); err != nil {
		return err
	}
	counts, err := b.store.OutboxCounts(ctx, f.Now)
	if err != nil {
		return err
	}
	f.Oldest = counts.OldestAt
	in, err := b.store.Install(ctx)
	if err != nil {
		return err
	}
	f.Paused = in.PausedAt(f.Now)
	keys, err := b.vault.List(ctx)
	f.KeysNum = len(keys)
	return err
}

// proxies are the proxies of this computer by the host they lead to. A name and password in one is left out.
func proxies(doc app.Settings) map[string]string {
	out := map[string]string{}
	for _, host := range settings.Hosts(doc) {
		u, err := http.ProxyFromEnvironment(&http.Request{URL: &url.URL{Scheme: "https", Host: host}})
		if err == nil && u != nil {
			out[host] = u.Host
		}
	}
	return out
}
