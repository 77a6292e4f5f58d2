package web

import (
	"context"
	"strings"
	"time"

	"psabridge/app/link"
	"psabridge/views/layout"
	"psabridge/views/ui"
)

// Glance is the top line of the pages for who has room for a picture and a few words: the tray.
type Glance struct {
	State    string // of the top line: running, needs_you, paused, blocked, starting
	Offline  bool   // nothing can be sent, or nobody we talk to answers
	Words    string // the top line, e.g. "Running – 2 need you – last check 14:03 CET"
	NeedsYou int
	// Error is the most pressing thing that is wrong, and Page where it is mended; empty: nothing is.
	Error, Page string
}

// Paused reports whether sending is paused.
func (g Glance) Paused() bool { return g.State == string(layout.Paused) }

// Glance takes the same look as every page, so that the icon and the top line cannot contradict each other.
func (s *Server) Glance(ctx context.Context) (Glance, error) {
	st, err := s.look(ctx)
	if err != nil {
		return Glance{}, err
	}
	f := s.frame(st, "", "")
	g := Glance{State: string(f.State), Offline: f.State == layout.Blocked || silent(f.Connections), NeedsYou: f.NeedsYou, Words: headline(f)}
	for _, n := range st.needs {
		if n.Tone == "bad" {
			g.Error, g.Page = strings.TrimSpace(n.Title+" "+n.Text), n.page
			return g, nil
		}
	}
	for _, h := range f.Connections {
		if !h.OK {
			g.Error, g.Page = h.Name+": "+h.Text, link.Diagnostics
			return g, nil
		}
	}
	return g, nil
}

// silent reports that everybody we talk to was asked and nobody answers: the computer is cut off.
func silent(all []layout.Health) bool {
	for _, h := range all {
		if h.OK {
			return false
		}
	}
	return len(all) > 0
}

// headline is the top line in words.
func headline(f layout.Shell) string {
	parts := []string{f.Word()}
	if f.State == layout.Paused && !f.PausedUntil.IsZero() {
		parts[0] += " until " + clock(f.PausedUntil, f.Zone)
	}
	if f.NeedsYou > 0 {
		parts = append(parts, ui.Count(f.NeedsYou, "needs you", "need you"))
	}
	if f.LastCheck.IsZero() {
		parts = append(parts, "nothing read yet")
	} else {
		parts = append(parts, "last check "+clock(f.LastCheck, f.Zone))
	}
	return strings.Join(parts, " – ")
}

func clock(t time.Time, zone *time.Location) string { return t.In(zone).Format("15:04 MST") }
