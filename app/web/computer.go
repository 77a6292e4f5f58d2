package web

import (
	"cmp"
	"context"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/app/upkeep"
	"psabridge/views"
	"psabridge/views/ui"
)

// computer is how the bridge is at home here, for the page.
func (s *Server) computer(ctx context.Context) views.Computer {
	return views.Computer{Computer: s.Computer(ctx), DataDir: s.About.DataDir, Folder: s.About.Folder}
}

// loginOn and loginOff switch whether the bridge starts when its user signs in.
func (s *Server) loginOn(c echo.Context) error { return s.switchLogin(c, true) }

func (s *Server) loginOff(c echo.Context) error { return s.switchLogin(c, false) }

func (s *Server) switchLogin(c echo.Context, on bool) error {
	if err := s.StartAtLogin(c.Request().Context(), on); err != nil {
		return err
	}
	if on {
		s.tell(c, good, "psabridge starts by itself when you sign in to this computer.")
	} else {
		s.tell(c, info, "psabridge no longer starts by itself. After the next sign-in nothing is read or sent until you start it.")
	}
	return seeOther(c, link.Diagnostics+"#computer")
}

// folderNeeds asks to move a data folder that lies where a database is not safe.
func (s *Server) folderNeeds() []need {
	if s.About.Folder == "" {
		return nil
	}
	page := link.Diagnostics + "#computer"
	return []need{{code: "data_folder", rail: link.Diagnostics, page: page, n: 1, Need: views.Need{
		Tone: "warn", Icon: "warn", Title: "The data folder lies where it can be damaged.", Text: s.About.Folder,
		Actions: []ui.Action{{Label: "Look", Path: page}},
	}}}
}

// machineTitles say what is wrong in a sentence.
var machineTitles = map[string]string{
	upkeep.MachinePrefix + "disk": "There is little space left on the disk.", upkeep.MachinePrefix + "loopback": "Other computers can reach this page.",
	upkeep.MachinePrefix + "files": "Other users could read the data folder.", upkeep.MachinePrefix + "log": "The log cannot be written.",
}

// machineNeeds are what the look at this computer found and nothing else tells: little space, a file others may read.
func (s *Server) machineNeeds() (out []need) {
	page := link.Diagnostics + "#machine"
	for _, r := range s.SelfTest.Wrong() {
		tone, icon := "warn", "warn"
		if r.State == app.CheckFailed {
			tone, icon = "bad", "badc"
		}
		out = append(out, need{code: "computer", subject: r.ID, rail: link.Diagnostics, page: page, n: 1, Need: views.Need{
			Tone: tone, Icon: icon, Title: cmp.Or(machineTitles[r.ID], r.Title), Text: r.Message + " " + r.Fix, Since: r.ChangedAt,
			Actions: []ui.Action{{Label: "Look", Path: page}},
		}})
	}
	return out
}
