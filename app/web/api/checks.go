package api

import (
	"context"
	"slices"

	"psabridge/app"
	"psabridge/app/job"
)

// TestResult is the answer of a test: every check, and whether none of them failed.
type TestResult struct {
	OK      bool    `json:"ok" doc:"no check failed, in the newest test of each connection; current says whether that was of the connection as it is now"`
	Current bool    `json:"current" doc:"every connection it is about was tested with the settings and the keys it has now"`
	Checks  []Check `json:"checks" nullable:"false"`
}

func (r *TestResult) add(c Check) {
	r.OK = r.OK && c.State != string(app.CheckFailed)
	r.Checks = append(r.Checks, c)
}

// Checked are the query parameters of the calls about checks.
type Checked struct {
	Connection string `query:"connection" maxLength:"64" doc:"this connection alone, without the sources"`
}

type checksOutput struct{ Body TestResult }

// checks answers with what was found last about the connections there are; it asks nobody.
func (s *server) checks(ctx context.Context, in *Checked) (*checksOutput, error) {
	names, err := s.connections(ctx, in.Connection)
	if err != nil {
		return nil, s.fail(err)
	}
	rows, err := s.Read.Checks(ctx, in.Connection)
	if err != nil {
		return nil, s.fail(err)
	}
	out := TestResult{OK: true, Checks: []Check{}}
	if out.Current, err = s.current(ctx, names); err != nil {
		return nil, s.fail(err)
	}
	for _, r := range rows {
		if slices.Contains(names, r.Connection) {
			out.add(check(r))
		}
	}
	if in.Connection == "" {
		if err := s.addNotify(ctx, &out); err != nil {
			return nil, s.fail(err)
		}
		if err := s.addSources(ctx, &out); err != nil {
			return nil, s.fail(err)
		}
		if err := s.addMachine(ctx, &out, false); err != nil {
			return nil, s.fail(err)
		}
	}
	return &checksOutput{Body: out}, nil
}

// current reports whether the newest tests of some connections are about them as they are now.
func (s *server) current(ctx context.Context, names []string) (bool, error) {
	all := true
	for _, name := range names {
		run, err := s.Setup.CheckRun(ctx, name)
		if err != nil {
			return false, err
		}
		all = all && run.Current
	}
	return all, nil
}

func (s *server) checkAll(ctx context.Context, in *struct {
	Waiting
	Checked
},
) (*longOutput, error) {
	names, err := s.connections(ctx, in.Connection)
	if err != nil {
		return nil, s.fail(err)
	}
	return s.run(ctx, in.Waiting, "checks", func(ctx context.Context, p *job.Progress) (any, error) {
		out, err := s.runChecks(ctx, names, p)
		if err == nil && in.Connection == "" {
			err = s.askNotify(ctx, &out, p)
		}
		if err == nil && in.Connection == "" {
			err = s.askSources(ctx, &out, p)
		}
		if err == nil && in.Connection == "" {
			err = s.addSources(ctx, &out)
		}
		if err == nil && in.Connection == "" {
			err = s.addMachine(ctx, &out, true)
		}
		return out, err
	})
}

// connections are the names to check: the one that was asked for, else all.
func (s *server) connections(ctx context.Context, only string) ([]string, error) {
	doc, _, err := s.Settings.Document(ctx)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, c := range doc.Connections {
		if only == "" || c.Name == only {
			names = append(names, c.Name)
		}
	}
	if only != "" && len(names) == 0 {
		return nil, app.Errorf(app.NotFound, "There is no connection “%s”.", only)
	}
	return names, nil
}

// runChecks tests connections one after the other; the job shows each result as it comes.
func (s *server) runChecks(ctx context.Context, names []string, p *job.Progress) (TestResult, error) {
	out := TestResult{OK: true, Checks: []Check{}}
	for _, name := range names {
		sofar := TestResult{OK: out.OK, Checks: slices.Clone(out.Checks)}
		rows, err := s.Setup.Test(ctx, name, func(c app.CheckRow) {
			c.Connection = name
			sofar.add(check(c))
			p.Set(len(sofar.Checks), 0, name+": "+c.Title)
			p.Part(TestResult{OK: sofar.OK, Checks: slices.Clone(sofar.Checks)})
		})
		if err != nil {
			return out, err
		}
		for _, r := range rows {
			r.Connection = name
			out.add(check(r))
		}
	}
	var err error
	out.Current, err = s.current(ctx, names)
	return out, err
}

// sourceTester asks the sources who we are. A Setup that is one has its answers among the checks.
type sourceTester interface {
	TestSources(ctx context.Context, each func(source string, c app.CheckRow)) error
}

// askSources asks each source whether it lets us in.
func (s *server) askSources(ctx context.Context, out *TestResult, p *job.Progress) error {
	t, is := s.Setup.(sourceTester)
	if !is {
		return nil
	}
	return t.TestSources(ctx, func(source string, row app.CheckRow) {
		c := check(row)
		c.Source = source
		out.add(c)
		p.Set(len(out.Checks), 0, source+": "+c.Title)
	})
}

// notifyTester proves the ways a person is told. A Setup that is one has its answers among the checks.
type notifyTester interface {
	TestNotify(ctx context.Context, each func(app.CheckRow)) ([]app.CheckRow, error)
	NotifyChecks(ctx context.Context) ([]app.CheckRow, error)
}

// askNotify tries the ways a person is told.
func (s *server) askNotify(ctx context.Context, out *TestResult, p *job.Progress) error {
	t, is := s.Setup.(notifyTester)
	if !is {
		return nil
	}
	_, err := t.TestNotify(ctx, func(row app.CheckRow) {
		out.add(check(row))
		p.Set(len(out.Checks), 0, "Notices: "+row.Title)
	})
	return err
}

// addNotify says what was found of them last.
func (s *server) addNotify(ctx context.Context, out *TestResult) error {
	t, is := s.Setup.(notifyTester)
	if !is {
		return nil
	}
	rows, err := t.NotifyChecks(ctx)
	for _, row := range rows {
		out.add(check(row))
	}
	return err
}

// addSources says of each source how reading it goes. Nothing is read for it.
func (s *server) addSources(ctx context.Context, out *TestResult) error {
	st, err := s.Status(ctx)
	if err != nil {
		return err
	}
	for _, src := range st.Sources {
		out.add(sourceCheck(src))
	}
	return nil
}

func sourceCheck(s SourceStatus) Check {
	c := Check{ID: "read." + s.Name, Title: "The source " + s.Name + " can be read", Source: s.Name, State: string(app.CheckOK)}
	switch {
	case s.LastError != "":
		c.State, c.Message = string(app.CheckFailed), s.LastError
		c.Fix = "Put right what it says on the page of the source, then read it again there or with: psabridge sync " + s.Name
	case s.LastOKAt == nil:
		c.State, c.Message = string(app.CheckSkipped), "It was not read yet since psabridge was started."
	case !s.Complete:
		c.State, c.Message = string(app.CheckWarning), "It was read, but not completely. What is missing is not billed and clears no alert."
	default:
		c.Message = "Last read at " + s.LastOKAt.Format("2006-01-02 15:04:05 MST") + "."
	}
	return c
}
