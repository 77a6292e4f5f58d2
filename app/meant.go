package app

import "strings"

// Meant lists the entries of a drop-down a setting may mean: the one with its id, else those with exactly its name, else
// those with its name in other letters. What is switched off is not meant beside something that is not. More than one is
// for a person to tell apart; taking the first would send tickets, or money, where nobody looks.
func Meant[T any](rows []T, ref Ref, as func(T) Option) []T {
	found := chosen(rows, func(r T) bool { return ref.ID != 0 && as(r).ID == ref.ID })
	if ref.ID == 0 {
		found = chosen(rows, func(r T) bool { return as(r).Name == ref.Name })
	}
	if len(found) == 0 && ref.ID == 0 {
		found = chosen(rows, func(r T) bool { return strings.EqualFold(as(r).Name, strings.TrimSpace(ref.Name)) })
	}
	if usable := chosen(found, func(r T) bool { return !as(r).Inactive }); len(usable) > 0 {
		return usable
	}
	return found
}

func chosen[T any](rows []T, want func(T) bool) []T {
	var found []T
	for _, r := range rows {
		if want(r) {
			found = append(found, r)
		}
	}
	return found
}
