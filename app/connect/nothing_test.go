package connect

import (
	"context"

	"psabridge/app"
	"psabridge/app/psa"
)

// nothing answers every call with nothing.
type nothing struct{}

var _ psa.Client = nothing{}

func (nothing) TicketURL(int64) string { return "" }

func (nothing) AgreementURL(int64) string { return "" }

func (nothing) Identify(context.Context) (v app.Identity, err error) { return v, nil }

func (nothing) Authenticate(context.Context) (v app.ServerInfo, err error) { return v, nil }

func (nothing) Companies(context.Context, []app.Option) (v []app.Company, err error) { return v, nil }

func (nothing) Agreements(context.Context, int64) (v []app.Agreement, err error) { return v, nil }

func (nothing) Additions(context.Context, int64) (v []app.Addition, err error) { return v, nil }

func (nothing) Products(context.Context) (v []app.Product, err error) { return v, nil }

func (nothing) ProductsByIdentifier(context.Context, string) (v []app.Product, err error) {
	return v, nil
}

func (nothing) Boards(context.Context) (v []app.Option, err error) { return v, nil }

func (nothing) Priorities(context.Context) (v []app.Option, err error) { return v, nil }

func (nothing) TicketSources(context.Context) (v []app.Option, err error) { return v, nil }

func (nothing) CompanyStatuses(context.Context) (v []app.Option, err error) { return v, nil }

func (nothing) Statuses(context.Context, int64) (v []app.Option, err error) { return v, nil }

func (nothing) Types(context.Context, int64) (v []app.Option, err error) { return v, nil }

func (nothing) Teams(context.Context, int64) (v []app.Option, err error) { return v, nil }

func (nothing) FindTickets(context.Context, string) (v []app.RemoteTicket, err error) { return v, nil }

func (nothing) TicketsOf(context.Context, string, int64) (v []app.RemoteTicket, err error) {
	return v, nil
}

func (nothing) NewestTicket(context.Context) (v app.RemoteTicket, err error) { return v, nil }

func (nothing) Ticket(context.Context, int64) (v app.RemoteTicket, err error) { return v, nil }

func (nothing) TicketsByID(context.Context, []int64) (v []app.RemoteTicket, err error) { return v, nil }

func (nothing) Notes(context.Context, int64) (v []app.TicketNote, err error) { return v, nil }

func (nothing) CreateTicket(context.Context, app.NewTicket) (v app.RemoteTicket, err error) {
	return v, nil
}

func (nothing) AddNote(context.Context, int64, app.TicketNote) (v app.TicketNote, err error) {
	return v, nil
}

func (nothing) UpdateTicket(context.Context, int64, app.TicketChange) (v app.RemoteTicket, err error) {
	return v, nil
}

func (nothing) CreateAddition(context.Context, int64, app.NewAddition) (v app.Addition, err error) {
	return v, nil
}

func (nothing) SetQuantity(context.Context, int64, int64, app.Quantity) (v app.Addition, err error) {
	return v, nil
}

func (nothing) Subtypes(context.Context, int64) (v []app.Option, err error) { return v, nil }

func (nothing) Items(context.Context, int64) (v []app.Option, err error) { return v, nil }

func (nothing) Associations(context.Context, int64) (v []app.Association, err error) { return v, nil }

func (nothing) Members(context.Context) (v []app.Member, err error) { return v, nil }

func (nothing) Excess(context.Context) (v psa.Excess, err error) { return v, nil }
