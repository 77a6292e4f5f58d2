package inbox

import "slices"

// near returns the word of a list that somebody probably meant; "" when none is near.
func near(word string, list []string) string {
	best, distance := "", 3
	for _, one := range list {
		if d := edits(word, one); d < distance && d < len(one) {
			best, distance = one, d
		}
	}
	return best
}

// edits counts the letters to add, remove or change to make one word of another.
func edits(a, b string) int {
	if len(a) > 60 {
		return len(a) // no key of ours is as long
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		next := make([]int, len(b)+1)
		next[0] = i + 1
		for j := range len(b) {
			change := row[j]
			if a[i] != b[j] {
				change++
			}
			next[j+1] = slices.Min([]int{change, row[j+1] + 1, next[j] + 1})
		}
		row = next
	}
	return row[len(b)]
}
