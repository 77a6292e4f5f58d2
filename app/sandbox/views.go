package sandbox

import (
	"maps"
	"net/http"
	"time"
)

// viewOf is how a table's rows are shown; computed fields are computed here,
// references are shown under the names their records have now.
func (cw *ConnectWise) viewOf(name string) view {
	switch name {
	case "agreements":
		return cw.agreementView
	case "additions":
		return cw.additionView
	case "tickets":
		return cw.ticketView
	case "members":
		return memberView
	}
	return func(r *row) object { return r.data }
}

func (cw *ConnectWise) ticketView(r *row) object {
	o := maps.Clone(r.data)
	for field, table := range map[string]string{"board": "boards", "status": "statuses", "type": "types", "subType": "subtypes", "item": "items", "team": "teams", "priority": "priorities", "source": "sources"} {
		if now := cw.refTo(table, refID(o, field)); now != nil {
			o[field] = now
		}
	}
	if now := cw.companyRef(refID(o, "company")); now != nil {
		o["company"] = now
	}
	return o
}

func (cw *ConnectWise) agreementView(r *row) object {
	o := maps.Clone(r.data)
	o["agreementStatus"] = cw.agreementStatus(r.data)
	if now := cw.companyRef(refID(o, "company")); now != nil {
		o["company"] = now
	}
	return o
}

// memberView leaves out the whole name, which a member of the API has in two parts only.
func memberView(r *row) object {
	o := maps.Clone(r.data)
	delete(o, "name")
	return o
}

// agreementStatus is computed by ConnectWise and cannot be set.
func (cw *ConnectWise) agreementStatus(a object) string {
	today := cw.now().UTC().Truncate(24 * time.Hour)
	switch {
	case truth(a, "cancelledFlag"):
		return "Cancelled"
	case !truth(a, "noEndingDateFlag") && !moment(a, "endDate").IsZero() && moment(a, "endDate").Before(today):
		return "Expired"
	case moment(a, "startDate").After(today):
		return "Inactive"
	}
	return "Active"
}

func (cw *ConnectWise) additionView(r *row) object {
	o := maps.Clone(r.data)
	quantity, price, cost := decimal(o, "quantity"), decimal(o, "unitPrice"), decimal(o, "unitCost")
	o["billedQuantity"] = max(0, quantity-decimal(o, "lessIncluded"))
	o["extPrice"], o["extCost"] = quantity*price, quantity*cost
	o["margin"], o["uom"] = quantity*(price-cost), "Each"
	if a := cw.tables["agreements"].get(number(o, "agreementId")); a != nil {
		o["agreementStatus"] = cw.agreementStatus(a.data)
	}
	if now := cw.itemRef(refID(o, "product")); now != nil {
		o["product"] = now
	}
	return o
}

// boardRows are the records of a list that belong to one board.
func (cw *ConnectWise) boardRows(name string, board int) []*row {
	var rows []*row
	for _, r := range cw.tables[name].rows {
		if boardOf(r.data) == board {
			rows = append(rows, r)
		}
	}
	return rows
}

func boardOf(o object) int {
	if id := refID(o, "board"); id != 0 {
		return id
	}
	return number(o, "boardId")
}

func (cw *ConnectWise) boardList(name string) func(call) *answer {
	return func(c call) *answer {
		if cw.tables["boards"].get(c.ids[0]) == nil {
			return notFound("Board", c.ids[0])
		}
		return cw.list(c, cw.tables[name], cw.boardRows(name, c.ids[0]), cw.viewOf(name), c.URL.Query())
	}
}

func (cw *ConnectWise) boardCount(name string) func(call) *answer {
	return func(c call) *answer {
		if cw.tables["boards"].get(c.ids[0]) == nil {
			return notFound("Board", c.ids[0])
		}
		return cw.count(c, cw.tables[name], cw.boardRows(name, c.ids[0]), cw.viewOf(name))
	}
}

func (cw *ConnectWise) boardOne(name string) func(call) *answer {
	return func(c call) *answer {
		r := cw.tables[name].get(c.ids[1])
		if r == nil || boardOf(r.data) != c.ids[0] {
			return notFound("Record", c.ids[1])
		}
		return cw.show(c, cw.tables[name], r, cw.viewOf(name))
	}
}

// created is a 201 whose Location is plain http on another host: a client that
// follows it loses its credentials.
func (cw *ConnectWise) created(c call, id int, body object) *answer {
	scheme := "http"
	if cw.quirks.SecureLocation {
		scheme = "https"
	}
	a := jsonAnswer(http.StatusCreated, body)
	a.header.Set("Location", scheme+"://"+elsewhere+c.URL.Path+"/"+itoa(id))
	return a
}
