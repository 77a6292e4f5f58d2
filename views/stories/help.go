package stories

import (
	"github.com/a-h/templ"

	"psabridge/app"
	"psabridge/views"
	"psabridge/views/layout"
)

// helpStories are the list of the help, whole or searched, and its longest topics. What a person may do with a held line is
// canned: the rules that say it are not the pages'.
func helpStories(state string, sh func(title, current string) layout.Shell, add func(state, page string, v templ.Component)) {
	s := sh("Help", "")
	s.Helping = true
	facts := views.HelpFacts{Connection: "cw", Organization: 1, Manual: guide(12, false).Tasks, Can: map[app.HoldCode]views.HelpCan{}}
	for i, code := range views.HoldCodes() {
		facts.Can[code] = views.HelpCan{Release: i%3 != 0, Correct: i%2 == 0}
	}
	if state == "empty" {
		facts.Connection, facts.Organization = "", 0
	}
	query := map[string]string{"empty": "zebra", "rows500": "line", "long": longName}[state]
	add(state, "help", views.HelpListPage(views.HelpList{Shell: s, Query: query, Found: views.FindHelp(query, facts)}))
	topics := []string{"billing"}
	if state == "normal" {
		topics = append(topics, "holds", "connectwise", "no-ticket")
	}
	for _, id := range topics {
		topic, _ := views.HelpTopicByID(id)
		add(state, "help-"+id, views.HelpPage(views.Help{Shell: s, Topic: topic, Facts: facts}))
	}
}
