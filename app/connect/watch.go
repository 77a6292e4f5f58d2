package connect

import (
	"context"

	"psabridge/app"
	"psabridge/app/psa"
	"psabridge/app/source"
)

// watchedPSA tells the health board how each call went. Everything of the port is written out: a method that came
// through by embedding would not be seen.
type watchedPSA struct {
	client psa.Client
	note   func(error)
}

var _ psa.Client = watchedPSA{}

func watch[T any](note func(error), v T, err error) (T, error) {
	note(err)
	return v, err
}

// TicketURL implements psa.Client.
func (w watchedPSA) TicketURL(id int64) string { return w.client.TicketURL(id) }

// AgreementURL implements psa.Client.
func (w watchedPSA) AgreementURL(id int64) string { return w.client.AgreementURL(id) }

// Identify implements psa.Client. It is made without keys, so it shows nothing about the connection.
func (w watchedPSA) Identify(ctx context.Context) (app.Identity, error) {
	return w.client.Identify(ctx)
}

// Authenticate implements psa.Client.
func (w watchedPSA) Authenticate(ctx context.Context) (app.ServerInfo, error) {
	v, err := w.client.Authenticate(ctx)
	return watch(w.note, v, err)
}

// Companies implements psa.Client.
func (w watchedPSA) Companies(ctx context.Context, statuses []app.Option) ([]app.Company, error) {
	v, err := w.client.Companies(ctx, statuses)
	return watch(w.note, v, err)
}

// Agreements implements psa.Client.
func (w watchedPSA) Agreements(ctx context.Context, company int64) ([]app.Agreement, error) {
	v, err := w.client.Agreements(ctx, company)
	return watch(w.note, v, err)
}

// Additions implements psa.Client.
func (w watchedPSA) Additions(ctx context.Context, agreement int64) ([]app.Addition, error) {
	v, err := w.client.Additions(ctx, agreement)
	return watch(w.note, v, err)
}

// Products implements psa.Client.
func (w watchedPSA) Products(ctx context.Context) ([]app.Product, error) {
	v, err := w.client.Products(ctx)
	return watch(w.note, v, err)
}

// ProductsByIdentifier implements psa.Client.
func (w watchedPSA) ProductsByIdentifier(ctx context.Context, identifier string) ([]app.Product, error) {
	v, err := w.client.ProductsByIdentifier(ctx, identifier)
	return watch(w.note, v, err)
}

// Boards implements psa.Client.
func (w watchedPSA) Boards(ctx context.Context) ([]app.Option, error) {
	v, err := w.client.Boards(ctx)
	return watch(w.note, v, err)
}

// Priorities implements psa.Client.
func (w watchedPSA) Priorities(ctx context.Context) ([]app.Option, error) {
	v, err := w.client.Priorities(ctx)
	return watch(w.note, v, err)
}

// TicketSources implements psa.Client.
func (w watchedPSA) TicketSources(ctx context.Context) ([]app.Option, error) {
	v, err := w.client.TicketSources(ctx)
	return watch(w.note, v, err)
}

// CompanyStatuses implements psa.Client.
func (w watchedPSA) CompanyStatuses(ctx context.Context) ([]app.Option, error) {
	v, err := w.client.CompanyStatuses(ctx)
	return watch(w.note, v, err)
}

// Statuses implements psa.Client.
func (w watchedPSA) Statuses(ctx context.Context, board int64) ([]app.Option, error) {
	v, err := w.client.Statuses(ctx, board)
	return watch(w.note, v, err)
}

// Types implements psa.Client.
func (w watchedPSA) Types(ctx context.Context, board int64) ([]app.Option, error) {
	v, err := w.client.Types(ctx, board)
	return watch(w.note, v, err)
}

// Subtypes implements psa.Client.
func (w watchedPSA) Subtypes(ctx context.Context, board int64) ([]app.Option, error) {
	v, err := w.client.Subtypes(ctx, board)
	return watch(w.note, v, err)
}

// Items implements psa.Client.
func (w watchedPSA) Items(ctx context.Context, board int64) ([]app.Option, error) {
	v, err := w.client.Items(ctx, board)
	return watch(w.note, v, err)
}

// Associations implements psa.Client.
func (w watchedPSA) Associations(ctx context.Context, board int64) ([]app.Association, error) {
	v, err := w.client.Associations(ctx, board)
	return watch(w.note, v, err)
}

