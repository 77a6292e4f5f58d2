package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"psabridge/app"
)

type statusCmd struct{}

// statusAnswer is the part of GET /status a terminal shows.
type statusAnswer struct {
	Version  string `json:"version"`
	State    string `json:"state"`
	NeedsYou []struct {
		Message string `json:"message"`
	} `json:"needs_you"`
	Sources []struct {
		Name      string    `json:"name"`
		Kind      string    `json:"kind"`
		LastOKAt  time.Time `json:"last_ok_at"`
		LastError string    `json:"last_error"`
	} `json:"sources"`
	Connections []struct {
		Name      string    `json:"name"`
		State     string    `json:"state"`
		LastOKAt  time.Time `json:"last_ok_at"`
		LastError string    `json:"last_error"`
	} `json:"connections"`
	Tray   string `json:"tray"`
	Outbox struct {
		Waiting, Sending, Checking, Parked int
	} `json:"outbox"`
	Billing []struct {
		Connection string    `json:"connection"`
		Period     string    `json:"period"`
		NextPushAt time.Time `json:"next_push_at"`
		State      string    `json:"state"`
	} `json:"billing"`
}

// Run prints what the bridge is doing.
func (statusCmd) Run(ctx context.Context, g *globals, c console) error {
	return g.withBridge(ctx, c, func(cl *client) error {
		var raw json.RawMessage
		if err := cl.call(ctx, http.MethodGet, "/status", nil, &raw); err != nil {
			return err
		}
		var s statusAnswer
		if err := json.Unmarshal(raw, &s); err != nil {
			return err
		}
		if cl.brief { // the bridge that answered lives for this command alone
			s.State = "not running"
			var err error
			if raw, err = withState(raw, s.State); err != nil {
				return err
			}
		}
		return g.print(c, raw, func(w io.Writer) { s.print(w) })
	})
}

// withState is an answer that says another state.
func withState(raw json.RawMessage, state string) (json.RawMessage, error) {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(raw, &all); err != nil {
		return nil, err
	}
	word, err := json.Marshal(state)
	if err != nil {
		return nil, err
	}
	all["state"] = word
	return json.Marshal(all)
}

func (s statusAnswer) print(w io.Writer) {
	p := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format+"\n", args...) }
	p("psabridge %s: %s", s.Version, strings.ReplaceAll(s.State, "_", " "))
	if why, none := strings.CutPrefix(s.Tray, "none: "); none && s.State != "not running" {
		p("  no tray icon: %s", why)
	}
	for _, n := range s.NeedsYou {
		p("  needs you: %s", n.Message)
	}
	for _, one := range s.Sources {
		p("  source %s: last read %s%s", one.Name, shortTime(one.LastOKAt), because(one.LastError))
	}
	for _, one := range s.Connections {
		p("  connection %s: %s, last answer %s%s", one.Name, one.State, shortTime(one.LastOKAt), because(one.LastError))
	}
	p("  deliveries: %d waiting, %d sending, %d checking, %d parked", s.Outbox.Waiting, s.Outbox.Sending, s.Outbox.Checking, s.Outbox.Parked)
	for _, b := range s.Billing {
		next := "by hand only"
		if !b.NextPushAt.IsZero() {
			next = shortTime(b.NextPushAt)
		}
		p("  billing %s: %s is %s, next push %s", b.Connection, b.Period, b.State, next)
	}
}

func because(problem string) string {
	if problem == "" {
		return ""
	}
	return " – " + problem
}

type syncCmd struct {
	Source string `arg:"" optional:"" help:"Name of the source; all of them when left out."`
}

type syncAnswer struct {
	Organizations int      `json:"organizations"`
	Events        int      `json:"events"`
	Readings      int      `json:"readings"`
	Complete      bool     `json:"complete"`
	Problems      []string `json:"problems"`
}

// Run reads the sources now. One that cannot be read does not keep the others from being read. An incomplete reading is
// exit code 1: a script must notice.
func (s syncCmd) Run(ctx context.Context, g *globals, c console) error {
	return g.withSending(ctx, c, func(cl *client) error {
		names, err := s.names(ctx, cl)
		if err != nil {
			return err
		}
		answers, complete := map[string]syncAnswer{}, true
		for _, name := range names {
			var a syncAnswer
			err := cl.long(ctx, "/sources/"+url.PathEscape(name)+"/sync", nil, &a, g.teller(c))
			switch {
			case err != nil && (len(names) == 1 || ctx.Err() != nil):
				return err
			case err != nil:
				a = syncAnswer{Problems: []string{"Not read. " + app.ErrorMessage(err)}}
			}
			answers[name], complete = a, complete && a.Complete
		}
		if err := g.print(c, answers, func(w io.Writer) { printSync(w, names, answers) }); err != nil {
			return err
		}
		if !complete {
			return errPrinted
		}
		return nil
	})
}

func (s syncCmd) names(ctx context.Context, cl *client) ([]string, error) {
	if s.Source != "" {
		return []string{s.Source}, nil
	}
	var st statusAnswer
	if err := cl.call(ctx, http.MethodGet, "/status", nil, &st); err != nil {
		return nil, err
	}
	var names []string
	for _, one := range st.Sources {
		if one.Kind != app.KindInbox { // nobody reads it
			names = append(names, one.Name)
		}
	}
	return names, nil
}

func printSync(w io.Writer, names []string, answers map[string]syncAnswer) {
	if len(names) == 0 {
		_, _ = fmt.Fprintln(w, "No source is set up yet.")
	}
	for _, name := range names {
		a := answers[name]
		_, _ = fmt.Fprintf(w, "%s: %d organizations, %d new events, %d readings\n", name, a.Organizations, a.Events, a.Readings)
		for _, p := range a.Problems {
			_, _ = fmt.Fprintln(w, "  "+p)
		}
	}
}
