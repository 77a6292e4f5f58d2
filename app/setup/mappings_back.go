package setup

import (
	"context"
	"reflect"
	"strings"

	"psabridge/app"
	"psabridge/app/settings"
)

// MappingsChanged counts the organizations a revision touched, if it changed nothing but their entries; 0 otherwise.
func MappingsChanged(r app.Revision) int {
	touched := map[string]bool{}
	for _, c := range r.Diff {
		rest, is := strings.CutPrefix(c.Path, "organizations[")
		name, _, closed := strings.Cut(rest, "]")
		if !is || !closed {
			return 0
		}
		touched[name] = true
	}
	return len(touched)
}

// RevertMappings takes a revision back that changed mappings and nothing else, as another revision: every organization it
// touched has the entry it had before. conflict: an entry was changed since, and the message names the organization; then
// nothing is taken back. not_found: there is no such revision. invalid: it changed more than mappings.
func (s *Setup) RevertMappings(ctx context.Context, by string, rev int64) error {
	list, err := s.Store.SettingsHistory(ctx, app.Page{After: rev + 1, Limit: 2})
	if err != nil {
		return err
	}
	if len(list) == 0 || list[0].Rev != rev {
		return app.Errorf(app.NotFound, "There is no revision %d of the settings.", rev)
	}
	if len(list) == 1 {
		list = append(list, app.Revision{})
	}
	if MappingsChanged(list[0]) == 0 {
		return app.FieldErrorf("revision", "Revision %d changed more than mappings. Look at it under Settings, and put back there what you want back.", rev)
	}
	after, err := parseStored(list[0])
	if err != nil {
		return err
	}
	before, err := parseStored(list[1])
	if err != nil {
		return err
	}
	tree, err := s.Store.Tree(ctx)
	if err != nil {
		return err
	}
	_, _, err = s.Edit(ctx, by, func(doc *app.Settings) error { return putBack(doc, before, after, tree) })
	return byName(err, tree)
}

// putBack gives every entry that differs from before to after its former values.
func putBack(doc *app.Settings, before, after app.Settings, tree []app.Organization) error {
	for _, key := range entries(before, after) {
		was, _ := settings.OrganizationByID(before, key[0], key[1])
		left, _ := settings.OrganizationByID(after, key[0], key[1])
		now, _ := settings.OrganizationByID(*doc, key[0], key[1])
		switch {
		case reflect.DeepEqual(was, left):
			continue
		case !reflect.DeepEqual(left, now):
			return app.Errorf(app.Conflict, "The mapping of %s was changed since. Nothing was taken back; change it on its own page.", nameIn(tree, key))
		}
		was.Source, was.ID = key[0], key[1]
		putEntry(doc, was)
	}
	return nil
}

// entries lists the organizations that have an entry in either document, each once.
func entries(docs ...app.Settings) (keys [][2]string) {
	seen := map[[2]string]bool{}
	for _, doc := range docs {
		for _, o := range doc.Organizations {
			if k := [2]string{o.Source, o.ID}; !seen[k] {
				seen[k] = true
				keys = append(keys, k)
			}
		}
	}
	return keys
}

func nameIn(tree []app.Organization, key [2]string) string {
	for _, o := range tree {
		if o.Source == key[0] && o.ExternalID == key[1] {
			return o.Name
		}
	}
	return "organization " + key[1] + " of " + key[0]
}
