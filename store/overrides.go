package store

import (
	"context"
	"database/sql"

	"psabridge/app"
)

// Overrides lists the overrides that count in a billing month, by source, organization and meter.
func (r *Reader) Overrides(ctx context.Context, period app.Period) ([]app.Override, error) {
	list, err := all(ctx, r.db, scanOverride, `SELECT o.source, o.organization, o.meter, o.period, o.quantity, o.unit, o.note, o.by, o.at
		FROM overrides o WHERE o.period = ?1 AND o.quantity IS NOT NULL AND NOT EXISTS (SELECT 1 FROM overrides n
			WHERE n.period = o.period AND n.source = o.source AND n.organization = o.organization AND n.meter = o.meter AND n.id > o.id)
		ORDER BY o.source, o.organization, o.meter`, period.String())
	return list, failed("list overrides", err)
}

func scanOverride(s scanner) (o app.Override, err error) {
	err = s.Scan(&o.Source, &o.OrganizationID, &o.Meter, intoPeriod(&o.Period), &o.Quantity, &o.Unit, &o.Note, &o.By, into(&o.At))
	return o, err
}

// OverrideMark returns how far overrides have come, for Plan.LastOverride. It is taken before Overrides is asked.
func (r *Reader) OverrideMark(ctx context.Context) (int64, error) {
	mark, _, err := maybe[int64](ctx, r.db, "SELECT coalesce(max(id), 0) FROM overrides")
	return mark, failed("count overrides", err)
}

// OverridesSince reports whether the overrides of a billing month changed after a plan was made. It is asked by the order of
// what we stored, not by the clock.
func (r *Reader) OverridesSince(ctx context.Context, period app.Period, plan int64) (bool, error) {
	yes, _, err := maybe[bool](ctx, r.db, `SELECT 1 FROM overrides o WHERE o.period = ?1
		AND o.id > (SELECT last_override FROM plans WHERE id = ?2) LIMIT 1`, period.String(), plan)
	return yes, failed("look for newer overrides", err)
}

// SaveOverrides stores overrides, all or none.
func (s *Store) SaveOverrides(ctx context.Context, overrides []app.Override) error {
	return s.write(ctx, "save overrides", func(tx *sql.Tx) error {
		for _, o := range overrides {
			if err := insertOverride(ctx, tx, o, o.Quantity); err != nil {
				return err
			}
		}
		return nil
	})
}

// RemoveOverride takes an override away; By, At and Note say who, when and why. NotFound when there is none.
func (s *Store) RemoveOverride(ctx context.Context, o app.Override) error {
	return s.write(ctx, "remove override", func(tx *sql.Tx) error {
		_, err := one(ctx, tx, scanOverride, "There is no such override any more.", `SELECT source, organization, meter, period, quantity, unit, note, by, at
			FROM (SELECT * FROM overrides WHERE period = ? AND source = ? AND organization = ? AND meter = ? ORDER BY id DESC LIMIT 1) WHERE quantity IS NOT NULL`,
			o.Period.String(), o.Source, o.OrganizationID, o.Meter)
		if err != nil {
			return err
		}
		return insertOverride(ctx, tx, o, nil)
	})
}

func insertOverride(ctx context.Context, tx *sql.Tx, o app.Override, quantity any) error {
	return exec(ctx, tx, `INSERT INTO overrides (source, organization, meter, period, quantity, unit, note, by, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		o.Source, o.OrganizationID, o.Meter, o.Period.String(), quantity, o.Unit, o.Note, o.By, stamp(o.At))
}
