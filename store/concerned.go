package store

import (
	"context"
	"database/sql"
	"time"

	"psabridge/app"
)

// concern is what a decision is about, which bounds what the rules have to be told. Of everything that holds they need only
// what waits for time and what they have events of, with all that shares a key or a ticket with it: the rest is open and its
// ticket was told all there is to tell, or a person is asked, and nothing becomes of it by itself. In a flood that is nearly everything, each minute anew.
type concern struct {
	whole bool // everything
	keys  []string
}

// everything is for whoever may say something about any condition, and for sources that show states: what is derived from
// those is compared with all that holds.
var everything = concern{whole: true}

// about bounds a decision about events that were sent, or about time alone, of a source that shows no states. Where a rule
// has one ticket for an organization a decision may be about any ticket of it, which only the rules can tell.
func about(ctx context.Context, q querier, source string, events []app.Event) (concern, error) {
	shared, _, err := maybe[bool](ctx, q, "SELECT EXISTS (SELECT 1 FROM rules WHERE removed_at IS NULL AND coalesce(config ->> '$.ticket.per', '') NOT IN ('', 'object'))")
	if err != nil || shared {
		return everything, err
	}
	w := concern{keys: []string{}}
	asked := map[string]bool{}
	for _, e := range events {
		if key := app.SubjectKey(source, e.OrganizationID, e.Object, e.Type); !asked[key] {
			asked[key] = true
			w.keys = append(w.keys, key)
		}
	}
	return w, nil
}

// restless is the condition of the index of that name. Each part of it is a reason to look at a condition when nothing
// happened to it: it is quiet, waits for something else than a person's answer, or is owed something; people are told by
// e-mail; it was derived; or it ends by itself.
const restless = `cleared_at IS NULL AND (NOT (state = 'open' AND wait = '' OR state = 'waiting' AND wait IN ('history', 'flood'))
  OR mailed <> '' OR mail_thread NOT IN ('', '-') OR substr(first_event, 1, 8) = 'derived/' OR substr(first_event, 1, 1) = char(9) OR substr(type, 1, 9) = 'activity.'
  OR substr(type, -6) = '.added' OR substr(type, -8) = '.removed' OR type IN ('signin.failures', 'organization.moved'))`

// conditionsConcerned lists those of the conditions to judge that a decision is about. It finds what waits, what is over and
// was not told, and what the events are about; then, again and again, what has a key or a ticket in common with those.
func conditionsConcerned(ctx context.Context, q querier, source string, now time.Time, w concern) ([]app.Condition, error) {
	window, err := longestReopen(ctx, q)
	if err != nil {
		return nil, err
	}
	return all(ctx, q, scanCondition, `WITH RECURSIVE near(id) AS (
			SELECT id FROM conditions INDEXED BY conditions_restless WHERE source = ?1 AND `+restless+`
			UNION SELECT id FROM conditions INDEXED BY conditions_untold WHERE source = ?1 AND state = 'cleared' AND wait = 'cleared'
			UNION SELECT id FROM conditions INDEXED BY conditions_mailed WHERE source = ?1 AND mailed = 'open'
			UNION SELECT id FROM conditions INDEXED BY conditions_mail_quiet WHERE source = ?1 AND mail_quiet_until > ?3
			UNION SELECT c.id FROM json_each(?4) k CROSS JOIN conditions c ON c.key = k.value WHERE `+judged+`
			UNION SELECT c.id FROM near n CROSS JOIN conditions o ON o.id = n.id CROSS JOIN conditions c ON c.key = o.key WHERE `+judged+`
			UNION SELECT c.id FROM near n CROSS JOIN conditions o ON o.id = n.id CROSS JOIN conditions c INDEXED BY conditions_by_ticket ON c.ticket_id = o.ticket_id WHERE `+judged+`)
		`+conditionColumns+" WHERE c.id IN (SELECT id FROM near) AND "+judged+" ORDER BY c.id",
		source, stamp(now.Add(-window)), stamp(now), asJSON{w.keys})
}

// judged is what conditionsToJudge lists, asked of one condition.
const judged = `c.source = ?1 AND (c.cleared_at IS NULL OR c.cleared_at >= ?2 OR c.mailed = 'open' OR c.mail_quiet_until > ?3
	OR EXISTS (SELECT 1 FROM tickets t WHERE t.id = c.ticket_id AND (t.state IN ('pending', 'open') OR t.closed_at >= ?2)))`

// Judge lets a person's word decide about anything the source has. Time passes too.
func (s *Store) Judge(ctx context.Context, source string, now time.Time, decide Decide) (app.IngestResult, error) {
	return s.pass(ctx, "judge", source, now, everything, decide)
}

// Tick lets the rules decide what needs only time to pass. They are told what waits for it. Nothing is written when they
// decide nothing.
func (s *Store) Tick(ctx context.Context, source string, now time.Time, decide Decide) (app.IngestResult, error) {
	return s.pass(ctx, "tick", source, now, concern{}, decide)
}

func (s *Store) pass(ctx context.Context, name, source string, now time.Time, w concern, decide Decide) (app.IngestResult, error) {
	res := app.IngestResult{Outcomes: map[app.OutcomeKind]int{}}
	err := s.write(ctx, name, func(tx *sql.Tx) error {
		held, err := s.held(ctx, tx, source)
		if err != nil {
			return err
		}
		st, err := s.quietState(ctx, tx, source, held.states, now, w)
		if err != nil {
			return err
		}
		return saveDecision(ctx, s.log, tx, st, decide(st), &res)
	})
	if err != nil {
		return app.IngestResult{}, err
	}
	return res, nil
}
