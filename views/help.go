package views

import (
	"bytes"
	"cmp"
	"context"
	"html"
	"regexp"
	"slices"
	"strings"

	"psabridge/app"
	"psabridge/app/link"
	"psabridge/views/layout"
)

// HelpTopic is one page of the help: what a page or a task is for, what people do there, what can go wrong. Its texts know
// two marks: `code` and *what a button says*.
type HelpTopic struct {
	ID    string // stable: it is in the address
	Group string // its heading in the list
	Title string
	About string // what it is for, in a sentence or two
	Page  *helpLink
	Do    []helpDo    // what people do there; few
	More  []helpPart  // what else has to be known
	Wrong []helpWrong // what can go wrong, as the page says it, and the way out
	Also  []string    // other topics
}

// helpLink leads to where something is done. Where that depends on what is set up, the facts say.
type helpLink struct {
	label string
	path  func(HelpFacts) string
}

// helpDo is one thing people do on a page.
type helpDo struct {
	title, text string
	link        *helpLink
}

// helpWrong is one thing that can go wrong: what is seen, and what it means and takes.
type helpWrong struct {
	see, text string
	link      *helpLink
}

// helpPart is a section of a topic: sentences, then what is taken from the program itself.
type helpPart struct {
	title string
	says  []string
	steps []string        // ids of steps of the manual, as task/step
	table func() helpRows // words the program has anyway
	holds bool            // the table of what holds a line
}

// helpRows is a table of two or three columns.
type helpRows struct {
	caption string
	heads   []string
	rows    [][]string
}

// HelpFacts is what the help knows of this installation, and what it takes from elsewhere so that there is no second list.
type HelpFacts struct {
	Connection   string          // the first one; empty before there is any
	Organization int64           // the top one of the tree; 0 before anything was read
	Manual       []app.GuideTask // the guide's own clicks, values and rights
	Can          map[app.HoldCode]HelpCan
}

// HelpCan says what a person may do with a line that something holds.
type HelpCan struct {
	Release, Correct bool
}

// Help is one topic, with a list of the others beside it.
type Help struct {
	Shell layout.Shell
	Topic HelpTopic
	Facts HelpFacts
}

// HelpList is every topic, or those in which something was found.
type HelpList struct {
	Shell layout.Shell
	Query string
	Found []HelpFound
}

// HelpFound is a topic of the list; Text says where the words that were looked for stand.
type HelpFound struct {
	Topic HelpTopic
	Text  string
}

// HelpTopics is every topic, in the order of the list.
func HelpTopics() []HelpTopic {
	return slices.Concat(helpPages(), helpSetup(), helpTasks(), helpTrouble(), helpAbout())
}

// HelpTopicByID is one topic of them.
func HelpTopicByID(id string) (HelpTopic, bool) {
	all := HelpTopics()
	if i := slices.IndexFunc(all, func(t HelpTopic) bool { return t.ID == id }); i >= 0 {
		return all[i], true
	}
	return HelpTopic{}, false
}

// FindHelp returns the topics that have every word of a query somewhere; the titles that have it come first. Without a query
// it is all of them.
func FindHelp(query string, facts HelpFacts) (found []HelpFound) {
	words := strings.Fields(strings.ToLower(query))
	if len(words) == 0 {
		for _, t := range HelpTopics() {
			found = append(found, HelpFound{Topic: t, Text: t.About})
		}
		return found
	}
	var below []HelpFound
	for _, t := range HelpTopics() {
		body := HelpText(t, facts)
		all := strings.ToLower(t.Title + " " + body)
		if slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(all, w) }) {
			continue
		}
		one := HelpFound{Topic: t, Text: cmp.Or(around(body, words[0]), t.About)} // a word may stand in the title alone
		if strings.Contains(strings.ToLower(t.Title), words[0]) {
			found = append(found, one)
		} else {
			below = append(below, one)
		}
	}
	return append(found, below...)
}

var (
	markup = regexp.MustCompile(`<[^>]*>`)
	// endings keep apart what the page keeps apart by lines of its own.
	endings = strings.NewReplacer("</h2>", ": ", "</h3>", ": ", "</dt>", ": ", "</a></dd>", ". ")
	spaces  = regexp.MustCompile(`\s+`)
	notInID = regexp.MustCompile(`[^a-z0-9]+`)
)

