package settings

import (
	"strconv"

	"go.yaml.in/yaml/v4"
)

// place is a position in the document as it was given.
type place struct{ line, column int }

// places finds the path of the value at a position. The library's errors carry positions only.
type places map[place]string

// at returns the path at a position, "" when none is known.
func (p places) at(line, column int) string { return p[place{line, column}] }

// locate walks a document once and notes where each key and value stands.
func locate(root *yaml.Node) places {
	found := make(places)
	for _, n := range root.Content {
		found.walk(n, "")
	}
	return found
}

func (p places) walk(n *yaml.Node, path string) {
	p[place{n.Line, n.Column}] = path
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i], n.Content[i+1]
			below := join(path, key.Value)
			p.walk(value, below)
			p[place{key.Line, key.Column}] = below
		}
	case yaml.SequenceNode:
		for i, item := range n.Content {
			p.walk(item, path+"["+itemName(path, item, i)+"]")
		}
	default: // nothing lies below the others
	}
}

// itemName names an item of a list the way a person would: by its name, an organization by source and id, and by its
// position only when it has neither.
func itemName(list string, item *yaml.Node, i int) string {
	switch {
	case list == "organizations":
		if source, id := value(item, "source"), value(item, "id"); source != "" && id != "" {
			return source + "/" + id
		}
	case value(item, "name") != "":
		return value(item, "name")
	case value(item, "kind") != "" && value(item, "id") != "":
		return value(item, "kind") + "/" + value(item, "id")
	}
	return strconv.Itoa(i)
}

// value returns the scalar under a key of a map, "" when there is none.
func value(n *yaml.Node, key string) string {
	if n.Kind != yaml.MappingNode {
		return ""
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key && n.Content[i+1].Kind == yaml.ScalarNode {
			return n.Content[i+1].Value
		}
	}
	return ""
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
