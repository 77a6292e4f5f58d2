package connectwise

import (
	"context"
	"fmt"

	"psabridge/app"
)

type additionRow struct {
	ID            int64         `json:"id"`
	AgreementID   int64         `json:"agreementId"`
	Product       ref           `json:"product"`
	Quantity      *app.Quantity `json:"quantity"`
	LessIncluded  *app.Quantity `json:"lessIncluded"`
	UnitPrice     *app.Money    `json:"unitPrice"`
	BillCustomer  string        `json:"billCustomer"`
	EffectiveDate day           `json:"effectiveDate"`
	CancelledDate day           `json:"cancelledDate"`
	Description   string        `json:"description"`
}

const additionFields = "id,agreementId,product/id,product/identifier,quantity,lessIncluded,unitPrice,billCustomer,effectiveDate,cancelledDate,description"

// Additions lists every addition of an agreement, cancelled ones too. There is no list across agreements. invalid: a line
// without a quantity, which is not 0 and not to be guessed, or an open one without a product, beside which another might be made.
//
// GET /finance/agreements/{id}/additions.
func (c *Client) Additions(ctx context.Context, agreement int64) ([]app.Addition, error) {
	rows, err := list(ctx, c, query{path: additionsPath(agreement), fields: additionFields, records: []int64{agreement}},
		func(r additionRow) string { return num(r.ID) })
	if err != nil {
		return nil, err
	}
	additions := make([]app.Addition, 0, len(rows))
	for _, r := range rows {
		if !r.belongs(agreement) {
			continue
		}
		if r.Quantity == nil {
			return nil, refuse("ConnectWise does not say the quantity of line #%d (%s) on agreement #%d. Enter it there and save the line; until then nothing on that agreement is written.", r.ID, r.Product.Identifier, agreement)
		}
		if r.Product.ID == 0 && r.CancelledDate.IsZero() {
			return nil, refuse("ConnectWise does not say the product of line #%d on agreement #%d. Choose it there, or cancel the line; until then nothing on that agreement is written.", r.ID, agreement)
		}
		additions = append(additions, r.addition(agreement))
	}
	return additions, nil
}

// SetQuantity sets the absolute quantity and nothing else: price, allowance and dates are the MSP's own terms.
//
// PATCH /finance/agreements/{id}/additions/{id}.
func (c *Client) SetQuantity(ctx context.Context, agreement, addition int64, q app.Quantity) (app.Addition, error) {
	if q.IsNegative() {
		return app.Addition{}, refuse("A quantity of %s cannot be billed.", q)
	}
	var row additionRow
	path := fmt.Sprintf("%s/%d", additionsPath(agreement), addition)
	if err := c.patch(ctx, path, []change{replace("quantity", q)}, &row, addition, agreement); err != nil {
		return app.Addition{}, err
	}
	done := row.addition(agreement)
	switch {
	case row.ID != addition || !row.belongs(agreement):
		return done, another("addition", row.ID)
	case row.Quantity == nil:
		return done, unsaid(addition)
	case !row.Quantity.Equal(q):
		return done, notDone("ConnectWise said yes but holds quantity %s instead of %s on addition %d. Look at the agreement in ConnectWise.", done.Quantity, q, addition)
	}
	return done, nil
}

// newAddition is the body of a create: no nulls, no price, no end.
type newAddition struct {
	Product       idRef        `json:"product"`
	Quantity      app.Quantity `json:"quantity"`
	BillCustomer  string       `json:"billCustomer"`
	EffectiveDate string       `json:"effectiveDate,omitempty"`
}

// CreateAddition adds a line to an agreement. ConnectWise keeps no id of ours on it.
//
// POST /finance/agreements/{id}/additions.
func (c *Client) CreateAddition(ctx context.Context, agreement int64, a app.NewAddition) (app.Addition, error) {
	if a.ProductID == 0 || a.BillCustomer == "" || a.Quantity.IsNegative() {
		return app.Addition{}, refuse("A new addition needs a product, a quantity and who pays for it.")
	}
	body := newAddition{Product: idRef{a.ProductID}, Quantity: a.Quantity, BillCustomer: a.BillCustomer}
	if !a.EffectiveDate.IsZero() {
		body.EffectiveDate = midnight(a.EffectiveDate)
	}
	var row additionRow
	if err := c.post(ctx, additionsPath(agreement), body, &row, agreement); err != nil {
		return app.Addition{}, err
	}
	done := row.addition(agreement)
	switch {
	case row.ID == 0:
		return app.Addition{}, noID("addition")
	case !row.belongs(agreement):
		return done, another("addition", row.ID)
	case row.Product.ID == 0 || row.Quantity == nil:
		return done, unsaid(row.ID)
	case row.Product.ID != a.ProductID || !row.Quantity.Equal(a.Quantity):
		return done, notDone("ConnectWise made addition %d on agreement %d, but with product %s and quantity %s. Correct it there.", row.ID, agreement, done.Product, done.Quantity)
	}
	return done, nil
}

func additionsPath(agreement int64) string {
	return fmt.Sprintf("finance/agreements/%d/additions", agreement)
}

// belongs: some versions leave agreementId out of a sub-resource.
func (r additionRow) belongs(agreement int64) bool {
	return r.AgreementID == 0 || r.AgreementID == agreement
}

func (r additionRow) addition(agreement int64) app.Addition {
	return app.Addition{
		ID: r.ID, AgreementID: agreement, ProductID: r.Product.ID, Product: r.Product.Identifier, Quantity: numberOr(r.Quantity), LessIncluded: numberOr(r.LessIncluded),
		UnitPrice: r.UnitPrice, BillCustomer: r.BillCustomer, EffectiveDate: r.EffectiveDate.Time, CancelledDate: r.CancelledDate.Time, Description: r.Description,
	}
}
