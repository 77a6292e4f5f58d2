package axcient

import (
	"context"
	"net/url"

	"psabridge/app"
	"psabridge/app/source"
)

// Check proves that the key reads x360Cloud, and looks at the first client to say what is understood. The API does not
// tell who we are, so the key's last characters stand for it. A key that was refused is tried again: a person asks.
// Codes: unauthorized, forbidden, not_found, rate_limited, unavailable.
func (s *Source) Check(ctx context.Context) (source.Account, error) {
	s.session.forgive()
	r := &reading{Source: s, now: s.now().UTC(), good: map[kind]bool{}, vouched: map[kind]bool{}}
	if err := r.clients(ctx); err != nil {
		return source.Account{}, err
	}
	out := source.Account{Name: "API key", OrganizationID: app.SyntheticTop, Organization: s.title()}
	if ends := s.session.key.EndsWith(); ends != "" {
		out.Name = "API key ending in …" + ends
	}
	if r.out.problem != "" {
		out.Notes = append(out.Notes, "Clients: "+r.out.problem)
	}
	if len(r.out.order) > 1 {
		notes, err := r.first(ctx, r.out.order[1])
		if err != nil {
			return source.Account{}, err
		}
		out.Notes = append(out.Notes, notes...)
	}
	_, err := s.session.read(ctx, s.session.billing, "usage/billable", url.Values{})
	if app.ErrorCode(err) == app.Forbidden {
		out.Notes = append(out.Notes, "The key has no permission for Billing. psabridge does not need it: it counts by itself.")
	}
	return out, nil
}

// first reads one client and says what cannot be read of it.
func (r *reading) first(ctx context.Context, id string) (notes []string, err error) {
	for _, k := range []kind{statuses, users, resources} {
		if err := r.list(ctx, id, k); err != nil {
			return nil, err
		}
	}
	r.settle()
	n := r.out.nodes[id]
	for _, k := range []kind{statuses, users, resources} {
		switch p := n.lists[k]; {
		case p.problem != "":
			notes = append(notes, n.says(k, p.problem))
		case p.why != "":
			notes = append(notes, n.says(k, p.why+"."))
		case p.look != nil:
			o, _ := parse(p.look)
			source.Step(ctx, n.says(k, howRead(o, k)))
		}
	}
	return notes, nil
}
