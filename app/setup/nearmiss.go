package setup

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"psabridge/app"
)

// NearMiss is an entry of a list that looks like the one that was named and is not: a person meant it, or it was made to
// be taken for it. It is shown with what differs and never used in its place.
type NearMiss struct {
	ID       int64
	Text     string   // the identifier or name as ConnectWise has it
	Inactive bool     // switched off in ConnectWise
	Differs  []string // what differs, e.g. "it ends with a space"
}

// String names the entry, its record and the difference.
func (m NearMiss) String() string {
	inactive := ""
	if m.Inactive {
		inactive = ", inactive"
	}
	return fmt.Sprintf("“%s” (record %d%s): %s", visibly(m.Text), m.ID, inactive, strings.Join(m.Differs, "; "))
}

// mostMisses is how many are named; more would only be a list of everything.
const mostMisses = 5

// NearMisses finds the entries whose identifier looks like the wanted Product ID without being it: other letters in case,
// spaces, invisible characters, or letters of another alphabet. An entry that is the wanted one exactly is no miss. What
// differs least comes first: it is what was most likely meant.
func NearMisses(catalog []app.OptionRow, wanted string) []NearMiss {
	return nearMisses(catalog, wanted, func(r app.OptionRow) string { return r.Identifier })
}

func nearMisses(rows []app.OptionRow, wanted string, text func(app.OptionRow) string) []NearMiss {
	look := shape(wanted)
	if look == "" {
		return nil
	}
	var found []NearMiss
	for _, row := range rows {
		if t := text(row); t != wanted && shape(t) == look {
			found = append(found, NearMiss{ID: row.ID, Text: t, Inactive: row.Inactive, Differs: differences(t, wanted)})
		}
	}
	slices.SortStableFunc(found, func(a, b NearMiss) int { return cmp.Compare(len(a.Differs), len(b.Differs)) })
	return found[:min(len(found), mostMisses)]
}

// nearText is the sentence about near misses at the end of a message; "" when there are none.
func nearText(misses []NearMiss) string {
	if len(misses) == 0 {
		return ""
	}
	all := make([]string, len(misses))
	for i, m := range misses {
		all[i] = m.String()
	}
	return " It looks like " + strings.Join(all, " – and like ") + "."
}

// twins are letters that look like a Latin one, in the shape they have as written: a Greek Η is no n.
var twins = func() map[rune]rune {
	m := make(map[rune]rune)
	for _, pair := range [][2]string{
		{"АВСЕНІЈКМОРЅТХУЗЬԀԌ", "ABCEHIJKMOPSTXY3bdG"}, {"авсеһіјкмнорѕтхузьԁ", "abcehijkmhopstxy3bd"}, // Cyrillic
		{"ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX"}, {"αβεικνορτυχ", "abeikvoptux"}, // Greek
	} {
		latin := []rune(pair[1])
		for i, r := range []rune(pair[0]) {
			m[r] = latin[i]
		}
	}
	return m
}()

const hyphens = "-‐‑‒–—―−﹘﹣－⁃_"

// glyph is one character of a text with what it looks like; "" looks like nothing.
type glyph struct {
	r     rune // as written
	looks string
	at    int // its place among the characters, from 1
}

// glyphs takes a text apart. A character that stands for several (ﬁ) gives several.
func glyphs(text string) []glyph {
	var all []glyph
	for i, r := range []rune(text) {
		if twin, is := twins[r]; is {
			all = append(all, glyph{r, shapeOf(twin), i + 1})
			continue
		}
		for _, part := range norm.NFKD.String(string(r)) {
			if twin, is := twins[part]; is {
				part = twin
			}
			all = append(all, glyph{r, shapeOf(part), i + 1})
		}
	}
	return all
}

// shapeOf reduces a character to what the eye tells apart in a hurry.
func shapeOf(r rune) string {
	switch {
	case unicode.IsSpace(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Mn, r), unicode.IsControl(r), r == '\u2800', r == '\u3164':
		return ""
	case strings.ContainsRune(hyphens, r):
		return "-"
	}
	r = unicode.ToLower(r)
	if twin, is := twins[r]; is { // of some letters only the small form has a twin
		r = unicode.ToLower(twin)
	}
	switch r {
	case '0':
		return "o"
	case '1', 'i', '|', 'ı':
		return "l"
	}
	return string(r)
}

// shape is what a whole text looks like, spaces and what cannot be seen left out.
func shape(text string) string {
	var b strings.Builder
	for _, g := range glyphs(text) {
		b.WriteString(g.looks)
	}
	return b.String()
}

