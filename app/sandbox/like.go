package sandbox

import "strings"

// like matches a LIKE pattern without regard to case: "*" and "%" stand for any
// characters, and, where wild is set, "_" for one character and "[abc]" for one
// of a set, so that "[[]" is a plain bracket.
func like(s, pattern string, wild bool) bool {
	return likeRunes([]rune(strings.ToLower(s)), atoms([]rune(strings.ToLower(pattern)), wild))
}

// atom is one position of a pattern; many stands for any run of characters.
type atom struct {
	many bool
	any  bool
	set  string
}

func atoms(p []rune, wild bool) []atom {
	var list []atom
	for i := 0; i < len(p); i++ {
		switch {
		case p[i] == '*' || wild && p[i] == '%':
			list = append(list, atom{many: true})
		case wild && p[i] == '_':
			list = append(list, atom{any: true})
		case wild && p[i] == '[':
			end := closing(p, i)
			if end < 0 {
				return []atom{{set: ""}} // an open set matches nothing, as in the database
			}
			list, i = append(list, atom{set: string(p[i+1 : end])}), end
		default:
			list = append(list, atom{set: string(p[i])})
		}
	}
	return list
}

// closing finds the end of a set; a bracket right after its opening is a member.
func closing(p []rune, open int) int {
	for i := open + 1; i < len(p); i++ {
		if p[i] == ']' && i > open+1 {
			return i
		}
	}
	return -1
}

// likeRunes walks both with one point to come back to, so that no pattern takes
// more than the product of the lengths.
func likeRunes(s []rune, p []atom) bool {
	i, j, star, from := 0, 0, -1, 0
	for i < len(s) {
		switch {
		case j < len(p) && p[j].many:
			star, from = j, i
			j++
		case j < len(p) && (p[j].any || strings.ContainsRune(p[j].set, s[i])):
			i, j = i+1, j+1
		case star >= 0:
			from++
			i, j = from, star+1
		default:
			return false
		}
	}
	for j < len(p) && p[j].many {
		j++
	}
	return j == len(p)
}
