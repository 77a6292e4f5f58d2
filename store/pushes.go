package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"psabridge/app"
)

const pushColumns = "SELECT p.id, p.plan_id, p.connection, p.period, p.trigger, p.state, p.approved_by, p.approved_at, p.undo_of, p.done_at FROM pushes p"

func scanPush(s scanner) (p app.Push, err error) {
	err = s.Scan(&p.ID, &p.PlanID, &p.Connection, intoPeriod(&p.Period), &p.Trigger, &p.State, &p.ApprovedBy, into(&p.ApprovedAt),
		intoID(&p.UndoOf), into(&p.DoneAt))
	return p, err
}

// Push returns a push with its lines; NotFound when there is none.
func (r *Reader) Push(ctx context.Context, id int64) (p app.Push, err error) {
	err = r.snapshot(ctx, "read push", func(tx *sql.Tx) error {
		p, err = pushByID(ctx, tx, id)
		return err
	})
	return p, err
}

// PushLines is Push with no lines but these: what writing one agreement needs of a push over thousands.
func (r *Reader) PushLines(ctx context.Context, id int64, lines []int64) (p app.Push, err error) {
	err = r.snapshot(ctx, "read lines of a push", func(tx *sql.Tx) error {
		p, err = one(ctx, tx, scanPush, fmt.Sprintf("There is no push %d.", id), pushColumns+" WHERE p.id = ?", id)
		if err != nil {
			return err
		}
		p.Lines, err = all(ctx, tx, scanLine, "SELECT "+lineFields+` FROM lines l
			WHERE l.plan_id = ? AND l.id IN (SELECT value FROM json_each(?)) ORDER BY l.id`, p.PlanID, asJSON{lines})
		return err
	})
	return p, err
}

// TiedLines lists the lines of a push that organizations moved between and that are to be written.
func (r *Reader) TiedLines(ctx context.Context, push int64) ([]app.Line, error) {
	list, err := all(ctx, r.db, scanLine, "SELECT "+lineFields+` FROM lines l WHERE l.plan_id = (SELECT plan_id FROM pushes WHERE id = ?)
		AND l.verdict IN ('update', 'create') AND EXISTS (SELECT 1 FROM json_each(l.holds) h WHERE h.value ->> 'code' = ?) ORDER BY l.id`, push, app.HoldShareLeft)
	return list, failed("tied lines", err)
}

// LaterOn lists the additions of a push on which a later one stands that was not undone, with its month: it wrote them, or
// found them right. A later look at the same month that wrote nothing stands on nothing.
func (r *Reader) LaterOn(ctx context.Context, push int64) (map[int64]app.Period, error) {
	type found struct {
		addition int64
		month    app.Period
	}
	rows, err := all(ctx, r.db, func(s scanner) (f found, err error) { err = s.Scan(&f.addition, intoPeriod(&f.month)); return f, err },
		`SELECT l.addition_id, u.period FROM pushes p
			JOIN pushes u ON u.connection = p.connection AND u.id > p.id AND u.undo_of IS NULL AND u.state <> 'undone'
			JOIN lines l ON l.plan_id = u.plan_id AND l.state = 'done' AND l.addition_id <> 0
		WHERE p.id = ?1 AND l.addition_id IN (SELECT addition_id FROM lines WHERE plan_id = p.plan_id)
			AND (u.period <> p.period OR EXISTS (SELECT 1 FROM lines w WHERE w.plan_id = u.plan_id AND w.state = 'done' AND w.verdict IN ('update', 'create')))
		ORDER BY u.id`, push)
	if err != nil {
		return nil, failed("later pushes", err)
	}
	later := make(map[int64]app.Period, len(rows))
	for _, f := range rows {
		later[f.addition] = f.month
	}
	return later, nil
}

func pushByID(ctx context.Context, q querier, id int64) (app.Push, error) {
	p, err := one(ctx, q, scanPush, fmt.Sprintf("There is no push %d.", id), pushColumns+" WHERE p.id = ?", id)
	if err != nil {
		return p, err
	}
	p.Lines, err = linesOf(ctx, q, p.PlanID)
	return p, err
}

// Pushes lists pushes without their lines, newest first; the cursor is the row's id.
func (r *Reader) Pushes(ctx context.Context, f app.PushFilter) ([]app.Push, error) {
	var w where
	w.add("p.id < ?", before(f.Page))
	if f.Connection != "" {
		w.add("p.connection = ?", f.Connection)
	}
	if !f.Period.IsZero() {
		w.add("p.period = ?", f.Period.String())
	}
	rows, err := all(ctx, r.db, scanPush, pushColumns+w.String()+" ORDER BY p.id DESC LIMIT ?", append(w.args, f.Page.Size())...)
	return rows, failed("list pushes", err)
}

