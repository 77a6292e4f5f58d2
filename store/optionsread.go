package store

import (
	"context"
	"time"

	"psabridge/app"
)

// OptionsRead tells when the lists of a connection that hang on nothing were read last. Asking costs next to nothing, so
// that what was made of them once need not be made again to know that it still holds.
func (r *Reader) OptionsRead(ctx context.Context, connection string) (map[app.OptionList]time.Time, error) {
	type load struct {
		list app.OptionList
		at   time.Time
	}
	loads, err := all(ctx, r.db, func(s scanner) (l load, err error) { err = s.Scan(&l.list, into(&l.at)); return l, err },
		"SELECT list, loaded_at FROM option_loads WHERE connection = ? AND parent = 0", connection)
	read := make(map[app.OptionList]time.Time, len(loads))
	for _, l := range loads {
		read[l.list] = l.at
	}
	return read, failed("see when lists were read", err)
}
