package sandbox

import (
	"slices"
	"time"
)

// Ticket is a ticket as a person sees it.
type Ticket struct {
	ID           int       `json:"id"`
	Summary      string    `json:"summary"`
	ExternalXRef string    `json:"external_xref"`
	CompanyID    int       `json:"company_id"`
	Company      string    `json:"company"`
	BoardID      int       `json:"board_id"`
	Board        string    `json:"board"`
	StatusID     int       `json:"status_id"`
	Status       string    `json:"status"`
	Type         string    `json:"type"`
	Subtype      string    `json:"subtype,omitempty"`
	Item         string    `json:"item,omitempty"`
	Team         string    `json:"team"`
	Priority     string    `json:"priority"`
	Source       string    `json:"source"`
	Owner        string    `json:"owner"`
	Closed       bool      `json:"closed"`
	ClosedBy     string    `json:"closed_by"`
	ClosedAt     time.Time `json:"closed_at,omitzero"`
	EnteredAt    time.Time `json:"entered_at"`
	EnteredBy    string    `json:"entered_by"`
	UpdatedAt    time.Time `json:"updated_at"`
	UpdatedBy    string    `json:"updated_by"`
	MergedInto   int       `json:"merged_into,omitempty"`
}

// Note is one note of a ticket.
type Note struct {
	ID       int       `json:"id"`
	TicketID int       `json:"ticket_id"`
	Text     string    `json:"text"`
	Kind     string    `json:"kind"` // discussion, internal or resolution
	By       string    `json:"by"`
	At       time.Time `json:"at"`
}

// Addition is one line of an agreement.
type Addition struct {
	ID           int       `json:"id"`
	AgreementID  int       `json:"agreement_id"`
	ProductID    int       `json:"product_id"`
	Product      string    `json:"product"`
	Quantity     float64   `json:"quantity"`
	LessIncluded float64   `json:"less_included"`
	UnitPrice    float64   `json:"unit_price"`
	BillCustomer string    `json:"bill_customer"`
	Effective    time.Time `json:"effective"`
	Cancelled    time.Time `json:"cancelled,omitzero"`
	UpdatedBy    string    `json:"updated_by"`
}

// Agreement is one agreement.
type Agreement struct {
	ID          int       `json:"id"`
	CompanyID   int       `json:"company_id"`
	Company     string    `json:"company"`
	Name        string    `json:"name"`
	Status      string    `json:"status"`
	NextInvoice time.Time `json:"next_invoice"`
}

// Tickets lists all tickets, oldest first.
func (cw *ConnectWise) Tickets() []Ticket {
	return snapshot(cw, "tickets", func(r *row) (Ticket, bool) {
		o := cw.ticketView(r)
		i, _ := o["_info"].(object)
		owner, _ := o["owner"].(object)
		return Ticket{
			ID: r.id, Summary: text(o, "summary"), ExternalXRef: text(o, "externalXRef"), CompanyID: refID(o, "company"), Company: refName(o, "company"),
			BoardID: refID(o, "board"), Board: refName(o, "board"), StatusID: refID(o, "status"), Status: refName(o, "status"), Type: refName(o, "type"),
			Subtype: refName(o, "subType"), Item: refName(o, "item"),
			Team: refName(o, "team"), Priority: refName(o, "priority"), Source: refName(o, "source"), Owner: text(owner, "identifier"),
			Closed: truth(o, "closedFlag"), ClosedBy: text(o, "closedBy"), ClosedAt: moment(o, "closedDate"), EnteredAt: moment(i, "dateEntered"),
			EnteredBy: text(i, "enteredBy"), UpdatedAt: moment(i, "lastUpdated"), UpdatedBy: text(i, "updatedBy"), MergedInto: refID(o, "mergedParentTicket"),
		}, true
	})
}

// Notes lists the notes of a ticket, oldest first.
func (cw *ConnectWise) Notes(ticket int) []Note {
	return snapshot(cw, "notes", func(r *row) (Note, bool) {
		o := r.data
		kind := "discussion"
		if truth(o, "internalAnalysisFlag") {
			kind = "internal"
		} else if truth(o, "resolutionFlag") {
			kind = "resolution"
		}
		return Note{r.id, ticket, text(o, "text"), kind, text(o, "createdBy"), moment(o, "dateCreated")}, number(o, "ticketId") == ticket
	})
}

// Additions lists the lines of an agreement, oldest first; 0 is every agreement.
func (cw *ConnectWise) Additions(agreement int) []Addition {
	return snapshot(cw, "additions", func(r *row) (Addition, bool) {
		o := cw.additionView(r)
		product, _ := o["product"].(object)
		i, _ := o["_info"].(object)
		return Addition{
			r.id, number(o, "agreementId"), refID(o, "product"), text(product, "identifier"), decimal(o, "quantity"), decimal(o, "lessIncluded"),
			decimal(o, "unitPrice"), text(o, "billCustomer"), moment(o, "effectiveDate"), moment(o, "cancelledDate"), text(i, "updatedBy"),
		}, agreement == 0 || number(o, "agreementId") == agreement
	})
}

// Agreements lists all agreements.
func (cw *ConnectWise) Agreements() []Agreement {
	return snapshot(cw, "agreements", func(r *row) (Agreement, bool) {
		o := cw.agreementView(r)
		return Agreement{r.id, refID(o, "company"), refName(o, "company"), text(o, "name"), text(o, "agreementStatus"), moment(o, "nextInvoiceDate")}, true
	})
}

// QuantityWrites is the audit trail of every quantity that was set, by
// whomever, in order. A write of the value that was there already is in it too.
func (cw *ConnectWise) QuantityWrites() []QuantityWrite {
	cw.mu.Lock()
	defer cw.mu.Unlock()
	return slices.Clone(cw.writes)
}

// Mails counts the notifications ConnectWise would have mailed because a create,
// a note or a change of a ticket did not say processNotifications: false.
func (cw *ConnectWise) Mails() int {
	cw.mu.Lock()
	defer cw.mu.Unlock()
	return cw.mails
}

func snapshot[T any](cw *ConnectWise, table string, of func(*row) (T, bool)) []T {
	cw.mu.Lock()
	defer cw.mu.Unlock()
	list := []T{}
	for _, r := range cw.tables[table].rows {
		if one, keep := of(r); keep {
			list = append(list, one)
		}
	}
	return list
}
