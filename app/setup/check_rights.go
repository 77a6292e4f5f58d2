package setup

import (
	"context"
	"slices"
	"strings"

	"psabridge/app"
)

const fixRole = "In ConnectWise open System ▸ Security Roles, choose the role of the API member and give it the right named above; then test again."

// rightChecks probes each right a switched-on feature needs by a read that changes nothing. What only a write can prove
// is shown as proved once one succeeded, and until then as not proven yet.
func (r *run) rightChecks() []check {
	keys := []string{"keys"}
	all := []check{{"right.companies.inquire", "The role may read companies", keys, r.reads(app.ListCompanies, "companies")}}
	if r.conn.Billing.Enabled {
		all = append(all,
			check{"right.agreements.inquire", "The role may read agreements", keys, r.reads(app.ListAgreements, "agreements")},
			check{"right.catalog.inquire", "The role may read the product catalog", keys, r.readsCatalog},
			check{"right.agreements.edit", "The role may change agreements", []string{"right.agreements.inquire"}, r.wrote(func(app.OwnedAddition) bool { return true }, "The first push")},
			check{"right.agreements.add", "The role may add to agreements", []string{"right.agreements.inquire"}, r.wrote(func(o app.OwnedAddition) bool { return o.CreatedByUs }, "The first line psabridge creates")},
		)
	}
	if r.conn.Ticketing.Enabled {
		all = append(all,
			check{"right.tickets.inquire", "The role may read tickets", keys, r.readsTickets},
			check{"right.table_setup.inquire", "The role may read the set-up tables", keys, r.reads(app.ListBoards, "boards")},
			check{"right.tickets.add", "The role may create tickets", []string{"right.tickets.inquire"}, r.createdTicket},
			check{"right.tickets.edit", "The role may change tickets", []string{"right.tickets.inquire"}, unproven("The first note on a ticket")},
			check{"right.tickets.close", "The role may close tickets", []string{"right.tickets.inquire"}, unproven("The first ticket that closes by itself")},
		)
	}
	return all
}

func (r *run) reads(list app.OptionList, what string) func(context.Context) finding {
	return func(ctx context.Context) finding {
		if _, err := r.list(ctx, list, 0); err != nil {
			return r.refused(err, fixRole)
		}
		return ok("The role may read " + what + ".")
	}
}

// readsCatalog looks for one product instead of reading the catalog, which can hold many thousands.
func (r *run) readsCatalog(ctx context.Context) finding {
	probe := "psabridge"
	for _, meter := range meters(r.conn.Billing.Products) {
		probe = r.conn.Billing.Products[meter]
	}
	if _, err := r.client.ProductsByIdentifier(ctx, probe); err != nil {
		return r.refused(err, fixRole)
	}
	return ok("The role may read the product catalog.")
}

func (r *run) readsTickets(ctx context.Context) finding {
	if _, err := r.client.NewestTicket(ctx); err != nil && app.ErrorCode(err) != app.NotFound {
		return r.refused(err, fixRole)
	}
	return ok("The role may read tickets.")
}

func (r *run) createdTicket(ctx context.Context) finding {
	rows, err := r.Store.Tickets(ctx, app.TicketFilter{Connection: r.conn.Name})
	if err != nil {
		return failedBy(err, "")
	}
	for _, t := range rows {
		if t.RemoteID != 0 {
			return ok("psabridge has created tickets here.")
		}
	}
	return unproven("The first ticket")(ctx)
}

func (r *run) wrote(proves func(app.OwnedAddition) bool, proof string) func(context.Context) finding {
	return func(ctx context.Context) finding {
		owned, err := r.Store.Owned(ctx, r.conn.Name)
		if err != nil {
			return failedBy(err, "")
		}
		if slices.ContainsFunc(owned, proves) {
			return ok("psabridge has done so here.")
		}
		return unproven(proof)(ctx)
	}
}

// unproven is what can be said about a right that no harmless read shows.
func unproven(proof string) func(context.Context) finding {
	return func(context.Context) finding {
		return skipped("Not proven yet. " + proof + " will prove it; until then compare the role with the table of rights on the set-up page.")
	}
}

// onlyWritesProve reports whether a check is about a right no harmless read shows.
func onlyWritesProve(id string) bool {
	return strings.HasPrefix(id, "right.") && (strings.HasSuffix(id, ".add") || strings.HasSuffix(id, ".edit") || strings.HasSuffix(id, ".close"))
}