// Approve turns a plan into a push: the only way to one. It freezes the plan, puts one delivery per agreement into the
// outbox, and takes every other plan of the connection for outdated; with nothing to write the push is done at once.
// Lines that are held stay out of it, whoever approves (M14). Conflict when the digest is not the plan's (it was changed
// after it was looked at), when the plan is not open, when an override of its month came after it, when nothing in it
// can be written, while another push of the connection is being written, when the push to undo was undone already, and
// for the schedule when not everything could be read.
func (s *Store) Approve(ctx context.Context, planID int64, digest string, push app.Push) (p app.Push, err error) {
	err = s.write(ctx, "approve", func(tx *sql.Tx) error {
		plan, err := planByID(ctx, tx, planID)
		if err != nil {
			return err
		}
		if err := mayApprove(ctx, tx, plan, digest, push); err != nil {
			return err
		}
		if push.UndoOf == 0 {
			push.UndoOf = plan.UndoOf
		}
		var id int64
		if err := tx.QueryRowContext(ctx, `INSERT INTO pushes (plan_id, connection, period, trigger, state, approved_by, approved_at, undo_of)
			VALUES (?, ?, ?, ?, 'writing', ?, ?, ?) RETURNING id`, plan.ID, plan.Connection, plan.Period.String(), push.Trigger,
			push.ApprovedBy, stamp(push.ApprovedAt), orNull(push.UndoOf)).Scan(&id); err != nil {
			return err
		}
		if err := exec(ctx, tx, "UPDATE plans SET state = 'approved' WHERE id = ?", plan.ID); err != nil {
			return err
		}
		if err := exec(ctx, tx, "UPDATE plans SET state = 'superseded' WHERE connection = ? AND state = 'open'", plan.Connection); err != nil {
			return err // what they saw at ConnectWise is about to change
		}
		if err := startLines(ctx, tx, plan, id, push.ApprovedAt); err != nil {
			return err
		}
		if err := closePush(ctx, tx, id, push.ApprovedAt); err != nil {
			return err
		}
		p, err = pushByID(ctx, tx, id)
		return err
	})
	if err != nil {
		return app.Push{}, err
	}
	return p, nil
}

func mayApprove(ctx context.Context, tx *sql.Tx, plan app.Plan, digest string, push app.Push) error {
	if err := mustBeOpen(plan); err != nil {
		return err
	}
	if plan.Digest != digest {
		return app.Errorf(app.Conflict, "Plan %d was changed after you looked at it. Check it again, then approve.", plan.ID)
	}
	if push.Trigger == app.TriggerSchedule && !plan.Complete {
		return app.Errorf(app.Conflict, "Not everything could be read for plan %d, so it waits for a person.", plan.ID)
	}
	if err := noNewerOverride(ctx, tx, plan); err != nil {
		return err
	}
	if err := canWrite(plan); err != nil {
		return err
	}
	if err := noneWriting(ctx, tx, plan.Connection); err != nil {
		return err
	}
	undo := max(push.UndoOf, plan.UndoOf)
	if undo == 0 {
		return nil
	}
	state, _, err := maybe[app.PushState](ctx, tx, "SELECT state FROM pushes WHERE id = ?", undo)
	if err == nil && state == app.PushUndone {
		err = app.Errorf(app.Conflict, "Push %d was undone already.", undo)
	}
	return err
}

