package store_test

import (
	"testing"

	"psabridge/app"
	"psabridge/store/storetest"
)

func TestOptionsRead(t *testing.T) {
	s, ctx := storetest.Open(t), t.Context()
	if read, err := s.OptionsRead(ctx, "cw"); err != nil || len(read) != 0 {
		t.Errorf("%v, %v", read, err)
	}
	for _, parent := range []int64{0, 7} {
		if err := s.SaveOptions(ctx, "cw", app.ListTypes, parent, nil, t0); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.SaveOptions(ctx, "other", app.ListBoards, 0, nil, t0); err != nil {
		t.Fatal(err)
	}
	if read, err := s.OptionsRead(ctx, "cw"); err != nil || len(read) != 1 || !read[app.ListTypes].Equal(t0) {
		t.Errorf("%v, %v", read, err)
	}
}