// HelpText is a topic without its markup, as it is searched.
func HelpText(t HelpTopic, facts HelpFacts) string {
	var page bytes.Buffer
	_ = helpBody(t, facts).Render(context.Background(), &page) // to memory: it cannot fail
	text := markup.ReplaceAllString(endings.Replace(page.String()), " ")
	return strings.TrimSpace(spaces.ReplaceAllString(html.UnescapeString(text), " "))
}

// excerptReach is how much of a text stands on each side of what was found in it.
const excerptReach = 90

// around is what stands around a word, cut at spaces.
func around(text, word string) string {
	at := strings.Index(strings.ToLower(text), word)
	if at < 0 {
		return ""
	}
	from, to := max(at-excerptReach, 0), min(at+len(word)+excerptReach, len(text))
	before, after := "", ""
	if from > 0 {
		if cut := strings.IndexByte(text[from:at], ' '); cut >= 0 {
			from += cut + 1
		} else {
			from = at
		}
		before = "… "
	}
	if to < len(text) {
		if cut := strings.LastIndexByte(text[at+len(word):to], ' '); cut >= 0 {
			to = at + len(word) + cut
		} else {
			to = at + len(word)
		}
		after = " …"
	}
	return before + strings.ToValidUTF8(text[from:to], "") + after
}

// Step is one step of the manual by task/step; false where there is none.
func (f HelpFacts) Step(id string) (app.GuideStep, bool) {
	task, name, _ := strings.Cut(id, "/")
	for _, t := range f.Manual {
		for _, s := range t.Steps {
			if t.ID == task && s.ID == name {
				return s, true
			}
		}
	}
	return app.GuideStep{}, false
}

// role is the role table among a topic's steps, for its copy button.
func (f HelpFacts) role(t HelpTopic) []app.RoleRow {
	for _, id := range t.Steps() {
		if s, ok := f.Step(id); ok && len(s.Role) > 0 {
			return s.Role
		}
	}
	return nil
}

// to leads to a page that is always there.
func to(label, path string) *helpLink {
	return &helpLink{label, func(HelpFacts) string { return path }}
}

// toHelp leads to another topic.
func toHelp(label, topic string) *helpLink { return to(label, link.Help(topic)) }

// toConnection leads to a part of the connection's page, or to where the first one is made.
func toConnection(label, part string) *helpLink {
	return &helpLink{label, func(f HelpFacts) string {
		if f.Connection == "" {
			return link.Connections
		}
		if part == "" {
			return link.Connection(f.Connection)
		}
		return link.Connection(f.Connection) + "#" + part
	}}
}

// toTop leads to a tab of the top organization, or to the tree before there is one.
func toTop(label string, tab func(int64) string) *helpLink {
	return &helpLink{label, func(f HelpFacts) string {
		if f.Organization == 0 {
			return link.Organizations
		}
		return tab(f.Organization)
	}}
}

// helpGroup is a run of topics with one heading.
type helpGroup struct {
	name   string
	topics []HelpFound
}

func helpGroups(found []HelpFound) (out []helpGroup) {
	for _, f := range found {
		i := slices.IndexFunc(out, func(g helpGroup) bool { return g.name == f.Topic.Group })
		if i < 0 {
			out, i = append(out, helpGroup{name: f.Topic.Group}), len(out)
		}
		out[i].topics = append(out[i].topics, f)
	}
	return out
}

// everyTopic is the list beside a topic.
func everyTopic() (out []HelpFound) {
	for _, t := range HelpTopics() {
		out = append(out, HelpFound{Topic: t})
	}
	return out
}

// also are the topics a topic names.
func (t HelpTopic) also() (out []HelpTopic) {
	for _, id := range t.Also {
		if other, ok := HelpTopicByID(id); ok {
			out = append(out, other)
		}
	}
	return out
}

// helpPartID is where a section stands on its page.
func helpPartID(title string) string {
	return strings.Trim(notInID.ReplaceAllString(strings.ToLower(title), "-"), "-")
}

// Steps are the ids of the guide's steps that a topic shows.
func (t HelpTopic) Steps() (ids []string) {
	for _, p := range t.More {
		ids = append(ids, p.steps...)
	}
	return ids
}
