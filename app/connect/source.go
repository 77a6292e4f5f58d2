package connect

import (
	"context"

	"psabridge/app"
	"psabridge/app/rest"
	"psabridge/app/source"
)

// Source returns the client of a source, with the errors of PSA.
func (h *Hub) Source(ctx context.Context, name string) (source.Source, error) {
	doc, rev, err := h.config.Settings(ctx)
	if err != nil {
		return nil, err
	}
	row, ok := sourceRow(doc, name)
	if !ok {
		return nil, app.Errorf(app.NotFound, "There is no source “%s”.", name)
	}
	s := slotOf(h, h.sources, name)
	s.mu.Lock()
	defer s.mu.Unlock()
	if client, ok := s.current(row, rev); ok {
		return client, nil
	}
	client, host, err := h.makeSource(ctx, row, s.limiter)
	if err != nil {
		h.health.note("sources/"+name, err)
		return nil, err
	}
	s.moveTo(host)
	s.keep(row, rev, client)
	return client, nil
}

func (h *Hub) makeSource(ctx context.Context, row app.SourceSettings, limiter *rest.Limiter) (source.Source, string, error) {
	factory, ok := h.config.Sources[row.Kind]
	if !ok {
		return nil, "", app.FieldErrorf("kind", "Source “%s” is of the kind “%s”, which this version does not know.", row.Name, row.Kind)
	}
	host, err := factory.Host(row)
	if err != nil {
		return nil, "", err
	}
	limiter.SetRate(factory.PerMinute)
	secrets := Secrets{store: h.config.Secrets, prefix: "sources/" + row.Name + "/", host: host, owner: "source “" + row.Name + "”"}
	defer h.config.Secrets.Steady()()
	client, err := factory.New(ctx, row, secrets, limiter)
	if err != nil {
		return nil, "", err
	}
	return watchedSource{
		client: client,
		note:   func(err error) { h.health.note("sources/"+row.Name, err) },
		knows:  func(who source.Account) { h.accounts.note(row.Name, who) },
	}, host, nil
}

func sourceRow(doc app.Settings, name string) (app.SourceSettings, bool) {
	for _, s := range doc.Sources {
		if s.Name == name {
			return s, true
		}
	}
	return app.SourceSettings{}, false
}
