package sandbox

import (
	"net/http"
	"time"

	"psabridge/app/sandbox/sample"
)

// axcientPartner is the provider's own account id in the portal; it is neither
// that of x360Sync nor one of x360Cloud's.
const axcientPartner = 50017

// billing is the Billing API. What is certain of it is the path, the two
// parameters and that the usage of each client is in children (x360sync §5); the
// names inside are invented. A client appears once per product, under another
// account id each time.
func (a *Axcient) billing(c axCall, rest string) *answer {
	if rest != "usage/billable" {
		return c.unknown()
	}
	now := a.now().UTC()
	start := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	end := start.AddDate(0, 1, -1)
	for name, day := range map[string]*time.Time{"start_date": &start, "end_date": &end} {
		if s := c.URL.Query().Get(name); s != "" {
			at, err := time.Parse(time.DateOnly, s)
			if err != nil {
				return c.problem(http.StatusBadRequest, name+" is a date, as in 2026-11-01.")
			}
			*day = at
		}
	}
	if end.Before(start) {
		return c.problem(http.StatusBadRequest, "end_date is before start_date.")
	}
	children := []object{}
	for _, one := range a.msp.CloudClients() {
		children = append(children, child(c, one.ID, one.Name, ProductCloud, a.msp.CloudSeats(one.ID)))
	}
	for _, o := range a.msp.Organizations() {
		if o.ID != sample.MasterID {
			children = append(children, child(c, syncAccount(o.ID), o.Name, ProductSync, a.seats(o.ID)))
		}
	}
	return jsonAnswer(http.StatusOK, object{
		"account_id": axcientPartner, "account_name": sample.MasterName, "start_date": start.Format(time.DateOnly), "end_date": end.Format(time.DateOnly), "children": children,
	})
}

// syncAccount is the account id of an x360Sync organization in the billing API.
func syncAccount(organization int) int { return 700000 + organization*3 }

func child(c axCall, id int, name, product string, seats int) object {
	o := object{"account_id": id, "account_name": name, "product": product, "usage": []object{{"metric": "seats", "quantity": seats}}}
	if c.q.Dialect == DialectOdd {
		o = object{"account_id": id, "account_name": name, "q3": product, "q4": []object{{"k": 7, "v": seats}}}
	}
	return o
}

// seats are the accounts of one organization alone.
func (a *Axcient) seats(organization int) int {
	n := 0
	for _, p := range a.msp.Persons(organization) {
		if p.CompanyID == organization {
			n++
		}
	}
	return n
}
