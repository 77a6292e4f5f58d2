package sandbox

import (
	"maps"
	"strings"

	"psabridge/app/sandbox/sample"
)

// createTicket is POST /service/tickets.
func (cw *ConnectWise) createTicket(c call) *answer {
	in, bad := readObject(c)
	if bad != nil {
		return bad
	}
	problems := cw.quirks.checkFields(ticketSchema, in)
	if strings.TrimSpace(text(in, "summary")) == "" {
		problems = append(problems, missing("summary"))
	}
	if in["company"] == nil {
		problems = append(problems, missing("company"))
	}
	if len(problems) > 0 {
		return invalid("ticket", problems...)
	}
	t, problems := cw.resolveTicket(in)
	if len(problems) > 0 {
		return invalid("ticket", problems...)
	}
	if no := cw.mayMove(false, t); no != nil {
		return no
	}
	if cw.quirks.OwnerOfNew != "" && t["owner"] == nil {
		t["owner"] = cw.memberRef(cw.quirks.OwnerOfNew)
	}
	now := cw.now()
	t["_info"] = info(sample.MemberIdentifier, now, now)
	if c.unchanged {
		t["id"] = float64(cw.tables["tickets"].nextID)
		return cw.created(c, number(t, "id"), t)
	}
	r := cw.tables["tickets"].insert(t, now)
	t["_info"].(object)["notes_href"] = "https://" + elsewhere + "/v4_6_release/apis/3.0/service/tickets/" + itoa(r.id) + "/notes"
	cw.initialNotes(r.id, in)
	cw.settleClosed(t, sample.MemberIdentifier)
	cw.mailUnlessTold(in)
	return cw.created(c, r.id, cw.ticketView(r))
}

// resolveTicket builds the stored ticket: what was sent, references resolved
// on their board, and the defaults ConnectWise fills in.
func (cw *ConnectWise) resolveTicket(in object) (object, []problem) {
	t := object{
		"recordType": "ServiceTicket", "severity": "Medium", "impact": "Medium", "closedFlag": false, "hasChildTicket": false,
		"customerUpdatedFlag": false, "allowAllClientsPortalView": false, "automaticEmailContactFlag": false, "automaticEmailResourceFlag": false,
		"automaticEmailCcFlag": false, "isInSla": true, "slaStatus": "New", "actualHours": 0.0, "integratorTags": []any{},
	}
	for name, v := range in {
		f := ticketSchema.fields[strings.ToLower(name)]
		if f == nil || f.name != name || f.readOnly || f.kind == kindRef || writeOnly[name] || v == nil {
			continue
		}
		t[name] = v
	}
	var problems []problem
	if r := cw.find("companies", in["company"], func(o object) bool { return !truth(o, "deletedFlag") }); r == nil {
		problems = append(problems, cw.quirks.dangling("company", in["company"], "The company could not be found."))
	} else {
		t["company"], t["site"] = cw.companyRef(r.id), r.data["site"]
		if status := cw.tables["companyStatuses"].get(refID(r.data, "status")); status != nil && truth(status.data, "disallowSavingFlag") {
			problems = append(problems, problem{"InvalidObject", "The company status does not allow saving.", "company"})
		}
	}
	board := cw.tables["boards"].get(sample.BoardNOC) // the API member's default board
	if in["board"] != nil {
		board = cw.find("boards", in["board"], func(o object) bool { return !truth(o, "inactiveFlag") })
	}
	if board == nil {
		return nil, append(problems, cw.quirks.dangling("board", in["board"], "The service board could not be found."))
	}
	t["board"] = ref(board.id, text(board.data, "name"))
	problems = append(problems, cw.resolveOnBoard(t, in, board.id, true)...)
	return t, append(problems, cw.resolveLoose(t, in, true)...)
}

// writeOnly are accepted and never shown again.
var writeOnly = map[string]bool{"initialDescription": true, "initialInternalAnalysis": true, "initialResolution": true, notify: true, "skipCallback": true}

// notify is the field that keeps the mails of a change back when it is false.
const notify = "processNotifications"