// differences says in words what tells two texts of one shape apart; theirs is ConnectWise's.
func differences(theirs, ours string) []string {
	a, b := parted(theirs), parted(ours)
	var said []string
	otherCase := false
	for i := range min(len(a.seen), len(b.seen)) {
		x, y := a.seen[i], b.seen[i]
		switch {
		case x.r == y.r:
		case unicode.SimpleFold(x.r) == y.r || unicode.SimpleFold(y.r) == x.r || unicode.ToLower(x.r) == unicode.ToLower(y.r):
			otherCase = true
		default:
			said = append(said, otherLetter(x, y))
		}
	}
	if otherCase {
		said = append(said, "upper and lower case differ")
	}
	for i := range min(len(a.gaps), len(b.gaps)) {
		if a.gaps[i] != b.gaps[i] {
			said = append(said, otherGap(a, b, i)...)
		}
	}
	if len(said) == 0 { // the same letters in another encoding, e.g. é as one character or as two
		said = append(said, "the characters are encoded differently")
	}
	return slices.Compact(said)
}

// parts are a text's visible characters and what stands before, between and after them.
type parts struct {
	seen []glyph
	gaps []string
}

func parted(text string) parts {
	p := parts{gaps: []string{""}}
	last := 0 // place of the character taken last; of ﬁ only the first part carries a gap
	for _, g := range glyphs(text) {
		switch {
		case g.looks != "":
			p.seen, p.gaps = append(p.seen, g), append(p.gaps, "")
		case g.at != last:
			p.gaps[len(p.gaps)-1] += string(g.r)
		}
		last = g.at
	}
	return p
}

// otherLetter names the stranger of two characters that look alike.
func otherLetter(theirs, ours glyph) string {
	if strange(theirs.r) || !strange(ours.r) {
		return fmt.Sprintf("its %s is %s, not %s", place(theirs), letterName(theirs.r), letterName(ours.r))
	}
	return fmt.Sprintf("the %s you entered is %s, not %s", place(ours), letterName(ours.r), letterName(theirs.r))
}

func strange(r rune) bool { return r > unicode.MaxASCII }

func place(g glyph) string {
	what := "character"
	if unicode.IsLetter(g.r) {
		what = "letter"
	}
	return ordinal(g.at) + " " + what
}

func ordinal(n int) string {
	suffix := "th"
	if n%100 < 11 || n%100 > 13 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return strconv.Itoa(n) + suffix
}

// letterName says what a character is where that cannot be seen.
func letterName(r rune) string {
	switch {
	case r == '-':
		return "a hyphen"
	case r == '_':
		return "an underscore"
	case strings.ContainsRune(hyphens, r):
		return fmt.Sprintf("another dash (U+%04X)", r)
	case unicode.Is(unicode.Cyrillic, r):
		return "a Cyrillic " + string(r)
	case unicode.Is(unicode.Greek, r):
		return "a Greek " + string(r)
	case r >= 0xFF01 && r <= 0xFF5E:
		return "a full-width " + string(r)
	case unicode.IsDigit(r):
		return "the digit " + string(r)
	case unicode.IsLetter(r) && r <= unicode.MaxASCII:
		return "the letter " + string(r)
	}
	return fmt.Sprintf("%s (U+%04X)", string(r), r)
}

// otherGap says which side has what between two visible characters.
func otherGap(theirs, ours parts, at int) []string {
	where := func(p parts) string {
		switch at {
		case 0:
			return "at the beginning"
		case len(p.seen):
			return "at the end"
		}
		return "after " + string(p.seen[at-1].r)
	}
	a, b := theirs.gaps[at], ours.gaps[at]
	switch {
	case b == "":
		return []string{"it has " + gapName(a) + " " + where(theirs)}
	case a == "":
		return []string{"what you entered has " + gapName(b) + " " + where(ours)}
	}
	return []string{fmt.Sprintf("it has %s %s where you entered %s", gapName(a), where(theirs), gapName(b))}
}

func gapName(gap string) string {
	runes := []rune(gap)
	switch {
	case strings.Trim(gap, " ") == "" && len(runes) == 1:
		return "a space"
	case strings.Trim(gap, " ") == "":
		return fmt.Sprintf("%d spaces", len(runes))
	}
	codes := make([]string, len(runes))
	space := true
	for i, r := range runes {
		codes[i], space = fmt.Sprintf("U+%04X", r), space && unicode.IsSpace(r)
	}
	if space {
		return "another kind of space (" + strings.Join(codes, " ") + ")"
	}
	return "an invisible character (" + strings.Join(codes, " ") + ")"
}

// visibly writes a text so that what the eye would miss is seen: spaces at the ends or in a row, other spaces, and
// characters without a shape.
func visibly(text string) string {
	runes := []rune(text)
	var b strings.Builder
	for i, r := range runes {
		switch {
		case r == ' ' && (i == 0 || i == len(runes)-1 || runes[i-1] == ' ' || runes[i+1] == ' '):
			b.WriteRune('␣')
		case r != ' ' && (unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || unicode.IsControl(r)):
			fmt.Fprintf(&b, "⟨U+%04X⟩", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
