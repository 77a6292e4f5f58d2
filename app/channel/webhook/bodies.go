package webhook

import (
	"strings"
	"time"
	"unicode"

	"psabridge/app"
	"psabridge/app/channel"
)

// The most a chat shows of one text; what is longer it would refuse.
const (
	mostHeader = 150
	mostBlock  = 2900
	mostBlocks = 45
)

// bodies writes a message as each kind of webhook wants it. Texts come from customers' names and vendors' words: they are
// shown as they are and never read as markup, so that none of them can ring everybody or pose as a link.
var bodies = map[string]func(channel.Message, time.Time) any{
	app.WebhookTeams: teams,
	app.WebhookSlack: slack,
	app.WebhookJSON:  plain,
}

// Post is what a webhook of the kind json is sent.
type Post struct {
	Kind  string `json:"kind"` // as in needs_you of the status; "test" for a test
	Title string `json:"title"`
	Text  string `json:"text"`
	Items []Item `json:"items"`
	Page  string `json:"page"` // on the computer that runs psabridge
	At    string `json:"at"`   // RFC 3339, UTC
}

// Item is one of the things a message is about.
type Item struct {
	Title string `json:"title"`
	Text  string `json:"text"`
}

func plain(m channel.Message, now time.Time) any {
	out := Post{Kind: m.Kind, Title: line(m.Title), Text: shown(m.Text), Items: []Item{}, Page: m.Page, At: now.UTC().Format(time.RFC3339)}
	for _, one := range m.Items {
		out.Items = append(out.Items, Item{Title: line(one.Title), Text: shown(one.Text)})
	}
	return out
}

// teams is an Adaptive Card, as the workflow "Post to a channel when a webhook request is received" takes it. Text blocks
// read Markdown, rich text blocks do not.
func teams(m channel.Message, _ time.Time) any {
	body := []object{rich(run(line(m.Title), "Bolder", "Medium"))}
	if m.Text != "" {
		body = append(body, rich(run(m.Text, "", "")))
	}
	for _, one := range bounded(m.Items) {
		body = append(body, rich(run(line(one.Title), "Bolder", "")))
		if one.Text != "" {
			body = append(body, rich(run(one.Text, "", "")))
		}
	}
	if m.Page != "" {
		body = append(body, rich(run(pageLine(m), "", "Small")))
	}
	card := object{
		"$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.4",
		"fallbackText": line(m.Title), "body": body, "msteams": object{"width": "Full"},
	}
	return object{
		"type": "message", "summary": line(m.Title),
		"attachments": []object{{"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": nil, "content": card}},
	}
}

type object = map[string]any

func rich(inline object) object {
	return object{"type": "RichTextBlock", "inlines": []object{inline}}
}

func run(text, weight, size string) object {
	out := object{"type": "TextRun", "text": cut(shown(text), mostBlock)}
	if weight != "" {
		out["weight"] = weight
	}
	if size != "" {
		out["size"] = size
	}
	return out
}

// slack is a message of blocks in plain text, with a line for the notification beside them.
func slack(m channel.Message, _ time.Time) any {
	blocks := []object{{"type": "header", "text": plainText(line(m.Title), mostHeader)}}
	section := func(text string) {
		if strings.TrimSpace(text) != "" {
			blocks = append(blocks, object{"type": "section", "text": plainText(text, mostBlock)})
		}
	}
	section(m.Text)
	for _, one := range bounded(m.Items) {
		section(strings.TrimSpace(line(one.Title) + "\n" + one.Text))
	}
	if m.Page != "" {
		section(pageLine(m))
	}
	return object{"text": escaped(cut(line(m.Title), mostBlock)), "blocks": blocks, "unfurl_links": false}
}

func plainText(text string, most int) object {
	return object{"type": "plain_text", "text": escaped(cut(shown(text), most)), "emoji": false}
}

// escaped is how Slack wants the three characters that begin something else.
func escaped(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}

func pageLine(m channel.Message) string { return "On the computer that runs psabridge: " + m.Page }

// bounded keeps a message within the number of blocks a chat takes.
func bounded(items []channel.Item) []channel.Item { return items[:min(len(items), mostBlocks)] }

func line(s string) string { return strings.Join(strings.Fields(shown(s)), " ") }

// shown takes out what cannot be seen; line feeds stay.
func shown(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) {
			return -1
		}
		return r
	}, strings.ReplaceAll(s, "\r\n", "\n"))
}

func cut(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}
