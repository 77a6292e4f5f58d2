package sandbox

import (
	"net/http"

	"psabridge/app/sandbox/sample"
)

// usage is the one answer of this API nobody has written down. It is shown in
// the ways a client must survive: absent, empty, full of names it cannot know,
// right, and nearly right.
func (x *X360Sync) usage(c syncCall, o sample.Organization) *answer {
	odd := object{"type": "metrics", "organization": o.ID, "m1": object{"v": 17, "u": "x"}, "m2": []int{3, 1, 4}, "generated": naive(x.now())}
	switch c.q.Usage {
	case UsageAbsent:
		return anchorError(http.StatusNotFound)
	case UsageEmpty:
		return jsonAnswer(http.StatusOK, object{})
	case UsageOdd:
		return c.one(odd)
	}
	n := x.truth(o.ID, c.q.Usage == UsageInclusive)
	if c.q.Usage == UsageMisleading && o.ID == MisledUsage {
		n = quantities{persons: n.persons + 1, servers: n.servers + 1, guests: n.guests + 1, space: n.space + sample.GiB, revisions: n.revisions}
	}
	odd["accounts"] = object{"total": n.persons, "active": n.persons / 2, "max": nil}
	odd["guests"] = object{"total": n.guests}
	odd["storage"] = object{"used": n.space, "history": n.revisions, "limit": quota(o.Quota)}
	odd["file_servers"] = n.servers
	return c.one(odd)
}

// quantities are what an organization uses.
type quantities struct {
	persons, servers, guests int
	space, revisions         int64
}

// truth counts what an organization uses, alone or with all below it.
func (x *X360Sync) truth(id int, inclusive bool) quantities {
	var n quantities
	counts := func(company int) bool { return inclusive || company == id }
	for _, p := range x.msp.Persons(id) {
		if counts(p.CompanyID) {
			n.persons++
		}
	}
	for _, d := range x.msp.Machines(id) {
		if counts(d.CompanyID) && d.Type == "server" {
			n.servers++
		}
	}
	for _, g := range x.msp.Guests(id) {
		if counts(g.CompanyID) {
			n.guests++
		}
	}
	for _, r := range x.msp.Roots(id) {
		if counts(r.CompanyID) {
			n.space, n.revisions = n.space+r.SpaceUsed, n.revisions+r.Revision
		}
	}
	return n
}
