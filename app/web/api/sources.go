package api

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"psabridge/app"
	"psabridge/app/intake"
)

// Source is a source and how reading it goes.
type Source struct {
	SourceStatus
	Running      bool       `json:"running" doc:"it is being read right now"`
	Problems     []string   `json:"problems" nullable:"false" doc:"what could not be read the last time"`
	UsageAt      *time.Time `json:"usage_at" doc:"when usage was read or sent last"`
	FailingSince *time.Time `json:"failing_since" doc:"since when nothing could be read"`
	TokenSetAt   *time.Time `json:"token_set_at" doc:"when its sign-in was made or renewed last; null when it needs none or has none"`
	Notes        []string   `json:"notes" nullable:"false" doc:"what its sign-in lacks, as far as the last look at it said"`
	Beats        []Beat     `json:"beats" nullable:"false" doc:"the last readings, oldest first"`
	Steps        []Step     `json:"steps" nullable:"false" doc:"what the reading under way, or the last one, found out"`
}

// Beat is one reading of a source.
type Beat struct {
	At       time.Time `json:"at"`
	TookMS   int64     `json:"took_ms"`
	OK       bool      `json:"ok"`
	Complete bool      `json:"complete"`
	Error    string    `json:"error"`
}

// Step is something a reading found out.
type Step struct {
	At   time.Time `json:"at"`
	Text string    `json:"text"`
}

// SourceInput is the path parameter of one source.
type SourceInput struct {
	Name string `path:"name" maxLength:"64"`
}

type sourceOutput struct{ Body Source }

func (s *server) sources(ctx context.Context, _ *struct{}) (*listOutput[Source], error) {
	all, err := s.Sources(ctx)
	if err != nil {
		return nil, s.fail(err)
	}
	return newList(all, app.Page{}, func(one intake.Status) Source { return s.sourceItem(ctx, one) }, nil), nil
}

func (s *server) source(ctx context.Context, in *SourceInput) (*sourceOutput, error) {
	all, err := s.Sources(ctx)
	if err != nil {
		return nil, s.fail(err)
	}
	i := slices.IndexFunc(all, func(one intake.Status) bool { return one.Name == in.Name })
	if i < 0 {
		return nil, s.fail(noSource(in.Name))
	}
	return &sourceOutput{Body: s.sourceItem(ctx, all[i])}, nil
}

func noSource(name string) error {
	return app.Errorf(app.NotFound, "There is no source named %q.", name)
}

// known reports an error unless the settings have the source.
func (s *server) known(ctx context.Context, name string) error {
	doc, _, err := s.Settings.Document(ctx)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(doc.Sources, func(one app.SourceSettings) bool { return one.Name == name }) {
		return noSource(name)
	}
	return nil
}

func (s *server) sourceItem(ctx context.Context, st intake.Status) Source {
	out := Source{
		SourceStatus: SourceStatus{Name: st.Name, Kind: st.Kind, LastOKAt: timeOrNil(st.LastOKAt), LastError: st.LastError, NextAt: timeOrNil(st.NextAt), Complete: st.Complete},
		Running:      st.Running, Problems: append([]string{}, st.Problems...), UsageAt: timeOrNil(st.UsageAt), FailingSince: timeOrNil(st.FailingSince),
		Notes: append([]string{}, s.Notes(st.Name)...), Beats: []Beat{}, Steps: []Step{},
	}
	if at, ok := s.TokenInfo(ctx, st.Name); ok {
		out.TokenSetAt = timeOrNil(at)
	}
	for _, b := range st.Beats {
		out.Beats = append(out.Beats, Beat{At: b.At.UTC(), TookMS: b.Took.Milliseconds(), OK: b.OK, Complete: b.Complete, Error: b.Error})
	}
	for _, step := range st.Steps {
		out.Steps = append(out.Steps, Step{At: step.At.UTC(), Text: step.Text})
	}
	return out
}

// RawRecord is what a source answered where its fields are not documented.
type RawRecord struct {
	Organization string          `json:"organization" doc:"external id; empty when it belongs to none"`
	What         string          `json:"what"`
	ReadAt       time.Time       `json:"read_at"`
	Understood   bool            `json:"understood" doc:"quantities are made of it"`
	Note         string          `json:"note"`
	Body         json.RawMessage `json:"body"`
}

func (s *server) raw(ctx context.Context, in *SourceInput) (*listOutput[RawRecord], error) {
	if err := s.known(ctx, in.Name); err != nil {
		return nil, s.fail(err)
	}
	rows, err := s.Read.RawRecords(ctx, in.Name)
	if err != nil {
		return nil, s.fail(err)
	}
	return newList(rows, app.Page{}, func(r app.RawRecord) RawRecord {
		out := RawRecord{Organization: r.OrganizationID, What: r.What, ReadAt: r.ReadAt.UTC(), Understood: r.Understood, Note: r.Note, Body: r.Body}
		if !json.Valid(out.Body) {
			out.Body = json.RawMessage("null")
		}
		return out
	}, nil), nil
}
