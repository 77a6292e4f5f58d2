package sandbox

import (
	"errors"
	"strings"
	"testing"
)

var ticketLike = object{
	"id": 5.0, "summary": `It's "down" 50% [x]\y`, "board": object{"id": 3.0, "name": "Alerts"}, "closedFlag": false, "externalXRef": "abc-01 ",
	"priority": object{"id": 2.0, "name": "High"}, "requiredDate": "2026-11-20T10:00:00Z", "severity": "Medium", "budgetHours": 1.5,
	"_info": object{"lastUpdated": "2026-11-22T08:00:00Z"},
}

func TestConditionsHold(t *testing.T) {
	for _, tt := range []struct {
		text string
		want bool
	}{
		{"", true},
		{"   ", true},
		{`id = 5`, true},
		{`id=5`, true},
		{`id!=5`, false},
		{`id < 6 and id <= 5 and id > 4 and id >= 5`, true},
		{`id > -1`, true},
		{`budgetHours = 1.5`, true},
		{`board/id in (3, 2, 4)`, true},
		{`board/id in (1)`, false},
		{`board/id not in (1,2)`, true},
		{`priority/name in ("High","Critical")`, true},
		{`Board/Name = "alerts"`, true}, // names and texts do not care about case
		{`board/name='Alerts'`, true},
		{`externalXRef = "ABC-01"`, true}, // nor about spaces at the end
		{`externalXRef = "ABC"`, false},
		{`summary contains "DOWN"`, true},
		{`summary not contains "down"`, false},
		{`summary like "It's*"`, true},
		{`summary like "%down%"`, true},
		{`summary like "*\"down\"*"`, true},
		{`summary like '*"down"*'`, true},
		{`summary like '*It\'s*'`, true},
		{`summary like "*[[]x]*"`, true},
		{`summary like "*[x]*"`, true}, // a set: the letter x
		{`summary like "*[[]q]*"`, false},
		{`summary contains "\\y"`, true},
		{`summary not like "a*"`, true},
		{`summary = "It's \"down\" 50% [x]\\y"`, true},
		{`summary = "It's \"down\" 50% [[]x]\\y"`, true},
		{`closedFlag = false`, true},
		{`closedFlag = False`, true},
		{`closedFlag = True`, false},
		{`closedFlag != true`, true},
		{`requiredDate > [2026-11-19T00:00:00Z]`, true},
		{`requiredDate >= [2026-11-20T10:00:00Z] and requiredDate < [2026-11-21]`, true},
		{`LastUpdated >= [2026-11-22T08:00:00Z]`, true},
		{`lastUpdated > [2026-11-22T08:00:00Z]`, false},
		{`poNumber = null`, true},
		{`poNumber != null`, false},
		{`summary != null`, true},
		{`closedDate = null`, true},
		{`status = null`, true},
		{`board != null`, true},
		{`poNumber = "x"`, false},
		{`poNumber != "x"`, false}, // what is not there differs from nothing
		{`poNumber not like "x*"`, false},
		{`severity = "Medium"`, true},
		{`id = 1 or id = 5`, true},
		{`id = 1 or id = 5 and board/id = 9`, false}, // and before or
		{`(id = 1 or id = 5) and board/id = 3`, true},
		{`((id=5))`, true},
	} {
		c, err := parseConditions(ticketSchema, tt.text)
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		if got := c(ticketLike); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.text, got, tt.want)
		}
	}
}

func TestConditionsRefused(t *testing.T) {
	for text, want := range map[string]string{
		`id = 5 or NOT_A_FIELD = 1`:          "NOT_A_FIELD is not a recognized name.",
		`invoiceDate = [2026-01-01]`:         "invoiceDate is not a recognized name.",
		`board/colour = "red"`:               "board/colour is not a recognized name.",
		`customFields = "x"`:                 "customFields is not a recognized name.",
		`_info/lastUpdated > [2026-01-01]`:   "_info/lastUpdated is not a recognized name.",
		`severity = "Enormous"`:              "Enum value supplied was invalid",
		`id = "5"`:                           "does not suit",
		`summary = 5`:                        "does not suit",
		`closedFlag = "true"`:                "does not suit",
		`requiredDate > "2026-01-01"`:        "does not suit",
		`requiredDate > [yesterday]`:         "not a valid date",
		`requiredDate > [2026-01-01T0:0:0Z]`: "not a valid date",
		`id`:                                 "not an operator",
		`id 5`:                               "not an operator",
		`id =`:                               "does not suit",
		`id = 5 and`:                         "unexpected",
		`id = 5 id = 6`:                      "unexpected",
		`(id = 5`:                            "not closed",
		`id = 5)`:                            "unexpected",
		`id in 5`:                            "parentheses",
		`id in (5`:                           "not closed",
		`id in ()`:                           "does not suit",
		`id not = 5`:                         "not an operator",
		`id > null`:                          "null",
		`summary = "open`:                    "not closed",
		`id = 5 ; drop table`:                "unexpected",
		`id = 1.2.3`:                         "not a number",
		strings.Repeat("(", 500) + "id=5":    "nested",
	} {
		_, err := parseConditions(ticketSchema, text)
		var bad *conditionError
		if !errors.As(err, &bad) || !strings.Contains(bad.message, want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

func TestLike(t *testing.T) {
	for _, tt := range []struct {
		s, pattern string
		want       bool
	}{
		{"abc", "abc", true},
		{"abc", "ABC", true},
		{"abc", "a*", true},
		{"abc", "*c", true},
		{"abc", "a%c", true},
		{"abc", "a_c", true},
		{"abc", "_", false},
		{"", "*", true},
		{"", "", true},
		{"abc", "", false},
		{"aaaab", "*a*b", true},
		{"a[b", "a[[]b", true},
		{"a]b", "a[]]b", true},
		{"abc", "a[xyzb]c", true},
		{"abc", "a[", false},
		{"Öztürk", "öz*RK", true},
		{"東京ソフト", "東京*", true},
		{strings.Repeat("a", 2000), strings.Repeat("*a", 300) + "b", false},
	} {
		if got := like(tt.s, tt.pattern, true); got != tt.want {
			t.Errorf("like(%.20q, %.20q) = %v", tt.s, tt.pattern, got)
		}
	}
}

// FuzzConditions looks for a text that makes the parser fall over or forget
// what it accepted.
func FuzzConditions(f *testing.F) {
	for _, s := range []string{`id = 5`, `summary like "*x*" and (board/id in (1,2) or closedFlag = true)`, `requiredDate > [2026-01-01]`, `externalXRef="a\"b\\"`, `(((`, `not`, `id not in (1)`, `x/y/z = null`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := parseConditions(ticketSchema, s)
		if err != nil {
			return
		}
		alone := c(ticketLike)
		both, err := parseConditions(ticketSchema, "("+s+") and (id = 5)")
		if strings.TrimSpace(s) == "" {
			return
		}
		if err == nil && both(ticketLike) != alone {
			t.Errorf("%q means something else in parentheses", s)
		}
	})
}
