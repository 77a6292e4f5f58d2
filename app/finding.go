package app

// Finding is money that is probably lost or wrongly taken: what is used and what is billed do not meet. Findings are made
// with a plan, from the same readings and additions, and are as old as it.
type Finding struct {
	Code         FindingCode `json:"code"`
	Organization Named       `json:"organization"` // our row; zero when it is about a line nobody is mapped to
	Company      Named       `json:"company"`
	Agreement    Named       `json:"agreement"`
	Meter        Meter       `json:"meter"`
	Product      string      `json:"product"`
	Unit         string      `json:"unit"`
	Used         *Quantity   `json:"used"`   // nil when it is not known
	Billed       *Quantity   `json:"billed"` // nil when there is no addition
	// Amount is the effect a month: more than 0 is used and not billed, less than 0 billed and not used. Nil: no price is readable (M11).
	Amount  *Money `json:"amount"`
	Message string `json:"message"` // what, why, and what to do
}

// FindingCode names a kind of finding. Codes are stable.
type FindingCode string

// The findings of DESIGN §1.5.
const (
	FindingUsedNotBilled FindingCode = "used_not_billed"
	FindingBilledNotUsed FindingCode = "billed_not_used"
	FindingUnmapped      FindingCode = "unmapped"
	FindingBelowMinimum  FindingCode = "below_minimum" // billed the minimum, though less is used
	FindingNoAgreement   FindingCode = "no_agreement"  // none chosen, or one that does not run or is another company's
	FindingDoubleLine    FindingCode = "double_line"   // two open additions of one product on one agreement
)
