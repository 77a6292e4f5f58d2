package sandbox

import (
	"net/http"
	"strconv"
	"strings"
)

// call is one request on its way through a route.
type call struct {
	*http.Request
	path      string // below the API's base, without a slash at the end
	ids       []int  // the numbers in the path, in order
	unchanged bool   // commit nothing, answer as if it had
}

// route is one path of the API; "#" stands for a record id.
type route struct {
	method, path string
	do           func(call) *answer
}

// routeTable is every path this ConnectWise knows. What is missing here answers
// "The endpoint does not exist." with 404.
func (cw *ConnectWise) routeTable() []route {
	routes := []route{
		{"GET", "/system/info", cw.systemInfo},
		{"GET", "/service/tickets", cw.listOf("tickets")},
		{"GET", "/service/tickets/count", cw.countOf("tickets")},
		{"POST", "/service/tickets", cw.createTicket},
		{"POST", "/service/tickets/search", cw.searchOf("tickets")},
		{"GET", "/service/tickets/#", cw.oneOf("tickets", "Ticket")},
		{"PATCH", "/service/tickets/#", cw.patchTicket},
		{"DELETE", "/service/tickets/#", refuse},
		{"GET", "/service/tickets/#/notes", cw.listNotes},
		{"GET", "/service/tickets/#/notes/count", cw.countNotes},
		{"POST", "/service/tickets/#/notes", cw.createNote},
		{"GET", "/service/tickets/#/allNotes", cw.listAllNotes},
		{"GET", "/finance/agreements/#/additions", cw.listAdditions},
		{"GET", "/finance/agreements/#/additions/count", cw.countAdditions},
		{"POST", "/finance/agreements/#/additions", cw.createAddition},
		{"GET", "/finance/agreements/#/additions/#", cw.oneAddition},
		{"PATCH", "/finance/agreements/#/additions/#", cw.patchAddition},
		{"DELETE", "/finance/agreements/#/additions/#", refuse},
	}
	for _, list := range []struct{ path, table, word string }{
		{"/company/companies", "companies", "Company"},
		{"/company/companies/statuses", "companyStatuses", "CompanyStatus"},
		{"/company/contacts", "contacts", "Contact"},
		{"/company/configurations", "configurations", "Configuration"},
		{"/finance/agreements", "agreements", "Agreement"},
		{"/finance/agreements/types", "agreementTypes", "AgreementType"},
		{"/finance/billingCycles", "billingCycles", "BillingCycle"},
		{"/procurement/catalog", "catalog", "CatalogItem"},
		{"/procurement/unitOfMeasures", "units", "UnitOfMeasure"},
		{"/procurement/types", "productTypes", "ProductType"},
		{"/service/boards", "boards", "Board"},
		{"/service/priorities", "priorities", "Priority"},
		{"/service/sources", "sources", "Source"},
	} {
		routes = append(routes,
			route{"GET", list.path, cw.listOf(list.table)},
			route{"GET", list.path + "/count", cw.countOf(list.table)},
			route{"GET", list.path + "/#", cw.oneOf(list.table, list.word)})
	}
	for _, list := range []struct{ name, table string }{
		{"statuses", "statuses"},
		{"types", "types"},
		{"teams", "teams"},
		{"subtypes", "subtypes"},
		{"items", "items"},
		{"typeSubTypeItemAssociations", "associations"},
	} {
		routes = append(routes,
			route{"GET", "/service/boards/#/" + list.name, cw.boardList(list.table)},
			route{"GET", "/service/boards/#/" + list.name + "/count", cw.boardCount(list.table)},
			route{"GET", "/service/boards/#/" + list.name + "/#", cw.boardOne(list.table)})
	}
	for _, e := range excess {
		routes = append(routes,
			route{"GET", e.path, cw.granted(e.module, cw.listOf(e.table))},
			route{"GET", e.path + "/count", cw.granted(e.module, cw.countOf(e.table))},
			route{"GET", e.path + "/#", cw.granted(e.module, cw.oneOf(e.table, "Record"))})
	}
	return routes
}

func refuse(call) *answer { return forbidden() }

// route finds the path. Names do not care about case; a trailing slash is fine.
func (cw *ConnectWise) route(r *http.Request, path string, unchanged bool) *answer {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	path, known := "/"+strings.Join(parts, "/"), false
	if named(cw.quirks.NoRoutes, path) {
		return noEndpoint()
	}
	for _, one := range cw.routes {
		ids, ok := matchPath(one.path, parts)
		if !ok {
			continue
		}
		known = true
		if one.method != r.Method {
			continue
		}
		if named(cw.quirks.Forbid, path) || cw.quirks.lacks(needs(one.method, one.path)...) {
			return forbidden()
		}
		return one.do(call{r, path, ids, unchanged || r.Method == http.MethodPatch && named(cw.quirks.False200, path)})
	}
	if known {
		return jsonAnswer(http.StatusMethodNotAllowed, errorBody("ConnectWiseApi", "The method is not allowed."))
	}
	return noEndpoint()
}

func matchPath(pattern string, parts []string) (ids []int, ok bool) {
	want := strings.Split(strings.Trim(pattern, "/"), "/")
	if len(want) != len(parts) {
		return nil, false
	}
	for i, w := range want {
		if w != "#" {
			if !strings.EqualFold(w, parts[i]) {
				return nil, false
			}
			continue
		}
		id, err := strconv.Atoi(parts[i])
		if err != nil {
			return nil, false
		}
		ids = append(ids, id)
	}
	return ids, true
}

func (cw *ConnectWise) systemInfo(call) *answer {
	if cw.quirks.WeakInfo {
		return jsonAnswer(http.StatusUnauthorized, errorBody("ConnectWiseApi", "UserNotAuthenticated"))
	}
	zone := cw.opts.TimeZone
	if zone == "" {
		zone = "W. Europe Standard Time"
	}
	info := object{"version": "v" + cw.version() + ".103872", "isCloud": cw.opts.Cloud, "serverTimeZone": zone, "licenseBits": []object{}, "maxWorkFlowRecordsAllowed": 100}
	if cw.opts.Cloud {
		info["cloudRegion"] = "EU"
	}
	return jsonAnswer(http.StatusOK, info)
}
