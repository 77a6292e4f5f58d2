package app

import "time"

// Named is a ConnectWise record by id, with the name it had when it was read. Only the id is ever compared.
type Named struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// Trigger says what set a plan or push off.
type Trigger string

// The triggers.
const (
	TriggerPerson   Trigger = "person"
	TriggerSchedule Trigger = "schedule"
	TriggerAPI      Trigger = "api"
)

// Plan is what a push of one connection and period would change. Making one writes nothing at ConnectWise.
type Plan struct {
	ID          int64
	Connection  string
	Period      Period
	Trigger     Trigger
	State       PlanState
	Digest      string // of everything approval vouches for; a changed decision changes it
	SettingsRev int64
	UndoOf      int64 // push this plan would undo; 0
	CreatedAt   time.Time
	Complete    bool // false when some source or list could not be read
	Problems    []string
	Lines       []Line
	// LastOverride is the newest override when the plan was begun, by the store's count (OverrideMark); later ones are not in it.
	LastOverride int64
	Findings     []Finding // where use and bill do not meet, seen with this plan; Digest leaves them out
}

// PlanState is where a plan stands.
type PlanState string

// The states of a plan.
const (
	PlanOpen       PlanState = "open"       // may be decided on and approved
	PlanApproved   PlanState = "approved"   // frozen: a push was made of it
	PlanSuperseded PlanState = "superseded" // a newer plan of the same connection took its place
)

// LineKey identifies a line for ever (M5).
type LineKey struct {
	Connection  string
	AgreementID int64
	ProductID   int64 // catalog item id; 0 while the Product ID is not found
	Product     string
}

// Line is one agreement × product in a plan or push. Organizations mapped to it are summed, each share kept.
type Line struct {
	ID        int64
	PlanID    int64
	Meter     Meter
	Product   string // Product ID
	ProductID int64  // catalog item id; 0 when not found
	Company   Named
	Agreement Named

	AdditionID int64     // 0 when the line would be created
	Before     *Quantity // nil when there is no addition
	After      Quantity
	Unit       string
	Shares     []Share

	Verdict   Verdict
	State     LineState
	Holds     []Hold // those still standing; a released line keeps them with Decision set
	Decision  Decision
	DecidedBy string
	Note      string

	UnitPrice     *Money // nil: price effect unknown (M11)
	AmountChange  *Money
	NextInvoice   time.Time // zero when unknown
	Prorate       bool
	EffectiveDate time.Time // of a line that would be created
	EffectiveBy   string    // who set that date by hand (M8); "" when it follows the rule
	EffectiveFrom time.Time // the earliest that date may be: when the agreement has begun and bills; zero when it does not say
	InvoicePeriod string    // what ConnectWise says an invoice of the agreement covers: Current | Future | Both; "" when it does not say
	BillCustomer  string    // as planned against; compared before writing (M12)
	CancelledDate time.Time // likewise
	Reason        string    // the change in words, e.g. "+ Ada Lovelace, + Reception"
	Error         string    // what went wrong while writing, for the person
	WrittenAt     time.Time
	// Items is the evidence, frozen with the plan; only the evidence queries load it.
	Items []EvidenceItem
	// Method is how the shares were counted; the write pins it for the line (M4). Overrides leave no mark in it.
	Method string
	Cycle  string // how often the agreement bills, in words; the write remembers it as confirmed (M8)
	Rule   string // the quantity rule that made After, in words; frozen, because settings change
}

// Key returns the identity of the line.
func (l Line) Key(connection string) LineKey {
	return LineKey{Connection: connection, AgreementID: l.Agreement.ID, ProductID: l.ProductID, Product: l.Product}
}

// Changes reports whether writing the line would change anything at ConnectWise, leaving holds aside.
func (l Line) Changes() bool { return l.Before == nil || !l.Before.Equal(l.After) }

// Writes reports whether an approved push would write the line.
func (l Line) Writes() bool { return l.Verdict == VerdictUpdate || l.Verdict == VerdictCreate }

// Share is one organization's part of a line.
type Share struct {
	OrganizationID int64    `json:"organization_id"` // our row
	ExternalID     string   `json:"external_id"`
	Source         string   `json:"source"`
	Name           string   `json:"name"`
	Quantity       Quantity `json:"quantity"` // in the line's unit, not rounded
	ReadingID      int64    `json:"reading_id"`
	// ReadAt is when that reading was taken. The row of a reading is written over until its day is over; this is not. Zero
	// for lines of before it was kept.
	ReadAt time.Time `json:"read_at,omitzero"`
	// Override is the note of the person who typed this quantity in place of a reading; empty when it was read.
	Override string `json:"override,omitempty"`
}

// Verdict is what a push would do with a line.
type Verdict string

