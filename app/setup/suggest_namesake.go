package setup

import (
	"context"
	"slices"
	"strings"

	"psabridge/app"
	"psabridge/app/settings"
)

// namesakes finds the companies of organizations that are mapped already by the organizations' names: a customer has one
// name and another id in every source, and what a person said of it in one of them is worth more than a likeness.
type namesakes struct {
	exact, normal map[string][]namesake
	companies     map[int64]int // position of a company in the list
}

type namesake struct {
	source, name string
	company      int64
}

// namesakes collects the mapped organizations of a connection.
func (s *Setup) namesakes(ctx context.Context, connection string, companies []app.OptionRow) (namesakes, error) {
	doc, _, err := s.Document(ctx)
	if err != nil {
		return namesakes{}, err
	}
	tree, err := s.Store.Tree(ctx)
	if err != nil {
		return namesakes{}, err
	}
	inherited := settings.NewTree(tree, doc)
	found := namesakes{exact: make(map[string][]namesake), normal: make(map[string][]namesake), companies: make(map[int64]int, len(companies))}
	for i, c := range companies {
		found.companies[c.ID] = i
	}
	for _, o := range tree {
		e := inherited.Effective(o.Source, o.ExternalID)
		if e.Connection != connection || e.Company.ID == 0 {
			continue
		}
		t := namesake{o.Source, o.Name, e.Company.ID}
		if exact := strings.TrimSpace(o.Name); exact != "" {
			found.exact[exact] = append(found.exact[exact], t)
		}
		if plain := normalise(o.Name); plain != "" {
			found.normal[plain] = append(found.normal[plain], t)
		}
	}
	return found, nil
}

// lead puts the company of the same customer in another source before what the companies' names say. Where the two
// disagree both are proposed as similar, so that neither is accepted unseen; an organization that was mapped before goes
// back to its own company.
func (t namesakes) lead(o app.OrganizationRow, companies []app.OptionRow, byName []Suggestion) []Suggestion {
	if len(byName) > 0 && byName[0].Reason == ReasonSameID {
		return byName
	}
	for _, step := range []struct {
		reason Reason
		found  []namesake
	}{{ReasonExact, t.exact[strings.TrimSpace(o.Name)]}, {ReasonNormalised, t.normal[normalise(o.Name)]}} {
		if like := t.propose(o, companies, step.found, step.reason); len(like) > 0 {
			return agreed(like, byName)
		}
	}
	return byName
}

// propose has one suggestion for each company that namesakes in other sources have.
func (t namesakes) propose(o app.OrganizationRow, companies []app.OptionRow, found []namesake, reason Reason) []Suggestion {
	var all []Suggestion
	for _, like := range found {
		at, active := t.companies[like.company]
		if !active || like.source == o.Source || slices.ContainsFunc(all, func(s Suggestion) bool { return s.CompanyID == like.company }) {
			continue
		}
		c := companies[at]
		all = append(all, Suggestion{
			OrganizationID: o.ID, Organization: o.Name, CompanyID: c.ID, Company: c.Name, Identifier: c.Identifier,
			Reason: reason, Like: like.name + " of " + like.source, Score: 1,
		})
	}
	return all
}

// agreed is the one company that everything speaks for, else all of them for a person to look at.
func agreed(like, byName []Suggestion) []Suggestion {
	for _, s := range byName {
		sure := s.Reason == ReasonExact || s.Reason == ReasonNormalised || s.Score == 1
		if sure && !slices.ContainsFunc(like, func(l Suggestion) bool { return l.CompanyID == s.CompanyID }) {
			like = append(like, s)
		}
	}
	if len(like) > 1 {
		for i := range like {
			like[i].Reason = ReasonSimilar
		}
	}
	return like
}