// resolveLoose resolves the references that do not depend on the board.
func (cw *ConnectWise) resolveLoose(t, in object, fresh bool) []problem {
	var problems []problem
	for _, p := range []struct {
		field, table string
		byDefault    bool
	}{{"priority", "priorities", true}, {"source", "sources", true}, {"agreement", "agreements", false}, {"owner", "members", false}, {"contact", "contacts", false}} {
		named, ok := in[p.field]
		if !ok && !fresh {
			continue
		}
		var r *row
		if named != nil {
			if r = cw.find(p.table, named, nil); r == nil {
				problems = append(problems, cw.quirks.dangling(p.field, named, "The "+p.field+" could not be found."))
				continue
			}
		} else if p.byDefault {
			r = cw.byDefault(p.table, nil)
		}
		delete(t, p.field)
		if r != nil {
			to := ref(r.id, text(r.data, "name"))
			if p.field == "owner" {
				to["identifier"] = text(r.data, "identifier")
			}
			t[p.field] = to
		}
	}
	return problems
}

// settleClosed keeps the read-only closed fields in step with the status.
func (cw *ConnectWise) settleClosed(t object, by string) {
	status := cw.tables["statuses"].get(refID(t, "status"))
	closed := status != nil && truth(status.data, "closedStatus")
	if closed == truth(t, "closedFlag") {
		return
	}
	t["closedFlag"] = closed
	if closed {
		t["closedDate"], t["closedBy"] = stamp(cw.now()), by
	} else {
		delete(t, "closedDate")
		delete(t, "closedBy")
	}
}

// patchTicket is PATCH /service/tickets/{id}.
func (cw *ConnectWise) patchTicket(c call) *answer {
	r := cw.tables["tickets"].get(c.ids[0])
	if r == nil {
		return notFound("Ticket", c.ids[0])
	}
	ops, bad := cw.readPatch(c, ticketSchema)
	if bad != nil {
		return bad
	}
	next := maps.Clone(r.data)
	in := object{}
	quiet := false
	for _, op := range ops {
		if op.field.name == notify {
			quiet = op.value == false
			continue
		}
		if op.field.kind == kindRef {
			in[op.field.name] = op.value
			continue
		}
		op.apply(next)
	}
	if problems := cw.patchRefs(next, in); len(problems) > 0 {
		return invalid("ticket", problems...)
	}
	if strings.TrimSpace(text(next, "summary")) == "" {
		return invalid("ticket", missing("summary"))
	}
	if no := cw.mayMove(truth(r.data, "closedFlag"), next); no != nil {
		return no
	}
	if !c.unchanged {
		cw.settleClosed(next, sample.MemberIdentifier)
		cw.touch(next, sample.MemberIdentifier)
		r.data = next
		if !quiet {
			cw.mails++
		}
	}
	return cw.show(c, cw.tables["tickets"], r, cw.ticketView)
}

// patchRefs replaces whole references. Moving to another board without naming
// a status means that board's default one.
func (cw *ConnectWise) patchRefs(next, in object) []problem {
	if in["company"] != nil {
		r := cw.find("companies", in["company"], func(o object) bool { return !truth(o, "deletedFlag") })
		if r == nil {
			return []problem{cw.quirks.dangling("company", in["company"], "The company could not be found.")}
		}
		next["company"] = cw.companyRef(r.id)
	}
	board, moved := refID(next, "board"), false
	if in["board"] != nil {
		r := cw.find("boards", in["board"], func(o object) bool { return !truth(o, "inactiveFlag") })
		if r == nil {
			return []problem{cw.quirks.dangling("board", in["board"], "The service board could not be found.")}
		}
		moved = r.id != board
		board, next["board"] = r.id, ref(r.id, text(r.data, "name"))
	}
	problems := cw.resolveOnBoard(next, in, board, moved)
	return append(problems, cw.resolveLoose(next, in, false)...)
}

// touch writes who changed a record last, without sharing memory with older copies.
func (cw *ConnectWise) touch(o object, by string) {
	old, _ := o["_info"].(object)
	fresh := maps.Clone(old)
	if fresh == nil {
		fresh = object{}
	}
	fresh["lastUpdated"], fresh["updatedBy"] = stamp(cw.now()), by
	o["_info"] = fresh
}

// mailUnlessTold counts the mails ConnectWise would have sent its customers.
func (cw *ConnectWise) mailUnlessTold(in object) {
	if v, said := in[notify].(bool); !said || v {
		cw.mails++
	}
}
