package settings

import "strings"

// longText is from how many characters on a value is shown in part: a ticket's body has thousands, and what changed in it is
// a word.
const (
	longText   = 160
	textBefore = 40 // of what both have alike, before what differs
)

// shortened is two values as a person compares them: each on one line, and of long ones the part that begins shortly before
// they differ.
func shortened(was, is string) (string, string) {
	a, b := []rune(oneLine(was)), []rune(oneLine(is))
	if len(a) <= longText && len(b) <= longText {
		return string(a), string(b)
	}
	same := 0
	for same < len(a) && same < len(b) && a[same] == b[same] {
		same++
	}
	from := max(0, same-textBefore)
	return excerpt(a, from), excerpt(b, from)
}

func excerpt(text []rune, from int) string {
	from = min(from, max(0, len(text)-textBefore))
	to := min(len(text), from+longText)
	cut := string(text[from:to])
	if from > 0 {
		cut = "…" + cut
	}
	if to < len(text) {
		cut += "…"
	}
	return cut
}

// oneLine shows line breaks as signs: a list of changes has one line for each.
func oneLine(text string) string {
	return strings.NewReplacer("\r", "␍", "\n", " ↵ ").Replace(text)
}
