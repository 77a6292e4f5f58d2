// Package psa is the port to a PSA: what psabridge asks of ConnectWise, in the words of package app.
//
// An adapter is one package below this one that passes psatest.Run. Every method may return an app.Error with these
// codes besides those it names itself: unauthorized (keys not accepted, or an answer that looks like it: "Cannot
// route", 404 on a collection), forbidden (the role lacks a right), rate_limited (with RetryAfter), unavailable
// (no answer, or none that can be read). Writes set Outcome: none when nothing can have happened, unknown otherwise.
package psa

import (
	"context"

	"psabridge/app"
)

// Client is one live connection. It is safe for concurrent use; all its requests share one limiter.
type Client interface {
	Reader
	Writer

	// Identify asks the site who it is, without keys. not_found: no ConnectWise at this address, or the company id is unknown there.
	Identify(ctx context.Context) (app.Identity, error)
	// Authenticate proves the keys by reading the version and one record that needs them. forbidden: the keys are accepted,
	// but the role may not even do that; what was learned is returned with it.
	Authenticate(ctx context.Context) (app.ServerInfo, error)
	// Excess tries a few reads this program has no use for: those that succeed show that the role has more rights than it
	// needs. It changes nothing.
	Excess(ctx context.Context) (Excess, error)
	// TicketURL is the address a person opens to see the ticket in ConnectWise.
	TicketURL(id int64) string
	// AgreementURL is the address a person opens to see the agreement in ConnectWise.
	AgreementURL(id int64) string
}

// Excess is what a role may read and need not, in the vendor's words for modules ("System ▸ Member Maintenance"). Nothing
// is known of modules that were not tried.
type Excess struct {
	Tried []string
	Found []string // those of Tried that can be read
}

// Reader is everything that changes nothing. Lists are whole: an adapter that cannot read a list to its end returns
// an error, never a part of it.
type Reader interface {
	// Companies lists companies that are not deleted. statuses are what CompanyStatuses answered a moment
	// ago; nil has them read here. Where the role may not see which companies are inactive, they come with StatusUnknown.
	Companies(ctx context.Context, statuses []app.Option) ([]app.Company, error)
	// Agreements lists a company's agreements in every status; company 0 lists all.
	Agreements(ctx context.Context, company int64) ([]app.Agreement, error)
	// Additions lists every addition of an agreement, cancelled ones too. not_found: no such agreement.
	Additions(ctx context.Context, agreement int64) ([]app.Addition, error)
	// Products lists catalog items that can be additions, inactive ones too.
	Products(ctx context.Context) ([]app.Product, error)
	// ProductsByIdentifier lists the catalog items whose identifier is exactly this one, whatever their class.
	ProductsByIdentifier(ctx context.Context, identifier string) ([]app.Product, error)
	// Boards, Priorities, TicketSources and CompanyStatuses list drop-downs.
	Boards(ctx context.Context) ([]app.Option, error)
	Priorities(ctx context.Context) ([]app.Option, error)
	TicketSources(ctx context.Context) ([]app.Option, error)
	CompanyStatuses(ctx context.Context) ([]app.Option, error)
	// Members lists who works in ConnectWise. forbidden is usual: the minimal role need not have this right.
	Members(ctx context.Context) ([]app.Member, error)
	// Statuses, Types, Subtypes, Items and Teams belong to one board; Associations says which types, subtypes and items of
	// it go together.
	Statuses(ctx context.Context, board int64) ([]app.Option, error)
	Types(ctx context.Context, board int64) ([]app.Option, error)
	Subtypes(ctx context.Context, board int64) ([]app.Option, error)
	Items(ctx context.Context, board int64) ([]app.Option, error)
	Associations(ctx context.Context, board int64) ([]app.Association, error)
	Teams(ctx context.Context, board int64) ([]app.Option, error)

	// FindTickets lists tickets whose externalXRef is exactly xref. ConnectWise's search lags writes by minutes:
	// an empty answer proves nothing about a ticket created just now.
	FindTickets(ctx context.Context, xref string) ([]app.RemoteTicket, error)
	// TicketsOf lists the tickets whose externalXRef begins with prefix and whose number is above after; the same lag. It is
	// for after a restore: nothing else asks for what it cannot name.
	TicketsOf(ctx context.Context, prefix string, after int64) ([]app.RemoteTicket, error)
	// NewestTicket returns the newest ticket ConnectWise shows, for the positive control of a search. not_found: none at all.
	NewestTicket(ctx context.Context) (app.RemoteTicket, error)
	// Ticket reads one ticket by id. not_found: it was deleted.
	Ticket(ctx context.Context, id int64) (app.RemoteTicket, error)
	// TicketsByID reads many tickets in as few calls as possible; ids that no longer exist are missing from the answer.
	TicketsByID(ctx context.Context, ids []int64) ([]app.RemoteTicket, error)
	// Notes lists a ticket's notes, time entries' included, oldest first.
	Notes(ctx context.Context, ticket int64) ([]app.TicketNote, error)
}

// Writer is everything that changes something. No method retries: an error with Outcome unknown is the caller's to
// look into.
type Writer interface {
	// CreateTicket creates a ticket and mails nobody. invalid: ConnectWise refused it, Message quotes why.
	CreateTicket(ctx context.Context, t app.NewTicket) (app.RemoteTicket, error)
	// AddNote adds one note and mails nobody.
	AddNote(ctx context.Context, ticket int64, n app.TicketNote) (app.TicketNote, error)
	// UpdateTicket changes status, priority or both, and mails nobody. conflict: ConnectWise answered 200 but did not do it;
	// invalid: it refused, also where it would only do it by mailing people.
	UpdateTicket(ctx context.Context, ticket int64, c app.TicketChange) (app.RemoteTicket, error)
	// CreateAddition adds a line to an agreement. It has no external id, so an unknown outcome is never retried.
	CreateAddition(ctx context.Context, agreement int64, a app.NewAddition) (app.Addition, error)
	// SetQuantity sets the absolute quantity of an addition and nothing else. conflict: ConnectWise answered 200 but holds another value.
	SetQuantity(ctx context.Context, agreement, addition int64, q app.Quantity) (app.Addition, error)
}