// Members implements psa.Client.
func (w watchedPSA) Members(ctx context.Context) ([]app.Member, error) {
	v, err := w.client.Members(ctx)
	return watch(w.note, v, err)
}

// Excess implements psa.Client.
func (w watchedPSA) Excess(ctx context.Context) (psa.Excess, error) {
	v, err := w.client.Excess(ctx)
	return watch(w.note, v, err)
}

// Teams implements psa.Client.
func (w watchedPSA) Teams(ctx context.Context, board int64) ([]app.Option, error) {
	v, err := w.client.Teams(ctx, board)
	return watch(w.note, v, err)
}

// FindTickets implements psa.Client.
func (w watchedPSA) FindTickets(ctx context.Context, xref string) ([]app.RemoteTicket, error) {
	v, err := w.client.FindTickets(ctx, xref)
	return watch(w.note, v, err)
}

// TicketsOf implements psa.Client.
func (w watchedPSA) TicketsOf(ctx context.Context, prefix string, after int64) ([]app.RemoteTicket, error) {
	v, err := w.client.TicketsOf(ctx, prefix, after)
	return watch(w.note, v, err)
}

// NewestTicket implements psa.Client.
func (w watchedPSA) NewestTicket(ctx context.Context) (app.RemoteTicket, error) {
	v, err := w.client.NewestTicket(ctx)
	return watch(w.note, v, err)
}

// Ticket implements psa.Client.
func (w watchedPSA) Ticket(ctx context.Context, id int64) (app.RemoteTicket, error) {
	v, err := w.client.Ticket(ctx, id)
	return watch(w.note, v, err)
}

// TicketsByID implements psa.Client.
func (w watchedPSA) TicketsByID(ctx context.Context, ids []int64) ([]app.RemoteTicket, error) {
	v, err := w.client.TicketsByID(ctx, ids)
	return watch(w.note, v, err)
}

// Notes implements psa.Client.
func (w watchedPSA) Notes(ctx context.Context, ticket int64) ([]app.TicketNote, error) {
	v, err := w.client.Notes(ctx, ticket)
	return watch(w.note, v, err)
}

// CreateTicket implements psa.Client.
func (w watchedPSA) CreateTicket(ctx context.Context, t app.NewTicket) (app.RemoteTicket, error) {
	v, err := w.client.CreateTicket(ctx, t)
	return watch(w.note, v, err)
}

// AddNote implements psa.Client.
func (w watchedPSA) AddNote(ctx context.Context, ticket int64, n app.TicketNote) (app.TicketNote, error) {
	v, err := w.client.AddNote(ctx, ticket, n)
	return watch(w.note, v, err)
}

// UpdateTicket implements psa.Client.
func (w watchedPSA) UpdateTicket(ctx context.Context, ticket int64, c app.TicketChange) (app.RemoteTicket, error) {
	v, err := w.client.UpdateTicket(ctx, ticket, c)
	return watch(w.note, v, err)
}

// CreateAddition implements psa.Client.
func (w watchedPSA) CreateAddition(ctx context.Context, agreement int64, a app.NewAddition) (app.Addition, error) {
	v, err := w.client.CreateAddition(ctx, agreement, a)
	return watch(w.note, v, err)
}

// SetQuantity implements psa.Client.
func (w watchedPSA) SetQuantity(ctx context.Context, agreement, addition int64, q app.Quantity) (app.Addition, error) {
	v, err := w.client.SetQuantity(ctx, agreement, addition, q)
	return watch(w.note, v, err)
}

// watchedSource does the same for a source.
type watchedSource struct {
	client source.Source
	note   func(error)
	knows  func(source.Account)
}

var _ source.Source = watchedSource{}

// Pull implements source.Source.
func (w watchedSource) Pull(ctx context.Context, marks []app.Mark) (app.Batch, error) {
	v, err := w.client.Pull(ctx, marks)
	return watch(w.note, v, err)
}

// Readings implements source.Source.
func (w watchedSource) Readings(ctx context.Context) (app.Usage, error) {
	v, err := w.client.Readings(ctx)
	return watch(w.note, v, err)
}

// Check implements source.Source.
func (w watchedSource) Check(ctx context.Context) (source.Account, error) {
	v, err := w.client.Check(ctx)
	if err == nil {
		w.knows(v)
	}
	return watch(w.note, v, err)
}
