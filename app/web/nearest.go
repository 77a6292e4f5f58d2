package web

import (
	"slices"
	"strings"
	"unicode"

	"psabridge/app"
)

// nearest is the name of the one record that a name which does not exist may have meant: the same but for case, spaces and
// signs, or one letter in four mistyped, or one name within the other. "" when there is none, or more than one.
func nearest(all []app.Option, name string) string {
	if slices.ContainsFunc(all, func(o app.Option) bool { return o.Name == name && !o.Inactive }) {
		return "" // it is there again
	}
	for _, like := range []func(a, b string) bool{
		func(a, b string) bool { return a == b },
		func(a, b string) bool { return distance(a, b) <= max(len(b)/4, 1) },
		func(a, b string) bool { return strings.Contains(a, b) || strings.Contains(b, a) },
	} {
		var found []string
		for _, o := range all {
			if a, b := letters(o.Name), letters(name); !o.Inactive && a != "" && b != "" && like(a, b) {
				found = append(found, o.Name)
			}
		}
		if len(found) > 0 {
			return only(found)
		}
	}
	return ""
}

func only(names []string) string {
	if len(names) != 1 {
		return ""
	}
	return names[0]
}

// letters is a name in small letters and digits alone.
func letters(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

// distance is how many letters have to be put in, taken out or changed to make one text of another.
func distance(a, b string) int {
	from, to := []rune(a), []rune(b)
	row := make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i := range from {
		above := row[0]
		row[0] = i + 1
		for j := range to {
			cost := above
			if from[i] != to[j] {
				cost++
			}
			above = row[j+1]
			row[j+1] = min(cost, above+1, row[j]+1)
		}
	}
	return row[len(to)]
}
