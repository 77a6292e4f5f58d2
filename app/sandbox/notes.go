package sandbox

import (
	"maps"
	"strings"

	"psabridge/app/sandbox/sample"
)

// noteKinds are the three places a note can stand in.
var noteKinds = []string{"detailDescriptionFlag", "internalAnalysisFlag", "resolutionFlag"}

// initialNotes turns the POST-only texts of a ticket into its first notes.
func (cw *ConnectWise) initialNotes(ticket int, in object) {
	for field, kind := range map[string]string{"initialDescription": noteKinds[0], "initialInternalAnalysis": noteKinds[1], "initialResolution": noteKinds[2]} {
		if s := text(in, field); s != "" {
			cw.addNote(ticket, s, kind, sample.MemberIdentifier)
		}
	}
}

func (cw *ConnectWise) addNote(ticket int, s, kind, by string) *row {
	now := cw.now()
	note := object{
		"ticketId": float64(ticket), "text": s, "issueFlag": false, "dateCreated": stamp(now), "createdBy": by,
		"internalFlag": kind == noteKinds[1], "externalFlag": kind != noteKinds[1], "_info": info(by, now, now), "member": cw.memberRef(by),
	}
	for _, k := range noteKinds {
		note[k] = k == kind
	}
	return cw.tables["notes"].insert(note, now)
}

func (cw *ConnectWise) memberRef(identifier string) object {
	for _, r := range cw.tables["members"].rows {
		if text(r.data, "identifier") == identifier {
			return object{"id": float64(r.id), "identifier": identifier, "name": text(r.data, "name")}
		}
	}
	return object{"id": 0.0, "identifier": identifier, "name": identifier}
}

func (cw *ConnectWise) notesOf(table string, ticket int) []*row {
	var rows []*row
	for _, r := range cw.tables[table].rows {
		if number(r.data, "ticketId") == ticket || refID(r.data, "ticket") == ticket {
			rows = append(rows, r)
		}
	}
	return rows
}

func (cw *ConnectWise) listNotes(c call) *answer {
	if cw.tables["tickets"].get(c.ids[0]) == nil {
		return notFound("Ticket", c.ids[0])
	}
	return cw.list(c, cw.tables["notes"], cw.notesOf("notes", c.ids[0]), cw.viewOf("notes"), c.URL.Query())
}

func (cw *ConnectWise) countNotes(c call) *answer {
	if cw.tables["tickets"].get(c.ids[0]) == nil {
		return notFound("Ticket", c.ids[0])
	}
	return cw.count(c, cw.tables["notes"], cw.notesOf("notes", c.ids[0]), cw.viewOf("notes"))
}

// listAllNotes shows the ticket's notes and those people wrote with their time.
func (cw *ConnectWise) listAllNotes(c call) *answer {
	t := cw.tables["tickets"].get(c.ids[0])
	if t == nil {
		return notFound("Ticket", c.ids[0])
	}
	rows := append(cw.notesOf("notes", t.id), cw.notesOf("timeNotes", t.id)...)
	show := func(r *row) object {
		if r.data["noteType"] != nil {
			return r.data
		}
		o := maps.Clone(r.data)
		for _, name := range []string{"ticketId", "dateCreated", "createdBy", "internalFlag", "externalFlag"} {
			delete(o, name)
		}
		o["noteType"], o["ticket"], o["originalAuthor"] = "TicketNote", ref(t.id, text(t.data, "summary")), text(r.data, "createdBy")
		o["isMarkdownFlag"], o["bundledFlag"], o["mergedFlag"] = false, false, false
		return o
	}
	return cw.list(c, cw.tables["timeNotes"], rows, show, c.URL.Query())
}

// createNote is POST /service/tickets/{id}/notes. Exactly one place must be named.
func (cw *ConnectWise) createNote(c call) *answer {
	t := cw.tables["tickets"].get(c.ids[0])
	if t == nil {
		return notFound("Ticket", c.ids[0])
	}
	in, bad := readObject(c)
	if bad != nil {
		return bad
	}
	problems := cw.quirks.checkFields(noteSchema, in)
	if strings.TrimSpace(text(in, "text")) == "" {
		problems = append(problems, missing("text"))
	}
	kind, n := "", 0
	for _, k := range noteKinds {
		if truth(in, k) {
			kind = k
			n++
		}
	}
	if n != 1 {
		problems = append(problems, problem{"InvalidObject", "Exactly one of detailDescriptionFlag, internalAnalysisFlag and resolutionFlag must be true.", "detailDescriptionFlag"})
	}
	if len(problems) > 0 {
		return invalid("serviceNote", problems...)
	}
	if c.unchanged {
		return cw.created(c, cw.tables["notes"].nextID, object{"id": float64(cw.tables["notes"].nextID), "ticketId": float64(t.id), "text": text(in, "text")})
	}
	r := cw.addNote(t.id, text(in, "text"), kind, sample.MemberIdentifier)
	cw.touch(t.data, sample.MemberIdentifier)
	cw.mailUnlessTold(in)
	return cw.created(c, r.id, r.data)
}
