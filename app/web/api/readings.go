package api

import (
	"context"
	"time"

	"psabridge/app"
)

// ReadingDetail is a reading with what was counted: the same a page shows and a line is made of.
type ReadingDetail struct {
	Reading
	Newest  bool           `json:"newest" doc:"the newest of its meter and basis; the others are statements of earlier months, which bill their own month"`
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

// organizationReadings are the newest readings of an organization, of each meter and basis, and after them the statements of
// the last months.
func (s *server) organizationReadings(ctx context.Context, in *RowInput) (*listOutput[ReadingDetail], error) {
	n, err := in.ID.parse("id")
	if err != nil {
		return nil, s.fail(err)
	}
	o, err := s.Read.Organization(ctx, n)
	if err != nil {
		return nil, s.fail(err)
	}
	newest, statements, err := s.Read.OrganizationReadings(ctx, o.Source, o.ExternalID)
	if err != nil {
		return nil, s.fail(err)
	}
	out := newList(newest, app.Page{}, func(r app.Reading) ReadingDetail { return readingDetail(r, true) }, nil)
	for _, r := range statements {
		out.Body.Items = append(out.Body.Items, readingDetail(r, false))
	}
	return out, nil
}

func readingDetail(r app.Reading, newest bool) ReadingDetail {
	out := ReadingDetail{Newest: newest, Reading: reading(r), Covers: periodOrNil(r.Covers), Method: r.Method, Problem: r.Problem, Items: []EvidenceItem{}}
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
