package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"psabridge/app"
)

const planColumns = "SELECT p.id, p.connection, p.period, p.trigger, p.state, p.digest, p.settings_rev, p.undo_of, p.created_at, p.complete, p.problems, p.findings, p.last_override FROM plans p"

func scanPlan(s scanner) (p app.Plan, err error) {
	err = s.Scan(&p.ID, &p.Connection, intoPeriod(&p.Period), &p.Trigger, &p.State, &p.Digest, &p.SettingsRev, intoID(&p.UndoOf),
		into(&p.CreatedAt), &p.Complete, fromJSON(&p.Problems), fromJSON(&p.Findings), &p.LastOverride)
	return p, err
}

// planByID reads a plan with its lines, without their evidence.
func planByID(ctx context.Context, q querier, id int64) (app.Plan, error) {
	p, err := one(ctx, q, scanPlan, fmt.Sprintf("There is no plan %d.", id), planColumns+" WHERE p.id = ?", id)
	if err != nil {
		return p, err
	}
	p.Lines, err = linesOf(ctx, q, id)
	return p, err
}

// Plan returns a plan with its lines; NotFound when there is none.
func (r *Reader) Plan(ctx context.Context, id int64) (p app.Plan, err error) {
	err = r.snapshot(ctx, "read plan", func(tx *sql.Tx) error {
		p, err = planByID(ctx, tx, id)
		return err
	})
	return p, err
}

// CurrentPlan returns the newest plan of a month that no other took the place of; NotFound when there is none. The plan
// of an undo is none of the month's: it is about a push, and whoever looks at it hides nothing.
func (r *Reader) CurrentPlan(ctx context.Context, connection string, period app.Period) (p app.Plan, err error) {
	err = r.snapshot(ctx, "read current plan", func(tx *sql.Tx) error {
		id, ok, err := maybe[int64](ctx, tx, `SELECT id FROM plans WHERE connection = ? AND period = ? AND state <> 'superseded'
			AND undo_of IS NULL ORDER BY id DESC LIMIT 1`, connection, period.String())
		if err != nil {
			return err
		}
		if !ok {
			return app.Errorf(app.NotFound, "There is no plan for %s of %s yet. Make one on the billing page.", period, connection)
		}
		p, err = planByID(ctx, tx, id)
		return err
	})
	return p, err
}

// OpenPlan returns the open plan of a connection that has this digest; NotFound when a decision or a newer plan changed it.
func (r *Reader) OpenPlan(ctx context.Context, connection, digest string) (p app.Plan, err error) {
	err = r.snapshot(ctx, "read open plan", func(tx *sql.Tx) error {
		id, ok, err := maybe[int64](ctx, tx, `SELECT id FROM plans WHERE connection = ? AND digest = ? AND state = 'open'
			ORDER BY id DESC LIMIT 1`, connection, digest)
		if err != nil {
			return err
		}
		if !ok {
			return app.Errorf(app.NotFound, "No open plan of %s has this digest any more. Make a new one.", connection)
		}
		p, err = planByID(ctx, tx, id)
		return err
	})
	return p, err
}

// DuePlans lists the months that need no scheduled plan any more: one was made, or a push of the month was undone,
// in whole or in part, which is not pushed again by itself. A push by hand does not take the place of the scheduled one: what changes after
// it would never be billed (M2).
func (r *Reader) DuePlans(ctx context.Context, connection string) ([]app.Period, error) {
	list, err := all(ctx, r.db, scanPeriod, `SELECT period FROM plans WHERE connection = ?1 AND trigger = 'schedule'
		UNION SELECT p.period FROM pushes p WHERE p.connection = ?1 AND (p.state = 'undone' OR p.undo_of IS NOT NULL
			AND EXISTS (SELECT 1 FROM lines l WHERE l.plan_id = p.plan_id AND l.verdict IN ('update', 'create'))) ORDER BY period`, connection)
	return list, failed("list due plans", err)
}

func scanPeriod(s scanner) (p app.Period, err error) {
	err = s.Scan(intoPeriod(&p))
	return p, err
}

