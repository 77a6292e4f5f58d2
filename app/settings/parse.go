package settings

import (
	"bytes"
	"encoding/json"
	"errors"
	"regexp"
	"strconv"

	"go.yaml.in/yaml/v4"

	"psabridge/app"
)

// MaxSize bounds a document. Five thousand mapped organizations need about one tenth of it.
const MaxSize = 8 << 20

// Version is the document version this program reads and writes.
const Version = 1

// Parse reads a YAML or JSON document. It is strict, because a setting with a typing error would silently not apply:
// an unknown key, a key given twice, or a value of the wrong kind is an Invalid error that names line and key.
// It does not judge the values; Validate does.
func Parse(document []byte) (app.Settings, error) {
	if len(document) > MaxSize {
		return app.Settings{}, app.Errorf(app.Invalid, "The settings document is larger than %d MB. A real one is far smaller; is it the right file?", MaxSize>>20)
	}
	document = jsonAsYAML(document)
	var root yaml.Node
	if err := yaml.Load(document, &root, yaml.WithV4Defaults()); err != nil {
		return app.Settings{}, loadProblems(err, nil).err()
	}
	if err := otherVersion(&root); err != nil {
		return app.Settings{}, err
	}
	var doc app.Settings
	if err := yaml.Load(document, &doc, yaml.WithV4Defaults(), yaml.WithKnownFields()); err != nil {
		return app.Settings{}, loadProblems(err, locate(&root)).err()
	}
	return doc, nil
}

// otherVersion refuses a document of another version before its unknown keys are complained about.
func otherVersion(root *yaml.Node) error {
	if len(root.Content) != 1 || root.Content[0].Kind != yaml.MappingNode {
		return nil // the strict reading says what is wrong
	}
	pairs := root.Content[0].Content
	for i := 0; i+1 < len(pairs); i += 2 {
		n, err := strconv.Atoi(pairs[i+1].Value)
		if pairs[i].Value == "version" && err == nil && n != Version {
			return app.FieldErrorf("version", "Line %d: this is a document of version %d. This psabridge reads version %d.", pairs[i+1].Line, n, Version)
		}
	}
	return nil
}

// surrogates matches a JSON escape, so that an escaped backslash before a "u" is stepped over.
var surrogates = regexp.MustCompile(`\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\.`)

// jsonAsYAML rewrites the two things of JSON that YAML reads differently: characters outside the basic plane, which JSON
// escapes as a pair, and tabs between tokens. A document that is not JSON is returned as it is.
func jsonAsYAML(document []byte) []byte {
	if !json.Valid(document) {
		return document
	}
	document = bytes.ReplaceAll(document, []byte("\t"), []byte(" ")) // inside a JSON string a raw tab cannot occur
	return surrogates.ReplaceAllFunc(document, func(escape []byte) []byte {
		var char string
		if len(escape) < 12 || json.Unmarshal([]byte(`"`+string(escape)+`"`), &char) != nil {
			return escape
		}
		return []byte(char)
	})
}

// loadProblems puts what the YAML library says into our words, with the path of the key where it is known.
func loadProblems(err error, paths places) problems {
	var found problems
	if all, ok := errors.AsType[*yaml.LoadErrors](err); ok {
		for _, e := range all.Errors {
			found = append(found, loadProblem(e, paths))
		}
		return found
	}
	if one, ok := errors.AsType[*yaml.LoadError](err); ok {
		return problems{loadProblem(one, paths)}
	}
	return problems{app.FieldErrorf("", "The settings document cannot be read as YAML or JSON.")}
}
