package setup

import (
	"context"
	"strings"

	"psabridge/app"
	"psabridge/app/settings"
)

// keepTenants refuses to lead a connection that wrote to one ConnectWise to another. What we own is known by ids, and
// the other one has records of the same ids: they would pass for ours, without a first look by a person, and an undo
// would write there. force says that it is the same one under a new address, which another company ID never is; a push that is being written has no such
// moment, because half of it would go to each.
func (s *Setup) keepTenants(ctx context.Context, before, after app.Settings, force bool) error {
	for _, c := range after.Connections {
		was, known, err := s.tenantBefore(ctx, before, c.Name)
		if err != nil {
			return err
		}
		if !known || settings.SameTenant(was, c) {
			continue
		}
		writing, err := s.pushUnderWay(ctx, c.Name)
		if err != nil {
			return err
		}
		if writing != "" {
			return app.Errorf(app.Conflict, "The push of %s of connection %s is being written, so the connection cannot lead elsewhere now. Wait until it has ended, or drop what keeps it on the Deliveries page.", writing, c.Name)
		}
		sameCompany := strings.EqualFold(strings.TrimSpace(was.CompanyID), strings.TrimSpace(c.CompanyID))
		if force && sameCompany {
			continue
		}
		wrote, err := s.Store.HasWritten(ctx, c.Name)
		if err != nil {
			return err
		}
		if wrote && !sameCompany {
			return app.Errorf(app.Conflict, "Connection %s has already written to %s at %s. Another company ID is another ConnectWise: add a new connection for it.",
				c.Name, was.CompanyID, settings.Host(was.SiteURL))
		}
		if wrote {
			return app.Errorf(app.Conflict, "Connection %s has already written to %s at %s. For another ConnectWise add a new connection. If it is the same one under a new address, change the address in the exported settings and import them with: psabridge settings import --force",
				c.Name, was.CompanyID, settings.Host(was.SiteURL))
		}
	}
	return nil
}

// tenantBefore returns a connection as it was. A name that comes back after it was removed is looked up in the history,
// but only when something was written under it.
func (s *Setup) tenantBefore(ctx context.Context, before app.Settings, name string) (app.ConnectionSettings, bool, error) {
	if was, known := settings.ConnectionByName(before, name); known {
		return was, true, nil
	}
	if wrote, err := s.Store.HasWritten(ctx, name); err != nil || !wrote {
		return app.ConnectionSettings{}, false, err
	}
	var page app.Page
	for {
		revisions, err := s.Store.SettingsHistory(ctx, page)
		if err != nil {
			return app.ConnectionSettings{}, false, err
		}
		for _, r := range revisions {
			doc, err := settings.Parse(r.Document)
			if err != nil {
				continue // written by another version: it names nothing we could compare
			}
			if was, known := settings.ConnectionByName(doc, name); known {
				return was, true, nil
			}
		}
		if len(revisions) < page.Size() {
			return app.ConnectionSettings{}, false, nil
		}
		page.After = revisions[len(revisions)-1].Rev
	}
}
