package sandbox

import "slices"

// perBoard are the references whose ids mean something on one board only.
var perBoard = []struct {
	field, table string
	byDefault    bool
}{{"status", "statuses", true}, {"type", "types", false}, {"subType", "subtypes", false}, {"item", "items", false}, {"team", "teams", true}}

// resolveOnBoard resolves what was named; for a fresh ticket, or one that has
// just come to this board, the board's defaults fill in the rest.
func (cw *ConnectWise) resolveOnBoard(t, in object, board int, fresh bool) []problem {
	var problems []problem
	for _, p := range perBoard {
		named, ok := in[p.field]
		if !ok && !fresh {
			continue
		}
		on := func(o object) bool { return boardOf(o) == board && !truth(o, "inactive") && !truth(o, "inactiveFlag") }
		var r *row
		if named != nil {
			if r = cw.find(p.table, named, on); r == nil {
				problems = append(problems, cw.quirks.dangling(p.field, named, "The "+p.field+" is not valid for the service board."))
				continue
			}
		} else if p.byDefault {
			r = cw.byDefault(p.table, on)
		}
		delete(t, p.field)
		if r != nil {
			t[p.field] = ref(r.id, text(r.data, "name"))
		}
	}
	if len(problems) > 0 || !fresh && !names(in, "type", "subType", "item") {
		return problems
	}
	return cw.checkAssociation(t, board)
}

func names(in object, fields ...string) bool {
	return slices.ContainsFunc(fields, func(field string) bool { _, ok := in[field]; return ok })
}

// checkAssociation refuses a subtype or an item that does not go with what
// stands above it on the board.
func (cw *ConnectWise) checkAssociation(t object, board int) []problem {
	want, deepest := [3]int{refID(t, "type"), refID(t, "subType"), refID(t, "item")}, ""
	switch {
	case want[2] != 0:
		deepest = "item"
	case want[1] != 0:
		deepest = "subType"
	default: // a type alone needs no line
		return nil
	}
	for _, r := range cw.boardRows("associations", board) {
		line := [3]int{refID(r.data, "type"), refID(r.data, "subType"), refID(r.data, "item")}
		if line == want || want[2] == 0 && line[0] == want[0] && line[1] == want[1] {
			return nil
		}
	}
	return []problem{{"InvalidField", "The " + deepest + " is not associated with the type and subtype on the service board.", deepest}}
}

func (cw *ConnectWise) byDefault(table string, on func(object) bool) *row {
	for _, r := range cw.tables[table].rows {
		if truth(r.data, "defaultFlag") && (on == nil || on(r.data)) {
			return r
		}
	}
	return nil
}
