package upkeep

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Name is something in a support bundle that tells who somebody is.
type Name struct {
	Kind string // what stands for it begins with this: organization, company, person
	Text string
}

// shortestName is the fewest letters that are looked for. Two stand in every second word.
const shortestName = 3

// Pseudonyms puts something else in the place of names: the same for the same name, in every bundle of one install, and for nobody
// else, so that two places about one customer are seen to be that.
type Pseudonyms struct {
	replacer *strings.Replacer
}

// NewPseudonyms knows the names of an install. The install's own id is what nobody else has: with it alone a pseudonym could be
// found from a guessed name, and it does not leave this computer.
func NewPseudonyms(install string, names []Name) *Pseudonyms {
	instead := map[string]string{}
	for _, n := range names {
		text := strings.TrimSpace(n.Text)
		if len([]rune(text)) < shortestName {
			continue
		}
		word := pseudonym(install, n.Kind, text)
		for _, form := range forms(text) {
			if _, taken := instead[form]; !taken {
				instead[form] = word
			}
		}
	}
	texts := make([]string, 0, len(instead))
	for form := range instead {
		texts = append(texts, form)
	}
	slices.SortFunc(texts, func(a, b string) int { // Contoso Ltd before Contoso
		return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b))
	})
	pairs := make([]string, 0, 2*len(texts))
	for _, form := range texts {
		pairs = append(pairs, form, instead[form])
	}
	return &Pseudonyms{replacer: strings.NewReplacer(pairs...)}
}

// pseudonym does not depend on the case of a name: people write both.
func pseudonym(install, kind, text string) string {
	sum := hmac.New(sha256.New, []byte(install))
	sum.Write([]byte(strings.ToLower(text)))
	return kind + "-" + hex.EncodeToString(sum.Sum(nil)[:3])
}

// forms are how a name may stand in a log, in JSON, in YAML and in an address.
func forms(text string) (out []string) {
	for _, t := range []string{text, strings.ToLower(text), strings.ToUpper(text)} {
		asJSON, _ := json.Marshal(t)
		quoted := strconv.Quote(t)
		ascii := strconv.QuoteToASCII(t)
		for _, form := range []string{t, string(asJSON[1 : len(asJSON)-1]), quoted[1 : len(quoted)-1], ascii[1 : len(ascii)-1], url.QueryEscape(t), url.PathEscape(t)} {
			if !slices.Contains(out, form) {
				out = append(out, form)
			}
		}
	}
	return out
}

// Hide replaces every name in a text. A nil Pseudonyms replaces none.
func (p *Pseudonyms) Hide(text string) string {
	if p == nil {
		return text
	}
	return p.replacer.Replace(text)
}
