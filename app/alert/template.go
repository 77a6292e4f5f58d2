package alert

import (
	"strconv"
	"strings"

	"psabridge/app"
)

// templates are the parsed templates of a rule.
type templates struct {
	summary app.Template
	body    func(value func(variable string) string) string
}

// templatesOf parses a rule's own templates, else the defaults. One that is wrong is filled in as far as it is
// understood: the settings refuse it, but a ticket must not be lost for it.
func templatesOf(r *app.AlertRule, kind app.ObjectKind) templates {
	summary := strings.TrimSpace(r.Ticket.Summary)
	if summary == "" {
		summary = defaultSummary(kind)
	}
	t := templates{body: fillDefaultBody}
	t.summary, _ = app.ParseTemplate(summary)
	if own := strings.TrimSpace(r.Ticket.Body); own != "" {
		body, _ := app.ParseTemplate(own)
		t.body = body.Fill
	}
	return t
}

// defaultSummary leaves the organization's name away where the title has it already, or is about all of them.
func defaultSummary(kind app.ObjectKind) string {
	if kind == app.ObjectOrganization || kind == app.ObjectSource {
		return "{title}"
	}
	return app.DefaultSummary
}

// defaultLines are the lines of the default body.
var defaultLines = func() []app.Template {
	var lines []app.Template
	for line := range strings.SplitSeq(app.DefaultBody, "\n") {
		t, _ := app.ParseTemplate(line)
		lines = append(lines, t)
	}
	return lines
}()

// fillDefaultBody leaves the lines out that would only have a name and no value.
func fillDefaultBody(value func(variable string) string) string {
	var lines []string
	for _, line := range defaultLines {
		asked, empty := 0, 0
		text := line.Fill(func(variable string) string {
			v := value(variable)
			asked++
			if v == "" {
				empty++
			}
			return v
		})
		switch {
		case asked > 0 && asked == empty:
			continue
		case empty > 0: // the space of a value that is missing
			text = strings.TrimRight(strings.Replace(text, "  ", " ", 1), " ")
		}
		lines = append(lines, text)
	}
	return strings.Join(lines, "\n")
}

// values are what the variables of a template stand for (app.Variables).
func values(c app.Condition, organization string) func(variable string) string {
	return func(variable string) string {
		switch variable {
		case "title":
			return c.Title
		case "text":
			return c.Text
		case "organization":
			return organization
		case "organization_id":
			return c.OrganizationID
		case "object":
			return bareName(c.Object)
		case "object_kind":
			return string(c.Object.Kind)
		case "object_id":
			return c.Object.ExternalID
		case "event":
			return c.Type
		case "severity":
			return string(c.Severity)
		case "level":
			return levelOf(c)
		case "first_seen":
			return moment(c.FirstAt)
		case "last_seen":
			return moment(c.LastAt)
		case "count":
			return strconv.Itoa(max(1, c.Occurrences))
		case "rule":
			return c.Rule
		case "source":
			return c.Source
		}
		return ""
	}
}

func bareName(o app.Object) string {
	if o.Name == "" {
		return o.ExternalID
	}
	return o.Name
}

func levelOf(c app.Condition) string {
	if c.Level == 0 {
		return ""
	}
	return strings.TrimSpace(measured(c.Type, c.Level))
}

// summaryFrom is the filled summary on one line; a template whose values are all empty gives the title, else the type.
func (t templates) summaryFrom(c app.Condition, organization string) string {
	for _, text := range []string{t.summary.Fill(values(c, organization)), c.Title} {
		if s := cut(text, summaryLimit); s != "" {
			return s
		}
	}
	return cut(c.Type, summaryLimit)
}

// bodyFrom is the filled body.
func (t templates) bodyFrom(c app.Condition, organization string) string {
	return shorten(strings.TrimSpace(t.body(values(c, organization))), textLimit)
}

// Preview is what the ticket of an event would say by a rule, whether or not the rule wants the event.
func Preview(r app.AlertRule, e app.Event, organization string) (summary, body string) {
	at := e.ReceivedAt
	if at.IsZero() {
		at = e.OccurredAt
	}
	c := app.Condition{
		Source: e.Source, OrganizationID: e.OrganizationID, Object: e.Object, Type: e.Type, Severity: severity(e, &r), Level: e.Level,
		Rule: r.Name, Occurrences: 1, FirstAt: at, LastAt: at, FirstEvent: e.SourceEventID, Title: e.Title, Text: e.Text,
	}
	t := templatesOf(&r, c.Object.Kind)
	return t.summaryFrom(c, organization), t.bodyFrom(c, organization)
}

// templates are those of a rule, parsed once in a decision.
func (w *world) templates(r *app.AlertRule, kind app.ObjectKind) templates {
	key := templateKey{r.Name, defaultSummary(kind)}
	t, ok := w.parsed[key]
	if !ok {
		t = templatesOf(r, kind)
		w.parsed[key] = t
	}
	return t
}

type templateKey struct{ rule, summary string }

// shorten cuts a text by characters at a number of bytes, and shows that it did. Line breaks stay.
func shorten(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "…"
}
