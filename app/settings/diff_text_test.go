package settings_test

import (
	"strings"
	"testing"

	"psabridge/app"
	"psabridge/app/settings"
)

// TestDiffShortensLongTexts: of a body of thousands of characters, the change shows what became different in it.
func TestDiffShortensLongTexts(t *testing.T) {
	rule := func(body string) app.Settings {
		return app.Settings{Version: 1, Alerts: []app.AlertRule{{Name: "A", Ticket: app.TicketPolicy{Body: body}}}}
	}
	long := strings.Repeat("Line of many.\n", 500)
	for name, test := range map[string]struct{ before, after, was, is string }{
		"short":          {"a\nb", "a\nc", "a ↵ b", "a ↵ c"},
		"only an ending": {"a\nb", "a\r\nb", "a ↵ b", "a␍ ↵ b"},
		"within":         {long + "old" + long, long + "new" + long, "…many. ↵ Line of many. ↵ Line of many. ↵ oldLine", "…many. ↵ Line of many. ↵ Line of many. ↵ newLine"},
		"made shorter":   {long + "end", long, "end", "Line of many. ↵ "},
		"at all":         {"", long, "", "Line of many. ↵ Line of many."},
		"taken away":     {long, "", "Line of many. ↵ Line of many.", ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := settings.Diff(rule(test.before), rule(test.after))
			if len(got) != 1 || got[0].Path != "alerts[A].ticket.body" && !strings.HasPrefix(got[0].Path, "alerts[A].ticket") {
				t.Fatalf("changes = %+v", got)
			}
			one := got[0]
			if one.Before == one.After || !strings.Contains(one.Before, test.was) || !strings.Contains(one.After, test.is) || strings.Contains(one.Before+one.After, "\n") {
				t.Errorf("%q → %q", one.Before, one.After)
			}
			if len([]rune(one.Before)) > 170 || len([]rune(one.After)) > 170 {
				t.Errorf("%d and %d characters", len([]rune(one.Before)), len([]rune(one.After)))
			}
		})
	}
}