// StopPush gives up what a push has not begun to write, and returns how many agreements that were. What is on its way, or of
// which it is not known whether ConnectWise has it, goes on to its end; the push closes with its last line. NotFound, and
// Conflict when the push is not being written, or nothing of it is left to stop.
func (s *Store) StopPush(ctx context.Context, id int64, reason, by string, now time.Time) (n int, err error) {
	err = s.write(ctx, "stop push", func(tx *sql.Tx) error {
		p, err := one(ctx, tx, scanPush, fmt.Sprintf("There is no push %d.", id), pushColumns+" WHERE p.id = ?", id)
		if err != nil {
			return err
		}
		if p.State != app.PushWriting {
			return app.Errorf(app.Conflict, "Push %d is not being written any more, so there is nothing to stop.", id)
		}
		waiting, err := all(ctx, tx, func(s scanner) (n int64, err error) { err = s.Scan(&n); return n, err }, "SELECT id FROM deliveries WHERE push_id = ? AND state IN ('waiting', 'parked') AND claimed = 0 AND intended = 0 ORDER BY id", id)
		if err != nil {
			return err
		}
		if n = len(waiting); n == 0 {
			return app.Errorf(app.Conflict, "All that is left of push %d is on its way to ConnectWise, so there is nothing to stop. Undo the push when it is done.", id)
		}
		for _, delivery := range waiting {
			d, err := deliveryByID(ctx, tx, delivery)
			if err != nil {
				return err
			}
			if err := drop(ctx, tx, d, reason, by, now); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

// noNewerOverride refuses a plan that was made before a person typed a number for its month, or took one away. An undo
// counts nothing, so no number is missing from it.
func noNewerOverride(ctx context.Context, tx *sql.Tx, plan app.Plan) error {
	if plan.UndoOf != 0 {
		return nil
	}
	_, newer, err := maybe[bool](ctx, tx, "SELECT 1 FROM overrides WHERE period = ? AND id > ? LIMIT 1", plan.Period.String(), plan.LastOverride)
	if err == nil && newer {
		err = app.Errorf(app.Conflict, "The overrides of %s were changed after this plan was made, so it does not count them as they are now. Make a new plan, then push.", plan.Period)
	}
	return err
}

// canWrite refuses a plan of which nothing can go out as it stands: its push would read "done" with nobody billed. One
// in which nothing has to change may be approved, because that everything is right is an answer too.
func canWrite(plan app.Plan) error {
	held := 0
	for _, l := range plan.Lines {
		if l.Writes() {
			return nil
		}
		if l.Verdict == app.VerdictHold {
			held++
		}
	}
	switch {
	case held == 1:
		return app.Errorf(app.Conflict, "Nothing in this plan can be written: 1 line is held. Decide on it, then push.")
	case held > 1:
		return app.Errorf(app.Conflict, "Nothing in this plan can be written: %d lines are held. Decide on them, then push.", held)
	case !plan.Complete:
		return app.Errorf(app.Conflict, "Nothing in this plan can be written: not everything could be read. Make a new plan, then push.")
	}
	return nil
}

// startLines puts what is to be written into the outbox, one delivery per agreement, because an agreement's additions
// are read once before its lines are written.
func startLines(ctx context.Context, tx *sql.Tx, plan app.Plan, push int64, now time.Time) error {
	var order []int64
	lines, names := map[int64][]int64{}, map[int64]string{}
	for _, l := range plan.Lines {
		state := app.LineWriting
		switch {
		case l.Writes():
			if len(lines[l.Agreement.ID]) == 0 {
				order = append(order, l.Agreement.ID)
			}
			lines[l.Agreement.ID] = append(lines[l.Agreement.ID], l.ID)
			names[l.Agreement.ID] = l.Agreement.Name
		case l.Verdict == app.VerdictSame:
			state = app.LineDone
		default:
			continue // held and skipped lines stay planned: nobody asked to write them
		}
		if err := exec(ctx, tx, "UPDATE lines SET state = ? WHERE id = ?", state, l.ID); err != nil {
			return err
		}
		if state == app.LineDone && plan.UndoOf == 0 {
			if err := adopt(ctx, tx, plan.Connection, push, l.ID); err != nil {
				return err
			}
		}
	}
	for _, agreement := range order {
		if err := exec(ctx, tx, `INSERT INTO deliveries (dedup_key, lane, kind, connection, state, next_at, push_id, source, organization, subject, payload, created_at)
			VALUES (?1, ?2, ?3, ?4, 'waiting', ?5, ?6, '', '', ?7, ?8, ?5)`,
			fmt.Sprintf("push:%d:agreement:%d", push, agreement), fmt.Sprintf("agreement:%s:%d", plan.Connection, agreement),
			app.DeliverAgreement, plan.Connection, stamp(now), push, names[agreement],
			asJSON{app.AgreementPayload{AgreementID: agreement, LineIDs: lines[agreement]}}); err != nil {
			return err
		}
	}
	return nil
}

// closePush ends a push when no line is left to write, and undoes the one it undoes, unless nothing stands as before it:
// a push of which all lines were edited or invoiced since is not undone. A delivery that a person retried after the end
// may still turn an incomplete push into a done one.
func closePush(ctx context.Context, tx *sql.Tx, push int64, now time.Time) error {
	var open, bad int
	if err := tx.QueryRowContext(ctx, `SELECT
			count(*) FILTER (WHERE l.state IN ('planned', 'writing', 'unknown')),
			count(*) FILTER (WHERE l.state IN ('failed', 'changed_underneath'))
		FROM pushes p JOIN lines l ON l.plan_id = p.plan_id AND l.verdict IN ('update', 'create')
		WHERE p.id = ?`, push).Scan(&open, &bad); err != nil {
		return err
	}
	if open > 0 {
		return nil
	}
	state := app.PushDone
	if bad > 0 {
		state = app.PushIncomplete
	}
	n, err := changed(ctx, tx, "UPDATE pushes SET state = ?, done_at = ? WHERE id = ? AND state IN ('writing', 'incomplete')", state, stamp(now), push)
	if err != nil || n == 0 || state != app.PushDone {
		return err
	}
	return exec(ctx, tx, `UPDATE pushes SET state = 'undone' WHERE id = (SELECT p.undo_of FROM pushes p WHERE p.id = ?
		AND EXISTS (SELECT 1 FROM lines l WHERE l.plan_id = p.plan_id AND l.state = 'done'))`, push)
}
