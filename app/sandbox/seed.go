package sandbox

import (
	"strings"
	"time"

	"psabridge/app/sandbox/sample"
)

// seed copies the provider's side into tables.
func (cw *ConnectWise) seed(msp *sample.MSP) {
	for name, s := range map[string]*schema{
		"tickets": ticketSchema, "notes": noteSchema, "timeNotes": allNoteSchema, "companies": companySchema, "companyStatuses": companyStatusSchema,
		"contacts": contactSchema, "configurations": emptySchema, "agreements": agreementSchema, "agreementTypes": agreementTypeSchema, "additions": additionSchema,
		"billingCycles": optionSchema, "catalog": catalogSchema, "units": optionSchema, "productTypes": optionSchema, "boards": boardSchema, "priorities": prioritySchema,
		"sources": sourceSchema, "statuses": boardStatusSchema, "types": boardTypeSchema, "teams": boardTeamSchema, "subtypes": boardSubtypeSchema, "items": boardSubtypeSchema,
		"associations": associationSchema, "members": memberSchema, "securityRoles": optionSchema, "nothing": emptySchema,
	} {
		cw.tables[name] = newTable(s, 1)
	}
	cw.tables["tickets"].nextID, cw.tables["notes"].nextID, cw.tables["timeNotes"].nextID = 48001, 310001, 710001
	cw.tables["tickets"].lag, cw.tables["agreements"].lag = true, true
	at := msp.Start().AddDate(0, -8, 0)
	cw.seedCompanies(msp, at)
	cw.seedService(msp, at)
	cw.seedFinance(msp, at)
}

// info is the _info of a record; on is extra links.
func info(by string, entered, updated time.Time) object {
	return object{"lastUpdated": stamp(updated), "updatedBy": by, "dateEntered": stamp(entered), "enteredBy": by}
}

func (cw *ConnectWise) put(table string, id int, at time.Time, data object) {
	data["_info"] = info(By, at, at)
	cw.tables[table].seed(id, data)
}

func (cw *ConnectWise) seedCompanies(msp *sample.MSP, at time.Time) {
	for _, s := range msp.PSA.CompanyStatuses {
		cw.put("companyStatuses", s.ID, at, object{"name": s.Name, "defaultFlag": s.Default, "inactiveFlag": s.Inactive, "notifyFlag": false, "disallowSavingFlag": s.DisallowSaving})
	}
	for _, c := range msp.PSA.Companies {
		cw.seedCompany(c, at)
	}
	for _, m := range msp.PSA.Members {
		first, last, _ := strings.Cut(m.Name, " ")
		cw.put("members", m.ID, at, object{
			"identifier": m.Identifier, "name": m.Name, "firstName": first, "lastName": last, "inactiveFlag": m.Inactive, "licenseClass": "F",
		})
	}
	for i, name := range []string{"Admin", "Axcient", "Technician"} {
		cw.put("securityRoles", 60+i, at, object{"name": name})
	}
}

func (cw *ConnectWise) seedCompany(c sample.Company, at time.Time) {
	data := object{
		"identifier": c.Identifier, "name": c.Name, "status": cw.refTo("companyStatuses", c.StatusID), "city": "Hamburg", "deletedFlag": c.Deleted,
		"country": ref(3, "Germany"), "territory": ref(2, "Nord"), "types": []any{ref(1, "Client")}, "site": ref(10000+c.ID, "Main"),
	}
	if c.Deleted {
		data["dateDeleted"], data["deletedBy"] = stamp(at), By
	}
	cw.put("companies", c.ID, at, data)
	cw.put("contacts", 16000+c.ID, at, object{"firstName": "Reception", "lastName": c.Identifier, "company": cw.companyRef(c.ID), "inactiveFlag": false})
}

