package sandbox

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"psabridge/app/sandbox/sample"
)

// By is who the by-hand methods act as.
const By = "mkoch"

var errNoRecord = errors.New("there is no such record")

// edit changes one record as a person would; _info tells that it was By.
func (cw *ConnectWise) edit(table string, id int, change func(object)) error {
	cw.mu.Lock()
	defer cw.mu.Unlock()
	return cw.editLocked(table, id, change)
}

func (cw *ConnectWise) editLocked(table string, id int, change func(object)) error {
	r := cw.tables[table].get(id)
	if r == nil {
		return fmt.Errorf("%s %d: %w", table, id, errNoRecord)
	}
	next := maps.Clone(r.data)
	change(next)
	if table == "tickets" {
		cw.settleClosed(next, By)
	}
	cw.touch(next, By)
	r.data = next
	return nil
}

// EditQuantity sets the quantity of an addition.
func (cw *ConnectWise) EditQuantity(addition int, quantity float64) error {
	cw.mu.Lock()
	defer cw.mu.Unlock()
	var old float64
	err := cw.editLocked("additions", addition, func(o object) { old, o["quantity"] = decimal(o, "quantity"), quantity })
	if err == nil {
		cw.wrote(cw.tables["additions"].get(addition), old, By, false)
	}
	return err
}

// SetAddition edits any field of an addition: lessIncluded, billCustomer, unitPrice.
// Use EditQuantity for the quantity, which is audited.
func (cw *ConnectWise) SetAddition(addition int, field string, value any) error {
	return cw.edit("additions", addition, func(o object) { o[field] = value })
}

// CancelAddition ends an addition on a day; the zero day is today.
func (cw *ConnectWise) CancelAddition(addition int, day time.Time) error {
	if day.IsZero() {
		day = cw.now()
	}
	return cw.edit("additions", addition, func(o object) { o["cancelledDate"] = stamp(day.UTC().Truncate(24 * time.Hour)) })
}

// DeleteAddition removes an addition altogether.
func (cw *ConnectWise) DeleteAddition(addition int) bool { return cw.drop("additions", addition) }

// AddAddition writes a new line into an agreement and returns its id.
func (cw *ConnectWise) AddAddition(agreement, product int, quantity float64) (int, error) {
	cw.mu.Lock()
	defer cw.mu.Unlock()
	a, item := cw.tables["agreements"].get(agreement), cw.tables["catalog"].get(product)
	if a == nil || item == nil {
		return 0, errNoRecord
	}
	now := cw.now()
	r := cw.tables["additions"].insert(object{
		"product": cw.itemRef(product), "quantity": quantity, "lessIncluded": 0.0, "unitPrice": item.data["price"], "unitCost": item.data["cost"],
		"billCustomer": "Billable", "effectiveDate": a.data["billStartDate"], "taxableFlag": true, "agreementId": float64(agreement),
		"description": item.data["description"], "sequenceNumber": 1.0, "purchaseItemFlag": false, "specialOrderFlag": false, "prorateCurrentPeriodFlag": false,
		"_info": info(By, now, now),
	}, now)
	cw.wrote(r, 0, By, true)
	return r.id, nil
}

// CancelAgreement cancels an agreement today.
func (cw *ConnectWise) CancelAgreement(agreement int) error {
	return cw.edit("agreements", agreement, func(o object) {
		o["cancelledFlag"], o["dateCancelled"], o["reasonCancelled"] = true, stamp(cw.now().UTC().Truncate(24*time.Hour)), "Customer left"
	})
}

// SetAgreement edits any field of an agreement: startDate, endDate, billingCycle.
func (cw *ConnectWise) SetAgreement(agreement int, field string, value any) error {
	return cw.edit("agreements", agreement, func(o object) { o[field] = value })
}

// InvoiceAgreement runs the agreement's invoice: its next invoice date moves on a month.
func (cw *ConnectWise) InvoiceAgreement(agreement int) error {
	return cw.edit("agreements", agreement, func(o object) {
		o["nextInvoiceDate"] = stamp(moment(o, "nextInvoiceDate").AddDate(0, 1, 0))
	})
}

// DeleteAgreement removes an agreement; its additions cannot be reached any more.
func (cw *ConnectWise) DeleteAgreement(agreement int) bool { return cw.drop("agreements", agreement) }

