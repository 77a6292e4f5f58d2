package axcient

import (
	"slices"
	"strings"
	"unicode"

	"psabridge/app"
)

// outcomes are the vendor's words for what became of a backup — Success, In Progress, Partial, Failed, Onboarding — and
// their obvious relatives.
var outcomes = map[string][]string{
	app.BackupSuccess:    {"success", "successful", "succeeded", "completed", "complete", "ok", "healthy"},
	app.BackupInProgress: {"inprogress", "running", "started"},
	app.BackupPartial:    {"partial", "partially", "partialsuccess", "partiallysuccessful", "partiallycompleted", "warning", "warnings", "completedwithwarnings", "completedwitherrors"},
	app.BackupFailed:     {"failed", "failure", "fail", "error"},
	app.BackupOnboarding: {"onboarding", "onboardinginprogress"},
}

// outcomeOf returns one of the Backup… values, or the vendor's own word in lower case; "" for nothing.
func outcomeOf(word string) string {
	w := fold(word)
	for value, words := range outcomes {
		if slices.Contains(words, w) {
			return value
		}
	}
	return plainWord(word)
}

// plainWord is a word of the vendor's own: one line, in small letters, short.
func plainWord(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar {
			return ' '
		}
		return unicode.ToLower(r)
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if runes := []rune(s); len(runes) > 40 {
		s = string(runes[:40])
	}
	return s
}

// gravity orders outcomes; of several at one moment the gravest counts. A word we do not know is worse than a success.
func gravity(value string) int {
	switch value {
	case app.BackupSuccess:
		return 0
	case app.BackupOnboarding:
		return 1
	case app.BackupInProgress:
		return 2
	case app.BackupPartial:
		return 4
	case app.BackupFailed:
		return 5
	}
	return 3
}

// The words for a user, or a client, that works and for one that does not any more.
var (
	activeWords   = []string{"active", "enabled", "licensed", "ok", "normal", "present", "live"}
	inactiveWords = []string{
		"inactive", "disabled", "archived", "archive", "deleted", "removed", "suspended", "deactivated", "blocked", "unlicensed", "gone", "na", "notapplicable",
	}
	protectedWords   = []string{"protected", "selected", "enabled", "yes", "true"}
	unprotectedWords = []string{"notprotected", "unprotected", "notselected", "unselected", "disabled", "no", "false"}
	neitherWords     = []string{"na", "notapplicable", "noteligible", "ineligible"}
	metWords         = []string{"met", "ok", "within", "withinsla", "compliant", "success", "healthy", "slamet", "onschedule"}
	missedWords      = []string{"missed", "notmet", "breached", "breach", "violated", "violation", "failed", "noncompliant", "outofsla", "overdue", "slamissed"}
)
