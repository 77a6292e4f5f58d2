package api

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"psabridge/app"
	"psabridge/app/job"
)

type longNamed struct {
	Waiting
	Name string `path:"name" maxLength:"64"`
}

func (s *server) test(ctx context.Context, in *longNamed) (*longOutput, error) {
	return s.run(ctx, in.Waiting, "test "+in.Name, func(ctx context.Context, p *job.Progress) (any, error) {
		return s.runChecks(ctx, []string{in.Name}, p)
	})
}

func (s *server) reload(ctx context.Context, in *longNamed) (*longOutput, error) {
	return s.run(ctx, in.Waiting, "reload "+in.Name, func(ctx context.Context, _ *job.Progress) (any, error) {
		counts, err := s.Setup.Reload(ctx, in.Name)
		if err != nil {
			return nil, err
		}
		out := map[string]int{}
		for list, n := range counts {
			out[string(list)] = n
		}
		return out, nil
	})
}

// optionLists says which lists there are, and what each hangs on.
var optionLists = map[app.OptionList]string{
	app.ListCompanies: "", app.ListAgreements: "company", app.ListProducts: "", app.ListBoards: "", app.ListStatuses: "board",
	app.ListTypes: "board", app.ListSubtypes: "board", app.ListItems: "board", app.ListAssociations: "board", app.ListTeams: "board",
	app.ListPriorities: "", app.ListSources: "", app.ListMembers: "",
}

type optionsInput struct {
	Name    string `path:"name" maxLength:"64"`
	List    string `path:"list" maxLength:"64"`
	Company int64  `query:"company" minimum:"1"`
	Board   int64  `query:"board" minimum:"1"`
}

// Options is one drop-down. Items carry id, name, identifier and inactive besides what the list has of its own.
type Options struct {
	Items      []map[string]any `json:"items" nullable:"false"`
	Next       *string          `json:"next"`
	AgeSeconds int              `json:"age_seconds"`
}

type optionsOutput struct{ Body Options }

func (s *server) options(ctx context.Context, in *optionsInput) (*optionsOutput, error) {
	list := app.OptionList(in.List)
	parent, err := in.parent(list)
	if err != nil {
		return nil, s.fail(err)
	}
	rows, at, err := s.Setup.Options(ctx, in.Name, list, parent)
	if err != nil {
		return nil, s.fail(err)
	}
	out := Options{Items: []map[string]any{}, AgeSeconds: int(s.Now().Sub(at).Seconds())}
	for _, r := range rows {
		item := map[string]any{}
		if err := json.Unmarshal(r.Body, &item); err != nil && len(r.Body) > 0 {
			return nil, s.fail(err)
		}
		maps.Copy(item, map[string]any{"id": r.ID, "name": r.Name, "inactive": r.Inactive})
		if r.Identifier != "" {
			item["identifier"] = r.Identifier
		}
		out.Items = append(out.Items, item)
	}
	return &optionsOutput{Body: out}, nil
}

func (in *optionsInput) parent(list app.OptionList) (int64, error) {
	needs, known := optionLists[list]
	if !known {
		return 0, app.Errorf(app.NotFound, "There is no list %q. There are: %v.", in.List, slices.Sorted(maps.Keys(optionLists)))
	}
	parent := map[string]int64{"company": in.Company, "board": in.Board}[needs]
	if needs != "" && parent == 0 {
		return 0, app.FieldErrorf(needs, "Say whose %s: add ?%s=<id>.", in.List, needs)
	}
	return parent, nil
}

// Suggestion is which company an organization probably is, and why.
type Suggestion struct {
	OrganizationID ID      `json:"organization_id"`
	CompanyID      int64   `json:"company_id"`
	Reason         string  `json:"reason" enum:"same_id,exact,normalised,similar"`
	Score          float64 `json:"score"`
	// Like is the organization of the same name, in another source, that has this company; left out when the company's own
	// name is the reason.
	Like string `json:"like,omitempty"`
}

func (s *server) suggestions(ctx context.Context, in *struct {
	Connection string `query:"connection" required:"true" maxLength:"64"`
},
) (*listOutput[Suggestion], error) {
	rows, err := s.Setup.Suggestions(ctx, in.Connection)
	if err != nil {
		return nil, s.fail(err)
	}
	return newList(rows, app.Page{}, func(r Suggestion) Suggestion { return r }, nil), nil
}

// SyncResult is what reading a source brought.
type SyncResult struct {
	Organizations int      `json:"organizations"`
	Events        int      `json:"events"`
	Readings      int      `json:"readings"`
	Complete      bool     `json:"complete"`
	Problems      []string `json:"problems" nullable:"false"`
}

func (s *server) sync(ctx context.Context, in *longNamed) (*longOutput, error) {
	return s.run(ctx, in.Waiting, "sync "+in.Name, func(ctx context.Context, _ *job.Progress) (any, error) {
		r, err := s.Sync(ctx, in.Name)
		if r.Problems == nil {
			r.Problems = []string{}
		}
		return r, err
	})
}
