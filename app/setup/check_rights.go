package setup

import (
	"context"
	"slices"
	"strings"

	"psabridge/app"
)

// rightChecks probes each right a switched-on feature needs by a read that changes nothing. What only a write can prove
// is shown as proved once one succeeded, as missing when one was refused, and until then as not proven yet.
func (r *run) rightChecks() []check {
	keys := []string{"keys"}
	all := []check{
		{id: "right.companies.inquire", title: "The role may read companies", needs: keys, prove: r.reads(r.companyList, "companies", companiesInquire)},
		{id: "right.table_setup.inquire", title: "The role may read the set-up tables", needs: keys, prove: r.readsTables},
	}
	if r.conn.Billing.Enabled {
		agreements := []string{"right.agreements.inquire"}
		all = append(all,
			check{id: "right.agreements.inquire", title: "The role may read agreements", needs: keys, prove: r.reads(r.agreementList, "agreements", agreementsInquire)},
			check{id: "right.catalog.inquire", title: "The role may read the product catalog", needs: keys, prove: r.readsCatalog},
			check{id: "right.agreements.edit", title: "The role may change agreements", needs: agreements, prove: r.writes(agreementsEdit, "The first push"), local: true},
			check{id: "right.agreements.add", title: "The role may add to agreements", needs: agreements, prove: r.writes(agreementsAdd, "The first line psabridge creates"), local: true},
		)
	}
	if r.conn.Ticketing.Enabled {
		tickets := []string{"right.tickets.inquire"}
		all = append(all,
			check{id: "right.tickets.inquire", title: "The role may read tickets", needs: keys, prove: r.readsTickets},
			check{id: "right.tickets.add", title: "The role may create tickets", needs: tickets, prove: r.writes(ticketsAdd, "A test ticket or the first alert"), local: true},
			check{id: "right.tickets.edit", title: "The role may change tickets", needs: tickets, prove: r.writes(ticketsEdit, "A test ticket or the first note"), local: true},
			check{id: "right.tickets.close", title: "The role may close tickets", needs: tickets, prove: r.writes(ticketsClose, "A test ticket or the first ticket that closes by itself"), local: true},
		)
	}
	return append(all, check{id: "rights.excess", title: "The role has no right it does not need", needs: keys, prove: r.excess})
}

// The rights in ConnectWise's own words: module, function and level.
const (
	companiesInquire  = "Companies ▸ Company Maintenance ▸ Inquire"
	agreementsInquire = "Finance ▸ Agreements ▸ Inquire"
	agreementsEdit    = "Finance ▸ Agreements ▸ Edit"
	agreementsAdd     = "Finance ▸ Agreements ▸ Add"
	catalogInquire    = "Procurement ▸ Product Catalog ▸ Inquire"
	ticketsInquire    = "Service Desk ▸ Service Tickets ▸ Inquire"
	ticketsAdd        = "Service Desk ▸ Service Tickets ▸ Add"
	ticketsEdit       = "Service Desk ▸ Service Tickets ▸ Edit"
	ticketsClose      = "Service Desk ▸ Close Service Tickets ▸ Edit"
	tablesInquire     = "System ▸ Table Setup ▸ Inquire"
)

// fixRight is the click that gives one right.
func fixRight(right string) string {
	return "In ConnectWise open System ▸ Security Roles, choose the role of the API member, set " + right + " to All and save; then test again."
}

// fixTables is the click that shows tables Customize has narrowed away.
func fixTables(tables []string) string {
	return "In ConnectWise open System ▸ Security Roles, choose the role of the API member, click customize beside System ▸ Table Setup, allow " + listed(tables) + " and save; then test again."
}

func (r *run) reads(list func(context.Context) ([]app.OptionRow, error), what, right string) func(context.Context) finding {
	return func(ctx context.Context) finding {
		if _, err := list(ctx); err != nil {
			return r.refused(err, fixRight(right))
		}
		return ok("The role may read " + what + ".")
	}
}

