package connectwise

import (
	"context"

	"psabridge/app"
)

type companyRow struct {
	ID          int64  `json:"id"`
	Identifier  string `json:"identifier"`
	Name        string `json:"name"`
	Status      ref    `json:"status"`
	DeletedFlag bool   `json:"deletedFlag"`
}

// Companies lists the companies that are not in the recycle bin. Whether one is inactive is a property of its status,
// and statuses can be renamed, so they are read too when nil. A role that may not read them still gets its companies;
// that it cannot be seen which of them are inactive is then said of each.
//
// GET /company/companies · GET /company/companies/statuses.
func (c *Client) Companies(ctx context.Context, statuses []app.Option) ([]app.Company, error) {
	if statuses == nil {
		var err error
		if statuses, err = c.CompanyStatuses(ctx); err != nil && !lacksRight(err) {
			return nil, err
		}
	}
	inactive := map[int64]bool{}
	for _, s := range statuses {
		inactive[s.ID] = s.Inactive
	}
	rows, err := list(ctx, c, query{path: "company/companies", conditions: "deletedFlag = False", fields: "id,identifier,name,status/id,status/name,deletedFlag"},
		func(r companyRow) string { return num(r.ID) })
	if err != nil {
		return nil, err
	}
	companies := make([]app.Company, 0, len(rows))
	for _, r := range rows {
		if r.DeletedFlag {
			continue
		}
		gone, known := inactive[r.Status.ID]
		companies = append(companies, app.Company{ID: r.ID, Identifier: r.Identifier, Name: r.Name, Status: r.Status.Name, Inactive: gone, StatusUnknown: !known})
	}
	return companies, nil
}

// CompanyStatuses lists what a company's status can be.
//
// GET /company/companies/statuses.
func (c *Client) CompanyStatuses(ctx context.Context) ([]app.Option, error) {
	return c.options(ctx, query{path: "company/companies/statuses", fields: "id,name,defaultFlag,inactiveFlag"})
}
