package sandbox

import (
	"regexp"
	"strings"
)

// byReference is a search for one external reference and nothing else.
var byReference = regexp.MustCompile(`^\s*(?i:externalXRef)\s*=\s*"([^"\\\[]*)"\s*$`)

// narrowed leaves out rows that a search for one reference cannot mean, as an index does: a vendor with thousands of tickets
// does not look at each of them. The conditions are asked of the others as ever.
func narrowed(rows []*row, conditions string) []*row {
	asked := byReference.FindStringSubmatch(conditions)
	if asked == nil {
		return rows
	}
	var few []*row
	for _, r := range rows {
		if strings.EqualFold(strings.TrimRight(text(r.data, "externalXRef"), " "), strings.TrimRight(asked[1], " ")) {
			few = append(few, r)
		}
	}
	return few
}
