package settings

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"psabridge/app"
)

var (
	unknownKey   = regexp.MustCompile(`^field (.+) not found in type (\S+)$`)
	duplicateKey = regexp.MustCompile(`^mapping key "(.*)" already defined at line (\d+)$`)
	wrongKind    = regexp.MustCompile(`^cannot construct (!!\S+).* into (\S+)(?: \(TextUnmarshaler\))?$`)
)

// loadProblem explains one error of the YAML library.
func loadProblem(e *yaml.LoadError, paths places) *app.Error {
	return app.FieldErrorf(paths.at(e.Mark.Line, e.Mark.Column), "%s%s", line(e.Mark.Line), explain(e))
}

func line(n int) string {
	if n <= 0 {
		return ""
	}
	return fmt.Sprintf("Line %d: ", n)
}

func explain(e *yaml.LoadError) string {
	if own, ok := errors.AsType[*app.Error](e); ok {
		return own.Message
	}
	if m := unknownKey.FindStringSubmatch(e.Message); m != nil {
		return fmt.Sprintf("there is no key %q here. %s", m[1], knownHere(m[2]))
	}
	if m := duplicateKey.FindStringSubmatch(e.Message); m != nil {
		return fmt.Sprintf("the key %q stands here a second time, first on line %s. Remove one of them.", m[1], m[2])
	}
	if m := wrongKind.FindStringSubmatch(e.Message); m != nil {
		return fmt.Sprintf("here stands %s, but %s is wanted.", given(m[1]), wanted(m[2]))
	}
	switch {
	case strings.Contains(e.Message, "found multiple"):
		return "The file holds more than one document (a line of ---). Settings are one document."
	case strings.Contains(e.Message, "no documents"):
		return "The settings document is empty. The smallest one says: version: 1"
	}
	return "this is not valid YAML or JSON: " + e.Message + "."
}

func given(tag string) string {
	switch tag {
	case "!!seq":
		return "a list"
	case "!!map":
		return "a map"
	case "!!int", "!!float":
		return "a number"
	case "!!bool":
		return "true or false"
	case "!!null":
		return "nothing"
	}
	return "text"
}

func wanted(goType string) string {
	switch {
	case strings.HasPrefix(goType, "[]"):
		return "a list"
	case goType == "bool":
		return "true or false"
	case strings.HasPrefix(goType, "int"):
		return "a whole number"
	case goType == "app.PushDay":
		return "a day of the month, 1 to 31, or last,"
	case goType == "app.Duration":
		return "a duration such as 2m"
	case goType == "app.Quantity":
		return "a number"
	case goType == "app.refByID":
		return "a name or {id: …}"
	case strings.HasPrefix(goType, "map["), goType == "app.rulesDocument", keysOf[goType] != nil:
		return "a map"
	}
	return "text"
}

// keysOf lists the keys of every struct of the document by its Go type, for "Known are: …".
var keysOf = func() map[string][]string {
	keys := make(map[string][]string)
	collectKeys(reflect.TypeFor[app.Settings](), keys)
	keys["app.plain"] = keys["app.When"] // the type its own UnmarshalYAML reads into
	keys["app.refByID"] = []string{"id", "name"}
	keys["app.Ref"] = keys["app.refByID"]
	return keys
}()

func collectKeys(t reflect.Type, into map[string][]string) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		collectKeys(t.Elem(), into)
		return
	case reflect.Struct:
	default:
		return
	}
	if _, done := into[t.String()]; done || t.PkgPath() != reflect.TypeFor[app.Settings]().PkgPath() {
		return
	}
	into[t.String()] = nil
	for field := range t.Fields() {
		if tag, _, _ := strings.Cut(field.Tag.Get("yaml"), ","); tag != "" {
			into[t.String()] = append(into[t.String()], tag)
		}
		collectKeys(field.Type, into)
	}
	slices.Sort(into[t.String()])
}

func knownHere(goType string) string {
	if keys := keysOf[goType]; len(keys) > 0 {
		return "Known are: " + strings.Join(keys, ", ") + "."
	}
	return "Check the spelling."
}
