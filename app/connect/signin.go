package connect

import (
	"context"

	"psabridge/app"
	"psabridge/app/source"
)

// AuthorizeURL is where a person signs in to a source on the vendor's own page; the vendor sends the browser back to
// redirect with a code and the same state. invalid: this kind of source has no such page, or something has to be entered
// first.
func (h *Hub) AuthorizeURL(ctx context.Context, name, redirect, state string) (string, error) {
	a, _, err := h.authorizer(ctx, name)
	if err != nil {
		return "", err
	}
	return a.AuthorizeURL(redirect, state)
}

// Redeem turns the code the vendor sent back into a sign-in that lasts. It is tried once. unauthorized: the vendor
// refused it.
func (h *Hub) Redeem(ctx context.Context, name, code, redirect string) error {
	a, note, err := h.authorizer(ctx, name)
	if err != nil {
		return err
	}
	err = a.Redeem(ctx, code, redirect)
	note(err)
	return err
}

// Revoke ends a source's sign-in at the vendor. A kind of source that has none to end is no error.
func (h *Hub) Revoke(ctx context.Context, name string) error {
	client, err := h.Source(ctx, name)
	if err != nil {
		return err
	}
	if r, ok := vendorOf(client).(source.Revoker); ok {
		return r.Revoke(ctx)
	}
	return nil
}

func (h *Hub) authorizer(ctx context.Context, name string) (source.Authorizer, func(error), error) {
	client, err := h.Source(ctx, name)
	if err != nil {
		return nil, nil, err
	}
	a, ok := vendorOf(client).(source.Authorizer)
	if !ok {
		return nil, nil, app.Errorf(app.Invalid, "Source “%s” has no sign-in page at its vendor. Enter its key on its own page here.", name)
	}
	return a, func(err error) { h.health.note("sources/"+name, err) }, nil
}

// vendorOf is the adapter behind the watch: what it can do besides the port is asked of it alone.
func vendorOf(s source.Source) source.Source {
	if w, ok := s.(watchedSource); ok {
		return w.client
	}
	return s
}
