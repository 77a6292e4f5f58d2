package store

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"sync"

	"psabridge/app"
)

// packLines packs what was counted for lines: most of what storing a plan computes. No bytes are no evidence.
func packLines(lines []app.Line) ([][]byte, error) {
	packed := make([][]byte, len(lines))
	err := onAllProcessors(len(lines), func(i int) (err error) {
		if len(lines[i].Items) > 0 {
			packed[i], err = pack(lines[i].Items)
		}
		return err
	})
	return packed, err
}

// onAllProcessors does something for each of n things that need nothing of each other and wait for nothing.
func onAllProcessors(n int, do func(i int) error) error {
	errs := make([]error, runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for w := range errs {
		wg.Go(func() {
			for i := w; i < n && errs[w] == nil; i += len(errs) {
				errs[w] = do(i)
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// saveEvidence stores what was counted for new lines. Nothing counted leaves no row.
func saveEvidence(ctx context.Context, tx prepared, lines []app.Line, packed [][]byte) error {
	var rows []any
	for i, l := range lines {
		if packed[i] != nil {
			rows = append(rows, l.ID, packed[i])
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return tx.exec(ctx, "INSERT INTO evidence (line_id, items) "+values(2, len(rows)/2), rows...)
}

// zips are used again: making one costs more than packing what one organization counts. The quick way of packing is for
// the same reason: beginning anew costs the thorough one more than what it has to pack.
var zips = sync.Pool{New: func() any { zip, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed); return zip }}

// tiny is what is not worth packing: a few things, as a small customer has.
const tiny = 256

func pack(items []app.EvidenceItem) ([]byte, error) {
	plain, err := json.Marshal(items)
	if err != nil {
		return nil, fmt.Errorf("pack evidence: %w", err)
	}
	if len(plain) <= tiny {
		return plain, nil
	}
	var buf bytes.Buffer
	zip := zips.Get().(*gzip.Writer) //nolint:forcetypeassert // nothing else is put there
	defer zips.Put(zip)
	zip.Reset(&buf)
	if _, err := zip.Write(plain); err != nil {
		return nil, fmt.Errorf("pack evidence: %w", err)
	}
	if err := zip.Close(); err != nil {
		return nil, fmt.Errorf("pack evidence: %w", err)
	}
	return buf.Bytes(), nil
}

// unzip is what unpacking needs; it is used again, as zips are.
type unzip struct {
	zip   gzip.Reader
	plain bytes.Buffer
}

var unzips = sync.Pool{New: func() any { return new(unzip) }}

// unpack reads what pack wrote; no bytes are no items.
func unpack(packed []byte) ([]app.EvidenceItem, error) {
	if len(packed) == 0 {
		return nil, nil
	}
	if packed[0] != '[' {
		u := unzips.Get().(*unzip) //nolint:forcetypeassert // nothing else is put there
		defer unzips.Put(u)
		u.plain.Reset()
		if err := u.zip.Reset(bytes.NewReader(packed)); err != nil {
			return nil, fmt.Errorf("unpack evidence: %w", err)
		}
		if _, err := u.plain.ReadFrom(&u.zip); err != nil {
			return nil, fmt.Errorf("unpack evidence: %w", err)
		}
		packed = u.plain.Bytes()
	}
	var items []app.EvidenceItem
	if err := json.Unmarshal(packed, &items); err != nil {
		return nil, fmt.Errorf("unpack evidence: %w", err)
	}
	return items, nil
}

// loadItems fills in the evidence of lines.
func loadItems(ctx context.Context, q querier, lines []app.Line) error {
	at, ids := make(map[int64]int, len(lines)), make([]int64, len(lines))
	for i, l := range lines {
		at[l.ID], ids[i] = i, l.ID
	}
	type found struct {
		line  int64
		items []byte
	}
	rows, err := all(ctx, q, func(s scanner) (f found, err error) { err = s.Scan(&f.line, &f.items); return f, err },
		"SELECT line_id, items FROM evidence WHERE line_id IN (SELECT value FROM json_each(?))", asJSON{ids})
	if err != nil {
		return err
	}
	for _, f := range rows {
		if lines[at[f.line]].Items, err = unpack(f.items); err != nil {
			return err
		}
	}
	return nil
}