// WaitingPlan returns the newest plan the schedule made of a connection, without lines, while its month waits for a
// person; NotFound otherwise. It waits until a push of this or a later plan of the month wrote something or had nothing
// to write, or the newest look at the month finds nothing to write. What the schedule pushed by itself does not end it
// while lines of that push are held: nobody has decided on them. That another plan took the place of it changes nothing:
// looking at a month bills nobody.
func (r *Reader) WaitingPlan(ctx context.Context, connection string) (app.Plan, error) {
	p, err := one(ctx, r.db, scanPlan, "No month waits for a person.", waitingPlan, connection)
	return p, failed("waiting plan", err)
}

const waitingPlan = planColumns + ` WHERE p.id = (SELECT id FROM plans WHERE connection = ?1 AND trigger = 'schedule' ORDER BY id DESC LIMIT 1)
	AND NOT EXISTS (SELECT 1 FROM pushes u JOIN plans n ON n.id = u.plan_id
		WHERE u.connection = p.connection AND u.period = p.period AND n.id >= p.id AND n.undo_of IS NULL
			AND (u.state = 'writing' OR ` + nothingToWrite + `
				OR EXISTS (SELECT 1 FROM lines l WHERE l.plan_id = n.id AND l.verdict IN ('update', 'create') AND l.state = 'done')
					AND NOT (u.trigger = 'schedule' AND EXISTS (SELECT 1 FROM lines l WHERE l.plan_id = n.id AND l.verdict = 'hold'))))
	AND NOT EXISTS (SELECT 1 FROM plans n WHERE ` + nothingToWrite + `
		AND n.id = (SELECT max(id) FROM plans WHERE connection = p.connection AND period = p.period AND undo_of IS NULL))`

// nothingToWrite is true of a plan n that saw everything and would change nothing.
const nothingToWrite = "(n.complete = 1 AND NOT EXISTS (SELECT 1 FROM lines l WHERE l.plan_id = n.id AND l.verdict IN ('update', 'create', 'hold')))"

// SavePlan stores a plan with its evidence, in the place of the open ones of its month, and returns it with its ids: to
// look at one month takes no other's away. The plan of an undo takes the place of no month's, and no month's that of an undo: until one of them is approved
// both can be looked at. Conflict while a push of the connection is being written, and for a second scheduled plan of a
// month (M2).
func (s *Store) SavePlan(ctx context.Context, p app.Plan) (app.Plan, error) {
	return s.ReplacePlan(ctx, p, nil)
}

// ReplacePlan is SavePlan for a month that was planned before. Where a person decided something in its newest plan, carry
// is given that one and the new one and returns the new one with what stays decided (M14): in the transaction, so that
// nothing is decided in between and lost. It changes decisions and holds, neither the order of the lines nor what was
// counted.
func (s *Store) ReplacePlan(ctx context.Context, plan app.Plan, carry func(old, now app.Plan) app.Plan) (p app.Plan, err error) {
	evidence, err := packLines(plan.Lines) // before anybody has to wait for it
	if err != nil {
		return app.Plan{}, failed("save plan", err)
	}
	err = s.write(ctx, "save plan", func(tx *sql.Tx) error {
		p = plan
		p.Lines = slices.Clone(plan.Lines) // the caller's lines stay as they are when the transaction fails
		if err := noneWriting(ctx, tx, p.Connection); err != nil {
			return err
		}
		if carry != nil {
			old, ok, err := decidedPlan(ctx, tx, p.Connection, p.Period)
			if err != nil {
				return err
			}
			if ok {
				p = carry(old, p)
			}
		}
		if err := exec(ctx, tx, "UPDATE plans SET state = 'superseded' WHERE connection = ? AND period = ? AND state = 'open' AND undo_of IS ?",
			p.Connection, p.Period.String(), orNull(p.UndoOf)); err != nil {
			return err
		}
		if err := insertPlan(ctx, tx, &p); err != nil {
			return err
		}
		return saveLines(ctx, tx, p.ID, p.Lines, evidence)
	})
	if err != nil {
		return app.Plan{}, err
	}
	return p, nil
}

