package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"psabridge/app"
)

const lineFields = `l.id, l.plan_id, l.meter, l.product, l.product_id, l.company_id, l.company, l.agreement_id, l.agreement,
	l.addition_id, l.before, l.after, l.unit, l.shares, l.verdict, l.state, l.holds, l.decision, l.decided_by, l.note, l.unit_price,
	l.amount_change, l.next_invoice, l.prorate, l.effective_date, l.bill_customer, l.cancelled_date, l.reason, l.error, l.written_at, l.method,
	l.effective_by, l.effective_from, l.invoice_period, l.rule, l.cycle`

func scanLine(s scanner) (l app.Line, err error) {
	err = s.Scan(&l.ID, &l.PlanID, &l.Meter, &l.Product, &l.ProductID, &l.Company.ID, &l.Company.Name, &l.Agreement.ID, &l.Agreement.Name,
		&l.AdditionID, &l.Before, &l.After, &l.Unit, fromJSON(&l.Shares), &l.Verdict, &l.State, fromJSON(&l.Holds), &l.Decision, &l.DecidedBy,
		&l.Note, &l.UnitPrice, &l.AmountChange, into(&l.NextInvoice), &l.Prorate, into(&l.EffectiveDate), &l.BillCustomer,
		into(&l.CancelledDate), &l.Reason, &l.Error, into(&l.WrittenAt), &l.Method,
		&l.EffectiveBy, into(&l.EffectiveFrom), &l.InvoicePeriod, &l.Rule, &l.Cycle)
	return l, err
}

func linesOf(ctx context.Context, q querier, plan int64) ([]app.Line, error) {
	return all(ctx, q, scanLine, "SELECT "+lineFields+" FROM lines l WHERE l.plan_id = ? ORDER BY l.id", plan)
}

// Line returns a line, without its evidence; NotFound when there is none.
func (r *Reader) Line(ctx context.Context, id int64) (app.Line, error) {
	l, err := lineByID(ctx, r.db, id)
	return l, failed("read line", err)
}

// LineEvidence returns a line with what was counted for it; NotFound when there is none.
func (r *Reader) LineEvidence(ctx context.Context, id int64) (l app.Line, err error) {
	err = r.snapshot(ctx, "read evidence", func(tx *sql.Tx) error {
		if l, err = lineByID(ctx, tx, id); err != nil {
			return err
		}
		lines := []app.Line{l}
		err = loadItems(ctx, tx, lines)
		l = lines[0]
		return err
	})
	return l, err
}

func lineByID(ctx context.Context, q querier, id int64) (app.Line, error) {
	return one(ctx, q, scanLine, fmt.Sprintf("There is no billing line %d.", id), "SELECT "+lineFields+" FROM lines l WHERE l.id = ?", id)
}

// LastPlannedLines lists, for each agreement and product, the newest line that stood at ConnectWise after a push of a
// month before the given one, with its evidence: what "change against last month" is measured by, and who was on the
// line. A push that could not write a line, or left it out, does not forget it; undos, and what they took back, are not
// remembered. The oldest come first.
func (r *Reader) LastPlannedLines(ctx context.Context, connection string, before app.Period) ([]app.Line, error) {
	return r.plannedLines(ctx, lastLines("p.period DESC, p.id DESC", "period, push"), connection, before)
}

// LatestLines is LastPlannedLines by when they were pushed, whatever month they were pushed for: who was on a line when it
// was last written.
func (r *Reader) LatestLines(ctx context.Context, connection string) ([]app.Line, error) {
	return r.plannedLines(ctx, lastLines("p.id DESC", "push"), connection, app.Period{Year: 9999, Month: time.December})
}

func (r *Reader) plannedLines(ctx context.Context, query, connection string, before app.Period) (lines []app.Line, err error) {
	err = r.snapshot(ctx, "last planned lines", func(tx *sql.Tx) error {
		if lines, err = all(ctx, tx, scanLine, query, connection, before.String()); err != nil {
			return err
		}
		return loadItems(ctx, tx, lines)
	})
	return lines, err
}

