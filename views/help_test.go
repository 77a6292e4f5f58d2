package views_test

import (
	"slices"
	"strings"
	"testing"

	"psabridge/app"
	"psabridge/app/setup"
	"psabridge/views"
	"psabridge/views/stories"
)

// helpFacts are those of a furnished installation.
func helpFacts() views.HelpFacts {
	can := map[app.HoldCode]views.HelpCan{}
	for _, code := range views.HoldCodes() {
		can[code] = views.HelpCan{Release: code != app.HoldNoAgreement, Correct: code != app.HoldNoAgreement}
	}
	return views.HelpFacts{Connection: "cw", Organization: 1, Manual: setup.Manual(), Can: can}
}

func helpText(t *testing.T, id string) string {
	t.Helper()
	topic, ok := views.HelpTopicByID(id)
	if !ok {
		t.Fatalf("there is no topic %s", id)
	}
	return views.HelpText(topic, helpFacts())
}

// TestEveryHoldIsExplained reads the codes where they are named: a new one without its way out fails here.
func TestEveryHoldIsExplained(t *testing.T) {
	codes := constantsOf(t, "HoldCode")
	if len(codes) < 24 {
		t.Fatalf("%d codes were found", len(codes))
	}
	explained := views.HoldCodes()
	text := helpText(t, "holds")
	for name, value := range codes {
		code := app.HoldCode(value)
		if !slices.Contains(explained, code) {
			t.Errorf("%s has no entry in the help", name)
		}
		if title := views.HoldTitle(code); title == "Held" || !strings.Contains(text, title) {
			t.Errorf("%s is called %q on the month’s page and not in the help", name, title)
		}
		if !strings.Contains(text, value) {
			t.Errorf("%s: the help does not say %s", name, value)
		}
	}
	if len(explained) != len(codes) {
		t.Errorf("the help explains %d codes, there are %d", len(explained), len(codes))
	}
}

// opens are the decisions after which there is a ticket, or told of one there is: nobody asks why there is none.
var opens = []app.Reason{
	app.ReasonFirst, app.ReasonCameBack, app.ReasonWorsened, app.ReasonCleared, app.ReasonLateMapping, app.ReasonStart, app.ReasonDateCame,
}

// TestEveryReasonWithoutATicketIsExplained: whatever the activity may say instead of a ticket has a line that says what to do.
func TestEveryReasonWithoutATicketIsExplained(t *testing.T) {
	text := strings.ToLower(helpText(t, "no-ticket"))
	for name, value := range constantsOf(t, "Reason") {
		if words := views.ReasonWords(app.Reason(value)); !slices.Contains(opens, app.Reason(value)) && !strings.Contains(text, strings.ToLower(words)) {
			t.Errorf("%s, %q, is not in the help", name, words)
		}
	}
}

// TestEveryStateAndFindingIsExplained counts the rows of the help's tables against the codes there are.
func TestEveryStateAndFindingIsExplained(t *testing.T) {
	for topic, kind := range map[string]string{"deliveries": "DeliveryState", "money": "FindingCode"} {
		found, _ := views.HelpTopicByID(topic)
		var b strings.Builder
		if err := views.HelpPage(views.Help{Shell: stories.Quiet("Help", ""), Topic: found, Facts: helpFacts()}).Render(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		page := b.String()
		if rows, want := strings.Count(page, `role="rowheader"`), len(constantsOf(t, kind)); rows != want || want == 0 {
			t.Errorf("%s explains %d of %d %s", topic, rows, want, kind)
		}
	}
}

// TestHelpTopics: each topic has an address of its own, says what it is for, names only topics and steps there are, and
// leaves no mark of its texts open.
func TestHelpTopics(t *testing.T) {
	seen := map[string]bool{}
	facts := helpFacts()
	for _, topic := range views.HelpTopics() {
		if seen[topic.ID] || topic.ID == "" || topic.Group == "" || topic.Title == "" || topic.About == "" {
			t.Errorf("topic %q, %q", topic.ID, topic.Title)
		}
		seen[topic.ID] = true
		text := views.HelpText(topic, facts)
		if strings.ContainsAny(text, "`*<>") {
			t.Errorf("%s leaves a mark: %s", topic.ID, text)
		}
		if n := len(strings.Fields(text)); n > 1200 {
			t.Errorf("%s has %d words; nobody reads that", topic.ID, n)
		}
		for _, id := range topic.Also {
			if _, ok := views.HelpTopicByID(id); !ok || id == topic.ID {
				t.Errorf("%s names the topic %q", topic.ID, id)
			}
		}
		for _, id := range topic.Steps() {
			if step, ok := facts.Step(id); !ok || !strings.Contains(text, step.Title) {
				t.Errorf("%s shows the step %s, which the guide does not have", topic.ID, id)
			}
		}
	}
	if len(seen) < 25 {
		t.Errorf("%d topics", len(seen))
	}
}

// TestHelpHasTheRoleOfTheChecks: the permission table is the one the program itself checks.
func TestHelpHasTheRoleOfTheChecks(t *testing.T) {
	text := helpText(t, "connectwise")
	both := app.ConnectionSettings{}
	both.Ticketing.Enabled, both.Billing.Enabled = true, true
	for _, row := range setup.Role(both) {
		if !strings.Contains(text, row.Function) || !strings.Contains(text, row.Why) {
			t.Errorf("the help lacks %s, %s", row.Module, row.Function)
		}
	}
}

// TestFindHelp: every word has to be somewhere, a title counts before a text, nothing found is nothing.
func TestFindHelp(t *testing.T) {
	ids := func(q string) (out []string) {
		for _, f := range views.FindHelp(q, helpFacts()) {
			out = append(out, f.Topic.ID)
		}
		return out
	}
	if all := ids("  "); len(all) != len(views.HelpTopics()) {
		t.Errorf("without words: %d topics", len(all))
	}
	if got := ids("PAUSE"); len(got) == 0 || got[0] != "pause" {
		t.Errorf("pause: %v", got)
	}
	if got := ids("first_touch"); !slices.Equal(got, []string{"holds"}) {
		t.Errorf("first_touch: %v", got)
	}
	if got := ids("wall keychain zebra"); len(got) != 0 {
		t.Errorf("nothing has these words, but %v", got)
	}
	for _, f := range views.FindHelp("keychain", helpFacts()) {
		if !strings.Contains(strings.ToLower(f.Text), "keychain") || len(f.Text) > 220 {
			t.Errorf("%s is found by %q", f.Topic.ID, f.Text)
		}
	}
}
