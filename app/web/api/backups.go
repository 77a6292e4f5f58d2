package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"psabridge/app"
	"psabridge/app/upkeep"
)

// UpkeepDeps are what the pages and the API ask about backups. What is left out answers that there are none.
type UpkeepDeps struct {
	Upkeep Upkeep
	// MissingKeys lists the secrets that are to be entered again, by name.
	MissingKeys func(ctx context.Context) ([]string, error)
}

// Upkeep makes backups and knows how the database stands.
type Upkeep interface {
	State(ctx context.Context) (upkeep.State, error)
	// Problems is what is wrong, from memory alone.
	Problems() upkeep.State
	BackUp(ctx context.Context, kind app.BackupKind, file string) (app.Backup, error)
	// SetSecond sets the folder for second copies; empty ends it.
	SetSecond(ctx context.Context, folder string) error
}

// Fill puts an answer in place of what was left out.
func (d *UpkeepDeps) Fill() {
	if d.Upkeep == nil {
		d.Upkeep = noUpkeep{}
	}
	if d.MissingKeys == nil {
		d.MissingKeys = func(context.Context) ([]string, error) { return nil, nil }
	}
}

type noUpkeep struct{}

func (noUpkeep) State(context.Context) (upkeep.State, error) { return upkeep.State{}, nil }

func (noUpkeep) Problems() upkeep.State { return upkeep.State{} }

func (noUpkeep) BackUp(context.Context, app.BackupKind, string) (app.Backup, error) {
	return app.Backup{}, app.Errorf(app.NotFound, "This bridge makes no backups.")
}

func (noUpkeep) SetSecond(context.Context, string) error {
	return app.Errorf(app.NotFound, "This bridge makes no backups.")
}

// Backup is one copy of the database.
type Backup struct {
	Name     string    `json:"name"`
	File     string    `json:"file"`
	At       time.Time `json:"at"`
	Bytes    int64     `json:"bytes"`
	Kind     string    `json:"kind" doc:"daily, push (before one was written), hand, or migration (before a newer program changed the database)"`
	Verified bool      `json:"verified" doc:"it was opened and found whole when it was made"`
	Second   bool      `json:"second" doc:"a copy lies in the second folder"`
}

func backup(b app.Backup) Backup {
	return Backup{Name: b.Name, File: b.Path, At: b.At.UTC(), Bytes: b.Bytes, Kind: string(b.Kind), Verified: b.Verified, Second: b.Second}
}

// Backups is how backing up stands.
type Backups struct {
	Folder   string          `json:"folder"`
	Second   string          `json:"second" doc:"the folder for second copies; empty when none is set"`
	Items    []Backup        `json:"items" nullable:"false" doc:"newest first"`
	Problems []string        `json:"problems" nullable:"false" doc:"what is wrong with backing up, with the disk or with the database"`
	Checked  time.Time       `json:"database_checked_at" doc:"when the whole database was checked last and found good"`
	Restored OrNull[Restore] `json:"restored"`
}

// Restore is the last time the database was put back.
type Restore struct {
	At           time.Time  `json:"at"`
	BackupAt     time.Time  `json:"backup_at"`
	File         string     `json:"file"`
	Kept         string     `json:"kept" doc:"where what was there before is"`
	Reason       string     `json:"reason" doc:"backup, or lost_log: the newest changes were gone at a start"`
	ReconciledAt *time.Time `json:"reconciled_at" doc:"null: nothing is sent yet"`
	Problem      string     `json:"problem" doc:"what keeps it from going on"`
	Tickets      int        `json:"tickets_found"`
	Loose        int        `json:"tickets_unmatched" doc:"of those, open ones about nothing that holds now"`
	Quantities   int        `json:"quantities_changed"`
	Stopped      int        `json:"agreements_stopped"`
	Mails        int        `json:"mails_waiting"`
	Message      string     `json:"message"`
	MissingKeys  []string   `json:"missing_keys" nullable:"false"`
}

type backupsOutput struct{ Body Backups }

type backupOutput struct{ Body Backup }

type backupInput struct {
	Body struct {
		File string `json:"file,omitempty" maxLength:"4096" doc:"a file that does not exist yet, with its whole path; left out: in the folder for backups"`
	}
}

type secondInput struct {
	Body struct {
		Folder string `json:"folder" maxLength:"4096" doc:"with its whole path; empty ends second copies"`
	}
}

func (s *server) registerBackups(a huma.API) {
	get(a, "/backups", "The backups there are, and how backing up stands", s.backups)
	post(a, "/backups", "Back the database up now, and verify the copy", s.backUp)
	op := operation(http.MethodPost, "/backup", "The same under its older name")
	huma.Register(a, op, s.backUp)
	put(a, "/backups/second", "Set the folder for second copies", s.setSecond)
}

func (s *server) backups(ctx context.Context, _ *struct{}) (*backupsOutput, error) {
	st, err := s.Upkeep.State(ctx)
	if err != nil {
		return nil, s.fail(err)
	}
	out := Backups{Folder: st.Folder, Second: st.Second, Items: []Backup{}, Problems: []string{}, Checked: st.VerifiedAt.UTC()}
	for _, b := range st.Backups {
		out.Items = append(out.Items, backup(b))
	}
	for _, p := range []upkeep.Problem{st.DiskProblem, st.FileProblem, st.BackupProblem, st.SecondProblem} {
		if p.Message != "" {
			out.Problems = append(out.Problems, p.Message)
		}
	}
	if r := st.Restore; r.ID != 0 {
		missing, err := s.MissingKeys(ctx)
		if err != nil {
			return nil, s.fail(err)
		}
		out.Restored = some(Restore{
			At: r.At.UTC(), BackupAt: r.BackupAt.UTC(), File: r.File, Kept: r.Kept, Reason: string(r.Why), ReconciledAt: timeOrNil(r.ReconciledAt), Problem: r.Problem,
			Tickets: r.Found, Loose: r.Loose, Quantities: r.Quantities, Stopped: r.Stopped, Mails: r.Mails, Message: upkeep.Words(r), MissingKeys: append([]string{}, missing...),
		})
	}
	return &backupsOutput{Body: out}, nil
}

func (s *server) backUp(ctx context.Context, in *backupInput) (*backupOutput, error) {
	b, err := s.Upkeep.BackUp(ctx, app.BackupHand, in.Body.File)
	if err != nil {
		return nil, s.fail(err)
	}
	return &backupOutput{Body: backup(b)}, nil
}

func (s *server) setSecond(ctx context.Context, in *secondInput) (*struct{}, error) {
	if err := s.Upkeep.SetSecond(ctx, in.Body.Folder); err != nil {
		return nil, s.fail(err)
	}
	return nil, nil
}
