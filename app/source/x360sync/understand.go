package x360sync

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"psabridge/app"
)

// What it takes to believe that a field stands for a meter.
const (
	proofsLeast   = 3 // organizations in which it equals what was counted
	proofsValues  = 3 // different values among them, zeros aside: small numbers agree by chance
	absurdlyLarge = 10_000_000
)

// names are the words of which one has to stand in the name of a field that stands for a meter.
var names = map[app.Meter][]string{
	app.MeterAccounts:   {"account", "accounts", "user", "users", "person", "persons", "people", "seat", "seats"},
	app.MeterStorage:    {"storage", "space", "disk"},
	app.MeterFileServer: {"server", "servers", "fileserver", "fileservers", "fse"},
	app.MeterGuests:     {"guest", "guests"},
}

// beside are the words that may stand beside them. A field whose name has any other word means something else — users
// that were active, space that is left —, however often it equals what was counted.
var beside = []string{
	"usage", "used", "use", "total", "totals", "count", "counts", "number", "num", "current", "metrics", "quantity", "value", "own", "inclusive",
	"organization", "company", "bytes", "file", "machine", "machines",
}

// named reports whether a field's name says that it is about a meter. What stands in an array is one of several.
func (f finding) named(path string) bool {
	if strings.Contains(path, "[") {
		return false
	}
	about := false
	for word := range strings.FieldsFuncSeq(snake(path), func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) }) {
		is := slices.Contains(names[f.meter], word)
		if !is && !slices.Contains(beside, word) {
			return false
		}
		about = about || is
	}
	return about
}

// snake sets the words of a name in camel case apart: totalUsers → total_users.
func snake(name string) string {
	var b strings.Builder
	small := false
	for _, c := range name {
		if small && unicode.IsUpper(c) {
			b.WriteByte('_')
		}
		small = unicode.IsLower(c)
		b.WriteRune(unicode.ToLower(c))
	}
	return b.String()
}

// finding is what is known about one meter in the server's own figures.
type finding struct {
	meter app.Meter
	path  string // of the field that stands for it; empty: none is known to
	bases []app.Basis
	why   string // for the person
}

// understand finds, for each meter, the one field that is named for it and equals what was counted in every organization
// that could be counted. A figure below what a broken list showed is not it either. Two fields that fit, or one that fits two meters,
// are none.
func (b *book) understand(answers []answer) []finding {
	var out []finding
	for _, m := range b.meters {
		out = append(out, b.find(m, answers))
	}
	for i := range out {
		for j := range out {
			if i != j && out[i].path != "" && out[i].path == out[j].path {
				out[i].why = fmt.Sprintf("%s: the field %s could as well be %s", out[i].meter, out[i].path, out[j].meter)
			}
		}
	}
	for i := range out {
		if out[i].why != "" {
			out[i].path = ""
		}
	}
	return out
}

func (b *book) find(m app.Meter, answers []answer) finding {
	f := finding{meter: m}
	fits := map[string][]app.Basis{}
	proven := false
	for _, basis := range []app.Basis{app.BasisOwn, app.BasisInclusive} {
		proofs, values := 0, map[string]bool{}
		var fields map[string]int64 // of one that proves: what is missing there fits nothing
		for _, a := range answers {
			if r := b.of(a.id, m, basis); r.Complete {
				proofs, fields = proofs+1, a.fields
				if !r.Quantity.IsZero() {
					values[r.Quantity.String()] = true
				}
			}
		}
		if proofs < proofsLeast || len(values) < proofsValues {
			continue
		}
		proven = true
		for path := range fields {
			if f.named(path) && b.fits(m, basis, path, answers) {
				fits[path] = append(fits[path], basis)
			}
		}
	}
	switch {
	case !proven:
		f.why = fmt.Sprintf("%s: too few organizations with different numbers to compare with", m)
	case len(fits) == 0:
		f.why = fmt.Sprintf("%s: no field that is named for it is what was counted in all organizations compared", m)
	case len(fits) > 1:
		f.why = fmt.Sprintf("%s: %d fields could be it", m, len(fits))
	default:
		for path, bases := range fits {
			f.path, f.bases = path, bases
		}
	}
	return f
}

// fits reports whether a field is what was counted in every organization that answered: exactly where the count is
// complete, and not less than what was seen where it is not.
func (b *book) fits(m app.Meter, basis app.Basis, path string, answers []answer) bool {
	for _, a := range answers {
		r := b.of(a.id, m, basis)
		n, ok := a.fields[path]
		switch counted := r.Quantity; {
		case r.Complete && (!ok || !counted.Equal(app.Q(n))):
			return false
		case !r.Complete && ok && app.Q(n).LessThan(counted.Decimal):
			return false
		}
	}
	return true
}

// apply puts the server's figure in the place of what could not be counted, and returns how many readings it made. A
// figure of 0 is not taken: a field that is not filled in looks the same.
func (b *book) apply(answers []answer, found []finding) int {
	used := 0
	for _, f := range found {
		if f.path == "" {
			continue
		}
		for _, a := range answers {
			n, ok := a.fields[f.path]
			if !ok || n == 0 {
				continue
			}
			for _, basis := range b.standsFor(a.id, f) {
				if r := b.of(a.id, f.meter, basis); !r.Complete && (r.Unit == app.UnitBytes || n <= absurdlyLarge) {
					r.Quantity, r.Items, r.Complete, r.Problem, r.Method = app.Q(n), nil, true, "", app.MethodUsage
					used++
				}
			}
		}
	}
	return used
}

// standsFor says which readings of an organization a field is. Where nothing lies below it, own and inclusive are the
// same; elsewhere a field that may be either is neither.
func (b *book) standsFor(id string, f finding) []app.Basis {
	n := b.tree.nodes[id]
	switch {
	case n.unread == "" && len(n.children) == 0:
		return []app.Basis{app.BasisOwn, app.BasisInclusive}
	case len(f.bases) == 1:
		return f.bases
	}
	return nil
}

// noteOf says what is known about the figures, for the person who looks at them.
func noteOf(found []finding) string {
	var parts []string
	for _, f := range found {
		if f.path == "" {
			parts = append(parts, f.why)
			continue
		}
		how := "with or without what is below"
		if len(f.bases) == 1 {
			how = map[app.Basis]string{app.BasisOwn: "of the organization alone", app.BasisInclusive: "with everything below"}[f.bases[0]]
		}
		parts = append(parts, fmt.Sprintf("%s is the field %s, %s", f.meter, f.path, how))
	}
	slices.Sort(parts)
	return strings.Join(parts, "; ") + "."
}