func (cw *ConnectWise) seedFinance(msp *sample.MSP, at time.Time) {
	for _, o := range msp.PSA.AgreementTypes {
		cw.put("agreementTypes", o.ID, at, object{"name": o.Name, "defaultFlag": o.Default, "inactiveFlag": o.Inactive})
	}
	for _, o := range msp.PSA.BillingCycles {
		cw.put("billingCycles", o.ID, at, object{"name": o.Name, "identifier": o.Name[:1], "defaultFlag": o.Default})
	}
	cw.put("units", 1, at, object{"name": "Each", "defaultFlag": true, "inactiveFlag": false})
	cw.put("productTypes", 47, at, object{"name": "Software", "defaultFlag": false, "inactiveFlag": false})
	for _, p := range msp.PSA.Catalog {
		cw.seedProduct(p, at)
	}
	for _, a := range msp.PSA.Agreements {
		cw.seedAgreement(a, at)
	}
	for _, a := range msp.PSA.Additions {
		data := object{
			"product": cw.itemRef(a.ProductID), "quantity": a.Quantity, "lessIncluded": a.LessIncluded, "unitPrice": a.UnitPrice, "unitCost": a.UnitCost,
			"billCustomer": a.BillCustomer, "effectiveDate": stamp(a.Effective), "taxableFlag": true, "agreementId": float64(a.AgreementID),
			"description": text(cw.tables["catalog"].get(a.ProductID).data, "description"), "sequenceNumber": float64(a.ID - 7000),
			"purchaseItemFlag": false, "specialOrderFlag": false, "prorateCurrentPeriodFlag": false,
		}
		if !a.Cancelled.IsZero() {
			data["cancelledDate"] = stamp(a.Cancelled)
		}
		cw.put("additions", a.ID, at, data)
	}
}

func (cw *ConnectWise) seedProduct(p sample.Product, at time.Time) {
	cw.put("catalog", p.ID, at, object{
		"identifier": p.Identifier, "description": p.Description, "inactiveFlag": p.Inactive, "productClass": p.Class, "price": p.Price, "cost": p.Cost,
		"taxableFlag": true, "customerDescription": p.Description, "category": ref(30, p.Category), "subcategory": ref(152, p.Subcategory),
		"type": ref(47, "Software"), "unitOfMeasure": ref(1, p.Unit), "recurringFlag": p.Class == "Agreement",
	})
}

func (cw *ConnectWise) seedAgreement(a sample.Agreement, at time.Time) {
	data := object{
		"name": a.Name, "type": cw.refTo("agreementTypes", a.TypeID), "company": cw.companyRef(a.CompanyID), "contact": ref(16000+a.CompanyID, "Reception"),
		"site": ref(10000+a.CompanyID, "Main"), "startDate": stamp(a.Start), "billStartDate": stamp(a.Start), "noEndingDateFlag": a.End.IsZero(),
		"cancelledFlag": a.Cancelled, "billingCycle": cw.refTo("billingCycles", a.CycleID), "billingTerms": ref(3, "Net 14"),
		"nextInvoiceDate": stamp(a.NextInvoice), "prorateFlag": a.Prorate, "invoiceProratedAdditionsFlag": a.Prorate, "periodType": "Current",
		"billAmount": 0.0, "currency": ref(7, "Euro"),
	}
	if !a.End.IsZero() {
		data["endDate"] = stamp(a.End)
	}
	if a.Cancelled {
		data["dateCancelled"] = stamp(at)
	}
	if a.ParentID != 0 {
		data["parentAgreement"] = ref(a.ParentID, "Managed Services")
	}
	cw.put("agreements", a.ID, at, data)
}

// refTo points to a record of a list with a name.
func (cw *ConnectWise) refTo(table string, id int) object {
	r := cw.tables[table].get(id)
	if r == nil {
		return nil
	}
	return ref(id, text(r.data, "name"))
}

func (cw *ConnectWise) companyRef(id int) object {
	r := cw.tables["companies"].get(id)
	if r == nil {
		return nil
	}
	return object{"id": float64(id), "identifier": text(r.data, "identifier"), "name": text(r.data, "name")}
}

func (cw *ConnectWise) itemRef(id int) object {
	r := cw.tables["catalog"].get(id)
	if r == nil {
		return nil
	}
	return object{"id": float64(id), "identifier": text(r.data, "identifier")}
}
