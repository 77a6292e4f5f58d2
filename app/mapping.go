package app

// MappingChoice is one organization's part in a mapping of many. Zero fields leave what there is; a Bill that is empty but
// not nil bills nothing any more.
type MappingChoice struct {
	OrganizationID int64 // our row
	CompanyID      int64
	AgreementID    int64
	Bill           []Meter
	Products       map[Meter]string // "" takes an own Product ID away
}

// Repair is a mapping that ConnectWise, or another mapping, no longer bears out.
type Repair struct {
	Code         RepairCode
	Organization Named // our row
	Company      Named
	Agreement    Named
	Meter        Meter
	Product      string
	Message      string // what is wrong and what to do
	// Suggest is the one choice that would mend it, with the reason in words; nil when a person must look.
	Suggest *MappingChoice
	Why     string
}

// RepairCode names what is wrong with a mapping. Codes are stable.
type RepairCode string

// What can be wrong with a mapping.
const (
	RepairCompanyGone     RepairCode = "company_gone"
	RepairCompanyInactive RepairCode = "company_inactive"
	RepairAgreementGone   RepairCode = "agreement_gone"
	RepairAgreementEnded  RepairCode = "agreement_ended" // cancelled, expired or inactive
	RepairAgreementMoved  RepairCode = "agreement_moved" // of another company (M7)
	RepairNoAgreement     RepairCode = "no_agreement"    // meters are ticked, no agreement is chosen
	RepairProductGone     RepairCode = "product_gone"
	RepairProductInactive RepairCode = "product_inactive"
	RepairProductBundle   RepairCode = "product_bundle"
	RepairOverlap         RepairCode = "overlap" // the same usage is billed twice
	RepairGone            RepairCode = "organization_gone"
)