// CloseTicketByHand moves a ticket to its board's first closed status.
func (cw *ConnectWise) CloseTicketByHand(ticket int) error {
	cw.mu.Lock()
	status := 0
	if t := cw.tables["tickets"].get(ticket); t != nil {
		for _, r := range cw.boardRows("statuses", refID(t.data, "board")) {
			if status == 0 && truth(r.data, "closedStatus") && !truth(r.data, "inactive") {
				status = r.id
			}
		}
	}
	cw.mu.Unlock()
	return cw.SetTicketStatus(ticket, status)
}

// SetTicketStatus moves a ticket to a status, as a person dragging it would.
func (cw *ConnectWise) SetTicketStatus(ticket, status int) error {
	return cw.edit("tickets", ticket, func(o object) {
		if r := cw.tables["statuses"].get(status); r != nil {
			o["status"] = ref(r.id, text(r.data, "name"))
		}
	})
}

// AssignOwner gives a ticket to a member, by identifier; "" takes it from whoever has it.
func (cw *ConnectWise) AssignOwner(ticket int, member string) error {
	return cw.edit("tickets", ticket, func(o object) {
		delete(o, "owner")
		if member != "" {
			o["owner"] = cw.memberRef(member)
		}
	})
}

// NoteByHand writes an internal note into a ticket.
func (cw *ConnectWise) NoteByHand(ticket int, text string) error {
	return cw.NoteAs(ticket, By, text)
}

// NoteAs writes an internal note into a ticket under another name, as a workflow rule does.
func (cw *ConnectWise) NoteAs(ticket int, member, text string) error {
	cw.mu.Lock()
	defer cw.mu.Unlock()
	err := cw.editLocked("tickets", ticket, func(object) {})
	if err == nil {
		cw.addNote(ticket, text, "internalAnalysisFlag", member)
	}
	return err
}

// MoveTicket moves a ticket to another board, in that board's default status.
func (cw *ConnectWise) MoveTicket(ticket, board int) error {
	return cw.edit("tickets", ticket, func(o object) {
		o["board"] = cw.refTo("boards", board)
		for _, r := range cw.boardRows("statuses", board) {
			if truth(r.data, "defaultFlag") {
				o["status"] = ref(r.id, text(r.data, "name"))
			}
		}
	})
}

// AddTimeEntry books time on a ticket; its text shows among all notes only.
func (cw *ConnectWise) AddTimeEntry(ticket int, text string) error {
	cw.mu.Lock()
	defer cw.mu.Unlock()
	err := cw.editLocked("tickets", ticket, func(o object) { o["actualHours"] = decimal(o, "actualHours") + 0.25 })
	if err == nil {
		now := cw.now()
		cw.tables["timeNotes"].insert(object{
			"noteType": "TimeEntryNote", "ticket": ref(ticket, ""), "text": text, "detailDescriptionFlag": true, "internalAnalysisFlag": false, "resolutionFlag": false,
			"issueFlag": false, "timeStart": stamp(now.Add(-15 * time.Minute)), "timeEnd": stamp(now), "member": cw.memberRef(By), "originalAuthor": By, "_info": info(By, now, now),
		}, now)
	}
	return err
}

// MergeTicket merges a ticket into another, which closes it.
func (cw *ConnectWise) MergeTicket(ticket, into int) error {
	if err := cw.edit("tickets", into, func(o object) { o["hasMergedChildTicketFlag"] = true }); err != nil {
		return err
	}
	if err := cw.edit("tickets", ticket, func(o object) { o["mergedParentTicket"] = object{"id": float64(into)} }); err != nil {
		return err
	}
	return cw.CloseTicketByHand(ticket)
}

// DeleteTicket removes a ticket.
func (cw *ConnectWise) DeleteTicket(ticket int) bool { return cw.drop("tickets", ticket) }

// RenameTicket changes a ticket's summary.
func (cw *ConnectWise) RenameTicket(ticket int, summary string) error {
	return cw.edit("tickets", ticket, func(o object) { o["summary"] = summary })
}

// DeleteStatus removes a board status; tickets in it keep showing its name.
func (cw *ConnectWise) DeleteStatus(status int) bool { return cw.drop("statuses", status) }

