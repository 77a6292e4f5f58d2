package connectwise

import (
	"fmt"
	"net/http"
	"strings"
)

// right is one line of a security role: what to set, and to what.
type right struct {
	module, function string
	level            string // Inquire, Add, Edit
	customize        string // Table Setup is narrowed to tables; which one is meant
	also             string
}

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
		if r.path == "service/tickets" && k.method == http.MethodPatch {
			needed.also = " If the new status closes the ticket, Service Desk ▸ Close Service Tickets ▸ Edit as well."
		}
		if strings.HasSuffix(k.path, "/notes") && k.method == http.MethodPost {
			needed.also = " If it has that right, a note needs Add there, too."
		}
		return needed
	}
	return right{}
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
	s := fmt.Sprintf("ConnectWise accepts the keys, but the security role of the API member lacks “%s ▸ %s”. In ConnectWise open System ▸ Security Roles, then the role of the API member, and set %s, %s to All.", where, r.level, where, r.level)
	if r.customize != "" {
		s += " If Table Setup is narrowed by Customize, allow " + r.customize + "."
	}
	return s + r.also
}
