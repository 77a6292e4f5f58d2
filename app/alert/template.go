package alert

import (
	"strconv"
	"strings"
	"unicode"

	"psabridge/app"
)

// templates are the parsed templates of a rule.
type templates struct {
	summary app.Template
	// ofType is true where a ticket is named after the type of its events, not after one of the objects it stands for.
	ofType bool
	body   func(value func(variable string) string) string
}

// templatesOf parses a rule's own templates, else the defaults. One that is wrong is filled in as far as it is
// understood: the settings refuse it, but a ticket must not be lost for it.
func templatesOf(r *app.AlertRule, kind app.ObjectKind) templates {
	t := templates{body: fillDefaultBody}
	summary := strings.TrimSpace(r.Ticket.Summary)
	if summary == "" {
		summary = defaultSummary(kind)
		t.ofType = r.Ticket.Per == perOrganization && kind != app.ObjectSource
	}
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

// ticketSummary is the summary of a ticket. One that stands for all of an organization is not named after the first of
// them: it would go on under that name when it is opened again for another.
func (t templates) ticketSummary(c app.Condition, organization string) string {
	if t.ofType {
		return cut(typeWords(c.Type)+" – "+organization, summaryLimit)
	}
	return t.summaryFrom(c, organization)
}

// typesInWords are the types psabridge makes itself, as the title of a ticket that stands for several.
var typesInWords = map[string]string{
	app.TypeMachineUnreachable:  "Machines not reachable",
	app.TypeMachineUnseen:       "Machines not seen for long",
	app.TypeQuotaReached:        "Storage quota reached",
	app.TypeSignInFailures:      "Failed sign-ins",
	app.TypeBackupFailed:        "Backup failed",
	app.TypeBackupSLAMissed:     "Backup SLA missed",
	app.TypeAccountUnprotected:  "Accounts not protected",
	app.TypeAccountAdded:        "New accounts",
	app.TypeAccountRemoved:      "Accounts removed",
	app.TypeMachineAdded:        "New machines",
	app.TypeMachineRemoved:      "Machines removed",
	app.TypeOrganizationAdded:   "New organization",
	app.TypeOrganizationRemoved: "Organization removed",
	app.TypeOrganizationMoved:   "Organization moved",
}

// typeWords says a type in words; one that was sent to us is its own: "disk.nearly_full" is "Disk nearly full".
func typeWords(eventType string) string {
	if words := typesInWords[eventType]; words != "" {
		return words
	}
	words := []rune(strings.Join(strings.FieldsFunc(eventType, func(r rune) bool { return r == '.' || r == '_' || r == '-' }), " "))
	if len(words) > 0 {
		words[0] = unicode.ToUpper(words[0])
	}
	return string(words)
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
	began := at
	if isOfState(e) && !e.OccurredAt.IsZero() {
		began = e.OccurredAt
	}
	c := app.Condition{
		Source: e.Source, OrganizationID: e.OrganizationID, Object: e.Object, Type: e.Type, Severity: severity(e, &r), Level: e.Level,
		Rule: r.Name, Occurrences: 1, FirstAt: began, LastAt: at, FirstEvent: e.SourceEventID, Title: e.Title, Text: e.Text,
	}
	t := templatesOf(&r, c.Object.Kind)
	return t.ticketSummary(c, organization), t.bodyFrom(c, organization)
}

// isOfState reports whether an event was derived from a state, whose time is when it came true (fact.began).
func isOfState(e app.Event) bool {
	a := byType[e.Type]
	return a != nil && a.what != "" && strings.HasPrefix(e.SourceEventID, derivedOf(e.OrganizationID, e.Object, e.Type))
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