func insertPlan(ctx context.Context, tx *sql.Tx, p *app.Plan) error {
	p.State = app.PlanOpen
	err := tx.QueryRowContext(ctx, `INSERT INTO plans (connection, period, trigger, state, digest, settings_rev, undo_of, created_at, complete, problems,
			findings, last_override)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`, p.Connection, p.Period.String(), p.Trigger, p.State, p.Digest, p.SettingsRev,
		orNull(p.UndoOf), stamp(p.CreatedAt), p.Complete, asJSON{list(p.Problems)}, asJSON{list(p.Findings)}, p.LastOverride).Scan(&p.ID)
	if isUnique(err) {
		return app.Wrap(err, app.Conflict, fmt.Sprintf("The schedule has planned %s of %s already.", p.Period, p.Connection))
	}
	return err
}

// decidedPlan returns the newest plan of a month when a newer one has to look at what a person decided there, or is still
// asked (M14). That a plan of another month took its place since takes nothing back. Of one that was pushed the releases
// are used up.
func decidedPlan(ctx context.Context, tx *sql.Tx, connection string, period app.Period) (p app.Plan, ok bool, err error) {
	id, ok, err := maybe[int64](ctx, tx, `SELECT p.id FROM plans p WHERE p.id = (SELECT max(id) FROM plans WHERE connection = ? AND period = ? AND undo_of IS NULL)
		AND EXISTS (SELECT 1 FROM lines l WHERE l.plan_id = p.id AND (l.decision IN ('skipped', 'corrected')
			OR p.state <> 'approved' AND (l.decision <> '' OR l.effective_by <> '')
			OR l.verdict = 'hold' AND l.holds LIKE '%"asked":%'))`, connection, period.String()) // app.Hold.Asked
	if err != nil || !ok {
		return p, false, err
	}
	p, err = planByID(ctx, tx, id)
	return p, true, err
}

// noneWriting is Conflict while a push of the connection is being written.
func noneWriting(ctx context.Context, tx *sql.Tx, connection string) error {
	id, ok, err := maybe[int64](ctx, tx, "SELECT id FROM pushes WHERE connection = ? AND state = 'writing'", connection)
	if err == nil && ok {
		err = app.Errorf(app.Conflict, "Push %d of %s is still being written. Wait until it has ended, or drop what keeps it on the Deliveries page.", id, connection)
	}
	return err
}

// UpdatePlan changes the decisions of an open plan in one transaction: change is given the plan as it stands and
// returns it as it shall be, with its new digest. Only what a person may decide is written. Conflict when the plan is
// not open any more; an error of change is passed on and nothing is written.
func (s *Store) UpdatePlan(ctx context.Context, id int64, change func(app.Plan) (app.Plan, error)) (p app.Plan, err error) {
	err = s.write(ctx, "update plan", func(tx *sql.Tx) error {
		old, err := planByID(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := mustBeOpen(old); err != nil {
			return err
		}
		before, err := decisions(old.Lines)
		if err != nil {
			return err
		}
		if p, err = change(old); err != nil {
			return err
		}
		after, err := decisions(p.Lines)
		if err != nil {
			return err
		}
		if err := exec(ctx, tx, "UPDATE plans SET digest = ? WHERE id = ?", p.Digest, id); err != nil {
			return err
		}
		for _, l := range p.Lines {
			if before[l.ID] == after[l.ID] {
				continue // a plan has thousands of lines, a decision is about a few
			}
			if err := decideLine(ctx, tx, id, l); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return app.Plan{}, err
	}
	return p, nil
}

func mustBeOpen(p app.Plan) error {
	switch p.State {
	case app.PlanOpen:
		return nil
	case app.PlanApproved:
		return app.Errorf(app.Conflict, "Plan %d was approved already; it cannot be changed any more.", p.ID)
	case app.PlanSuperseded:
	}
	return app.Errorf(app.Conflict, "A newer plan took the place of plan %d. Load it again.", p.ID)
}
