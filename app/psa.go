package app

import "time"

// Company is a ConnectWise company.
type Company struct {
	ID         int64  `json:"id"`
	Identifier string `json:"identifier"`
	Name       string `json:"name"`
	Status     string `json:"status"`
	Inactive   bool   `json:"inactive"`
	Deleted    bool   `json:"deleted"` // in the recycle bin: still readable, never usable
	// StatusUnknown: whether the company is inactive could not be seen, because the role may not read company statuses.
	StatusUnknown bool `json:"status_unknown,omitempty"`
}

// Agreement is a ConnectWise agreement. Dates are the calendar day as ConnectWise shows it, at midnight UTC; zero when absent.
type Agreement struct {
	ID           int64     `json:"id"`
	Name         string    `json:"name"`
	Type         string    `json:"type"`
	CompanyID    int64     `json:"company_id"`
	Company      string    `json:"company"`
	Status       string    `json:"status"` // Active | Cancelled | Expired | Inactive
	Cancelled    bool      `json:"cancelled"`
	StartDate    time.Time `json:"start_date,omitzero"`
	EndDate      time.Time `json:"end_date,omitzero"` // zero: no ending date
	BillStart    time.Time `json:"bill_start,omitzero"`
	BillingCycle string    `json:"billing_cycle"` // e.g. Monthly
	NextInvoice  time.Time `json:"next_invoice,omitzero"`
	Prorate      bool      `json:"prorate"`
	ParentID     int64     `json:"parent_id"`
	// InvoicePeriod is ConnectWise's periodType: Current, Future, Both or Undefined. Which of them is in advance no page of the
	// vendor says; it is shown in ConnectWise's own word.
	InvoicePeriod string `json:"invoice_period,omitempty"`
}

// Addition is one line of an agreement: a product and its quantity.
type Addition struct {
	ID            int64
	AgreementID   int64
	ProductID     int64  // catalog item id
	Product       string // catalog item identifier, the Product ID
	Quantity      Quantity
	LessIncluded  Quantity
	UnitPrice     *Money // nil when ConnectWise did not show it
	BillCustomer  string // Billable | DoNotBill | NoCharge
	EffectiveDate time.Time
	CancelledDate time.Time // zero: open-ended
	Description   string
}

// NewAddition is what creating an addition sends.
type NewAddition struct {
	ProductID     int64
	Quantity      Quantity
	BillCustomer  string
	EffectiveDate time.Time // a calendar day at midnight UTC
}

// Product is a ConnectWise catalog item.
type Product struct {
	ID          int64  `json:"id"`
	Identifier  string `json:"identifier"` // the Product ID, matched exactly
	Description string `json:"description"`
	Class       string `json:"class"` // Agreement, NonInventory, Service, Bundle, …
	Unit        string `json:"unit"`  // unit of measure, e.g. Each
	Inactive    bool   `json:"inactive"`
	Price       Money  `json:"price"`
}

// Option is one entry of a ConnectWise drop-down: a board, status, type, team, priority or source.
type Option struct {
	ID       int64  `json:"id"`
	Name     string `json:"name"`
	Inactive bool   `json:"inactive,omitempty"`
	Default  bool   `json:"default,omitempty"` // statuses and teams: what ConnectWise takes when none is named
	Closed   bool   `json:"closed,omitempty"`  // statuses: closedStatus
	Sort     int    `json:"sort,omitempty"`
}

// Association says that a type, a subtype of it and an item of that may stand on one ticket of the board. Zero means that
// the line goes no further: a type without subtypes, a subtype without items.
type Association struct {
	ID        int64 `json:"id"`
	TypeID    int64 `json:"type_id"`
	SubtypeID int64 `json:"subtype_id,omitempty"`
	ItemID    int64 `json:"item_id,omitempty"`
}

// Member is somebody who works in ConnectWise.
type Member struct {
	ID         int64  `json:"id"`
	Identifier string `json:"identifier"` // as it stands in updatedBy and in the owner of a ticket
	Name       string `json:"name"`
	Inactive   bool   `json:"inactive"`
}

// OptionList names a cached drop-down.
type OptionList string

// The drop-downs. Statuses, types, subtypes, items, their associations and teams belong to a board, agreements to a
// company.
const (
	ListCompanies       OptionList = "companies"
	ListAgreements      OptionList = "agreements"
	ListProducts        OptionList = "products"
	ListBoards          OptionList = "boards"
	ListStatuses        OptionList = "statuses"
	ListTypes           OptionList = "types"
	ListTeams           OptionList = "teams"
	ListPriorities      OptionList = "priorities"
	ListSources         OptionList = "sources"
	ListCompanyStatuses OptionList = "company_statuses"
	ListSubtypes        OptionList = "subtypes"
	ListItems           OptionList = "items"
	ListAssociations    OptionList = "associations"
	ListMembers         OptionList = "members"
)

// Identity is what a ConnectWise site says of itself before any key is shown (companyinfo).
type Identity struct {
	CompanyID   string
	CompanyName string
	Version     string
	Codebase    string
	Cloud       bool
	BaseURL     string // the address that is really used for the API
	// SiteURL is where ConnectWise says that the company lives, when that is another cloud site than the connection's;
	// empty otherwise.
	SiteURL string
}

// ServerInfo is what an authenticated ConnectWise says of itself.
type ServerInfo struct {
	Version    string
	ServerTime time.Time // from the answer's Date header
}

// RemoteTicket is a ConnectWise ticket as read back.
type RemoteTicket struct {
	ID        int64
	XRef      string
	Summary   string
	CompanyID int64
	BoardID   int64
	Board     string
	StatusID  int64
	Status    string
	Priority  int64 // its id; 0 when ConnectWise did not say
	Closed    bool
	ClosedBy  string
	Owner     string
	UpdatedAt time.Time
	UpdatedBy string
	ParentID  int64 // of a merged ticket
	EnteredAt time.Time
	// MergedInto is true when a person merged another ticket into this one.
	MergedInto bool
}

// NewTicket is what creating a ticket sends. Zero ids are left to ConnectWise's defaults.
type NewTicket struct {
	XRef        string
	Summary     string
	Description string
	Internal    string // internal analysis: the only place the local link goes (T1)
	CompanyID   int64
	BoardID     int64
	StatusID    int64
	TypeID      int64
	SubtypeID   int64
	ItemID      int64
	TeamID      int64
	PriorityID  int64
	SourceID    int64
}

// TicketChange is what an update sets; zero ids stay as they are. Both ids are those of the ticket's own board.
type TicketChange struct {
	StatusID   int64
	PriorityID int64
}

// TicketNote is a note on a ticket.
type TicketNote struct {
	ID        int64
	Text      string
	Internal  bool
	CreatedBy string
	CreatedAt time.Time
	TimeEntry bool // from a time entry, not a note
}
