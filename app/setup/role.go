package setup

import (
	"strings"

	"psabridge/app"
)

// levelAll is ConnectWise's own word for a level that is not narrowed to "My".
const levelAll = "All"

// Role is the least the security role of the API member needs for the features a connection has switched on. With none
// on it is what reading companies takes. Whatever is not in the list stays at None.
func Role(conn app.ConnectionSettings) []app.RoleRow {
	rows := []app.RoleRow{{Module: "Companies", Function: "Company Maintenance", Inquire: levelAll, Why: "to find the company of each organization"}}
	if conn.Ticketing.Enabled {
		rows = append(rows,
			app.RoleRow{Module: "Service Desk", Function: "Close Service Tickets", Edit: levelAll, Inquire: levelAll, Why: "to close the ticket of what has recovered"},
			app.RoleRow{Module: "Service Desk", Function: "Service Tickets", Add: levelAll, Edit: levelAll, Inquire: levelAll, Why: "to create, note and update tickets"},
		)
	}
	if conn.Billing.Enabled {
		rows = append(rows,
			app.RoleRow{Module: "Finance", Function: "Agreements", Add: levelAll, Edit: levelAll, Inquire: levelAll, Why: "to read agreements and set the quantity of their additions; Add only creates additions that are missing"},
			app.RoleRow{Module: "Procurement", Function: "Product Catalog", Inquire: levelAll, Why: "to find each Product ID"},
		)
	}
	tables := tablesOf(conn)
	why := "to see which companies are inactive"
	if conn.Ticketing.Enabled {
		why = "to list boards, statuses, types, teams, priorities and sources, and " + why
	}
	return append(rows, app.RoleRow{Module: "System", Function: "Table Setup", Inquire: levelAll, Customize: strings.Join(tables, ", "), Why: why})
}

// The tables of Table Setup, as its Customize page calls them.
const (
	tableStatuses   = "Company / Company Status"
	tableBoards     = "Service / Service Board"
	tablePriorities = "Service / Priority"
	tableSources    = "Service / Source"
)

// tablesOf are the tables to allow where Table Setup is narrowed.
func tablesOf(conn app.ConnectionSettings) []string {
	if !conn.Ticketing.Enabled {
		return []string{tableStatuses}
	}
	return []string{tableStatuses, tableBoards, tablePriorities, tableSources}
}
