package settings

import (
	"strings"

	"go.yaml.in/yaml/v4"

	"psabridge/app"
)

// Diff lists what differs from a to b, by path, in the order of the documents. An item of a list is named, not numbered
// (connections[cw].billing.push_day), so that adding one above it changes nothing; of long texts the part
// that differs is shown. Equal documents give no changes.
func Diff(a, b app.Settings) []app.Change {
	before, after := flatten(a), flatten(b)
	var changes []app.Change
	for _, path := range mergeOrder(before.order, after.order) {
		if was, is := before.values[path], after.values[path]; was != is {
			was, is = shortened(was, is)
			changes = append(changes, app.Change{Path: path, Before: was, After: is})
		}
	}
	return append(changes, reordered(a.Alerts, b.Alerts)...)
}

// flat is a document as single values by path.
type flat struct {
	order  []string
	values map[string]string
}

func flatten(doc app.Settings) flat {
	f := flat{values: make(map[string]string)}
	b, err := Marshal(doc)
	if err != nil {
		return f
	}
	var root yaml.Node
	if yaml.Load(b, &root, yaml.WithV4Defaults()) == nil {
		for _, n := range root.Content {
			f.walk(n, "")
		}
	}
	return f
}

func (f *flat) walk(n *yaml.Node, path string) {
	switch {
	case n.Kind == yaml.MappingNode && len(n.Content) > 0:
		for i := 0; i+1 < len(n.Content); i += 2 {
			f.walk(n.Content[i+1], join(path, n.Content[i].Value))
		}
	case n.Kind == yaml.SequenceNode && !onlyScalars(n):
		for i, item := range n.Content {
			f.walk(item, path+"["+itemName(path, item, i)+"]")
		}
	default:
		if _, twice := f.values[path]; !twice {
			f.order = append(f.order, path)
		}
		f.values[path] = text(n)
	}
}

func onlyScalars(n *yaml.Node) bool {
	for _, item := range n.Content {
		if item.Kind != yaml.ScalarNode {
			return false
		}
	}
	return true
}

func text(n *yaml.Node) string {
	if n.Kind == yaml.ScalarNode {
		return n.Value
	}
	values := make([]string, len(n.Content))
	for i, item := range n.Content {
		values[i] = item.Value
	}
	return strings.Join(values, ", ")
}

// mergeOrder lists every path once: those of b in their order, each path only a has where it stood after its neighbour.
func mergeOrder(a, b []string) []string {
	in := make(map[string]bool, len(b))
	for _, path := range b {
		in[path] = true
	}
	follows := make(map[string][]string) // what only a has, by the last shared path before it
	last := ""
	for _, path := range a {
		if in[path] {
			last = path
		} else {
			follows[last] = append(follows[last], path)
		}
	}
	merged := append(make([]string, 0, len(a)+len(b)), follows[""]...)
	for _, path := range b {
		merged = append(append(merged, path), follows[path]...)
	}
	return merged
}

// reordered tells when the alert rules both have stand in another order, because the first that wants an event decides.
func reordered(a, b []app.AlertRule) []app.Change {
	before, after := shared(a, b), shared(b, a)
	if strings.Join(before, "\n") == strings.Join(after, "\n") {
		return nil
	}
	return []app.Change{{Path: "alerts", Before: strings.Join(before, ", "), After: strings.Join(after, ", ")}}
}

func shared(a, b []app.AlertRule) []string {
	in := make(map[string]bool, len(b))
	for _, r := range b {
		in[r.Name] = true
	}
	var names []string
	for _, r := range a {
		if in[r.Name] {
			names = append(names, r.Name)
		}
	}
	return names
}
