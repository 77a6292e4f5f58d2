package stories

import (
	"time"

	"github.com/a-h/templ"

	"psabridge/views/ui"
)

// parts are the components of parts.templ.
func parts() []Component {
	return []Component{
		{"Icon", icons()},
		{"Pill", pills()},
		{"Banner", banners()},
		{"Do", actions()},
		{"Time", times(ui.Time)},
		{"At", times(ui.At)},
		{"ClockTime", []Case{
			{"minutes", ui.ClockTime(ago(time.Minute), zone, false)},
			{"seconds", ui.ClockTime(ago(time.Minute), zone, true)},
		}},
		{"Stamp", []Case{
			{"today", ui.Stamp(ago(time.Minute), now, zone)},
			{"this year", ui.Stamp(ago(40*24*time.Hour), now, zone)},
			{"another year", ui.Stamp(ago(400*24*time.Hour), now, zone)},
		}},
		{"Empty", empties()},
		{"Pages", []Case{
			{"first", ui.Pages(ui.Pager{Text: "1–25 of 81", Older: "?before=25"})},
			{"middle", ui.Pages(ui.Pager{Text: "26–50 of 81", Newer: "?after=26", Older: "?before=50"})},
			{"last", ui.Pages(ui.Pager{Text: "76–81 of 81", Newer: "?after=76"})},
			{"all in one", ui.Pages(ui.Pager{Text: "12 lines"})},
			{"nothing", ui.Pages(ui.Pager{})},
		}},
		{"Chip", chips()},
		{"Beats", beatBars()},
		{"Spark", sparks()},
		{"Progress", []Case{
			{"begun", ui.Progress(0, 75, "0 of 75 lines written")},
			{"under way", ui.Progress(42, 75, "42 of 75 lines written")},
			{"done", ui.Progress(75, 75, "75 of 75 lines written")},
			{"nothing to do", ui.Progress(0, 0, "No lines")},
		}},
		{"Crumbs", crumbs()},
		{"Fold", append([]Case{
			{"closed", with(ui.Fold("What ConnectWise answered"), `{"code":"InvalidObject","message":"board is required"}`)},
		}, edges(func(text, _ string) templ.Component { return with(ui.Fold(text), text) })...)},
		{"Arrow", []Case{{"between was and will be", in("<table><tbody><tr>", templ.Join(cell("43"), ui.Arrow(), cell("55")))}}},
		{"TicketNumber", []Case{
			{"with address", ui.TicketNumber(48211, "https://na.myconnectwise.net/v4_6_release/services/system_io/Service/fv_sr100_request.rails?service_recid=48211")},
			{"without address", ui.TicketNumber(48211, "")},
			{"not known yet", ui.TicketNumber(0, "")},
		}},
		{"Copy", []Case{
			{"plain", templ.Join(code("copy-1", "PSABRIDGE-7F3A"), ui.Copy("copy-1", "Copy", ""))},
			{"named for the ear", templ.Join(code("copy-2", "https://inbox.example"), ui.Copy("copy-2", "Copy", "the inbox’s address"))},
		}},
		{"Value", append([]Case{
			{"short", ui.Value("value-1", "X360-ACCOUNT", "the product ID")},
			{"address", ui.Value("value-2", "http://127.0.0.1:7360/api/v1/sources/inbox/events?covers=2026-10&dry_run=true", "the address")},
		}, edges(func(text, id string) templ.Component { return ui.Value("value-"+id, text, "the name") })...)},
	}
}

// icons are those that carry a state, and the tones they are drawn in.
func icons() []Case {
	var plain, toned []templ.Component
	for _, n := range []string{"okc", "warn", "badc", "hold", "info", "half", "pause", "arrow", "ext", "copy"} {
		plain = append(plain, ui.Icon(n))
	}
	for _, t := range [][2]string{{"ok", "okc"}, {"warn", "warn"}, {"bad", "badc"}, {"hold", "hold"}, {"info", "info"}} {
		toned = append(toned, ui.Icon(t[1], "tint", t[0]))
	}
	return []Case{{"plain", row(plain...)}, {"small", row(ui.Icon("warn", "sm"))}, {"toned", row(toned...)}}
}

func pills() []Case {
	out := []Case{}
	for _, p := range [][3]string{
		{"plain", "okc", "Sent"}, {"ok", "okc", "Good"}, {"info", "half", "Checking"}, {"warn", "warn", "Slow"}, {"bad", "badc", "Failed"}, {"hold", "hold", "Needs you"},
	} {
		out = append(out, Case{p[0], in("<p>", ui.Pill(p[0], p[1], p[2]))})
	}
	return append(out, edges(func(text, _ string) templ.Component { return in("<p>", ui.Pill("hold", "hold", text)) })...)
}

