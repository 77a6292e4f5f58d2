package inbox

import "psabridge/app"

// Import makes readings of a file by a mapping, or says why it makes none.
func Import(f File, m app.CSVMapping) (app.Batch, []app.Reading, app.ImportCounts, error) {
	r, err := Read(f, nil, &m)
	if err == nil {
		err = r.Refused
	}
	return r.Batch, r.Readings, r.Preview.ImportCounts, err
}
