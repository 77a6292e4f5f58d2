package setup

import (
	"math"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"psabridge/app"
)

// names finds companies by name among thousands.
type names struct {
	exact  map[string][]int // position in the list, by name as written
	normal map[string][]int // by normalised name
	pairs  map[string][]int // by two neighbouring letters, for likeness
	sizes  []int            // number of pairs of each
}

func newNames(companies []app.OptionRow) *names {
	n := &names{exact: make(map[string][]int), normal: make(map[string][]int), pairs: make(map[string][]int), sizes: make([]int, len(companies))}
	for i, c := range companies {
		n.exact[strings.TrimSpace(c.Name)] = append(n.exact[strings.TrimSpace(c.Name)], i)
		plain := normalise(c.Name)
		if plain == "" {
			continue
		}
		n.normal[plain] = append(n.normal[plain], i)
		for pair := range bigrams(plain) {
			n.pairs[pair] = append(n.pairs[pair], i)
			n.sizes[i]++
		}
	}
	return n
}

// nearest returns the company whose name is most alike (Dice's coefficient over pairs of letters), rounded to two digits.
func (n *names) nearest(plain string) (at int, score float64) {
	wanted := bigrams(plain)
	shared := make(map[int]int)
	for pair := range wanted {
		for _, i := range n.pairs[pair] {
			shared[i]++
		}
	}
	at = -1
	for i, common := range shared {
		s := 2 * float64(common) / float64(len(wanted)+n.sizes[i])
		if s > score || s == score && i < at {
			at, score = i, s
		}
	}
	return at, math.Round(score*100) / 100
}

// bigrams are the pairs of neighbouring letters of every word, its beginning marked, each once.
func bigrams(plain string) map[string]bool {
	pairs := make(map[string]bool)
	for word := range strings.FieldsSeq(plain) {
		letters := []rune(" " + word)
		for i := range len(letters) - 1 {
			pairs[string(letters[i:i+2])] = true
		}
	}
	return pairs
}

// legalForms say how a company is owned, not which it is.
var legalForms = wordSet(`gmbh mbh ag kg kgaa ohg gbr ug ev eg ek eu se co cie inc incorporated llc llp lp ltd limited corp corporation company plc
	sa sas sarl srl spa sl bv nv ab as aps asa oy oyj sro doo kft zrt pty pte gesmbh`)

func wordSet(words string) map[string]bool {
	set := make(map[string]bool)
	for w := range strings.FieldsSeq(words) {
		set[w] = true
	}
	return set
}

// folded are letters that do not come apart into a letter and an accent.
var folded = strings.NewReplacer("ß", "ss", "ø", "o", "æ", "ae", "œ", "oe", "ł", "l", "đ", "d", "ð", "d", "þ", "th", "ı", "i")

// normalise reduces a name to what tells companies apart: small letters without accents, words without punctuation, no
// legal form. "" when nothing is left but a legal form.
func normalise(name string) string {
	var b strings.Builder
	for _, r := range folded.Replace(strings.ToLower(norm.NFKD.String(name))) {
		switch {
		case unicode.Is(unicode.Mn, r), r == '.', r == '\'', r == '’': // "e.V." is one word, "O'Neil" too
		case unicode.IsLetter(r), unicode.IsDigit(r):
			b.WriteRune(r)
		default:
			b.WriteByte(' ')
		}
	}
	words := strings.Fields(b.String())
	kept := words[:0]
	for _, w := range words {
		if !legalForms[w] {
			kept = append(kept, w)
		}
	}
	return strings.Join(kept, " ")
}
