package sandbox

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Rights are written in the words of ConnectWise's own page System ▸ Security
// Roles, "Module ▸ Function ▸ Level": the table of section 11 of the contract.
// The role of this ConnectWise is the least one a bridge can work with;
// Quirks.Lacks takes from it and Quirks.Grants adds to it.
const (
	rightCompanies      = "Companies ▸ Company Maintenance"
	rightContacts       = "Companies ▸ Contacts"
	rightConfigurations = "Companies ▸ Configurations"
	rightTickets        = "Service Desk ▸ Service Tickets"
	rightCloseTickets   = "Service Desk ▸ Close Service Tickets"
	rightAgreements     = "Finance ▸ Agreements"
	rightCatalog        = "Procurement ▸ Product Catalog"
	rightTableSetup     = "System ▸ Table Setup"
)

// ruling is what the calls below a path need.
type ruling struct {
	path     string // the beginning of a path, whole segments; the first ruling that fits holds
	function string
	table    string // Table Setup alone: the entry of Customize
}

// rulings tell who may call what. A table that is narrowed away by Customize is
// hidden with everything below it; boards are readable through Table Setup only,
// whatever the guide says, because every vendor asks for it (sections 9 and 11).
var rulings = []ruling{
	{"/company/companies/statuses", rightTableSetup, "Company / Company Status"},
	{"/company/companies", rightCompanies, ""},
	{"/company/contacts", rightContacts, ""},
	{"/company/configurations", rightConfigurations, ""},
	{"/finance/agreements/types", rightTableSetup, "Agreement / Agreement Type"},
	{"/finance/agreements", rightAgreements, ""},
	{"/finance/billingCycles", rightTableSetup, "Agreement / Billing Cycle"},
	{"/procurement/catalog", rightCatalog, ""},
	{"/procurement/types", rightTableSetup, "Procurement / Product Type"},
	{"/procurement/unitOfMeasures", rightTableSetup, "Procurement / Unit of Measure"},
	{"/service/boards", rightTableSetup, "Service / Service Board"},
	{"/service/priorities", rightTableSetup, "Service / Priority"},
	{"/service/sources", rightTableSetup, "Service / Source"},
	{"/service/tickets", rightTickets, ""},
}

// needs is what one route asks of the role, in the words of Quirks.Lacks. A
// note changes the ticket it is written into, so it needs Edit and not Add; a
// status that closes needs Close Service Tickets besides, which only the record
// itself can tell.
func needs(method, path string) []string {
	for _, r := range rulings {
		if path != r.path && !strings.HasPrefix(path, r.path+"/") {
			continue
		}
		words := []string{r.function + " ▸ " + levelOf(method, path)}
		if r.table != "" {
			words = append(words, r.table)
		}
		return words
	}
	return nil
}

func levelOf(method, path string) string {
	switch {
	case method == http.MethodPost && strings.HasSuffix(path, "/notes"), method == http.MethodPatch:
		return "Edit"
	case method == http.MethodPost && !strings.HasSuffix(path, "/search"):
		return "Add"
	case method == http.MethodDelete:
		return "Delete"
	}
	return "Inquire"
}

// rightToClose is the right to move a ticket into a closed status.
const rightToClose = rightCloseTickets + " ▸ Edit"

// Rights are all the words Quirks.Lacks knows: every right the role has, and
// every table Customize can narrow Table Setup by, in a stable order.
func Rights() []string {
	words := []string{
		rightCompanies + " ▸ Inquire", rightContacts + " ▸ Inquire", rightConfigurations + " ▸ Inquire",
		rightTickets + " ▸ Add", rightTickets + " ▸ Edit", rightTickets + " ▸ Inquire", rightToClose,
		rightAgreements + " ▸ Add", rightAgreements + " ▸ Edit", rightAgreements + " ▸ Inquire",
		rightCatalog + " ▸ Inquire", rightTableSetup + " ▸ Inquire",
	}
	for _, r := range rulings {
		if r.table != "" {
			words = append(words, r.table)
		}
	}
	return words
}

// excess are reads the role of a bridge must not be able to make, and the
// module each belongs to.
var excess = []struct{ path, module, table string }{
	{"/system/members", "System ▸ Member Maintenance", "members"},
	{"/system/securityroles", "System ▸ Security Roles", "securityRoles"},
	{"/system/callbacks", "System ▸ My Company", "nothing"},
	{"/system/documents", "Companies ▸ Manage Documents", "nothing"},
	{"/company/managementreportsetup", "Companies ▸ Manage Reports", "nothing"},
	{"/finance/invoices", "Finance ▸ Invoicing", "nothing"},
	{"/finance/accounting/batches", "Finance ▸ Accounting Interface", "nothing"},
	{"/time/entries", "Time & Expense ▸ Time Entry", "nothing"},
	{"/expense/entries", "Time & Expense ▸ Expense Entry", "nothing"},
	{"/sales/opportunities", "Sales ▸ Opportunities", "nothing"},
	{"/procurement/purchaseorders", "Procurement ▸ Purchase Orders", "nothing"},
	{"/project/projects", "Project ▸ Project Headers", "nothing"},
}

// ExcessModules are all the words Quirks.Grants knows.
func ExcessModules() []string {
	words := make([]string, len(excess))
	for i, e := range excess {
		words[i] = e.module
	}
	return words
}

// checkRole refuses a misspelt right: a test that takes a right away which does
// not exist would prove nothing.
func (q *Quirks) checkRole() error {
	for _, word := range q.Lacks {
		if !slices.Contains(Rights(), word) {
			return fmt.Errorf("sandbox: Lacks: the role has no right %q; it has %q", word, Rights())
		}
	}
	for _, word := range q.Grants {
		if !slices.Contains(ExcessModules(), word) {
			return fmt.Errorf("sandbox: Grants: there is no module %q to be read; there are %q", word, ExcessModules())
		}
	}
	return nil
}

// lacks tells whether the role is short of one of these rights.
func (q *Quirks) lacks(words ...string) bool {
	return slices.ContainsFunc(words, func(word string) bool { return slices.Contains(q.Lacks, word) })
}

// grants tells whether the role may read a module it should not.
func (q *Quirks) grants(module string) bool {
	return q.ExcessRights || slices.Contains(q.Grants, module)
}

// granted guards a route only a role that is too wide may use.
func (cw *ConnectWise) granted(module string, do func(call) *answer) func(call) *answer {
	return func(c call) *answer {
		if !cw.quirks.grants(module) {
			return forbidden()
		}
		return do(c)
	}
}

// mayMove refuses a ticket's step from one state into a closed one where the
// role may not close; nil is good.
func (cw *ConnectWise) mayMove(wasClosed bool, next object) *answer {
	status := cw.tables["statuses"].get(refID(next, "status"))
	if status == nil || wasClosed || !truth(status.data, "closedStatus") || !cw.quirks.lacks(rightToClose) {
		return nil
	}
	return forbidden()
}
