package rest

import "iter"

// Pages yields the elements of a paged list one after the other. fetch reads page 1, 2, … and says whether there may be
// more. The first error ends the list; whoever collects must not use a part for the whole.
func Pages[T any](fetch func(page int) (elements []T, more bool, err error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for page := 1; ; page++ {
			elements, more, err := fetch(page)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, e := range elements {
				if !yield(e, nil) {
					return
				}
			}
			if !more {
				return
			}
		}
	}
}

// Collect reads a list to its end: all of it, or the error.
func Collect[T any](seq iter.Seq2[T, error]) ([]T, error) {
	var all []T
	for e, err := range seq {
		if err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, nil
}
