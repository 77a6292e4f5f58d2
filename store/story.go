package store

import (
	"context"
	"database/sql"
	"fmt"

	"psabridge/app"
)

const (
	storyEvents     = 200  // the newest ones; how many there were is counted
	storyDeliveries = 1000 // likewise
)

// ConditionStory returns one condition with everything that happened to it, oldest first; NotFound when there is none.
func (r *Reader) ConditionStory(ctx context.Context, id int64) (s app.ConditionStory, err error) {
	err = r.snapshot(ctx, "read condition", func(tx *sql.Tx) error {
		if s.Condition, err = one(ctx, tx, scanCondition, fmt.Sprintf("There is no condition %d.", id), conditionColumns+" WHERE c.id = ?", id); err != nil {
			return err
		}
		if s.Organization, err = organizationNamed(ctx, tx, s.Source, s.OrganizationID); err != nil {
			return err
		}
		if s.TicketID != 0 {
			if s.Ticket, err = ticketRow(ctx, tx, s.TicketID); err != nil {
				return err
			}
		}
		if err := addEvents(ctx, tx, &s); err != nil {
			return err
		}
		return addDeliveries(ctx, tx, &s)
	})
	return s, err
}

func organizationNamed(ctx context.Context, q querier, source, external string) (app.Named, error) {
	found, err := all(ctx, q, func(s scanner) (n app.Named, err error) { err = s.Scan(&n.ID, &n.Name); return n, err },
		"SELECT id, name FROM organizations WHERE source = ? AND external_id = ?", source, external)
	if err != nil || len(found) == 0 {
		return app.Named{}, err
	}
	return found[0], nil
}

func ticketRow(ctx context.Context, q querier, id int64) (*app.TicketRow, error) {
	t, err := ticketByID(ctx, q, id)
	if err != nil {
		return nil, err
	}
	rows, err := withConditions(ctx, q, []app.Ticket{t})
	if err != nil {
		return nil, err
	}
	return &rows[0], nil
}

func addEvents(ctx context.Context, q querier, s *app.ConditionStory) (err error) {
	if s.EventCount, _, err = maybe[int](ctx, q, "SELECT count(*) FROM event_outcomes WHERE condition_id = ?", s.ID); err != nil {
		return err
	}
	s.Events, err = all(ctx, q, scanEventRow, eventRows+` WHERE e.id IN (SELECT event_id FROM event_outcomes INDEXED BY event_outcomes_by_condition
		WHERE condition_id = ? ORDER BY event_id DESC LIMIT ?) ORDER BY e.id`, s.ID, storyEvents)
	return err
}

// addDeliveries reads what was told: by the ticket, and by the e-mails of the condition's thread.
func addDeliveries(ctx context.Context, q querier, s *app.ConditionStory) (err error) {
	s.Deliveries, err = all(ctx, q, scanDeliveryRow, deliveryRows+` WHERE d.id IN (
			SELECT id FROM deliveries INDEXED BY deliveries_by_ticket WHERE ticket_id = ?1
			UNION SELECT id FROM deliveries INDEXED BY deliveries_by_thread
				WHERE kind = 'alert.mail' AND coalesce(payload ->> '$.in_reply_to', payload ->> '$.message_id') = nullif(?2, '')
			ORDER BY 1 DESC LIMIT ?3) ORDER BY d.id`, orNull(s.TicketID), s.Thread(), storyDeliveries)
	if err != nil {
		return err
	}
	s.Attempts, err = attemptsOf(ctx, q, s.Deliveries)
	return err
}

// attemptsOf reads every try at these deliveries, by delivery, first to last.
func attemptsOf(ctx context.Context, q querier, rows []app.DeliveryRow) (map[int64][]app.Attempt, error) {
	ids, tries := make([]int64, 0, len(rows)), make(map[int64][]app.Attempt, len(rows))
	for _, d := range rows {
		ids = append(ids, d.ID)
	}
	_, err := all(ctx, q, func(s scanner) (struct{}, error) {
		var id int64
		var a app.Attempt
		err := s.Scan(append([]any{&id}, attemptDest(&a)...)...)
		tries[id] = append(tries[id], a)
		return struct{}{}, err
	}, "SELECT delivery_id, "+attemptFields+` FROM attempts WHERE delivery_id IN (SELECT value FROM json_each(?)) ORDER BY delivery_id, n`, asJSON{ids})
	return tries, err
}
