package api

import (
	"context"
	"time"

	"psabridge/app"
)

// ReadingDetail is a reading with what was counted: the same a page shows and a line is made of.
type ReadingDetail struct {
	Reading
	Covers  *string        `json:"covers" doc:"the month it covers; null for usage as it was at read_at"`
	Method  string         `json:"method" doc:"how it was got"`
	Problem string         `json:"problem" doc:"why it is not complete"`
	Items   []EvidenceItem `json:"items" nullable:"false"`
}

// EvidenceItem is one thing that was counted.
type EvidenceItem struct {
	Kind       string `json:"kind"`
	ExternalID string `json:"external_id"`
	Name       string `json:"name"`
	Amount     Number `json:"amount"`
	Excluded   string `json:"excluded,omitempty" doc:"why it is left out"`
	Detail     string `json:"detail,omitempty"`
}

func evidenceItem(i app.EvidenceItem) EvidenceItem {
	return EvidenceItem{Kind: string(i.Kind), ExternalID: i.ExternalID, Name: i.Name, Amount: number(i.Amount), Excluded: i.Excluded, Detail: i.Detail}
}

// organizationReadings are the newest readings of an organization, of each meter and basis.
func (s *server) organizationReadings(ctx context.Context, in *RowInput) (*listOutput[ReadingDetail], error) {
	n, err := in.ID.parse("id")
	if err != nil {
		return nil, s.fail(err)
	}
	o, err := s.Read.Organization(ctx, n)
	if err != nil {
		return nil, s.fail(err)
	}
	all, err := s.Read.LatestReadings(ctx, o.Source)
	if err != nil {
		return nil, s.fail(err)
	}
	var rows []app.Reading
	for _, r := range all {
		if r.OrganizationID == o.ExternalID {
			rows = append(rows, r)
		}
	}
	return newList(rows, app.Page{}, readingDetail, nil), nil
}

func readingDetail(r app.Reading) ReadingDetail {
	out := ReadingDetail{Reading: reading(r), Covers: periodOrNil(r.Covers), Method: r.Method, Problem: r.Problem, Items: []EvidenceItem{}}
	for _, i := range r.Items {
		out.Items = append(out.Items, evidenceItem(i))
	}
	return out
}

// askLater is for how long nobody is asked about an organization that was put off.
const askLater = 7 * 24 * time.Hour

// Organizer keeps what a person says about a new organization.
type Organizer interface {
	SetOrganizationIgnored(ctx context.Context, id int64, ignored bool) error
	PutOffOrganization(ctx context.Context, id int64, until time.Time) error
}

func (s *server) ignore(ctx context.Context, in *RowInput) (*struct{}, error) {
	return s.say(in, func(n int64) error { return s.Organize.SetOrganizationIgnored(ctx, n, true) })
}

func (s *server) later(ctx context.Context, in *RowInput) (*struct{}, error) {
	return s.say(in, func(n int64) error { return s.Organize.PutOffOrganization(ctx, n, s.Now().Add(askLater)) })
}

func (s *server) ask(ctx context.Context, in *RowInput) (*struct{}, error) {
	return s.say(in, func(n int64) error {
		if err := s.Organize.SetOrganizationIgnored(ctx, n, false); err != nil {
			return err
		}
		return s.Organize.PutOffOrganization(ctx, n, time.Time{})
	})
}

func (s *server) say(in *RowInput, do func(int64) error) (*struct{}, error) {
	n, err := in.ID.parse("id")
	if err != nil {
		return nil, s.fail(err)
	}
	return s.done(do(n))
}
