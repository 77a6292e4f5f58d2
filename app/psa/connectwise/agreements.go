package connectwise

import (
	"context"

	"psabridge/app"
)

type agreementRow struct {
	ID               int64  `json:"id"`
	Name             string `json:"name"`
	Type             ref    `json:"type"`
	Company          ref    `json:"company"`
	AgreementStatus  string `json:"agreementStatus"`
	CancelledFlag    bool   `json:"cancelledFlag"`
	StartDate        day    `json:"startDate"`
	EndDate          day    `json:"endDate"`
	NoEndingDateFlag bool   `json:"noEndingDateFlag"`
	BillStartDate    day    `json:"billStartDate"`
	BillingCycle     ref    `json:"billingCycle"`
	NextInvoiceDate  day    `json:"nextInvoiceDate"`
	ProrateFlag      bool   `json:"prorateFlag"`
	ParentAgreement  ref    `json:"parentAgreement"`
	PeriodType       string `json:"periodType"`
}

const agreementFields = "id,name,type/name,company/id,company/name,agreementStatus,cancelledFlag,startDate,endDate,noEndingDateFlag," +
	"billStartDate,billingCycle/name,nextInvoiceDate,prorateFlag,parentAgreement/id,periodType"

// Agreements lists a company's agreements in every status; company 0 lists all.
//
// GET /finance/agreements.
func (c *Client) Agreements(ctx context.Context, company int64) ([]app.Agreement, error) {
	q := query{path: "finance/agreements", fields: agreementFields}
	if company != 0 {
		q.conditions = isID("company/id", company)
	}
	rows, err := list(ctx, c, q, func(r agreementRow) string { return num(r.ID) })
	if err != nil {
		return nil, err
	}
	agreements := make([]app.Agreement, 0, len(rows))
	for _, r := range rows {
		if company != 0 && r.Company.ID != company {
			continue
		}
		agreements = append(agreements, r.agreement())
	}
	return agreements, nil
}

func (r agreementRow) agreement() app.Agreement {
	a := app.Agreement{
		ID: r.ID, Name: r.Name, Type: r.Type.Name, CompanyID: r.Company.ID, Company: r.Company.Name, Status: r.AgreementStatus, Cancelled: r.CancelledFlag,
		StartDate: r.StartDate.Time, EndDate: r.EndDate.Time, BillStart: r.BillStartDate.Time, BillingCycle: r.BillingCycle.Name,
		NextInvoice: r.NextInvoiceDate.Time, Prorate: r.ProrateFlag, ParentID: r.ParentAgreement.ID, InvoicePeriod: r.PeriodType,
	}
	if r.NoEndingDateFlag {
		a.EndDate = app.Agreement{}.EndDate
	}
	return a
}
