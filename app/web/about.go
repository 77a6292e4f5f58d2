package web

import (
	"net/http"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/labstack/echo/v4"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/app/settings"
	"psabridge/views"
)

// about says what this program is and whom it talks to.
func (s *Server) about(c echo.Context) error {
	p, err := s.open(c, "About", link.About)
	if err != nil {
		return err
	}
	a := s.About
	return render(c, http.StatusOK, views.AboutPage(views.About{
		Shell: p.shell, Version: a.Version, Commit: a.Commit, Built: a.Built, Go: runtime.Version(), DataDir: a.DataDir, DBBytes: a.DBBytes(),
		KeysIn: a.KeysIn, TalksTo: talksTo(p.doc), Page: s.Guard.PageOrigin() + "/", Started: a.StartedAt, Licences: parts(),
	}))
}

// talksTo names everybody the settings let it talk to. The address of a webhook is a secret, so it is named, not shown.
func talksTo(doc app.Settings) (hosts []string) {
	hosts = settings.Hosts(doc)
	if doc.Notify.Webhook.Kind != "" {
		hosts = append(hosts, "the webhook of Notifications")
	}
	return hosts
}

// parts are the modules this binary was built from, as the binary itself says.
func parts() []views.Licence {
	build, ok := debug.ReadBuildInfo()
	if !ok {
		return nil
	}
	out := make([]views.Licence, 0, len(build.Deps))
	for _, m := range build.Deps {
		out = append(out, views.Licence{Name: m.Path, Version: strings.TrimPrefix(m.Version, "v")})
	}
	return out
}
