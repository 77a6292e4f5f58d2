package push_test

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"

	"psabridge/app"
	"psabridge/app/intake"
	"psabridge/app/push"
	"psabridge/app/sandbox"
	"psabridge/app/sandbox/sample"
	"psabridge/app/source"
	"psabridge/app/source/x360sync"
)

type mem struct {
	sync.Mutex
	v x360sync.Token
}

func (m *mem) Load(context.Context) (x360sync.Token, error) {
	m.Lock()
	defer m.Unlock()
	return m.v, nil
}

func (m *mem) Save(_ context.Context, t x360sync.Token) error {
	m.Lock()
	defer m.Unlock()
	m.v = t
	return nil
}

// real wires intake and the x360Sync adapter as the program does.
func real(t *testing.T, w *world) *intake.Intake {
	t.Helper()
	s := w.doc.Sources[0]
	src, err := x360sync.New(x360sync.Config{
		Name: s.Name, Host: w.vendors.X360SyncURL, TopOrganization: s.TopOrganization, AllowPrivateNetwork: true,
		Credentials: x360sync.Credentials{Username: sample.SyncUsername, Password: app.Secret(sample.SyncPassword), ClientID: sample.SyncClientID, ClientSecret: app.Secret(sample.SyncClientSecret)},
		Tokens: &mem{}, Now: w.clock, Transport: http.DefaultTransport,
	})
	if err != nil {
		t.Fatal(err)
	}
	in := intake.New(intake.Deps{
		Store: w.store, Source: func(context.Context, string) (source.Source, error) { return src, nil },
		Settings: func(context.Context) (app.Settings, error) { return w.doc, nil },
		Decide:   func(app.Settings, app.AlertState) app.AlertDecision { return app.AlertDecision{} }, Now: w.clock,
	})
	w.pusher.Refresh = func(ctx context.Context, names []string) []push.Problem {
		var out []push.Problem
		for _, p := range in.Refresh(ctx, names) {
			out = append(out, push.Problem(p))
		}
		return out
	}
	return in
}

func TestZZRealVanished(t *testing.T) {
	t.Parallel()
	w := newSmallWorld(t)
	in := real(t, w)
	if _, err := in.Sync(t.Context(), sample.SourceName); err != nil {
		t.Fatal(err)
	}
	w.approve(w.released())
	w.work(nil)
	w.pass(time.Hour)
	// 4725 Reederei gets two more accounts; the daily reading sees them; then the customer is deleted
	w.vendors.MSP.AddPerson(4725, "Ada", "Lovelace", w.clock())
	if _, err := in.Sync(t.Context(), sample.SourceName); err != nil {
		t.Fatal(err)
	}
	w.pass(20 * time.Hour)
	w.vendors.MSP.DeleteOrganization(4725)
	p := w.plan()
	for _, l := range p.Lines {
		for _, s := range l.Shares {
			if s.ExternalID == strconv.Itoa(4725) && l.Writes() {
				t.Errorf("complete=%v problems=%v: %s %s → %s %s; the customer is deleted at the source and in no fresh reading", p.Complete, p.Problems, l.Product, l.Before, l.After, l.Verdict)
			}
		}
	}
}

func TestZZEmptyPushForgetsWhoWasOnALine(t *testing.T) {
	t.Parallel()
	w := month(t, app.ApprovalAsk)
	// a push of a plan made while the catalog could not be read: nothing is written
	w.pass(2 * time.Hour)
	w.cw.Faults.Add(sandbox.Fault{Path: "*agreements*", Times: -1, Status: 503})
	p := w.plan()
	pu := w.approve(p)
	t.Logf("empty push: %s, complete %v, %d writers", pu.State, p.Complete, len(writers(p.Lines)))
	w.cw.Faults.Clear()
	// one organization of the shared line moves to an agreement of its own
	for i, o := range w.doc.Organizations {
		if o.ID == "4713" {
			w.doc.Organizations[i].Bill = nil // left the shared line
		}
	}
	w.rev++
	for _, l := range w.plan().Lines {
		if l.Agreement.ID == 901 && l.Writes() {
			t.Errorf("%s %s → %s: an organization left the line and nobody is asked (%v)", l.Product, l.Before, l.After, codesOf(l))
		}
	}
}
