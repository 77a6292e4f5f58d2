package setup

import (
	"context"
	"reflect"
	"slices"
	"time"

	"psabridge/app"
	"psabridge/app/settings"
)

// Document returns the settings and their revision; version 1 without content at revision 0 before the first save. The
// value is shared: it must not be changed. Edit is the way.
func (s *Setup) Document(ctx context.Context) (app.Settings, int64, error) {
	rev, err := s.Store.SettingsRev(ctx)
	if err != nil {
		return app.Settings{}, 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cached == rev {
		return s.doc, rev, nil
	}
	current, err := s.Store.CurrentSettings(ctx)
	if err != nil {
		return app.Settings{}, 0, err
	}
	doc, err := parseStored(current)
	if err != nil {
		return app.Settings{}, 0, err
	}
	s.cached, s.doc = current.Rev, doc
	return doc, current.Rev, nil
}

func parseStored(r app.Revision) (app.Settings, error) {
	if r.Rev == 0 {
		return app.Settings{Version: settings.Version}, nil
	}
	doc, err := settings.Parse(r.Document)
	if err != nil {
		return app.Settings{}, app.Wrap(err, app.Internal, "The stored settings cannot be read.")
	}
	return doc, nil
}

// Export prints the settings as YAML, or as JSON. There are no secrets in them.
func (s *Setup) Export(ctx context.Context, asJSON bool) ([]byte, error) {
	doc, _, err := s.Document(ctx)
	if err != nil {
		return nil, err
	}
	if asJSON {
		return settings.MarshalJSON(doc)
	}
	return settings.Marshal(doc)
}

// Edit changes the settings: load, change, validate, one transaction. It returns what changed and the revision it
// became; nothing changed makes none. invalid: the result would not be valid, nothing is stored. conflict: something
// that is still needed would be removed, a connection that wrote would lead to another ConnectWise, or somebody saved in
// between.
func (s *Setup) Edit(ctx context.Context, by string, change func(*app.Settings) error) ([]app.Change, int64, error) {
	return s.edit(ctx, by, change, false, false)
}

// Replace takes a whole document, YAML or JSON, in place of the current one, all or nothing. dryRun says what would
// change and stores nothing; force removes a connection or source that is still needed, and says that a connection with a
// new address leads to the same ConnectWise.
func (s *Setup) Replace(ctx context.Context, by string, document []byte, dryRun, force bool) ([]app.Change, error) {
	next, err := settings.Parse(document)
	if err != nil {
		return nil, err
	}
	changes, _, err := s.edit(ctx, by, func(doc *app.Settings) error { *doc = next; return nil }, dryRun, force)
	return changes, err
}

func (s *Setup) edit(ctx context.Context, by string, change func(*app.Settings) error, dryRun, force bool) ([]app.Change, int64, error) {
	s.editing.Lock()
	defer s.editing.Unlock()
	current, err := s.Store.CurrentSettings(ctx)
	if err != nil {
		return nil, 0, err
	}
	before, err := parseStored(current)
	if err != nil {
		return nil, 0, err
	}
	after, err := parseStored(current) // a copy of its own: change may do with it what it likes
	if err != nil {
		return nil, 0, err
	}
	if err := change(&after); err != nil {
		return nil, 0, err
	}
	s.fillZones(before, &after)
	if err := settings.Validate(after); err != nil {
		return nil, 0, err
	}
	changes := settings.Diff(before, after)
	if len(changes) == 0 {
		return nil, current.Rev, nil
	}
	if !force {
		if err := s.stillNeeded(ctx, before, after); err != nil {
			return nil, 0, err
		}
	}
	if err := s.keepTenants(ctx, before, after, force); err != nil {
		return nil, 0, err
	}
	if dryRun {
		return changes, current.Rev, nil
	}
	if err := s.unconfirmVendor(ctx, before, after); err != nil { // before the save: a word too few only asks again
		return nil, 0, err
	}
	left := departed(before, after)
	warnings := s.endSignIns(ctx, left)
	rev, err := s.save(ctx, by, current.Rev, after, changes)
	if err != nil {
		return nil, 0, err
	}
	told := changed(before, after)
	told.Warnings = slices.Concat(warnings, s.forgetSecrets(context.WithoutCancel(ctx), secretsLeft(before, after, left)))
	s.tell(context.WithoutCancel(ctx), told)
	return changes, rev, nil
}

func (s *Setup) save(ctx context.Context, by string, from int64, doc app.Settings, changes []app.Change) (int64, error) {
	text, err := settings.Marshal(doc)
	if err != nil {
		return 0, err
	}
	rev, err := s.Store.SaveSettings(ctx, app.Revision{Rev: from, At: s.Now(), By: by, Document: text, Diff: changes}, settings.Project(doc))
	if err != nil {
		return 0, err
	}
	s.Log.InfoContext(ctx, "settings saved", "rev", rev, "by", by, "changes", len(changes))
	return rev, nil
}

// fillZones stores the time zone with a connection that has none: the one it had, or the machine's when it is new. A
// zone of the machine that cannot be loaded is not stored; the page then asks.
func (s *Setup) fillZones(before app.Settings, after *app.Settings) {
	for i := range after.Connections {
		c := &after.Connections[i]
		if c.TimeZone != "" {
			continue
		}
		if was, known := settings.ConnectionByName(before, c.Name); known {
			c.TimeZone = was.TimeZone
		}
		if c.TimeZone == "" {
			c.TimeZone = s.machineZone()
		}
	}
}

func (s *Setup) machineZone() string {
	if s.Zone == nil {
		return ""
	}
	zone := s.Zone()
	if _, err := time.LoadLocation(zone); err != nil || zone == "Local" {
		return ""
	}
	return zone
}

// changed compares what other parts of the program hold live.
func changed(before, after app.Settings) Changed {
	return Changed{
		Document:    after,
		Connections: differing(before.Connections, after.Connections, func(c app.ConnectionSettings) string { return c.Name }),
		Sources:     differing(before.Sources, after.Sources, func(s app.SourceSettings) string { return s.Name }),
		Notify:      !reflect.DeepEqual(before.Notify, after.Notify),
	}
}

func differing[T any](before, after []T, name func(T) string) []string {
	was := make(map[string]T, len(before))
	for _, item := range before {
		was[name(item)] = item
	}
	var names []string
	for _, item := range after {
		if old, known := was[name(item)]; !known || !reflect.DeepEqual(old, item) {
			names = append(names, name(item))
		}
		delete(was, name(item))
	}
	for _, item := range before { // what is left was removed
		if _, gone := was[name(item)]; gone {
			names = append(names, name(item))
		}
	}
	return names
}
