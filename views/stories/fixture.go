package stories

import (
	"strings"
	"time"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/views/layout"
	"psabridge/views/ui"
)

// Zone and Now are where and when every story happens.
var (
	Zone = must(time.LoadLocation("Europe/Berlin"))
	Now  = time.Date(2026, 11, 26, 14, 3, 33, 0, Zone)
)

var (
	zone, now = Zone, Now
	nov       = app.Period{Year: 2026, Month: time.November}
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func q(s string) app.Quantity { return app.MustQuantity(s) }

func ago(d time.Duration) time.Time { return now.Add(-d) }

// names are real enough to break a layout: accents, other scripts, 64 characters and more.
var names = []string{
	"Contoso Ltd.", "Bäckerei Hüttenschmidt & Söhne GmbH", "Łódzkie Zakłady Mechaniczne S.A.", "Özgür Lojistik A.Ş.",
	"Ευρωπαϊκή Ναυτιλιακή Α.Ε.", "Café Ångström", "Ateliers d’Orfèvrerie Lefèbvre", "Trædal Sparekasse",
	"Freiwillige Feuerwehr und Katastrophenschutz Altmühltal-Nord e.V.", "Clínica Veterinaria Peñalara",
}

const longName = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft-Süd mbH & Co. KGaA"

func name(i int, long bool) string {
	if long && i%5 == 4 {
		return rtlMixed + " " + rtl
	}
	if long {
		return longName + strings.Repeat("x", i%3)
	}
	return names[i%len(names)]
}

// Shell is the frame of a page while some things wait for a person.
func Shell(title, current string) layout.Shell {
	return layout.Shell{
		Title: title, Current: current, Now: now, Zone: zone, State: layout.NeedsYou, Still: true,
		LastCheck: ago(12 * time.Second), NextCheck: now.Add(38 * time.Second), NeedsYou: 4,
		Connections: []layout.Health{{Name: "ConnectWise", OK: true}},
		Counts:      map[string]int{link.Organizations: 1, link.Billing: 6, link.Deliveries: 3},
	}
}

// Quiet is the frame of a page while nothing waits.
func Quiet(title, current string) layout.Shell {
	s := Shell(title, current)
	s.State, s.NeedsYou, s.Counts = layout.Running, 0, nil
	return s
}

func trouble(title, current string) layout.Shell {
	s := Shell(title, current)
	s.State, s.Demo, s.PausedUntil, s.PauseReason = layout.Paused, true, now.Add(time.Hour), "ConnectWise maintenance"
	s.Connections = []layout.Health{{Name: "ConnectWise", Text: "refuses the keys"}}
	s.Wrong = true
	s.Notice = &layout.Notice{Tone: "ok", Text: "3 organizations matched.", Undo: &ui.Action{Label: "Undo", Path: link.Settings}}
	return s
}

// paused is the frame while a person keeps everything from being sent, until somebody resumes.
func paused(title, current string) layout.Shell {
	s := Shell(title, current)
	s.State, s.PauseReason = layout.Paused, "Until the new board is there: "+rtlMixed
	return s
}

// offline is the frame while nothing can be reached.
func offline(title, current string) layout.Shell {
	s := Shell(title, current)
	s.State, s.LastCheck = layout.Blocked, ago(5*time.Minute)
	s.Connections = []layout.Health{{Name: "ConnectWise", Text: "No network since 13:58 CET"}, {Name: "x360Sync", Text: "No network since 13:58 CET"}, {Name: longName, Text: "the keychain of this computer is locked"}}
	s.Notice = &layout.Notice{Tone: "bad", Text: "Nothing was read: there is no network. 4 alerts are safe here and go out when it is back."}
	return s
}

func beats(bad int) []ui.Beat {
	out := make([]ui.Beat, 30)
	for i := range out {
		out[i] = ui.BeatOK
		switch {
		case i < 4:
			out[i] = ui.BeatNone
		case i == 11:
			out[i] = ui.BeatSlow
		case i > 29-bad:
			out[i] = ui.BeatBad
		}
	}
	return out
}