// RenameStatus renames a board status.
func (cw *ConnectWise) RenameStatus(status int, name string) error {
	return cw.edit("statuses", status, func(o object) { o["name"] = name })
}

// DeleteBoard removes a service board.
func (cw *ConnectWise) DeleteBoard(board int) bool { return cw.drop("boards", board) }

// DeleteTeam removes a board's team.
func (cw *ConnectWise) DeleteTeam(team int) bool { return cw.drop("teams", team) }

// RenameProduct gives a catalog item another identifier, which must be free.
func (cw *ConnectWise) RenameProduct(product int, identifier string) error {
	cw.mu.Lock()
	for _, r := range cw.tables["catalog"].rows {
		if r.id != product && strings.EqualFold(text(r.data, "identifier"), identifier) {
			cw.mu.Unlock()
			return fmt.Errorf("the identifier %q is taken", identifier)
		}
	}
	cw.mu.Unlock()
	return cw.edit("catalog", product, func(o object) { o["identifier"] = identifier })
}

// AddProduct puts an item into the catalog and returns the id it got;
// p.ID is not looked at.
func (cw *ConnectWise) AddProduct(p sample.Product) int {
	cw.mu.Lock()
	defer cw.mu.Unlock()
	p.ID = cw.tables["catalog"].nextID
	cw.seedProduct(p, cw.now())
	return p.ID
}

// DeleteProduct removes an item of the catalog; lines that have it keep its id.
func (cw *ConnectWise) DeleteProduct(product int) bool { return cw.drop("catalog", product) }

// SetProduct edits any field of a catalog item: price, inactiveFlag.
func (cw *ConnectWise) SetProduct(product int, field string, value any) error {
	return cw.edit("catalog", product, func(o object) { o[field] = value })
}

// RenameCompany renames a company.
func (cw *ConnectWise) RenameCompany(company int, name string) error {
	return cw.edit("companies", company, func(o object) { o["name"] = name })
}

// SetCompanyStatus moves a company to a status, for one to sample.StatusInactive.
func (cw *ConnectWise) SetCompanyStatus(company, status int) error {
	return cw.edit("companies", company, func(o object) { o["status"] = cw.refTo("companyStatuses", status) })
}

// DeleteCompany moves a company to the recycle bin; it stays in the lists.
func (cw *ConnectWise) DeleteCompany(company int) error {
	return cw.edit("companies", company, func(o object) {
		o["deletedFlag"], o["dateDeleted"], o["deletedBy"] = true, stamp(cw.now()), By
	})
}

// AddCompany adds a company and returns the id it got; c.ID is not looked at.
// A name that is too long for this tenant is refused, as on its own page.
func (cw *ConnectWise) AddCompany(c sample.Company) (int, error) {
	cw.mu.Lock()
	defer cw.mu.Unlock()
	if bad := cw.quirks.checkFields(companySchema, object{"identifier": c.Identifier, "name": c.Name}); len(bad) > 0 {
		return 0, errors.New(bad[0].message)
	}
	c.ID = cw.tables["companies"].nextID
	cw.seedCompany(c, cw.now())
	return c.ID, nil
}

// PurgeCompany takes a company out of the recycle bin, or out of the lists at
// once; nothing but old references knows it any more.
func (cw *ConnectWise) PurgeCompany(company int) bool { return cw.drop("companies", company) }

// DeleteCompanyStatus removes a company status, such as sample.StatusImported.
func (cw *ConnectWise) DeleteCompanyStatus(status int) bool {
	return cw.drop("companyStatuses", status)
}

// AddAgreement signs an agreement of the monthly kind and returns its id.
func (cw *ConnectWise) AddAgreement(company int, name string, start time.Time) int {
	cw.mu.Lock()
	defer cw.mu.Unlock()
	now := cw.now()
	id := cw.tables["agreements"].nextID
	cw.seedAgreement(sample.Agreement{
		ID: id, CompanyID: company, TypeID: sample.TypeManaged, CycleID: sample.CycleMonthly, Name: name, Start: start,
		NextInvoice: start.AddDate(0, 1, 0),
	}, now)
	cw.tables["agreements"].get(id).born = now
	return id
}

func (cw *ConnectWise) drop(table string, id int) bool {
	cw.mu.Lock()
	defer cw.mu.Unlock()
	return cw.tables[table].remove(id)
}
