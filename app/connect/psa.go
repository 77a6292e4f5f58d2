package connect

import (
	"context"

	"psabridge/app"
	"psabridge/app/psa"
	"psabridge/app/rest"
)

// PSA returns the client of a connection. not_found: no such connection; unauthorized: a key is missing or was entered
// for another address; invalid: the settings of it cannot be used; unavailable: the keychain does not answer.
func (h *Hub) PSA(ctx context.Context, name string) (psa.Client, error) {
	doc, rev, err := h.config.Settings(ctx)
	if err != nil {
		return nil, err
	}
	row, ok := connection(doc, name)
	if !ok {
		return nil, app.Errorf(app.NotFound, "There is no connection “%s”.", name)
	}
	s := slotOf(h, h.psas, name)
	s.mu.Lock()
	defer s.mu.Unlock()
	if client, ok := s.current(row, rev); ok {
		return client, nil
	}
	client, host, err := h.makePSA(ctx, row, s.limiter)
	if err != nil {
		h.health.note("connections/"+name, err)
		return nil, err
	}
	s.moveTo(host)
	s.keep(row, rev, client)
	return client, nil
}

func (h *Hub) makePSA(ctx context.Context, row app.ConnectionSettings, limiter *rest.Limiter) (psa.Client, string, error) {
	factory, ok := h.config.PSA[row.System]
	if !ok {
		return nil, "", app.FieldErrorf("system", "Connection “%s” is of the system “%s”, which this version does not know.", row.Name, row.System)
	}
	host, err := factory.Host(row)
	if err != nil {
		return nil, "", err
	}
	limiter.SetRate(row.RequestsPerMinute)
	secrets := Secrets{store: h.config.Secrets, prefix: "connections/" + row.Name + "/", host: host, owner: "connection “" + row.Name + "”"}
	defer h.config.Secrets.Steady()()
	client, err := factory.New(ctx, row, secrets, limiter)
	if err != nil {
		return nil, "", err
	}
	return watchedPSA{client, func(err error) { h.health.note("connections/"+row.Name, err) }}, host, nil
}

func connection(doc app.Settings, name string) (app.ConnectionSettings, bool) {
	for _, c := range doc.Connections {
		if c.Name == name {
			return c, true
		}
	}
	return app.ConnectionSettings{}, false
}
