package settings

import (
	"encoding/json"

	"psabridge/app"
)

// Project turns the document into the rows the store joins with.
func Project(doc app.Settings) app.Projection {
	var p app.Projection
	for _, s := range doc.Sources {
		p.Sources = append(p.Sources, row(s.Name, s.Kind, s))
	}
	for _, c := range doc.Connections {
		p.Connections = append(p.Connections, row(c.Name, c.System, c))
	}
	for _, r := range doc.Alerts {
		p.Rules = append(p.Rules, row(r.Name, "", r))
	}
	for _, o := range ordered(doc).Organizations {
		psa := o.PSA
		if psa == "" {
			psa = app.PSAInherit
		}
		p.Mappings = append(p.Mappings, app.MappingRow{
			Source: o.Source, ExternalID: o.ID, PSA: psa, CompanyID: o.Company.ID, AgreementID: o.Agreement.ID, Bill: o.Bill,
		})
	}
	return p
}

func row(name, kind string, config any) app.ProjectionRow {
	b, err := json.Marshal(config)
	if err != nil {
		b = []byte("null") // cannot happen: every value of the document prints itself
	}
	return app.ProjectionRow{Name: name, Kind: kind, Config: b}
}
