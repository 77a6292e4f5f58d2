package settings

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"

	"go.yaml.in/yaml/v4"

	"psabridge/app"
)

// Marshal prints the document as YAML in a stable order: two equal documents print alike, so that files can be compared.
func Marshal(doc app.Settings) ([]byte, error) {
	b, err := yaml.Dump(ordered(doc), yaml.WithV4Defaults(), yaml.WithLineWidth(-1))
	if err != nil {
		return nil, app.Wrap(err, app.Internal, "The settings could not be printed as YAML.")
	}
	return b, nil
}

// MarshalJSON prints the document as JSON, in the order of Marshal.
func MarshalJSON(doc app.Settings) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(ordered(doc)); err != nil {
		return nil, app.Wrap(err, app.Internal, "The settings could not be printed as JSON.")
	}
	return b.Bytes(), nil
}

// ordered returns the document with its organizations by source and id. The other lists keep their order: for alerts it
// has a meaning, and for sources and connections a person chose it.
func ordered(doc app.Settings) app.Settings {
	if doc.Version == 0 {
		doc.Version = Version
	}
	doc.Organizations = slices.Clone(doc.Organizations)
	slices.SortStableFunc(doc.Organizations, func(a, b app.OrganizationSettings) int {
		return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.ID, b.ID))
	})
	return doc
}
