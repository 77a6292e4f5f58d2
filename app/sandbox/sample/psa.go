package sample

import "time"

// PSA is what the provider keeps in ConnectWise before anything of ours runs.
type PSA struct {
	CompanyStatuses []CompanyStatus
	Companies       []Company
	AgreementTypes  []Option
	BillingCycles   []Option
	Agreements      []Agreement
	Additions       []Addition
	Catalog         []Product
	Boards          []Board
	Priorities      []Priority
	Sources         []Option
	Members         []Member
}

// Option is an entry of a simple list.
type Option struct {
	ID       int
	Name     string
	Default  bool
	Inactive bool
}

// CompanyStatus is a state a company can be in.
type CompanyStatus struct {
	Option
	DisallowSaving bool
}

// Company is a customer in ConnectWise.
type Company struct {
	ID               int
	Identifier, Name string
	StatusID         int
	Deleted          bool // in the recycle bin: still listed
}

// Agreement is a contract with a company.
type Agreement struct {
	ID, CompanyID, TypeID, ParentID, CycleID int
	Name                                     string
	Start, End                               time.Time // End zero: no ending date
	NextInvoice                              time.Time
	Cancelled                                bool
	Prorate                                  bool
}

// Addition is one line of an agreement.
type Addition struct {
	ID, AgreementID, ProductID int
	Quantity, LessIncluded     float64
	UnitPrice, UnitCost        float64
	BillCustomer               string
	Effective, Cancelled       time.Time
}

// Product is an item of the catalog.
type Product struct {
	ID                      int
	Identifier, Description string
	Class                   string
	Price, Cost             float64
	Inactive                bool
	Category, Subcategory   string
	Unit                    string
}

// Board is a service board with what hangs on it.
type Board struct {
	ID       int
	Name     string
	Inactive bool
	Statuses []Status
	Types    []Option
	Subtypes []Option
	Items    []Option
	Teams    []Option
	// Associations tell which of the types, subtypes and items may stand on one ticket.
	Associations []Association
}

// Association is one line of a board's table of types, subtypes and items; 0
// means that the line goes no further.
type Association struct {
	ID, TypeID, SubtypeID, ItemID int
}

// Status is a state of a ticket on one board.
type Status struct {
	Option
	Closed bool
}

// Priority is a ticket priority.
type Priority struct {
	Option
	Color, Level string
}

// Member is somebody who works in ConnectWise.
type Member struct {
	ID               int
	Identifier, Name string
	Inactive         bool
}

// Ids of the catalog items the settings bill, and of the board they use.
const (
	ProductAccount    = 1501
	ProductStorage    = 1502
	ProductFileServer = 1503

	BoardAlerts = 11
	BoardNOC    = 12

	StatusActive      = 1
	StatusInactive    = 2
	StatusImported    = 3
	StatusDelinquent  = 4
	TypeManaged       = 65
	CycleMonthly      = 2
	CycleYearly       = 6
	PriorityEmergency = 1
)