// lastLines asks for the newest line of each agreement and product, newest by the columns of a push, and lists them by
// those of the answer. An undo need not restore every line of its push, so it is asked line by line.
func lastLines(newest, listed string) string {
	return "SELECT " + lineFields + ` FROM (
		SELECT l.id, p.period, p.id AS push, row_number() OVER (PARTITION BY l.agreement_id, l.product_id ORDER BY ` + newest + `) AS age
		FROM pushes p JOIN lines l ON l.plan_id = p.plan_id
		WHERE p.connection = ?1 AND p.period < ?2 AND p.undo_of IS NULL AND l.state = 'done'
			AND NOT EXISTS (SELECT 1 FROM pushes u JOIN lines b ON b.plan_id = u.plan_id
				WHERE u.connection = p.connection AND u.undo_of = p.id AND b.state = 'done'
					AND b.agreement_id = l.agreement_id AND b.product_id = l.product_id)
	) newest JOIN lines l ON l.id = newest.id WHERE newest.age = 1 ORDER BY ` + listed + `, l.id`
}

// linesTogether is how many lines one statement stores: a plan has thousands, and going through the driver for each takes
// longer than storing it.
const linesTogether = 50

const insertLines = `INSERT INTO lines (id, plan_id, meter, product, product_id, company_id, company, agreement_id, agreement,
	addition_id, before, after, unit, shares, verdict, state, holds, decision, decided_by, note, unit_price,
	amount_change, next_invoice, prorate, effective_date, bill_customer, cancelled_date, reason, error, written_at, method,
	effective_by, effective_from, invoice_period, rule, cycle) `

// saveLines stores the lines of a new plan with their evidence, which is packed already, and gives them their ids.
func saveLines(ctx context.Context, tx *sql.Tx, plan int64, lines []app.Line, evidence [][]byte) error {
	newest, _, err := maybe[int64](ctx, tx, "SELECT coalesce(max(id), 0) FROM lines")
	if err != nil {
		return err
	}
	p := preparing(tx)
	for part := range slices.Chunk(lines, linesTogether) {
		var rows []any
		for i := range part {
			newest++
			part[i].ID, part[i].PlanID = newest, plan
			if part[i].State == "" {
				part[i].State = app.LinePlanned
			}
			rows = append(rows, lineRow(part[i])...)
		}
		err := p.exec(ctx, insertLines+values(len(rows)/len(part), len(part)), rows...)
		if isUnique(err) {
			return app.Wrap(err, app.Conflict, twoOfOne(lines))
		}
		if err == nil {
			err = saveEvidence(ctx, p, part, evidence[:len(part)])
		}
		if err != nil {
			return err
		}
		evidence = evidence[len(part):]
	}
	return nil
}

// lineRow is a line as insertLines stores it.
func lineRow(l app.Line) []any {
	return []any{
		l.ID, l.PlanID, l.Meter, l.Product, l.ProductID, l.Company.ID, l.Company.Name, l.Agreement.ID, l.Agreement.Name,
		l.AdditionID, optional(l.Before), l.After, l.Unit,
		asJSON{list(l.Shares)},
		l.Verdict, l.State,
		asJSON{list(l.Holds)},
		l.Decision, l.DecidedBy,
		l.Note, optional(l.UnitPrice), optional(l.AmountChange), stamp(l.NextInvoice), l.Prorate, stamp(l.EffectiveDate), l.BillCustomer,
		stamp(l.CancelledDate), l.Reason, l.Error, stamp(l.WrittenAt), l.Method,
		l.EffectiveBy, stamp(l.EffectiveFrom), l.InvoicePeriod, l.Rule, l.Cycle,
	}
}

