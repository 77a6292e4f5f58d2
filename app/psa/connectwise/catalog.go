package connectwise

import (
	"context"

	"psabridge/app"
)

type productRow struct {
	ID           int64      `json:"id"`
	Identifier   string     `json:"identifier"`
	Description  string     `json:"description"`
	ProductClass string     `json:"productClass"`
	Unit         ref        `json:"unitOfMeasure"`
	InactiveFlag bool       `json:"inactiveFlag"`
	Price        *app.Money `json:"price"`
}

const (
	productFields = "id,identifier,description,productClass,unitOfMeasure/name,inactiveFlag,price"
	bundleClass   = "Bundle" // cannot be an addition
)

// Products lists the catalog items that can be additions, inactive ones too.
//
// GET /procurement/catalog.
func (c *Client) Products(ctx context.Context) ([]app.Product, error) {
	return c.products(ctx, `productClass != "`+bundleClass+`"`, func(r productRow) bool { return r.ProductClass != bundleClass })
}

// ProductsByIdentifier lists the items that carry exactly this Product ID, bundles and inactive ones too, so that the
// caller can say what is wrong with them. ConnectWise compares without case and trailing spaces; we do not.
//
// GET /procurement/catalog.
func (c *Client) ProductsByIdentifier(ctx context.Context, identifier string) ([]app.Product, error) {
	if identifier == "" {
		return nil, refuse("The Product ID is empty.")
	}
	conditions, err := isText("identifier", identifier)
	if err != nil {
		return nil, unsent(err)
	}
	return c.products(ctx, conditions, func(r productRow) bool { return r.Identifier == identifier })
}

func (c *Client) products(ctx context.Context, conditions string, wanted func(productRow) bool) ([]app.Product, error) {
	rows, err := list(ctx, c, query{path: "procurement/catalog", conditions: conditions, fields: productFields}, func(r productRow) string { return num(r.ID) })
	if err != nil {
		return nil, err
	}
	products := make([]app.Product, 0, len(rows))
	for _, r := range rows {
		if !wanted(r) {
			continue
		}
		products = append(products, app.Product{ID: r.ID, Identifier: r.Identifier, Description: r.Description, Class: r.ProductClass, Unit: r.Unit.Name, Inactive: r.InactiveFlag, Price: numberOr(r.Price)})
	}
	return products, nil
}