// The verdicts.
const (
	VerdictUpdate  Verdict = "update"
	VerdictCreate  Verdict = "create"
	VerdictSame    Verdict = "same"
	VerdictHold    Verdict = "hold"
	VerdictSkipped Verdict = "skipped"
)

// LineState is how far writing a line has come.
type LineState string

// The states of a line.
const (
	LinePlanned           LineState = "planned"
	LineWriting           LineState = "writing"
	LineDone              LineState = "done" // written and read back, or nothing to write
	LineChangedUnderneath LineState = "changed_underneath"
	LineUnknown           LineState = "unknown" // sent, no answer; the next read decides
	LineFailed            LineState = "failed"
)

// Decision is what a person said about a held line.
type Decision string

// The decisions.
const (
	DecisionNone      Decision = ""
	DecisionReleased  Decision = "released"
	DecisionSkipped   Decision = "skipped"
	DecisionCorrected Decision = "corrected"
)

// Hold is one reason why a line waits for a person.
type Hold struct {
	Code    HoldCode `json:"code"`
	Message string   `json:"message"` // what, why, and what to do
	// Asked is what a person decided about the line before, where it is asked again; nil of any other hold.
	Asked *AskedAgain `json:"asked,omitempty"`
}

// AskedAgain is a decision of an earlier plan of the month that a newer one did not take over (M14). It stays with the hold
// that asks until a person decides, however often the month is planned meanwhile.
type AskedAgain struct {
	Decision Decision `json:"decision"` // corrected or skipped
	Quantity Quantity `json:"quantity"` // what it was corrected to
	By       string   `json:"by"`
	Note     string   `json:"note"`
}

// HoldCode names a hold. Codes are stable.
type HoldCode string

// The holds of DESIGN §1.5 and §1.7.
const (
	HoldIncompleteReading   HoldCode = "incomplete_reading"
	HoldFellToZero          HoldCode = "fell_to_zero"
	HoldBigChange           HoldCode = "big_change"
	HoldOrganizationGone    HoldCode = "organization_gone"
	HoldCompanyInactive     HoldCode = "company_inactive"
	HoldNoAgreement         HoldCode = "no_agreement"
	HoldAgreementInactive   HoldCode = "agreement_inactive"
	HoldAgreementNotStarted HoldCode = "agreement_not_started"
	HoldProductNotFound     HoldCode = "product_not_found"
	HoldProductInactive     HoldCode = "product_inactive"
	HoldProductBundle       HoldCode = "product_bundle"
	HoldAmbiguousAddition   HoldCode = "ambiguous_addition"
	HoldAdditionCancelled   HoldCode = "addition_cancelled"
	HoldEditedSince         HoldCode = "edited_since"
	HoldOverlap             HoldCode = "overlap"
	HoldUnitMismatch        HoldCode = "unit_mismatch"
	HoldFirstTouch          HoldCode = "first_touch"
	HoldNoPrice             HoldCode = "no_price"
	HoldMethodChanged       HoldCode = "method_changed"
	HoldShareLeft           HoldCode = "share_left"
	HoldUnmatchedBelow      HoldCode = "unmatched_below"
	HoldMappingBroken       HoldCode = "mapping_broken"
	HoldCycleNotMonthly     HoldCode = "cycle_not_monthly"
	HoldWrongPeriod         HoldCode = "wrong_period"
	HoldAlreadyInvoiced     HoldCode = "already_invoiced"
	HoldRestored            HoldCode = "restored"
)

// Push is one approved plan being written, or written.
type Push struct {
	ID         int64
	PlanID     int64
	Connection string
	Period     Period
	Trigger    Trigger
	State      PushState
	ApprovedBy string
	ApprovedAt time.Time
	UndoOf     int64
	DoneAt     time.Time
	Lines      []Line
}

// PushState is where a push stands.
type PushState string

// The states of a push.
const (
	PushWriting    PushState = "writing"
	PushDone       PushState = "done"
	PushIncomplete PushState = "incomplete" // ended, but some line could not be written
	PushUndone     PushState = "undone"
)

// OwnedAddition is an addition we bill on, because we wrote it or a push found it right, and what we last verified in it.
type OwnedAddition struct {
	Connection   string
	AdditionID   int64
	AgreementID  int64
	ProductID    int64
	LastVerified Quantity
	CreatedByUs  bool
	Confirmed    bool // a person confirmed the first touch of this line key (M4); else a push found it right and nothing was written
	Method       string
	Cycle        string // how often its agreement billed when that was confirmed; "" when nobody knows
	PushID       int64
}

// AgreementPayload is the payload of a DeliverAgreement delivery.
type AgreementPayload struct {
	AgreementID int64   `json:"agreement_id"`
	LineIDs     []int64 `json:"line_ids"`
}
