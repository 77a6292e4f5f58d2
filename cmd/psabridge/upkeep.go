package main

import (
	"context"
	"path/filepath"
	"time"

	"psabridge/app"
	"psabridge/app/machine"
	"psabridge/app/upkeep"
	"psabridge/app/web/api"
	"psabridge/store"
)

// backupFolder is where backups lie in the data folder.
const backupFolder = "backups"

// wireUpkeep makes what looks after the database. It comes before what sends: after a restore that must know.
func (b *bridge) wireUpkeep(ctx context.Context) error {
	b.upkeep = upkeep.New(upkeep.Deps{
		Store: b.store, Folder: filepath.Join(b.opts.Dir, backupFolder), List: store.Backups, Inspect: store.Inspect,
		Free: machine.FreeBytes, Size: b.databaseSize, Settings: b.document, Client: b.psa, Missing: b.missingKeys, Wake: b.wake,
		Now: time.Now, Log: component(b.log, "upkeep"),
	})
	return b.upkeep.Load(ctx)
}

func (b *bridge) upkeepCalls() api.UpkeepDeps {
	return api.UpkeepDeps{Upkeep: b.upkeep, MissingKeys: b.missingKeys}
}

// backUpFirst makes the backup before a push. A demo is thrown away and has nothing to keep.
func (b *bridge) backUpFirst(ctx context.Context) error {
	if b.opts.Demo {
		return nil
	}
	_, err := b.upkeep.BackUp(ctx, app.BackupPush, "")
	return err
}

// missingKeys lists the secrets that the database knows of and the keychain does not have: a backup brings the names along,
// never the values.
func (b *bridge) missingKeys(ctx context.Context) (missing []string, err error) {
	records, err := b.store.SecretRecords(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range records {
		_, err := b.vault.Get(ctx, r.Name, r.BoundHost)
		switch app.ErrorCode(err) {
		case "":
		case app.NotFound, app.Unauthorized:
			missing = append(missing, r.Name)
		default:
			return missing, err
		}
	}
	return missing, nil
}

// readSources polls what is due. While nothing can be stored it asks nobody: what was read would be lost, and a source that
// hands everything out once would think that we have it.
func (b *bridge) readSources(ctx context.Context, now time.Time) error {
	if _, is := b.store.Trouble(); is {
		return nil
	}
	return b.intake.RunDue(ctx, now)
}
