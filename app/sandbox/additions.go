package sandbox

import (
	"maps"
	"time"

	"psabridge/app/sandbox/sample"
)

// QuantityWrite is one line of ConnectWise's audit trail: a quantity that was
// set, by whom, and what it was before.
type QuantityWrite struct {
	At          time.Time `json:"at"`
	By          string    `json:"by"`
	AgreementID int       `json:"agreement_id"`
	AdditionID  int       `json:"addition_id"`
	Product     string    `json:"product"`
	Old         float64   `json:"old"`
	New         float64   `json:"new"`
	Created     bool      `json:"created,omitempty"` // the line was made with this quantity
}

func (cw *ConnectWise) additionsOf(agreement int) []*row {
	var rows []*row
	for _, r := range cw.tables["additions"].rows {
		if number(r.data, "agreementId") == agreement {
			rows = append(rows, r)
		}
	}
	return rows
}

func (cw *ConnectWise) listAdditions(c call) *answer {
	if cw.tables["agreements"].get(c.ids[0]) == nil {
		return notFound("Agreement", c.ids[0])
	}
	return cw.list(c, cw.tables["additions"], cw.additionsOf(c.ids[0]), cw.additionView, c.URL.Query())
}

func (cw *ConnectWise) countAdditions(c call) *answer {
	if cw.tables["agreements"].get(c.ids[0]) == nil {
		return notFound("Agreement", c.ids[0])
	}
	return cw.count(c, cw.tables["additions"], cw.additionsOf(c.ids[0]), cw.additionView)
}

func (cw *ConnectWise) oneAddition(c call) *answer {
	r := cw.tables["additions"].get(c.ids[1])
	if r == nil || number(r.data, "agreementId") != c.ids[0] {
		return notFound("Addition", c.ids[1])
	}
	return cw.show(c, cw.tables["additions"], r, cw.additionView)
}

// createAddition is POST /finance/agreements/{id}/additions.
func (cw *ConnectWise) createAddition(c call) *answer {
	agreement := cw.tables["agreements"].get(c.ids[0])
	if agreement == nil {
		return notFound("Agreement", c.ids[0])
	}
	in, bad := readObject(c)
	if bad != nil {
		return bad
	}
	item, problems := cw.checkAddition(agreement.data, in)
	if len(problems) > 0 {
		return invalid("addition", problems...)
	}
	now := cw.now()
	data := object{
		"quantity": 0.0, "lessIncluded": 0.0, "unitPrice": item.data["price"], "unitCost": item.data["cost"], "taxableFlag": item.data["taxableFlag"],
		"effectiveDate": stamp(now.UTC().Truncate(24 * time.Hour)), "description": item.data["description"], "invoiceDescription": item.data["customerDescription"],
		"purchaseItemFlag": false, "specialOrderFlag": false, "prorateCurrentPeriodFlag": false, "sequenceNumber": float64(len(cw.additionsOf(agreement.id)) + 1),
	}
	for name, v := range in {
		if f := additionSchema.fields[lower(name)]; f != nil && f.name == name && !f.readOnly && v != nil {
			data[name] = f.kept(v)
		}
	}
	data["product"], data["agreementId"] = cw.itemRef(item.id), float64(agreement.id)
	data["_info"] = info(sample.MemberIdentifier, now, now)
	if c.unchanged {
		data["id"] = float64(cw.tables["additions"].nextID)
		return cw.created(c, number(data, "id"), data)
	}
	r := cw.tables["additions"].insert(data, now)
	cw.wrote(r, 0, sample.MemberIdentifier, true)
	return cw.created(c, r.id, cw.additionView(r))
}

// checkAddition refuses what ConnectWise refuses, and finds the catalog item.
func (cw *ConnectWise) checkAddition(agreement, in object) (*row, []problem) {
	problems := cw.quirks.checkFields(additionSchema, in)
	if in["product"] == nil {
		problems = append(problems, missing("product"))
	}
	if in["billCustomer"] == nil {
		problems = append(problems, missing("billCustomer"))
	}
	if len(problems) > 0 {
		return nil, problems
	}
	item := cw.find("catalog", in["product"], nil)
	switch {
	case item == nil:
		problems = append(problems, cw.quirks.dangling("product", in["product"], "The product could not be found."))
	case text(item.data, "productClass") == "Bundle":
		problems = append(problems, problem{"InvalidField", "Bundle products cannot be added to an agreement.", "product"})
	case truth(item.data, "inactiveFlag"):
		problems = append(problems, problem{"InvalidField", "The product is inactive.", "product"})
	}
	return item, append(problems, checkEffective(agreement, in)...)
}

func checkEffective(agreement, in object) []problem {
	if s := text(in, "effectiveDate"); s != "" {
		if at, _ := parseDate(s); at.Before(moment(agreement, "billStartDate")) {
			return []problem{{"InvalidField", "effectiveDate cannot be less than the agreement billing start date.", "effectiveDate"}}
		}
	}
	return nil
}

// patchAddition is PATCH /finance/agreements/{id}/additions/{id}.
func (cw *ConnectWise) patchAddition(c call) *answer {
	r := cw.tables["additions"].get(c.ids[1])
	if r == nil || number(r.data, "agreementId") != c.ids[0] {
		return notFound("Addition", c.ids[1])
	}
	ops, bad := cw.readPatch(c, additionSchema)
	if bad != nil {
		return bad
	}
	next, changed := maps.Clone(r.data), object{}
	for _, op := range ops {
		if op.field.name == "product" {
			item := cw.find("catalog", op.value, nil)
			if item == nil {
				return invalid("addition", cw.quirks.dangling("product", op.value, "The product could not be found."))
			}
			op.value = cw.itemRef(item.id)
		}
		if op.field.name == "quantity" && op.value == nil {
			op.value = 0.0
		}
		op.apply(next)
		changed[op.field.name] = op.value
	}
	if next["billCustomer"] == nil {
		return invalid("addition", missing("billCustomer"))
	}
	if problems := checkEffective(cw.tables["agreements"].get(c.ids[0]).data, changed); len(problems) > 0 {
		return invalid("addition", problems...)
	}
	if !c.unchanged {
		old := decimal(r.data, "quantity")
		cw.touch(next, sample.MemberIdentifier)
		r.data = next
		if _, set := changed["quantity"]; set {
			cw.wrote(r, old, sample.MemberIdentifier, false)
		}
	}
	return cw.show(c, cw.tables["additions"], r, cw.additionView)
}

func (cw *ConnectWise) wrote(r *row, old float64, by string, created bool) {
	product, _ := r.data["product"].(object)
	cw.writes = append(cw.writes, QuantityWrite{
		At: cw.now().UTC(), By: by, AgreementID: number(r.data, "agreementId"), AdditionID: r.id, Product: text(product, "identifier"),
		Old: old, New: decimal(r.data, "quantity"), Created: created,
	})
}
