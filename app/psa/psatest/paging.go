package psatest

import (
	"slices"
	"testing"

	"psabridge/app"
)

// testPagings: however the server pages, a long list comes whole; also when it has exactly full pages, and when a row
// goes away between two of them.
func testPagings(t *testing.T, fresh func(*testing.T) World) {
	for name := range fresh(t).Pagings {
		t.Run(name, func(t *testing.T) {
			w := fresh(t)
			w.Pagings[name]()
			have := len(read(t, w, w.Client.Products))
			for _, want := range []int{2000, 2001} { // full pages exactly, and a row more
				w.Fill(want - have)
				have = want
				if got := distinct(read(t, w, w.Client.Products)); len(got) != want {
					t.Errorf("%d products, want %d", len(got), want)
				}
			}
			w.deletedBetween(t)
		})
	}
}

// deletedBetween takes two rows of the first page away before the second is read.
func (w World) deletedBetween(t *testing.T) {
	t.Helper()
	before := distinct(read(t, w, w.Client.Products))
	gone := []int64{before[3], before[4]}
	w.BeforeRead(1, func() { w.DeleteProduct(gone[0]); w.DeleteProduct(gone[1]) })
	after := distinct(read(t, w, w.Client.Products))
	for _, id := range before {
		if !slices.Contains(gone, id) && !slices.Contains(after, id) {
			t.Errorf("product %d is missing since %v were deleted while the list was read", id, gone)
		}
	}
}

func distinct(products []app.Product) []int64 {
	var ids []int64
	for _, p := range products {
		ids = append(ids, p.ID)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// testPaging: a list longer than a page comes whole, each record once; one that breaks in the middle does not come at all.
func testPaging(t *testing.T, w World) {
	const many = 1100
	w.Fill(many)
	products := read(t, w, w.Client.Products)
	if len(products) < many || len(distinct(products)) != len(products) {
		t.Errorf("%d products, %d of them distinct, want at least %d", len(products), len(distinct(products)), many)
	}
	before := w.Requests()
	read(t, w, w.Client.Products)
	for _, page := range []int{0, 1, w.Requests() - before - 1} {
		w.Trouble(Trouble{Method: "GET", Skip: page, Kind: Refused, Status: 403, Words: "no"})
		if list, err := w.Client.Products(t.Context()); err == nil || list != nil {
			t.Errorf("page %d failed, and a part was shown as the whole: %d, %v", page+1, len(list), err)
		}
	}
}
