package web

import (
	"context"
	"strings"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/app/upkeep"
	"psabridge/views"
	"psabridge/views/ui"
)

// backups is the section of Diagnostics about copies of the database.
func (s *Server) backups(ctx context.Context) (views.Backups, error) {
	st, err := s.Upkeep.State(ctx)
	if err != nil {
		return views.Backups{}, err
	}
	m := views.Backups{
		List: st.Backups, Folder: st.Folder, Second: st.Second, SecondProblem: st.SecondProblem.Message, Restore: st.Restore, CheckedAt: st.VerifiedAt,
		DataDir: s.About.DataDir,
	}
	if m.Restore.ID == 0 {
		return m, nil
	}
	m.Words = upkeep.Words(st.Restore)
	for _, f := range st.Found {
		if f.TicketID == 0 {
			m.Loose = append(m.Loose, views.LooseTicket{FoundTicket: f, Address: s.TicketURL(ctx, f.Connection, f.RemoteID)})
		}
	}
	m.MissingKeys, err = s.MissingKeys(ctx)
	return m, err
}

// toBackups leads to the section.
func (s *Server) toBackups(c echo.Context) error {
	return seeOther(c, link.Diagnostics+"#backups")
}

// backUp makes a backup now.
func (s *Server) backUp(c echo.Context) error {
	b, err := s.Upkeep.BackUp(c.Request().Context(), app.BackupHand, "")
	if err != nil {
		return err
	}
	s.tell(c, good, "The backup %s was made and opened: it is whole.", b.Name)
	return s.toBackups(c)
}

// setSecond sets the folder for second copies.
func (s *Server) setSecond(c echo.Context) error {
	f, err := readForm(c)
	if err != nil {
		return err
	}
	folder := strings.TrimSpace(f.text("second"))
	if err := s.Upkeep.SetSecond(c.Request().Context(), folder); err != nil {
		if app.ErrorCode(err) != app.Invalid {
			return err
		}
		s.tell(c, bad, "%s", app.ErrorMessage(err))
		return s.toBackups(c)
	}
	if folder == "" {
		s.tell(c, info, "No second copies are made any more.")
	} else {
		s.tell(c, good, "Each backup is copied to %s from now on.", folder)
	}
	return s.toBackups(c)
}

// upkeepNeeds are what is wrong with the database, its disk and its backups, and a restore that waits for ConnectWise.
func (s *Server) upkeepNeeds() (out []need) {
	st := s.Upkeep.Problems()
	look := []ui.Action{{Label: "Look", Path: link.Backups, Primary: true}}
	add := func(code, tone, icon, title string, p upkeep.Problem) {
		if p.Message != "" {
			out = append(out, need{code: code, rail: link.Diagnostics, page: link.Backups, n: 1, Need: views.Need{
				Tone: tone, Icon: icon, Title: title, Text: p.Message, Since: p.Since, Actions: look,
			}})
		}
	}
	add("disk", "bad", "badc", "Nothing can be stored, so nothing is read and nothing is sent.", st.DiskProblem)
	add("database_damaged", "bad", "badc", "The database is damaged.", st.FileProblem)
	if r := st.Restore; r.Pending() {
		text := "ConnectWise is being asked what was made since. " + upkeep.Words(r)
		if r.Problem != "" {
			text = r.Problem + " " + upkeep.Words(r)
		}
		title := "The database was put back from a backup, and nothing is sent yet."
		if r.Why == app.RestoreLostLog {
			title = "The newest changes were lost, and nothing is sent yet."
		}
		add("restored", "hold", "hold", title, upkeep.Problem{Message: text, Since: r.At})
	}
	add("backup_failed", "warn", "warn", "No backup is made.", st.BackupProblem)
	add("backup_second", "warn", "warn", "Backups are not copied to the second folder.", st.SecondProblem)
	return out
}