// twoOfOne names the two lines that are one at ConnectWise.
func twoOfOne(lines []app.Line) string {
	seen := map[[2]int64]bool{}
	for _, l := range lines {
		on := [2]int64{l.Agreement.ID, l.ProductID}
		if on[0] != 0 && on[1] != 0 && seen[on] {
			return fmt.Sprintf("Agreement %s has two lines of product %s in one plan. Two meters cannot share a product on one agreement.", l.Agreement.Name, l.Product)
		}
		seen[on] = true
	}
	return "An agreement has two lines of one product in one plan. Two meters cannot share a product on one agreement."
}

// decidable is what a person may decide about a line, as decideLine stores it.
func decidable(l app.Line) []any {
	return []any{
		l.Verdict,
		asJSON{list(l.Holds)},
		l.Decision, l.DecidedBy, l.Note, l.After, optional(l.AmountChange), l.Reason,
		stamp(l.EffectiveDate), l.EffectiveBy,
	}
}

func decideLine(ctx context.Context, tx *sql.Tx, plan int64, l app.Line) error {
	return exec(ctx, tx, `UPDATE lines SET verdict = ?, holds = ?, decision = ?, decided_by = ?, note = ?, after = ?, amount_change = ?,
			reason = ?, effective_date = ?, effective_by = ? WHERE id = ? AND plan_id = ?`, append(decidable(l), l.ID, plan)...)
}

// decisions prints what is decided about each line, to see afterwards which were decided anew. As text it cannot change
// with the lines.
func decisions(lines []app.Line) (map[int64]string, error) {
	texts := make(map[int64]string, len(lines))
	for _, l := range lines {
		var text strings.Builder
		for _, v := range decidable(l) {
			if j, ok := v.(asJSON); ok {
				var err error
				if v, err = j.Value(); err != nil {
					return nil, err
				}
			}
			_, _ = fmt.Fprintf(&text, "%q\n", fmt.Sprint(v))
		}
		texts[l.ID] = text.String()
	}
	return texts, nil
}

// optional stores a quantity that may be missing.
func optional(q *app.Quantity) any {
	if q == nil {
		return nil
	}
	return *q
}

// list makes an empty list of nil, so that JSON says [] and not null.
func list[T any](l []T) []T {
	if l == nil {
		return []T{}
	}
	return l
}

// settleLines writes how far the lines of a push have come, remembers the additions that were written, and closes the
// push with its last line.
func settleLines(ctx context.Context, tx *sql.Tx, d app.Delivery, lines []app.Line, now time.Time) error {
	if d.PushID == 0 {
		return nil
	}
	for _, l := range lines {
		n, err := changed(ctx, tx, `UPDATE lines SET state = ?, addition_id = ?, error = ?, written_at = ?, effective_date = ?
			WHERE id = ? AND plan_id = (SELECT plan_id FROM pushes WHERE id = ?)`,
			l.State, l.AdditionID, l.Error, stamp(l.WrittenAt), stamp(l.EffectiveDate), l.ID, d.PushID)
		if err != nil {
			return err
		}
		if n == 0 {
			return app.Errorf(app.Internal, "line %d does not belong to push %d", l.ID, d.PushID)
		}
		if l.State != app.LineDone || l.AdditionID == 0 {
			continue
		}
		if err := own(ctx, tx, d, l.ID); err != nil {
			return err
		}
	}
	return closePush(ctx, tx, d.PushID, now)
}

// failLines gives up the lines of a dropped delivery that were not settled.
func failLines(ctx context.Context, tx *sql.Tx, d app.Delivery, reason string, now time.Time) error {
	if err := exec(ctx, tx, `UPDATE lines SET state = 'failed', error = ? WHERE state IN ('planned', 'writing', 'unknown')
		AND id IN (SELECT value FROM json_each(?, '$.line_ids'))`, reason, string(d.Payload)); err != nil {
		return err
	}
	return closePush(ctx, tx, d.PushID, now)
}
