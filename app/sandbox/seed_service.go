package sandbox

import (
	"time"

	"psabridge/app/sandbox/sample"
)

func (cw *ConnectWise) seedService(msp *sample.MSP, at time.Time) {
	for _, b := range msp.PSA.Boards {
		cw.put("boards", b.ID, at, object{"name": b.Name, "inactiveFlag": b.Inactive, "projectFlag": false, "location": ref(2, "Nord"), "department": ref(10, "Services")})
		cw.seedStatuses(b, at)
		cw.seedTypes(b, at)
		for _, o := range b.Teams {
			cw.put("teams", o.ID, at, object{"name": o.Name, "boardId": float64(b.ID), "defaultFlag": o.Default, "members": []any{float64(141), float64(142)}})
		}
	}
	for i, p := range msp.PSA.Priorities {
		cw.put("priorities", p.ID, at, object{"name": p.Name, "color": p.Color, "level": p.Level, "sortOrder": float64(i + 1), "defaultFlag": p.Default})
	}
	for _, s := range msp.PSA.Sources {
		cw.put("sources", s.ID, at, object{"name": s.Name, "defaultFlag": s.Default})
	}
}

func (cw *ConnectWise) seedStatuses(b sample.Board, at time.Time) {
	for i, s := range b.Statuses {
		cw.put("statuses", s.ID, at, object{
			"name": s.Name, "board": ref(b.ID, b.Name), "sortOrder": float64(i * 10), "displayOnBoard": true, "inactive": s.Inactive,
			"closedStatus": s.Closed, "timeEntryNotAllowed": false, "defaultFlag": s.Default, "escalationStatus": "NotResponded", "customerPortalFlag": false,
		})
	}
}

// seedTypes writes a board's types, subtypes and items, and which go together.
func (cw *ConnectWise) seedTypes(b sample.Board, at time.Time) {
	for _, o := range b.Types {
		cw.put("types", o.ID, at, object{"name": o.Name, "board": ref(b.ID, b.Name), "category": "Reactive", "defaultFlag": o.Default, "inactiveFlag": o.Inactive})
	}
	for _, o := range b.Subtypes {
		cw.put("subtypes", o.ID, at, object{"name": o.Name, "board": ref(b.ID, b.Name), "inactiveFlag": o.Inactive})
	}
	for _, o := range b.Items {
		cw.put("items", o.ID, at, object{"name": o.Name, "board": ref(b.ID, b.Name), "inactiveFlag": o.Inactive})
	}
	for _, a := range b.Associations {
		line := object{"board": ref(b.ID, b.Name), "type": cw.refTo("types", a.TypeID)}
		if a.SubtypeID != 0 {
			line["subType"] = cw.refTo("subtypes", a.SubtypeID)
		}
		if a.ItemID != 0 {
			line["item"] = cw.refTo("items", a.ItemID)
		}
		cw.put("associations", a.ID, at, line)
	}
}