// readsTables reads each table that is used. Table Setup can be narrowed to single tables, so one says nothing of another.
func (r *run) readsTables(ctx context.Context) finding {
	lists := map[string]app.OptionList{
		tableStatuses: app.ListCompanyStatuses, tableBoards: app.ListBoards, tablePriorities: app.ListPriorities, tableSources: app.ListSources,
	}
	tables := tablesOf(r.conn)
	var hidden, silent []string
	var first, unread error
	for _, table := range tables {
		_, err := r.list(ctx, lists[table], 0)
		switch {
		case err == nil:
		case unanswered(err): // says nothing of the right; what needs the table says it again
			silent, unread = append(silent, table), err
		case app.ErrorCode(err) != app.Forbidden:
			return r.refused(err, fixRight(tablesInquire))
		default:
			hidden = append(hidden, table)
			if first == nil {
				first = err
			}
		}
	}
	switch {
	case len(hidden) == 0 && unread != nil:
		found := r.refused(unread, "")
		return warning("It could not be found out whether the role may read "+listed(silent)+". "+found.message, found.fix)
	case len(hidden) == 0:
		return ok("The role may read the set-up tables " + listed(tables) + ".")
	case len(hidden) == len(tables) && len(tables) > 1:
		return failedBy(first, fixRight(tablesInquire))
	}
	says := "The role may not read " + listed(hidden) + " in System ▸ Table Setup." + withoutTables(hidden)
	if r.needsTable(hidden) {
		return failed(says, fixTables(hidden))
	}
	return warning(says, fixTables(hidden))
}

// needsTable reports whether something that is switched on cannot be done without one of these tables.
func (r *run) needsTable(tables []string) bool {
	needed := map[string]bool{
		tableStatuses:   r.conn.Billing.Enabled,
		tableBoards:     r.conn.Ticketing.Enabled,
		tablePriorities: len(r.conn.Ticketing.Priority) > 0,
		tableSources:    !r.conn.Ticketing.Source.IsZero(),
	}
	return slices.ContainsFunc(tables, func(table string) bool { return needed[table] })
}

// withoutTables says what the lack of a table means where that cannot be guessed.
func withoutTables(tables []string) string {
	if slices.Contains(tables, tableStatuses) {
		return " Without Company / Company Status it cannot be seen which companies are inactive, so billing holds their lines."
	}
	return ""
}

// readsCatalog looks for one product instead of reading the catalog, which can hold many thousands.
func (r *run) readsCatalog(ctx context.Context) finding {
	probe := "psabridge"
	for _, meter := range meters(r.conn.Billing.Products) {
		probe = r.conn.Billing.Products[meter]
		break
	}
	if _, err := r.product(ctx, probe); err != nil {
		return r.refused(err, fixRight(catalogInquire))
	}
	return ok("The role may read the product catalog.")
}

func (r *run) readsTickets(ctx context.Context) finding {
	if _, err := r.client.NewestTicket(ctx); err != nil && app.ErrorCode(err) != app.NotFound {
		return r.refused(err, fixRight(ticketsInquire))
	}
	return ok("The role may read tickets.")
}

// excess warns of rights a bridge has no use for: whoever gets hold of its keys would have them too. Nothing hangs on what
// it tries, so a read of these that is not answered says nothing of the others.
func (r *run) excess(ctx context.Context) finding {
	found, err := r.client.Excess(ctx)
	modules, unknown := found.Found, ""
	if err != nil {
		unknown = "It could not be found out whether the role has too many rights. " + app.ErrorMessage(err)
	}
	switch {
	case len(modules) == 0 && err != nil:
		return warning(unknown, "Compare the role with the table of rights on the set-up page.")
	case len(modules) == 0:
		return ok("None of these can be read with its keys: " + strings.Join(found.Tried, ", ") + ". Other modules are not tried.")
	case err != nil:
		unknown = " Not all was tried. " + app.ErrorMessage(err)
	}
	return warning("The role may read "+listed(modules)+", which psabridge has no use for. Whoever got hold of its keys could read it too."+unknown,
		"In ConnectWise open System ▸ Security Roles, choose the role of the API member, set every level of "+listed(modules)+" to None and save; then test again.")
}

// onlyWritesProve reports whether a check is about a right no harmless read shows.
func onlyWritesProve(id string) bool {
	return strings.HasPrefix(id, "right.") && (strings.HasSuffix(id, ".add") || strings.HasSuffix(id, ".edit") || strings.HasSuffix(id, ".close"))
}

// listed joins names for a sentence.
func listed(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}
