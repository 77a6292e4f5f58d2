package sandbox

import (
	"strings"
)

// kind is what a field holds, as far as conditions and patches care.
type kind uint8

const (
	kindText kind = iota
	kindNumber
	kindBool
	kindDate
	kindRef
	kindList
)

// field is one field of a resource.
type field struct {
	name     string
	kind     kind
	readOnly bool     // a patch leaves it as it is
	day      bool     // a date without a time of day
	enum     []string // the values it may have, for text
	max      int      // longest text, in UTF-16 units; 0: no limit
	sub      []string // names below a reference
}

// schema is the fields a resource has, under their lower-case names: condition
// names do not care about case, patch paths do.
type schema struct {
	resource string
	fields   map[string]*field
}

// newSchema reads a compact list: "name:kind" with the kinds text, number,
// bool, date, day, list, ref (id, name), item (id, identifier) and company (id,
// identifier, name); "!" marks what the server sets, "<100" a longest text,
// "a|b" an enumeration.
func newSchema(resource, list string) *schema {
	s := &schema{resource: resource, fields: map[string]*field{}}
	for word := range strings.FieldsSeq(list) {
		name, spec, _ := strings.Cut(word, ":")
		f := &field{name: name}
		if spec, f.readOnly = strings.CutSuffix(spec, "!"); strings.Contains(spec, "|") {
			f.enum, spec = strings.Split(spec, "|"), "text"
		}
		if base, limit, ok := strings.Cut(spec, "<"); ok {
			spec, f.max = base, atoi(limit)
		}
		switch spec {
		case "number":
			f.kind = kindNumber
		case "bool":
			f.kind = kindBool
		case "date":
			f.kind = kindDate
		case "day":
			f.kind, f.day = kindDate, true
		case "list":
			f.kind = kindList
		case "ref":
			f.kind, f.sub = kindRef, []string{"id", "name"}
		case "item":
			f.kind, f.sub = kindRef, []string{"id", "identifier"}
		case "company":
			f.kind, f.sub = kindRef, []string{"id", "identifier", "name"}
		}
		s.fields[strings.ToLower(name)] = f
	}
	return s
}

// find resolves a path as conditions and fields write it: "status/id", any case.
func (s *schema) find(path string) (names []string, k kind, enum []string, ok bool) {
	head, rest, deep := strings.Cut(path, "/")
	f := s.fields[strings.ToLower(head)]
	if f == nil {
		return nil, 0, nil, false
	}
	if !deep {
		return []string{f.name}, f.kind, f.enum, true
	}
	for _, sub := range f.sub {
		if strings.EqualFold(sub, rest) {
			k = kindText
			if sub == "id" {
				k = kindNumber
			}
			return []string{f.name, sub}, k, nil, true
		}
	}
	return nil, 0, nil, false
}

func atoi(s string) int {
	n := 0
	for _, r := range s {
		if r < '0' || r > '9' {
			return 0
		}
		n = n*10 + int(r-'0')
	}
	return n
}