func banners() []Case {
	retry := ui.Action{Label: "Retry 3", Path: "/deliveries/retry", Post: true}
	open := ui.Action{Label: "Open board", Path: "https://na.myconnectwise.net/", External: true}
	out := []Case{
		{"ok", with(ui.Banner("ok", "okc", ""), "3 organizations matched.")},
		{"info", with(ui.Banner("info", "info", "Demo. Nothing here is real."), "A built-in ConnectWise answers.")},
		{"warn, with a button", with(ui.Banner("warn", "pause", "Paused until 15:00 CET.", retry), "Alerts are still collected; nothing is sent.")},
		{"bad, with two buttons", with(ui.Banner("bad", "badc", "ConnectWise refuses the keys.", open, retry), "Nothing is sent until that is mended.")},
	}
	return append(out, edges(func(text, _ string) templ.Component {
		return with(ui.Banner("hold", "hold", text, retry), "Its alerts wait: "+text)
	})...)
}

func actions() []Case {
	external := func(a *ui.Action) { a.Path, a.External = "https://na.myconnectwise.net/", true }
	out := []Case{
		{"link", row(action("Open", nil), action("Open", func(a *ui.Action) { a.Primary = true }), action("Open", func(a *ui.Action) { a.Quiet = true }))},
		{"small", row(action("Open", func(a *ui.Action) { a.Small = true }), action("Open", func(a *ui.Action) { a.Small, a.Icon = true, "orgs" }))},
		{"another system", row(action("Open ticket", external))},
		{"posts", row(action("Retry 3", func(a *ui.Action) { a.Post, a.Primary = true, true }), action("Drop", func(a *ui.Action) { a.Post, a.Quiet = true, true }))},
		{"posts with fields", action("Retry all like this", func(a *ui.Action) {
			a.Post, a.Fields = true, []ui.Choice{{Value: "like", Label: markup}, {Value: "state", Label: "parked"}}
		})},
	}
	return append(out, edges(func(text, _ string) templ.Component {
		return row(action("Match “"+text+"”", nil), action("Match “"+text+"”", external))
	})...)
}

func times(c func(t, now time.Time, loc *time.Location) templ.Component) []Case {
	return []Case{
		{"just now", c(ago(12*time.Second), now, zone)},
		{"today", c(ago(82*time.Minute), now, zone)},
		{"days ago", c(ago(4*24*time.Hour), now, zone)},
		{"to come", c(now.Add(38*time.Minute), now, zone)},
		{"summer time of another year", c(ago(500*24*time.Hour), now, zone)},
		{"never", c(time.Time{}, now, zone)},
	}
}

func empties() []Case {
	return append([]Case{
		{"sentence", ui.Empty("No alerts since 09:12.", "That is good: the last check 38 s ago found nothing new.")},
		{"button", ui.Empty("No deliveries yet", "Each ticket that is opened, noted or closed has a line here.", ui.Action{Label: "Send a test alert", Path: "/setup", Primary: true})},
	}, edges(func(text, _ string) templ.Component {
		return ui.Empty("Nothing of "+text, "Nothing that happened at "+text+" is left.")
	})...)
}

func chips() []Case {
	list := func(c templ.Component) templ.Component { return in(`<ul class="chips">`, c) }
	return append([]Case{
		{"a row", list(templ.Join(ui.Chip("?", "All", 12408, true), ui.Chip("?state=parked", "Needs you", 3, false), ui.Chip("?state=waiting", "Waiting", 0, false)))},
	}, edges(func(text, _ string) templ.Component { return list(ui.Chip("?q=x", text, 7, false)) })...)
}

func beatBars() []Case {
	return append([]Case{
		{"good", ui.Beats("x360Sync", beats(0))},
		{"fails", ui.Beats("x360Sync", beats(5))},
		{"more than fit", ui.Beats("x360Sync", append(beats(2), beats(0)...))},
		{"three", ui.Beats("x360Sync", []ui.Beat{ui.BeatOK, ui.BeatSlow, ui.BeatBad}, "checks")},
		{"none yet", ui.Beats("x360Sync", nil)},
	}, edges(func(text, _ string) templ.Component { return ui.Beats(text, beats(1)) })...)
}

func sparks() []Case {
	var some, one [24]int
	for i := range some {
		some[i] = i * i % 7
	}
	one[3] = 12408
	return []Case{
		{"a day", ui.Spark("Alerts", some, now, zone)},
		{"one hour", ui.Spark("Alerts", one, now, zone)},
		{"nothing", ui.Spark("Alerts", [24]int{}, now, zone)},
	}
}

func crumbs() []Case {
	way := func(text string) templ.Component {
		return ui.Crumbs([]ui.Crumb{{Name: "Organizations", Path: "/organizations"}, {Name: text, Path: "/organizations/7"}, {Name: text}})
	}
	return append([]Case{{"three", way("Contoso Ltd.")}, {"none", ui.Crumbs(nil)}}, edges(func(text, _ string) templ.Component { return way(text) })...)
}

func cell(text string) templ.Component { return in(`<td class="num">`, plain(text)) }

func code(id, text string) templ.Component { return in(`<code id="`+id+`">`, plain(text)) }
