package web

import (
	"context"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/views"
	"psabridge/views/ui"
)

// repairNeeds are the mappings that are not borne out any more: their tickets and quantities have nowhere to go.
func (s *Server) repairNeeds(ctx context.Context, st standing) (out []need, err error) {
	for _, c := range st.doc.Connections {
		list, err := s.repairsOf(ctx, c.Name)
		if err != nil {
			return nil, err
		}
		n, mends := len(list), 0
		if n == 0 {
			continue
		}
		for _, r := range list {
			if r.Suggest != nil {
				mends++
			}
		}
		page := link.MappingOf(c.Name) + "#" + repairPlace(list)
		text := list[0].Message
		if n > 1 {
			text = repairWho(list[0]) + " first: " + text
		}
		if mends > 0 {
			text += " " + ui.Count(mends, "has", "have") + " a suggestion that mends it."
		}
		out = append(out, need{code: "mapping_broken", subject: c.Name, rail: link.Mapping, page: page, n: n, Need: views.Need{
			Tone: "hold", Icon: "mapping", Title: ui.Count(n, "mapping is", "mappings are") + " to repair.", Text: text,
			Actions: []ui.Action{{Label: "Look", Path: page, Primary: true}},
		}})
	}
	return out, nil
}

// repairPlace is the section of the page that the first of them stands in.
func repairPlace(list []app.Repair) string {
	for _, r := range list {
		if r.Code != app.RepairOverlap {
			return "repairs"
		}
	}
	return "overlaps"
}

func repairWho(r app.Repair) string {
	if r.Organization.Name == "" {
		return "The connection"
	}
	return r.Organization.Name
}
