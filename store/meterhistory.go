package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"

	"psabridge/app"
)

// MeterHistory lists what each meter of an organization came to in each month since a given one, with what was billed of it:
// the last complete reading of the month, or the statement that covers it. Oldest month first, then by meter and basis.
func (r *Reader) MeterHistory(ctx context.Context, source, organization string, since app.Period) (months []app.MeterMonth, err error) {
	err = r.snapshot(ctx, "meter history", func(tx *sql.Tx) error {
		if months, err = all(ctx, tx, scanMeterMonth, monthReadings, source, organization, since.String()); err != nil {
			return err
		}
		billed, err := all(ctx, tx, scanBilledMonth, monthBilled, source, organization, since.String())
		if err != nil {
			return err
		}
		for _, b := range billed {
			months = withBilled(months, b)
		}
		slices.SortStableFunc(months, byMonth)
		return nil
	})
	return months, err
}

const monthReadings = `SELECT meter, basis, unit, month, quantity, as_of, covers <> '' FROM (
		SELECT *, row_number() OVER (PARTITION BY meter, basis, month ORDER BY covers = '', as_of DESC, id DESC) AS place FROM (
			SELECT *, CASE covers WHEN '' THEN substr(day, 1, 7) ELSE covers END AS month FROM readings
			WHERE source = ?1 AND organization = ?2 AND complete = 1))
	WHERE place = 1 AND month >= ?3`

// An undone line is not what was billed; a line that was written twice in a month holds what came last. An organization
// that has its line to itself was billed what the line says, rounded and with the minimum. The share is taken as text (->),
// because as a number (->>) it would be a float. The pushes come first (CROSS JOIN): they are few.
const monthBilled = `SELECT meter, unit, period, quantity FROM (
		SELECT l.meter, l.unit, p.period, CASE json_array_length(l.shares) WHEN 1 THEN l.after ELSE s.value -> '$.quantity' END AS quantity,
			row_number() OVER (PARTITION BY p.period, l.meter ORDER BY p.id DESC, l.id DESC) AS place
		FROM pushes p CROSS JOIN lines l ON l.plan_id = p.plan_id CROSS JOIN json_each(l.shares) s
		WHERE p.period >= ?3 AND p.undo_of IS NULL AND l.state = 'done'
			AND s.value ->> '$.source' = ?1 AND s.value ->> '$.external_id' = ?2
			AND NOT EXISTS (SELECT 1 FROM pushes u JOIN lines b ON b.plan_id = u.plan_id
				WHERE u.connection = p.connection AND u.undo_of = p.id AND b.state = 'done'
					AND b.agreement_id = l.agreement_id AND b.product_id = l.product_id))
	WHERE place = 1`

func scanMeterMonth(s scanner) (m app.MeterMonth, err error) {
	var q app.Quantity
	err = s.Scan(&m.Meter, &m.Basis, &m.Unit, intoPeriod(&m.Period), &q, into(&m.ReadAt), &m.Statement)
	m.Read = &q
	return m, err
}

func scanBilledMonth(s scanner) (m app.MeterMonth, err error) {
	var q app.Quantity
	var text string
	if err = s.Scan(&m.Meter, &m.BilledUnit, intoPeriod(&m.Period), &text); err != nil {
		return m, err
	}
	if err = q.UnmarshalJSON([]byte(text)); err != nil {
		return m, err
	}
	m.Billed = &q
	return m, nil
}

// withBilled adds what was billed to the month's own reading, or to the inclusive one where there is no other.
func withBilled(months []app.MeterMonth, b app.MeterMonth) []app.MeterMonth {
	at := -1
	for i, m := range months {
		if m.Meter == b.Meter && m.Period == b.Period && (at < 0 || m.Basis == app.BasisOwn) {
			at = i
		}
	}
	if at < 0 {
		b.Basis = app.BasisOwn
		return append(months, b)
	}
	months[at].Billed, months[at].BilledUnit = b.Billed, b.BilledUnit
	return months
}

func byMonth(a, b app.MeterMonth) int {
	switch {
	case a.Period.Before(b.Period):
		return -1
	case b.Period.Before(a.Period):
		return 1
	case a.Meter != b.Meter:
		return cmp.Compare(a.Meter, b.Meter)
	}
	return cmp.Compare(a.Basis, b.Basis)
}
