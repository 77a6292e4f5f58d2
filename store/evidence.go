package store

import (
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"psabridge/app"
)

// saveEvidence stores what was counted for a reading or a line; column is reading_id or line_id. Nothing counted
// leaves no row.
func saveEvidence(ctx context.Context, tx *sql.Tx, column string, id int64, items []app.EvidenceItem) error {
	if err := exec(ctx, tx, "DELETE FROM evidence WHERE "+column+" = ?", id); err != nil || len(items) == 0 {
		return err
	}
	packed, err := pack(items)
	if err != nil {
		return err
	}
	return exec(ctx, tx, "INSERT INTO evidence ("+column+", items) VALUES (?, ?)", id, packed)
}

func pack(items []app.EvidenceItem) ([]byte, error) {
	var buf bytes.Buffer
	zip := gzip.NewWriter(&buf)
	if err := json.NewEncoder(zip).Encode(items); err != nil {
		return nil, fmt.Errorf("pack evidence: %w", err)
	}
	if err := zip.Close(); err != nil {
		return nil, fmt.Errorf("pack evidence: %w", err)
	}
	return buf.Bytes(), nil
}

// unpack reads what pack wrote; no bytes are no items.
func unpack(packed []byte) ([]app.EvidenceItem, error) {
	if len(packed) == 0 {
		return nil, nil
	}
	zip, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("unpack evidence: %w", err)
	}
	var items []app.EvidenceItem
	if err := json.NewDecoder(zip).Decode(&items); err != nil {
		return nil, fmt.Errorf("unpack evidence: %w", err)
	}
	return items, zip.Close()
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
