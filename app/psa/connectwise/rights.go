package connectwise

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// right is one line of a security role: what to set, and to what.
type right struct {
	module, function string
	level            string // Inquire, Add, Edit
	customize        string // Table Setup is narrowed to tables; which one is meant
	closing          bool   // the refused change holds a status; where that closes the ticket, the right to close may be what is missing
	also             string
}

// closeTickets is the function whose Edit allows a status that closes.
const closeTickets = "Service Desk ▸ Close Service Tickets"

// rights by the beginning of a path, the longest first: the table of what the adapter calls and what each call needs.
var rights = []struct {
	path string
	right
}{
	{"company/companies/statuses", right{module: "System", function: "Table Setup", customize: "Company / Company Status"}},
	{"company/companies", right{module: "Companies", function: "Company Maintenance"}},
	{"finance/agreements", right{module: "Finance", function: "Agreements"}},
	{"procurement/catalog", right{module: "Procurement", function: "Product Catalog"}},
	{"service/tickets", right{module: "Service Desk", function: "Service Tickets"}},
	{"service/boards", right{module: "System", function: "Table Setup", customize: "Service / Service Board"}},
	{"service/priorities", right{module: "System", function: "Table Setup", customize: "Service / Priority"}},
	{"service/sources", right{module: "System", function: "Table Setup", customize: "Service / Source"}},
	{"system/members", right{module: "System", function: "Member Maintenance", also: " Without it psabridge works; it only cannot list people."}},
}

// rightFor is the right a refused call needs.
func rightFor(k call) right {
	for _, r := range rights {
		if !strings.HasPrefix(k.path, r.path) {
			continue
		}
		needed := r.right
		needed.level = levelFor(k)
		needed.closing = r.path == "service/tickets" && holdsStatus(k)
		if strings.HasSuffix(k.path, "/notes") && k.method == http.MethodPost {
			needed.also = " If it has that right, a note needs Add there, too."
		}
		return needed
	}
	return right{}
}

// holdsStatus reports whether a change names a new status. Nothing in the refusal of one says which of the two rights it was for.
func holdsStatus(k call) bool {
	changes, _ := k.body.([]change)
	return slices.ContainsFunc(changes, func(c change) bool { return c.Path == "status" })
}

// levelFor: a note is written into a ticket that is there, so it is taken for a change of it. Which of the two levels
// ConnectWise looks at is not documented, so the sentence names both.
func levelFor(k call) string {
	switch {
	case k.method == http.MethodPatch, k.method == http.MethodPost && strings.HasSuffix(k.path, "/notes"):
		return "Edit"
	case k.method == http.MethodPost:
		return "Add"
	}
	return "Inquire"
}

func (r right) sentence() string {
	if r.module == "" {
		return "ConnectWise accepts the keys, but the security role of the API member lacks a right. Look at System ▸ Security Roles."
	}
	where := r.module + " ▸ " + r.function
	lacks, set := fmt.Sprintf("“%s ▸ %s”", where, r.level), where+", "+r.level
	if r.closing {
		lacks = fmt.Sprintf("a right: %s or, if the new status closes the ticket, “%s ▸ Edit”", lacks, closeTickets)
		set += " and " + closeTickets + ", Edit"
	}
	s := fmt.Sprintf("ConnectWise accepts the keys, but the security role of the API member lacks %s. In ConnectWise open System ▸ Security Roles, then the role of the API member, and set %s to All.", lacks, set)
	if r.customize != "" {
		s += " If Table Setup is narrowed by Customize, allow " + r.customize + "."
	}
	return s + r.also
}
