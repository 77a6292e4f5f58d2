package setup

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"psabridge/app"
	"psabridge/app/settings"
)

// Reason says why an organization is probably a company.
type Reason string

// The reasons, surest first.
const (
	ReasonSameID     Reason = "same_id"    // the organization was mapped to this company before
	ReasonExact      Reason = "exact"      // the names are the same, letter by letter
	ReasonNormalised Reason = "normalised" // the same but for legal forms, accents, punctuation and case
	ReasonSimilar    Reason = "similar"    // alike; somebody has to look
)

// Suggestion is a company an unmapped organization probably is.
type Suggestion struct {
	OrganizationID int64 // our row
	Organization   string
	CompanyID      int64
	Company        string
	Identifier     string
	Reason         Reason
	// Like is the organization of the same name, in another source, that has this company; "" when the company's own
	// name is the reason.
	Like  string
	Score float64 // 1 is certain, for similar names less
}

const (
	leastScore = 0.6 // below it a name is more likely another's than misspelt
	remembered = 50  // revisions looked through for an earlier mapping
)

// Suggestions proposes a company for each organization of a connection that has none, surest first and then by name.
// Nothing is mapped by it, and no inactive company is proposed. Names that fit several companies alike are all proposed,
// as similar, so that none of them is accepted unseen; an inactive one of the same name is reason enough to look.
func (s *Setup) Suggestions(ctx context.Context, connection string) ([]Suggestion, error) {
	companies, _, err := s.Options(ctx, connection, app.ListCompanies, 0)
	if err != nil {
		return nil, err
	}
	every := newNames(companies)
	companies = slices.DeleteFunc(slices.Clone(companies), func(c app.OptionRow) bool { return c.Inactive })
	unmapped, err := s.unmapped(ctx, connection)
	if err != nil {
		return nil, err
	}
	before, err := s.mappedBefore(ctx)
	if err != nil {
		return nil, err
	}
	namesakes, err := s.namesakes(ctx, connection, companies)
	if err != nil {
		return nil, err
	}
	names := newNames(companies)
	var all []Suggestion
	for _, o := range unmapped {
		byName := suggest(o, companies, names, every, before[o.Source+"/"+o.ExternalID])
		all = append(all, namesakes.lead(o, companies, byName)...)
	}
	rank := []Reason{ReasonSameID, ReasonExact, ReasonNormalised, ReasonSimilar}
	slices.SortStableFunc(all, func(a, b Suggestion) int {
		if d := slices.Index(rank, a.Reason) - slices.Index(rank, b.Reason); d != 0 {
			return d
		}
		return strings.Compare(a.Organization, b.Organization)
	})
	return all, nil
}

func (s *Setup) unmapped(ctx context.Context, connection string) ([]app.OrganizationRow, error) {
	doc, _, err := s.Document(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := s.Store.Organizations(ctx, app.OrganizationFilter{})
	if err != nil {
		return nil, err
	}
	tree := make([]app.Organization, len(rows))
	for i, row := range rows {
		tree[i] = row.Organization
	}
	inherited := settings.NewTree(tree, doc)
	return slices.DeleteFunc(rows, func(row app.OrganizationRow) bool {
		e := inherited.Effective(row.Source, row.ExternalID)
		return e.Connection != connection || row.ExternalID == app.SyntheticTop || e.Company.ID != 0 || row.State == app.OrganizationGone || row.State == app.OrganizationIgnored
	}), nil
}

// mappedBefore finds the last company of each organization whose mapping was taken away, in the newest revisions.
func (s *Setup) mappedBefore(ctx context.Context) (map[string]int64, error) {
	revisions, err := s.Store.SettingsHistory(ctx, app.Page{Limit: remembered})
	if err != nil {
		return nil, err
	}
	before := make(map[string]int64)
	for _, r := range revisions { // newest first
		for _, c := range r.Diff {
			name, isMapping := strings.CutPrefix(c.Path, "organizations[")
			name, isCompany := strings.CutSuffix(name, "].company.id")
			id, err := strconv.ParseInt(c.Before, 10, 64)
			if _, newer := before[name]; isMapping && isCompany && err == nil && !newer {
				before[name] = id
			}
		}
	}
	return before, nil
}

func suggest(o app.OrganizationRow, companies []app.OptionRow, names, every *names, before int64) []Suggestion {
	propose := func(at int, reason Reason, score float64) Suggestion {
		c := companies[at]
		return Suggestion{OrganizationID: o.ID, Organization: o.Name, CompanyID: c.ID, Company: c.Name, Identifier: c.Identifier, Reason: reason, Score: score}
	}
	if at := slices.IndexFunc(companies, func(c app.OptionRow) bool { return c.ID == before }); at >= 0 && before != 0 {
		return []Suggestion{propose(at, ReasonSameID, 1)}
	}
	for _, step := range []struct {
		reason Reason
		found  []int // among the active companies
		all    int   // inactive ones included
	}{
		{ReasonExact, names.exact[strings.TrimSpace(o.Name)], len(every.exact[strings.TrimSpace(o.Name)])},
		{ReasonNormalised, names.normal[normalise(o.Name)], len(every.normal[normalise(o.Name)])},
	} {
		switch {
		case len(step.found) == 0:
			continue
		case step.all == 1:
			return []Suggestion{propose(step.found[0], step.reason, 1)}
		}
		var twins []Suggestion
		for _, at := range step.found {
			twins = append(twins, propose(at, ReasonSimilar, 1))
		}
		return twins
	}
	if at, score := names.nearest(normalise(o.Name)); score >= leastScore {
		return []Suggestion{propose(at, ReasonSimilar, score)}
	}
	return nil
}