var (
	ticketSchema = newSchema("ticket", `id:number! summary:text<100 recordType:ProjectIssue|ProjectTicket|ServiceTicket board:ref status:ref
		company:company site:ref siteName:text<50 contact:ref contactName:text<62 contactEmailAddress:text<250 type:ref subType:ref item:ref team:ref owner:company
		priority:ref source:ref agreement:ref agreementType:text! serviceLocation:ref location:ref department:ref severity:Low|Medium|High impact:Low|Medium|High
		requiredDate:date budgetHours:number externalXRef:text<100 poNumber:text<50 closedFlag:bool! closedDate:date! closedBy:text! actualHours:number!
		parentTicketId:number hasChildTicket:bool! hasMergedChildTicketFlag:bool! mergedParentTicket:ref! customerUpdatedFlag:bool
		allowAllClientsPortalView:bool automaticEmailContactFlag:bool automaticEmailResourceFlag:bool automaticEmailCcFlag:bool automaticEmailCc:text<1000
		initialDescription:text initialInternalAnalysis:text initialResolution:text processNotifications:bool skipCallback:bool
		dateResolved:date! dateResponded:date! isInSla:bool! slaStatus:text! resources:text! integratorTags:list customFields:list
		lastUpdated:date! dateEntered:date! _info:list!`)
	noteSchema = newSchema("serviceNote", `id:number! ticketId:number! text:text detailDescriptionFlag:bool internalAnalysisFlag:bool resolutionFlag:bool
		issueFlag:bool member:company contact:ref customerUpdatedFlag:bool processNotifications:bool dateCreated:date! createdBy:text! internalFlag:bool externalFlag:bool
		lastUpdated:date! _info:list!`)
	allNoteSchema = newSchema("serviceTicketNote", `id:number! ticket:ref! text:text isMarkdownFlag:bool detailDescriptionFlag:bool internalAnalysisFlag:bool
		resolutionFlag:bool timeStart:date timeEnd:date bundledFlag:bool mergedFlag:bool issueFlag:bool originalAuthor:text createdByParentFlag:bool member:company contact:ref
		noteType:list! lastUpdated:date! _info:list!`)
	companySchema = newSchema("company", `id:number! identifier:text<30 name:text<50 status:ref addressLine1:text city:text zip:text country:ref phoneNumber:text website:text
		territory:ref site:ref types:list deletedFlag:bool! dateDeleted:date! deletedBy:text! defaultContact:ref accountNumber:text lastUpdated:date! dateEntered:date! _info:list!`)
	companyStatusSchema = newSchema("companyStatus", `id:number! name:text<50 defaultFlag:bool inactiveFlag:bool notifyFlag:bool disallowSavingFlag:bool lastUpdated:date! _info:list!`)
	agreementSchema     = newSchema("agreement", `id:number! name:text<100 type:ref company:company contact:ref site:ref parentAgreement:ref startDate:day endDate:day
		noEndingDateFlag:bool cancelledFlag:bool dateCancelled:day reasonCancelled:text<100 billingCycle:ref billingTerms:ref billStartDate:day nextInvoiceDate:date!
		prorateFlag:bool invoiceProratedAdditionsFlag:bool periodType:text agreementStatus:Active|Cancelled|Expired|Inactive! customerPO:text<50 billAmount:number currency:ref
		lastUpdated:date! dateEntered:date! _info:list!`)
	agreementTypeSchema = newSchema("agreementType", `id:number! name:text<50 defaultFlag:bool inactiveFlag:bool lastUpdated:date! _info:list!`)
	additionSchema      = newSchema("addition", `id:number! product:item quantity:number lessIncluded:number unitPrice:number unitCost:number
		billCustomer:Billable|DoNotBill|NoCharge effectiveDate:day cancelledDate:day taxableFlag:bool serialNumber:text<50 invoiceDescription:text<6000
		purchaseItemFlag:bool specialOrderFlag:bool agreementId:number! description:text billedQuantity:number! uom:text! extPrice:number! extCost:number! sequenceNumber:number
		margin:number! prorateCurrentPeriodFlag:bool agreementStatus:Active|Cancelled|Expired|Inactive! customFields:list lastUpdated:date! dateEntered:date! _info:list!`)
	catalogSchema = newSchema("catalogItem", `id:number! identifier:text<75 description:text<60 inactiveFlag:bool subcategory:ref type:ref
		productClass:Agreement|Bundle|Inventory|NonInventory|Service unitOfMeasure:ref price:number cost:number taxableFlag:bool customerDescription:text<6000
		integrationXRef:text<50 category:ref! billableOption:text manufacturerPartNumber:text recurringFlag:bool lastUpdated:date! dateEntered:date! _info:list!`)
	boardSchema       = newSchema("board", `id:number! name:text<50 location:ref department:ref inactiveFlag:bool projectFlag:bool lastUpdated:date! _info:list!`)
	boardStatusSchema = newSchema("boardStatus", `id:number! name:text<50 board:ref sortOrder:number displayOnBoard:bool inactive:bool closedStatus:bool
		timeEntryNotAllowed:bool defaultFlag:bool escalationStatus:text customerPortalFlag:bool lastUpdated:date! _info:list!`)
	boardTypeSchema = newSchema("boardType", `id:number! name:text<50 category:text defaultFlag:bool inactiveFlag:bool board:ref lastUpdated:date! _info:list!`)
	boardTeamSchema = newSchema("boardTeam", `id:number! name:text<30 teamLeader:company members:list defaultFlag:bool boardId:number lastUpdated:date! _info:list!`)
	prioritySchema  = newSchema("priority", `id:number! name:text<50 color:text sortOrder:number defaultFlag:bool level:Critical|High|Medium|Low lastUpdated:date! _info:list!`)
	sourceSchema    = newSchema("source", `id:number! name:text<50 defaultFlag:bool lastUpdated:date! _info:list!`)
	optionSchema    = newSchema("option", `id:number! name:text identifier:text defaultFlag:bool inactiveFlag:bool lastUpdated:date! _info:list!`)
	contactSchema   = newSchema("contact", `id:number! firstName:text lastName:text company:company inactiveFlag:bool lastUpdated:date! _info:list!`)
	memberSchema    = newSchema("member", `id:number! identifier:text<15 firstName:text<30 lastName:text<30 inactiveFlag:bool licenseClass:text lastUpdated:date! _info:list!`)
	// Subtypes and items have no default and no category.
	boardSubtypeSchema = newSchema("boardSubType", `id:number! name:text<50 inactiveFlag:bool board:ref lastUpdated:date! _info:list!`)
	associationSchema  = newSchema("association", `id:number! type:ref! subType:ref! item:ref! board:ref! lastUpdated:date! _info:list!`)
	emptySchema        = newSchema("record", `id:number! name:text lastUpdated:date! _info:list!`)
)
