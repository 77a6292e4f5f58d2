package main

import (
	"context"
	"net/http"
	"strings"

	"psabridge/app"
	"psabridge/app/inbox"
)

// organizationRow is what a command needs to know of an organization to find it.
type organizationRow struct {
	ID         string `json:"id"`
	Source     string `json:"source"`
	ExternalID string `json:"external_id"`
	Name       string `json:"name"`
}

// organizationHelp says how an organization is named on the command line.
const organizationHelp = "its name, its id at its source, or its number here; SOURCE:ID or id:NUMBER where that could be two"

func organizations(ctx context.Context, cl *client) ([]organizationRow, error) {
	var list listAnswer[organizationRow]
	err := cl.call(ctx, http.MethodGet, "/organizations", nil, &list)
	return list.Items, err
}

// organizationID is the API's id of the organization a person named; "" for none named.
func organizationID(ctx context.Context, cl *client, text string) (string, error) {
	if text == "" {
		return "", nil
	}
	all, err := organizations(ctx, cl)
	if err != nil {
		return "", err
	}
	o, err := find(all, text)
	return o.ID, err
}

// find is the one organization a text can mean. A number that is one's id here and another's at its source is neither: a
// guess would bill somebody else.
func find(all []organizationRow, text string) (organizationRow, error) {
	text = strings.TrimSpace(text)
	var found []organizationRow
	for _, o := range all {
		if text == "id:"+o.ID || text == o.Source+":"+o.ExternalID {
			return o, nil
		}
		if text == o.ID || text == o.ExternalID || text != "" && inbox.Same(o.Name, text) {
			found = append(found, o)
		}
	}
	switch len(found) {
	case 0:
		return organizationRow{}, app.FieldErrorf("organization", "There is no organization %q. Name it by %s.", text, organizationHelp)
	case 1:
		return found[0], nil
	}
	names := make([]string, len(found))
	for i, o := range found {
		names[i] = o.Source + ":" + o.ExternalID + " (" + o.Name + ")"
	}
	return organizationRow{}, app.FieldErrorf("organization", "%q can mean %s. Write one of them.", text, strings.Join(names, " or "))
}
